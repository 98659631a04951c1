"""Labels of rows: projects, plants, products and loans are named as their file names them."""

from __future__ import annotations

import re

import pytest

from fibercap.model.project import project
from fibercap.reading.files import read, scenario_of
from fibercap.studies.compare import compare

UNNAMED = """\
fibercap: 1
id: unnamed_things
horizon: {from: 2001, to: 2004, step: quarter}
money: {report_in: USD, discount_rate: 10 %/year}
indices: {consumer_prices: 2 %/year}
opening: {cash: 2 million USD}
products:
  clear_glass: {unit: tonne, price: {2001: 900 USD/tonne, growth: consumer_prices}}
  dark_glass: {unit: tonne, price: 700 USD/tonne}
plants:
  old_works:
    products: {clear_glass: 60 %, dark_glass: 40 %}
    capacity: 9_000 tonne/year
    costs: {river_sand: {use: 0.7 tonne/tonne, price: 30 USD/tonne}, night_shift: {per_year: 0.1 million USD/year}}
    closures: {furnace_repair: {from: 2003-01-01, to: 2003-03-31}}
projects:
  second_line: {plant: old_works, adds: 3_000 tonne/year, capex: 3 million USD, spend: {2001: 100 %}, complete: 2001-12-31,
                life: 10 years}
loans:
  first_bank:
    commitment: 2 million USD
    signed: 2001-01-15
    matures: 4 years
    rate: 8 %/year
    repayment: {style: equal_principal}
    covenants: {net_worth: {row: accounts.net_worth, at_least: {2001: 1 million USD, 2003: 2 million USD}}}
funding: {second_line: {first_bank: 2 million USD, equity: rest}}
ratios: {debt_to_earnings: {numerator: {owed: {add: accounts.debt}}, denominator: {made: {add: accounts.ebitda}}}}
options: {no_bank: {change: {funding.second_line: {equity: rest}}}}
"""


@pytest.mark.parametrize("name", ["fibercore", "term_sheet", "two_banks", "oyster"])
def test_no_label_has_the_key_of_what_has_a_name(name: str) -> None:
    projection = project(read(name))
    plan = projection.scenario
    named = {**plan.projects, **plan.plants, **plan.products}
    keys = [key for key, thing in named.items() if thing.name and thing.name != key]
    keys += [key for key, loan in plan.loans.items() if loan.title and loan.title != key]
    raw = re.compile(
        rf"^({'|'.join(map(re.escape, keys))}):|\b({'|'.join(k for k in map(re.escape, keys) if '_' in k) or '-'})\b"
    )

    assert keys
    assert [row.label for row in projection.rows.values() if raw.search(row.label)] == []


def test_what_has_no_name_is_shown_by_its_key_with_spaces() -> None:
    """Paths keep the underscore, for `explain` and `--set` take them."""
    plan = scenario_of(UNNAMED, "unnamed")
    projection = project(plan)
    rows = projection.rows.values()
    labels = [*(row.label for row in rows), *(measure.label for measure in projection.measures.values())]

    assert [label for label in labels if re.search(r"\w_\w", label)] == []
    assert projection.rows["loans.first_bank.covenants.net_worth.limit"].label == "first bank: limit of net worth"
    assert projection.rows["projects.second_line.capex"].label == "second line: capex"
    assert [(name, case.title) for name, case in compare(plan).cases.items()] == [("no_bank", "no bank")]
