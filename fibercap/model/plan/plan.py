"""What a scenario file may hold: every block, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import PrivateAttr

from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.fields import Label, Number, Word
from fibercap.core.language.names import Name, key_in_words
from fibercap.core.language.product_units import MeaningOfUnit
from fibercap.core.language.rates_of_growth import RatesOfGrowth
from fibercap.core.language.series import Series
from fibercap.core.language.spec import Spec
from fibercap.core.timeline import Timeline
from fibercap.core.units import Array
from fibercap.model.cover.own_ratio import OwnRatio
from fibercap.model.currency.currency import Exchange, block_of
from fibercap.model.funding.sources import BRIDGE, GRANT, Funding
from fibercap.model.loans import Loan
from fibercap.model.loans.clauses.business_days import BusinessCalendar
from fibercap.model.loans.clauses.rates import INDEX
from fibercap.model.plan.claim import Claim
from fibercap.model.plan.company import Company, Horizon, MoneyTerms, Opening, Tax, WorkingCapital
from fibercap.model.plants.capacity import Plant, not_bought
from fibercap.model.plants.products_and_time import Product
from fibercap.model.plants.projects import Project
from fibercap.model.uncertain.uncertain import Uncertain

SOURCE_KINDS, KINDS = ("stated", "derived", "assumed"), ("plant", "project", "loan", "option")


class Source(Spec):
    """Where inputs come from, and whether they are stated there, derived, or assumed."""

    title: Label
    """What it is, as one would cite it. Like `Offer of the bank, 3 May 2000`."""
    kind: Annotated[str, Word(SOURCE_KINDS, "kinds of source")]
    """Whether the inputs that name it are stated there, derived from it, or assumed."""
    date: Label = ""
    """When it was published. Like `2001-01-08`."""
    url: Label = ""
    """Where it can be read. Like `https://example.org/offer.pdf`."""


class Option(Spec):
    """One way to pay for the same projects: an overlay with a title."""

    title: Label = ""
    """What tables call it. Like `Level payments`."""
    change: Any = None
    """Values by path; each path exists already, or is an optional key of a block that does. Like
    `{loans.fleet.rate: 9 %/year}`."""
    add: Any = None
    """Values by path; no path exists yet. Like `{funding.xtal_1.fleet: 8 million USD}`."""
    remove: Any = None
    """Paths that go, a list. Like `[loans.fleet, funding.xtal_1.fleet]`."""


class Lending(Spec):
    """The part that every file has: sources of inputs, loans, and the interest indices of floating loans."""

    fibercap: Annotated[Array, Number(known=(1,))]
    """Version of the scenario language; read before anything else. Like `1`."""
    id: Name = ""
    """Short name, for results, comparisons and files; without it, the name of the file with `_` for other characters.
    Like `fibercore`."""
    title: Label = ""
    """Heading of every report. Like `FiberCore as announced, January 2001`."""
    sources: Mapping[str, Source] = {}
    """Where inputs come from, by name; an input names one as its `source`. Like `{release: {title: "Press release,
    8 January 2001", kind: stated}}`."""
    default_source: Label = ""
    """Source of every input that names none; without it they count as assumed. Like `release`."""
    rates: Mapping[str, Annotated[Series, INDEX]] = {}
    """Rates of interest over time, on which loans float. Like `{libor_3m: {2001: 5 %/year, 2002: 4 %/year}}`."""
    calendars: Mapping[str, BusinessCalendar] = {}
    """Days without business, by place; payments roll. Like `{new_york: {holidays: {2001-12-25: Christmas Day}}}`."""
    loans: Mapping[str, Loan] = {}
    """Loan contracts, by name. Like `{bank: {commitment: 5 million USD, signed: 2001-01-15, matures: 6 years, rate:
    8 %/year}}`."""

    _written_in: Mapping[str, Mapping[str, str]] = PrivateAttr(default_factory=dict)

    @property
    def currency(self) -> str:
        """The currency of amounts that are written without another currency."""
        return "USD"

    def currency_at(self, path: str) -> str:
        """Return the currency in which an input, or the first of a block of inputs, is written."""
        amounts = self._written_in.get(block_of(path), {})
        currency_of_path, below = amounts.get(path), f"{path}."
        return currency_of_path or next(
            (code for address, code in amounts.items() if address.startswith(below)), self.currency
        )

    def loan_currency(self, name: str) -> str:
        """Return the currency of a loan, which is the currency of its amount."""
        return self.currency_at(f"loans.{name}.{self.loans[name].amount_field}")

    def loan_title(self, name: str) -> str:
        """Return the title of a loan, or its name if it has no title."""
        return self.loans[name].title or key_in_words(name)

    @property
    def amounts(self) -> Mapping[str, Mapping[str, str]]:
        """The currency of every amount by path, block by block as `block_of` names them."""
        return self._written_in

    def amounts_of(self, name: str) -> Mapping[str, str]:
        """Return the currency of each amount of a loan, by path."""
        return self._written_in.get(f"loans.{name}", {})

    def uses_of_loan(self, name: str) -> list[str]:
        """Return the projects and purchases that a loan finances."""
        del name
        return []


class Plan(Lending):
    """A plan with all its inputs: collections are mappings by name, so every number has a path."""

    horizon: Horizon
    """The years that are projected, and in which steps. Like `{from: 2000, to: 2004}`."""
    money: MoneyTerms
    """The reporting currency, and how the future is valued. Like `{report_in: USD, discount_rate: 12 %/year}`."""
    exchange: Mapping[str, Exchange] = {}
    """What other currencies are worth, by their code. Like `{EUR: {average: {2000: 0.92 USD/EUR, 2002: 0.95
    USD/EUR}}}`."""
    units: Mapping[str, Annotated[str, MeaningOfUnit()]] = {}
    """Units of products, by name: an amount of a known one, or a kind of its own. Like `{coil: 12 km, pallet: new}`."""
    indices: Mapping[str, Annotated[Series, RatesOfGrowth()]] = {}
    """Rates by which prices and costs grow, by name; a series names one as its `growth`. Like `{cpi: {2001: 2 %/year,
    2003: 2.5 %/year}}`."""
    products: Mapping[str, Product]
    """What plants make, by name. Like `{multimode: {price: 60 USD/km}}`."""
    plants: Mapping[str, Plant]
    """Plants that run when the horizon starts, or are opened or bought in it, by name. Like `{jena: {product:
    multimode, capacity: 255_000 km/year, cash_cost: 30 USD/km}}`."""
    projects: Mapping[str, Project] = {}
    """What is added to plants, by name. Like `{line: {plant: jena, adds: 255_000 km/year, capex: 25 million USD,
    complete: 2001-12-31}}`."""
    funding: Mapping[str, Funding] = {}
    """Who pays for a project or purchase, by name; else cash does. Like `{line: {fleet: 2 MUSD, equity: rest}}`."""
    company: Company = Company()
    """Overhead, what owners pay in and take out, what lifts cash. Like `{overhead: 11 million USD/year}`."""
    working_capital: WorkingCapital = WorkingCapital()
    """Days of revenue and of cost that are tied up. Like `{receivables: 55 days, payables: 45 days}`."""
    tax: Tax = Tax()
    """Tax on income. Like `{rate: 35 %}`."""
    opening: Opening = Opening()
    """The balance sheet on the day before the horizon; retained earnings balance it. Like `{cash: 3 million USD}`."""
    options: Mapping[str, Option] = {}
    """Ways to pay for the same plan, by name; each changes it. Like `{bullet: {change: {loans.fleet.repayment:
    {style: bullet}}}}`."""
    ratios: Mapping[str, OwnRatio] = {}
    """Ratios as agreements define them, by name; covenants and claims may test them. Like `{leverage: {numerator:
    {debt: {add: accounts.net_debt}}, denominator: {earnings: {add: accounts.ebitda}}}}`."""
    claims: Mapping[str, Claim] = {}
    """What was said of the plan in public, by name; each is tested. Like `{doubles: {says: "Jena doubles", row:
    plants.jena.nameplate, when: end of 2002, at_least: 510_000 km/year}}`."""
    uncertain: Uncertain | None = None
    """What `fibercap simulate` draws. Like `{inputs: {a: {input: tax.rate, plus: {normal: {mean: 0 %, sd: 2 %}}}}}`."""

    _longer: Timeline | None = PrivateAttr(default=None)

    def __repr__(self) -> str:
        """Return one line, because the inputs would fill pages; `fibercap show` prints them."""
        timeline, numbers = self.timeline, {kind: len(getattr(self, f"{kind}s")) for kind in KINDS}
        counts = ", ".join(f"{number} {kind}{'s' * (number != 1)}" for kind, number in numbers.items())
        span = f"{timeline.start} to {timeline.end} by {timeline.step}"
        return f"<{type(self).__name__} {self.id}: {span}, {counts}>"

    __str__ = __repr__

    @property
    def timeline(self) -> Timeline:
        """The model's periods, with those of the run-off if the plan is projected past its horizon."""
        return self._longer or self.horizon.timeline

    def over(self, timeline: Timeline) -> Self:
        """Return the same plan over another timeline with the same first periods."""
        if timeline is self.timeline:
            return self
        copy = self.model_copy()
        copy._longer = timeline  # noqa: SLF001 - its own
        return copy

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.money.report_in

    def uses_of_loan(self, name: str) -> list[str]:
        """Return the projects and purchases that a loan finances."""
        return [key for key, funding in self.funding.items() if name in funding.__dict__.get("sources", {})]

    def source_rows(self, key: str) -> dict[str, str]:
        """Return by source the row of its payments for a project or purchase; `gap` is the part without a source.

        Cash pays first for a grant that is received later. Without funding, all spending is in the gap.
        """
        if key not in self.funding:
            return {"gap": f"projects.{key}.capex" if key in self.projects else f"plants.{key}.purchase"}
        parts = self.funding[key].sources
        names = [BRIDGE if name == GRANT and part.after else name for name, part in parts.items()]
        return {name: f"funding.{key}.{name}" for name in (*names, "gap")}

    @property
    def undrawn(self) -> frozenset[str]:
        """The loans that no funding, `gap`, `draws` or `outstanding` uses; these are offers, which cost nothing."""
        used = {name for funding in self.funding.values() for name in funding.sources} | set(self.cash_lifters)
        return frozenset(n for n, a in self.loans.items() if n not in used and not a.draws and a.outstanding is None)

    @property
    def uses_with_grant(self) -> tuple[str, ...]:
        """The projects and purchases that a grant pays for."""
        return tuple(key for key, funding in self.funding.items() if GRANT in funding.sources)

    @property
    def spends(self) -> tuple[str, ...]:
        """The purchases and projects that use money, in the order of the file."""
        return (*(key for key in self.plants if key not in not_bought(self.plants)), *self.projects)

    def house_unit_at(self, path: str, unit: str) -> str:
        """Return the house unit of an input, its currency and units in place of `money`, `product` and `material`.

        Parameters
        ----------
        path, unit : str
            The input, and the unit that its field has, such as `money/product`.
        """
        block, _, rest = path.partition(".")
        name, product = rest.partition(".")[0], "km"
        if "material" in unit:
            unit = unit.replace("material", self.plants[name].costs[path.split(".")[3]].material)
        if "product" in unit and block == "products":
            product = self.products[name].unit
        elif "product" in unit:
            plant = name if block == "plants" else not_bought(self.plants)[0] if block == "opening" else ""
            product = self.unit_of_plant(plant or self.projects[name].plant)
        return unit.replace("product", product).replace("money", self.currency_at(path))

    def product_label(self, name: str) -> str:
        """Return what tables call a product."""
        return self.products[name].name or key_in_words(name)

    def unit_of_plant(self, name: str) -> str:
        """Return the unit in which a plant's products are counted, such as `km`."""
        return self.products[self.plants[name].product_names[0]].unit

    @property
    def product_units(self) -> tuple[str, ...]:
        """The units in which what plants make is counted, in the order of the plants."""
        return tuple(dict.fromkeys(self.unit_of_plant(name) for name in self.plants))

    def by_unit(self, path: str, unit: str) -> str:
        """Return the path of what is added up over the plants of one unit; with one unit in the plan, it has no suffix.

        Parameters
        ----------
        path, unit : str
            The path without suffix, and the unit.
        """
        return path if len(self.product_units) < 2 else f"{path}.{unit}"

    @property
    def foreign(self) -> tuple[str, ...]:
        """The currencies other than the reporting currency in which amounts of the plan are written."""
        used = {code for block in self._written_in.values() for code in block.values()} - {self.currency}
        return tuple(code for code in CURRENCIES if code in used)

    @property
    def cash_lifters(self) -> tuple[str, ...]:
        """The sources that lift cash to its minimum, in order: revolvers by name, and `equity`.

        Without `gap`, these are all revolvers. The company without projects keeps the `gap` of the plan, so names of
        loans that it does not have are skipped.
        """
        revolvers = [name for name, loan in self.loans.items() if loan.revolves]
        lifters = self.company.gap or ("revolver",)
        names = [other for name in lifters for other in (revolvers if name == "revolver" else [name])]
        return tuple(dict.fromkeys(name for name in names if name in self.loans or name == "equity"))

    def take_amounts(self, other: Plan, of: tuple[str, ...]) -> None:
        """Copy the currencies of the amounts below some paths from another plan; keep the others.

        Parameters
        ----------
        other : Plan
            The plan that has them.
        of : tuple of str
            The blocks whose amounts are copied.
        """
        kept_amounts = {block: codes for block, codes in self._written_in.items() if not block.startswith(of)}
        self._written_in = kept_amounts | {b: codes for b, codes in other.amounts.items() if b.startswith(of)}
