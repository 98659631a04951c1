"""Published worked examples, compared to the printed digit; `python -m tests.validation` writes docs/validation.md.

A file of `tests/published` holds one source. Its text is read as text, so that the printed digits stay as printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from fibercap.core.daycount import year_fraction
from fibercap.model import returns
from fibercap.model.loans import Schedule
from fibercap.reading.files import contracts_of
from fibercap.studies.schedules import schedules
from tests.published_plans import plan_figure, scenario_figure

PUBLISHED = Path(__file__).resolve().parent / "published"
PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation.md"
NOT_PRINTED = "~"
NONE = "none"
COLUMNS = ("payment", "interest", "principal", "closing")
DAYS_IN_YEAR = 360

CALLS: Mapping[str, Callable[..., Any]] = {
    "year_fraction": year_fraction,
    "npv": returns.npv,
    "xnpv": returns.xnpv,
    "irr": returns.irr,
    "xirr": returns.xirr,
    "mirr": returns.mirr,
    "all_irrs": returns.all_irrs,
}


@dataclass(frozen=True)
class Source:
    """Where figures were printed."""

    file: str
    title: str
    publisher: str
    url: str
    citation: str
    found: str


@dataclass(frozen=True)
class Case:
    """One worked example: a loan, a plan, a whole scenario, a call of a function, or days counted."""

    source: Source
    name: str
    seen: bool
    block: Mapping[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether every row of a schedule is compared."""
        return "schedule" in self.block["expect"] and self.name.startswith("Whole schedule")


@dataclass(frozen=True)
class Figure:
    """One printed figure beside the computed one, rounded to the printed decimals."""

    what: str
    printed: str
    computed: str

    @property
    def agrees(self) -> bool:
        """Whether both are the same text."""
        return self.printed == self.computed


@cache
def cases() -> tuple[Case, ...]:
    """Return every case, source by source."""
    return tuple(_cases())


def result(case: Case) -> list[Figure]:
    """Return what the case prints and what fibercap computes."""
    block = case.block
    if "loan" in block:
        return list(_loan_figures(_schedule(_text(block["loan"])), block["expect"]))
    if "days" in block:
        return list(_day_figures(block))
    for kind, figure in (("plan", plan_figure), ("scenario", scenario_figure)):
        if kind in block:
            expected = block["expect"].items()
            return [Figure(key, text, _text_as_printed(figure(block[kind], key), text)) for key, text in expected]
    value = CALLS[block["call"]](*map(_argument, block["with"]))
    expected = block["expect"] if isinstance(block["expect"], list) else [block["expect"]]
    values = np.atleast_1d(value) * float(block.get("times", 1))
    if expected == [NONE]:
        return [Figure(block["call"], NONE, ", ".join(map(str, values)) or NONE)]
    if len(values) != len(expected):
        return [Figure(block["call"], ", ".join(expected), ", ".join(map(str, values)))]
    return [
        Figure(block["call"], text, _text_as_printed(outcome, text))
        for text, outcome in zip(expected, values, strict=True)
    ]


def page() -> str:
    """Return the page of documentation: a table for each source."""
    every = cases()
    sources = list(dict.fromkeys(case.source for case in every))
    compared = [figure for case in every for figure in result(case)]
    complete = [case for case in every if case.is_whole]
    lines = [
        "# Validation",
        "",
        "Figures that others have printed, beside what fibercap computes, rounded half up to the printed decimals. Payments",
        "are compared without their sign, and some currencies of sources are written as USD. The data lie in `tests/published`,",
        "one file for each source; `python -m tests.validation` writes this page, and a test holds every figure and the page",
        "itself.",
        "",
        f"{len(sources)} sources, {len(every)} cases, {len(compared)} printed figures, {len(complete)} whole schedules;"
        f" {sum(figure.agrees for figure in compared)} figures agree.",
        "Each source says where its figures were read: in a copy of the publication, or in public software that quotes it and",
        "may have copied it wrongly. A case marked with * is cited from memory of the publication; it recomputes exactly.",
        "Whole plans against printed tables stand in [Cases of other trades](cases.md).",
    ]
    for source in sources:
        lines += ["", *_section(source, [case for case in every if case.source == source])]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


def _section(source: Source, examples: list[Case]) -> Iterator[str]:
    title = f"[{source.title}]({source.url})" if source.url else source.title
    yield f"## {source.title}"
    yield ""
    yield f"{title}, {source.publisher}. {source.citation}. Read in: {source.found}."
    yield ""
    yield "| case | figure | printed | fibercap | agrees |"
    yield "|---|---|--:|--:|---|"
    for case in examples:
        name = case.name if case.seen else f"{case.name} *"
        figures = result(case)
        if isinstance(case.block["expect"], dict) and "schedule" in case.block["expect"]:
            rows = len(case.block["expect"]["schedule"])
            yield _summary(name, f"{rows} rows", [figure for figure in figures if figure.what.startswith("row ")])
            figures = [figure for figure in figures if not figure.what.startswith("row ")]
        elif "days" in case.block:
            yield _summary(name, "days", figures)
            figures = []
        for figure in figures:
            message = "yes" if figure.agrees else "**no**"
            yield f"| {name} | {figure.what} | {figure.printed} | {figure.computed} | {message} |"


def _summary(name: str, what: str, figures: list[Figure]) -> str:
    wrong = [figure for figure in figures if not figure.agrees]
    message = f"**{len(wrong)} do not**" if wrong else "all agree"
    count = f"{len(figures)} figure{'s' if len(figures) > 1 else ''}"
    return f"| {name} | {what} | {count} | {len(figures) - len(wrong)} the same | {message} |"


def _cases() -> Iterator[Case]:
    for file in sorted(PUBLISHED.glob("*.yaml")):
        document = yaml.load(file.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - text only, nothing is made
        source = Source(file=file.stem, **document["source"])
        for block in document["cases"]:
            yield Case(
                source=source,
                name=block["name"],
                seen=block["seen"] == "true",
                block=block,
            )


def _day_figures(block: Mapping[str, Any]) -> Iterator[Figure]:
    maturity = date.fromisoformat(block.get("maturity", str(date.min)))
    for start, end, printed in block["expect"]:
        dates = date.fromisoformat(start), date.fromisoformat(end)
        days = year_fraction(*dates, block["days"], maturity=maturity) * DAYS_IN_YEAR
        yield Figure(f"{start} to {end}", printed, _text_as_printed(days, printed))


def _loan_figures(schedule: Schedule, expect: Mapping[str, Any]) -> Iterator[Figure]:
    for key, printed in expect.items():
        if key != "schedule":
            yield Figure(key, printed, _text_as_printed(_of_loan(schedule, key), printed))
    payments = _payments(schedule)
    for number, *cells in expect.get("schedule", []):
        payment = payments[int(number)]
        for column, printed in zip(COLUMNS, cells, strict=True):
            if printed != NOT_PRINTED:
                yield Figure(f"row {number}, {column}", printed, _text_as_printed(payment[column], printed))


def _of_loan(schedule: Schedule, key: str) -> float:
    """Return `payment 3`, `interest 13-24` (added up), `closing 12`, a total or a measure."""
    payments = _payments(schedule)
    if match := re.fullmatch(r"(payment|interest|principal|closing) (\d+)(?:-(\d+))?", key):
        word, first, last = match.groups()
        return float(sum(payments[number][word] for number in range(int(first), int(last or first) + 1)))
    if key == "payments":
        return float(len(payments))
    if key == "balloon":
        last, before = payments[len(payments)], payments[len(payments) - 1]
        return float(last["payment"] - before["payment"])
    if key.startswith("total_"):
        return schedule.totals[key.removeprefix("total_")]
    return float(schedule.measures[key]["value"])


@cache
def _schedule(text: str) -> Schedule:
    """Return the schedule of a loan written in the scenario language."""
    return schedules(contracts_of(f"fibercap: 1\nloans: {{bank: {text}}}\n"))["bank"]


def _payments(schedule: Schedule) -> dict[int, dict[str, Any]]:
    """Return the payments by number."""
    return {event["number"]: event for event in schedule.events if event["event"] == "payment"}


def _text(value: Any) -> str:
    """Return the text of a block on one line, its words as they were written."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    return str(value)


def _argument(value: Any) -> Any:
    """Return a list, a date, a number (`0.08/12` too) or a word; `48 x 200` in a list is 48 items."""
    if isinstance(value, list):
        pieces = [re.fullmatch(r"(\d+) x (\S+)", item) for item in value]
        return [
            _argument(piece[2] if piece else item)
            for item, piece in zip(value, pieces, strict=True)
            for _ in range(int(piece[1]) if piece else 1)
        ]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    if match := re.fullmatch(r"(-?[\d.]+)(?:/(\d+))?", value):
        return float(match[1]) / float(match[2] or 1)
    return value


def _text_as_printed(value: Any, printed: str) -> str:
    """Return a value rounded half up to the decimals of the printed text; the noise of floats does not break a tie."""
    decimals = len(printed.partition(".")[2])
    exact = Decimal(repr(round(float(value), decimals + 6)))
    text = str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
    return text.removeprefix("-") if not text.strip("-0.") else text


if __name__ == "__main__":
    main()
