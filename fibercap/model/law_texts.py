"""The laws of the books as the workbook checks them: the gap that each leaves, by period or as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fibercap.core.prefixed import prefix_text
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.laws import IDLE, Law, laws_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection


class LawText(NamedTuple):
    """A law as it applies to one row: its gap by period, or of the `whole` row, in the unit of that row."""

    law: str
    row: str
    text: str
    whole: bool = False


def law_texts(projection: Projection) -> Iterator[LawText]:
    """Run over every law of `prove_laws`, and over what is found round by round: its gap to its own formula.

    What does not stand in the horizon's periods, a loan's events and the run-off, is told as a whole: the root of the
    sum of its squared gaps.
    """
    laws = [_with_rounding(law) for law in laws_of(projection.scenario, projection.value)]
    for law in laws:
        by_event = ".schedule." in law.row
        yield LawText(law.name, law.row, _all_of(law.text) if by_event else law.text, whole=by_event)
    for path, item in projection.given.items():
        if item.formula and item.fixed:
            yield LawText("found_round_by_round", path, f"{{{path}}} - ({item.formula})", whole=True)
    if projection.run_off:
        rows = frozenset(path.removeprefix(f"{RUN_OFF}.") for path in projection.blocks[RUN_OFF].rows)
        for law in laws:
            if law.name not in IDLE and ".schedule." not in law.row:
                yield LawText(
                    law.name, f"{RUN_OFF}.{law.row}", _all_of(prefix_text(law.text, RUN_OFF, rows)), whole=True
                )


def _with_rounding(law: Law) -> Law:
    """Return a law whose formula counts only the gap below what a contract rounds; one sample has one figure."""
    rounding = float(np.max(law.rounding))
    return law._replace(text=f"MIN({law.text} + {rounding!r}, 0)") if rounding else law


def _all_of(gap: str) -> str:
    """Return the formula of the root of the sum of squared gaps."""
    return f"SUM(({gap}) ^ 2) ^ 0.5"
