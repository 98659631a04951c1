"""The units of products: what a scenario declares, and the blocks whose amounts are in the unit of a product."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

import pydantic

from fibercap.core.currencies import CURRENCIES
from fibercap.core.errors import close_to, nearest
from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.spec import Spec
from fibercap.core.language.written_units import blocks_in, word_of
from fibercap.core.trees.tree import Branch
from fibercap.core.units import QuantityTextError, known_product_units, split_quantity
from fibercap.core.vocabulary import BUILT_IN, SCALES, SPOKEN, Vocabulary, using, vocabulary_in_use

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

NEW: Final = "new"
NAME: Final = "[A-Za-z]+"


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
            If it is neither `new` nor an amount of a unit of products, or one that comes back to itself.
        """
        del info
        text, wanted = text_of(raw, "what the unit is"), "`new`, or an amount of a unit of products"
        word = text.rpartition(" ")[2]
        if circle := next((one for one in vocabulary_in_use().circles if word in one), ()):
            names, first = ", ".join(map(quote, circle)), circle[0]
            actual = f"{quote(text)}, in a circle of {names}, defined by {'each other' if circle[1:] else 'itself'}"
            hint = f"say what one of them is, like `{first}: 12 km` or `{first}: {NEW}`"
            raise wrong("unknown_unit", actual, wanted, hint)
        if text != NEW and _amount(text, vocabulary_in_use()) is None:
            near = near_unit(word, (NEW, *vocabulary_in_use().product_units))
            hint = f"did you mean `{near}`?" if near and near != word else "write it like `12 km` or `0.5 tonne`"
            raise wrong("unknown_unit", quote(text), wanted, hint)
        return text


def vocabulary_of(tree: Branch) -> Vocabulary:
    """Return the units of a scenario: those built in, and those under `units`, in any order.

    One whose amount cannot be read is taken for a new one, so that it is an error there alone and not where it is used.
    """
    block = tree.get("units")
    written = block.items() if isinstance(block, Branch) else ()
    unread = {name: word_of(leaf) for name, leaf in written if not why_no_name(name)}
    declared, circles = _readable_units(unread, ()), tuple[tuple[str, ...], ...]()
    while unread:
        strange = [name for name, text in unread.items() if text.rpartition(" ")[2] not in unread]
        circles = circles if strange else _circles(unread)
        stand_ins = strange or [name for circle in circles for name in circle]
        declared = (*declared, *((name, 1.0, name) for name in stand_ins))
        unread = {name: text for name, text in unread.items() if name not in stand_ins}
        declared = _readable_units(unread, declared)
    known = Vocabulary(declared)
    units = {word_of(child.get("unit")) for child in blocks_in(tree, "products").values()}
    unknown = sorted(unit for unit in units - {""} if unit not in known.words and not why_no_name(unit))
    return Vocabulary(declared, tuple(unknown), circles) if declared or unknown else BUILT_IN


def _readable_units(
    unread: dict[str, str], declared: tuple[tuple[str, float, str], ...]
) -> tuple[tuple[str, float, str], ...]:
    """Return declared units with those whose meaning can be read by them, which are taken out of `unread`."""
    for name in [*unread] * len(unread):
        text = unread.get(name, "")
        amount = (1.0, name) if text == NEW else text and _amount(text, Vocabulary(declared))
        if amount:
            declared = (*declared, (name, *amount))
            del unread[name]
    return declared


def _circles(unread: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the units that are defined by each other, as a tuple for each circle of them."""
    circles = dict[tuple[str, ...], None]()
    for name in unread:
        way = [name]
        while (after := unread[way[-1]].rpartition(" ")[2]) not in way:
            way.append(after)
        circle = way[way.index(after) :]
        circles[tuple(each for each in unread if each in circle)] = None
    return tuple(circles)


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
    """Return the unit that a misspelt one probably means, "" where none is near: `coil` does not mean `cl`.

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


class InUnits(Spec):
    """A block that says in which units its amounts are: of its product, or of its currency."""

    _inside: dict[str, Any] = pydantic.PrivateAttr(default_factory=dict)

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the context of a validation gains inside the block; of a plain block, nothing.

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
