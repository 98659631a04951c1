"""The inputs of a plan for the sheet of inputs: scalar, unit, source, and the values that may be entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.core.language.limits import LARGEST
from fibercap.core.language.names import key_in_words
from fibercap.core.language.spec import bounds_at, quantities
from fibercap.core.trees.tree import Branch, Leaf, leaves, subtree
from fibercap.model.plan.inputs import written_path
from fibercap.model.plan.plan_schema import known_fields
from fibercap.model.plan.scenario import Scenario
from fibercap.views.workbook.cases import AS_WRITTEN
from fibercap.views.workbook.scalar_values import is_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fibercap.core.formulas.rows import Given
    from fibercap.core.trees.tree import Path
    from fibercap.model.plan.inputs import Input
    from fibercap.views.workbook.cases import RowUnion

ASIDE: Final = ("fibercap", "id", "title", "note", "extends", "options", "claims", "sources", "default_source")
NAMES: Final = ("note", "name", "title", "lender")
PERCENT: Final = {"percent": "%", "share": "%", "1/year": "%/year"}


@dataclass(frozen=True)
class InputEntry:
    """An input as the sheet shows it.

    `scalar` is the path of the model's scalar, "" for an input that the sheet shows as text only. A `live` input may be
    changed in the workbook, from `low` to `high`; `texts` is what each case has written.
    """

    path: str
    label: str
    unit: str
    scalar: str
    live: bool
    texts: tuple[str | None, ...]
    source: str = ""
    evidence: str = ""
    note: str = ""
    low: float = -LARGEST
    high: float = LARGEST


@dataclass(frozen=True)
class PlanInputs:
    """The inputs of a plan by path: text, unit in the scenario, and origin of each."""

    plan: Scenario
    texts: Mapping[str, str]
    units: Mapping[Path, str]
    origins: Mapping[str, Input]


def _plan_inputs(plan: Scenario) -> PlanInputs:
    units = {written_path(path): unit for path, _, unit in quantities(plan)}
    return PlanInputs(plan, _written_texts(plan), units, {item.path: item for item in plan.inputs()})


def input_entries(union: RowUnion) -> dict[str, list[InputEntry]]:
    """Return the inputs of all cases, grouped by what they are about, in the order of the file; defaults come last."""
    plans = [_plan_inputs(case.projection.scenario) for case in union.cases]
    scalars = _scalars_by_input(union, {path for plan in plans for path in plan.texts})
    by_thing: dict[str, list[InputEntry]] = {}
    for path in dict.fromkeys([*(path for plan in plans for path in plan.texts), *scalars]):
        by_thing.setdefault(thing(path), []).append(_entry(union, path, scalars.get(path, ""), plans))
    return by_thing


def _written_texts(plan: Scenario) -> dict[str, str]:
    """Return the text of every input that the plan states, by path."""
    values, _ = plan.unwrapped_tree
    return {
        ".".join(path): leaf.text for path, leaf in leaves(values) if path[0] not in ASIDE and path[-1] not in NAMES
    }


def _scalars_by_input(union: RowUnion, written: set[str]) -> dict[str, str]:
    """Return the path of the scalar for every input that formulas read; `written` has the inputs that plans state."""
    scalars = {}
    for scalar, items in union.scalars.items():
        if not scalar.startswith("inputs.") or not is_input(items):
            continue
        path = scalar.removeprefix("inputs.")
        candidates = [path, *([path.removesuffix(".value")] if path.endswith(".value") else [])]
        for candidate in candidates:
            *above, last = candidate.split(".")
            if candidate in written or last in (known_fields(tuple(above)) or ()):
                scalars[candidate] = scalar
                break
    return scalars


def _entry(union: RowUnion, path: str, scalar: str, plans: list[PlanInputs]) -> InputEntry:
    """Return an input with the facts of the first case that has it."""
    texts = tuple(plan.texts.get(path) for plan in plans)
    given = union.scalars[scalar] if scalar else tuple(None for _ in plans)
    first = next((n for n, here in enumerate(zip(texts, given, strict=True)) if any(x is not None for x in here)), 0)
    keys, item = tuple(path.split(".")), next((item for item in given if item is not None), None)
    unit = _unit(plans[first], keys, item.unit) if item is not None else ""
    share = unit.startswith("%")
    low, high = bounds_at(Scenario, keys) or (0.0, 1.0 if share else LARGEST)
    source, evidence, note = _origin(plans[first], keys)
    return InputEntry(
        path=path,
        label=_words(keys),
        unit=unit,
        scalar=scalar,
        live=item is not None and not any(plan is not None and plan.fixed for plan in given),
        texts=texts,
        source=source,
        evidence=evidence if texts[first] is not None else "default",
        note="; ".join(text for text in (_where(union, given), note) if text),
        low=low,
        high=min(high, MOST[unit]) if unit in MOST else high,
    )


def _where(union: RowUnion, given: Sequence[Given | None]) -> str:
    """Say which options have an input, or lack it; "" where all have it."""
    having = [option_in_words(case.name) for case, item in zip(union.cases, given, strict=True) if item is not None]
    lacking = [option_in_words(case.name) for case, item in zip(union.cases, given, strict=True) if item is None]
    if not having or not lacking:
        return ""
    return f"only in {', '.join(having)}" if len(having) < len(lacking) else f"not in {', '.join(lacking)}"


MOST: Final = {"%": 10.0, "%/year": 10.0, "month": 1200.0, "day": 3660.0}
"""The largest value of each unit that may be entered; more would be a typing error."""


def _unit(plan_inputs: PlanInputs, keys: Path, house: str) -> str:
    """Return the unit in which an input is entered, from its unit in the scenario or, without one, the house unit."""
    if house == "day" and keys[0] != "working_capital":
        return "date"
    written = next((plan_inputs.units[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in plan_inputs.units), "")
    return PERCENT.get(written) or PERCENT.get(house) or ("" if house == "day/year" else house)


def _origin(plan_inputs: PlanInputs, keys: Path) -> tuple[str, str, str]:
    """Return source, evidence and note of an input, or of the nearest block around it that has them."""
    notes = []
    for word in ("where", "note"):
        candidates = (subtree(plan_inputs.plan.tree, (*keys[:depth], word)) for depth in range(len(keys), 1, -1))
        notes += [str(leaf.value) for leaf in [next((x for x in candidates if isinstance(x, Leaf)), None)] if leaf]
    for depth in range(len(keys), 0, -1):
        item = plan_inputs.origins.get(".".join(keys[:depth]))
        if item is not None:
            sources = plan_inputs.plan.sources
            title = sources[item.source].title if item.source in sources else item.source
            return title, item.kind, "; ".join(notes)
    return "", "", "; ".join(notes)


def option_in_words(name: str) -> str:
    """Return an option as the list on the sheet of inputs has it; an option must not pass for the plan as written."""
    words = key_in_words(name)
    return name if words == AS_WRITTEN else words


def thing(path: str) -> str:
    """Return the path of what an input is about: `plants.jena`, `tax`."""
    parts = path.split(".")
    named = parts[0] in ("products", "plants", "projects", "loans", "funding", "rates", "exchange")
    return ".".join(parts[:2]) if named else parts[0]


def heading(about: str, names: Mapping[str, str]) -> str:
    """Return the heading of the inputs of a thing in words, with its title in the place of its name.

    Parameters
    ----------
    about, names : str, mapping
        The path of the thing, and the titles of things by path.
    """
    block, _, name = about.partition(".")
    title = names.get(about) or (names.get(f"projects.{name}") or names.get(f"plants.{name}") if name else "")
    return ": ".join(filter(None, (key_in_words(block).capitalize(), title or key_in_words(name))))


def _words(keys: Path) -> str:
    rest = keys[len(thing(".".join(keys)).split(".")) :] or keys[-1:]
    return ", ".join(key_in_words(key) for key in rest).capitalize()


def titles(union: RowUnion) -> Iterator[tuple[str, str]]:
    """Yield path and name of products, plants, projects and loans that have a name."""
    for case in union.cases:
        values, _ = case.projection.scenario.unwrapped_tree
        for block, key in (("products", "name"), ("plants", "name"), ("projects", "name"), ("loans", "title")):
            named = values.get(block)
            for name, child in named.items() if isinstance(named, Branch) else ():
                leaf = child.get(key) if isinstance(child, Branch) else None
                if isinstance(leaf, Leaf):
                    yield f"{block}.{name}", str(leaf.value)
