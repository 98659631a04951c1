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
    house, mistaken = dict[str, str](), _mistaken_units(tree, vocabulary)
    written = {name: unit_written(block, vocabulary, mistaken) for name, block in blocks_in(tree, "products").items()}
    for _, unit in sorted(written.items()):  # by name, for the order of keys means nothing
        house.setdefault(vocabulary.base_of(unit), unit)
    products = {name: house[vocabulary.base_of(unit)] for name, unit in written.items()}
    written_plants = blocks_in(tree, "plants")
    plants = {name: unit_of_output(block, products, vocabulary) for name, block in written_plants.items()}
    as_written = {name: unit_of_output(block, written, vocabulary) for name, block in written_plants.items()}
    opening = next((plants[name] for name, block in written_plants.items() if "purchase" not in block), "km")
    return {
        "house_units": house,
        "unit_of_product": products,
        "unit_of_plant": plants,
        "unit_of_opening": opening,
        "product_as_written_of_plant": as_written,
        "written_units": written,
        "mistaken_units": mistaken,
        "vocabulary": vocabulary,
    }


def unit_of_output(plant: Mapping[str, Any], units: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """Return the unit of what a plant makes, that of its first product if it makes several.

    Parameters
    ----------
    plant : mapping
        The block of the plant as written.
    units : mapping
        The unit of each product.
    vocabulary : Vocabulary
        The units that there are.
    """
    name = word_of(plant.get("product")) or next(iter(_products_of(plant)), "")
    return unit_of_nearest(name, units, _unit_by_year(plant.get("capacity"), vocabulary))


def unit_of_addition(project: Mapping[str, Any], units: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """Return the unit of what a project adds, that of its plant.

    Parameters
    ----------
    project : mapping
        The block of the project as written.
    units : mapping
        The unit of each plant.
    vocabulary : Vocabulary
        The units that there are.
    """
    return unit_of_nearest(word_of(project.get("plant")), units, _unit_by_year(project.get("adds"), vocabulary))


def unit_of_nearest(name: str, units: Mapping[str, str], written: str) -> str:
    """Return the unit of a product or plant; of one that is unknown, that of the amounts beside it.

    So an unknown name is one error, and the amounts beside it are not errors too.

    Parameters
    ----------
    name : str
        The name as written.
    units : mapping
        The unit of each product, or of each plant.
    written : str
        The unit of those amounts, "" where they have none; then it is that of the nearest name, of the first, or `km`.
    """
    return units.get(name) or written or units.get(nearest(name, units)) or next(iter(units.values()), "km")


def unit_written(product: Mapping[str, Any], vocabulary: Vocabulary, mistaken: Collection[tuple[str, str]]) -> str:
    """Return the unit of a product as written; where that is mistaken or unknown, the one that its price has, if any.

    Parameters
    ----------
    product : mapping
        The block of the product as written.
    vocabulary : Vocabulary
        The units that there are.
    mistaken : collection of (str, str)
        The `unit` and the unit of the price of products that are made in that of the price.
    """
    unit, priced = _unit_and_priced(product)
    if (unit, priced) in mistaken:
        return priced
    unit = unit or "km"
    if unit in vocabulary.product_units:
        return unit
    known = {*vocabulary.product_units, *vocabulary.undeclared}
    return next((name for name in (priced, unit) if name in known), "km")


def _unit_and_priced(product: Mapping[str, Any]) -> tuple[str, str]:
    """Return the `unit` of a product, "" where it is left out, and the unit of its price."""
    price = product.get("price")
    first = next(iter(price.values()), None) if isinstance(price, Mapping) else price
    unit, priced = word_of(product.get("unit")), word_of(first).rpartition("/")[2]
    return SPOKEN.get(unit, unit), SPOKEN.get(priced, priced)


def _mistaken_units(tree: Branch, vocabulary: Vocabulary) -> frozenset[tuple[str, str]]:
    """Return the `unit` and the unit of the price of products that plants make in the unit of the price, not in `unit`.

    Their amounts are read in that of the price, so that each of them is not an error beside `unit`.
    """
    plants = blocks_in(tree, "plants").values()
    pairs = set[tuple[str, str]]()
    for name, product in blocks_in(tree, "products").items():
        unit, priced = _unit_and_priced(product)
        known = (unit or "km") in vocabulary.table and priced in vocabulary.product_units
        if not known or vocabulary.base_of(unit or "km") == vocabulary.base_of(priced):
            continue
        makers = [plant for plant in plants if name in _products_of(plant)] or plants
        made = filter(None, (_unit_by_year(plant.get("capacity"), vocabulary) for plant in makers))
        if vocabulary.base_of(priced) in map(vocabulary.base_of, made):
            pairs.add((unit, priced))
    return frozenset(pairs)


def _products_of(plant: Mapping[str, Any]) -> Collection[str]:
    several = plant.get("products")
    return several if isinstance(several, Mapping) else (word_of(plant.get("product")),)


def _unit_by_year(amount: Any, vocabulary: Vocabulary) -> str:
    """Return the unit of products in which an amount by the year, or the first of a series, is written; "" if none."""
    first = next(iter(amount.values()), None) if isinstance(amount, Mapping) else amount
    unit = word_of(first).rpartition(" ")[2].partition("/")[0]
    unit = SPOKEN.get(unit, unit)
    return unit if unit in vocabulary.product_units else ""


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
