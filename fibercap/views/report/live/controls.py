"""The controls of the live report: each input with its range, its limits, and the words with which it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from pydantic_core import PydanticCustomError

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.language.fields import Of
from fibercap.core.language.spec import field_at
from fibercap.core.language.written_units import units_context
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import unit_text
from fibercap.core.vocabulary import using
from fibercap.model.plan.context import context_of
from fibercap.studies.movable_inputs import lever
from fibercap.views.input_words import input_words
from fibercap.views.report.written_inputs import written_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.movable_inputs import Lever
    from fibercap.studies.verdict.numbers_of_options import Number

LIKE_ZERO: Final = 10.0
"""A rate of zero has the slider of this rate, in percent a year: nothing can be a share of zero."""
REACH: Final = 0.5
"""How far a slider goes on each side of the value as written, as a share of it."""
STEPS: Final = 100
"""About how many steps a slider has on each side."""
SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
PERCENT: Final = 0.01
ODD: Final = "7.31"
"""Digits of amounts that are tried, by which they are found in the words of a refusal."""


@dataclass(frozen=True)
class Written:
    """An input as a control shows it: its number and unit, and the amount in house units that 1 of it is."""

    number: float
    unit: str
    factor: float


def controls(plan: Scenario, inputs: Sequence[Number], options: int) -> list[dict[str, Any]]:
    """Return what the page knows of each input, in the order of the tape.

    Parameters
    ----------
    plan, inputs, options : Scenario, sequence of Number, int
        The plan as written, the inputs, and how many options there are.
    """
    texts = {item.path: item.texts for item in written_inputs(plan)}
    return [_control(plan, number, texts.get(number.name, ()), options) for number in inputs]


def set_twice(plan: Scenario, inputs: Sequence[Number]) -> list[dict[str, Any]]:
    """Return the pairs of inputs of which one lies in the other, with the words in which the plan refuses both at once.

    Parameters
    ----------
    plan, inputs : Scenario, sequence of Number
        The plan as written, and the inputs.
    """
    pairs = []
    for outer, block in enumerate(inputs):
        for inner, part in enumerate(inputs):
            if part.name.startswith(f"{block.name}."):
                once = {number.name: Branch({"times": Leaf("1.5")}) for number in (block, part)}
                try:
                    plan.with_changes(Branch({"change": Branch(once)}))
                except ScenarioError as error:
                    problem = error.problems[0]
                    pairs.append({"both": [outer, inner], "words": f"{problem.path}: {problem.sentence()}"})
    return pairs


def _control(plan: Scenario, number: Number, texts: Sequence[tuple[str, str]], options: int) -> dict[str, Any]:
    written = _as_shown(number, texts)
    handle, step = number.handles[0], _step(written.number)
    present = lever(plan, number.name)
    ends = (_limit_at(present, factor, number) / written.factor for factor in (present.low, present.high))
    least, most = sorted(ends)  # a number below zero is the lower the larger its factor
    low, high = _range(written.number, step, (least, most))
    control = {
        "path": number.name,
        "words": input_words(plan, number.name),
        "kind": number.kind,
        "unit": written.unit,
        "written": written.number,
        "factor": written.factor,
        "replaces": number.alone and [key for key, _ in texts] == [""],
        "low": low,
        "high": high,
        "step": step,
        "only": [name for name, _ in number.by_option] if len(number.by_option) < options else [],
        "refused": _refusals(plan, number, written, (least, most)),
    }
    return {**control, "house": handle.unit}


def _limit_at(present: Lever, factor: float, number: Number) -> float:
    return present.value_at(factor) if number.alone else factor


def _as_shown(number: Number, texts: Sequence[tuple[str, str]]) -> Written:
    """Return how an input is shown; several values over time are shown by a factor on them, in percent."""
    if not number.alone:
        return Written(100.0, "%", PERCENT)
    value = number.value_at(1.0)
    if len(texts) == 1:
        words = texts[0][1].split(" ")
        scale, rest = (words[1], words[2:]) if len(words) > 1 and words[1] in SCALES else ("", words[1:])
        try:
            amount = float(words[0].replace("_", ""))
        except ValueError:
            amount = 0.0
        if amount and rest != ["rest"]:
            return Written(amount, " ".join([*([scale] if scale else []), *rest]), value / amount)
    if number.share:
        return Written(100 * value, "%", PERCENT)
    if number.unit == "1/year":
        return Written(100 * value, "%/year", PERCENT)
    return Written(value, unit_text(number.unit), 1.0)


def _step(number: float) -> float:
    """Return a round step, about a hundredth of half of a number."""
    rough = (abs(number) or LIKE_ZERO) * REACH / STEPS
    power = 10.0 ** floor(log10(rough))
    return float(f"{next(one for one in (1, 2, 5, 10) if one * power >= rough * (1 - 1e-9)) * power:.6g}")


def _range(number: float, step: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of a slider, whole steps from the number as written, within the bounds."""
    least, most = bounds
    reach = REACH * (abs(number) or LIKE_ZERO)
    down = floor((number - max(number - reach, least)) / step + 1e-9) if isfinite(least) else floor(reach / step + 1e-9)
    up = floor((min(number + reach, most) - number) / step + 1e-9)
    return float(f"{number - max(down, 0) * step:.12g}"), float(f"{number + max(up, 0) * step:.12g}")


def _refusals(plan: Scenario, number: Number, written: Written, bounds: tuple[float, float]) -> list[dict[str, Any]]:
    """Return the limits of an input with the words in which the plan refuses what is beyond them, `{}` for the text."""
    least, most = bounds
    tries = [(-1.0, "below", 0.0 if least >= 0 else least), (1.0, "above", most)]
    refused = []
    for sign, side, limit in tries:
        beyond = _beyond(sign, limit, written)
        sentence = _sentence(plan, number, beyond, written) if beyond is not None else ""
        if sentence:
            refused.append({"side": side, "limit": limit, "words": sentence})
    if least <= 0 and (words := _sentence(plan, number, 0.0, written)):
        refused.append({"side": "zero", "limit": 0.0, "words": words})
    return refused


def _beyond(sign: float, limit: float, written: Written) -> float | None:
    """Return an amount beyond a limit, with digits that stand out; None without a limit."""
    if not isfinite(limit):
        return None
    size = max(abs(limit), abs(written.number), 1.0)
    digits = 10.0 ** floor(log10(size))
    return float(f"{limit + sign * float(ODD) * digits:.12g}")


def _sentence(plan: Scenario, number: Number, amount: float, written: Written) -> str:
    """Return how the field of an input refuses an amount, with `{}` in place of its text; "" if it takes it."""
    text = setting_text(amount, written.unit)
    if number.alone and (words := _words_of_field(plan, number.name, text)) is not None:
        return words.replace(text, "{}", 1)
    leaf = Leaf(text) if number.alone else Branch({"times": Leaf(f"{amount * written.factor:.12g}")})
    try:
        plan.with_changes(Branch({"change": Branch({number.name: leaf})}))
    except ScenarioError as error:
        problem = error.problems[0]
        if problem.code == "out_of_range":
            return problem.sentence().replace(text, "{}", 1) if number.alone else problem.sentence()
    return ""


def _words_of_field(plan: Scenario, path: str, text: str) -> str | None:
    """Return how the field at a path refuses a text, "" if it takes it; None if there is no field of a quantity."""
    field = field_at(type(plan), tuple(path.split(".")))
    if not isinstance(field, Of):
        return None
    values = plan.unwrapped_tree[0]
    units = {word: plan.house_unit_at(path, word) for word in ("product", "material") if word in field.unit}
    info: Any = SimpleNamespace(context=context_of(values) | units_context(values, plan.vocabulary) | units)
    try:
        with using(plan.vocabulary):
            field.parse(Leaf(text), info)
    except PydanticCustomError as error:
        words = dict(error.context or {})
        return Problem(path, error.type, words["found"], words["wanted"], words["hint"]).sentence()
    return ""


def setting_text(amount: float, unit: str) -> str:
    """Return an amount as `--set` and a file have it."""
    return f"{amount:.12g} {unit}".strip()
