"""Random valid scenarios, as text."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS

Draw = Any


def _pick(draw: Draw, *choices: str) -> str:
    return str(draw(st.sampled_from(choices)))


def _whole(draw: Draw, low: int, high: int) -> int:
    return int(draw(st.integers(low, high)))


def _ramp(draw: Draw) -> str:
    months = _whole(draw, 1, 18)
    return _pick(
        draw,
        "none",
        f"{{linear: {months} months}}",
        f"{{s_curve: {months} months}}",
        f"{{table: {{0 months: 30 %, {months} months: 70 %, {months + 5} months: 100 %}}}}",
    )


def _spend(draw: Draw, year: int) -> str:
    share = _whole(draw, 10, 90)
    return _pick(
        draw,
        f"{{{year - 1}: {share} %, {year}: {100 - share} %}}",
        f"{{{year - 1}-Q2: {share} %, {year}-02: {100 - share} %}}",
        f"{{from: {year - 1}-04, to: {year}-03, shape: s_curve}}",
        f"{{from: {year - 1}-02-15}}",
        f"{{{year}: 100 %}}",
    )


def _projects(draw: Draw, plants: list[str]) -> dict[str, int]:
    found = {}
    for number in range(_whole(draw, 0, 3)):
        found[f"line_{number}"] = _whole(draw, 2001, 2003)
    draw(st.just(plants))
    return found


def _project_text(draw: Draw, plants: list[str], name: str, year: int) -> str:
    complete = _pick(draw, f"{year}-06-30", f"{year}-12-31", f"{year}-09-17")
    lines = [
        f"  {name}:",
        f"    plant: {_pick(draw, *plants)}",
        f"    adds: {_whole(draw, 0, 400)}_000 km/year",
        f"    capex: {_whole(draw, 1, 60)}.5 million USD",
        f"    complete: {complete}",
        f"    spend: {_spend(draw, year)}",
        f"    ramp: {_ramp(draw)}",
        f"    delay: {_whole(draw, 0, 10)} months",
        f"    overrun: {_whole(draw, -10, 40)} %",
        f"    life: {_whole(draw, 1, 12)} years",
        f"    fixed_cost: {_whole(draw, 0, 3)} million USD/year",
    ]
    return "\n".join(lines)


def _plant_text(draw: Draw, name: str, *, bought: bool) -> str:
    opens = _pick(draw, "", "", "    opens: 2000-05-01\n", "    opens: 2000-08-17\n")
    closes = _pick(draw, "", "", "", "    closes: 2003-10-31\n", "    closes: 2003-03-09\n")
    lines = (
        f"  {name}:\n    product: {_pick(draw, 'one', 'two')}\n"
        f"    capacity: {_whole(draw, 0, 900)}_000 km/year\n"
        f"    utilization: {_pick(draw, '95 %', '{2000: 80 %, 2002: 90 %}')}\n"
        f"    cash_cost: {_whole(draw, 5, 45)} USD/km\n"
        f"    fixed_cost: {_pick(draw, '0 USD/year', '{2000: 1 million USD/year, 2001-Q3: 2 million USD/year}')}\n"
        f"    maintenance: {_pick(draw, '0 USD/year', '0.4 million USD/year')}\n"
        f"    life: {_pick(draw, '10 years', '18 months', '14 months')}\n"
    )
    deal = (
        "    purchase: {price: 12 million USD, on: 2000-05-20, working_capital: 1 million USD, life: 7 years}\n"
        if bought
        else ""
    )
    return lines + opens + closes + deal


def _loan_text(draw: Draw, name: str) -> str:
    signed = _pick(draw, "1999-03-31", "1999-11-10", "2000-01-31", "2000-02-29", "2001-01-08")
    style = _pick(
        draw,
        "level",
        "equal_principal",
        "bullet",
        "level, amortize_over: 12 years",
        "equal_principal, amortize_over: 9 years",
    )
    draws = _pick(draw, "", "", "draws: {2001-02-14: 1 million USD, 2001-08-31: 2 million USD}, ")
    first = {"1999-03-31": "1999-05-15", "1999-11-10": "2000-01-10"}.get(signed)
    payments = f"every: {_pick(draw, 'month', 'quarter', 'half_year', 'year')}"
    if first and draw(st.booleans()):
        payments += f", first: {first}"
    return (
        f"  {name}: {{commitment: 20 million USD, signed: {signed}, matures: {_pick(draw, '5 years', '2004-11-30', '61 months')}, "
        f"rate: {_whole(draw, 0, 15)} %/year, day_count: {_pick(draw, 'equal_periods', *CONVENTIONS)}, "
        f"payments: {{{payments}}}, grace: {_whole(draw, 0, 20)} months, {draws}"
        f"fees: {{upfront: {_whole(draw, 0, 2)} %, undrawn: {_pick(draw, '0 %/year', '50 bp/year')}}}, "
        f"repayment: {{style: {style}}}}}"
    )


def _funding_text(draw: Draw, name: str, loans: list[str]) -> str:
    parts = {"equity": _pick(draw, "rest", "20 %", "1 million USD")}
    if draw(st.booleans()):
        parts = {"grant": f"{_whole(draw, 1, 30)} %", **parts}
    for loan in loans:
        if draw(st.booleans()):
            parts[loan] = _pick(draw, "15 %", "0.4 million USD")
    if draw(st.booleans()):
        parts = dict(reversed(parts.items()))
    order = _pick(draw, "", "order: pro_rata, ")
    return f"  {name}: {{{order}{', '.join(f'{source}: {amount}' for source, amount in parts.items())}}}"


@st.composite
def valid_scenarios(draw: Draw, steps: tuple[str, ...] = ("month", "quarter", "year")) -> str:
    """Random plans that are valid: every ramp, way to spend, loan style, day count, interval and kind of funding."""
    plants = [f"plant_{number}" for number in range(_whole(draw, 1, 2))]
    bought = [name for name in plants if draw(st.booleans())]
    projects = _projects(draw, plants)
    loans = [f"loan_{number}" for number in range(_whole(draw, 0, 2))]
    funded = [name for name in (*projects, *bought) if draw(st.booleans())]
    blocks = [
        "fibercap: 1",
        f"horizon: {{from: 2000, to: {_pick(draw, '2003', '2004')}, step: {_pick(draw, *steps)}}}",
        "money: {report_in: USD, discount_rate: 9 %/year, minimum_cash: 1 million USD, terminal_value: "
        + _pick(draw, "none", "book", "{multiple: 3}")
        + "}",
        "products:\n"
        "  one: {price: {2000: 40 USD/km, 2002: 30 USD/km}, interpolate: " + _pick(draw, "none", "linear") + "}\n"
        "  two: {price: 33 USD/km, demand: "
        + _pick(draw, "500_000 km/year", "{2000: 200_000 km/year, 2001-Q2: 1 Mkm/year}")
        + "}",
        "plants:\n" + "".join(_plant_text(draw, name, bought=name in bought) for name in plants),
    ]
    if projects:
        blocks.append("projects:\n" + "\n".join(_project_text(draw, plants, n, year) for n, year in projects.items()))
    if loans:
        blocks.append("loans:\n" + "\n".join(_loan_text(draw, name) for name in loans))
    if funded:
        blocks.append("funding:\n" + "\n".join(_funding_text(draw, name, loans) for name in funded))
    blocks += [
        "company: {overhead: {2000: 0.5 million USD/year, 2001: 1 million USD/year}, equity: {2000-03-31: 5 million USD}, "
        "dividends: {2002-12-31: 0.5 million USD}" + _pick(draw, "", ", gap: [equity]") + "}",
        "working_capital: {receivables: 55 days, inventory: 40 days, payables: 30 days, days_in_year: 360}",
        "tax: {rate: " + _pick(draw, "35 %", "{2000: 40 %, 2002: 34 %}") + ", lag: " + _pick(draw, "0 months", "1 year")
        + _pick(draw, "", ", expire: 2 years", ", use_at_most: 60 %", ", expire: 1 year, use_at_most: 50 %") + "}",
        "opening: {cash: 9 million USD, receivables: 1 million USD, inventory: 0.5 million USD, payables: 0.2 million USD, "
        "fixed_assets: {value: 8 million USD, life: 50 months}, other_assets: 1 million USD, other_liabilities: 2 million USD, "
        "tax_losses: 3 million USD}",
    ]  # fmt: skip
    return "\n".join(blocks) + "\n"
