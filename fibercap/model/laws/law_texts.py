"""The laws of the books as the workbook checks them: formulas of their gaps, by period or in total."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fibercap.core.formulas.prefixed import prefix_text
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.laws.all_laws import IDLE, laws_of
from fibercap.model.laws.law import Law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.projection import Projection


class LawText(NamedTuple):
    """A law as it applies to one row: the formula of its gap by period, or `as_total`, in the unit of that row."""

    law: str
    row: str
    text: str
    as_total: bool = False


def law_texts(projection: Projection) -> Iterator[LawText]:
    """Yield every law of `prove_laws`, and for each iterated scalar its gap to its own formula.

    Gaps in other columns than the horizon's periods (the events of a loan, the run-off) are in total: the root of the
    sum of the squared gaps.
    """
    laws = [_with_rounding(law) for law in laws_of(projection.scenario, projection.value)]
    for law in laws:
        by_event = ".schedule." in law.row
        yield LawText(law.name, law.row, _all_of(law.text) if by_event else law.text, as_total=by_event)
    for path, item in projection.scalars.items():
        if item.formula and item.fixed:
            yield LawText("found_round_by_round", path, f"{{{path}}} - ({item.formula})", as_total=True)
    if projection.run_off:
        rows = frozenset(path.removeprefix(f"{RUN_OFF}.") for path in projection.blocks[RUN_OFF].rows)
        for law in laws:
            if law.name not in IDLE and ".schedule." not in law.row:
                yield LawText(
                    law.name, f"{RUN_OFF}.{law.row}", _all_of(prefix_text(law.text, RUN_OFF, rows)), as_total=True
                )


def _with_rounding(law: Law) -> Law:
    """Return a law whose gap is reduced by the rounding that contracts allow, the largest over all samples."""
    rounding = float(np.max(law.rounding))
    return law._replace(text=f"MIN({law.text} + {rounding!r}, 0)") if rounding else law


def _all_of(gap: str) -> str:
    """Return the formula of the root of the sum of squared gaps."""
    return f"SUM(({gap}) ^ 2) ^ 0.5"
