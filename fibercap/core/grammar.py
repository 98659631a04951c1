"""What may be written, as patterns: numbers, units, durations, dates and periods; and the JSON Schema of each."""

from __future__ import annotations

from math import isfinite
from typing import Any, Final

from fibercap.core.units import SCALED_UNITS, SCALES, UNSIGNED, VOCABULARY, in_words, words_like

Json = dict[str, Any]

NUMBER: Final = UNSIGNED
PERIOD: Final = "[12][0-9]{3}(?:-(?:Q[1-4]|0[1-9]|1[0-2]))?"
_DAY: Final = "(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9])|(?:0[13-9]|1[0-2])-30|(?:0[13578]|1[02])-31"
DAY: Final = f"[12][0-9]{{3}}-(?:{_DAY})"
WHEN: Final = f"(?:in total|(?:end of )?{PERIOD})"
_SCALE: Final = f"(?:{'|'.join(SCALES)})"
_ANY: Final = f"(?:{'|'.join(sorted(VOCABULARY))})"
_PLAIN: Final = f"(?:{'|'.join(sorted(VOCABULARY - SCALED_UNITS))}|1/{_ANY})"
_SCALED: Final = f"(?:{'|'.join(sorted(SCALED_UNITS))})"
ANY_QUANTITY: Final = f"-?{NUMBER}(?: {_SCALE}| (?:(?:{_SCALE} )?{_PLAIN}|{_SCALED})(?:/{_ANY})*)?"
_NOT_ZERO: Final = "(?!-?[0_.]+(?:[eE][^ ]*)?(?: |$))"
_WHOLE: Final = r"[0-9]+(?:_[0-9]+)*(?:\.0+)?"
_TO_100: Final = r"(?:0*[0-9]{1,2}(?:\.[0-9]+(?:_[0-9]+)*)?|0*100(?:\.0+)?)"


def quantity(unit: str, *, signed: bool = False, zero: bool = True) -> str:
    """Return the pattern of a quantity: number, scale, and a unit of the same dimension as a house unit."""
    over, *under = unit.split("/")
    words = words_like(over) + (("1",) if over == "1" else ())
    plain, scaled = ("|".join(word for word in words if (word in SCALED_UNITS) is scaled) for scaled in (False, True))
    units = f"(?:(?:{_SCALE} )?(?:{plain}){f'|{scaled}' if scaled else ''})"
    units += "".join(f"/(?:{'|'.join(words_like(part))})" for part in under)
    return f"{'' if zero else _NOT_ZERO}{'-?' if signed else ''}{NUMBER} {units}"


def share() -> str:
    """Return the pattern of a share from 0 % to 100 %."""
    return f"(?:{_TO_100} %|{NUMBER} bp)"


def duration(*, zero: bool = True, whole: bool = True) -> str:
    """Return the pattern of a duration in calendar months; `whole` asks for whole ones where months are written."""
    months = _WHOLE if whole else NUMBER
    return f"{'' if zero else _NOT_ZERO}(?:{months} months?|{NUMBER} (?:quarters?|years?|yr))"


def text(title: str, pattern: str, unit: str, like: str) -> Json:
    """Return the schema of a text: its title, pattern, unit, and how it is written where the pattern is not met."""
    told = {"patternErrorMessage": f"write it like {like}"}  # read by editors, unknown to validators
    return {"title": title, "type": "string", "pattern": f"^(?:{pattern})$", "x-unit": unit, **told}


def quantities(unit: str, low: float, high: float, above: float, like: str) -> Json:
    """Return the schema of a quantity in a house unit, between limits."""
    bounded = unit == "percent" and low == 0 and high == 1
    pattern = share() if bounded else quantity(unit, signed=low < 0 and above < 0, zero=not above >= 0)
    told = in_words(unit if unit == "percent" else unit.replace("money", "USD"))
    told = told.removeprefix("an ").removeprefix("a ")
    limits = _limits(unit, low, high, above)
    shown = {"percent": "%", "1/year": "%/year"}.get(unit, unit)
    return text(f"{told}, {limits}" if limits else told, pattern, shown, like)


def months(low: float, *, whole: bool) -> Json:
    """Return the schema of a duration of at least so many months."""
    least = f", at least {low:g} months" if low > 1 else ", more than 0" if low > 0 else ""
    pattern = duration(zero=not least, whole=whole)
    return text(f"{'whole months' if whole else 'months'}{least}", pattern, "month", "`6 months` or `5 years`")


def number(low: float, known: tuple[int, ...]) -> Json:
    """Return the schema of a bare number, or of one of those that are known; YAML sees a number in it."""
    if known:
        forms = [form for one in known for form in (one, str(one))]
        return {"title": " or ".join(map(str, known)), "enum": forms, "x-unit": "1"}
    told = text(f"number, at least {low:g}" if low else "number", NUMBER, "1", "`5`")
    return {**told, "type": ["number", "string"], "minimum": low}


def words(known: tuple[str, ...], kind: str) -> Json:
    """Return the schema of one of a few words."""
    return {"title": known[0] if len(known) == 1 else f"one of the {kind}", "enum": list(known)}


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


def by(key: str, value: Json) -> Json:
    """Return the schema of a block of values whose keys follow a pattern."""
    return {
        "type": "object",
        "patternProperties": {f"^{key}$": value},
        "additionalProperties": False,
        "minProperties": 1,
    }


def either(title: str, unit: str, *forms: Json) -> Json:
    """Return the schema of what may be written in one of several forms."""
    single = [inner for form in forms for inner in form.get("anyOf", [form])]
    bare = [{key: part for key, part in form.items() if key not in ("title", "x-unit")} for form in single]
    return {"title": title, "x-unit": unit, "anyOf": bare}
