"""Checks of what is uncertain: inputs that samples may differ in, parameters and correlations that can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import did_you_mean
from fibercap.core.language.spec import InputInErrorError, UnreadInput
from fibercap.core.language.unit_words import unit_mismatch
from fibercap.model.uncertain.correlation import impossible_pair
from fibercap.model.uncertain.distributions import OneNumber
from fibercap.model.uncertain.free_input import FixedInput, FreeInput, free_input, inputs_by_path
from fibercap.model.uncertain.parameters import in_ones
from fibercap.model.uncertain.uncertain import ACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.claim import Amount
    from fibercap.model.plan.plan import Plan
    from fibercap.model.uncertain.uncertain import UncertainInput

YEARLY: Final = ("walk", "shock")
MOST_SAMPLES: Final = 2**33


def uncertain_inputs(s: Plan, block: str) -> Findings:
    """Yield inputs that do not exist, may not differ by sample, or stand twice, and what is wrong with each.

    Parameters
    ----------
    s, block : Plan, str
        The plan, and `uncertain`.
    """
    if s.uncertain is None:
        return
    count = float(s.uncertain.samples)
    if count % 1 or count > MOST_SAMPLES:
        yield f"{block}.samples", "out_of_range", f"`{count:g}`", f"a whole number up to {MOST_SAMPLES:,}", ""
    if not s.uncertain.inputs:
        hint = "write one, or leave `uncertain` out"
        yield f"{block}.inputs", "empty", "no uncertain input", "one or more", hint
    inputs, before = inputs_by_path(s), dict[str, str]()
    for name, uncertain in s.uncertain.inputs.items():
        path = f"{block}.inputs.{name}"
        twice = next((other for other in before if _overlap(uncertain.input, other)), None)
        if twice is not None:
            hint = f"join them in `{before[twice]}`; a walk and a shock may stand in one"
            yield f"{path}.input", "uncertain_twice", f"`{uncertain.input}`, uncertain already", "each once", hint
        before.setdefault(uncertain.input, name)
        acts = uncertain.acts_written
        if len(acts) != 1:
            problem = f"{len(acts)} of them: {', '.join(acts)}" if acts else f"none of {', '.join(ACTS)}"
            yield path, "one_kind", problem, "", "keep one of them" if acts else "write one"
            continue
        free = free_input(s, uncertain.input, inputs)
        if isinstance(free, FixedInput):
            yield f"{path}.input", "not_drawable", f"`{free.path}`; {free.why}", "one that may differ by sample", ""
        elif free is not None:
            yield from _distribution(s, path, uncertain, free)
        elif not _of_option(s, uncertain.input) and not _is_in_error(s, uncertain.input):
            stem = f"{uncertain.input.rpartition('.')[0]}."
            near = [name for name in inputs if name.startswith(stem)] or list(inputs)
            hint = did_you_mean(uncertain.input, near, "inputs")
            yield f"{path}.input", "no_such_path", f"no input `{uncertain.input}`", "", hint


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _is_in_error(s: Plan, path: str) -> bool:
    """Return whether an input, or a block that it stands in, is an error by itself."""
    node: Any = s
    for key in path.split("."):
        try:
            node = node[key] if isinstance(node, Mapping) else getattr(node, key)
        except InputInErrorError:
            return True
        except (AttributeError, KeyError):
            return False
    return isinstance(node, UnreadInput)


def _of_option(s: Plan, path: str) -> bool:
    """Return whether an option adds or removes an input, so that the plan or another option lacks it."""
    moved = [
        str(name) for option in s.options.values() for block in (option.add, option.remove) for name in _names(block)
    ]
    return any(f"{path}.".startswith(f"{name}.") for name in moved)


def _names(block: Any) -> tuple[Any, ...]:
    """Return the paths that `add` or `remove` of an option names."""
    names = getattr(block, "value", block)  # a list is a leaf
    return tuple(names) if isinstance(names, dict | tuple) else ()


def _distribution(s: Plan, path: str, uncertain: UncertainInput, free: FreeInput) -> Findings:
    """Yield what is wrong with the distribution of one input."""
    acts, distribution = uncertain.acts, uncertain.distribution
    below = f"{path}.{acts}"
    if acts == "is" and free.several:
        hint = "move all its values by `times` or `plus`, or name one of them"
        yield below, "in_place_of_block", "one number in place of several values over time", "one for each", hint
    if not distribution.kinds:
        yield below, "one_kind", "no distribution", "", f"write one of {', '.join(type(distribution).any_of[0])}"
        return
    if len(distribution.kinds) > 1 and not set(distribution.kinds) <= set(YEARLY):
        kinds = ", ".join(distribution.kinds)
        yield below, "one_kind", f"{len(distribution.kinds)} distributions: {kinds}", "", "keep one of them"
        return
    if distribution.is_yearly:
        yield from _yearly(s, path, uncertain, free)
        return
    unit, terms = ("" if acts == "times" else free.unit), distribution.one_number
    kind = distribution.kinds[0]
    misfits = [(key, amount) for key, amount in _amounts(uncertain) if not _fits(amount, unit)]
    for key, amount in misfits:
        yield f"{below}.{kind}{key}", "wrong_dimension", *unit_mismatch(amount.unit, unit)
    if not misfits:
        house = "" if unit == "percent" else unit
        for key, code, problem, wanted, hint in terms.refusals(house):
            yield f"{below}.{kind}.{key}".rstrip("."), code, problem, wanted, hint
        yield from _bounds(path, uncertain, unit)


def _amounts(uncertain: UncertainInput) -> Iterator[tuple[str, Amount]]:
    """Run over the quantities of a distribution that are in the unit of what is drawn, each with its path below it."""
    distribution = uncertain.distribution
    if distribution.choice:
        yield from ((f".{name}.value", case.value) for name, case in distribution.choice.items())
    elif distribution.empirical is not None:
        yield from (("", amount) for amount in distribution.empirical)
    else:
        terms = distribution.one_number
        assert isinstance(terms, OneNumber)  # noqa: S101 - the others are handled above
        keys = terms.ends if hasattr(terms, "ends") else {key: getattr(terms, key) for key in terms.quantities}
        yield from ((f".{key}", amount) for key, amount in keys.items())


def _fits(amount: Amount, unit: str) -> bool:
    """Return whether a quantity has a unit; a share must be written as one."""
    if unit == "percent":
        return "percent" in amount.unit and amount.in_unit("") is not None
    return amount.in_unit(unit) is not None


def _yearly(s: Plan, path: str, uncertain: UncertainInput, free: FreeInput) -> Findings:
    """Yield what is wrong with a walk or a shock."""
    distribution, below = uncertain.distribution, f"{path}.{uncertain.acts}"
    kind = distribution.kinds[0]
    if not free.over_time:
        hint = "take another distribution, or one for each year"
        yield f"{path}.input", "walk_on_scalar", f"`{free.path}`, one number for all years", "a series", hint
    for name in distribution.kinds:
        terms = distribution.year_walk if name == "walk" else distribution.year_shock
        for key, code, problem, wanted, hint in terms.refusals("") if terms is not None else ():
            yield f"{below}.{name}.{key}", code, problem, wanted, hint
        start = terms.starts if terms is not None else None
        if start is not None and not s.timeline.start <= start <= s.timeline.end:
            wanted, hint = f"a year from {s.timeline.start.year} to {s.timeline.end.year}", "name another year"
            yield f"{below}.{name}.from", "outside_horizon", f"{start.year}", wanted, hint
    if uncertain.between is not None:
        yield (
            f"{path}.between",
            "impossible_distribution",
            f"`between` beside `{kind}`",
            "one number",
            "leave `between` out",
        )
    shock = distribution.year_shock
    if shock is not None and shock.starts_with:
        others = s.uncertain.inputs if s.uncertain is not None else {}
        other = others[shock.starts_with].distribution.year_shock if shock.starts_with in others else None
        if other is None or other.chance is None:
            hint = did_you_mean(shock.starts_with, others, "uncertain inputs")
            problem = f"`{shock.starts_with}`, which has no shock with a chance"
            yield f"{below}.shock.starts_with", "no_such_uncertain", problem, "an uncertain input that has one", hint


def _bounds(path: str, uncertain: UncertainInput, unit: str) -> Findings:
    """Yield bounds that do not fit, or that cut everything."""
    if uncertain.between is None:
        return
    terms, kind = uncertain.distribution.one_number, uncertain.distribution.kinds[0]
    if not isinstance(terms, OneNumber):
        hint = "leave out the values beyond them"
        yield (
            f"{path}.between",
            "impossible_distribution",
            f"`between` beside `{kind}`",
            "a distribution without values",
            hint,
        )
        return
    misfits = [(key, amount) for key, amount in uncertain.between.ends.items() if not _fits(amount, unit)]
    for key, amount in misfits:
        yield f"{path}.between.{key}", "wrong_dimension", *unit_mismatch(amount.unit, unit)
    if misfits:
        return
    house = "" if unit == "percent" else unit
    low, high = (float(amount.in_unit(house) or 0.0) for amount in uncertain.between.ends.values())
    if any(True for _ in terms.refusals(house)):
        return
    if high <= low:
        yield (
            f"{path}.between",
            "impossible_distribution",
            "an upper end that is not above the lower",
            "the lower end first",
            "",
        )
    elif terms.chance_below(high, house) - terms.chance_below(low, house) <= 0.0:
        hint = "write ends around where it lies"
        yield f"{path}.between", "cuts_everything", "ends that leave nothing of the distribution", "a part of it", hint


def correlations(s: Plan, block: str) -> Findings:
    """Yield pairs that name no uncertain input, one twice, unlike ones, or that cannot be all at once.

    Parameters
    ----------
    s, block : Plan, str
        The plan, and `uncertain`.
    """
    if s.uncertain is None:
        return
    known, clean, before = s.uncertain.inputs, True, set[frozenset[str]]()
    for name, pair in s.uncertain.pairs.items():
        path, ends = f"{block}.together.{name}", frozenset((pair.one, pair.other))
        refusals = [
            (f"{path}.{key}", "no_such_uncertain", f"`{end}`", "an uncertain input", did_you_mean(end, known, "names"))
            for key, end in (("one", pair.one), ("other", pair.other))
            if end not in known
        ]
        rho = in_ones(pair.rank_correlation)
        if not refusals and len(ends) == 1:
            refusals.append((f"{path}.other", "uncertain_twice", f"`{pair.one}` with itself", "two of them", ""))
        elif not refusals and ends in before:
            refusals.append((path, "uncertain_twice", "a pair that stands above", "each pair once", "keep one of them"))
        elif not refusals and len({known[end].distribution.is_yearly for end in ends}) > 1:
            hint = "give both a walk or shock, or neither"
            refusals.append((path, "impossible_correlation", "one number and one a year", "two of one kind", hint))
        if not abs(rho) < 1.0:
            hint = "write one between -1 and 1; what moves as one may be one input that others copy"
            refusals.append(
                (f"{path}.rank_correlation", "impossible_correlation", f"`{rho:g}`", "less than 1 in size", hint)
            )
        before.add(ends)
        clean = clean and not refusals
        yield from refusals
    if clean and (pair_name := impossible_pair(list(known), s.uncertain.pairs)):
        hint = "weaken it, or one of those above it"
        problem = "a correlation that cannot be beside those above it"
        yield f"{block}.together.{pair_name}.rank_correlation", "impossible_correlation", problem, "one that can", hint
