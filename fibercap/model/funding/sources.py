"""Who pays for what: grants, loans, equity and cash for each project and purchase, as a plan writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import pydantic
from pydantic import PrivateAttr

from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Of, Word
from fibercap.core.language.money_or_share import REST, Part, PartField, Truth
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.units import Array

GRANT = "grant"
BRIDGE = "cash_for_grant"
PURSES = (GRANT, "equity", "cash")
NOT_SOURCES = ("order", "include_financing_costs", "note")
RESERVED = (*PURSES, REST, "revolver", *NOT_SOURCES, BRIDGE)
"""Names that loans cannot have, for they have a meaning of their own under `funding` or `gap`."""
ROWS = ("uses", "gap", "grant_received", "financing_costs")
"""Names of the rows that stand beside those of sources."""
NO_MONTHS = 0


class Grant(Spec):
    """A grant that is claimed as money is spent and received later: `share` or `amount`, and `after`."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = (("share", "amount"),)

    share: Annotated[Array | None, Of("percent", low=0.0, high=1.0)] = None
    """Share of all uses. Like `23 %`."""
    amount: Annotated[Array | None, Of("money", low=0.0)] = None
    """Amount of money, in place of a share of all uses. Like `5 million USD`."""
    after: Annotated[int, Duration()] = NO_MONTHS
    """Time from a claim to its receipt, at the end of the period so much later; until then cash pays. Like `6
    months`."""

    @property
    def part(self) -> Part | None:
        """The grant as a source of funding; None if neither share nor amount is given."""
        if self.share is not None:
            return Part("share", self.share, "share", self.after)
        return None if self.amount is None else Part("money", self.amount, "amount", self.after)


def _choose_grant(raw: Any) -> tuple[str, Any]:
    return ("later" if isinstance(raw, dict) else "at_once"), raw


GRANTS: dict[str, Any] = {"at_once": Annotated[Part, PartField()], "later": Grant}


class Funding(Spec):
    """The sources of one project or purchased plant.

    A grant pays first, a share of each period's spending; whatever is `rest` pays last, wherever it stands; others pay
    in the order in which they are written.
    """

    gathers: ClassVar[frozenset[str]] = frozenset({"sources"})

    order: Annotated[str, Word(("in_order", "pro_rata"), "orders")] = "in_order"
    """Whether each source pays what it can in turn, or all in proportion to what each still has to pay."""
    include_financing_costs: Truth = False
    """Whether upfront fees, and interest and fees up to completion, are paid for too and put into the asset."""
    grant: Annotated[Part | Grant | None, OneOf(GRANTS, _choose_grant, title="grant")] = None
    """A share of all uses, or an amount, claimed in each period as its share of that period's spending; received at
    once, or `after` a time. Like `23 %`, `5 million USD` or `{share: 23 %, after: 6 months}`."""
    sources: Mapping[str, Annotated[Part, PartField(rest=True)]]
    """What a loan by its name, or `equity` or `cash`, pays: an amount, a share of all uses, or `rest`; of `cash`, also
    what is `available` in each period. Like `{fleet: 2 million USD, equity: rest}`."""

    _as_written: tuple[str, ...] = PrivateAttr(default=())

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _sort_sources(cls, raw: Any, read: Any) -> Any:
        """Put all sources into the order in which they pay: a grant first, the rest last."""
        made = read(cls.gather_fields(raw) if isinstance(raw, dict) else raw)
        grant = made.grant.part if isinstance(made.grant, Grant) else made.grant
        known = {**({GRANT: grant} if grant is not None else {}), **made.sources}
        made.__dict__["sources"] = dict(sorted(known.items(), key=lambda item: item[1].unit == REST))
        made._as_written = tuple(name for name in raw if name in known) if isinstance(raw, dict) else ()  # noqa: SLF001 - a member of the same class
        return made

    @property
    def as_written(self) -> tuple[str, ...]:
        """The names of sources in the order in which they are written."""
        return self._as_written or tuple(self.sources)

    @classmethod
    def gather_fields(cls, raw: Any) -> Any:
        """Move the sources, which are written beside the other keys, below `sources`."""
        fields = {key: value for key, value in raw.items() if key in (*NOT_SOURCES, GRANT)}
        return {**fields, "sources": {key: value for key, value in raw.items() if key not in fields}}


def part_path(key: str, name: str, part: Part) -> str:
    """Return the input that says what a source pays, such as `funding.line.bank` or `funding.line.grant.share`.

    Parameters
    ----------
    key, name : str
        The project or plant that is paid for, and the source.
    part : Part
        What the source pays.
    """
    return f"funding.{key}.{name}" + (f".{part.key}" if part.key else "")
