"""Where a command writes: a file or a folder, or standard output, which `-` names."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fibercap.commands.terminal import say, say_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

STANDARD_OUTPUT: Final = Path("-")
_NAMES: Final = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class OutputPath(click.Path):
    """A path to write to; `./-` is a file of that name."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path; `STANDARD_OUTPUT` for `-` and other names of standard output."""
        if str(value) in _NAMES:
            return STANDARD_OUTPUT
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        return Path.cwd() / path if path == STANDARD_OUTPUT else path


def kind_option(*kinds: str, of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--as` to a command: the kind of file to write, whatever its name; the first kind is the default for `-`."""
    help_text = f"Write this kind of file, whatever the name after {of}; default for - (standard output): {kinds[0]}."
    kind_or_none = click.Choice(kinds)
    return click.option("--as", "kind", type=kind_or_none, help=help_text, callback=lambda _c, _p, kind: kind or "")


def suffix_of(out: Path, kind: str, default: str) -> str:
    """Return the suffix that says what to write: that of `kind`, else of the file's name, else of `default`."""
    return f".{kind}" if kind else out.suffix or (f".{default}" if is_stream(out) else "")


def is_stream(out: Path) -> bool:
    """Tell whether a path is a stream: standard output, a pipe or a device."""
    from fibercap.views.files import writing

    return out == STANDARD_OUTPUT or writing.is_stream(out)


def say_files(files: Iterable[Path], *, as_json: bool) -> None:
    """Print which files were written, standard output aside."""
    names = [str(path) for path in files if path != STANDARD_OUTPUT]
    if as_json:
        from fibercap.views.json.text import text

        say_json(text({"files": names}))
    elif names:
        say("\n".join(names))


def write_file(path: Path, content: bytes, *, force: bool) -> None:
    """Write the content of a file, into that file or to standard output."""
    if path == STANDARD_OUTPUT:
        print_content(content)
        return
    from fibercap.views.files.writing import write_bytes

    write_bytes(path, content, force=force)


def print_content(content: bytes) -> None:
    """Write the content of a file to standard output, byte by byte; a terminal gets only text, in its own encoding.

    Raises
    ------
    FibercapError
        If the output is a terminal and the content is not text, or if standard output is closed.
    """
    from fibercap.core.errors import FibercapError

    if sys.stdout is None:
        raise FibercapError("wrong_stream", "standard output is closed", "name a file")
    if not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        text = content.decode()
    except UnicodeDecodeError:
        message, way = "a terminal shows no pictures or workbooks", "redirect it, as with > FILE, or name a file"
        raise FibercapError("wrong_stream", message, way) from None
    say(text, nl=False)


def refuse_two_documents(out: Path | None, **others: bool) -> None:
    """Refuse `-` as output together with another option, such as `--json`, that prints to standard output too."""
    printing = [f"--{name}" for name, is_given in others.items() if is_given]
    if printing and out == STANDARD_OUTPUT:
        raise click.UsageError(f"{printing[0]} and - both write to standard output; leave one out, or name a file")
