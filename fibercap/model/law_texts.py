"""The laws of the books as formula texts: the gap that each leaves, zero where it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.rows import total
from fibercap.model.financing_costs import building
from fibercap.model.funding import GRANT

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
    """Run over every law of `prove_laws`, and over what is found round by round: its gap to its own formula."""
    plan = projection.scenario
    for key in plan.funding:
        row = f"funding.{key}.uses"
        yield LawText("sources_equal_uses", row, f"{{{row}}} - ({total(plan.source_rows(key).values())})")
    row, claimed = "accounts.grants_receivable", total(f"funding.{key}.{GRANT}" for key in plan.granted)
    text = f"{{{row}}} - {{{row}@-1}} - ({claimed}) + {{accounts.grants}}"
    yield LawText("grants", row, text)
    for name, loan in plan.loans.items():
        at = f"loans.{name}"
        moved = f"{{{at}.opening}} + {{{at}.draws}} + {{{at}.capitalized}} - {{{at}.principal}}"
        if plan.loan_currency(name) != plan.currency:
            moved += f" + {{{at}.closing_revaluation}}"
        yield LawText("loans_carry", f"{at}.closing", f"{{{at}.closing}} - ({moved})")
        row = f"{at}.schedule.{'closing' if loan.revolves else 'drawn_to_date'}"
        yield LawText("commitment", row, f"MAX(MAX({{{row}}}) - {{inputs.{at}.commitment}}, 0)", whole=True)
        yield LawText("not_negative", f"{at}.schedule.closing", f"MAX(-MIN({{{at}.schedule.closing}}), 0)", whole=True)
    row = "accounts.total_assets"
    yield LawText("balance", row, f"{{{row}}} - {{accounts.total_liabilities_and_equity}}")
    flows = total(f"accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing"))
    yield LawText("cash", "accounts.cash", f"{{accounts.cash}} - {{accounts.cash@-1}} - ({flows})")
    for name in plan.plants:
        at = f"plants.{name}"
        able = f"{{{at}.effective_capacity}} * {{time.years}}"
        yield LawText("capacity", f"{at}.output", f"MIN({able} - {{{at}.output}}, 0)")
        yield LawText("capacity", f"{at}.shipments", f"MIN({{{at}.output}} - {{{at}.shipments}}, 0)")
    rows = [f"projects.{name}.book_value" for name in plan.projects]
    rows += ["accounts.net_fixed_assets", "accounts.construction_in_progress", "accounts.deferred_fees"]
    rows.append("accounts.grants_receivable")
    for row in rows:
        yield LawText("not_negative", row, f"MIN({{{row}}}, 0)")
    for key in building(plan):
        row = f"funding.{key}.financing_costs"
        yield LawText("financing_costs", row, f"{{{row}}} - ({projection.rows[row].formula})")
    for path, item in projection.given.items():
        if item.formula and item.fixed:
            yield LawText("found_round_by_round", path, f"{{{path}}} - ({item.formula})", whole=True)
