"""Formula texts in the workbook's words: read once, evaluated on arrays and on units.

`{path}` names a row or an input, `{path@-1}` the value one column before, and `({a}, {b})` two rows one after the
other. Plain arithmetic, `^`, comparisons and a handful of functions; nothing else is understood.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np

from fibercap.core.calendar import day_of, end_of_month, month_of, year_of
from fibercap.core.errors import FormulaError, UnitError
from fibercap.core.rounding import rounded
from fibercap.core.units import Array, Powers, powers

Read = Callable[[str, int], Array]
REFERENCE: Final = re.compile(r"\{([A-Za-z0-9_.\-]+)(?:@(-?\d+))?\}")
_EQUALS = re.compile(r"(?<![<>=])=(?!=)")


@dataclass(frozen=True)
class Formula:
    """A formula text that has been read: its syntax tree and what it refers to, as (path, shift).

    Formulas of one shape, equal but for the names they refer to, count as equal: they share a syntax tree and a proof.
    """

    shape: str
    text: str = field(compare=False)
    body: ast.expr = field(compare=False)
    references: tuple[tuple[str, int], ...] = field(compare=False)


@lru_cache(maxsize=50_000)
def parse(text: str) -> Formula:
    """Read a formula text.

    Raises
    ------
    FormulaError
        If it is not a formula of the language.
    """
    found: dict[tuple[str, int], str] = {}

    def name(match: re.Match[str]) -> str:
        key = (match[1], int(match[2] or 0))
        return found.setdefault(key, f"_{len(found)}")

    plain = _EQUALS.sub("==", REFERENCE.sub(name, text)).replace("^", "**")
    try:
        return Formula(plain, text, _body(plain), tuple(found))
    except SyntaxError as error:
        raise FormulaError(f"not a formula: `{text}`") from error


@lru_cache(maxsize=50_000)
def _body(shape: str) -> ast.expr:
    return ast.parse(shape, mode="eval").body


def _unknown(text: str, node: ast.AST) -> FormulaError:
    told = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
    return FormulaError(f"`{told}` is not part of the language of formulas, in `{text}`")


def _number(text: str, node: ast.Constant) -> float:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise _unknown(text, node)
    return float(node.value)


def _reference(text: str, node: ast.Name) -> int:
    if not node.id.startswith("_"):
        raise _unknown(text, node)
    return int(node.id[1:])


def _function(text: str, node: ast.Call, known: Mapping[str, Callable[..., Any]]) -> str:
    if not isinstance(node.func, ast.Name) or node.func.id not in known or node.keywords:
        raise _unknown(text, node)
    return node.func.id


def _operator(text: str, node: ast.BinOp | ast.Compare) -> type:
    kind = type(node.op) if isinstance(node, ast.BinOp) else type(node.ops[0])
    if kind not in _ARITHMETIC or (isinstance(node, ast.Compare) and len(node.ops) > 1):
        raise _unknown(text, node)
    return kind


def _divide(above: Array, below: Array) -> Array:
    """Divide; where there is nothing to divide by, the result is undefined (nan), never infinite."""
    above, below = np.broadcast_arrays(above, below)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))


def _least(*values: Array) -> Array:
    return np.fmin.reduce(values[0], axis=-1, keepdims=True) if len(values) == 1 else _fold(np.minimum, values)


def _most(*values: Array) -> Array:
    return np.fmax.reduce(values[0], axis=-1, keepdims=True) if len(values) == 1 else _fold(np.maximum, values)


def _fold(pair: Callable[[Any, Any], Array], values: tuple[Array, ...]) -> Array:
    result = values[0]
    for value in values[1:]:
        result = pair(result, value)
    return result


def _in_a_row(*parts: Array) -> Array:
    """Return whole rows one after the other."""
    shape = np.broadcast_shapes(*(np.shape(part)[:-1] for part in parts))
    return np.concatenate([np.broadcast_to(part, (*shape, np.shape(part)[-1])) for part in parts], axis=-1)


def _sumifs(values: Array, keys: Array, wanted: Array) -> Array:
    keys, wanted = (np.reshape(of, (-1, np.shape(of)[-1] if np.ndim(of) else 1))[0] for of in (keys, wanted))
    return np.asarray(np.asarray(values) @ (keys[:, None] == wanted[None, :]).astype(float))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "MIN": _least,
    "MAX": _most,
    "IF": lambda test, yes, no: np.where(test != 0, yes, no),
    "AND": lambda *tests: _fold(np.logical_and, tests).astype(float),
    "OR": lambda *tests: _fold(np.logical_or, tests).astype(float),
    "ROUND": lambda value, digits: rounded(value, 10.0 ** -int(digits), "half_up"),
    "ROUNDUP": lambda value, digits: np.ceil(value * 10.0**digits) / 10.0**digits,
    "YEAR": year_of,
    "MONTH": month_of,
    "DAY": day_of,
    "EOMONTH": end_of_month,
    "SUM": lambda values: np.nansum(values, axis=-1, keepdims=True),
    "SUMIFS": _sumifs,
    "IRR": None,  # type: ignore[dict-item]  # the trade's own; handed in by whoever evaluates
    "XIRR": None,  # type: ignore[dict-item]
}
_PLAIN: Final = frozenset({"AND", "OR", "IRR", "XIRR", "YEAR", "MONTH", "DAY"})  # whatever they read, no unit comes out
_ARITHMETIC: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: _divide,
    ast.Pow: np.power,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
}


def evaluate(text: str, read: Read, functions: Mapping[str, Callable[..., Any]] | None = None) -> Array:
    """Evaluate a formula text on arrays.

    Parameters
    ----------
    text : str
        The formula.
    read : callable
        Gives the array for (path, shift).
    functions : mapping, optional
        Functions beyond the plain ones, such as IRR.

    Raises
    ------
    FormulaError
        If the text is not a formula.
    """
    formula = parse(text)
    known = {**FUNCTIONS, **(functions or {})}

    def value(node: ast.expr) -> Any:  # noqa: ANN401 - arrays and truths alike
        match node:
            case ast.Constant():
                return np.float64(_number(text, node))
            case ast.Name():
                return read(*formula.references[_reference(text, node)])
            case ast.UnaryOp(op=ast.USub()):
                return -value(node.operand)
            case ast.BinOp():
                return _ARITHMETIC[_operator(text, node)](value(node.left), value(node.right))
            case ast.Compare():
                compared = _ARITHMETIC[_operator(text, node)]
                return compared(value(node.left), value(node.comparators[0])).astype(float)
            case ast.Tuple(elts=parts) | ast.Call(args=parts):
                function = known[_function(text, node, known)] if isinstance(node, ast.Call) else _in_a_row
                return function(*(value(part) for part in parts))
        raise _unknown(text, node)

    return np.asarray(value(formula.body), dtype=float)


_ZERO: Final[Powers] = (("0", 0.0),)  # a literal zero fits any unit


def unit_of(text: str, units: Callable[[str], str]) -> Powers:
    """Evaluate a formula on units alone, symbol by symbol; return the powers of the result.

    Raises
    ------
    UnitError
        If unlike units are added or compared, or a power is not a number.
    """
    formula = parse(text)
    return _unit_of(formula, tuple(units(path) for path, _ in formula.references))


@cache
def _unit_of(formula: Formula, units: tuple[str, ...]) -> Powers:
    text = formula.text

    def proved(node: ast.expr) -> Powers:
        match node:
            case ast.Constant():
                return () if _number(text, node) else _ZERO
            case ast.Name():
                return powers(units[_reference(text, node)])
            case ast.UnaryOp(op=ast.USub()):
                return proved(node.operand)
            case ast.Compare():
                _operator(text, node)
                _same(text, node, [proved(node.left), proved(node.comparators[0])])
                return ()
            case ast.BinOp():
                _operator(text, node)
                return _combined(text, node, proved(node.left), proved(node.right))
            case ast.Tuple(elts=parts) | ast.Call(args=parts):
                return _joined(text, node, [proved(part) for part in parts])
        raise _unknown(text, node)

    return proved(formula.body)


def _combined(text: str, node: ast.BinOp, left: Powers, right: Powers) -> Powers:
    match node.op:
        case ast.Add() | ast.Sub():
            return _same(text, node, [left, right])
        case ast.Pow():
            if isinstance(node.right, ast.Constant):
                return tuple((name, power * float(node.right.value)) for name, power in left)  # type: ignore[arg-type]
            return _same(text, node, [left, right, ()])
    if _ZERO in (left, right):
        return _ZERO
    sign = 1 if isinstance(node.op, ast.Mult) else -1
    total = dict(left)
    for name, power in right:
        total[name] = total.get(name, 0.0) + sign * power
    return tuple(sorted((name, power) for name, power in total.items() if power))


def _joined(text: str, node: ast.Tuple | ast.Call, units: list[Powers]) -> Powers:
    """Return the unit of rows one after the other, or of what a function makes of its arguments."""
    if isinstance(node, ast.Tuple):
        return _same(text, node, units)
    name = _function(text, node, FUNCTIONS)
    if name in _PLAIN:
        return ()
    if name == "IF":
        return _same(text, node, units[1:])
    if name == "SUMIFS":
        _same(text, node, units[1:])
        return units[0]
    return units[0] if name in ("ROUND", "ROUNDUP", "EOMONTH") else _same(text, node, units)


def _same(text: str, node: ast.expr, units: list[Powers]) -> Powers:
    found = [unit for unit in units if unit != _ZERO]
    if len(set(found)) > 1:
        told = " and ".join(spell(unit) for unit in dict.fromkeys(found))
        raise UnitError(f"`{text}` joins {told} in `{ast.unparse(node)}`")
    return found[0] if found else _ZERO


def spell(unit: Powers) -> str:
    """Write powers as a unit text: `USD/km`."""
    above = [n if p == 1 else f"{n}^{p:g}" for n, p in unit if p > 0]
    below = [n if p == -1 else f"{n}^{-p:g}" for n, p in unit if p < 0]
    return "/".join(["*".join(above) or "1", *below])


def fits(unit: Powers, declared: str) -> bool:
    """Tell whether a proved unit is the declared one; a literal zero fits every unit."""
    return unit in (_ZERO, powers(declared))
