"""Currencies other than the reporting one: the currency of each input, and the inputs of rates of exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fibercap.core.currencies import CURRENCIES, EURO_FAMILY, code_in
from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, Of, Text, is_sampled, quantity_of, text_of, wrong
from fibercap.core.language.input_hints import quote, unknown_currency
from fibercap.core.language.series import PathOf, Series
from fibercap.core.language.spec import Spec, field_at
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import Array, QuantityTextError, split_quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic_core.core_schema import ValidationInfo

_OF_PLANS: Final = frozenset(
    {"products", "plants", "projects", "loans", "funding", "company", "opening", "money", "working_capital"}
)


class CurrencyCode(Field):
    """The code of a currency, such as `USD`."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        like = "`USD`"
        return {**grammar.text("code of a currency, by ISO 4217", grammar.CODE, "", like), "examples": ["USD", "INR"]}

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the code.

        Parameters
        ----------
        raw, info : object, ValidationInfo
            As read from YAML, and the context.

        Raises
        ------
        PydanticCustomError
            If there is no such currency.
        """
        del info
        text = text_of(raw, "the code of a currency")
        if text not in CURRENCIES:
            wanted = "a currency of ISO 4217, or one that the euro replaced"
            code = text.upper()
            hint = f"did you mean `{code}`?" if code in CURRENCIES else unknown_currency(text)
            raise wrong("unknown_word", quote(text), wanted, hint)
        return text


class ExchangeOf(Of):
    """Reads `0.9232 USD/EUR`, the reporting currency per unit of another."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        pattern = rf"{grammar.NUMBER} ({grammar.CODE})/(?!\1){grammar.CODE}"
        return grammar.text("rate of exchange", pattern, "money/money", "`0.92 USD/EUR`")

    def parse(self, raw: Any, info: ValidationInfo) -> Array:
        """Return the rate of exchange, () or (sample, 1). [reporting currency per unit of the other]

        Parameters
        ----------
        raw : object
            As read from YAML.
        info : ValidationInfo
            Its context has the reporting currency.

        Raises
        ------
        PydanticCustomError
            If it is not the rate of another known currency in the reporting currency.
        """
        currency = (info.context or {}).get("currency", "USD")
        value = getattr(raw, "value", raw)
        if is_sampled(value):
            text = unit = str(value.units)
        else:
            text = text_of(raw, "a rate of exchange")
            _, unit = quantity_of(text, "a rate of exchange", f"`0.92 {currency}/EUR`", _rate_as_it_is)
        code = unit.replace(" ", "").removeprefix(f"{currency}/")
        if code not in CURRENCIES or code == currency:
            raise wrong(
                "wrong_dimension", f"`{text}`", f"{currency} per unit of another currency", _way_out(text, currency)
            )
        return Of(f"{currency}/{code}", above=0.0).parse(raw, info)


def _rate_as_it_is(text: str) -> str:
    """Return a rate of exchange as it is, "" for any other text."""
    try:
        _, unit = split_quantity(text)
    except QuantityTextError:
        return ""
    return text if set(unit.split(" / ")) <= set(CURRENCIES) and unit.count("/") == 1 else ""


def _way_out(text: str, currency: str) -> str:
    """Return the hint for a wrong rate of exchange: its inverse if it is the wrong way round, else the wanted unit."""
    unit = text.rpartition(" ")[2]
    other = unit.removesuffix(f"/{currency}")
    if _rate_as_it_is(text) and unit.endswith(f"/{currency}") and other in CURRENCIES and other != currency:
        rate = split_quantity(text)[0]
        if rate:
            return f"write it like `{1 / rate:.12g} {currency}/{other}`"
    return f"its unit is like `{currency}/EUR`"


Rates = Annotated[Series, PathOf(ExchangeOf("money/unit"))]
Closings = Annotated[Series | None, PathOf(ExchangeOf("money/unit"), at_ends=True)]


class Exchange(Spec):
    """What a currency is worth: on average over a time, for flows, and from day to day, for what is owed and paid."""

    average: Rates
    """Reporting currency per unit, on average over each time; for flows. Like `{2000: 0.9232 USD/EUR, 2001: 0.8952
    USD/EUR}`."""
    closing: Closings = None
    """The same on the last day of each time, for what is owed, and for what is paid on a day: in straight lines between
    years and quarters, by month held, unless `interpolate` says otherwise. Without it, an average stands for the middle
    of its time. Like `{2000: 0.9388 USD/EUR, 2001: 0.8901 USD/EUR}`."""
    opening: Annotated[Array | None, ExchangeOf("money/unit")] = None
    """The same on the day before the horizon or, where the first closing rate's day is reached by then, before its time
    begins; without it, the first rate holds before. Like `0.9388 USD/EUR`."""


def block_of(path: str) -> str:
    """Return the block of one plant, loan or the like in which an input stands: `loans.fleet` of `loans.fleet.rate`."""
    return ".".join(path.split(".", 2)[:2])


def currencies_by_path(
    tree: Branch, earlier: Mapping[str, Mapping[str, str]], plan: type[Spec]
) -> dict[str, Mapping[str, str]]:
    """Return the currency of every amount of a plan by its dotted path, block by block as `block_of` names them.

    A note, name or title that reads like an amount is a text.

    Parameters
    ----------
    tree : Branch
        What was written, its values lifted out of their `{value, source}` blocks.
    earlier : mapping
        Currencies of blocks that have been searched before, by block.
    plan : type
        The Spec that the tree is read as; it knows which inputs are texts.
    """
    currencies: dict[str, Mapping[str, str]] = {}
    for key, block in tree.items():
        for name, child in block.items() if key in _OF_PLANS and isinstance(block, Branch) else ():
            path = f"{key}.{name}"
            currencies[path] = earlier[path] if path in earlier else dict(_amounts(child, path, plan))
    return currencies


def _amounts(tree: Leaf | Branch, prefix: str, plan: type[Spec]) -> Iterator[tuple[str, str]]:
    for path, code in _currencies(tree, prefix):
        if not isinstance(field_at(plan, tuple(path.split("."))), Text):
            yield path, code


def _currencies(tree: Leaf | Branch, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, Branch):
        for name, child in tree.items():
            yield from _currencies(child, f"{prefix}.{name}")
    else:
        drawn = getattr(tree.value, "units", None)
        code = code_in(str(tree.value) if drawn is None else str(drawn).replace(" ", ""))
        if code:
            yield prefix, code


def known_currencies(tree: Branch, reporting: str) -> tuple[str, ...]:
    """Return the currencies that may be used beside the reporting one: those with a rate of exchange.

    Euros and what they replaced come together, since their rates are fixed.

    Parameters
    ----------
    tree : Branch
        The scenario as read.
    reporting : str
        Code of the reporting currency.
    """
    block = tree.get("exchange")
    named = {code for code in block if code in CURRENCIES} if isinstance(block, Branch) else set()
    if EURO_FAMILY & {*named, reporting}:
        named |= EURO_FAMILY
    return tuple(code for code in CURRENCIES if code in named and code != reporting)
