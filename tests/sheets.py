"""Workbooks recalculated by other programs, and compared with what fibercap computes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import ironcalc
import numpy as np

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.core.units import Array
from fibercap.model.measures.all_measures import measures
from fibercap.model.projection import Projection
from fibercap.studies.claims import outcomes
from fibercap.studies.covenant_values import PART_OF_PERIOD
from fibercap.studies.covenants import covenants
from fibercap.views.workbook.check_sheet import MASTER
from fibercap.views.workbook.input_sheet import CASES_FROM, HEAD_ROW
from fibercap.views.workbook.measure_sheet import OPTIONS, OPTIONS_COLUMN, OPTIONS_ROW
from tests.reading_sheets import READING, of_reading_sheets

SPOILT = b"-777"
FIRST = 7
"""The column of the first period on time sheets; A is 1."""
FRONT = (
    "Cover",
    "Summary",
    *READING,
    "Inputs",
    "Annual",
    "Measures",
    "Rates",
    "Claims",
    "Options",
    "Checks",
    "Derived",
    "Changes",
    "Charts",
)


def spoilt(content: bytes, also: Callable[[str, bytes], bytes] = lambda _name, text: text) -> bytes:
    """Return a workbook in which every cached value of a formula is wrong; `also` may change a sheet's XML further."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"(</f>|<f[^>]*/>)(<v>)[^<]*(</v>)", rb"\1\g<2>" + SPOILT + rb"\3", text)
                text = also(name, text)
            new.writestr(name, text)
    return target.getvalue()


@dataclass
class Sheets:
    """The cells of a workbook by sheet, row and column, all counted from 1."""

    cells: dict[str, dict[tuple[int, int], Any]] = field(default_factory=dict)

    def __call__(self, sheet: str, row: int, column: int) -> Any:
        return self.cells[sheet].get((row, column), "")

    def rows(self, sheet: str) -> Iterator[int]:
        """Run over the rows that hold anything."""
        yield from sorted({row for row, _ in self.cells[sheet]})


class Recalculator:
    """IronCalc with a workbook whose cached values are spoilt."""

    def __init__(self, content: bytes, folder: Path) -> None:
        path = folder / "spoilt.xlsx"
        path.write_bytes(content)
        self.model = ironcalc.load_from_xlsx(str(path))
        self.names: list[str] = [sheet["name"] for sheet in self.model.get_worksheets_properties()]

    def enter(self, sheet: str, row: int, column: int, value: float | str) -> None:
        """Write an input."""
        number = self.names.index(sheet)
        if isinstance(value, str):
            self.model.update_cell_with_text(number, row, column, value)
        else:
            self.model.update_cell_with_number(number, row, column, float(value))

    def choose(self, option: str) -> None:
        """Choose a financing option, which the list shows in words."""
        self.enter("Inputs", 5, 2, in_list(option))

    def read(self, *, evaluate: bool = True) -> Sheets:
        """Recalculate, unless cached values are asked for, and return every cell."""
        if evaluate:
            self.model.evaluate()
        results: dict[str, dict[tuple[int, int], Any]] = {name: {} for name in self.names}
        for number, name in enumerate(self.names):
            _, rows, _, columns = self.model.get_sheet_dimensions(number)
            cells = results[name]
            get = self.model.get_cell_value
            for row in range(1, rows + 1):
                for column in range(1, columns + 1):
                    value = get(number, row, column)
                    if value is not None:
                        cells[row, column] = value
        return Sheets(results)


def alike(value: Any, wanted: float, least: float = 1e-6) -> bool:
    """Tell whether a cell holds a number, to 1e-6 of the unit or 1e-9 of itself; nothing stands for undefined."""
    if np.isnan(wanted):
        return bool(value == "")
    return isinstance(value, int | float) and abs(value - wanted) <= max(least, 1e-9 * abs(wanted))


def are_alike(values: Sequence[Any], wanted: Array) -> bool:
    """Tell at once that all cells hold numbers, each `alike`; where this says no, some may still be."""
    numbers = np.array(values)
    return numbers.dtype.kind in "fi" and bool(
        (np.abs(numbers - wanted) <= np.maximum(1e-6, 1e-9 * np.abs(wanted))).all()
    )


ROUNDINGS = 100
"""By how many roundings of the largest amount the gaps of two programs may differ; 60 is the most that was seen."""


def differences(sheets: Sheets, others: Sheets) -> list[str]:
    """Return every cell of any sheet in which two workbooks differ."""
    results = []
    # A gap is what is left of amounts that cancel: a program that adds billions in another order leaves some roundings of them.
    amounts = (value for value in others.cells["Accounts"].values() if isinstance(value, int | float))
    gap = max(1e-6, ROUNDINGS * np.finfo(float).eps * max(map(abs, amounts), default=0.0))
    for name, cells in sheets.cells.items():
        least = gap if name == "Checks" else 1e-6
        wanted = others.cells[name]
        unlike = [place for place in cells.keys() | wanted.keys() if cells.get(place, "") != wanted.get(place, "")]
        for row, column in sorted(unlike):
            value, other = sheets(name, row, column), others(name, row, column)
            if not (isinstance(other, int | float) and alike(value, other, least)):
                results.append(f"{name} row {row}, column {column}: {value!r}, wanted {other!r}")
    return results


def live_measures_unlike(sheets: Sheets, option: str) -> list[str]:
    """Return the live measures of the sheet Options that are not what was exported for the option in use."""
    # the list of options on the sheet of inputs has the names of these columns, in the same order
    heads = {sheets("Inputs", HEAD_ROW, CASES_FROM + 1 + place): OPTIONS_COLUMN + 1 + place for place in range(40)}
    rows = [row for row in sheets.rows(OPTIONS) if row >= OPTIONS_ROW and sheets(OPTIONS, row, OPTIONS_COLUMN + 1)]
    assert len(rows) > 20
    column = heads[in_list(option)]
    both = {sheets(OPTIONS, row, 1): (sheets(OPTIONS, row, 2), sheets(OPTIONS, row, column)) for row in rows}
    return [
        f"Options: {name} is {live!r}, wanted {exported!r}"
        for name, (live, exported) in both.items()
        if not alike(live, np.nan if isinstance(exported, str) else exported)
    ]


def disagreements(sheets: Sheets, projection: Projection, option: str) -> list[str]:
    """Return every row, scalar, measure and claim in which a recalculated workbook and a projection differ."""
    result = list(_errors(sheets))
    if sheets("Checks", MASTER.row, _number(MASTER.column)) != 1:
        result.append("Checks: a law is broken")
    for name in sheets.cells:
        if name not in FRONT:
            result += _of_lines(sheets, name, projection, option)
    result += _of_years(sheets, projection)
    result += of_reading_sheets(sheets, projection)
    result += _of_scalars(sheets, projection)
    result += _of_measures(sheets, projection)
    result += _of_claims(sheets, projection)
    return result


def _errors(sheets: Sheets) -> Iterator[str]:
    for name, cells in sheets.cells.items():
        for (row, column), value in cells.items():
            if (
                isinstance(value, str)
                and value.startswith("#")
                and re.match(r"#[A-Z]", value)
                and not (name == "Measures" and column >= FIRST + 1)
            ):
                yield f"{name} row {row}, column {column}: {value}"


def _of_lines(sheets: Sheets, name: str, projection: Projection, option: str) -> Iterator[str]:
    title = str(sheets(name, 1, 1))
    active = ", for " not in title or option.replace("_", " ") in title.split(", for ")[1].split(", ")
    for row in sheets.rows(name):
        path, kind = str(sheets(name, row, 3)), str(sheets(name, row, 4))
        if row < 6 or not path or "(" in path:
            continue
        is_written = path in projection.rows and active
        if not is_written and (
            kind.startswith("value") or path.startswith("run_off.time.")
        ):  # the calendar stands anyhow
            continue
        wanted = projection.value(path)[0] if is_written else np.zeros(1)
        if are_alike([sheets(name, row, FIRST + place) for place in range(len(wanted))], wanted):
            continue
        for place, number in enumerate(wanted):
            value = sheets(name, row, FIRST + place)
            if not (alike(value, float(number)) or (not is_written and value == "")):
                yield f"{name}: {path} in column {place + 1} is {value!r}, wanted {number!r}"
                break


def _of_years(sheets: Sheets, projection: Projection) -> Iterator[str]:
    for row in sheets.rows("Annual"):
        path = str(sheets("Annual", row, 3))
        if path not in projection.rows:
            continue
        for place, number in enumerate(projection.by(path).values()):
            value = sheets("Annual", row, FIRST + place)
            if not alike(value, float(number[0])):
                yield f"Annual: {path} in year {place + 1} is {value!r}, wanted {number[0]!r}"


def _of_scalars(sheets: Sheets, projection: Projection) -> Iterator[str]:
    for row in sheets.rows("Derived"):
        path = str(sheets("Derived", row, 3))
        item = projection.scalars.get(path)
        if item is not None and not alike(sheets("Derived", row, 6), float(np.ravel(item.value)[0])):
            yield f"Derived: {path} is {sheets('Derived', row, 6)!r}, wanted {item.value!r}"


def _of_measures(sheets: Sheets, projection: Projection) -> Iterator[str]:
    by_name = measures(projection)
    for row in sheets.rows("Measures"):
        name, kind = str(sheets("Measures", row, 6)), str(sheets("Measures", row, 4))
        if name in by_name and not kind.startswith("value"):
            value, reason = by_name[name].value, by_name[name].reason
            if not alike(sheets("Measures", row, 2), np.nan if value is None else value):
                yield f"Measures: {name} is {sheets('Measures', row, 2)!r}, wanted {value!r}"
            note = f"undefined: {reason}" if reason else by_name[name].remark
            if "IRR(" in by_name[name].formula and sheets("Measures", row, 5) != note:
                yield f"Measures: of {name} is said {sheets('Measures', row, 5)!r}, wanted {note!r}"


def _of_claims(sheets: Sheets, projection: Projection) -> Iterator[str]:
    claims = {outcome.says: outcome for outcome in outcomes(projection).values()}
    kept = {(test.title, one.when): one for test in covenants(projection).values() for one in test.tests}
    missing = {
        (test.title, one.when)
        for test in covenants(projection).values() for one in test.untested if one.reason != PART_OF_PERIOD
    }  # fmt: skip
    limits = {
        (test.title, when): test.limit_on(when) for test in covenants(projection).values()
        for when in (*(one.when for one in test.tests), *(one.when for one in test.untested))
    }  # fmt: skip
    rows = [row for row in sheets.rows("Claims") if sheets("Claims", row, 14) == 1]  # those of the option in use
    seen = {sheets("Claims", row, 1) for row in rows}
    dates = {
        (sheets("Claims", row, 1), when_of(sheets("Claims", row, 3)))
        for row in rows
        if sheets("Claims", row, 1) not in claims
    }
    yield from (f"Claims: {says} is missing" for says in claims if says not in seen)
    yield from (f"Claims: {date} is only on one side" for date in sorted(dates ^ (kept.keys() | missing)))
    for row in rows:
        says, when, holds = (sheets("Claims", row, column) for column in (1, 3, 15))
        when = when_of(when)
        limit = claims[says].limit if says in claims else limits[says, when]
        if not alike(sheets("Claims", row, 9), limit):
            yield f"Claims: the limit of {says} is {sheets('Claims', row, 9)!r}, wanted {limit!r}"
        if (says, when) in missing and holds != "not tested":
            yield f"Claims: {says} in {when} is {holds!r}, wanted `not tested`"
        one = claims.get(says) or kept.get((says, when))
        if one is not None and (
            not alike(sheets("Claims", row, 6), np.nan if one.value is None or np.isinf(one.value) else one.value)
            or holds != one.holds
        ):
            yield f"Claims: {says} is {sheets('Claims', row, 6)!r} and holds is {holds!r}, wanted {one.value!r}, {one.holds}"


def when_of(value: Any) -> str:
    """Return a time as claims and covenants have it: a year or a day is a number on the sheet."""
    if isinstance(value, str):
        return value
    return str(date.fromordinal(round(value) + EXCEL_EPOCH)) if value > 9999 else f"{value:.0f}"


@dataclass(frozen=True)
class InputCell:
    """An input that may be changed: where it stands for one option, and what it is called."""

    path: str
    unit: str
    row: int
    column: int
    value: float

    def text(self, value: float) -> str:
        """Return a value as a scenario file has it."""
        if self.unit == "date":
            return str(date.fromordinal(round(value) + EXCEL_EPOCH))
        if self.unit.startswith("%"):
            return f"{100 * value!r} {self.unit}"
        words = {"month": "months", "day": "days"}
        return f"{value!r} {words.get(self.unit, self.unit)}".strip()


def in_list(option: str) -> str:
    """Return a name of an option as the list of options shows it."""
    return option if option == "as_written" else option.replace("_", " ")


def inputs_of(sheets: Sheets, option: str) -> dict[str, InputCell]:
    """Return the inputs that an option has, by path."""
    heads = {sheets("Inputs", 8, column): column for column in range(10, 40) if sheets("Inputs", 8, column)}
    results = {}
    for row in sheets.rows("Inputs"):
        path, note = str(sheets("Inputs", row, 9)), str(sheets("Inputs", row, 8))
        if row <= 8 or not path or note.startswith("fixed here") or not _has(note, option):
            continue
        has_option_cells = any(sheets("Inputs", row, column) != "" for column in heads.values())
        column = heads[in_list(option)] if has_option_cells else 2
        value = sheets("Inputs", row, column)
        if value != "":
            results[path] = InputCell(path, str(sheets("Inputs", row, 3)), row, column, float(value))
    return results


def _has(note: str, option: str) -> bool:
    match = re.match(r"(only|not) in ([^;]*)", note)
    return match is None or (in_list(option) in match[2].split(", ")) == (match[1] == "only")


def settings_of(cells: Mapping[str, InputCell], values: Mapping[str, float]) -> list[str]:
    """Return changed inputs as `--set` has them."""
    return [f"{path}={cells[path].text(value)}" for path, value in values.items()]


_CELL = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*>(?:<f(?: t="shared"[^>]* si="(\d+)")?(?:/>|>([^<]*)</f>))?'
    rb"(?:<v>[^<]*</v>|<is><t[^>]*>([^<]*)</t></is>)?"
)
_REFERENCE = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\d(])")


def rows_of(content: bytes) -> Iterator[tuple[str, int, str, set[str]]]:
    """Run over the rows of time sheets: sheet, row, kind, and its distinct formulas, written relative to their cells."""
    with zipfile.ZipFile(BytesIO(content)) as book:
        titles = re.findall(rb'<sheet name="([^"]*)"', book.read("xl/workbook.xml"))
        for number, title in enumerate(titles, 1):
            name = title.decode()
            if name in FRONT and name != "Annual":
                continue
            cells: dict[int, dict[int, tuple[str, str]]] = {}
            shared: dict[str, str] = {}
            for result in _CELL.findall(book.read(f"xl/worksheets/sheet{number}.xml")):
                letters, row, group, formula, text = (part.decode() for part in result)
                column = _number(letters)
                relative = _relative(formula, int(row), column) if formula else shared.get(group, "")
                if group and formula:
                    shared[group] = relative
                cells.setdefault(int(row), {})[column] = (relative, text)
            dated = {column for column, (formula, _) in cells.get(3, {}).items() if column >= FIRST and formula}
            for row, by_column in cells.items():
                formulas = {formula for column, (formula, _) in by_column.items() if column in dated and formula}
                if row >= 6 and formulas:
                    yield name, row, by_column.get(4, ("", ""))[1], formulas


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = 26 * number + ord(letter) - 64
    return number


def _relative(formula: str, row: int, column: int) -> str:
    """Return a formula in R1C1: absolute parts as they are, relative ones by their distance."""

    def in_r1c1(match: re.Match[str]) -> str:
        across = f"C{_number(match[2])}" if match[1] else f"C[{_number(match[2]) - column}]"
        return (f"R{match[4]}" if match[3] else f"R[{int(match[4]) - row}]") + across

    return _REFERENCE.sub(in_r1c1, formula)
