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
        """Return the path, `STANDARD_OUTPUT` for the names of that."""
        if str(value) in _NAMES:
            return STANDARD_OUTPUT
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        return Path.cwd() / path if path == STANDARD_OUTPUT else path


def kind_option(*kinds: str, of: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command `--as`, the kind of file to write whatever the name after `of`; the first is for `-`."""
    told = f"Write this kind, whatever the name after {of}; to -, standard output, {kinds[0]} if not given."
    return click.option("--as", "kind", type=click.Choice(kinds), help=told, callback=lambda _c, _p, kind: kind or "")


def suffix_of(out: Path, kind: str, default: str) -> str:
    """Return the suffix that says what to write: of the kind asked for, else of the name; a stream needs none."""
    return f".{kind}" if kind else out.suffix or (f".{default}" if is_stream(out) else "")


def is_stream(out: Path) -> bool:
    """Tell whether what is written goes by: to standard output, a pipe or a device."""
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
    """Write what a file holds, into that file or to standard output."""
    if path == STANDARD_OUTPUT:
        print_content(content)
        return
    from fibercap.views.files.writing import write_bytes

    write_bytes(path, content, force=force)


def print_content(content: bytes) -> None:
    """Write what a file holds to standard output, byte by byte; to a terminal only texts, as it can show them.

    Raises
    ------
    FibercapError
        If a terminal cannot show it.
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
        told, way = "a terminal shows no pictures or workbooks", "send it on, as with > FILE, or name one"
        raise FibercapError("wrong_stream", told, way) from None
    say(text, nl=False)


def refuse_two_documents(out: Path | None, **others: bool) -> None:
    """Refuse to print anything else, asked for by an option of these names, into what is written to standard output."""
    asked = [f"--{name}" for name, given in others.items() if given]
    if asked and out == STANDARD_OUTPUT:
        raise click.UsageError(f"{asked[0]} and - both write to standard output; leave one of them out, or name a file")
