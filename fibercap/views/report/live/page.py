"""The live part as it stands in the page: one constant script, its policy, its style, and the plan as data."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError
from fibercap.core.program.rounds import TIMES
from fibercap.model.loans.prepayments import prepayments
from fibercap.studies.batch import size_of
from fibercap.views.report.live.document import as_json, live_document

if TYPE_CHECKING:
    from fibercap.views.report.subject import Subject


MOST_VALUES: Final = 1_000_000
"""Largest plan that has a live part: rows times periods, times options. Its tape would take a page too long to load."""


@dataclass(frozen=True)
class LivePart:
    """The live part of a report; `data` is "" if the plan has none, and `why` then says why."""

    data: str
    why: str = ""

    @property
    def script(self) -> str:
        """The script, the same for all plans, safe to stand in a page."""
        from markupsafe import Markup

        return Markup(script())  # noqa: S704 - our own files

    @property
    def policy(self) -> str:
        """The hash of the script, by which the page allows it and no other."""
        return f"sha256-{b64encode(sha256(script().encode()).digest()).decode()}"

    @property
    def style(self) -> str:
        """The style of the live part; "" without one."""
        return files(__package__).joinpath("live.css").read_text(encoding="utf-8") if self.data else ""


def live_part(subject: Subject, by: str) -> LivePart:
    """Return the live part of a report.

    Parameters
    ----------
    subject, by : Subject, str
        The subject of the report, and the length of the periods of statements.
    """
    from markupsafe import Markup

    count = len(subject.comparison.cases) if subject.comparison is not None else 1
    rounds = TIMES if prepayments(subject.projection.scenario) else 1
    if (size := size_of(subject.projection) * count) * rounds > MOST_VALUES:
        most = f"at most {MOST_VALUES // rounds:,}{' where loans have dated prepayments' if rounds > 1 else ''}"
        return LivePart("", f"the plan has {size:,} values in all options, of {most}")
    try:
        return LivePart(Markup(as_json(live_document(subject, by))))  # noqa: S704 - no text in it ends the element
    except FibercapError as error:
        return LivePart("", str(error))


@cache
def script() -> str:
    """Return the script of the page: the machine that runs a tape, and what shows its results."""
    machine = files("fibercap.core.program").joinpath("machine.js").read_text(encoding="utf-8")
    folder = files(__package__).joinpath("script")
    parts = sorted((part for part in folder.iterdir() if part.name.endswith(".js")), key=lambda part: part.name)
    texts = [machine, *(part.read_text(encoding="utf-8") for part in parts)]
    return "(() => {\n" + "\n".join(texts) + "})();\n"
