"""Cost lines of plants: what making a unit uses, at a price, and what running the plant costs by the year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from fibercap.core.formulas.rows import Row
from fibercap.core.language.fields import Of
from fibercap.core.language.product_units import InUnits, house_unit_of
from fibercap.core.language.series import SETTINGS, PathOf, Series
from fibercap.core.language.written_units import word_of
from fibercap.core.timeline import FLOW
from fibercap.core.units import QuantityTextError, split_quantity
from fibercap.core.vocabulary import vocabulary_in_use

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.currency.currencies import Currencies


class CostLine(InUnits):
    """One cost of a plant: `use` and `price` of what making takes, or an amount by the year."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("price", "per_year"),)
    together: ClassVar[Mapping[str, tuple[str, ...]]] = {"use": ("price",)}

    use: Annotated[Series | None, PathOf(Of("material/product", low=0.0))] = None
    """What making one unit of the product takes of it, good or not; without it, `price` is per unit made. Like `1.1
    kg/km`."""
    price: Annotated[Series | None, PathOf(Of("money/material", low=0.0))] = None
    """What one unit of it costs; without `use`, what one unit of the product costs. Like `12 USD/kg`."""
    per_year: Annotated[Series | None, PathOf(Of("money/year", low=0.0))] = None
    """What it costs while the plant is open, in place of `use` and `price`. Like `2 million USD/year`."""

    @property
    def material(self) -> str:
        """The unit of what is used; without `use`, that of the product."""
        return str(self._inside.get("material", "kg"))

    @classmethod
    def units_of(cls, raw: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the unit of what the line uses, as `use` says or else `price`: that of its kind that a product has."""
        if "use" not in raw:
            written = context.get("product_as_written", "")
            return {"material": context.get("product", "km"), "material_as_written": written}
        words = (_first_unit(raw["use"]).partition("/")[0], _first_unit(raw.get("price", "")).rpartition("/")[2])
        word = next((one.strip() for one in words if one.strip() in vocabulary_in_use().product_units), "")
        return {"material": house_unit_of(word, context), "material_as_written": word} if word else {}


def _first_unit(series: Any) -> str:
    """Return the unit of the first quantity of a series, such as `kg/km`; "" where it has none that can be read."""
    entries = series.items() if isinstance(series, Mapping) else (("", series),)
    first = next((part for key, part in entries if key not in SETTINGS), "")
    text, drawn = word_of(first), getattr(first, "value", first)
    try:
        return str(drawn.units) if hasattr(drawn, "units") else split_quantity(text if text.isascii() else "?")[1]
    except QuantityTextError:
        return ""


def cost_row(sheet: Sheet, named: tuple[str, str], text: str, money: Currencies, reads: tuple[str, ...] = ()) -> str:
    """Write what a line costs; return the reference to the row. [money]

    Parameters
    ----------
    sheet, named, text, money : Sheet, tuple of str, str, Currencies
        The sheet; the path and the name of the line; the formula of its cost; and the currencies of amounts.
    reads : tuple of str
        As of a `Row`.

    Source
    ------
    docs/conventions.md, section 3, Revenue and cost.
    """
    sheet.line(Row(*named, money.reporting, FLOW, text, reads=reads))
    return f"{{{named[0]}}}"
