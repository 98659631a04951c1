"""What a random plan promises: covenants of loans, and claims."""

from __future__ import annotations

from datetime import date

from tests.fuzz.dice import Draft, Plan, month_of, name_year, number
from tests.fuzz.ratios import pick_ratio

RATIOS = ("accounts.dscr_12m", "accounts.interest_cover_12m", "accounts.dscr_before_capex_12m")
TESTS = {"period": 1, "quarter": 3, "half_year": 6, "year": 12}
MEASURES = ("min_dscr", "min_llcr", "average_dscr", "min_interest_cover", "min_plcr", "project_irr", "equity_irr")


def draw_covenants(draft: Draft, loan: str, term: tuple[date, date]) -> Plan:
    """Return covenants of a loan that runs between two days."""
    return {f"covenant_{count}": draw_covenant(draft, loan, term) for count in range(draft.dice.pick(1, 1, 2))}


def draw_covenant(draft: Draft, loan: str, term: tuple[date, date]) -> Plan:
    """Return one covenant: a row or a measure, a limit, and for some a level that bars dividends."""
    dice, block = draft.dice, Plan()
    if dice.chance(0.2):
        block["says"] = "Service is covered"
    tests = [word for word, months in TESTS.items() if months >= draft.step or word == "period"]
    kind = dice.pick("ratio", "ratio", "own", "defined", "life", "debt", "money", "measure")
    if kind == "measure":
        block["measure"] = dice.choice(MEASURES[:5])
    elif kind == "money":
        block["row"] = dice.pick("accounts.cash", "accounts.debt")
    elif kind == "debt":
        block["row"] = dice.pick("accounts.debt_to_ebitda_12m", "accounts.debt_to_ebitda")
    else:
        cover = f"loans.{loan}.dscr_12m"
        life = dice.pick("accounts.llcr", "accounts.plcr")
        block["row"] = {"ratio": dice.choice(RATIOS), "own": cover, "defined": pick_ratio(draft, cover), "life": life}[
            kind
        ]
    if "row" in block and block["row"] != "accounts.debt_to_ebitda" and dice.chance(0.7):
        block["test"] = dice.choice([*tests, "payment"] if kind != "money" else tests)
    level = dice.between(0.5, 6)
    floor = kind != "debt" and block.get("row") != "accounts.debt"

    def text(value: float) -> str:
        return draft.money(value * 1e6 * draft.scale) if kind == "money" else number(float(f"{value:.3g}"))

    limits = draw_limits(draft, level, 1.1 if floor else 0.9)
    comparator = dice.pick("at_least", "above") if floor else dice.pick("at_most", "below")
    by_year = "row" in block and len(limits) > 1
    block[comparator] = {year: text(limit) for year, limit in limits.items()} if by_year else text(level)
    if kind in {"ratio", "own", "defined", "money", "debt"} and dice.chance(0.3):
        beyond = 1.5 if floor else 0.5
        levels = {year: text(limit * beyond) for year, limit in limits.items()}
        block["lock_up"] = levels if by_year and dice.chance(0.6) else text(level * beyond * (1.3 if floor else 0.7))
    return block | ({"from": str(dice.day(*term))} if "row" in block and dice.chance(0.2) else {})


def draw_limits(draft: Draft, level: float, factor: float) -> dict[str, float]:
    """Return limits from the year before the first on, each stricter than the last; for most covenants one only."""
    count = draft.dice.pick(1, 1, 1, 2, 3)
    return {str(draft.first.year - 1 + 2 * number): level * factor**number for number in range(count)}


def leave_out_late_costs(draft: Draft) -> None:
    """Leave out financing costs of a project by a loan that another one draws on as cash allows."""
    loans, paying = draft.plan.get("loans", {}), draft.plan.get("funding", {})
    limited = "equity_limit" in draft.plan.get("company", {})
    late = set()
    for sources in paying.values():
        lenders = loans.keys() & sources.keys()
        stops = any("draw_stop" in loans[name] for name in lenders)
        if sources.get("cash") == "available" or stops or (limited and "equity" in sources):
            late |= lenders
    for sources in paying.values():
        if late & sources.keys():
            sources.pop("include_financing_costs", None)


def draw_stops(draft: Draft) -> None:
    """Stop the draws on some loans while one of their covenants is broken."""
    paying, loans = draft.plan.get("funding", {}).values(), draft.plan.get("loans", {})
    revolvers = {name for name, loan in loans.items() if loan.get("repayment", {}).get("style") == "revolver"}
    for name, loan in loans.items():
        known = any(
            name in sources and (revolvers & sources.keys() or "include_financing_costs" in sources)
            for sources in paying
        )
        terms = loan.get("covenants", {}).values()
        dated = not terms or any("row" not in covenant for covenant in terms)
        if not (known or dated or ("draws" in loan and name in revolvers)) and draft.dice.chance(0.5):
            loan["draw_stop"] = draft.dice.pick("true", True)
        elif draft.dice.chance(0.06):
            loan["draw_stop"] = "false"


def draw_claims(draft: Draft) -> None:
    """Add claims about rows and measures."""
    dice = draft.dice
    claims = {f"claim_{count}": draw_claim(draft) for count in range(dice.pick(0, 1, 2, 3))}
    if claims:
        draft.plan["claims"] = claims


def draw_claim(draft: Draft) -> Plan:
    """Return one claim."""
    dice = draft.dice
    block: Plan = {"says": dice.pick("It pays", "Output doubles")}
    plant = dice.choice([*draft.plan["plants"]])
    money = [f"accounts.{key}" for key in ("revenue", "ebitda", "net_income", "capex")]
    stocks = ["accounts.cash", "accounts.debt", "accounts.total_assets"]
    kind = dice.pick("flow", "flow", "stock", "nameplate", "measure")
    if kind == "measure":
        block["measure"] = dice.choice(MEASURES)
        limit = number(dice.between(0.1, 4)) if "irr" not in block["measure"] else draft.rate(1, 40)
    else:
        row = {"flow": dice.choice(money), "stock": dice.choice(stocks), "nameplate": f"plants.{plant}.nameplate"}[kind]
        length = kind == "nameplate"
        block |= {"row": row, "when": draw_time(draft, flow=kind == "flow")}
        limit = f"{number(dice.between(1e5, 1e6))} km/year" if length else draft.amount(1e5, 5e7)
    comparator = dice.pick("above", "at_least", "below", "at_most", "about")
    multiple = "row" in block and dice.chance(0.4)
    block[comparator] = draw_multiple(draft, flow=kind == "flow") if multiple else limit
    if comparator == "about" and dice.chance(0.6):
        block["within"] = draft.share(1, 40)
    if dice.chance(0.4):
        block["expect"] = dice.pick("holds", "fails")
    if dice.chance(0.3) and "sources" in draft.plan:
        block["source"] = dice.choice([*draft.plan["sources"]])
    if dice.chance(0.2):
        block["where"] = "page 2"
    return block


def draw_multiple(draft: Draft, *, flow: bool) -> Plan:
    """Return a multiple of the same row at another time."""
    block: Plan = {"times": draft.dice.pick(2, "1.5"), "of": draw_time(draft, flow=flow)}
    return block | ({"note": "As was said"} if draft.dice.chance(0.4) else {})


def draw_time(draft: Draft, *, flow: bool) -> str:
    """Return a time within the horizon, of whole periods of the model."""
    dice = draft.dice
    if flow and dice.chance(0.3):
        return "in total"
    count = ((draft.last.year - draft.first.year) * 12 + draft.last.month - draft.first.month + 1) // draft.step
    begins = draft.origin + draft.step * dice.randint(0, count - 1)
    if draft.step == 1:
        key = f"{begins // 12}-{begins % 12 + 1:02d}"
    else:
        quarter = f"{begins // 12}-Q{begins % 12 // 3 + 1}"
        key = quarter if draft.step == 3 else name_year(begins, draft.year_ends)
    year = begins + (draft.year_ends - begins) % 12
    if year + 12 <= month_of(draft.last) + 1 and dice.chance(0.3):
        key = name_year(year, draft.year_ends)
    return f"end of {key}" if dice.chance(0.5) else key
