"""How the time of a projection grows: plants, projects, loans, periods. Prints seconds and ratios of one run."""

from __future__ import annotations

from statistics import median
from time import perf_counter

from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.reading.files import scenario_of


def company(plants: int, projects: int, loans: int, years: int) -> Scenario:
    """Return a company of a given size: projects spread over plants and the first years, loans that pay for them."""
    lines = [
        "fibercap: 1",
        f"horizon: {{from: 2000, to: {1999 + years}, step: month}}",
        "money: {report_in: USD, discount_rate: 10 %/year, terminal_value: book}",
        "products: {fiber: {price: {2000: 40 USD/km, 2005: 30 USD/km}}}",
        "opening: {cash: 100 million USD}",
        "tax: {rate: 30 %}",
        "working_capital: {receivables: 45 days}",
        "plants:",
    ]
    lines += [
        f"  plant_{k}: {{product: fiber, capacity: 100_000 km/year, cash_cost: 15 USD/km}}" for k in range(plants)
    ]
    lines += ["projects:"] if projects else []
    for k in range(projects):
        year = 2001 + k % 7
        lines.append(
            f"  project_{k}: {{plant: plant_{k % plants}, adds: 50_000 km/year, capex: 4 million USD, "
            f"spend: {{{year}: 100 %}}, complete: {year}-12-31, ramp: {{linear: 6 months}}}}"
        )
    lines += ["loans:"] if loans else []
    lines += [
        f"  loan_{k}: {{commitment: 8 million USD, signed: {2000 + k % 3}-06-15, matures: 10 years, rate: 7 %/year}}"
        for k in range(loans)
    ]
    lines += ["funding:"] if projects and loans else []
    lines += [f"  project_{k}: {{loan_{k % loans}: 40 %, equity: rest}}" for k in range(projects if loans else 0)]
    return scenario_of("\n".join(lines) + "\n")


def seconds(scenario: Scenario, times: int = 3) -> float:
    """Return the median time of a projection, a first one left out."""
    project(scenario)
    taken = []
    for _ in range(times):
        start = perf_counter()
        project(scenario)
        taken.append(perf_counter() - start)
    return median(taken)


def main() -> None:
    large = company(50, 200, 100, 30)
    start = perf_counter()
    project(large)
    print(f"50 plants, 200 projects, 100 loans, 30 years by month: {perf_counter() - start:.1f} s the first time")
    print(f"  again: {seconds(large):.1f} s")

    print("periods, with 10 plants, 40 projects, 20 loans:")
    by_years = {years: seconds(company(10, 40, 20, years)) for years in (10, 20, 30)}
    for years, taken in by_years.items():
        print(f"  {years} years: {taken:.2f} s, {taken / by_years[10]:.2f} times 10 years")

    print("loans, with 10 plants, 40 projects, 20 years:")
    bare = seconds(company(10, 40, 0, 20))
    by_loans = {loans: seconds(company(10, 40, loans, 20)) - bare for loans in (25, 50, 100)}
    for loans, taken in by_loans.items():
        print(f"  {loans} loans: {taken:.2f} s more than none, {taken / by_loans[25]:.2f} times 25 loans")


if __name__ == "__main__":
    main()
