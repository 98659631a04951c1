"""The units of formulas: they are evaluated on units alone, and compared with those that rows declare."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FormulaError, UnitError, did_you_mean
from fibercap.core.formulas.formula import FUNCTIONS, function_of
from fibercap.core.formulas.formula_text import REFERENCE, term_of
from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.term import COMPARISONS, Call, Number, Operation, Reference, Term
from fibercap.core.timeline import RATE
from fibercap.core.units import Powers, powers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fibercap.core.formulas.rows import Block


_PLAIN: Final = frozenset(
    {"AND", "OR", "IRR", "XIRR", "YEAR", "MONTH", "DAY"}
)  # their result has no unit, whatever they read
_ZERO: Final[Powers] = (("0", 0.0),)  # a literal zero fits any unit


def unit_of(formula: Term | str, units: Callable[[str], str]) -> Powers:
    """Return the unit of a formula's result, as powers of symbols; the formula is evaluated on units alone.

    Parameters
    ----------
    formula : Term or str
        The formula, or its text.
    units : callable
        Returns the unit of the row or scalar at a path.

    Raises
    ------
    FormulaError
        If the text is not a formula, or calls an unknown function.
    UnitError
        If it adds or compares unlike units, or a power is not a number.

    Source
    ------
    Own derivation: units multiply as amounts do; sums and comparisons need equal units; a literal zero has any unit.
    """
    term = term_of(formula) if isinstance(formula, str) else formula
    try:
        return _unit_of_shape(term.shape, tuple(units(path) for path, _ in term.references))
    except UnitError as error:
        piece = REFERENCE.sub(lambda number: str(Reference(*term.references[int(number[1])])), error.found)
        raise UnitError(error.code, f"`{term}` {piece}", error.hint) from error


@cache
def _unit_of_shape(shape: str, units: tuple[str, ...]) -> Powers:
    """Return the unit shared by all formulas of one shape, in which numbers stand for paths."""
    return _unit_of(term_of(shape), units)


def _unit_of(term: Term, units: tuple[str, ...]) -> Powers:
    parts = [_unit_of(part, units) for part in term.parts]
    match term:
        case Number(value=constant):
            return () if constant else _ZERO
        case Reference(path=number):
            return powers(units[int(number)])
        case Operation(sign=sign):
            return _unit_of_operation(term, sign, *parts)
        case Call(function=name):
            return _unit_of_call(term, name, parts)
    return _common_unit(term, parts)


def _unit_of_operation(term: Operation, sign: str, left: Powers, right: Powers) -> Powers:
    if sign in COMPARISONS:
        _common_unit(term, [left, right])
        return ()
    if sign in "+-":
        return _common_unit(term, [left, right])
    if sign == "^":
        if isinstance(term.right, Number):
            return tuple((name, power * term.right.value) for name, power in left)
        return _common_unit(term, [left, right, ()])
    if _ZERO in (left, right):
        return _ZERO
    total = dict(left)
    for name, power in right:
        total[name] = total.get(name, 0.0) + (power if sign == "*" else -power)
    return tuple(sorted((name, power) for name, power in total.items() if power))


def _unit_of_call(term: Call, name: str, units: list[Powers]) -> Powers:
    function_of(term, FUNCTIONS)
    if name in _PLAIN:
        return ()
    if name == "IF":
        return _common_unit(term, units[1:])
    if name == "SUMIFS":
        _common_unit(term, units[1:])
        return units[0]
    return units[0] if name in ("ROUND", "ROUNDUP", "EOMONTH") else _common_unit(term, units)


def _common_unit(term: Term, units: list[Powers]) -> Powers:
    nonzero = [unit for unit in units if unit != _ZERO]
    if len(set(nonzero)) > 1:
        raise UnitError(
            "units_clash", f"joins {' and '.join(spell(unit) for unit in dict.fromkeys(nonzero))} in `{term}`"
        )
    return nonzero[0] if nonzero else _ZERO


def spell(unit: Powers) -> str:
    """Return powers as a unit text: `USD/km`."""
    above = [n if p == 1 else f"{n}^{p:g}" for n, p in unit if p > 0]
    below = [n if p == -1 else f"{n}^{-p:g}" for n, p in unit if p < 0]
    return "/".join(["*".join(above) or "1", *below])


def fits(unit: Powers, declared: str) -> bool:
    """Return whether the unit of a formula is the one that its row declares; a literal zero fits every unit.

    Parameters
    ----------
    unit : Powers
        The result of `unit_of`.
    declared : str
        A unit text such as `USD/km`.
    """
    return unit in (_ZERO, powers(declared))


def prove(blocks: Iterable[Block], known: Iterable[Block] = (), follows: Block | None = None) -> int:
    """Check the unit of every formula on units alone; return the number of formulas checked.

    Parameters
    ----------
    blocks : iterable of Block
        The blocks to check.
    known : iterable of Block
        Blocks to which their formulas may refer too.
    follows : Block, optional
        The rows after the horizon. They have the units of the rows that they continue, so that only those with
        another formula are checked.

    Raises
    ------
    UnitError
        If a formula adds or compares unlike units, or yields another unit than its row declares.
    FormulaError
        If a formula refers to nothing.
    """
    blocks, known = tuple(blocks), tuple(known)
    given = [item for block in (*blocks, *known) for item in block.given.values()]
    scalars = [item for block in blocks for item in block.given.values() if item.formula]
    rows = [row for block in blocks for row in block.rows.values()]
    if follows is not None:
        rows += [follows.rows[path] for path in follows.others]
        given += follows.given.values()
        scalars += follows.given.values()
    rows += [Row(item.path, "", item.unit, RATE, item.formula) for item in scalars]
    others = tuple(row for block in known for row in block.rows.values())
    units = tuple((item.path, item.unit) for item in given)
    return _prove(tuple(rows), others, units, f"{follows.name}." if follows is not None else "")


@lru_cache(maxsize=32)
def _prove(rows: tuple[Row, ...], known: tuple[Row, ...], given: tuple[tuple[str, str], ...], later: str) -> int:
    """Check the units of rows that may read known ones; chunks of a batch share one result."""
    units = {row.path: row.unit for row in rows} | dict(given) | {row.path: row.unit for row in known}

    def unit(path: str) -> str:
        if later and path not in units:
            path = path.removeprefix(later)
        if path not in units:
            raise FormulaError("no_such_name", f"nothing is called `{path}`", did_you_mean(path, units, "rows"))
        return units[path]

    for row in rows:
        for text in (row.formula, row.before, row.after):
            if text and text != "0":
                actual = unit_of(text, unit)
                if not fits(actual, row.unit):
                    message = f"{row.path} is in {row.unit or '1'}, but `{text}` yields {spell(actual)}"
                    raise UnitError("units_clash", message)
    return sum(bool(row.formula) for row in rows)
