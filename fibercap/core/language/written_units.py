"""The units of products and plants as a scenario has them written, before its blocks are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from fibercap.core.errors import nearest
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.vocabulary import SPOKEN

if TYPE_CHECKING:
    from fibercap.core.vocabulary import Vocabulary


def word_of(raw: Any) -> str:
    """Return the word that stands at a key of a raw block, "" where there is none."""
    value = raw.value if isinstance(raw, Leaf) else raw
    return value if isinstance(value, str) else ""


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
    written = {name: unit_written(block, vocabulary, left_out) for name, block in blocks_in(tree, "products").items()}
    for _, unit in sorted(written.items()):  # by name, for the order of keys means nothing
        house.setdefault(vocabulary.base_of(unit), unit)
    products = {name: house[vocabulary.base_of(unit)] for name, unit in written.items()}
    written_plants = blocks_in(tree, "plants")
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
    """Return the unit of a product as written; if it is unknown, the unit of its price, else `km`.

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
    lacking = [block for block in blocks_in(tree, "products").values() if "unit" not in block]
    made = {
        word_of(_first_value(plant.get("capacity"))).rpartition(" ")[2].partition("/")[0]
        for plant in blocks_in(tree, "plants").values()
    }
    units = ({SPOKEN.get(unit, unit) for unit in made}, set(map(_unit_of_price, lacking)))
    made_in, priced_in = ({vocabulary.base_of(one) for one in some if one in vocabulary.table} for some in units)
    return frozenset(made_in & priced_in - {vocabulary.base_of("km")})


def blocks_in(tree: Branch, key: str) -> dict[str, Branch]:
    """Return the entries of a block that are blocks, by name.

    Parameters
    ----------
    tree : Branch
        What was written.
    key : str
        The key of the block.
    """
    block = tree.get(key)
    return (
        {name: child for name, child in block.items() if isinstance(child, Branch)} if isinstance(block, Branch) else {}
    )
