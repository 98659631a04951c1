"""What a random plan says is uncertain: prices that are multiplied, delays that are drawn or grow."""

from __future__ import annotations

from tests.fuzz.dice import Dice, Draft, Plan, number

ONE_NUMBER = ("normal", "lognormal", "uniform", "triangular", "pert", "beta", "choice", "empirical")


def draw_uncertain(draft: Draft) -> None:
    """Write the block `uncertain` of some plans."""
    dice = draft.dice
    if not dice.chance(0.6):
        return
    inputs: Plan = {}
    for name in draft.plan.get("projects", {}):
        acts = dice.pick("is", "plus")
        inputs[f"late_{name}"] = _input(draft, f"projects.{name}.delay", acts, _one_number(dice, 1.0, " months"))
    for name in draft.plan["products"]:
        terms = _yearly(draft, inputs) if dice.chance(0.4) else _one_number(dice, 0.2, " %", 90.0)
        inputs[f"price_{name}"] = _input(draft, f"products.{name}.price", "times", terms)
    block: Plan = {"inputs": inputs}
    if dice.chance(0.3):
        block["samples"] = str(dice.pick(16, 64, 1024))
    if dice.chance(0.3):
        block["seed"] = str(dice.randint(0, 99))
    single = [name for name, one in inputs.items() if not _is_yearly(one)]
    if len(single) > 1 and dice.chance(0.5):
        one, other = dice.sample(single, 2)
        block["together"] = {
            "pair": {"one": one, "other": other, "rank_correlation": number(round(dice.uniform(-0.9, 0.9), 2))}
        }
    draft.plan["uncertain"] = block


def _is_yearly(one: Plan) -> bool:
    return bool({"walk", "shock"} & set(one.get("times", {})))


def _input(draft: Draft, path: str, acts: str, terms: Plan) -> Plan:
    """Return an uncertain input with its distribution, and for some what it is called, or two ends that cut it."""
    dice = draft.dice
    one: Plan = {"title": "What nobody knows"} if dice.chance(0.3) else {}
    one |= {"input": path, acts: terms}
    if "normal" in terms and dice.chance(0.5):
        unit = "%" if acts == "times" else "months"
        one["between"] = {"low": f"1 {unit}", "high": f"150 {unit}"}
    if dice.chance(0.2):
        one["where"] = "a survey"
    if draft.plan.get("sources") and dice.chance(0.3):
        one["source"] = next(iter(draft.plan["sources"]))
    return one


def _one_number(dice: Dice, spread: float, unit: str, least: float = 1.0) -> Plan:
    """Return a distribution of one number above `least`."""
    low, mode, high = (
        least + spread * step for step in sorted((dice.uniform(0, 9), dice.uniform(10, 19), dice.uniform(20, 29)))
    )
    texts = [f"{number(float(f'{value:.3g}'))}{unit}" for value in (low, mode, high)]
    kind = dice.choice(ONE_NUMBER)
    sigma = f"{number(round(dice.uniform(5, 40)))} %"
    ends: Plan = {"low": texts[0], "high": texts[2]}
    terms: Plan = {
        "normal": {"mean": texts[1], "sd": texts[0]},
        "lognormal": {"median": texts[1], "sigma": sigma},
        "uniform": ends,
        "triangular": ends | {"mode": texts[1]},
        "pert": ends | {"mode": texts[1]},
        "beta": {"alpha": "2", "beta": "3.5"} | ends,
        "choice": {"some": {"value": texts[0], "chance": "30 %"}, "more": {"value": texts[2], "chance": "70 %"}},
        "empirical": {str(place): text for place, text in enumerate(texts, 1)},
    }[kind]
    return {kind: terms}


def _yearly(draft: Draft, inputs: Plan) -> Plan:
    """Return a walk, a shock, or both."""
    dice, block = draft.dice, Plan()
    start: Plan = {"from": str(draft.first)} if dice.chance(0.3) else {}
    if dice.chance(0.7):
        block["walk"] = {"drift": f"{dice.randint(-9, 9)} %/year", "sd": f"{dice.randint(1, 30)} %"} | start
    if not block or dice.chance(0.6):
        others = [name for name, one in inputs.items() if "chance" in one.get("times", {}).get("shock", {})]
        begins: Plan = {"starts_with": dice.choice(others)} if others and dice.chance(0.7) else {"chance": "20 %/year"}
        block["shock"] = begins | {"then": {"1 year": "60 %", "3 years": "110 %"}} | start
    return block
