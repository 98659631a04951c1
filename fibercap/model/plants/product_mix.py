"""What a plant makes: one product, or several that share its output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from fibercap.core.formulas.rows import Row
from fibercap.core.language.names import key_in_words
from fibercap.core.timeline import FLOW, RATE
from fibercap.model.plants.products_and_time import series_row

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.plan import Plan
    from fibercap.model.plants.capacity import Plant


class Maker(NamedTuple):
    """A plant and a product that it makes, with the prefix of the rows of both: of the plant, if it makes no other."""

    plant: str
    product: str
    prefix: str


def makers(plants: Mapping[str, Plant]) -> list[Maker]:
    """Return each product of each plant, in the order of the file.

    Parameters
    ----------
    plants : mapping
        The plants by name.
    """
    return [
        Maker(key, name, f"plants.{key}.products.{name}" if plant.products else f"plants.{key}")
        for key, plant in plants.items()
        for name in plant.product_names
    ]


def share_text(maker: Maker, plant: Plant) -> str:
    """Return the formula of the share of a plant's output that a product has; "" where it makes no other. [1]

    Parameters
    ----------
    maker, plant : Maker, Plant
        The plant and its product.
    """
    if not plant.products:
        return ""
    return f"{{{maker.prefix}.share}}" if plant.products[maker.product] is None else f"{{inputs.{maker.prefix}}}"


def product_rows(sheet: Sheet, plan: Plan, key: str) -> None:
    """Write the output of each product of a plant that makes several.

    Writes `inputs.plants.<p>.products.<k>` [1], `share` of the one that has the rest [1], and `output` [unit], under
    `plants.<p>.products.<k>.`.

    Parameters
    ----------
    sheet, plan, key : Sheet, Plan, str
        The sheet that has the output of the plant and gets the rows, the plan, and the name of the plant.

    Source
    ------
    docs/conventions.md, section 2, Products of a plant.
    """
    plant, unit = plan.plants[key], plan.unit_of_plant(key)
    label, several = plant.name or key_in_words(key), makers({key: plant}) if plant.products else []
    others = []
    for maker in several:
        share = plant.products[maker.product]
        if share is not None:
            series_row(
                sheet, plan.timeline, maker.prefix, f"{label}: share of {plan.product_label(maker.product)}", share, ""
            )
            others.append(f"{{inputs.{maker.prefix}}}")
    for maker in several:
        if plant.products[maker.product] is None:
            text = f"MAX(1 - ({' + '.join(others) or '0'}), 0)"
            sheet.line(
                Row(f"{maker.prefix}.share", f"{label}: share of {plan.product_label(maker.product)}", "", RATE, text)
            )
        text = f"{{plants.{key}.output}} * {share_text(maker, plant)}"
        sheet.line(
            Row(f"{maker.prefix}.output", f"{label}: output of {plan.product_label(maker.product)}", unit, FLOW, text)
        )
