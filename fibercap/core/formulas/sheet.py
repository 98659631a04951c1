"""The Sheet on which a part of the model writes its rows; most values are computed from the row's formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.formula import evaluate, shift_columns
from fibercap.core.formulas.formula_text import balance_text, term_of
from fibercap.core.formulas.rows import INPUT, NATURES, Block, Given, Row, with_year_ends
from fibercap.core.timeline import FLOW, STOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fibercap.core.formulas.formula import Read
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
        """By path, the formulas that rows follow after the horizon, where they differ from those before."""
        self.given_later: dict[str, Given] = {}
        """By path, the scalars that have another value after the horizon."""

    def put(self, row: Row, value: Array | None) -> Array:
        """Write a row; return its values over all columns, (..., period).

        Parameters
        ----------
        row : Row
            The row, whose path is not yet written.
        value : () or (..., period), or None
            Its values, in the row's unit. None leaves the row open: it, and lines that read it, are 0 until `settle`.

        Raises
        ------
        ValueError
            If the row is already written, or its nature is unknown.
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

        The formula reads rows and scalars that are already written. After the horizon the formula that `after_horizon`
        was given applies, if any.
        """
        return self.put(row, None if self.rests_on_open(row.formula) else self._follow(row, self.read))

    def rests_on_open(self, formula: str) -> bool:
        """Return whether a formula reads a row that has no values until `settle`."""
        return bool(self._open) and any(path in self._open for path, _ in term_of(formula).references)

    def carry(self, row: Row) -> Array:
        """Write a row whose formula may repeat its last value, at first 0; return it, (..., period), in its unit."""

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
        """Write a row that is 1 up to the last column in which a test holds, then 0; return it, (..., period).

        Parameters
        ----------
        path, label, test : str
            As of a `Row`, and the formula text of the test. [1]
        """
        holds = np.maximum.accumulate(np.flip(self._spread(self.work_out(test)), -1), axis=-1)
        return self.put(Row(path, label, "", FLOW, f"IF(OR({test}, {{{path}@1}} > 0), 1, 0)"), np.flip(holds, -1))

    def work_out(self, formula: str) -> Array:
        """Return the values of a formula text on this sheet, `()` or (..., period)."""
        return evaluate(formula, self.read)

    def write_balance(self, path: str, label: str, unit: str, change: str, before: str = "0") -> Array:
        """Write a balance: an opening value plus the changes up to each period; return it, (..., period).

        Parameters
        ----------
        path, label, unit : str
            As of a `Row`.
        change, before : str
            Formula texts of a period's change, a sum or difference, and of the value before the first column. [unit]
        """
        row = Row(path, label, unit, STOCK, balance_text(path, change), before)
        if self.rests_on_open(change):
            return self.put(row, None)
        value = self._spread(self.work_out(change)).cumsum(axis=-1)
        return self.put(row, value if before == "0" else self.work_out(before) + value)

    def read(self, path: str, shift: int) -> Array:
        """Return the value of a scalar or a row as formulas read it, `()` or (..., period), in its own unit.

        Parameters
        ----------
        path : str
            The path of the scalar or row.
        shift : int
            How many columns later a row is read; negative for earlier ones.
        """
        value = self._values.get(path)
        if value is None:
            if path in self._given:
                return self._scalar_by_column(path)
            value = next(self._elsewhere(path))
        return shift_columns(value, shift, self._beyond(path, shift > 0)) if shift else value

    def _scalar_by_column(self, path: str) -> Array:
        """Return a scalar; by column, if it has another value after the horizon."""
        scalar = self._given[path].value
        later = self.given_later.get(path) if self.within < self.length else None
        return scalar if later is None else np.where(np.arange(self.length) < self.within, scalar, later.value)

    def _elsewhere(self, path: str) -> Iterator[Array]:
        """Yield the values of a path in other blocks, the block added last first."""
        for prefix, block in self._others:
            if (name := path.removeprefix(prefix)) in block.values:
                yield block.values[name]
            elif name in block.given:
                yield block.given[name].value

    def _beyond(self, path: str, ahead: bool) -> Array:  # noqa: FBT001 - a side
        """Return the value before the first column of a row or, ahead, after the last one, `()` or (..., 1)."""
        value = self._edges.get((path, ahead))
        if value is None:
            value = evaluate(self._rows[path].after if ahead else self._rows[path].before, self.read)
            value = self._edges[path, ahead] = value[..., :1] if value.ndim else value
        return value

    def _spread(self, value: Array) -> Array:
        """Return a value broadcast over all columns, (..., period)."""
        if value.shape[-1:] == (self.length,):
            return value
        return np.broadcast_to(value, (*value.shape[:-1], self.length)) if value.ndim else np.full(self.length, value)

    def value(self, path: str) -> Array:
        """Return the value of a row written before."""
        return self._values[path]

    def fork(self, length: int = 0) -> Sheet:
        """Return a copy to try something on; with a length, only its first columns."""
        copy = Sheet(self.name, length or self.length, min(self.within, length or self.length))
        copy._rows, copy._values, copy._given = dict(self._rows), dict(self._values), dict(self._given)
        copy._others, copy._open = list(self._others), set(self._open)
        copy.later, copy.given_later, copy.checked = dict(self.later), dict(self.given_later), self.checked
        if copy.length < self.length:
            copy._values = {path: value[..., :length] for path, value in self._values.items()}
        return copy

    def know(self, block: Block, prefix: str = "") -> None:
        """Let formulas read the rows and scalars of another block; the block added last comes first.

        Parameters
        ----------
        block, prefix : Block, str
            The other block, and what formulas write before its paths, without the dot.
        """
        self._others.insert(0, (prefix and f"{prefix}.", block))

    def after_horizon(self, path: str, formula: str) -> None:
        """Set another formula that a row follows after the horizon; call it before writing the row.

        Parameters
        ----------
        path, formula : str
            The path of the row, and the formula text, in the row's unit.
        """
        self.later[path] = formula

    def give_after_horizon(self, path: str, unit: str, value: Array | float, formula: str) -> None:
        """Set the value of a scalar for the columns after the horizon.

        Parameters
        ----------
        path, unit, value, formula
            As of a `Given`; the value is `()` or (sample, 1).
        """
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
        """Return whether a row has been written."""
        return path in self._rows

    def scalar(self, path: str) -> Array:
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

        Parameters
        ----------
        path, unit, value, formula, fixed, aside
            As of a `Given`; the value is `()` or (sample, 1).
        *reads : str
            Paths of the inputs from which it comes; by default, of `inputs.<path>`, the input at that path. The month
            or day of a business year comes from `horizon.year_ends` too.
        """
        if not reads and not formula and path.startswith(INPUT):
            reads = (path.removeprefix(INPUT),)
        if unit in {"month", "day"} and any("FY" in read for read in reads):
            reads = with_year_ends(reads)
        self._given[path] = Given(path, unit, np.asarray(value, dtype=float), reads, formula, fixed, aside)
        return f"{{{path}}}"

    def derive(self, path: str, unit: str, formula: str, *, fixed: bool = False, aside: bool = False) -> str:
        """Make a scalar known that follows from other scalars and from sums of rows; return the reference to it.

        Parameters
        ----------
        path, unit, formula, fixed, aside
            As of a `Given`.
        """
        value = self.work_out(formula)
        value = value[0] if value.ndim == 1 else value
        return self.give(path, unit, value, formula=formula, fixed=fixed, aside=aside)

    def knows(self, path: str) -> bool:
        """Return whether a scalar has been given."""
        return path in self._given

    def settle(self, values: Mapping[str, Array]) -> None:
        """Set the values of open rows, and of the rows that read them."""
        self._values |= {path: value for path, value in values.items() if path in self._rows}
        self._open.clear()
        self._edges.clear()

    def set_after(self, path: str, after: str) -> None:
        """Set the formula of the value that follows a row's last column.

        Parameters
        ----------
        path, after : str
            The path of the row, and the formula text, in the row's unit.
        """
        self._rows[path] = self._rows[path]._replace(after=after)
        self._edges.pop((path, True), None)

    def block(self) -> Block:
        """Return the rows written so far as a Block."""
        return Block(self.name, self.length, self._rows, self._values, self._given, checked=self.checked)


def total(paths: Iterable[str]) -> str:
    """Return the formula text of a sum of rows, "0" if there are none."""
    return " + ".join(f"{{{path}}}" for path in paths) or "0"
