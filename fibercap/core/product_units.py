"""The units of products: what a scenario declares, and the blocks whose amounts are in the unit of a product."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

import pydantic

from fibercap.core import grammar
from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import close_to, nearest
from fibercap.core.fields import Field, text_of, wrong
from fibercap.core.input_hints import quote
from fibercap.core.spec import Spec
from fibercap.core.tree import Branch, Leaf
from fibercap.core.units import QuantityTextError, known_product_units, split_quantity
from fibercap.core.vocabulary import BUILT_IN, SCALES, SPOKEN, Vocabulary, using, vocabulary_in_use

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

NEW: Final = "new"
NAME: Final = "[A-Za-z]+"


def word_of(raw: Any) -> str:
    """Return the word that stands at a key of a raw block, "" where there is none."""
    value = raw.value if isinstance(raw, Leaf) else raw
    return value if isinstance(value, str) else ""


def house_unit_of(word: str, context: Mapping[str, Any]) -> str:
    """Return the unit in which a plan keeps a product that is counted in some unit: `km` of an unknown one.

    Parameters
    ----------
    word : str
        The unit as written, "" for none.
    context : mapping
        `house_units` has the unit of each kind of product that the plan has, by the unit with a dimension of its own.
    """
    vocabulary, unit = vocabulary_in_use(), SPOKEN.get(word, word) or "km"
    if unit not in vocabulary.product_units:
        return "km"
    return str(context.get("house_units", {}).get(vocabulary.base_of(unit), unit))


class UnitOfProduct(Field):
    """The name of a unit that a product may be counted in; reads it as the unit that the plan keeps it in."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        known = "|".join(sorted(BUILT_IN.product_units))
        return {
            **grammar.text("unit of a product", f"{known}|{NAME}", "", "`tonne`"),
            "examples": ["km", "tonne", "piece"],
        }

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the unit in which the plan keeps the product.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with the name of a unit, and the context.

        Raises
        ------
        PydanticCustomError
            If there is no such unit of products.
        """
        text = text_of(raw, "a unit of products")
        vocabulary = vocabulary_in_use()
        if SPOKEN.get(text, text) not in vocabulary.product_units:
            near = near_unit(text, vocabulary.product_units)
            hint = (
                f"did you mean `{near}`?" if near else f"declare it: `units: {{{text}: new}}`, or `{{{text}: 12 km}}`"
            )
            if not re.fullmatch(NAME, text) or text in BUILT_IN.words:
                hint = known_product_units(vocabulary)
            what = "a currency and no unit of products" if _is_currency(text) else "no unit of products"
            raise wrong("unknown_unit", f"{quote(text)}, {what}", "a unit that products are counted in", hint)
        return house_unit_of(text, info.context or {})


class MeaningOfUnit(Field):
    """What a declared unit is: `12 km`, an amount of a known one, or `new`, one of its own."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return grammar.text("meaning of a unit", f"{NEW}|{grammar.NUMBER} {NAME}[23]?", "", "`12 km` or `new`")

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the meaning as written.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf, and the context.

        Raises
        ------
        PydanticCustomError
            If it is neither `new` nor an amount of a unit of products.
        """
        del info
        text = text_of(raw, "what the unit is")
        if text != NEW and _amount(text, vocabulary_in_use()) is None:
            wanted = "`new`, or an amount of a unit of products"
            word = text.rpartition(" ")[2]
            near = near_unit(word, (NEW, *vocabulary_in_use().product_units))
            hint = f"did you mean `{near}`?" if near and near != word else "write it like `12 km` or `0.5 tonne`"
            raise wrong("unknown_unit", quote(text), wanted, hint)
        return text


def vocabulary_of(tree: Branch) -> Vocabulary:
    """Return the units of a scenario: those built in, and those under `units`, in any order.

    One whose amount cannot be read is taken for a new one, so that it is an error there alone and not where it is used.
    """
    block, declared = tree.get("units"), list[tuple[str, float, str]]()
    written = block.items() if isinstance(block, Branch) else ()
    unread = {name: word_of(leaf) for name, leaf in written if not why_no_name(name)}
    for name in [*unread] * len(unread):
        text = unread.get(name, "")
        amount = (1.0, name) if text == NEW else text and _amount(text, Vocabulary(tuple(declared)))
        if amount:
            declared.append((name, *amount))
            del unread[name]
    declared += [(name, 1.0, name) for name, text in unread.items() if text.rpartition(" ")[2] not in unread]
    known = Vocabulary(tuple(declared))
    units = {word_of(child.get("unit")) for child in _blocks(tree, "products").values()}
    unknown = sorted(unit for unit in units - {""} if unit not in known.words and not why_no_name(unit))
    return Vocabulary(tuple(declared), tuple(unknown)) if declared or unknown else BUILT_IN


def _amount(text: str, vocabulary: Vocabulary) -> tuple[float, str] | None:
    """Return the factor and the base of an amount of a unit of products, None for any other text."""
    with using(vocabulary):
        try:
            number, unit = split_quantity(text if text.isascii() else "?")
        except QuantityTextError:
            return None
    if unit not in vocabulary.product_units or number <= 0:
        return None
    factor, base = vocabulary.table[unit]
    return number * factor, base


def near_unit(word: str, known: Collection[str]) -> str:
    """Return the unit that a misspelt one probably means, "" where none is near; a `coil` is no `cl`, an `lb` no `l`.

    Parameters
    ----------
    word : str
        The unit as written.
    known : collection of str
        The units that there are.
    """
    near = nearest(word, known)
    return near if len(near) > len("cm2") or near.lower() == word.lower() or close_to(word, [near], 1, 0.75) else ""


def _is_currency(name: str) -> bool:
    return name in CURRENCIES or (name[:1] in "kM" and name[1:] in CURRENCIES)


def why_no_name(name: str) -> str:
    """Return why a name cannot be that of a declared unit, "" where it can."""
    if _is_currency(name):
        return "a currency"
    if name in BUILT_IN.words or name in (*SCALES, "percent"):
        return "a unit that is known already"
    return "" if re.fullmatch(NAME, name) else "no name of letters alone"


def units_context(tree: Branch, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the unit of every product and plant of a tree as written, for a validation's context.

    Parameters
    ----------
    tree : Branch
        What was written, its values lifted out of their `{value, source}` blocks.
    vocabulary : Vocabulary
        The units that it knows.
    """
    house, left_out = dict[str, str](), _units_left_out(tree, vocabulary)
    written = {name: unit_written(block, vocabulary, left_out) for name, block in _blocks(tree, "products").items()}
    for _, unit in sorted(written.items()):  # by name, for the order of keys means nothing
        house.setdefault(vocabulary.base_of(unit), unit)
    products = {name: house[vocabulary.base_of(unit)] for name, unit in written.items()}
    written_plants = _blocks(tree, "plants")
    plants = {name: unit_of_output(block, products) for name, block in written_plants.items()}
    opening = next((plants[name] for name, block in written_plants.items() if "purchase" not in block), "km")
    return {
        "house_units": house,
        "unit_of_product": products,
        "unit_of_plant": plants,
        "unit_of_opening": opening,
        "units_left_out": left_out,
        "vocabulary": vocabulary,
    }


def unit_of_output(plant: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """Return the unit of what a plant makes, that of its first product if it makes several.

    Parameters
    ----------
    plant : mapping
        The block of the plant as written.
    units : mapping
        The unit of each product.
    """
    several = plant.get("products")
    first = next(iter(several), "") if isinstance(several, Mapping) else ""
    return unit_of_nearest(word_of(plant.get("product")) or first, units)


def unit_of_nearest(name: str, units: Mapping[str, str]) -> str:
    """Return the unit of a product or plant; of one that is unknown, that of the nearest name, of the first, or `km`.

    So a name that is misspelt is an error by itself alone, and the amounts beside it are none.

    Parameters
    ----------
    name : str
        The name as written.
    units : mapping
        The unit of each product, or of each plant.
    """
    first = next(iter(units.values()), "km")
    return units.get(name) or units.get(nearest(name, units), first)


def unit_written(product: Mapping[str, Any], vocabulary: Vocabulary, left_out: Collection[str]) -> str:
    """Return the unit of a product as written; where there is no such unit, the one that its price has, if any.

    Parameters
    ----------
    product : mapping
        The block of the product as written.
    vocabulary : Vocabulary
        The units that there are.
    left_out : collection of str
        The kinds of units that products without a `unit` seem to be counted in, in place of `km`.
    """
    word = word_of(product.get("unit"))
    unit = SPOKEN.get(word, word) or "km"
    priced = _unit_of_price(product)
    if "unit" not in product and priced in vocabulary.product_units and vocabulary.base_of(priced) in left_out:
        return priced
    if unit in vocabulary.product_units:
        return unit
    known = {*vocabulary.product_units, *vocabulary.undeclared}
    return next((name for name in (priced, unit) if name in known), "km")


def _unit_of_price(product: Mapping[str, Any]) -> str:
    priced = word_of(_first_value(product.get("price"))).rpartition("/")[2]
    return SPOKEN.get(priced, priced)


def _first_value(series: Any) -> Any:
    return next(iter(series.values()), None) if isinstance(series, Mapping) else series


def _units_left_out(tree: Branch, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the kinds of units, but that of `km`, in which products without a `unit` are priced and plants make them.

    Such a plan lacks `unit`; its amounts are read in that of the price, so that each of them is not an error too.
    """
    lacking = [block for block in _blocks(tree, "products").values() if "unit" not in block]
    made = {
        word_of(_first_value(plant.get("capacity"))).rpartition(" ")[2].partition("/")[0]
        for plant in _blocks(tree, "plants").values()
    }
    units = ({SPOKEN.get(unit, unit) for unit in made}, set(map(_unit_of_price, lacking)))
    made_in, priced_in = ({vocabulary.base_of(one) for one in some if one in vocabulary.table} for some in units)
    return frozenset(made_in & priced_in - {vocabulary.base_of("km")})


def _blocks(tree: Branch, key: str) -> dict[str, Branch]:
    block = tree.get(key)
    return (
        {name: child for name, child in block.items() if isinstance(child, Branch)} if isinstance(block, Branch) else {}
    )


class InUnits(Spec):
    """A block that says in which units its amounts are: of its product, or of its currency."""

    _inside: dict[str, Any] = pydantic.PrivateAttr(default_factory=dict)

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a validation's context says inside the block beyond that around it: by itself, nothing more.

        A plant's says `{"product": "tonne"}`, a loan's `{"minor_unit": 0.01}`.

        Parameters
        ----------
        raw : mapping
            The block as written.
        context : mapping
            The context around it.
        """
        del raw, context
        return {}

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _read_in_units(cls, raw: Any, handler: Any, info: ValidationInfo) -> Any:
        context = info.context
        if not isinstance(raw, Mapping) or context is None:
            return handler(raw)
        inside = cls.units_of(raw, context)
        before = {key: context[key] for key in inside if key in context}
        context.update(inside)
        try:
            made = handler(raw)
            made._inside = inside  # noqa: SLF001 - its own
            return made
        finally:
            for key in inside:
                del context[key]
            context.update(before)
