"""Random valid scenarios, as text."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from fibercap.core.daycount import CONVENTIONS

Draw = Any
TERMS = re.compile(r"(?:(\w+):\s+\{?)?commitment: ([^,\n]+),?\s+signed: (\d{4}-\d\d-\d\d)")


def replace_parts(text: str, *changes: tuple[str, str]) -> str:
    """Return a plan's text with parts of it replaced, each of which it must hold."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def drawn_at_signing(text: str) -> str:
    """Return a plan whose term loans draw their commitment at signing, but for those that funding asks to pay.

    A plan draws no loan that nothing uses.
    """
    funding = text[text.index("funding:") :] if "funding:" in text else ""

    def with_draws(match: re.Match[str]) -> str:
        name, amount, day = match.groups()
        terms = re.split(r"\n  \w+:|\n\w", text[match.end() :])[0]
        used = "draws:" in terms or "revolver" in terms or (name is not None and re.search(rf"\b{name}:", funding))
        return match[0] if used else f"{match[0]}, draws: {{{day}: {amount}}}"

    return TERMS.sub(with_draws, text)


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
    results = {}
    for number in range(_whole(draw, 0, 3)):
        results[f"line_{number}"] = _whole(draw, 2001, 2003)
    draw(st.just(plants))
    return results


def _project_text(draw: Draw, plants: list[str], name: str, year: int) -> str:
    complete = _pick(draw, f"{year}-06-30", f"{year}-12-31", f"{year}-09-17")
    lines = [
        f"  {name}:",
        f"    plant: {_pick(draw, *plants)}",
        f"    adds: {_whole(draw, 0, 400)}_000 km/year",
        f"    capex: {_whole(draw, 3, 60)}.5 million USD",
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
        "level, amortize_over: 12 years, allow_negative_amortization: true",  # a long first period may cost more
        "equal_principal, amortize_over: 9 years",
    )
    later = "draws: {2001-02-14: 1 million USD, 2001-08-31: 2 million USD}, "
    draws = _pick(draw, "", f"draws: {{{signed}: 17 million USD}}, ", later)  # what nothing uses is not drawn
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


def _rich_loan_text(draw: Draw, name: str) -> str:
    """Return a loan of any style, at any kind of rate, with any clauses that go together; some depend on cash."""
    style = _pick(
        draw, "level", "equal_principal", "bullet", "at_maturity", "sculpted, dscr: 1.3", "sculpted, dscr: 1.3, tax: unlevered", "revolver",
        "level, balloon: 1 million {code}", "level, initial_repayment: 6 %/year, allow_negative_amortization: true",
        "level, payment_cap: 5 %, allow_negative_amortization: true",
        "level, after_reset: keep_payment, allow_negative_amortization: true",
        "fixed_payment, payment: 0.3 million {code}, allow_negative_amortization: true",
        "custom, schedule: {{2002-03-31: 40 %, 2003-08-20: 60 %}}",
        "custom, schedule: {{2002-03-31: 2 million {code}, 2003-01-31: 1 million {code}, 2003-08-20: 2 million {code}}}",
    )  # fmt: skip
    swept = style != "revolver" and _whole(draw, 0, 4) == 0
    code = "USD" if swept or style in {"revolver", "sculpted, dscr: 1.3"} else _pick(draw, "USD", "USD", "EUR", "DEM")
    rate = _pick(
        draw, "8 %/year", "0 %/year", "{2000: 6 %/year, 2001-05-17: 9 %/year, 2003: 5 %/year}",
        "{index: libor, margin: 2 %/year, floor: 3 %/year, cap: 7 %/year}", "{index: libor, reset: half_year}",
        "{index: libor, margin: 1 %/year, reset: any_day}",
        "{index: libor, margin: {2000: 2 %/year, 2002-03: 1 %/year}, floor: {2000: 3 %/year, 2001: 4 %/year}, cap: 9 %/year}",
    )  # fmt: skip
    clauses = [
        _pick(draw, "sweep: 50 %", "sweep: {2000: 50 %, 2001-07: 10 %}") if swept else "",
        "" if style == "revolver" else _pick(draw, "", "grace: 9 months", "capitalize_until: 2001-09-30"),
        _pick(draw, "", "prepayments: {2002-05-05: 0.2 million " + code + ", 2002-11-30: 0.3 million " + code + "}"),
        ""
        if style == "sculpted, dscr: 1.3"
        else _pick(draw, "", "prepayment_fee: 2 %", "prepayment_fee: {2001: 3 %, 2002-11-01: 1 %}"),
        ""
        if style.startswith(("at_maturity", "sculpted", "revolver"))
        else _pick(draw, "", "after_prepayment: recast"),
        _pick(draw, "", "rounding: cent"),
        "compounding: " + _pick(draw, "nominal", "effective", "semiannual"),
        "day_count: " + _pick(draw, "equal_periods", *CONVENTIONS),
        _pick(
            draw,
            "fees: {upfront: 1 %, undrawn: 0.5 %/year, guarantee: 0.7 %/year, agency: 20 thousand " + code + "/year}",
            "fees: {undrawn: {2000: 0.5 %/year, 2001-05-20: 1 %/year}, agency: {2000: 20 thousand " + code + "/year, "
            "2001-10: 10 thousand " + code + "/year}}",
        ),
        f"payments: {{every: {_pick(draw, 'month', 'quarter', 'half_year')}, "
        f"end_of_month: {_pick(draw, 'true', 'false')}, short_last: {_pick(draw, 'join', 'keep')}, "
        f"on: {'end' if swept or style == 'revolver' else _pick(draw, 'end', 'start')}}}",
    ]
    signed = _pick(draw, "2000-01-31", "2001-01-08")
    if style != "revolver":
        clauses.append(_pick(draw, "", f"draws: {{{signed}: 5 million {code}}}"))
    text = ", ".join(clause for clause in clauses if clause)
    return (
        f"  {name}: {{commitment: 8 million {code}, signed: {signed}, matures: 4 years, "
        f"rate: {rate}, {text}, repayment: {{style: {style.format(code=code)}}}}}"
    )


def _exchange_text(draw: Draw) -> str:
    """Return rates of euros, or of marks, by keys of any length, with closing and opening rates or without."""
    average = _pick(
        draw, "0.9 USD/EUR", "{2000: 0.92 USD/EUR, 2001: 0.90 USD/EUR, 2002: 1.1 USD/EUR}",
        "{1999-Q4: 1.03 USD/EUR, 2000-02: 0.98 USD/EUR, 2000-03: 0.96 USD/EUR, 2001: 0.9 USD/EUR, 2001-Q3: 0.93 USD/EUR}",
    )  # fmt: skip
    closing = _pick(
        draw, "", ", closing: 1.05 USD/EUR", ", closing: {2000: 0.95 USD/EUR, 2001-06: 0.85 USD/EUR, 2002: 1.2 USD/EUR}",
        ", closing: {2000-Q2: 0.97 USD/EUR, 2000: 0.93 USD/EUR, 2001: 0.88 USD/EUR, 2001-Q1: 0.91 USD/EUR, 2005: 1.3 USD/EUR}",
        ", closing: {1998: 1.17 USD/EUR, 1999: 1.01 USD/EUR, 2001-02: 0.92 USD/EUR, 2001-03: 0.88 USD/EUR}",
    )  # fmt: skip
    opening = _pick(draw, "", ", opening: 1.0070 USD/EUR")
    code = _pick(draw, "EUR", "EUR", "EUR", "DEM")
    return f"exchange: {{EUR: {{average: {average}{closing}{opening}}}}}".replace("EUR", code)


def _rich_funding_text(draw: Draw, name: str, loans: dict[str, str], *, built: bool) -> str:
    parts = {loan: _pick(draw, "15 %", "20 %") for loan in loans if draw(st.booleans())}
    text = ", ".join(f"{source}: {amount}" for source, amount in {"grant": "10 %", **parts, "equity": "rest"}.items())
    known = not any("sculpted" in loans[p] or "revolver" in loans[p] or "sweep" in loans[p] for p in parts)
    costs = ", include_financing_costs: true" if built and known and draw(st.booleans()) else ""
    return f"  {name}: {{{text}{costs}}}"


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
def valid_scenarios(draw: Draw, steps: tuple[str, ...] = ("month", "quarter", "year"), *, rich: bool = False) -> str:
    """Random plans that are valid: every ramp, way to spend, day count, interval and kind of funding.

    `rich` ones have loans of every style, in several currencies, some of which depend on cash.
    """
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
    texts = {name: (_rich_loan_text if rich else _loan_text)(draw, name) for name in loans}
    sculpted = [name for name, text in texts.items() if "sculpted" in text]
    for name in sculpted[1:]:  # of loans of one rank, one
        texts[name] = re.sub("sculpted[^}]*", "bullet", texts[name])
    if loans:
        blocks.append("loans:\n" + "\n".join(texts.values()))
    if rich:
        blocks.append("rates: {libor: {2000: 6.5 %/year, 2001: 3.8 %/year, 2002: 1.8 %/year, 2004: 4 %/year}}")
        blocks.append(_exchange_text(draw))
    if funded:
        of = [
            _rich_funding_text(draw, name, texts, built=name in projects) if rich else _funding_text(draw, name, loans)
            for name in funded
        ]
        blocks.append("funding:\n" + "\n".join(of))
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
