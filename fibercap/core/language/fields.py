"""Field types: what may be written at each input. Each reads its text, converts it to house units, or says why not."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic_core import PydanticCustomError, core_schema

from fibercap.core.errors import nearest
from fibercap.core.language import grammar
from fibercap.core.language.input_hints import advice, misfit, quote
from fibercap.core.language.limits import LARGEST, amount_text, most
from fibercap.core.language.unit_hints import as_number, fitting, takes
from fibercap.core.language.unit_words import in_words
from fibercap.core.trees.tree import Leaf
from fibercap.core.units import Array, QuantityTextError, conversion, factor_of_samples, split_quantity, unit_text
from fibercap.core.visible_text import on_one_line
from fibercap.core.vocabulary import PlanUnits, Vocabulary, vocabulary_in_use

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema, ValidationInfo


def wrong(code: str, actual: str, wanted: str, hint: str = "") -> PydanticCustomError:
    """Return the error that a field type raises; the reader makes a Problem with a place of it.

    Parameters
    ----------
    code, actual, wanted, hint : str
        As of a `Problem`; `actual` is its `found`.
    """
    return PydanticCustomError(code, "{found}", {"found": actual, "wanted": wanted, "hint": hint})


def is_sampled(raw: Any) -> bool:
    """Return whether a raw value holds one amount for each sample instead of a text."""
    return hasattr(raw.value if isinstance(raw, Leaf) else raw, "magnitude")


def text_of(raw: Any, wanted: str) -> str:
    """Return the text of a leaf.

    Parameters
    ----------
    raw, wanted : Any, str
        What stands in the tree, and what the input takes, for the message.

    Raises
    ------
    PydanticCustomError
        If it is a block, a list, samples or no value.
    """
    value = raw.value if isinstance(raw, Leaf) else raw
    if isinstance(value, str):
        return value
    if is_sampled(value):
        hint = "dates, names, counts, kinds, maturities and lives of maintenance cannot differ by sample"
        raise wrong("not_drawable", "samples", f"{wanted}, one for all samples", hint)
    actual = "a block" if isinstance(value, dict) else "a list" if isinstance(value, tuple) else "no value"
    raise wrong("not_a_scalar", actual, wanted, "write one value here")


def quantity_of(text: str, wanted: str, example: str, fit: Callable[[str], str] = str) -> tuple[float, str]:
    """Return the number and the unit of a text.

    Parameters
    ----------
    text, wanted, example : str
        The text, and for the message what the input takes, in words and as an example.
    fit : callable
        Rewrites a text in a unit that the input takes, "" where it cannot; see `core/language/unit_hints.py`.

    Raises
    ------
    PydanticCustomError
        If the text is not a quantity.
    """
    try:
        return split_quantity(text if text.isascii() else "?")
    except QuantityTextError as error:
        raise wrong(error.code, *advice(text, error, wanted, example, fit)) from None


class Field(ABC):
    """A type of input: `parse` returns the value that the model uses for what is written."""

    @abstractmethod
    def parse(self, raw: Any, info: ValidationInfo) -> Any:
        """Return the value in house units, of a type and shape that the field type sets.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            What stands in the tree, and a context that holds the reporting currency and the known currencies.

        Raises
        ------
        PydanticCustomError
            As made by `wrong`, if the input does not take it.
        """

    @abstractmethod
    def schema(self) -> grammar.Json:
        """Return what may be written, as JSON Schema with `title` and, for a quantity, `x-unit`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic to use `parse`."""
        return core_schema.with_info_plain_validator_function(self.parse)


@dataclass(frozen=True)
class Of(Field):
    """A quantity in a house unit: `money` is a currency, `product` and `material` are units, `percent` is a share."""

    unit: str
    low: float = -np.inf
    high: float = np.inf
    above: float = -np.inf
    takes_samples: bool = True

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.quantities(self.unit, self.low, self.high, self.above, self.example(PlanUnits()))

    def house(self, units: PlanUnits) -> str:
        """Return the house unit, with the plan's own in place of `money`, `product` and `material`."""
        names = {"money": units.currency, "product": units.product, "material": units.material, "percent": ""}
        return "/".join(names.get(part, part) for part in self.unit.split("/"))

    def parse(self, raw: Any, info: ValidationInfo) -> Array:
        """Return the amount, `()` or (sample, 1), in the house unit."""
        context, value = info.context or {}, raw.value if isinstance(raw, Leaf) else raw
        sampled = self.takes_samples and is_sampled(value)
        text = str(value.units) if sampled else value if isinstance(value, str) else ""
        units = PlanUnits.from_context(context)
        if "money" in self.unit:
            other = next((code for code in context.get("currencies", ()) if code in text), units.currency)
            units = units._replace(currency=other)
        magnitude = self._read_samples(value, units) if sampled else np.asarray(self._read(raw, units))
        least, top = self.bounds
        bad = ~((magnitude >= least) & (magnitude <= top) & (magnitude > self.above))
        if not bad.any():
            return magnitude
        amount = magnitude.flat[first := int(np.flatnonzero(bad)[0])]
        actual = f"{self._amount_text(amount, units)} in sample {first}" if sampled else quote(value)
        raise wrong("out_of_range", actual, self._range(units, amount))

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that may be written, in the house unit."""
        largest = most("" if self.unit == "percent" else self.unit)
        return max(self.low, -largest), min(self.high, largest)

    def _amount_text(self, magnitude: float, units: PlanUnits) -> str:
        if sign := {"percent": "%", "1/year": "%/year"}.get(self.unit):
            return f"{amount_text(magnitude * 100)} {sign}"
        house, written = self.house(units), self.house(units.as_written)
        return f"{amount_text(magnitude * (conversion(house, written) or 1.0))} {unit_text(written)}".strip()

    def _range(self, units: PlanUnits, amount: float) -> str:
        least, top = (self._amount_text(bound, units) for bound in self.bounds)
        if amount > self.bounds[1] and not np.isfinite(self.high):
            return f"at most {top}"
        if np.isfinite(self.above):
            at_most = f" and at most {top}" if np.isfinite(self.high) else ""
            return f"more than {self._amount_text(self.above, units)}{at_most}"
        both = np.isfinite(self.low) and np.isfinite(self.high)
        return f"a value from {least} to {top}" if both else f"at least {least}"

    def _read_samples(self, value: Any, units: PlanUnits) -> Array:
        factor = factor_of_samples(value, self.house(units))
        if factor is None:
            given, target = unit_text(str(value.units)) or "no unit", unit_text(self.house(units)) or "plain numbers"
            wanted = in_words(self.kept_unit(units))
            raise wrong("wrong_dimension", f"samples in {given}", wanted, f"give them in {target}")
        magnitude = np.asarray(value.magnitude, dtype=float) * factor
        if magnitude.ndim != 2 or magnitude.shape[1] != 1:  # (sample, 1)
            raise wrong("wrong_shape", f"an array of shape {magnitude.shape}", "one of shape (samples, 1)")
        return magnitude

    def _read(self, raw: Any, units: PlanUnits) -> float:
        (wanted, example), rewrite = _in_words(self, units, vocabulary_in_use()), partial(self.rewrite, units=units)
        number, unit = quantity_of(text := text_of(raw, f"{wanted} like {example}"), wanted, example, rewrite)
        factor = conversion(unit, self.house(units))
        share, plain = self.unit == "percent", "/" in self.unit and "/" not in unit  # `1.2` and `120 %` are not kg/kg
        if factor is None or plain or (not unit if share else "percent" in unit and self.house(units) == ""):
            raise wrong(*misfit(text, self.kept_unit(units.as_written), wanted, rewrite))
        return number * factor

    def kept_unit(self, units: PlanUnits) -> str:
        """Return the house unit, or "percent" of a share."""
        return "percent" if self.unit == "percent" else self.house(units)

    def rewrite(self, text: str, units: PlanUnits) -> str:
        """Return the same amount in a unit that the field takes, "" where there is none.

        Parameters
        ----------
        text, units : str, PlanUnits
            The text as written, and the plan's units.
        """
        house, (least, top) = self.kept_unit(units.as_written), self.bounds
        return fitting(text, house, partial(takes, house=house, low=max(least, self.above), high=top))

    def example(self, units: PlanUnits) -> str:
        """Return a quantity of this kind as one would write it."""
        house, money, product = self.house(units := units.as_written), units.currency, units.product
        known = {
            f"{product}/year": f"`255_000 {product}/year`",
            "1/year": "`8.5 %/year`",
            "day": "`45 days`",
            f"{money}/{product}": f"`31 {money}/{product}`",
            f"{money}/year": f"`2.8 million {money}/year`",
            money: f"`25 million {money}`",
        }
        return "`90 %`" if self.unit == "percent" else known.get(house, f"`5 {unit_text(house)}`".replace(" `", "`"))


@cache
def _in_words(of: Of, units: PlanUnits, _vocabulary_in_use: Vocabulary) -> tuple[str, str]:
    """Return the dimension of a quantity in words, and an example."""
    return in_words(of.kept_unit(units)), of.example(units)


@dataclass(frozen=True)
class Text(Field):
    """A text as it is, or as `shape` makes it, such as on one line."""

    shape: Callable[[str], str] = str

    def schema(self) -> grammar.Json:
        """Return what may be written; YAML may read it as a number or a boolean."""
        return {"title": "text", "type": ["string", "number", "boolean"]}

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the text."""
        del info
        return self.shape(text_of(raw, "a text"))


@dataclass(frozen=True)
class Word(Field):
    """One of a few known words."""

    known: tuple[str, ...]
    kind: str = "words"

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.words(self.known, self.kind)

    def parse(self, raw: Any, info: ValidationInfo | None = None) -> str:
        """Return the word."""
        del info
        one = self.kind == "words" and len(self.known) == 1
        wanted = f"`{self.known[0]}`" if one else f"one of the known {self.kind}: {', '.join(self.known)}"
        text = text_of(raw, wanted)
        if text not in self.known:
            near = nearest(text, self.known)
            raise wrong("unknown_word", quote(text), wanted, f"did you mean `{near}`?" if near and not one else "")
        return text


@dataclass(frozen=True)
class Number(Field):
    """A bare number, such as a multiple, a count or a version."""

    low: float = 0.0
    known: tuple[int, ...] = ()
    unit: str = ""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.number(self.low, self.known)

    def parse(self, raw: Any, info: ValidationInfo) -> Array:
        """Return the number, `()` or (sample, 1). [1]"""
        if not self.known and is_sampled(raw):
            return Of("", low=self.low).parse(raw, info)
        text = text_of(raw, "a bare number")
        number, unit = quantity_of(text, "a bare number", f"`{self.known[0] if self.known else 5}`", as_number)
        if unit:
            hint = f"write `{better}`" if (better := as_number(text)) else "it has no unit"
            raise wrong("wrong_dimension", quote(text), "a bare number", hint)
        if not self.low <= number <= LARGEST or (self.known and number not in self.known):
            raise wrong("out_of_range", quote(text), " or ".join(map(str, self.known)) or f"at least {self.low:g}")
        return np.asarray(number)


Share = Annotated[Array, Of("percent", low=0.0, high=1.0)]
Money = Annotated[Array, Of("money", low=0.0)]
Label = Annotated[str, Text(on_one_line)]
Note = Annotated[str, Text()]
