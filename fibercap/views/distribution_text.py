"""What is uncertain, in words: an input, how it is moved, and by which distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.language.spec import Spec
from fibercap.core.trees.tree import subtree
from fibercap.core.units import unit_text
from fibercap.model.plan.inputs import collect_sources
from fibercap.model.plan.plan import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.claim import Amount
    from fibercap.model.plan.scenario import Scenario
    from fibercap.model.uncertain.uncertain import Distribution, UncertainInput
    from fibercap.model.uncertain.yearly import Shock, Walk

PLURALS: Final = {"month": "months", "year": "years", "day": "days"}


def uncertain_text(uncertain: UncertainInput) -> str:
    """Return an uncertain input in words: `products.fiber.price, times lognormal, median 100 %, sigma 15 %`."""
    text = f"{uncertain.input} {uncertain.acts} {distribution_text(uncertain.distribution)}"
    if uncertain.between is not None:
        low, high = (amount_text(end) for end in uncertain.between.ends.values())
        text += f", between {low} and {high}"
    return text


def evidence_of(plan: Scenario, name: str) -> str:
    """Return the weakest kind of evidence among the parameters of an uncertain input: stated, derived or assumed.

    Parameters
    ----------
    plan, name : Scenario, str
        The plan, and the name of the uncertain input.
    """
    one = plan.uncertain.inputs[name] if plan.uncertain is not None else None
    block = subtree(plan.tree, ("uncertain", "inputs", name, one.acts)) if one is not None else None
    if one is None or block is None:
        return SOURCE_KINDS[-1]
    names = collect_sources(block, (), one.source or plan.default_source, {})
    return max((plan.kind_of(source) for source in names), key=SOURCE_KINDS.index)


def distribution_text(distribution: Distribution) -> str:
    """Return a distribution in words."""
    if distribution.is_yearly:
        parts = [_walk(distribution.year_walk)] if distribution.year_walk is not None else []
        parts += [_shock(distribution.year_shock)] if distribution.year_shock is not None else []
        return " and ".join(parts)
    if distribution.choice:
        cases = (f"{amount_text(case.value)} ({100 * float(case.chance):g} %)" for case in distribution.choice.values())
        return f"one of {', '.join(cases)}"
    if distribution.empirical is not None:
        return f"one of {len(distribution.empirical)} observed values"
    kind = distribution.kinds[0]
    return f"{kind}, {', '.join(_parameters(distribution))}"


def _parameters(distribution: Distribution) -> Iterator[str]:
    terms = distribution.one_number
    for key in type(terms).model_fields if isinstance(terms, Spec) else ():
        value = getattr(terms, key)
        if key == "note" or value is None:
            continue
        yield f"{key} {amount_text(value) if hasattr(value, 'unit') else f'{float(value):g}'}"


def _walk(walk: Walk) -> str:
    drift = f"drift {100 * float(walk.drift):g} %/year, " if float(walk.drift) else ""
    return f"a yearly walk ({drift}sd {amount_text(walk.sd)})"


def _shock(shock: Shock) -> str:
    factors = ", ".join(f"{100 * float(factor):g} %" for factor in shock.then.values())
    start = (
        f"starts with {shock.starts_with}" if shock.chance is None else f"chance {100 * float(shock.chance):g} %/year"
    )
    return f"shocks ({start}, then {factors})"


def amount_text(amount: Amount) -> str:
    """Return a quantity as it was written."""
    unit, value = unit_text(amount.unit), float(amount.value)
    return f"{value:g} {unit if value == 1 else PLURALS.get(unit, unit)}".strip()
