"""Problems with one cause: each cause is said once, at the first place, and what only follows from it not at all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, order_of
from fibercap.core.period_names import NO_BUSINESS_YEARS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

_CODE: Final = re.compile(r"(?:the unknown (?:unit|currency) |^)`[kM]?([A-Z]{3})`")
_UNIT: Final = re.compile(r"products\.[^.]+\.unit `([^`]+)`, (?:a currency and )?no unit of products")
_UNKNOWN_UNIT: Final = re.compile(r"(?:money\.report_in |\S+ the unknown unit )`([^`]+)`")
_UNKNOWN_NAME: Final = re.compile("unknown [a-z]+ `")
_WITHOUT_RATE: Final = re.compile(r"(in [A-Z]{3} without an exchange rate)$")
_CIRCLE: Final = re.compile(r", (in a circle of .+), defined by")
_VALUE_OF_SERIES: Final = re.compile(r"(.+)\.(?:FY)?[0-9]{4}(?:-[0-9Q-]+)?")
_ALIKE: Final = frozenset({"wrong_dimension", "bare_number", "not_a_number"})
_WITH_COMMA: Final = re.compile(r"`-?[0-9_]+,[0-9]+\b")
_CURRENCY_AS_UNIT: Final = re.compile(r"`([^`]+)`, a currency and no unit of products")
_NO_NAME: Final = re.compile(r"units\.[kM]?([A-Z]{3}) `[A-Za-z]+`, a currency$")
_SERIES: Final = "series "
_SAYS_ALL: Final = "in a circle of "
_CAPACITY: Final = re.compile(r"plants\.[^.]+\.(?=capacity(?:\.|$))")
_PLANT: Final = "plant "
_ONE_OF_A_FEW: Final = frozenset({"no_parts", "one_subject", "one_limit"})
_NONE_OF_THEM: Final = ("neither ", "no ")
_UNKNOWN_OUTPUT: Final = frozenset({"unknown_product", "unknown_plant"})
_AMOUNT_IN: Final = "amount in "
_COUNTED_IN: Final = re.compile(r"counted in (\w+)")
_NOT_MADE: Final = ("money", "time", "duration", "share", "rate", "number without a unit")
_PRICE_OF_MATERIAL: Final = re.compile(r".+\.costs\.[^.]+\.price(\.[^.]+)?")
_NEED_REPORTING: Final = frozenset({"other_currency", "wrong_currency", "mixed_currency"})


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of the file, without repetitions of a sentence at one place.

    A mistake in a block that YAML aliases repeat is listed once, and so is what has one cause, at the first place. An
    unknown key needs no value, an unknown source of funding no other form, and a block with an unknown key need not be
    said to lack one of a few keys, which the message of the unknown key names.
    """
    first: dict[tuple[Place | str, str], Problem] = {}
    for problem in sorted(problems, key=lambda p: (*order_of(p), p.path)):
        first.setdefault((problem.place or problem.path, problem.sentence()), problem)
    keys = [problem for problem in first.values() if problem.code == "unknown_key"]
    places, blocks = {problem.place for problem in keys}, {problem.path.rpartition(".")[0] for problem in keys}
    paths, sources = (
        {one.path for one in first.values() if one.code == code} for code in ("unknown_key", "unknown_loan")
    )
    proposals = {problem.hint.partition(";")[0] for problem in first.values() if _unknown_name(problem)}
    effects = {
        id(problem)
        for problem in first.values()
        if (problem.code == "null" and problem.place in places)
        or (problem.code == "list" and problem.path in paths)
        or (problem.code == "not_a_scalar" and problem.path in sources)
        or (problem.code == "no_such_path" and problem.hint in proposals)
        or (problem.code in _ONE_OF_A_FEW and problem.path in blocks and problem.found.startswith(_NONE_OF_THEM))
    }
    return once_per_cause([problem for problem in first.values() if id(problem) not in effects])


def once_per_cause(problems: list[Problem]) -> list[Problem]:
    """Return the problems with one for each cause, which says in how many more inputs it occurs.

    An unknown unit or currency is one cause, and so are a currency without exchange rates, units that are defined by
    each other, all keys of business years in a plan without them, and values of one series in the same wrong unit. A
    plant whose capacity is in a unit of another kind than its product has one cause for all amounts of that kind.

    If the reporting currency is not known, problems that depend on it are left out: those of other currencies and of
    exchange rates; and if the unit of a product, the meaning of a declared unit, the product of a plant, or the plant
    of a project is not known, those of amounts that differ in this alone.

    Parameters
    ----------
    problems : list of Problem
        The problems in the order of the file.
    """
    unreported = any(problem.path == "money.report_in" and problem.code == "unknown_word" for problem in problems)
    strange = {match[1] for one in problems if (match := _UNIT.match(f"{one.path} {one.found}"))}
    strange |= {one.path.removeprefix("units.") for one in problems if one.path.startswith("units.")}
    currencies = [rf"\b{match[1]}\b" for one in problems if (match := _CURRENCY_AS_UNIT.match(one.found))]
    plants = {match[0]: _kinds(one) for one in problems if (match := _CAPACITY.match(one.path)) and _kinds(one)}
    unnamed = tuple(f"{'.'.join(one.path.split('.')[:2])}." for one in problems if one.code in _UNKNOWN_OUTPUT)
    kept: dict[int, Problem] = {}
    seen: dict[str, list[int]] = {}
    for number, problem in enumerate(problems):
        if (
            _is_in_unit(problem, strange)
            or (problem.path.startswith(unnamed) and _is_of_product(problem))
            or (problem.code == "wrong_dimension" and any(re.search(one, _text_at(problem)) for one in currencies))
        ):
            continue
        code = _cause(problem) or _cause_in_plant(problem, plants)
        about_exchange = problem.code in _NEED_REPORTING or problem.path.startswith("exchange.")
        if unreported and about_exchange and not unknown_currency(problem):
            continue
        places = seen.setdefault(code, []) if code else []
        places.append(number)
        if len(places) == 1:
            kept[number] = problem
    for code, places in seen.items():
        if len(places) > 1 and not code.startswith(_SAYS_ALL):
            first, more, many = kept[places[0]], len(places) - 1, "s" if len(places) > 2 else ""
            again = f"it stands in {more} more input{many}"
            if code.startswith(_SERIES):
                again = f"{more} more of its values {'have' if many else 'has'} the same mistake"
            if code.startswith(_PLANT):
                are = "are" if many else "is"
                again = f"{more} more amount{many} {are} of that kind: does the plant make another product?"
            if code == NO_BUSINESS_YEARS:
                again = f"{more} more key{many} name{'' if many else 's'} business years"
            kept[places[0]] = replace(first, hint=f"{first.hint}; {again}" if first.hint else again)
    return list(kept.values())


def _cause(problem: Problem) -> str:
    """Return what many problems have in common, "" if the problem is one by itself."""
    if problem.hint.startswith(NO_BUSINESS_YEARS):
        return NO_BUSINESS_YEARS
    if name := unknown_currency(problem) or _unknown_name(problem):
        return name
    line = f"{problem.path} {problem.found}"
    if unit := _UNIT.match(line) or _UNKNOWN_UNIT.match(line):
        return f"unit {unit[1]}"
    if match := _WITHOUT_RATE.search(problem.found) or _CIRCLE.search(problem.found) or _NO_NAME.match(line):
        return match[1]
    series = _VALUE_OF_SERIES.fullmatch(problem.path)
    comma = bool(_WITH_COMMA.match(problem.found))
    if not series or problem.code not in _ALIKE or (problem.code == "not_a_number" and not comma):
        return ""
    alike = problem.code == "bare_number" or comma
    return _SERIES + " ".join((series[1], problem.code, problem.wanted, "" if alike else problem.found))


def _unknown_name(problem: Problem) -> str:
    """Return the words for a name that stands nowhere, such as "unknown source `bank`"; "" for another problem."""
    return problem.found if _UNKNOWN_NAME.match(problem.found) else ""


def _text_at(problem: Problem) -> str:
    """Return what was written, "" where that is not known."""
    place = problem.place
    return place.text[place.column - 1 : place.column - 1 + place.width] if place else ""


def _kinds(problem: Problem) -> tuple[str, ...]:
    """Return the kinds of units by which an amount differs from what is wanted, such as a mass and an energy.

    An amount that differs in more than one kind, or lacks a part such as `/year`, has none, and neither has
    a problem of another kind.
    """
    if problem.code != "wrong_dimension":
        return ()
    actual, wanted = (re.sub(r"\ban? ", "", text).split(" per ") for text in (problem.found, problem.wanted))
    differing = {pair for pair in zip(actual, wanted, strict=False) if pair[0] != pair[1]}
    return differing.pop() if len(actual) == len(wanted) and len(differing) == 1 else ()


def _is_in_unit(problem: Problem, units: Container[str]) -> bool:
    """Return whether a problem is that an amount, or a second product of a plant, is not in one of some units."""
    if problem.code == "mixed_units":
        return any(match in units for match in _COUNTED_IN.findall(f"{problem.found} {problem.wanted}"))
    kinds = _kinds(problem)
    return bool(kinds) and kinds[1].startswith(_AMOUNT_IN) and kinds[1].removeprefix(_AMOUNT_IN) in units


def _is_of_product(problem: Problem) -> bool:
    """Return whether an amount differs by units of products alone, and is not the price of a material."""
    kinds = _kinds(problem)
    made = bool(kinds) and not any(kind.endswith(_NOT_MADE) for kind in kinds)
    return made and not _PRICE_OF_MATERIAL.fullmatch(problem.path)


def _cause_in_plant(problem: Problem, plants: Mapping[str, tuple[str, ...]]) -> str:
    """Return the plant of which an amount is in the same wrong kind of unit as its capacity, "" if there is none."""
    kinds, in_project = _kinds(problem), problem.path.startswith("projects.")
    of = (
        plant for plant, others in plants.items() if others == kinds and (in_project or problem.path.startswith(plant))
    )
    return f"{_PLANT}{plant}" if (plant := next(of, "")) else ""


def unknown_currency(problem: Problem) -> str:
    """Return the code of the currency that is not known, "" if the problem is another one.

    Parameters
    ----------
    problem : Problem
        Any problem.
    """
    if problem.code not in {"unknown_unit", "unknown_currency"} and problem.path != "money.report_in":
        return ""
    match = _CODE.match(problem.found)
    return match[1] if match else ""
