"""What may be written, as patterns: numbers, units, durations, dates and periods; and the JSON Schema of each."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.unit_words import in_words
from fibercap.core.units import UNSIGNED, words_like
from fibercap.core.vocabulary import SCALED_UNITS, SCALES

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]

NUMBER: Final = UNSIGNED
PERIOD: Final = "(?:FY[12][0-9]{3}|[12][0-9]{3}(?:-(?:Q[1-4]|0[1-9]|1[0-2]))?)"
_DAY: Final = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31"
DAY: Final = f"[12][0-9]{{3}}-(?:{_DAY})"
WHEN: Final = f"(?:in total|(?:end of )?(?:{PERIOD}|(?:FY)?[12][0-9]{{3}}-H[12]))"
_SCALE: Final = f"(?:{'|'.join(SCALES)})"
_BAR: Final = "|"


def _one_of(words: Iterable[str]) -> str:
    """Return the pattern of one of some words; those with the same first letter stand together."""
    rest: dict[str, list[str]] = {}
    for word in sorted(words):
        rest.setdefault(word[0], []).append(word[1:])
    return f"(?:{_BAR.join(f'{first}(?:{_BAR.join(ends)})' for first, ends in rest.items())})"


CODE: Final = _one_of(CURRENCIES)
"""The code of a currency."""
_SCALED_CODE: Final = f"[kM]{CODE}"
_WORD: Final = "[A-Za-z]+[23]?"
"""A unit, which may be one that the scenario declares."""
_PLAIN: Final = f"(?:{_WORD}|%|1/(?:{_WORD}|%))"
_SCALED: Final = f"(?:Mkm|{_SCALED_CODE})"
ANY_QUANTITY: Final = f"-?{NUMBER}(?: {_SCALE}| (?:(?:{_SCALE} (?!{_SCALED}(?:/|$)))?{_PLAIN})(?:/(?:{_WORD}|%))*)?"
_NOT_ZERO: Final = "(?!-?[0_.]+(?:[eE][^ ]*)?(?: |$))"
_WHOLE: Final = r"[0-9]+(?:_[0-9]+)*(?:\.0+)?"
_TO_100: Final = r"(?:0*[0-9]{1,2}(?:\.[0-9]+(?:_[0-9]+)*)?|0*100(?:\.0+)?)"


def quantity(unit: str, *, signed: bool = False, zero: bool = True) -> str:
    """Return the pattern of a quantity: number, scale, and a unit of the same dimension as a house unit.

    Parameters
    ----------
    unit : str
        The house unit, such as `km/year`.
    signed, zero : bool
        Whether the number may be negative, and whether it may be zero.
    """
    over, *under = unit.split("/")
    plain, scaled = _words(over, scaled=False), _words(over, scaled=True)
    units = f"(?:(?:{_SCALE} )?(?:{plain}){f'|{scaled}' if scaled else ''})"
    for part in under:
        words = [_words(part, scaled=scaled) for scaled in (False, True)]
        units += f"/(?:{'|'.join(filter(None, words))})"
    return f"{'' if zero else _NOT_ZERO}{'-?' if signed else ''}{NUMBER} {units}"


def _words(unit: str, *, scaled: bool) -> str:
    """Return the pattern of the words for a unit that say thousand or million themselves, or that do not."""
    if unit == "money":
        return _SCALED_CODE if scaled else CODE
    if unit in ("product", "material"):
        return "Mkm" if scaled else f"(?!Mkm){_WORD}"
    words = words_like(unit) + (("1",) if unit == "1" else ())
    return "|".join(word for word in words if (word in SCALED_UNITS) is scaled)


def share() -> str:
    """Return the pattern of a share from 0 % to 100 %."""
    return f"(?:{_TO_100} %|{NUMBER} bp)"


def duration(*, zero: bool = True, whole_months: bool = True) -> str:
    """Return the pattern of a duration in calendar months.

    Parameters
    ----------
    zero, whole_months : bool
        Whether it may be zero, and whether a number of months must be whole.
    """
    months = _WHOLE if whole_months else NUMBER
    return f"{'' if zero else _NOT_ZERO}(?:{months} months?|{NUMBER} (?:quarters?|years?|yr))"


def text(title: str, pattern: str, unit: str, like: str) -> Json:
    """Return the JSON Schema of a text.

    Parameters
    ----------
    title, pattern, unit : str
        What it is, the regular expression of the whole text, and its unit.
    like : str
        An example, which editors show where the text does not match.
    """
    message = {"patternErrorMessage": f"write it like {like}"}  # read by editors, unknown to validators
    return {"title": title, "type": "string", "pattern": f"^(?:{pattern})$", "x-unit": unit, **message}


def quantities(unit: str, low: float, high: float, above: float, like: str) -> Json:
    """Return the JSON Schema of a quantity in a house unit.

    Parameters
    ----------
    unit : str
        The house unit; `percent` for a share written in %.
    low, high, above : float
        The least and the largest value, and a value that it must exceed. [unit]
    like : str
        An example.
    """
    bounded = unit == "percent" and low == 0 and high == 1
    pattern = share() if bounded else quantity(unit, signed=low < 0 and above < 0, zero=not above >= 0)
    title = in_words(unit)
    title = title.removeprefix("an ").removeprefix("a ")
    limits = _limits(unit, low, high, above)
    shown = {"percent": "%", "1/year": "%/year"}.get(unit, unit)
    return text(f"{title}, {limits}" if limits else title, pattern, shown, like)


def months(low: float, *, whole_months: bool) -> Json:
    """Return the JSON Schema of a duration.

    Parameters
    ----------
    low : float
        The shortest duration. [month]
    whole_months : bool
        Whether a number of months must be whole.
    """
    least = f", at least {low:g} months" if low > 1 else ", more than 0" if low > 0 else ""
    pattern = duration(zero=not least, whole_months=whole_months)
    return text(f"{'whole months' if whole_months else 'months'}{least}", pattern, "month", "`6 months` or `5 years`")


def number(low: float, allowed: tuple[int, ...]) -> Json:
    """Return the JSON Schema of a bare number; a number that YAML has recognized is allowed too.

    Parameters
    ----------
    low : float
        The least value. [1]
    allowed : tuple of int
        The only values allowed, if any.
    """
    if allowed:
        forms = [form for one in allowed for form in (one, str(one))]
        return {"title": " or ".join(map(str, allowed)), "enum": forms, "x-unit": "1"}
    schema = text(f"number, at least {low:g}" if low else "number", NUMBER, "1", "`5`")
    return {**schema, "type": ["number", "string"], "minimum": low}


def words(allowed: tuple[str, ...], kind: str) -> Json:
    """Return the JSON Schema of one of a few words.

    Parameters
    ----------
    allowed : tuple of str
        The words.
    kind : str
        What they are, in the plural, for the title.
    """
    return {"title": allowed[0] if len(allowed) == 1 else f"one of the {kind}", "enum": list(allowed)}


def _limits(unit: str, low: float, high: float, above: float) -> str:
    """Return in words what lies between limits; "" where anything from 0 on does."""
    sign = {"percent": " %", "1/year": " %/year"}.get(unit, "")
    low, high, above = (bound * (100 if sign else 1) for bound in (low, high, above))
    if isfinite(above):
        return f"more than {above:g}{sign}"
    if isfinite(high):
        return f"{low:g}{sign} to {high:g}{sign}"
    if isfinite(low):
        return f"at least {low:g}{sign}" if low else ""
    return "of either sign"


def block_by_key(key: str, value: Json) -> Json:
    """Return the JSON Schema of a block of values by key.

    Parameters
    ----------
    key : str
        The regular expression of a whole key.
    value : Json
        The schema of each value.
    """
    return {
        "type": "object",
        "patternProperties": {f"^{key}$": value},
        "additionalProperties": False,
        "minProperties": 1,
    }


def column_of_file(settings: Json) -> Json:
    """Return the JSON Schema of a series that stands in a column of a file.

    Parameters
    ----------
    settings : Json
        By key, the schemas of what may stand beside `file` and `column`.
    """
    file, column = ({"title": f"name of a {kind}", "type": "string", "minLength": 1} for kind in ("CSV file", "column"))
    return {
        "type": "object",
        "properties": {"file": file, "column": column, **settings},
        "required": ["file", "column"],
        "additionalProperties": False,
    }


def either(title: str, unit: str, *forms: Json) -> Json:
    """Return the JSON Schema of an input that may be written in several forms.

    Parameters
    ----------
    title, unit : str
        What the input is, and its unit.
    *forms : Json
        The schema of each form.
    """
    single = [inner for form in forms for inner in form.get("anyOf", [form])]
    bare = [{key: part for key, part in form.items() if key not in ("title", "x-unit")} for form in single]
    return {"title": title, "x-unit": unit, "anyOf": bare}
