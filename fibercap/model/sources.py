"""What a scenario says of who pays for a project: its sources, by amount, share or the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import pydantic

from fibercap.core.fields import Word
from fibercap.core.parts import Part, PartField, Truth
from fibercap.core.spec import Spec

PURSES = ("grant", "equity", "cash")
NOT_SOURCES = ("order", "include_financing_costs", "note")


class Funding(Spec):
    """The sources of one project or purchased plant, in the order in which they pay."""

    gathers: ClassVar[frozenset[str]] = frozenset({"sources"})

    order: Annotated[str, Word(("in_order", "pro_rata"), "orders")] = "in_order"
    """Whether each source pays what it can in turn, or all in proportion to what each still has to pay."""
    include_financing_costs: Truth = False
    """Whether upfront fees, and interest and fees up to completion, are paid for too and put into the asset."""
    sources: Mapping[str, Annotated[Part, PartField(rest=True)]]
    """What a loan by its name, or `grant`, `equity` or `cash`, pays: an amount, a share of all uses, or `rest`.
    Like `{grant: 23 %, fleet: 2 million USD, equity: rest}`."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        return cls.gathered(raw) if isinstance(raw, dict) else raw

    @classmethod
    def gathered(cls, raw: Any) -> Any:  # noqa: ANN401 - what stands in the tree
        """Gather the names of sources, which are written beside the other keys."""
        own = {key: value for key, value in raw.items() if key in NOT_SOURCES}
        return {**own, "sources": {key: value for key, value in raw.items() if key not in own}}
