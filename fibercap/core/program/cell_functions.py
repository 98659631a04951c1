"""Formulas as functions that return the value of one cell: a number or a node of a graph."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.formula import FUNCTIONS
from fibercap.core.formulas.term import Call, Chain, Negative, Number, Operation, Reference, Term
from fibercap.core.program.node import is_number
from fibercap.core.program.operations import Do

if TYPE_CHECKING:
    from collections.abc import Callable

    from fibercap.core.program.cell_reader import CellFunction, CellReader
    from fibercap.core.program.graph import Graph
    from fibercap.core.program.node import Value

UNITS_A_YEAR: Final = {"IRR": 12, "XIRR": 365}
"""How many units of time of a rate of return are a year."""


def cell_function(term: Term, cells: CellReader) -> CellFunction:
    """Return a function that gives a formula's value in a column.

    Parameters
    ----------
    term : Term
        The formula.
    cells : CellReader
        Gives the cells that it reads. A factor beside a zero, and the branch of an IF that the calendar rules out, are
        not read.

    Raises
    ------
    FormulaError
        If the term calls a function that has no value in a column.
    """
    if isinstance(term, Number):
        value = float(term.value)
        return lambda _: value
    if isinstance(term, Reference):
        path, shift, read = term.path, term.shift, cells.read
        return lambda column: read(path, column + shift)
    if isinstance(term, Negative):
        of, apply = cell_function(term.of, cells), cells.graph.apply
        return lambda column: apply(Do.MULTIPLY, -1.0, of(column))
    if isinstance(term, Operation):
        return _operation(term, cells)
    if isinstance(term, Call):
        return _call(term, cells)
    raise FormulaError("not_of_one_column", f"`{term}` has no value in a single column")


_SIGNS: Final = {
    "+": Do.ADD,
    "-": Do.SUBTRACT,
    "/": Do.DIVIDE,
    "^": Do.POWER,
    "<": Do.LESS,
    "<=": Do.AT_MOST,
    ">": Do.LESS,
    ">=": Do.AT_MOST,
    "=": Do.EQUAL,
}


def _operation(term: Operation, cells: CellReader) -> CellFunction:
    if (by_key := _amounts_by_key(term, cells)) is not None:
        return by_key
    left, right = cell_function(term.left, cells), cell_function(term.right, cells)
    if term.sign == "*":
        # The factor that is a number comes first: if it is 0, cells behind the other are never worked out.
        if _depends(term.left, cells) and not _depends(term.right, cells):
            return _product(right, left, cells.graph, is_defined=_is_defined(term.left, cells))
        return _product(left, right, cells.graph, is_defined=_is_defined(term.right, cells))
    do, apply = _SIGNS[term.sign], cells.graph.apply
    if term.sign in {">", ">="}:
        left, right = right, left  # x > y is y < x: one operation less for every machine
    return lambda column: apply(do, left(column), right(column))


def _amounts_by_key(term: Operation, cells: CellReader) -> CellFunction | None:
    """Return the function of a sum of amounts that each hold in columns with one key, such as a day; else None.

    A column of `IF({date} = {first.on}, {first}, 0) + IF({date} = {second.on}, {second}, 0) + ...` reads the amounts of
    its own day alone, however many there are.
    """
    amounts: list[tuple[str, Term]] = []
    row = ""
    left: list[Term] = [term] if term.sign == "+" else []
    while left:
        match left.pop():
            case Operation("+", first, second):
                left += [second, first]
            case Call("IF", (Operation("=", Reference(path, 0), Reference(key, 0)), amount, Number(0.0))) if (
                path == (row or path) and not cells.depends(path) and not cells.depends(key) and cells.length(key) == 1
            ):
                row = path
                amounts.append((key, amount))
            case _:
                return None
    by_key: dict[Value, list[CellFunction]] = {}
    for key, amount in amounts:
        by_key.setdefault(cells.read(key, 0), []).append(cell_function(amount, cells))

    def sum_here(column: int) -> Value:
        total: Value = 0.0
        for amount_here in by_key.get(cells.read(row, column), ()):
            total = cells.graph.apply(Do.ADD, total, amount_here(column))
        return total

    return sum_here if by_key else None


def _product(first: CellFunction, second: CellFunction, graph: Graph, *, is_defined: bool) -> CellFunction:
    """Return a product; the second factor is not read beside a zero if it is never undefined."""

    def product(column: int) -> Value:
        factor = first(column)
        if is_defined and is_number(factor) and factor == 0.0:
            return 0.0
        return graph.apply(Do.MULTIPLY, factor, second(column))

    return product


def _depends(term: Term, cells: CellReader) -> bool:
    return any(cells.depends(path) for path, _ in term.references)


def _is_defined(term: Term, cells: CellReader) -> bool:
    """Return whether a formula has a number in every column, as far as can be seen without working it out."""
    if isinstance(term, Reference):
        return cells.is_defined(term.path)
    if isinstance(term, Operation) and term.sign in {"/", "^"}:
        if (
            term.sign == "^"
            or _depends(term.right, cells)
            or any(cells.length(path) > 1 for path, _ in term.right.references)
        ):
            return False
        return cell_function(term.right, cells)(0) != 0 and _is_defined(term.left, cells)
    if isinstance(term, Call) and term.function in UNITS_A_YEAR:
        return False
    return all(_is_defined(part, cells) for part in term.parts)


def _call(term: Call, cells: CellReader) -> CellFunction:
    if len(term.arguments) == 1 and term.function in _OVER_COLUMNS:
        return _over_columns(term, cells)
    return _CALLS.get(term.function, _of_numbers)(term, cells)


def _parts(term: Call, cells: CellReader) -> list[CellFunction]:
    return [cell_function(part, cells) for part in term.arguments]


_EXTREMES: Final = {"MIN": Do.MINIMUM, "MAX": Do.MAXIMUM}
_JUNCTIONS: Final = {"AND": (Do.AND, 1.0), "OR": (Do.OR, 0.0)}
_OVER_COLUMNS: Final = {"SUM": (Do.ADD, 0.0), "MIN": (Do.LEAST, nan), "MAX": (Do.MOST, nan)}


def _choice(term: Call, cells: CellReader) -> CellFunction:
    (test, yes, no), graph = _parts(term, cells), cells.graph

    def choice(column: int) -> Value:
        holds = test(column)
        if is_number(holds):
            return yes(column) if holds else no(column)
        return graph.apply(Do.IF, holds, yes(column), no(column))

    return choice


def _junction(term: Call, cells: CellReader) -> CellFunction:
    parts, graph, (do, start) = _parts(term, cells), cells.graph, _JUNCTIONS[term.function]

    def junction(column: int) -> Value:
        value: Value = start
        for part in parts:
            value = graph.apply(do, value, part(column))
            # The outcome is certain; what later parts read may not exist in this column.
            if is_number(value) and value != start:
                break
        return value

    return junction


def _reduction(term: Call, cells: CellReader) -> CellFunction:
    parts, graph, do = _parts(term, cells), cells.graph, _EXTREMES[term.function]

    def reduction(column: int) -> Value:
        value = parts[0](column)
        for part in parts[1:]:
            value = graph.apply(do, value, part(column))
        return value

    return reduction


def _rounding(term: Call, cells: CellReader) -> CellFunction:
    parts, apply = _parts(term, cells), cells.graph.apply

    def round_here(column: int) -> Value:
        value, digits = (part(column) for part in parts)
        if not is_number(digits):
            raise FormulaError("not_of_one_column", "the digits to which a formula rounds depend on an input")
        if term.function == "ROUND":
            return apply(Do.ROUND, value, 10.0 ** -int(digits))
        # A spreadsheet's ROUNDUP differs from this below zero, where formulas take 0 instead.
        return apply(Do.DIVIDE, apply(Do.CEILING, apply(Do.MULTIPLY, value, 10.0**digits)), 10.0**digits)

    return round_here


def _of_numbers(term: Call, cells: CellReader) -> CellFunction:
    """Return a function of the calendar, whose arguments are the same in every sample."""
    parts, function = _parts(term, cells), FUNCTIONS.get(term.function)
    if function is None:
        raise FormulaError("not_of_one_column", f"`{term.function}` has no value in a single column, in `{term}`")

    def calendar(column: int) -> Value:
        numbers = [part(column) for part in parts]
        if not all(map(is_number, numbers)):
            raise FormulaError("not_of_one_column", f"`{term}` makes a date of an input")
        return float(function(*numbers))

    return calendar


def _columns(term: Term, cells: CellReader) -> list[Value]:
    """Return the values of a formula in all columns; of a chain of rows, one after the other."""
    if isinstance(term, Chain):
        return [value for part in term.parts for value in _columns(part, cells)]
    length = max((cells.length(path) for path, _ in term.references), default=1)
    return list(map(cell_function(term, cells), range(length)))


def _over_columns(term: Call, cells: CellReader) -> CellFunction:
    do, start = _OVER_COLUMNS[term.function]
    of = term.arguments[0]

    def over_columns(_: int) -> Value:
        values = _columns(of, cells)
        # As the SUM of a spreadsheet, which skips undefined cells.
        if do is Do.ADD:
            values = [cells.graph.apply(Do.DEFINED, value) for value in values]
        return cells.graph.fold(do, values, start)

    return over_columns


def _sum_where(term: Call, cells: CellReader) -> CellFunction:
    """Return the sum of a row over the columns in which a row of the calendar has a value."""
    values, wanted = cell_function(term.arguments[0], cells), cell_function(term.arguments[2], cells)
    path = term.arguments[1].references[0][0]

    def sum_where(column: int) -> Value:
        key, columns = wanted(column), cells.columns_of(path)
        if not (is_number(key) and all(map(is_number, columns))):
            raise FormulaError("not_of_one_column", f"`{term}` looks for a date that depends on an input")
        total: Value = 0.0
        for other in columns.get(key, ()):
            total = cells.graph.apply(Do.ADD, total, values(other))
        return total

    return sum_where


def _rate(term: Call, cells: CellReader) -> CellFunction:
    """Return the rate of return of rows of flows, each followed by the row of their times."""
    units = UNITS_A_YEAR[term.function]
    first = term.arguments[0].references[0][0]

    def rate(_: int) -> Value:
        flows = [value for part in term.arguments[::2] for value in _columns(part, cells)]
        times = [value for part in term.arguments[1::2] for value in _columns(part, cells)]
        numbers = [value for value in times if is_number(value)]
        if len(numbers) < len(times):
            raise FormulaError("not_of_one_column", f"the times of `{term}` depend on an input")
        start = min(numbers)
        return cells.graph.rate(flows, tuple((time - start) / units for time in numbers), cells.least_money(first))

    return rate


_CALLS: Final[dict[str, Callable[[Call, CellReader], CellFunction]]] = {
    "IF": _choice,
    **dict.fromkeys(_JUNCTIONS, _junction),
    **dict.fromkeys(_EXTREMES, _reduction),
    **dict.fromkeys(("ROUND", "ROUNDUP"), _rounding),
    "SUMIFS": _sum_where,
    **dict.fromkeys(UNITS_A_YEAR, _rate),
}
