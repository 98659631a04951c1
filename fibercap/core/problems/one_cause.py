"""Problems with one cause: each cause is said once, at the first place, and what only follows from it not at all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Place, Problem, order_of
from fibercap.core.period_names import NO_BUSINESS_YEARS

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE: Final = re.compile(r"(?:the unknown (?:unit|currency) |^)`[kM]?([A-Z]{3})`")
_UNIT: Final = re.compile(r"products\.[^.]+\.unit `([^`]+)`, (?:a currency and )?no unit of products")
_UNKNOWN_UNIT: Final = re.compile(r"(?:money\.report_in |\S+ the unknown unit )`([^`]+)`")
_WITHOUT_RATE: Final = re.compile(r"in ([A-Z]{3}) without an exchange rate$")
_VALUE_OF_SERIES: Final = re.compile(r"(.+)\.(?:FY)?[0-9]{4}(?:-[0-9Q-]+)?")
_ALIKE: Final = frozenset({"wrong_dimension", "bare_number"})
_SERIES: Final = "series "
_NEED_REPORTING: Final = frozenset({"other_currency", "wrong_currency", "mixed_currency"})


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems in the order of the file, without repetitions of a sentence at one place.

    A mistake in a block that YAML aliases repeat is listed once, and so is what has one cause, at the first place. An
    unknown key needs no value.
    """
    first: dict[tuple[Place | str, str], Problem] = {}
    for problem in sorted(problems, key=lambda p: (*order_of(p), p.path)):
        first.setdefault((problem.place or problem.path, problem.sentence()), problem)
    unknown = {problem.place for problem in first.values() if problem.code == "unknown_key"}
    return once_per_cause([p for p in first.values() if p.code != "null" or p.place not in unknown])


def once_per_cause(problems: list[Problem]) -> list[Problem]:
    """Return the problems with one for each cause, which says in how many more inputs it occurs.

    An unknown unit or currency is one cause, and so are a currency without exchange rates, all keys of business years
    in a plan without them, and values of one series that are in the same wrong unit. If the reporting currency is not
    known, problems that depend on it are left out: those of other currencies and of exchange rates; and if the unit of
    a product or the product of a plant is not known, those of amounts that do not fit it.

    Parameters
    ----------
    problems : list of Problem
        The problems in the order of the file.
    """
    unreported = any(problem.path == "money.report_in" and problem.code == "unknown_word" for problem in problems)
    strange = [f"amount in {match[1]}" for one in problems if (match := _UNIT.match(f"{one.path} {one.found}"))]
    unnamed = tuple(f"{one.path.partition('.product')[0]}." for one in problems if one.code == "unknown_product")
    kept: dict[int, Problem] = {}
    seen: dict[str, list[int]] = {}
    for number, problem in enumerate(problems):
        if problem.code == "wrong_dimension" and (
            any(unit in problem.wanted for unit in strange) or problem.path.startswith(unnamed)
        ):
            continue
        code = _cause(problem)
        about_exchange = problem.code in _NEED_REPORTING or problem.path.startswith("exchange.")
        if unreported and about_exchange and not unknown_currency(problem):
            continue
        places = seen.setdefault(code, []) if code else []
        places.append(number)
        if len(places) == 1:
            kept[number] = problem
    for code, places in seen.items():
        if len(places) > 1:
            first, more, many = kept[places[0]], len(places) - 1, "s" if len(places) > 2 else ""
            again = f"it stands in {more} more input{many}"
            if code.startswith(_SERIES):
                again = f"{more} more of its values {'have' if many else 'has'} the same mistake"
            if code == NO_BUSINESS_YEARS:
                again = f"{more} more key{many} name{'' if many else 's'} business years"
            kept[places[0]] = replace(first, hint=f"{first.hint}; {again}" if first.hint else again)
    return list(kept.values())


def _cause(problem: Problem) -> str:
    """Return what many problems have in common, "" if the problem is one by itself."""
    if problem.hint.startswith(NO_BUSINESS_YEARS):
        return NO_BUSINESS_YEARS
    if currency := unknown_currency(problem):
        return currency
    line = f"{problem.path} {problem.found}"
    if unit := _UNIT.match(line) or _UNKNOWN_UNIT.match(line):
        return f"unit {unit[1]}"
    if rate := _WITHOUT_RATE.search(problem.found):
        return f"exchange {rate[1]}"
    series = _VALUE_OF_SERIES.fullmatch(problem.path)
    if not series or problem.code not in _ALIKE:
        return ""
    return _SERIES + " ".join((series[1], problem.wanted, "" if problem.code == "bare_number" else problem.found))


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
