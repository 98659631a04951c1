"""The Sheet that a part of the model writes its rows on, each with its values, most of them from its formula alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formula import evaluate, shifted
from fibercap.core.formula_text import balance_text, term_of
from fibercap.core.rows import INPUT, NATURES, Block, Given, Row
from fibercap.core.timeline import FLOW, STOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fibercap.core.formula import Read
    from fibercap.core.units import Array


class Sheet:
    """Where a part of the model writes its rows: value and formula side by side."""

    def __init__(self, name: str, length: int, within: int = 0) -> None:
        self.name, self.length = name, length
        self.within = within or length
        """The number of its columns within the horizon."""
        self._rows: dict[str, Row] = {}
        self._values: dict[str, Array] = {}
        self._given: dict[str, Given] = {}
        self._open: set[str] = set()
        self._edges: dict[tuple[str, bool], Array] = {}
        self._others: list[tuple[str, Block]] = []
        self.checked = 0
        """The number of its first rows that need no check any more."""
        self.later: dict[str, str] = {}
        """The formulas by which rows go on after the horizon, where these are not their own."""
        self.given_later: dict[str, Given] = {}
        """The scalars that are others after the horizon."""

    def put(self, row: Row, value: Array | None) -> Array:
        """Write a row; return its value with the time axis spread out, to go on with.

        Without a value the row is open: it, and lines that rest on it, are zero until they are settled.
        """
        if row.path in self._rows:
            raise ValueError(f"the row {row.path} is written twice")
        if row.nature not in NATURES:
            raise ValueError(f"{row.path}: nature `{row.nature}` is none of {NATURES}")
        self._rows[row.path] = row
        if value is None:
            self._open.add(row.path)
            value = np.zeros(1)
        spread = self._values[row.path] = self._spread(value)
        return spread

    def line(self, row: Row) -> Array:
        """Write a row whose values follow from its formula; return them, (..., period), in the row's unit.

        Its formula reads rows and scalars written before it, all on the columns of this sheet. After the horizon
        another formula gives the values, where it has been said.
        """
        return self.put(row, None if self._rests_on_open(row.formula) else self._follow(row, self.read))

    def _rests_on_open(self, formula: str) -> bool:
        return bool(self._open) and any(path in self._open for path, _ in term_of(formula).references)

    def carry(self, row: Row) -> Array:
        """Write a row whose formula may pass on its own value of the column before: the last other one holds, or 0."""

        def read(path: str, shift: int) -> Array:
            return np.asarray(np.nan) if path == row.path else self.read(path, shift)

        value = self._spread(self._follow(row, read))
        last = np.maximum.accumulate(np.where(np.isnan(value), 0, np.arange(self.length)), axis=-1)
        return self.put(row, np.nan_to_num(np.take_along_axis(value, last, axis=-1)))

    def _follow(self, row: Row, read: Read) -> Array:
        value = evaluate(row.formula, read)
        if self.within == self.length or row.path not in self.later:
            return value
        return np.where(np.arange(self.length) < self.within, value, evaluate(self.later[row.path], read))

    def until_last(self, path: str, label: str, test: str) -> Array:
        """Write 1 up to the last column in which a test holds, 0 after it; return it, (..., period)."""
        holds = np.maximum.accumulate(np.flip(self._spread(self.work_out(test)), -1), axis=-1)
        return self.put(Row(path, label, "", FLOW, f"IF(OR({test}, {{{path}@1}} > 0), 1, 0)"), np.flip(holds, -1))

    def work_out(self, formula: str) -> Array:
        """Return the values of a formula on this sheet, `()` or (..., period)."""
        return evaluate(formula, self.read)

    def running(self, path: str, label: str, unit: str, change: str, before: str = "0") -> Array:
        """Write a balance: what stood before, and in each period a change; return it, (..., period).

        Parameters
        ----------
        path, label, unit
            As of a `Row`.
        change : str
            The formula of a period's change, a sum or a difference of terms.
        before : str
            The formula of what stood before the first column.
        """
        row = Row(path, label, unit, STOCK, balance_text(path, change), before)
        if self._rests_on_open(change):
            return self.put(row, None)
        value = self._spread(self.work_out(change)).cumsum(axis=-1)
        return self.put(row, value if before == "0" else self.work_out(before) + value)

    def read(self, path: str, shift: int) -> Array:
        """Return the value of a scalar, or of a row some columns away, as formulas read it, `()` or (..., period)."""
        if path in self._given:
            given, later = self._given[path].value, self.given_later.get(path)
            if later is None or self.within == self.length:
                return given
            return np.where(np.arange(self.length) < self.within, given, later.value)
        value = self._values.get(path)
        if value is None:
            value = next(self._elsewhere(path))
        if shift == 0:
            return value
        return shifted(value, shift, self._beyond(path, shift > 0))

    def _elsewhere(self, path: str) -> Iterator[Array]:
        """Run over the rows and scalars of other blocks that have a path."""
        for prefix, block in self._others:
            name = path.removeprefix(prefix)
            if name in block.values:
                yield block.values[name]
            elif name in block.given:
                yield block.given[name].value

    def _beyond(self, path: str, ahead: bool) -> Array:  # noqa: FBT001 - a side
        """Return what a row reads beyond its first column or, ahead, beyond its last one, `()` or (..., 1)."""
        found = self._edges.get((path, ahead))
        if found is None:
            found = evaluate(self._rows[path].after if ahead else self._rows[path].before, self.read)
            found = self._edges[path, ahead] = found[..., :1] if found.ndim else found
        return found

    def _spread(self, value: Array) -> Array:
        """Return a value over all columns."""
        if value.shape[-1:] == (self.length,):
            return value
        return np.broadcast_to(value, (*value.shape[:-1], self.length)) if value.ndim else np.full(self.length, value)

    def value(self, path: str) -> Array:
        """Return the value of a row written before."""
        return self._values[path]

    def fork(self, length: int = 0) -> Sheet:
        """Return a sheet that knows the same, to try something on; of the first columns alone if a length is given."""
        copy = Sheet(self.name, length or self.length, min(self.within, length or self.length))
        copy._rows, copy._values, copy._given = dict(self._rows), dict(self._values), dict(self._given)
        copy._others, copy._open = list(self._others), set(self._open)
        copy.later, copy.given_later, copy.checked = dict(self.later), dict(self.given_later), self.checked
        if copy.length < self.length:
            copy._values = {path: value[..., :length] for path, value in self._values.items()}
        return copy

    def know(self, block: Block, prefix: str = "") -> None:
        """Let formulas read what stands in another block, by its path under a prefix; the last one known is read."""
        self._others.insert(0, (prefix and f"{prefix}.", block))

    def after_horizon(self, path: str, formula: str) -> None:
        """Say by which formula a row goes on after the horizon, where that is not its own."""
        self.later[path] = formula

    def give_after_horizon(self, path: str, unit: str, value: Array | float, formula: str) -> None:
        """Say what a scalar is for the rows after the horizon."""
        self.given_later[path] = Given(path, unit, np.asarray(value, dtype=float), formula=formula)

    @property
    def rows(self) -> Mapping[str, Row]:
        """The rows written so far, by path."""
        return self._rows

    @property
    def values(self) -> Mapping[str, Array]:
        """The values of the rows written so far, by path."""
        return self._values

    def __contains__(self, path: str) -> bool:
        """Tell whether a row has been written."""
        return path in self._rows

    def given(self, path: str) -> Array:
        """Return the value of a scalar given before."""
        return self._given[path].value

    def give(
        self,
        path: str,
        unit: str,
        value: Array | float,
        *reads: str,
        formula: str = "",
        fixed: bool = False,
        aside: bool = False,
    ) -> str:
        """Make a scalar known to formulas as `{path}`; return that reference.

        `inputs.<path>` is the input at that path unless `reads` names others; what is no input says which inputs it is
        read from, or by which formula it follows.
        """
        if not reads and not formula and path.startswith(INPUT):
            reads = (path.removeprefix(INPUT),)
        self._given[path] = Given(path, unit, np.asarray(value, dtype=float), reads, formula, fixed, aside)
        return f"{{{path}}}"

    def derive(self, path: str, unit: str, formula: str, *, fixed: bool = False, aside: bool = False) -> str:
        """Make a scalar known that follows from others and from sums over rows; return the reference to it."""
        value = self.work_out(formula)
        value = value[0] if value.ndim == 1 else value
        return self.give(path, unit, value, formula=formula, fixed=fixed, aside=aside)

    def knows(self, path: str) -> bool:
        """Tell whether a scalar has been given."""
        return path in self._given

    def settle(self, values: Mapping[str, Array]) -> None:
        """Replace values of rows that were not known when they were written."""
        self._values |= {path: value for path, value in values.items() if path in self._rows}
        self._open.clear()
        self._edges.clear()

    def look_after(self, path: str, after: str) -> None:
        """Say what follows the last column of a row."""
        self._rows[path] = self._rows[path]._replace(after=after)
        self._edges.pop((path, True), None)

    def block(self) -> Block:
        """Return the rows written so far as a Block."""
        return Block(self.name, self.length, self._rows, self._values, self._given, checked=self.checked)


def total(paths: Iterable[str]) -> str:
    """Return the formula that adds up rows; "0" for none."""
    return " + ".join(f"{{{path}}}" for path in paths) or "0"
