"""Terms as a person reads them, in pieces: text, references to values, and calls that take whole rows."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.term import Call, Reference, Term

GATHERING: Final = frozenset({"SUM", "SUMIFS", "IRR", "XIRR"})
EXTREMES: Final = frozenset({"MIN", "MAX"})
"""These take a whole row where they have one argument."""
_MARK: Final = "\0"

Piece = str | Reference | Call


@lru_cache(maxsize=10_000)
def pieces(formula: Term | str) -> tuple[Piece, ...]:
    """Return a formula as its pieces, in order: plain text, references, and calls that take whole rows.

    Raises
    ------
    FormulaError
        If a text is not a formula of the language.
    """
    kept: list[Reference | Call] = []

    def mark(part: Term) -> str:
        if isinstance(part, Reference) or (isinstance(part, Call) and gathers(part)):
            kept.append(part)
            return f"{_MARK}{len(kept) - 1}{_MARK}"
        return ""

    texts = (term_of(formula) if isinstance(formula, str) else formula).write(mark).split(_MARK)
    return tuple(kept[int(text)] if place % 2 else text for place, text in enumerate(texts) if text)


def gathers(call: Call) -> bool:
    """Return whether the arguments of a call are whole rows."""
    return call.function in GATHERING or (call.function in EXTREMES and len(call.arguments) == 1)


def text_without_braces(formula: Term | str) -> str:
    """Return a formula as a person reads it: names without braces."""
    return str(formula).replace("{", "").replace("}", "")
