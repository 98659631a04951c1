"""What is claimed in public: a row or measure, a time, and one limit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.dates import way_to_name, year_ends_of
from fibercap.core.language.fields import Field, Label, Number, Word, is_sampled, quantity_of, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.limits import amount_text, most
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.tolerance import Tolerance, ToleranceField
from fibercap.core.language.unit_hints import in_known_units
from fibercap.core.period_names import DECEMBER, half_year, is_business_year, whole_period
from fibercap.core.trees.tree import Leaf
from fibercap.core.units import Array, conversion, unit_text
from fibercap.core.vocabulary import BUILT_IN, Vocabulary, using, vocabulary_in_use

LIMITS = ("above", "at_least", "below", "at_most", "about")


class When(Field):
    """`end of 2002`, `2002`, `FY2002`, `2002-Q3`, `2002-06` or `in total`."""

    def schema(self) -> grammar.Json:
        """Return what may be written: YAML sees a number in a year."""
        like = "`end of 2002`, `2002`, `2002-06` or `in total`"
        return {**grammar.text("time", grammar.WHEN, "time", like), "type": ["string", "integer"]}

    def parse(self, raw: Any, info: Any) -> str:
        """Return the text, if it has one of the forms that say when.

        Parameters
        ----------
        raw, info : object, ValidationInfo
            What YAML has, and the scenario around it.

        Raises
        ------
        PydanticCustomError
            If it has none of them.
        """
        text, year_ends = text_of(raw, "a time"), year_ends_of(info)
        name = re.sub(r"^end of ", "", text)
        if text != "in total" and (whole_period(name, year_ends) or half_year(name, year_ends)) is None:
            hint = "write `end of 2002`, `2002`, `2002-06` or `in total`"
            if year_ends != DECEMBER:
                hint = "write `end of FY2002`, `FY2002`, `2002-06` or `in total`"
            elif is_business_year(name):
                hint = way_to_name(name, year_ends)
            raise wrong("not_a_time", f"`{text}`", "a time", hint)
        return text


@dataclass(frozen=True)
class Amount:
    """A number and its unit, as they were written."""

    value: Array
    unit: str
    vocabulary: Vocabulary = BUILT_IN

    def values_in(self, unit: str) -> Array | None:
        """Return the number in another unit, `()` or (sample, 1); None where the dimensions differ."""
        with using(self.vocabulary):
            factor = conversion(self.unit, unit)
        return None if factor is None else np.asarray(self.value * factor, dtype=float)

    def in_unit(self, unit: str) -> float | None:
        """Return the number, that of the first sample, in another unit; None where the dimensions differ."""
        values = self.values_in(unit)
        return None if values is None else float(np.ravel(values)[0])


@dataclass(frozen=True)
class AnyQuantity(Field):
    """A quantity in whatever unit the row has; compared when the claim is tested."""

    title: str = "quantity"
    unit: str = "that of the row"
    """What the reference says of its unit."""

    def schema(self) -> grammar.Json:
        """Return what may be written: a ratio is a bare number."""
        text_schema = grammar.text(self.title, grammar.ANY_QUANTITY, self.unit, "`500_000 km/year`, or `1.2`")
        return {**text_schema, "type": ["string", "number"]}

    def parse(self, raw: Any, info: Any) -> Amount:
        """Return the amount, in any unit.

        Parameters
        ----------
        raw, info : object, ValidationInfo
            What YAML has, and the scenario around it.

        Raises
        ------
        PydanticCustomError
            If it cannot be read.
        """
        del info
        value = raw.value if isinstance(raw, Leaf) else raw
        if is_sampled(value):
            amount = Amount(np.asarray(value.magnitude, dtype=float), str(value.units), vocabulary_in_use())
        else:
            like = "`500_000 km/year`, or `1.2`"
            number, unit = quantity_of(text_of(raw, "a quantity"), "a quantity", like, in_known_units)
            amount = Amount(np.asarray(number), unit, vocabulary_in_use())
        bad = ~(np.abs(amount.value) <= most(amount.unit))
        if bad.any():
            refused_text = f"a sample of {amount.value[bad][0]:g}" if is_sampled(value) else quote(str(value))
            least = f"{amount_text(most(amount.unit))} {unit_text(amount.unit)}".strip()
            raise wrong("out_of_range", refused_text, f"a limit of at most {least}")
        return amount


class Fixed(Spec):
    """A limit that is a quantity."""

    gathers: ClassVar[frozenset[str]] = frozenset({"amount"})

    amount: Annotated[Amount, AnyQuantity()]
    """The limit, in the unit of the row or measure. Like `500_000 km/year`."""


class Multiple(Spec):
    """A limit that is a multiple of the same row at another time: `{times: 2, of: end of 2000}`."""

    times: Annotated[Array, Number()]
    """How many times. Like `2`."""
    of: Annotated[str, When()]
    """The other time. Like `end of 2000`."""


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:
    return ("multiple", raw) if isinstance(raw, dict) else ("fixed", {"amount": raw})


Limit = Annotated[Fixed | Multiple | None, OneOf({"fixed": Fixed, "multiple": Multiple}, _choose, title="limit")]


class Claim(Spec):
    """One claim. `expect: fails` ships a claim that is known not to hold on this reading."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("row", "measure"), LIMITS)
    together: ClassVar[Mapping[str, tuple[str, ...]]] = {"row": ("when",), "within": ("about",)}

    says: Label
    """What was said. Like `Jena doubles`."""
    source: Label = ""
    """Name of the source that says so. Like `release`."""
    where: Label = ""
    """Where in that source. Like `paragraph 2`."""
    row: Label = ""
    """Row of the projection that is tested. Like `plants.jena.nameplate`."""
    measure: Label = ""
    """Measure that is tested, in place of a row. Like `project_irr`."""
    when: Annotated[str, When()] = ""
    """Time at which a row is tested: at an end, over a period, or in total. Like `end of 2002` or `2002`."""
    above: Limit = None
    """It is more than this. Like `500_000 km/year` or `{times: 2, of: end of 2000}`."""
    at_least: Limit = None
    """It is this or more. Like `500_000 km/year` or `{times: 2, of: end of 2000}`."""
    below: Limit = None
    """It is less than this. Like `500_000 km/year` or `{times: 2, of: end of 2000}`."""
    at_most: Limit = None
    """It is this or less. Like `500_000 km/year` or `{times: 2, of: end of 2000}`."""
    about: Limit = None
    """It is near this, as `within` says. Like `500_000 km/year` or `{times: 2, of: end of 2000}`."""
    within: Annotated[Tolerance, ToleranceField()] = Tolerance(np.asarray(0.1))
    """Share of `about` that the value may be off by; or points, of a share or rate. Like `5 %` or `5 points`."""
    expect: Annotated[str, Word(("holds", "fails"), "outcomes")] = "holds"
    """Whether the claim is known to hold or to fail; `check` ends with 1 if it is otherwise."""

    @property
    def limit(self) -> tuple[str, Fixed | Multiple]:
        """The comparator and its limit."""
        return next((name, getattr(self, name)) for name in LIMITS if getattr(self, name) is not None)
