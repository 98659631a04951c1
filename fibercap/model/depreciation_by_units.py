"""Depreciation by units of production: what an asset makes, of all that it makes in its life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Protocol

from fibercap.core.language.fields import Of
from fibercap.core.language.spec import Spec
from fibercap.core.units import Array

if TYPE_CHECKING:
    from fibercap.model.depreciation_method import Asset, Depreciation

    class _Depreciated(Protocol):
        @property
        def is_depreciated(self) -> bool: ...

        @property
        def depreciation(self) -> Depreciation | ByUnits: ...


MADE: Final = "units_made"
"""The end of the path of the row of what an asset has made to date."""


class ByUnits(Spec):
    """In proportion to what it makes, of all that it makes in its life; each unit that is shipped counts."""

    kind: ClassVar[str] = "units"
    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("units",),)

    units: Annotated[Array | None, Of("product", above=0.0)] = None
    """What it makes in its life, in the unit of the plant's products; `units` alone is what its capacity makes over
    `life` if all of it is used. Like `2.5 million km`."""

    def loss_text(self, asset: Asset, cost: str, life: str, capacity: str, unit: str) -> str:
        """Return the formula of what an asset loses in a period; nothing once all its units are made. [money]

        Parameters
        ----------
        asset : Asset
            The asset, whose sheet has the row of what it has made to date, and gets what it makes in its life.
        cost, life, capacity : str
            Formulas of its cost to date [money], its life [month] and its capacity. [unit/year]
        unit : str
            The unit in which its product is counted.

        Source
        ------
        IAS 16, paragraph 62: a charge based on the expected use or output.
        """
        made = f"{asset.path}.{MADE}"
        if self.units is not None:
            total = asset.give_input(self.kind, unit, self.units)
        else:
            path, in_life = (
                f"{asset.path}.units_in_life",
                f"{capacity} * {{time.one_year}} * {life} / {{time.months_in_year}}",
            )
            total = asset.sheet.derive(path, unit, in_life)
        part = f"(MIN({{{made}}} / {total}, 1) - MIN({{{made}@-1}} / {total}, 1))"
        if self.units is None:
            part = f"IF({total} > 0, {part}, 0)"  # an addition of nothing makes nothing
        return f"{cost} * (1 - {asset.residual}) * {part}" if asset.residual else f"{cost} * {part}"


class UnitsOfEach(Spec):
    """Each asset in proportion to what it makes, of all that it makes in its life; maintenance as in the books."""

    kind: ClassVar[str] = "units"


def counts_units(terms: _Depreciated, for_tax: Depreciation | UnitsOfEach | None) -> bool:
    """Return whether an asset is depreciated by what it makes, in the books or for tax.

    Parameters
    ----------
    terms : Project, Purchase or FixedAssets
        The asset.
    for_tax : Depreciation, UnitsOfEach or None
        How assets are depreciated for tax, where that is another way than in the books.
    """
    return terms.is_depreciated and any(isinstance(way, ByUnits | UnitsOfEach) for way in (terms.depreciation, for_tax))
