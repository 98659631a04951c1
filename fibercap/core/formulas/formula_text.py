"""Formula texts read as terms: the grammar of the language in which formulas are written.

`{path}` names a row or a scalar, `{path@-1}` its value one column before, `({a}, {b})` two rows one after the other.
Plain arithmetic, `^`, comparisons and functions; nothing else is part of the language.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NoReturn

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.term import (
    BINDING,
    COMPARISONS,
    NEGATIVE,
    SUMS,
    Call,
    Chain,
    Negative,
    Number,
    Operation,
    Reference,
    Term,
    add,
    sum_of,
)

REFERENCE: Final = re.compile(r"\{([A-Za-z0-9_.\-]+)(?:@(-?\d+))?\}")
_TOKEN: Final = re.compile(
    rf"\s*(?:{REFERENCE.pattern}|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Z]+(?=\())|(<=|>=|[-+*/^<>=(),]))\s*"
)
_END: Final = ""


@lru_cache(maxsize=50_000)
def term_of(text: str) -> Term:
    """Read a formula text.

    Parameters
    ----------
    text : str
        The formula in the workbook's words.

    Returns
    -------
    Term
        Its tree; texts that differ only in blanks or needless brackets give equal trees.

    Raises
    ------
    FormulaError
        If it is not a formula of the language.

    Source
    ------
    Precedence climbing; operators bind as in OASIS OpenDocument 1.2, part 2 (OpenFormula), but that a minus sign binds
    less tightly than a power, and that comparisons do not follow one another.

    Examples
    --------
    >>> term_of("{opening} * (1 + {rate})").references
    (('opening', 0), ('rate', 0))
    """
    return _Reader(text).read()


@lru_cache(maxsize=50_000)
def balance_text(path: str, change: str) -> str:
    """Return the formula text of a balance: its value one period earlier plus a change.

    Parameters
    ----------
    path : str
        The path of the balance's own row.
    change : str
        The formula text of a period's change, in the unit of the balance.

    Examples
    --------
    >>> balance_text("cash", "{inflow} - {outflow}")
    '{cash@-1} + {inflow} - {outflow}'
    """
    return add(Reference(path, -1), term_of(change)).text


class _Reader:
    """Reads one text from left to right, a token ahead."""

    def __init__(self, text: str) -> None:
        self._text, self._position = text, 0
        self._operand: Number | Reference | None = None
        self._word = _END
        self._advance()

    def read(self) -> Term:
        """Return the whole text as a term."""
        term = self._term(0)
        if self._operand or self._word != _END:
            self._refuse()
        return term

    def _advance(self) -> None:
        """Read the next token: a number or a reference, or a word, which is an operator, a bracket or a function."""
        self._operand, self._word = None, _END
        if self._position == len(self._text):
            return
        token = _TOKEN.match(self._text, self._position)
        if token is None:
            self._refuse()
        self._position = token.end()
        path, shift, number, function, sign = token.groups()
        if path:
            self._operand = Reference(path, int(shift or 0))
        elif number:
            self._operand = Number(float(number))
        self._word = function or sign or _END

    def _term(self, binds: int) -> Term:
        """Read a term whose operators bind at least as tightly as `binds`."""
        left = self._first()
        while (binding := BINDING.get(self._word, -1)) >= binds:
            sign = self._word
            if sign in SUMS:
                left = self._sum(left)
                continue
            self._advance()
            right = self._term(binding if sign == "^" else binding + 1)
            left = Operation(sign, left, right)
            if sign in COMPARISONS and self._word in COMPARISONS:
                self._refuse()
        return left

    def _sum(self, first: Term) -> Term:
        """Read the terms that are added to a term or subtracted from it."""
        rest: list[tuple[str, Term]] = []
        while (sign := self._word) in SUMS:
            self._advance()
            rest.append((sign, self._term(BINDING[sign] + 1)))
        return sum_of(first, rest)

    def _first(self) -> Term:
        """Read what may stand first: a number, a reference, a sign, a call, something in brackets."""
        operand, word = self._operand, self._word
        self._advance()
        if operand is not None:
            return operand
        if word == "-":
            return Negative(self._term(NEGATIVE))
        if word == "(":
            parts, is_row = self._read_list()
            return Chain(parts) if is_row else parts[0]
        if not word.isalpha():
            self._refuse()
        self._advance()
        return Call(word, self._read_list()[0])

    def _read_list(self) -> tuple[tuple[Term, ...], bool]:
        """Read terms up to the closing bracket, and whether a comma stands among or after them."""
        parts, comma = [self._term(0)], False
        while self._word == ",":
            comma = True
            self._advance()
            if self._word == ")":
                break
            parts.append(self._term(0))
        if self._word != ")":
            self._refuse()
        self._advance()
        return tuple(parts), comma

    def _refuse(self) -> NoReturn:
        raise FormulaError("not_a_formula", f"not a formula: `{self._text}`, at `{self._text[: self._position][-20:]}`")
