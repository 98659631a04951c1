"""The company of a random plan: its calendar, currencies, plants and products, capital, tax and opening balance."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.fuzz.assets import draw_asset_terms, draw_depreciation, draw_maintenance, draw_units
from tests.fuzz.dice import MONTHS, Dice, Draft, Plan, end_of_month, later, month_of, name_year, number

CURRENCIES = ("USD", "EUR", "BRL", "DEM", "JPY")
EURO = {"EUR", "DEM"}
WORTH = {"USD": 1.0, "EUR": 1.05, "BRL": 0.5, "DEM": 0.54, "JPY": 0.008}
MOST = {1: 27, 3: 14, 12: 8}
"""Periods of the horizon at most, by the months of a step."""


def open_draft(dice: Dice) -> Draft:
    """Return a draft with its horizon, currencies and measure of money."""
    step = dice.pick(1, 3, 3, 12, 12, 12)
    year = dice.randint(1994, 2006)
    year_ends = 12
    if dice.chance(0.4):  # business years, whose last month ends a quarter where periods are quarters
        year_ends = dice.randint(1, 11) if step != 3 else dice.pick(3, 6, 9)
    month = dice.randint(0, 11) // step * step if step < 12 else year_ends % 12
    count = dice.randint(max(2, 6 // step), MOST[step])
    first, last = date(year, month + 1, 1), end_of_month(12 * year + month + step * count)
    home = dice.pick("USD", "USD", "EUR", "DEM", "BRL")
    draft = Draft(dice, first, last, step, home, 10 ** dice.uniform(-2, 2), year_ends)
    draft.plan = {"fibercap": dice.pick("1", 1), "horizon": draw_horizon(draft)}
    if dice.chance(0.5):
        draft.plan["id"] = dice.pick("plan", "random-plan_1", "a")
    if dice.chance(0.3):
        draft.plan["title"] = dice.pick("A plan, at random", "Zw\u00f6lf [b] = 1", "=1+1")
    draw_indices(draft)
    draft.plan["money"] = draw_money(draft)
    draw_exchange(draft)
    return draft


def draw_horizon(draft: Draft) -> Plan:
    """Return the horizon in one of its notations."""
    dice, first, last = draft.dice, draft.first, draft.last
    starts = [draft.period_at(draft.origin), str(first)]
    ends = [str(last), f"{last.year}-{last.month:02d}"]
    ends += [f"{last.year}-Q{last.month // 3}"] * (last.month % 3 == 0) + [str(last.year)] * (3 * (last.month == 12))
    ends += [name_year(month_of(last), draft.year_ends)] * (3 * (last.month == draft.year_ends))
    block = {"from": dice.choice(starts), "to": dice.choice(ends)}
    if draft.year_ends < 12 or dice.chance(0.1):
        block["year_ends"] = MONTHS[draft.year_ends]
    if draft.step > 1 or dice.chance(0.5):
        block["step"] = {1: "month", 3: "quarter", 12: "year"}[draft.step]
    return block


def draw_money(draft: Draft) -> Plan:
    """Return the reporting currency and how the future is valued."""
    dice = draft.dice
    block: Plan = {"report_in": draft.home}
    if dice.chance(0.85):
        block["discount_rate"] = dice.pick(draft.rate(2, 20), draft.rate(2, 20), "0 %/year", "-1 %/year")
        if "indices" in draft.plan and dice.chance(0.4):
            block["discount_rate"] = {"real": draft.rate(1, 12), "index": dice.choice([*draft.plan["indices"]])}
    if dice.chance(0.2):
        block["valuation_date"] = str(dice.day(end_of_month(draft.origin), draft.last))
    if dice.chance(0.7):
        block["terminal_value"] = dice.pick(
            "none", "book", {"multiple": number(dice.between(0.5, 9))}, {"multiple": dice.randint(0, 8)}
        )
    if dice.chance(0.4):
        block["discounting"] = dice.pick("end_of_period", "mid_period")
    if dice.chance(0.5):
        block["minimum_cash"] = draft.amount(1e5, 5e6)
    for key in dice.some(["interest_on_cash", "interest_on_overdraft"], 0.25):
        block[key] = draft.series(lambda: dice.pick(draft.rate(0.5, 14), draft.rate(0.5, 14), "0 %/year"), 0.3)
    return block


def draw_exchange(draft: Draft) -> None:
    """Add rates of exchange: no two of a euro and its mark, which give one another."""
    dice = draft.dice
    known = [code for code in CURRENCIES if code != draft.home and not {code, draft.home} <= EURO]
    chosen = [code for code in dice.some(known, 0.3) if code != "DEM" or dice.chance(0.5)]
    if {*chosen} >= EURO:
        chosen.remove("DEM")
    rates: Plan = {}
    for code in chosen:
        worth = WORTH[code] / WORTH[draft.home]

        def rate(worth: float = worth, code: str = code) -> str:
            return f"{number(dice.between(worth * 0.8, worth * 1.25))} {draft.home}/{code}"

        rates[code] = {"average": draft.series(rate, 0.6)}
        if dice.chance(0.6):
            closing = draft.series(rate, 0.7)
            ends: dict[int, str] = {}
            beside = {"growth", "interpolate"} & {*closing} if isinstance(closing, dict) else set()
            for key in closing if isinstance(closing, dict) else ():
                if key not in beside:
                    ends.setdefault(draft.span_of(key)[1], key)
            kept = {key: closing[key] for key in (*ends.values(), *sorted(beside))} if ends else closing
            rates[code]["closing"] = kept
        if dice.chance(0.4):
            rates[code]["opening"] = rate()
    if rates:
        draft.plan["exchange"] = rates
    draft.foreign = [*chosen, *(("DEM",) if "EUR" in {*chosen, draft.home} and draft.home != "DEM" else ())]
    draft.foreign += ["EUR"] if "DEM" in {*chosen, draft.home} and "EUR" not in {*chosen, draft.home} else []


def draw_indices(draft: Draft) -> None:
    """Add rates by which prices and costs may grow."""
    if draft.dice.chance(0.3):
        rates = {str(draft.first.year - 2): draft.rate(1, 6)}
        later: Plan = draft.by_period(lambda: draft.rate(1, 6), 1.0)
        line = {"interpolate": "linear"} if draft.dice.chance(0.2) else {}
        draft.plan["indices"] = {"cpi": rates | later | line} | (
            {"wages": "3 %/year"} if draft.dice.chance(0.4) else {}
        )


def draw_products(draft: Draft) -> None:
    """Add what plants make."""
    dice = draft.dice
    block: Plan = {}
    for name in ("fiber", "multimode", "p-3")[: dice.pick(1, 1, 2, 3)]:
        code = draft.code(0.1)
        product: Plan = {
            "price": draft.series(lambda code=code: draft.amount(20, 70, code, "/km"), 0.5)  # type: ignore[misc]
        }
        if dice.chance(0.4):
            product["demand"] = draw_demand(draft)
            if dice.chance(0.3):
                product["serve"] = dice.pick("share", "cheapest_first")
        if dice.chance(0.4):
            product["interpolate"] = dice.pick("none", "linear")
        if dice.chance(0.2):
            product["name"] = "Fiber, by the km"
        block[name] = product
    draft.plan["products"] = block


def draw_demand(draft: Draft) -> Any:
    """Return what the market takes: amounts over time, or a share of a market and exports."""
    dice = draft.dice
    if dice.chance(0.7):
        return draft.series(lambda: draw_length(draft, 1e5, 2e6), 0.5)
    block: Plan = {"market": draft.series(lambda: draw_length(draft, 1e6, 2e7), 0.6)}
    if dice.chance(0.8):
        block["share"] = draft.series(lambda: draft.share(1, 60), 0.4, bounded=True)
    if dice.chance(0.5):
        block["exports"] = draft.series(lambda: draw_length(draft, 1e4, 1e6), 0.4)
    return block


def draw_length(draft: Draft, low: float, high: float) -> str:
    """Return kilometers a year in one of their notations."""
    dice, value = draft.dice, draft.dice.between(low, high)
    return dice.pick(
        f"{number(value)} km/year", f"{int(value):_} km/year", f"{number(value / 1e6)} Mkm/year",
        f"{number(value / 1e6)} million km/year", f"{number(value / 1e3)} thousand km/year", f"{number(value)} km/year",
    )  # fmt: skip


def draw_plants(draft: Draft) -> None:
    """Add plants, some of which are bought, opened or closed on the way."""
    dice = draft.dice
    block: Plan = {}
    for name in ("jena", "xtal", "works_3")[: dice.pick(1, 1, 1, 1, 2, 3)]:
        code = draft.code(0.1)
        plant: Plan = {
            "product": dice.choice([*draft.plan["products"]]),
            "capacity": "0 km/year" if dice.chance(0.1) else draft.series(lambda: draw_length(draft, 3e4, 9e5), 0.25),
            "cash_cost": draft.series(lambda code=code: draft.amount(8, 40, code, "/km"), 0.3),  # type: ignore[misc]
        }
        if dice.chance(0.5):
            plant["utilization"] = draft.series(lambda: draft.share(40, 100), 0.4, bounded=True)
        if dice.chance(0.5):
            plant["fixed_cost"] = draft.series(lambda: draft.amount(1e5, 2e6, per="/year"), 0.3)
        draw_maintenance(draft, plant)
        if dice.chance(0.2):
            plant["name"] = "Works, the third"
        opens = dice.day(end_of_month(draft.origin - 12), draft.last)
        if dice.chance(0.2):
            plant["opens"] = str(opens)
        if dice.chance(0.2):
            plant["closes"] = str(dice.day(max(opens, draft.first), end_of_month(draft.origin + 140)))
        if dice.chance(0.3):
            buy_plant(draft, name, plant)
        if dice.chance(0.2):
            draw_closures(draft, plant)
        block[name] = plant
    draft.plan["plants"] = block


def draw_closures(draft: Draft, plant: Plan) -> None:
    """Add times in which a plant stands still, while it counts and in the horizon."""
    dice, sale = draft.dice, plant.get("purchase", {}).get("sold", {})
    first = date.fromisoformat(plant.get("opens", str(end_of_month(draft.origin - 3))))
    last = min([str(end_of_month(draft.origin + 140)), *filter(None, (plant.get("closes"), sale.get("on")))])
    block: Plan = {}
    for name in ("slump", "strike")[: dice.randint(1, 2)]:
        start = dice.day(first, draft.last)
        end = dice.day(start, min(later(start, dice.pick(1, 5, 20)), date.fromisoformat(last)))
        if start > end or str(end) > last or end < draft.first or start > draft.last:
            break
        block[name] = {"from": str(start), "to": dice.pick(str(end), {"value": str(end), "note": "as the union says"})}
        if dice.chance(0.6):
            block[name]["fixed_cost"] = dice.pick("continues", "stops", "stops")
        first = end + timedelta(days=dice.pick(1, 1, 40))
    if block:
        plant["closures"] = block


def buy_plant(draft: Draft, name: str, plant: Plan) -> None:
    """Add how a plant is bought; one that opens no earlier may be depreciated by what it makes."""
    plant["purchase"] = draw_purchase(draft, name, plant.get("opens", ""))
    bought = plant["purchase"]["on"]
    if "closes" not in plant and draft.dice.chance(0.3):
        plant["opens"] = max(bought, plant.get("opens", ""))
    if plant.get("opens", "") >= bought:
        draw_units(draft, plant["purchase"], 3e5, alone=not isinstance(plant["capacity"], dict), share=0.35)


def draw_purchase(draft: Draft, name: str, opens: str) -> Plan:
    """Return the price of a plant, when it is paid, and the working capital that comes with it; it is sold when open."""
    dice, code = draft.dice, draft.code(0.15)
    price = dice.between(1e6, 3e7) * draft.scale
    block: Plan = {"price": draft.money(price, code), "on": str(dice.day(draft.first, draft.last))}
    draft.uses[name] = (price, code)
    if dice.chance(0.4):
        block["life"] = draft.months(1, 150)
    draw_asset_terms(draft, block, date.fromisoformat(max(block["on"], opens)))
    kinds = {kind: price * dice.uniform(0.01, 0.1) for kind in dice.some(["receivables", "inventory", "payables"], 0.7)}
    if dice.chance(0.3):
        block["working_capital"] = draft.money(price * dice.uniform(0.01, 0.3), code)
    elif kinds and dice.chance(0.5):
        block["working_capital"] = {kind: draft.money(amount, code) for kind, amount in kinds.items()}
    return block


def draw_capital(draft: Draft) -> None:
    """Add days of working capital, tax, and the opening balance."""
    dice, plan = draft.dice, draft.plan
    if dice.chance(0.7):
        days = {
            kind: draft.series(lambda: f"{dice.pick(0, 0, 15, 30, 45, 60, 90.5, 200, 366)} days", 0.3, bounded=True)
            for kind in dice.some(["receivables", "inventory", "payables"], 0.7)
        }
        plan["working_capital"] = days | ({"days_in_year": dice.pick(360, 365)} if dice.chance(0.5) else {})
    if dice.chance(0.8):
        tax: Plan = {"rate": draft.series(lambda: draft.share(5, 50), 0.4, bounded=True)}
        if dice.chance(0.5):
            tax["lag"] = f"{draft.step * dice.randint(0, max(12 // draft.step, 1))} months"
        if dice.chance(0.4):
            tax["expire"] = f"{dice.randint(1, 6)} years"
        if dice.chance(0.4):
            tax["use_at_most"] = draft.share(10, 100)
        if dice.chance(0.25):
            tax["depreciation"] = draw_depreciation(draft)
        plan["tax"] = tax
    if dice.chance(0.85):
        plan["opening"] = draw_opening(draft)


def draw_opening(draft: Draft) -> Plan:
    """Return the balance sheet of the day before."""
    dice = draft.dice
    keys = ["receivables", "inventory", "payables", "other_assets", "other_liabilities", "tax_losses"]
    block: Plan = {key: draft.amount(1e5, 5e6) for key in dice.some(keys, 0.45)}
    if dice.chance(0.15):
        block["paid_in_capital"] = draft.amount(1e5, 5e6)
    if dice.chance(0.85):
        block["cash"] = (
            draft.money(-dice.between(1e4, 1e6) * draft.scale) if dice.chance(0.05) else draft.amount(1e5, 4e7)
        )
    if dice.chance(0.6):
        value = draft.amount(1e6, 2e7)
        terms: Plan = {"value": value} | ({"life": draft.months(1, 120)} if dice.chance(0.6) else {})
        draw_asset_terms(draft, terms, draft.first, foreign=False)
        plants = [plant for plant in draft.plan["plants"].values() if "purchase" not in plant]
        if plants and "land" not in terms:
            draw_units(draft, terms, 1e6, alone=not any(isinstance(one["capacity"], dict) for one in plants))
        block["fixed_assets"] = dice.pick(value, terms, terms)
    return block


def draw_payouts(draft: Draft) -> Plan:
    """Return the rule by which owners are paid."""
    dice = draft.dice
    block: Plan = {"every": dice.pick("month", "quarter", "half_year", "year", "year")} if dice.chance(0.8) else {}
    if dice.chance(0.6):
        block["first"] = str(dice.day(draft.first, draft.last))
    if dice.chance(0.5):
        block["share"] = draft.share(10, 100)
    if dice.chance(0.5):
        block["keep"] = draft.amount(1e5, 5e6)
    return block


def may_limit(draft: Draft) -> bool:
    """Tell whether a limit of what owners pay leaves known what must be known before cash."""
    loans = draft.plan.get("loans", {})
    for sources in draft.plan.get("funding", {}).values():
        revolves = any(loans.get(name, {}).get("repayment", {}).get("style") == "revolver" for name in sources)
        if "equity" in sources and (revolves or "include_financing_costs" in sources):
            return False
    return True


def draw_owners(draft: Draft) -> None:
    """Add overhead, what owners pay in and take out, and who lifts cash to its minimum."""
    dice = draft.dice
    block: Plan = {}
    if dice.chance(0.6):
        block["overhead"] = draft.series(lambda: draft.amount(1e5, 3e6, per="/year"), 0.4)
    for key in dice.some(["equity", "dividends"], 0.45):
        days = sorted({str(dice.day(draft.first, draft.last)) for _ in range(dice.randint(1, 3))})
        block[key] = {day: draft.amount(1e5, 1e7) for day in days}
    if dice.chance(0.3):
        block["payouts"] = draw_payouts(draft)
        block.pop("dividends", None)
    if "equity" not in block and may_limit(draft) and dice.chance(0.4):
        block["equity_limit"] = draft.amount(1e5, 3e7)
    revolvers = [
        name
        for name, loan in draft.plan.get("loans", {}).items()
        if loan.get("repayment", {}).get("style") == "revolver"
    ]
    if dice.chance(0.4):
        gap = dice.pick(["equity"], ["revolver", "equity"], ["revolver"], [*revolvers, "equity"], [], revolvers[:1])
        block["gap"] = dice.sample(gap, len(gap)) if dice.chance(0.2) else gap
    if dice.chance(0.3):
        block["may_run_dry"] = dice.pick("true", "false", True)
    if block:
        draft.plan["company"] = block
