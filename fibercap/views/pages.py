"""What `run`, `compare` and `check` print."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fibercap.core.errors import FibercapError
from fibercap.studies.alarms import warnings
from fibercap.studies.covenants import breaches, covenants
from fibercap.views.figures import Figures, Line, bars, show
from fibercap.views.lines import claim_lines, covenant_lines, evidence_line, laws_line, measure_text
from fibercap.views.loans import terms_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from fibercap.model.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.claims import Outcome
    from fibercap.studies.covenants import Tested

STATEMENTS: Final = {  # `*` marks a sum, `-` a line that is taken off
    "Income": "revenue -variable_cost -fixed_cost -depreciation *gross_profit -overhead *ebitda *ebit "
    "-interest_expense -fee_expense exchange_result *pretax_income -tax *net_income",
    "Cash flow": "net_income depreciation fee_amortization accrued_less_paid capitalized_interest -exchange_result "
    "tax_payable_increase -working_capital_increase *operating_cash_flow -capex -purchases -maintenance "
    "-financing_costs grants *investing_cash_flow draws -principal -upfront_fees equity_for_projects equity_paid_in "
    "equity_for_cash -dividends *financing_cash_flow *cash",
    "Balance sheet": "cash receivables inventory construction_in_progress net_fixed_assets deferred_fees other_assets "
    "*total_assets payables tax_payable accrued_interest debt other_liabilities paid_in_capital retained_earnings "
    "*total_liabilities_and_equity",
    "Debt service": "*cfads interest_paid fees_paid scheduled_principal *debt_service",
}
KEPT: Final = frozenset({"revenue", "net_income", "cash", "debt", "capex", "debt_service"})


def run_page(
    console: Console, projection: Projection, found: Mapping[str, Measure], claims: Mapping[str, Outcome], by: str
) -> None:
    """Print a projection: warnings, capacity, statements, every loan to maturity, measures, claims, checks."""
    scenario = projection.scenario
    _shown_step(projection, by)
    heading(console, scenario.title or scenario.id, _subtitle(projection))
    promises = covenants(projection)
    breaches_list(console, breaches(promises))
    alarms(console, projection)
    capacity(console, projection, by)
    for title, keys in STATEMENTS.items():
        statement(console, projection, title, keys, by)
    cover(console, projection, by)
    for name in scenario.loans:
        loan(console, projection, name)
    measures_table(console, found)
    claims_list(console, claims)
    covenants_list(console, promises)
    console.print(Text(evidence_line(scenario.evidence())))
    console.print(Text(laws_line(projection)))


def _subtitle(projection: Projection) -> str:
    timeline, option = projection.timeline, projection.scenario.option
    told = f"{timeline.start} to {timeline.end}, by {timeline.step}, in {projection.scenario.currency}"
    return f"{told}, option {option}" if option else told


def heading(console: Console, title: str, subtitle: str) -> None:
    """Print the title of a page."""
    console.print(Text(title, style="bold"))
    console.print(Text(subtitle, style="dim"))
    console.print()


def hanging(console: Console, head: str, body: str, style: str, indent: int = 0, body_style: str = "") -> None:
    """Print a word and, beside it, a text that stays beside it where it takes several lines."""
    left = indent + len(head) + 2
    first, *others = wrap(body, max(console.width - left, 20)) or [""]
    console.print(Text.assemble(" " * indent, (head, style), "  ", (first, body_style)))
    for line in others:
        console.print(Text(" " * left + line, style=body_style))


def breaches_list(console: Console, told: Sequence[str]) -> None:
    """Print every broken covenant, before anything else."""
    for breach in told:
        hanging(console, "BREACH", breach, "bold red", body_style="bold red")
    if told:
        console.print()


def alarms(console: Console, projection: Projection) -> None:
    """Print every warning, loudly."""
    told = warnings(projection)
    for warning in told:
        hanging(console, "WARNING", warning, "bold red", body_style="bold red")
    if told:
        console.print()


def capacity(console: Console, projection: Projection, by: str) -> None:
    """Print nameplate, effective capacity, output and shipments by plant, and the total as bars."""
    plants = projection.scenario.plants
    step = _shown_step(projection, by)
    columns = list(projection.timeline.groups(step))
    for title, key, unit in (
        ("Nameplate capacity at the end", "nameplate", "km/year"),
        ("Effective capacity, mean", "effective_capacity", "km/year"),
        ("Output", "output", "km"),
        ("Shipments", "shipments", "km"),
    ):
        rows = {plants[p].name or p: projection.by(f"plants.{p}.{key}", step) for p in plants}
        lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
        if len(lines) > 1:
            sums = [sum(float(values[c][0]) for values in rows.values()) for c in columns]
            lines.append(Line("All plants", sums, strong=True))
        show(console, Figures(title, unit, columns, lines))
    total = {
        year: sum(float(projection.by(f"plants.{p}.effective_capacity")[year][0]) for p in plants)
        for year in projection.timeline.groups("year")
    }
    bars(console, "Effective capacity of all plants, by year", "km/year", total)


def _shown_step(projection: Projection, by: str) -> str:
    order, step = ("month", "quarter", "year"), projection.timeline.step
    if order.index(by) < order.index(step):
        raise FibercapError(f"the model steps by {step}; its tables cannot be shown by {by}")
    return by


def statement(console: Console, projection: Projection, title: str, keys: str, by: str) -> None:
    """Print one statement; lines that are zero throughout are left out, sums are strong."""
    step, lines = _shown_step(projection, by), []
    for word in keys.split():
        key = word.lstrip("*-")
        row = projection.rows[f"accounts.{key}"]
        values = [float(v[0]) for v in projection.by(row.path, step).values()]
        if any(abs(v) >= 0.5 for v in values) or key in KEPT or word.startswith("*"):  # noqa: PLR2004 - half a dollar shows as 0.00 million
            label = f"less {row.label[0].lower()}{row.label[1:]}" if word.startswith("-") else row.label
            lines.append(Line(label, values, strong=word.startswith("*")))
    columns = list(projection.timeline.groups(step))
    show(console, Figures(title, projection.scenario.currency, columns, lines))


COVER: Final = {
    "dscr": "DSCR: CFADS / debt service",
    "llcr": "LLCR at the year's end",
    "plcr": "PLCR at the year's end",
    "interest_cover": "EBITDA / interest",
    "debt_to_ebitda": "Debt / EBITDA",
}


def cover(console: Console, projection: Projection, by: str) -> None:
    """Print the ratios that lenders look at by calendar year, and by payment where parts of years are shown."""
    outlasts = projection.value("accounts.debt")[0, -1] > 0  # then what follows the horizon is not known
    shown = {key: label for key, label in COVER.items() if not (outlasts and key in {"llcr", "plcr"})}
    rows = {label: projection.by(f"accounts.{key}") for key, label in shown.items()}
    lines = [Line(label, [float(v[0]) for v in values.values()]) for label, values in rows.items()]
    lines = [line for line in lines if any(np.isfinite(v) for v in line.values if v is not None)]
    if lines:
        columns = list(projection.timeline.groups("year"))
        show(console, Figures("Cover of debt by calendar year", "", columns, lines))
    for name in projection.scenario.loans if by != "year" else ():
        payments = projection.value(f"loans.{name}.dscr")[0]
        due = np.flatnonzero(np.isfinite(payments))
        columns = [projection.timeline.labels[k] for k in due]
        if columns:
            line = Line("DSCR of the payment", payments[due].tolist())
            show(console, Figures(f"Cover of {name} by payment", "", columns, [line]))


def loan(console: Console, projection: Projection, name: str) -> None:
    """Print one loan by calendar year from signing to maturity, past the horizon too."""
    at, terms = f"loans.{name}.schedule", projection.scenario.loans[name]
    days = projection.value(f"{at}.date")[0]
    years = days.astype("int64").astype("timedelta64[D]") + np.datetime64("1899-12-30")
    of = years.astype("datetime64[Y]").astype(int) + 1970
    last = terms.maturity.year
    columns = list(range(terms.signed.year, last + 1))
    lines = []
    for key, label in (
        ("drawn", "Drawn"),
        ("interest_paid", "Interest paid"),
        ("fees_paid", "Fees paid"),
        ("upfront_fee", "Upfront fee"),
        ("principal", "Principal"),
    ):
        value = projection.value(f"{at}.{key}")[0]
        if value.any() or key == "principal":
            lines.append(Line(label, [float(value[of == year].sum()) for year in columns]))
    closing = projection.value(f"{at}.closing")[0]
    lines.append(Line("Owed at the end", [float(closing[of <= year][-1]) for year in columns], strong=True))
    note = terms_text(terms)
    years_ = [str(year) for year in columns]
    money = projection.scenario.loan_currency(name)
    show(console, Figures(f"Loan {name} to maturity", money, years_, lines, note))


def measures_table(console: Console, found: Mapping[str, Measure]) -> None:
    """Print the measures, each with the weakest kind of input that it rests on; undefined ones say why."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    table.add_column("Measure", no_wrap=True)
    table.add_column("Value", justify="right", no_wrap=True)
    table.add_column("Unit")
    table.add_column("Evidence", no_wrap=True)
    for measure in found.values():
        shown, unit = measure_text(measure)
        table.add_row(measure.label, shown, _said(measure, unit), Text(measure.evidence))
    console.print(table)
    console.print()


def _said(measure: Measure, unit: str) -> Text:
    if measure.reason:
        return Text(f"undefined: {measure.reason}", style="dim")
    told = [text for text in (f"in {measure.when}" if measure.when else "", measure.remark) if text]
    return Text.assemble(unit, (f" ({'; '.join(told)})" if told and unit else "; ".join(told), "dim"))


def covenants_list(console: Console, found: Mapping[str, Tested]) -> None:
    """Print the covenants of the loans with their tightest test."""
    if not found:
        return
    console.print(Text("Covenants", style="bold"))
    for tested in found.values():
        verdict, told = covenant_lines(tested)
        hanging(console, verdict, f"{tested.loan}: {tested.says}", "green" if tested.holds else "bold red", indent=2)
        console.print(Padding(Text(told), (0, 0, 0, 8)))
    console.print()


def claims_list(console: Console, claims: Mapping[str, Outcome]) -> None:
    """Print the claims with their result."""
    if not claims:
        return
    console.print(Text("Claims", style="bold"))
    for outcome in claims.values():
        style = "green" if outcome.holds else ("yellow" if outcome.as_expected else "bold red")
        verdict, found = claim_lines(outcome)
        hanging(console, verdict, outcome.says, style, indent=2)
        console.print(Padding(Text(found), (0, 0, 0, 8)))
        if not outcome.holds and outcome.note:
            console.print(Padding(Text(outcome.note, style="dim"), (0, 0, 0, 8)))
    console.print()
