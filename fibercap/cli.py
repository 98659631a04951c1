"""The command line: all commands in one group, error messages and exit codes."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

import click

from fibercap.commands.check import check
from fibercap.commands.compare import compare
from fibercap.commands.diff import diff
from fibercap.commands.explain import explain
from fibercap.commands.explore import explore
from fibercap.commands.export import export
from fibercap.commands.loan import loan
from fibercap.commands.new import new
from fibercap.commands.pager import NO_PAGER, no_pager_option, page_long_output
from fibercap.commands.plot import plot
from fibercap.commands.rows import rows
from fibercap.commands.run import run
from fibercap.commands.schema import schema
from fibercap.commands.sensitivity import sensitivity
from fibercap.commands.show import show
from fibercap.commands.simulate import simulate
from fibercap.commands.size import size
from fibercap.commands.solve import solve
from fibercap.commands.terminal import (
    colors,
    flush,
    forget_strange_width,
    leave_unsaid,
    problem,
    say_json,
    say_warnings,
    take_any_encoding,
)

if TYPE_CHECKING:
    from fibercap.core.errors import FibercapError

_HELP = """Plan the expansion of plants and how to pay for it.

SCENARIO is a YAML file, or the name of a shipped scenario such as `fibercore`.

\b
fibercap run fibercore              a plan's results: statements, loans
fibercap compare fibercore          its financing options side by side
fibercap check fibercore            what fails: covenants, cash, uses, claims
fibercap plot fibercore capacity    a chart as PNG, SVG or PDF
fibercap loan fibercore fleet       a loan's schedule, payment by payment
fibercap size fibercore fleet --dscr 1.3     the largest loan that keeps it
fibercap solve fibercore ...        the input at which a measure hits a target
fibercap simulate fibercore_uncertain        what is likely, and what is not
fibercap sensitivity fibercore      which inputs matter, and how much
fibercap explore fibercore          a report whose inputs can be moved
fibercap rows fibercore cash        a list of rows and measures
fibercap explain fibercore min_dscr where a number comes from
fibercap show slow_brazil           the whole plan, values with their origins
fibercap diff fibercore slow_brazil the inputs in which two plans differ
fibercap export fibercore --out plan.xlsx    a workbook; or .html, tables
fibercap new plans                  a small plan to begin with, in a folder
fibercap schema                     the scenario language, for editors

In place of a file, `-` means standard input or output. On a terminal, output longer than the screen is shown by the
pager that PAGER names, or by less; --no-pager prints it at once.

Exit codes: 0 done; 1 a plan fails its check (a covenant is broken, cash falls below zero, uses have no source, a claim
is not as expected), a bank's schedule differs from the loan's, or a law of the books is broken; 2 bad usage, a bad
scenario, or a file or output that cannot be written; 130 interrupted; 141 the reader of the output has gone. There are
no other codes.
"""
COMPLETING: Final = "_FIBERCAP_COMPLETE"
"""The environment variable by which a shell asks for completions, or for the lines that switch them on."""
BAD: Final = 2
INTERRUPTED: Final = 130
READER_GONE: Final = 141
"""The code by which a shell reports a write to a closed pipe: 128 plus the number of the signal."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, help=_HELP)
@click.version_option(package_name="fibercap")
def cli() -> None:
    """Group the commands."""


for command in (
    *(run, compare, check, plot, loan, size, solve, simulate, sensitivity, explore),
    *(rows, explain, show, diff, export, new, schema),
):
    command.params.append(no_pager_option())
    cli.add_command(command)
cli.params.append(no_pager_option())


def _fail(error: FibercapError, code: int, *, as_json: bool) -> int:
    """Print an error, as JSON if `as_json`; return the code."""
    if as_json:
        from fibercap.views.json.documents import errors_document
        from fibercap.views.json.text import text

        say_json(text(errors_document(error)))
    else:
        problem(str(error))
    return code


def join_percent(arguments: list[str]) -> list[str]:
    """Join a lone `%` or `%/year` to the number before it: `--gearing 70 %` is two arguments."""
    words: list[str] = []
    for argument in arguments:
        if argument.startswith("%") and words and words[-1].replace(".", "", 1).isdecimal():
            words[-1] += f" {argument}"
        else:
            words.append(argument)
    return words


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code; `--help` lists the codes."""
    given = join_percent(sys.argv[1:] if arguments is None else arguments)
    gc.disable()  # a command ends soon; collecting cycles among its many small objects takes a tenth of its time
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small; starting threads takes longer
    os.environ["MPLBACKEND"] = "agg"  # pictures go to files; an unknown backend would stop the import of matplotlib
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else pydantic searches all packages for plugins
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a reader that closes the pipe, such as `head`, ends the process
    if COMPLETING in os.environ:
        from fibercap.commands.bash_completion import use_own_bash_completion

        use_own_bash_completion()
    take_any_encoding()
    forget_strange_width()
    try:
        sys.exit(_run_and_flush(given))
    finally:
        gc.freeze()  # nor are cycles collected at the end of the process


def _run_and_flush(given: list[str]) -> int:
    """Run a command and flush its output; return its code."""
    try:
        with page_long_output(wanted=NO_PAGER not in given):
            code = _run(given)
        flush()
    except BrokenPipeError:
        leave_unsaid()
        return READER_GONE
    except OSError as error:
        problem(f"{error.filename or 'the output'} cannot be written: {error.strerror or error}")
        leave_unsaid()
        return BAD
    return code


def _run(given: list[str]) -> int:
    """Run a command and return its code."""
    from fibercap.core.errors import FibercapError, IdentityError

    try:
        with say_warnings():
            return int(cli.main(given, prog_name="fibercap", standalone_mode=False, color=colors()) or 0)
    except SystemExit as left:
        if isinstance(left.__context__, OSError):  # how click exits when the reader has gone
            raise BrokenPipeError from left
        raise
    except (click.exceptions.Abort, KeyboardInterrupt):
        problem("interrupted")
        return INTERRUPTED
    except click.ClickException as error:
        words = io.StringIO()
        error.show(words)
        problem(words.getvalue().rstrip("\n"))
        return BAD
    except FibercapError as error:
        return _fail(error, 1 if isinstance(error, IdentityError) else BAD, as_json="--json" in given)
