"""Formulas and blocks under another name: references to rows and scalars get a prefix."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import numpy as np

from fibercap.core.formulas.formula_text import REFERENCE
from fibercap.core.formulas.rows import Block, Given, Row


def prefix_text(text: str, prefix: str, among: frozenset[str]) -> str:
    """Return a formula text whose references to some rows and scalars begin with a prefix.

    Parameters
    ----------
    text, prefix : str
        The formula text, and the prefix without its dot.
    among : frozenset of str
        The paths to which the prefix is added.

    Examples
    --------
    >>> prefix_text("{debt} / {inputs.km}", "run_off", frozenset({"debt"}))
    '{run_off.debt} / {inputs.km}'
    """
    if "{" not in text:
        return text
    return REFERENCE.sub(lambda match: f"{{{prefix}.{match[0][1:]}" if match[1] in among else match[0], text)


def prefix_block(block: Block, prefix: str, among: frozenset[str]) -> Block:
    """Return a block whose name, rows and scalars begin with a prefix.

    Parameters
    ----------
    block : Block
        The rows; their values are shared, not copied.
    prefix : str
        The prefix without its dot.
    among : frozenset of str
        The paths to which the prefix is added where formulas refer to them.
    """
    rows, given = block.rows.values(), block.given.values()
    texts = (*(row.formula for row in rows), *(row.before for row in rows), *(item.formula for item in given))
    formulas, befores, givens = _split(_prefix_texts(texts, prefix, among), len(block.rows), len(block.rows))
    values = {f"{prefix}.{path}": value for path, value in block.values.items()}
    return Block(
        f"{prefix}.{block.name}",
        block.length,
        {
            path: Row(path, row.label, row.unit, row.nature, formula, before, row.after, row.undefined, row.reads)
            for path, row, formula, before in zip(values, rows, formulas, befores, strict=True)
        },
        values,
        {
            path: Given(path, item.unit, item.value, item.reads, formula, item.fixed, item.aside)
            for item, formula in zip(given, givens, strict=True)
            for path in (f"{prefix}.{item.path}",)
        },
        checked=len(values),
    )


def _split(texts: tuple[str, ...], *lengths: int) -> list[tuple[str, ...]]:
    ends = [0, *np.cumsum(lengths).tolist(), len(texts)]
    return [texts[start:end] for start, end in pairwise(ends)]


@lru_cache(maxsize=64)
def _prefix_texts(texts: tuple[str, ...], prefix: str, among: frozenset[str]) -> tuple[str, ...]:
    """Return texts whose references to `among` have the prefix; cached, for plans of one structure have equal texts."""

    def rename(match: re.Match[str]) -> str:
        return f"{{{prefix}.{match[0][1:]}" if match[1] in among else match[0]

    return tuple(REFERENCE.sub(rename, text) if "{" in text else text for text in texts)
