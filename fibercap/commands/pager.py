"""A pager for output that is longer than the screen of a terminal; output to a pipe or a file is never paged."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_PAGER: Final = "--no-pager"
LESS: Final = ("less", "-R", "-F", "-X")
"""The pager if `PAGER` names none; it shows colors, ends at once if the text fits the screen, and leaves it there."""
_SEQUENCE: Final = re.compile(rb"\x1b\[[0-9;]*m")


def no_pager_option() -> click.Option:
    """Return the option `--no-pager`, which every command has."""
    help_text = "Print output at once that is longer than the screen."
    return click.Option([NO_PAGER], is_flag=True, expose_value=False, help=help_text)


class KeptOutput(io.TextIOWrapper):
    """What a command prints on a terminal, kept until it is known whether it fits the screen."""

    def __init__(self, terminal: io.TextIOWrapper, pager: list[str]) -> None:
        self._terminal, self._pager, self._bytes = terminal, pager, io.BytesIO()
        super().__init__(self._bytes, terminal.encoding, terminal.errors, write_through=True)

    def isatty(self) -> bool:
        """Return True: it stands for a terminal, whose width and colors commands follow."""
        return True

    def fileno(self) -> int:
        """Return the number of the terminal."""
        return self._terminal.fileno()

    def release(self) -> None:
        """Show what was printed so far: as it is, or in the pager if it is longer than the screen."""
        content = self._bytes.getvalue()
        self._bytes.seek(0)
        self._bytes.truncate()
        if content and not (_is_longer_than_screen(content, self.fileno()) and _page(self._pager, content)):
            self._terminal.buffer.write(content)
            self._terminal.flush()


@contextmanager
def page_long_output(*, wanted: bool) -> Iterator[None]:
    """Send what is printed meanwhile through a pager, if standard output is a terminal that is shorter than it."""
    terminal = sys.stdout
    can_page = wanted and isinstance(terminal, io.TextIOWrapper) and terminal.isatty()
    pager = _pager() if can_page else []
    if not pager or not isinstance(terminal, io.TextIOWrapper):
        yield
        return
    kept = KeptOutput(terminal, pager)
    sys.stdout = kept
    try:
        yield
    finally:
        sys.stdout = terminal
        kept.release()


def _pager() -> list[str]:
    """Return the words of the pager's command: those of `PAGER`, else `LESS`; none where there is no pager."""
    import shlex
    import shutil

    if os.environ.get("TERM") == "dumb":
        return []
    try:
        words = shlex.split(os.environ["PAGER"]) if "PAGER" in os.environ else list(LESS)
    except ValueError:  # an unclosed quotation mark
        return []
    return words if words and words != ["cat"] and shutil.which(words[0]) else []


def _is_longer_than_screen(content: bytes, terminal: int) -> bool:
    try:
        columns, lines = os.get_terminal_size(terminal)
    except OSError:  # a terminal that does not say how large it is
        return False
    # Colors take no room on the screen.
    lengths = (len(_SEQUENCE.sub(b"", line).decode(errors="replace")) for line in content.splitlines())
    return sum(max(1, -(-length // max(columns, 1))) for length in lengths) >= lines > 0


def _page(pager: list[str], content: bytes) -> bool:
    """Show a text in a pager until its reader leaves; return False if it cannot be started."""
    import subprocess

    with _quiet_signals():
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own pager
                pager, stdin=subprocess.PIPE, env={"LESS": "FRX", **os.environ}
            )
        except OSError:
            return False
        process.communicate(content)  # a pager may be left before it has read everything
    return True


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """Leave Ctrl-C to the pager, and let it close the pipe."""
    # A handler, not SIG_IGN: the pager would inherit that, and not be stopped by Ctrl-C either.
    handlers = {signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None)}
    if hasattr(signal, "SIGPIPE"):
        handlers[signal.SIGPIPE] = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
