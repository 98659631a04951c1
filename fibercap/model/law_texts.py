"""The laws of the books as formula texts: the gap that each leaves, zero where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fibercap.core.prefixed import under
from fibercap.core.sheet import total
from fibercap.model.financing_costs import building, rounding_of_costs
from fibercap.model.funding import GRANT
from fibercap.model.laws import EQUITY, OWING, OWNERS, assets
from fibercap.model.run_off import RUN_OFF
from fibercap.model.working_capital import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan import Plan
    from fibercap.model.projection import Projection


IDLE: Final = frozenset({"sources_equal_uses", "financing_costs"})
"""Laws about what is spent; after the horizon nothing is."""


class LawText(NamedTuple):
    """A law as it applies to one row: its gap by period, or of the `whole` row, in the unit of that row."""

    law: str
    row: str
    text: str
    whole: bool = False


def law_texts(projection: Projection) -> Iterator[LawText]:
    """Run over every law of `prove_laws`, and over what is found round by round: its gap to its own formula.

    A law by period is told of the run-off as well, as a whole there: the root of the sum of its squared gaps.
    """
    in_periods = list(_by_period(projection))
    yield from in_periods
    yield from _whole(projection)
    if projection.run_off:
        rows = frozenset(path.removeprefix(f"{RUN_OFF}.") for path in projection.blocks[RUN_OFF].rows)
        for law, row, text, _ in in_periods:
            if law not in IDLE:
                yield LawText(law, f"{RUN_OFF}.{row}", f"SUM(({under(text, RUN_OFF, rows)}) ^ 2) ^ 0.5", whole=True)


def _by_period(projection: Projection) -> Iterator[LawText]:
    plan = projection.scenario
    for key in plan.funding:
        row = f"funding.{key}.uses"
        yield LawText("sources_equal_uses", row, f"{{{row}}} - ({total(plan.source_rows(key).values())})")
    row, claimed = "accounts.grants_receivable", total(f"funding.{key}.{GRANT}" for key in plan.granted)
    text = f"{{{row}}} - {{{row}@-1}} - ({claimed}) + {{accounts.grants}}"
    yield LawText("grants", row, text)
    yield from _loans_carry(plan)
    row = "accounts.total_assets"
    yield LawText("balance", row, f"{{{row}}} - {{accounts.total_liabilities_and_equity}}")
    flows = total(f"accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing"))
    yield LawText("cash", "accounts.cash", f"{{accounts.cash}} - {{accounts.cash@-1}} - ({flows})")
    yield from _owners()
    yield from _billed(projection)
    for name in plan.plants:
        at = f"plants.{name}"
        able = f"{{{at}.effective_capacity}} * {{time.years}}"
        yield LawText("capacity", f"{at}.output", f"MIN({able} - {{{at}.output}}, 0)")
        yield LawText("capacity", f"{at}.shipments", f"MIN({{{at}.output}} - {{{at}.shipments}}, 0)")
    rounding = float(np.max(rounding_of_costs(plan, projection.value)))
    for row in assets(plan):
        yield LawText("not_negative", row, f"MIN({{{row}}} + {rounding!r}, 0)" if rounding else f"MIN({{{row}}}, 0)")
    for key in building(plan):
        row = f"funding.{key}.financing_costs"
        yield LawText("financing_costs", row, f"{{{row}}} - ({projection.rows[row].formula})")
    parts = [_left_to_rates(f"loans.{name}") for name in plan.loans if plan.loan_currency(name) != plan.currency]
    row = "accounts.exchange_result"
    yield LawText("exchange", row, f"{{{row}}} - ({' + '.join(parts) or '0'})")


def _whole(projection: Projection) -> Iterator[LawText]:
    """Run over draws of each loan's commitment, debts never below nothing, and what is found round by round."""
    for name, loan in projection.scenario.loans.items():
        at = f"loans.{name}"
        row = f"{at}.schedule.{'closing' if loan.revolves else 'drawn_to_date'}"
        yield LawText("commitment", row, f"MAX(MAX({{{row}}}) - {{inputs.{at}.commitment}}, 0)", whole=True)
        yield LawText("not_negative", f"{at}.schedule.closing", f"MAX(-MIN({{{at}.schedule.closing}}), 0)", whole=True)
    for path, item in projection.given.items():
        if item.formula and item.fixed:
            yield LawText("found_round_by_round", path, f"{{{path}}} - ({item.formula})", whole=True)


def _loans_carry(plan: Plan) -> Iterator[LawText]:
    """Run over what a loan carries from period to period."""
    for name in plan.loans:
        at = f"loans.{name}"
        moved = f"{{{at}.opening}} + {{{at}.draws}} + {{{at}.capitalized}} - {{{at}.principal}}"
        if plan.loan_currency(name) != plan.currency:
            moved += f" + {{{at}.closing_revaluation}}"
        yield LawText("loans_carry", f"{at}.closing", f"{{{at}.closing}} - ({moved})")


def _owners() -> Iterator[LawText]:
    """Run over what owners have paid in and left, and what both are worth by assets and debts."""
    paid, earned = total(f"accounts.{key}" for key in OWNERS), "{accounts.net_income} - {accounts.dividends}"
    row = "accounts.paid_in_capital"
    yield LawText("owners", row, f"{{{row}}} - {{{row}@-1}} - ({paid})")
    row = "accounts.retained_earnings"
    yield LawText("owners", row, f"{{{row}}} - {{{row}@-1}} - ({earned})")
    debts = [f"accounts.{key}" for key in OWING]
    text = f"{{accounts.total_assets}} - ({total(debts)}) - ({total(f'accounts.{key}' for key in EQUITY)})"
    yield LawText("owners", "accounts.total_assets", text)


def _billed(projection: Projection) -> Iterator[LawText]:
    """Run over working capital: how far it is below nothing, or in the end above all that was billed."""
    for kind, _, row in KINDS:
        path, flow = f"accounts.{kind}", f"accounts.{row}"
        rows = [f"plants.{key}.purchased.{kind}" for key in projection.scenario.plants]
        bought = total(path for path in rows if path in projection.rows)
        yield LawText(
            "billed", path, f"MIN({{{path}}}, 0) + MIN({{{path}@-1}} + {{{flow}}} + {bought} - {{{path}}}, 0)"
        )


def _left_to_rates(at: str) -> str:
    """Return the formula of what a loan opens with, moves and accrues in a period, less what it closes with."""
    plus, minus = ("opening", "accrued@-1", "draws", "interest", "fees"), ("interest_paid", "fees_paid", "principal")
    text = " + ".join(f"{{{at}.{key}}}" for key in plus)
    return text + "".join(f" - {{{at}.{key}}}" for key in (*minus, "closing", "accrued"))
