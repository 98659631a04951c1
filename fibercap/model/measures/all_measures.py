"""All measures of a plan.

An undefined measure has no value and a reason; it is never zero, infinite or an implausible root.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import NoSuchKeyError, did_you_mean
from fibercap.model.measures.cover_measures import (
    average_dscr,
    gearing,
    loan_min_dscr,
    max_debt_to_ebitda,
    max_debt_to_ebitda_by_year,
    min_dscr,
    min_dscr_by_year,
    min_interest_cover,
    min_interest_cover_by_year,
    min_llcr,
    min_plcr,
)
from fibercap.model.measures.debt_measures import (
    all_in_cost,
    average_life,
    equity_called,
    funding_gap,
    loan_all_in_cost,
    loan_average_life,
    lowest_cash,
    owed_at_horizon,
    peak_debt,
    total_fees,
    total_fees_at_horizon,
    total_interest,
    total_interest_at_horizon,
)
from fibercap.model.measures.measure import Measure
from fibercap.model.measures.unit_cost_measures import capacity_cost, levelized_cost
from fibercap.model.measures.worth_measures import (
    company_npv,
    equity_irr,
    equity_npv,
    fcfe_irr,
    fcfe_npv,
    payback,
    payback_discounted,
    project_irr,
    project_npv,
    share_paid_back,
    share_paid_back_discounted,
    terminal_share,
    terminal_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fibercap.model.projection import Projection

MEASURES: Final[tuple[Callable[[Projection], Measure], ...]] = (
    project_npv, project_irr, equity_npv, equity_irr, fcfe_npv, fcfe_irr, terminal_value, terminal_share, payback,
    payback_discounted, share_paid_back, share_paid_back_discounted, company_npv, capacity_cost, levelized_cost,
    min_dscr, min_dscr_by_year, average_dscr, min_llcr, min_plcr, min_interest_cover, min_interest_cover_by_year,
    max_debt_to_ebitda, max_debt_to_ebitda_by_year, gearing,
    peak_debt, owed_at_horizon, all_in_cost, average_life,
    total_interest, total_interest_at_horizon, total_fees, total_fees_at_horizon,
    equity_called, lowest_cash, funding_gap,
)  # fmt: skip
UNIT_MEASURES: Final = (capacity_cost, levelized_cost)
"""Measures that a plan of several units of products has for each, as `levelized_cost.tonne`."""
LOAN_MEASURES: Final[tuple[Callable[[Projection, str], Measure], ...]] = (
    loan_min_dscr,
    loan_all_in_cost,
    loan_average_life,
)


class Measures(Mapping[str, Measure]):
    """Every measure of a projection by name, with its evidence; each is computed on first use."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._measures_by_name = projection.measures_by_name
        if not self._measures_by_name:
            self._measures_by_name.update(dict.fromkeys(names(projection)))

    def __getitem__(self, name: str) -> Measure:
        """Return a measure.

        Raises
        ------
        NoSuchKeyError
            If there is no such measure; the nearest ones are named.
        """
        if name not in self._measures_by_name:
            raise no_such_measure(name, self)
        measure = self._measures_by_name[name]
        if measure is None:
            bare = measure_named(self._projection, name)
            weakest = "" if bare.value is None else self._projection.evidence.weakest(bare.rests_on)
            measure = self._measures_by_name[name] = replace(bare, evidence=weakest)
        return measure

    def __repr__(self) -> str:
        """Return the number of measures and the first name; `list` gives all names."""
        return f"<Measures of {self._projection.scenario.id}: {len(self)}, such as {next(iter(self))}>"

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(self._measures_by_name)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._measures_by_name)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a measure of this name, without computing it."""
        return name in self._measures_by_name

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


def no_such_measure(name: str, known: Iterable[str]) -> NoSuchKeyError:
    """Return the error for a measure that a plan does not have.

    Parameters
    ----------
    name, known : str, iterable of str
        The name as asked for, and those that exist.
    """
    return NoSuchKeyError("no_such_name", f"no measure `{name}`", did_you_mean(name, known, "measures"))


def measures(projection: Projection) -> Mapping[str, Measure]:
    """Return every measure of a projection by name, with its evidence; those of one loan are `<name>.<loan>`."""
    return Measures(projection)


def headlines() -> list[str]:
    """Return the names of the measures that short tables show."""
    return [measure.__name__ for measure in MEASURES if vars(measure).get("is_headline")]


def is_of_one_loan(name: str) -> bool:
    """Tell whether a measure is that of one loan, and not of the plan or of one unit of its products.

    Parameters
    ----------
    name : str
        A measure such as `min_dscr`, `min_dscr.fleet` or `levelized_cost.tonne`.
    """
    key, _, part = name.partition(".")
    return bool(part) and key not in {measure.__name__ for measure in UNIT_MEASURES}


def is_debt_service_cover(name: str) -> bool:
    """Tell whether a measure is marked as debt service cover.

    Parameters
    ----------
    name : str
        A measure of the company, such as `min_dscr`, or of one loan, such as `min_dscr.fleet`.
    """
    key, _, loan = name.partition(".")
    function = f"loan_{key}" if loan else key
    return any(vars(m).get("is_debt_service_cover") for m in (*MEASURES, *LOAN_MEASURES) if m.__name__ == function)


def names(projection: Projection) -> list[str]:
    """Return the names of every measure that a projection has."""
    loans, units = projection.scenario.loans, projection.scenario.product_units
    plain = []
    for measure in MEASURES:
        by_unit = measure in UNIT_MEASURES and len(units) > 1
        plain += [f"{measure.__name__}.{unit}" for unit in units] if by_unit else [measure.__name__]
    return plain + [f"{m.__name__.removeprefix('loan_')}.{loan}" for loan in loans for m in LOAN_MEASURES]


def measure_named(projection: Projection, name: str) -> Measure:
    """Return one measure by name, without computing the others.

    Parameters
    ----------
    projection, name : Projection, str
        The projection, and the name, such as `min_dscr`.

    Raises
    ------
    NoSuchKeyError
        If there is no such measure; the nearest ones are named.
    """
    key, _, loan = name.partition(".")
    for by_unit in UNIT_MEASURES:
        if by_unit.__name__ == key and loan in projection.scenario.product_units:
            return by_unit(projection, loan)
    for measure in MEASURES:
        if measure.__name__ == name:
            return measure(projection)
    for of_loan in LOAN_MEASURES:
        if of_loan.__name__ == f"loan_{key}" and loan in projection.scenario.loans:
            return of_loan(projection, loan)
    raise no_such_measure(name, names(projection))
