"""Read the inputs that a reviewer changed in an exported workbook as changes of the scenario, each with its cell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Final

from fibercap.core.calendar import EXCEL_EPOCH
from fibercap.core.errors import FibercapError, Place
from fibercap.core.language.input_hints import quote
from fibercap.core.language.names import LONGEST, as_name
from fibercap.core.trees.tree import Branch, Leaf, Origin, subtree
from fibercap.core.visible_text import visible
from fibercap.reading.locating import locate
from fibercap.reading.shipped import shipped_scenarios
from fibercap.reading.workbook_cells import Cells, cells_of
from fibercap.reading.yaml_writer import scalar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fibercap.model.plan.scenario import Scenario

INPUTS: Final = "Inputs"
AS_WRITTEN: Final = "as written"
HEAD_ROW: Final = 8
ALIKE: Final = 1e-12
_WORDS: Final = {"month": "months", "day": "days"}


@dataclass(frozen=True)
class Entry:
    """An input that was changed: its path, its text before and after, and its cell."""

    path: str
    old: str
    new: str
    cell: str
    row: int


@dataclass(frozen=True)
class Review:
    """A reviewed workbook: the option in use (None for the plan as written), and the changed inputs."""

    file: str
    option: str | None
    hash: str
    entries: tuple[Entry, ...]

    def changes(self) -> Branch:
        """Return the overlay that makes the entered changes."""
        places = {one.path: Place(self.file, one.row, 2) for one in self.entries}
        leaves = {one.path: Leaf(one.new, (Origin(places[one.path], f"cell {one.cell}"),)) for one in self.entries}
        return Branch({"change": Branch(leaves, places)})


def read_review(path: Path) -> Review:
    """Return the changes on the sheet of inputs of an exported workbook, for the option in use.

    Raises
    ------
    FibercapError
        If it is not a workbook that fibercap exported, or an input is not a number.
    """
    inputs, cover = cells_of(path, (INPUTS, "Cover"))
    labels = {text: row for (row, column), text in cover.items() if column == "A"}
    hash_text = cover.get((labels.get(_HASH, 0), "B"), "")
    heads = {column: text for (row, column), text in inputs.items() if row == HEAD_ROW and column.isupper()}
    names = {text: column for column, text in heads.items() if len(column) > 1 or column >= "J"}
    option = inputs.get((5, "B"), AS_WRITTEN)
    if inputs.get((HEAD_ROW, "I")) != "Path" or option not in names:
        message = f"{path} is not a workbook that fibercap exported: its sheet `{INPUTS}` has another form"
        raise FibercapError("not_a_workbook", message)
    columns = (names[option], names.get(f"{option}, as exported", ""))
    name = None if option == AS_WRITTEN else option.replace(" ", "_")  # the list shows `two_banks` as `two banks`
    return Review(str(path), name, hash_text, tuple(_entries(inputs, columns, str(path))))


_REVIEWED: Final = "_reviewed"
_HASH: Final = "Hash of the scenario"


def _entries(cells: Cells, columns: tuple[str, str], file: str) -> Iterator[Entry]:
    for row in sorted({row for row, column in cells if column == "I" and row > HEAD_ROW}):
        # Such an input decides the layout, so a sheet cannot follow it; its cell is there to be read only.
        if cells.get((row, "H"), "").startswith("fixed here"):
            continue
        # A formula in B picks the option's column; a number in B holds in all options.
        now, then = columns if (row, "fB") in cells else ("B", "D")
        old, new = cells.get((row, then), ""), cells.get((row, now), "")
        if not old or _is_equal(old, new):
            continue
        where, unit, path = f"{INPUTS}!{now}{row}", cells.get((row, "C"), ""), cells[row, "I"]
        try:
            yield Entry(path, text_of(float(old), unit), text_of(float(new), unit), where, row)
        except (ValueError, OverflowError):
            code, wanted = ("not_a_date", "a date of the calendar") if unit == "date" else ("not_a_number", "a number")
            problem = f"{file}, cell {where}: found {quote(new)}, wanted {wanted}; {quote(path)} was {quote(old)}"
            raise FibercapError(code, problem) from None


def _is_equal(old: str, new: str) -> bool:
    try:
        gap, size = abs(float(old) - float(new)), max(abs(float(old)), abs(float(new)))
        return isfinite(size) and gap <= ALIKE * size
    except ValueError:
        return False


def text_of(value: float, unit: str) -> str:
    """Return a value of the sheet as text of a scenario.

    Parameters
    ----------
    value : float
        The number in the cell. [unit]
    unit : str
        The unit on the sheet; `date` for a serial number of a day.
    """
    if unit == "date":
        return str(date.fromordinal(round(value) + EXCEL_EPOCH))
    if unit.startswith("%"):
        return f"{_plain(100 * value)} {unit}"
    return f"{_plain(value)} {_WORDS.get(unit, unit)}".strip()


def _plain(value: float) -> str:
    """Return a number with 15 digits, without an exponent, and with `_` between thousands."""
    rounded = float(f"{value:.15g}")  # spreadsheets keep 15 digits; the rest is noise
    return f"{int(rounded):_}" if rounded == int(rounded) else f"{rounded:.15f}".rstrip("0")


def overlay_text(scenario: Scenario, name: str, review: Review) -> str:
    """Return the changes as the text of a scenario file that extends the exported one.

    Parameters
    ----------
    scenario : Scenario
        The scenario that was exported.
    name : str
        Its path or name, for `extends`.
    review : Review
        The changes.

    Raises
    ------
    FibercapError
        If an input exists only in an option, because a change of the plan as written cannot set it.
    """
    paths = [
        one.path
        for one in review.entries
        if subtree(scenario.tree, tuple(one.path.split("."))) is None and not _may_be_set(scenario, one.path)
    ]
    if paths:
        problem = f"{', '.join(paths)}: only in option `{review.option}`"
        raise FibercapError("no_such_path", problem, "change it in the option itself")
    option = f", option {review.option}" if review.option else ""
    lines = [
        f"# What was changed in {_on_one_line(review.file)}{option}.",
        "fibercap: 1",
        f"id: {as_name(f'{scenario.id[: LONGEST - len(_REVIEWED)]}{_REVIEWED}')}",
        f"extends: {scalar(name)}",
        "change:" if review.entries else "change: {}",
    ]
    lines += [
        f"  {scalar(one.path)}: {scalar(one.new)}  # was {_on_one_line(one.old)}; cell {one.cell}"
        for one in review.entries
    ]
    return "\n".join(lines) + "\n"


def _on_one_line(text: str) -> str:
    """Return a text on one line, for a comment."""
    return " ".join(visible(text).splitlines())


def name_from(folder: Path, scenario: str) -> str:
    """Return the `extends` of a file in a folder that extends a scenario: a relative path, or a shipped name.

    Parameters
    ----------
    folder : Path
        The folder of the file.
    scenario : str
        Path or shipped name of the scenario.
    """
    path = locate(scenario)
    if path in shipped_scenarios().values():
        return scenario
    return os.path.relpath(path.resolve(), folder.resolve())


def _may_be_set(scenario: Scenario, path: str) -> bool:
    """Return whether an input that is not written may be set, because its block is written."""
    *above, last = path.split(".")
    block = subtree(scenario.tree, tuple(above[:2]))
    return isinstance(block, Branch) and bool(last)
