"""What a scenario file may hold: every block, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PrivateAttr

from fibercap.core.fields import Label, Number, Of, Word
from fibercap.core.paths import PathOf, TimePath
from fibercap.core.spec import Spec
from fibercap.core.timeline import Timeline
from fibercap.core.units import CURRENCIES, Array
from fibercap.model.claim import Claim
from fibercap.model.company import Company, Horizon, MoneyTerms, Opening, Tax, WorkingCapital
from fibercap.model.currency import Exchange, block_of
from fibercap.model.funding import Funding
from fibercap.model.loans import Loan
from fibercap.model.market import Product
from fibercap.model.plants import Plant
from fibercap.model.projects import Project

KINDS = ("stated", "derived", "assumed")


class Source(Spec):
    """Where inputs come from, and whether they are stated there, derived, or assumed."""

    title: Label
    kind: Annotated[str, Word(KINDS, "kinds of source")]
    date: Label = ""
    url: Label = ""


class Option(Spec):
    """One way to pay for the same projects: an overlay with a title."""

    title: Label = ""
    change: Any = None
    add: Any = None
    remove: Any = None


class Lending(Spec):
    """What every file holds: where inputs come from, loans, and the indices they float on."""

    fibercap: Annotated[Array, Number(known=(1,))]
    id: Label = ""
    title: Label = ""
    sources: Mapping[str, Source] = {}
    default_source: Label = ""
    rates: Mapping[str, Annotated[TimePath, PathOf(Of("1/year"))]] = {}
    loans: Mapping[str, Loan] = {}

    _written_in: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)

    @property
    def currency(self) -> str:
        """The currency of every amount that is written in no other."""
        return "USD"

    def currency_at(self, path: str) -> str:
        """Return the currency in which an input, or the first of a block of inputs, is written."""
        amounts = self._written_in.get(block_of(path), {})
        own = amounts.get(path)
        return own or next((code for at, code in amounts.items() if at.startswith(f"{path}.")), self.currency)

    def loan_currency(self, name: str) -> str:
        """Return the currency of a loan: that of its amount."""
        return self.currency_at(f"loans.{name}.{self.loans[name].owed_as}")

    @property
    def amounts(self) -> Mapping[str, str]:
        """The currency of every amount by path."""
        return {path: code for block in self._written_in.values() for path, code in block.items()}

    def amounts_of(self, name: str) -> Mapping[str, str]:
        """Return the currency of each amount of a loan, by path."""
        return self._written_in.get(f"loans.{name}", {})

    def funded_by(self, name: str) -> list[str]:
        """Return the projects and purchases that ask a loan to pay."""
        del name
        return []


class Plan(Lending):
    """All that is written of a plan: collections are mappings by name, so every number has a path."""

    horizon: Horizon
    money: MoneyTerms
    exchange: Mapping[str, Exchange] = {}
    products: Mapping[str, Product]
    plants: Mapping[str, Plant]
    projects: Mapping[str, Project] = {}
    funding: Mapping[str, Funding] = {}
    company: Company = Company()
    working_capital: WorkingCapital = WorkingCapital()
    tax: Tax = Tax()
    opening: Opening = Opening()
    options: Mapping[str, Option] = {}
    claims: Mapping[str, Claim] = {}

    @property
    def timeline(self) -> Timeline:
        """The model's periods."""
        return self.horizon.timeline

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.money.report_in

    def funded_by(self, name: str) -> list[str]:
        """Return the projects and purchases that ask a loan to pay."""
        return [key for key, funding in self.funding.items() if name in funding.__dict__.get("sources", {})]

    @property
    def foreign(self) -> tuple[str, ...]:
        """Other currencies than the reporting one in which something of the plan is written."""
        used = {code for block in self._written_in.values() for code in block.values()} - {self.currency}
        return tuple(code for code in CURRENCIES if code in used)

    @property
    def lifts(self) -> tuple[str, ...]:
        """Who lifts cash to its minimum, in order: revolvers by name, and `equity`. Without `gap`, all revolvers."""
        revolvers = [name for name, loan in self.loans.items() if loan.revolves]
        named = self.company.gap or ("revolver",)
        found = [other for name in named for other in (revolvers if name == "revolver" else [name])]
        return tuple(dict.fromkeys(found))
