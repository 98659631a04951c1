"""Explanations of numbers: the formula in names and in numbers, and the inputs down to where they are written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import FibercapError, nearest
from fibercap.core.formulas.dependencies import references
from fibercap.core.formulas.formula_pieces import pieces, text_without_braces
from fibercap.core.formulas.rows import INPUT
from fibercap.core.formulas.term import Call, Chain, Reference
from fibercap.core.timeline import FLOW, STOCK
from fibercap.model.measures.all_measures import measure_named, names
from fibercap.model.plan.plan import SOURCE_KINDS
from fibercap.studies.explaining.cells import FEW, Cells, exact
from fibercap.studies.explaining.explanation import Number, Result
from fibercap.studies.explaining.input_history import Inputs, Written
from fibercap.studies.explaining.input_uses import Use, use_of
from fibercap.studies.explaining.lookup import full_name
from fibercap.studies.explaining.periods_asked_for import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fibercap.core.formulas.formula_pieces import Piece
    from fibercap.core.formulas.rows import Given
    from fibercap.model.projection import Projection
    from fibercap.studies.explaining.periods_asked_for import Moment

PLAIN = ("time.",)
"""Rows of the calendar: only their values are shown, unless one of them is to be explained."""


def explain(projection: Projection, path: str, when: str = "", depth: int = 2, sample: int = 0) -> Result | Use:
    """Explain an input, or a result: a row at a time, or a measure.

    Parameters
    ----------
    projection : Projection
        The projection of the scenario.
    path : str
        An input, a measure or, with `when`, a row; or a short name of one, see `full_name`.
    when : str
        `2002-06`, `2002-Q2`, `2002`, `end of 2002` or a date; of a loan's schedule also the number of a payment.
    depth : int
        How many formulas deep to explain a result.
    sample : int
        Which sample of a batch to explain, from 0 on.

    Returns
    -------
    Result or Use
        A `Result` says where a number comes from; a `Use` says where an input is written and what uses it.

    Raises
    ------
    FibercapError
        If nothing or more than one thing has that name, or the row has no value at that time.
    """
    inputs = Inputs(projection.scenario)
    if not (path in projection.rows or path in names(projection) or inputs.is_input(path.removeprefix(INPUT))):
        path = full_name(projection, path, timed=bool(when))
    if not when:
        if inputs.is_input(path.removeprefix(INPUT)):
            return use_of(projection, inputs, path.removeprefix(INPUT))
        if path in names(projection):
            return _measure(projection, inputs, path, depth, sample)
        if any(path in block.given for block in projection.blocks.values()):
            return _result(projection, Explainer(Cells(projection, sample), inputs).given_number(path, depth), [path])
    row = path if path in projection.rows else f"{INPUT}{path}"
    if row not in projection.rows or not when:
        raise FibercapError(*_refusal(projection, inputs, path, when))
    explainer = Explainer(Cells(projection, sample), inputs)
    number = explainer.over(row, moment(explainer.cells, row, when), depth)
    return _result(projection, number, [row])


def _refusal(projection: Projection, inputs: Inputs, path: str, when: str) -> tuple[str, str, str]:
    """Return the code, the message and the hint of the error for a path that cannot be explained."""
    if path in projection.rows:
        timeline = projection.timeline
        first, last = timeline.labels[0], timeline.labels[-1]
        year = timeline.label(timeline.dates[-1], "year")
        has_dates = path.startswith("loans.") and ".schedule." in path
        way = "a date or the number of a payment" if has_dates else f"such as `{last}` or `end of {year}`"
        way = f"name a period too, {way}" + ("" if has_dates else f", from {first} to {last}")
        return "with_or_without_period", f"`{path}` is a row", way
    if path in names(projection):
        message = f"`{path}` is a measure, one number for the whole plan"
        return "with_or_without_period", message, f"leave out `{when}`"
    if inputs.is_input(path):
        return "with_or_without_period", f"`{path}` is an input that has no periods", f"leave out `{when}`"
    near = nearest(path, {*projection.rows, *names(projection), *inputs.paths} - {""})
    hint = f"did you mean `{near}`?" if near else "`fibercap rows SCENARIO` lists rows and measures"
    return "no_such_name", f"no input, row or measure `{path}`", hint


def _result(projection: Projection, number: Number, rests_on: Iterable[str]) -> Result:
    evidence, paths = projection.evidence, tuple(rests_on)
    kinds = [item.kind for item in evidence.inputs_under(paths)]
    counted = {kind: kinds.count(kind) for kind in SOURCE_KINDS if kind in kinds}
    return Result(number, evidence.weakest(paths) if number.value is not None else "", counted)


def _measure(projection: Projection, inputs: Inputs, name: str, depth: int, sample: int) -> Result:
    measure, explainer = measure_named(projection, name), Explainer(Cells(projection, sample), inputs)
    value = _none_if_nan(float(np.broadcast_to(measure.values, (projection.samples,))[sample]))
    note = f"undefined: {measure.reason}" if value is None else measure.remark
    number = Number(measure.name, measure.label, "", value, measure.unit, note=note)
    if measure.formula:
        number = explainer.fill(number, measure.formula, 0, depth)
    else:
        rows = tuple(explainer.whole_row(path) for path in measure.reads)
        number = replace(number, note=note or "computed from these whole rows", inputs=rows)
    return _result(projection, number, measure.rests_on)


def _none_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else value


class Explainer:
    """Explains cells of one sample of a projection, each cell once."""

    def __init__(self, cells: Cells, inputs: Inputs) -> None:
        self.cells, self.inputs = cells, inputs
        self._done: set[tuple[str, int]] = set()

    def over(self, path: str, asked: Moment, depth: int) -> Number:
        """Explain a row in one or several columns; several are summed, averaged, or the last taken, by its nature."""
        if len(asked.columns) == 1:
            return self.row(path, asked.columns[0], depth, asked_for=True)
        row, values = self.cells.row(path), [self.cells.cell(path, column) for column in asked.columns]
        count, last = len(values), exact(values[-1])
        summed = " + ".join(map(exact, values))
        value, formula, numbers = {
            FLOW: (sum(values), f"the sum of {count} periods", summed),
            STOCK: (values[-1], f"what stands at the end of {self.cells.label(path, asked.columns[-1])}", last),
        }.get(row.nature, (sum(values) / count, f"the mean of {count} periods", f"({summed}) / {count}"))
        if self.cells.event_dates(path):
            formula = formula.replace("periods", "events").replace("at the end of", "after")
        number = Number(path, row.label, asked.label, _none_if_nan(value), row.unit, formula, numbers)
        number = replace(number, numbers="" if "nan" in numbers else numbers, note=self._note_if_undefined(path, value))
        moving = [column for column, one in zip(asked.columns, values, strict=True) if one]
        shown = moving[-1] if moving and row.nature != STOCK else asked.columns[-1]
        plain = [self._plain(path, one) for one in asked.columns if one != shown] if row.nature != STOCK else []
        last_one = self.row(path, shown, depth, asked_for=True)
        if plain and last_one.formula and not last_one.note:
            which = "the last" if shown == asked.columns[-1] else "the last that is not zero"
            note = f"{which} of {count}, in full; name another, such as {plain[0].period}, to see its formula"
            last_one = replace(last_one, note=note)
        return replace(number, inputs=(*plain, last_one))

    def row(self, path: str, column: int, depth: int, *, asked_for: bool = False) -> Number:
        """Explain a row in a column, `depth` formulas deep."""
        path, column = self.cells.where(path, column)
        row, plain = self.cells.row(path), self._plain(path, column)
        length, name = self.cells.block(path).length, self.cells.earlier(path)
        if not asked_for and name.startswith(INPUT):
            return replace(plain, written=self._in_force(path, column))
        if (not asked_for and name.startswith(PLAIN)) or column >= length:
            return plain
        text = row.formula if column >= 0 else row.before
        if not text:
            return self._read(plain, row.reads, depth)
        if (path, column) in self._done and references(text):
            return replace(plain, note="explained above")
        if depth > 0:
            self._done.add((path, column))
        filled = self.fill(plain, text, max(column, 0), depth)
        return replace(filled, written=self._inputs_written(row.reads)) if row.reads and depth > 0 else filled

    def fill(self, number: Number, text: str, column: int, depth: int) -> Number:
        """Return a number with its formula and an explanation of what that refers to, `depth` formulas deep."""
        parts = [piece for piece in pieces(text) if not isinstance(piece, str)]
        formula = text_without_braces(text)
        if depth <= 0 and parts and not self._is_input(parts):
            return replace(number, hidden=len(parts))
        numbers = self.cells.numbers(text, column)
        groups = [self._piece(piece, column, depth - 1) for piece in dict.fromkeys(parts)]
        inputs = tuple({(n.path, n.period): n for group in reversed(groups) for n in reversed(group)}.values())
        return replace(number, formula=formula, numbers=numbers, inputs=inputs[::-1])

    def _is_input(self, parts: Sequence[Piece]) -> bool:
        """Tell whether a formula only names one input, which is shown at any depth."""
        one = parts[0] if len(parts) == 1 else None
        given = self.cells.given.get(one.path) if isinstance(one, Reference) else None
        return given is not None and len(given.reads) == 1

    def given_number(self, path: str, depth: int) -> Number:
        """Explain a given number: where it is written, or the formula by which it follows from written ones."""
        item: Given = self.cells.given[path]
        number = Number(path.removeprefix(INPUT), "", "", float(self.cells.series(path)), item.unit)
        if item.formula:
            filled = self.fill(number, item.formula, 0, depth)
            return replace(filled, written=self._inputs_written(item.reads)) if item.reads and depth > 0 else filled
        return self._read(number, item.reads, depth) if item.reads else replace(number, note="a constant")

    def whole_row(self, path: str) -> Number:
        """Return a whole row, from its first to its last period, without a value."""
        row, length = self.cells.row(path), self.cells.block(path).length
        span = f"{self.cells.label(path, 0)} to {self.cells.label(path, length - 1)}"
        return Number(path, row.label, span, None, row.unit, hidden=1)

    def _plain(self, path: str, column: int) -> Number:
        row, value = self.cells.row(path), self.cells.cell(path, column)
        label = self.cells.label(path, column)
        return Number(path, row.label, label, _none_if_nan(value), row.unit, note=self._note_if_undefined(path, value))

    def _note_if_undefined(self, path: str, value: float) -> str:
        return f"undefined: {self.cells.row(path).undefined}" if np.isnan(value) else ""

    def _read(self, number: Number, reads: tuple[str, ...], depth: int) -> Number:
        """Return a number that is read from inputs with the places of these, defaults last."""
        if depth <= 0 and len(reads) > 1:
            return replace(number, hidden=len(reads))
        return replace(number, written=self._inputs_written(reads))

    def _inputs_written(self, reads: tuple[str, ...]) -> tuple[Written, ...]:
        inputs = [self.inputs.one(path) for path in dict.fromkeys(reads)]
        return tuple(sorted(inputs, key=lambda one: one.is_default))

    def _piece(self, piece: Piece, column: int, depth: int) -> list[Number]:
        """Explain what a piece of a formula refers to."""
        if isinstance(piece, Call):
            return self._gathering(piece, column, depth)
        assert isinstance(piece, Reference)  # noqa: S101 - plain text was left out
        if piece.path in self.cells.given:
            return [self.given_number(piece.path, depth)]
        return [self.row(piece.path, column + piece.shift, depth)]

    def _gathering(self, call: Call, column: int, depth: int) -> list[Number]:
        """Explain a function of whole rows: each term if there are few, else the total and its largest terms."""
        gathered = self.cells.gather(call, column)
        read = [piece for piece in pieces(call.arguments[0]) if isinstance(piece, Reference)]
        rows = [piece for piece in read if piece.path not in self.cells.given]
        if not rows:
            return [self.given_number(piece.path, depth) for piece in read]
        if len(gathered.columns) <= FEW and gathered.columns and call.function not in {"IRR", "XIRR"}:
            return [self.row(*cell, depth) for cell in self._cells_read(call, rows, gathered.columns)]
        first = rows[0].path
        total = self.whole_row(first)
        largest = sorted(gathered.columns, key=lambda place: -abs(self.cells.cell(first, place)))[:FEW]
        terms = [self._plain(*cell) for cell in self._cells_read(call, rows, sorted(largest))]
        note = f"{gathered.count} terms"
        if len(gathered.columns) < gathered.count:
            note += f", {len(gathered.columns)} of them not zero" if gathered.columns else ", all of them zero"
        note += f"; the largest {len(largest)}" if len(largest) < len(gathered.columns) else ""
        alone = len(pieces(call.arguments[0])) == 1  # a sum of products of rows is no value of the first row
        value = _none_if_nan(gathered.value) if alone and call.function not in {"IRR", "XIRR"} else None
        return [replace(total, value=value, note=note, inputs=tuple(terms), hidden=0)]

    def _cells_read(self, call: Call, rows: list[Reference], places: Sequence[int]) -> list[tuple[str, int]]:
        """Return the cells that a function of whole rows reads at some places, counted through all rows of a chain."""
        if not isinstance(call.arguments[0], Chain):
            return [(piece.path, place + piece.shift) for piece in rows for place in places]
        cells = []
        for place in places:
            remaining = iter(rows)
            piece = next(remaining)
            while place >= self.cells.block(piece.path).length:
                length = self.cells.block(piece.path).length
                place, piece = place - length, next(remaining)  # noqa: PLW2901 - counted on
            cells.append((piece.path, place))
        return cells

    def _in_force(self, path: str, column: int) -> tuple[Written, ...]:
        """Return where an input over time is written: the one key that gives its value in a column, else the block.

        Of an input that grows or is interpolated, each key, and what it grows by.
        """
        path, column = self.cells.original_cell(path, column)
        row, name = self.cells.row(path), self.cells.earlier(path)
        given = [p for p in references(row.formula) if p in self.cells.given and not p.startswith(PLAIN)]
        if self.inputs.moves_between_keys(name.removeprefix(INPUT)):
            return self.inputs.below(name.removeprefix(INPUT))
        prefix = path.removesuffix(name)
        start, end = (self.cells.cell(f"{prefix}time.{edge}", column) for edge in ("start", "end"))
        keys = [p for p in given if f"{p}.from" in given]
        since = [self.cells.cell(f"{key}.from", column) for key in keys] + [np.inf]
        counts = [key for key, a, b in zip(keys, since, since[1:], strict=False) if a < end and b > start]
        reads = self.cells.given[counts[0] if len(counts) == 1 else given[0]].reads[0]
        return (self.inputs.one(reads if len(counts) <= 1 else name.removeprefix(INPUT)),)
