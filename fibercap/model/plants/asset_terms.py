"""What a scenario says of an asset that is bought or built: what is depreciated of it, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np

from fibercap.core.calendar import month_number_text, serial
from fibercap.core.language.dates import Date
from fibercap.core.language.fields import Money, Of
from fibercap.core.language.spec import Spec
from fibercap.core.timeline import month_number
from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet


class Sale(Spec):
    """The sale of an asset: from the day after it, the asset is not there any more."""

    on: Date
    """Day of the sale; it lies in the horizon, not before completion. Like `2005-12-31`."""
    price: Money
    """What is received. Like `2 million USD`."""


Residual = Annotated[Array | None, Of("percent", low=0.0, high=1.0)]
NONE = np.asarray(0.0)


def give_sale_month(sheet: Sheet, path: str, sale: Sale) -> str:
    """Give the month number of a sale as a scalar, `<path>.month`; return the reference to it. [month]

    Parameters
    ----------
    sheet, path : Sheet, str
        The sheet that gets the scalar, and the path of the sale, such as `projects.line.sold`.
    sale : Sale
        The sale.
    """
    day = sheet.give(f"inputs.{path}.on", "day", serial(sale.on))
    return sheet.give(f"{path}.month", "month", month_number(sale.on), formula=month_number_text(day))
