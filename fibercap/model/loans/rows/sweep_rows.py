"""The share of excess cash that sweeps a loan, in model periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.formulas.rows import Row
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import RATE
from fibercap.model.loans.clauses.ratio_steps import RatioSteps, ShareByRatio
from fibercap.model.loans.clauses.sweeps import SweepWhile
from fibercap.model.loans.clauses.values_by_day import Steps, give_steps, text_on_day
from fibercap.model.loans.rows.term_rows import choice_text, give_choices

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.plan import Plan


def sweep_share(sheet: Sheet, plan: Plan, name: str) -> str:
    """Give the share of excess cash that sweeps a loan; return its formula text.

    Writes `loans.<name>.sweep_share` where it changes: by day, the share in force on the last day of each period; by a
    ratio, what the end of the period before says. [1]

    Parameters
    ----------
    sheet, plan, name : Sheet, Plan, str
        The sheet that gets the row, the plan, and the loan.

    Source
    ------
    docs/conventions.md, section 4, Terms that change.
    """
    prefix, loan = f"loans.{name}", plan.loans[name]
    sweep, path = loan.sweep, f"{prefix}.sweep"
    share = sweep.share if isinstance(sweep, SweepWhile) else sweep
    path = f"{path}.share" if isinstance(sweep, SweepWhile) else path
    if isinstance(share, RatioSteps):
        text = choice_text(f"{{{prefix}.sweep_step@-1}}", give_choices(sheet, path, "", share))
    else:
        text = text_on_day(path, share, give_steps(sheet, path, "", share), "{time.date}")
        if not may_change(sweep):
            return share_of_sweep(plan, name)
    if isinstance(sweep, SweepWhile):
        text = f"({text}) * {{{prefix}.sweep_allowed@-1}}"
    row = Row(
        f"{prefix}.sweep_share", f"{loan.title or key_in_words(name)}: share of cash that is swept", "", RATE, text
    )
    dates = plan.timeline.dates
    sheet.put(row, sweep.by_day(dates) if isinstance(sweep, Steps) else np.zeros(len(dates)))
    return share_of_sweep(plan, name)


def share_of_sweep(plan: Plan, name: str) -> str:
    """Return the reference to the share of excess cash that sweeps a loan: a row where it changes, else the input.

    Parameters
    ----------
    plan, name : Plan, str
        The plan, and the loan.
    """
    return f"{{loans.{name}.sweep_share}}" if may_change(plan.loans[name].sweep) else f"{{inputs.loans.{name}.sweep}}"


def may_change(sweep: Steps | ShareByRatio | SweepWhile) -> bool:
    """Return whether the share of cash that sweeps a loan may change over time."""
    return not isinstance(sweep, Steps) or bool(sweep.days)
