"""Every input of a plan: which scalar it is, where it comes from, and what may be entered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fibercap.core.limits import LARGEST
from fibercap.core.spec import bounds_at, quantities
from fibercap.core.tree import Branch, Leaf, leaves, subtree
from fibercap.model.plan.scenario import Scenario, as_written, known_fields
from fibercap.views.workbook.scalars import is_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fibercap.core.rows import Given
    from fibercap.core.tree import Path
    from fibercap.model.plan.scenario import Input
    from fibercap.views.workbook.cases import Union

ASIDE: Final = ("fibercap", "id", "title", "note", "extends", "options", "claims", "sources", "default_source")
NAMES: Final = ("note", "name", "title", "lender")
PERCENT: Final = {"percent": "%", "share": "%", "1/year": "%/year"}


@dataclass(frozen=True)
class Entry:
    """An input: `scalar` is that of the model, "" where none is and the sheet only shows what is written."""

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
class Told:
    """What a plan says of its inputs: the text of each, the unit it is asked in, and where it comes from."""

    plan: Scenario
    texts: Mapping[str, str]
    asked: Mapping[Path, str]
    origins: Mapping[str, Input]


def _told(plan: Scenario) -> Told:
    asked = {as_written(path): unit for path, _, unit in quantities(plan)}
    return Told(plan, _written(plan), asked, {item.path: item for item in plan.inputs()})


def entries(union: Union) -> dict[str, list[Entry]]:
    """Return every input of every case by the thing it is about, in the order of the file; defaults come last."""
    told = [_told(case.projection.scenario) for case in union.cases]
    scalars = _scalars_by_input(union, {path for own in told for path in own.texts})
    found: dict[str, list[Entry]] = {}
    for path in dict.fromkeys([*(path for own in told for path in own.texts), *scalars]):
        found.setdefault(thing(path), []).append(_entry(union, path, scalars.get(path, ""), told))
    return found


def _written(plan: Scenario) -> dict[str, str]:
    """Return the text of every input that is written."""
    values, _ = plan.unwrapped
    return {
        ".".join(path): leaf.text for path, leaf in leaves(values) if path[0] not in ASIDE and path[-1] not in NAMES
    }


def _scalars_by_input(union: Union, known: set[str]) -> dict[str, str]:
    """Return the scalar of every input that formulas read; `known` are those that are written."""
    found = {}
    for scalar, own in union.scalars.items():
        if not scalar.startswith("inputs.") or not is_input(own):
            continue
        path = scalar.removeprefix("inputs.")
        candidates = [path, *([path.removesuffix(".value")] if path.endswith(".value") else [])]
        for candidate in candidates:
            *above, last = candidate.split(".")
            if candidate in known or last in (known_fields(tuple(above)) or ()):
                found[candidate] = scalar
                break
    return found


def _entry(union: Union, path: str, scalar: str, told: list[Told]) -> Entry:
    texts = tuple(own.texts.get(path) for own in told)
    given = union.scalars[scalar] if scalar else tuple(None for _ in told)
    first = next((n for n, here in enumerate(zip(texts, given, strict=True)) if any(x is not None for x in here)), 0)
    keys, item = tuple(path.split(".")), next((item for item in given if item is not None), None)
    unit = _unit(told[first], keys, item.unit) if item is not None else ""
    share = unit.startswith("%")
    low, high = bounds_at(Scenario, keys) or (0.0, 1.0 if share else LARGEST)
    source, evidence, note = _origin(told[first], keys)
    return Entry(
        path=path,
        label=_words(keys),
        unit=unit,
        scalar=scalar,
        live=item is not None and not any(own is not None and own.fixed for own in given),
        texts=texts,
        source=source,
        evidence=evidence if texts[first] is not None else "default",
        note="; ".join(text for text in (_where(union, given), note) if text),
        low=low,
        high=min(high, MOST[unit]) if unit in MOST else high,
    )


def _where(union: Union, given: Sequence[Given | None]) -> str:
    """Return in which options an input is, where it is not in all."""
    having = [case.name for case, item in zip(union.cases, given, strict=True) if item is not None]
    lacking = [case.name for case, item in zip(union.cases, given, strict=True) if item is None]
    if not having or not lacking:
        return ""
    return f"only in {', '.join(having)}" if len(having) < len(lacking) else f"not in {', '.join(lacking)}"


MOST: Final = {"%": 10.0, "%/year": 10.0, "month": 1200.0, "day": 3660.0}
"""What is more than this is a slip of the pen."""


def _unit(told: Told, keys: Path, house: str) -> str:
    """Return the unit in which an input is entered."""
    if house == "day" and keys[0] != "working_capital":
        return "date"
    own = next((told.asked[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in told.asked), "")
    return PERCENT.get(own) or PERCENT.get(house) or ("" if house == "day/year" else house)


def _origin(told: Told, keys: Path) -> tuple[str, str, str]:
    """Return source, evidence and note of an input; those of the block it stands in where it has none."""
    notes = []
    for word in ("where", "note"):
        found = (subtree(told.plan.tree, (*keys[:depth], word)) for depth in range(len(keys), 1, -1))
        notes += [str(leaf.value) for leaf in [next((x for x in found if isinstance(x, Leaf)), None)] if leaf]
    for depth in range(len(keys), 0, -1):
        item = told.origins.get(".".join(keys[:depth]))
        if item is not None:
            sources = told.plan.sources
            title = sources[item.source].title if item.source in sources else item.source
            return title, item.kind, "; ".join(notes)
    return "", "", "; ".join(notes)


def thing(path: str) -> str:
    """Return what an input is about: `plants.jena`, `tax`."""
    parts = path.split(".")
    named = parts[0] in ("products", "plants", "projects", "loans", "funding", "rates", "exchange")
    return ".".join(parts[:2]) if named else parts[0]


def _words(keys: Path) -> str:
    rest = keys[len(thing(".".join(keys)).split(".")) :] or keys[-1:]
    return ", ".join(key.replace("_", " ") for key in rest).capitalize()


def titles(union: Union) -> Iterator[tuple[str, str]]:
    """Run over the things that have a name of their own: path and name."""
    for case in union.cases:
        values, _ = case.projection.scenario.unwrapped
        for block, key in (("products", "name"), ("plants", "name"), ("projects", "name"), ("loans", "title")):
            named = values.get(block)
            for name, child in named.items() if isinstance(named, Branch) else ():
                leaf = child.get(key) if isinstance(child, Branch) else None
                if isinstance(leaf, Leaf):
                    yield f"{block}.{name}", str(leaf.value)
