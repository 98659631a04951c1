"""One example of every error code; `python -m tests.errors` writes docs/errors.md from it and the table of codes.

An example spoils a sound plan, lays a variant over it, sets or draws an input, or is a file of its own. What is said of
it is read from fibercap, never written down here.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.problems.kind_of_problem import Kind
from fibercap.core.problems.problem_codes import GROUPS
from fibercap.core.problems.request_codes import REQUEST_GROUPS
from fibercap.core.quantity import Quantity
from fibercap.model.project import project
from fibercap.reading.files import read
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from tests.error_requests import REQUESTS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "errors.md"
PLAN = """\
fibercap: 1
sources: {offer: {title: The offer, kind: stated}}
horizon: {from: 2000, to: 2004}
money: {report_in: USD}
products: {fiber: {price: 40 USD/km}}
plants:
  works: {product: fiber, capacity: 200_000 km/year, cash_cost: 20 USD/km}
projects:
  line:
    plant: works
    adds: 100_000 km/year
    capex: 5 million USD
    spend: {2000: 40 %, 2001: 60 %}
    complete: 2001-12-31
rates: {libor: {2000: 6 %/year}}
loans:
  bank:
    commitment: 3 million USD
    signed: 2000-01-15
    matures: 5 years
    rate: 8 %/year
funding:
  line: {bank: 2 million USD, equity: rest}
claims:
  more: {says: Half as much again, row: plants.works.nameplate, when: end of 2002, at_least: 300_000 km/year}
"""


RATIO = """\
ratios:
  cover:
    numerator: {earned: {add: accounts.ebitda}, upkeep: {subtract: accounts.maintenance}}
    denominator: {service: {add: accounts.debt_service}}
    over: 12 months
"""


COST = "plants.works.cash_cost"


def uncertain(*inputs: str, together: str = "") -> Example:
    """Return the plan with uncertain inputs, each as it stands below its name, and pairs that move together."""
    block = ", ".join(f"{name}: {{{text}}}" for name, text in zip("abc", inputs, strict=False))
    pairs = f", together: {{pair: {{{together}}}}}" if together else ""
    return Example({"plan.yaml": f"{PLAN}uncertain: {{inputs: {{{block}}}{pairs}}}\n"})


@dataclass(frozen=True)
class Example:
    """Files of a folder, and what is asked of one of them."""

    files: Mapping[str, str | bytes] = field(default_factory=lambda: {"plan.yaml": PLAN})
    name: str = "plan.yaml"
    plan: Mapping[str, Any] | None = None
    settings: tuple[str, ...] = ()
    samples: Mapping[str, Any] = field(default_factory=dict)
    unreadable: bool = False

    def problems(self) -> list[Problem]:
        """Return what is said when the file is read, projected and its claims and covenants are tested."""
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            stack.enter_context(contextlib.chdir(folder))
            for name, text in self.files.items():
                Path(name).parent.mkdir(exist_ok=True)
                Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
            if self.unreadable:  # whoever runs this may be allowed to read everything
                refused = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
                stack.enter_context(patch.object(os, "open", side_effect=refused))
            try:
                scenario = read(self.plan or self.name, settings=self.settings)
                projection = project(scenario.with_samples(self.samples) if self.samples else scenario)
                outcomes(projection)
                covenants(projection)
            except ScenarioError as error:
                return list(error.problems)
        return []


def spoilt(*pairs: str) -> Example:
    """Return the plan with texts replaced: the first by the second, the third by the fourth, and so on."""
    text = PLAN
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return Example({"plan.yaml": text})


def variant(changes: str, plan: str = PLAN) -> Example:
    """Return a file that is laid over the plan."""
    return Example({"plan.yaml": plan, "variant.yaml": f"fibercap: 1\nextends: plan.yaml\n{changes}\n"}, "variant.yaml")


def loan(terms: str, *pairs: str) -> Example:
    """Return the plan whose loan has further terms."""
    return spoilt("    rate: 8 %/year\n", f"    rate: 8 %/year\n    {terms}\n", *pairs)


def rate(terms: str, *pairs: str) -> Example:
    """Return the plan whose loan has another rate."""
    return spoilt("    rate: 8 %/year\n", f"    rate: {terms}\n", *pairs)


def of_file(content: str) -> Example:
    """Return the plan whose price stands in a CSV file."""
    plan = spoilt("price: 40 USD/km", "price: {file: prices.csv, column: price}")
    return Example({**plan.files, "prices.csv": content})


def alone(text: str | bytes) -> Example:
    """Return a file that stands alone."""
    return Example({"plan.yaml": text})


RAMP = "complete: 2001-12-31\n"
BUY = "cash_cost: 20 USD/km}"
CLAIM = "row: plants.works.nameplate, when: end of 2002, at_least: 300_000 km/year"
LAUGHS = "".join(
    f"a{n}: &a{n} {{{', '.join(f'{k}: ' + (f'*a{n - 1}' if n else 'ha') for k in 'abcdefghij')}}}\n" for n in range(9)
)
EXAMPLES: Mapping[str, Example] = {
    # reading the file
    "no_such_file": Example(name="plam.yaml"),
    "unreadable": Example(unreadable=True),
    "not_utf8": alone("fibercap: 1\ntitle: Café\n".encode("latin-1")),
    "not_text": alone("fibercap: 1\ntitle: A\x00B\n"),
    "empty": alone("# to be written\n"),
    "not_yaml": spoilt("    plant: works\n", "   plant: works\n"),
    "too_large": alone(LAUGHS),
    "not_csv": of_file('year,price\n2000,"40 USD/km\n'),
    "no_such_column": of_file("year,prices\n2000,40 USD/km\n"),
    "duplicate_key": spoilt("    plant: works\n", "    plant: works\n    plant: works\n"),
    "null": spoilt("plant: works", "plant:"),
    "tag": spoilt("adds: 100_000 km/year", "adds: !!str 100_000 km/year"),
    "merge_key": spoilt("    plant: works\n", "    <<: {plant: works}\n"),
    "key": spoilt("products: {fiber", "products: {[fiber]: {price: 40 USD/km}, fiber"),
    "list": spoilt("products: {fiber: {price: 40 USD/km}}", "products: [fiber]"),
    "comma_in_number": spoilt(BUY, "cash_cost: 20,5 USD/km}"),
    "comma_in_text": spoilt("products: {fiber: {", "products: {fiber: {name: Fiber, single mode, "),
    "newer": spoilt("fibercap: 1", "fibercap: 2"),
    "only_loans": alone(
        "fibercap: 1\nloans:\n  bank: {commitment: 3 MUSD, signed: 2000-01-15, matures: 5 years, rate: 8 %/year}\n"
    ),
    # laying one plan over another
    "circle": Example(
        {"one.yaml": "fibercap: 1\nextends: two.yaml\n", "two.yaml": "fibercap: 1\nextends: one.yaml\n"}, "one.yaml"
    ),
    "outside": Example({"plan.yaml": PLAN, "mine/variant.yaml": "fibercap: 1\nextends: ../plan.yaml\n"}, "mine/variant.yaml"),
    "conflict": Example(
        {
            "plan.yaml": PLAN,
            "dear.yaml": "fibercap: 1\nextends: plan.yaml\nchange: {loans.bank.rate: 9 %/year}\n",
            "cheap.yaml": "fibercap: 1\nextends: plan.yaml\nchange: {loans.bank.rate: 7 %/year}\n",
            "both.yaml": "fibercap: 1\nextends: [dear.yaml, cheap.yaml]\n",
        },
        "both.yaml",
    ),
    "no_such_path": variant("change: {loans.bank.rat: 9 %/year}"),
    "set_twice": variant("change: {loans.bank.rate: 10 %/year, loans: {bank: {rate: 9 %/year}}}"),
    "exists": variant("add: {loans.bank: {rate: 9 %/year}}"),
    "still_used": variant("remove: [loans.bank]"),
    "unknown_like": variant("add: {loans.second: {like: bnak, commitment: 1 MUSD}}"),
    "no_operand": variant("change: {projects.line: {delay: 6 months}, loans.bank: {times: 2}}"),
    "bad_operator": variant("change: {projects.line.capex: {plus: 10 %}}"),
    "not_a_setting": Example(settings=("loans.bank.rate",)),
    "not_in_a_dict": Example(plan={"fibercap": 1, "opening": {"cash": object()}}),
    "not_a_list": spoilt("money: {report_in: USD}", "money: {report_in: USD}\ncompany: {gap: equity}"),
    # values
    "unknown_key": spoilt("adds: 100_000", "ads: 100_000"),
    "missing": spoilt("    adds: 100_000 km/year\n", ""),
    "not_a_block": spoilt("spend: {2000: 40 %, 2001: 60 %}", "spend: 2000"),
    "not_a_scalar": spoilt("capex: 5 million USD", "capex: {amount: 5 million USD}"),
    "bare_number": spoilt("capex: 5 million USD", "capex: 5_000_000"),
    "unknown_unit": spoilt("capex: 5 million USD", "capex: 5 MEURO"),
    "wrong_dimension": spoilt("adds: 100_000 km/year", "adds: 100_000 km"),
    "double_scale": spoilt("capex: 5 million USD", "capex: 5 million MUSD"),
    "not_a_number": spoilt("capex: 5 million USD", "capex: $5M"),
    "not_a_quantity": spoilt("capex: 5 million USD", "capex: 5 000 000 USD"),
    "out_of_range": spoilt(BUY, "cash_cost: 20 USD/km, utilization: 120 %}"),
    "unknown_word": loan("repayment: {style: annuity}"),
    "not_a_date": spoilt("complete: 2001-12-31", "complete: 2001"),
    "no_such_date": spoilt("complete: 2001-12-31", "complete: 2001-02-30"),
    "not_a_period": spoilt("price: 40 USD/km", "price: {2000: 40 USD/km, summer 2001: 38 USD/km}"),
    "not_whole_months": spoilt("matures: 5 years", "matures: 2.3 years"),
    "same_key": spoilt(RAMP, f"{RAMP}    ramp: {{table: {{1 year: 50 %, 12 months: 100 %}}}}\n"),
    "same_start": spoilt("price: 40 USD/km", "price: {2000: 40 USD/km, 2000-Q1: 38 USD/km}"),
    "same_end": spoilt(
        "rates: {",
        "exchange: {EUR: {average: 0.9 USD/EUR, closing: {2000: 0.95 USD/EUR, 2000-Q4: 0.94 USD/EUR}}}\nrates: {",
    ),
    "in_place_of_block": Example(
        {"plan.yaml": PLAN.replace("price: 40 USD/km", "price: {2000: 40 USD/km, 2002: 35 USD/km}")},
        samples={"products.fiber.price": Quantity(np.array([[36.0], [44.0]]), "USD/km")},
    ),
    "not_drawable": Example(samples={"loans.bank.matures": Quantity(np.array([[5.0], [6.0]]), "year")}),
    "wrong_shape": Example(samples={"projects.line.capex": Quantity(np.array([[5e6, 6e6]]), "USD")}),
    "not_a_name": spoilt("  line:\n    plant", "  second line:\n    plant", "  line: {bank", "  second line: {bank"),
    "name_taken": spoilt("  line:\n    plant", "  works:\n    plant", "  line: {bank", "  works: {bank"),
    "reserved_name": spoilt("  bank:\n", "  equity:\n", "{bank: 2 million USD, equity: rest}", "{equity: rest}"),
    "unknown_source": spoilt("capex: 5 million USD", "capex: {value: 5 million USD, source: ofer}"),
    "unused": spoilt("300_000 km/year}", "300_000 km/year, within: 5 %}"),
    "late_path": spoilt("price: 40 USD/km", "price: {2001: 40 USD/km}"),
    "takes_keys_alone": rate("{2001: 8 %/year, 2003: 7 %/year, growth: 3 %/year}"),
    # currencies
    "other_currency": spoilt("capex: 5 million USD", "capex: 5 million EUR"),
    "no_unit_name": spoilt("rates: {", "units: {kUSD: new}\nrates: {"),
    "unknown_currency": spoilt("rates: {", "exchange: {XYZ: {average: 1.5 USD/EUR}}\nrates: {"),
    "wrong_currency": spoilt("rates: {", "exchange: {EUR: {average: 0.5 USD/BRL}}\nrates: {"),
    "mixed_currency": spoilt(
        "rates: {", "exchange: {EUR: {average: 0.9 USD/EUR}}\nrates: {", "{bank: 2 million USD", "{bank: 2 million EUR"
    ),
    # plants and projects
    "ends_before_start": spoilt("{from: 2000, to: 2004}", "{from: 2000, to: 1999}"),
    "too_long": spoilt("to: 2004", "to: 2104"),
    "not_aligned": spoilt("{from: 2000, to: 2004}", "{from: 2000, to: 2004-05, step: quarter}"),
    "two_payments": spoilt(
        "money: {report_in: USD}",
        "money: {report_in: USD}\ncompany: {payouts: {every: year}, dividends: {2002-12-31: 1 million USD}}",
    ),
    "outside_horizon": spoilt("signed: 2000-01-15", "signed: 2006-01-15"),
    "not_whole_periods": spoilt("rates: {", "tax: {rate: 35 %, expire: 18 months}\nrates: {"),
    "unknown_product": spoilt("{product: fiber", "{product: fibre"),
    "unknown_plant": spoilt("plant: works", "plant: work"),
    "closes_before_opens": spoilt(BUY, "cash_cost: 20 USD/km, opens: 2002-01-01, closes: 2001-12-31}"),
    "closed_anyway": spoilt(BUY, "cash_cost: 20 USD/km, opens: 2001-01-01, closures: {slump: {from: 2000-10, to: 2001-03}}}"),
    "closures_overlap": spoilt(
        BUY, "cash_cost: 20 USD/km, closures: {slump: {from: 2001-10, to: 2002-03}, rebuilding: {from: 2002-03, to: 2002-06}}}"
    ),
    "above_price": spoilt(BUY, "cash_cost: 20 USD/km, purchase: {price: 1 MUSD, on: 2000-06-30, working_capital: 2 MUSD}}"),
    "above_fixed_part": spoilt(
        BUY, "cash_cost: 20 USD/km, purchase: {price: 3 MUSD, on: 2000-06-30, working_capital: 2 MUSD}}",
        "funding:\n", "funding:\n  works: {grant: 50 %, equity: rest}\n",
    ),
    "spent_before_horizon": spoilt("{2000: 40 %, 2001: 60 %}", "{1999: 40 %, 2001: 60 %}"),
    "spent_after_completion": spoilt("complete: 2001-12-31", "complete: 2000-12-31"),
    "shares_not_whole": spoilt("2001: 60 %", "2001: 70 %"),
    "mixed_units": spoilt(
        "products: {", "products: {glass: {unit: tonne, price: 9 USD/tonne}, ",
        "{product: fiber, capacity: 200_000", "{products: {fiber: 60 %, glass: rest}, capacity: 200_000",
    ),
    "no_units_made": spoilt("{product: fiber, capacity: 200_000", "{product: fiber, depreciation: units, capacity: 200_000"),
    "land_depreciated": spoilt(RAMP, f"{RAMP}    land: true\n    residual: 20 %\n"),
    "sold_too_early": spoilt(RAMP, f"{RAMP}    sold: {{on: 2000-06-30, price: 1 million USD}}\n"),
    "cancelled_too_late": spoilt(RAMP, f"{RAMP}    cancelled: 2002-06-30\n"),
    "cancelled_and_sold": spoilt(
        RAMP, f"{RAMP}    cancelled: 2001-06-30\n    sold: {{on: 2002-06-30, price: 1 million USD}}\n"
    ),
    "one_kind": spoilt(RAMP, f"{RAMP}    ramp: {{linear: 6 months, s_curve: 6 months}}\n"),
    "falling": spoilt(RAMP, f"{RAMP}    ramp: {{table: {{0 months: 60 %, 3 months: 40 %, 6 months: 100 %}}}}\n"),
    "not_all": spoilt(RAMP, f"{RAMP}    ramp: {{table: {{0 months: 60 %, 3 months: 90 %}}}}\n"),
    # loans
    "given_twice": loan("repayment: {style: level, balloon: 1 million USD, amortize_over: 9 years}"),
    "matures_before_signing": spoilt("matures: 5 years", "matures: 1999-12-31"),
    "outside_loan": loan("prepayments: {2006-01-15: 1 million USD}"),
    "payment_outside_loan": loan("payments: {first: 2000-01-15}"),
    "unknown_calendar": loan("payments: {roll: following, calendar: new_york}"),
    "roll_without_calendar": loan("payments: {roll: modified_following}"),
    "nothing_rolls": loan("payments: {accrue: unadjusted}"),
    "closed_too_long": spoilt(
        "rates: {", "calendars: {city: {holidays: {" + ", ".join(f"2001-08-{day:02}: Closed" for day in range(1, 25)) + "}}}\nrates: {"
    ),
    "longer_than_loan": loan("grace: 6 years"),
    "shorter_than_loan": loan("repayment: {style: level, amortize_over: 4 years}"),
    "above_commitment": spoilt("{bank: 2 million USD", "{bank: 4 million USD"),
    "owed_already": spoilt(
        "    commitment: 3 million USD\n    signed: 2000-01-15\n    matures: 5 years\n",
        "    outstanding: 3 million USD\n    remaining: 5 years\n",
    ),
    "fee_in_the_past": spoilt(
        "    commitment: 3 million USD\n    signed: 2000-01-15\n    matures: 5 years\n",
        "    outstanding: 3 million USD\n    remaining: 5 years\n    fees: {upfront: 1 %}\n",
        "{bank: 2 million USD, equity: rest}",
        "{equity: rest}",
    ),
    "steps_on_fixed_rate": rate("{by: accounts.debt_to_ebitda_12m, steps: {low: {below: 2, is: 7 %/year}}, else: 8 %/year}"),
    "step_never_applies": rate(
        "{index: libor, margin: {by: accounts.dscr_12m, steps: {a: {below: 3, is: 2 %/year}, b: {below: 2, is: 3 %/year}}, "
        "else: 1 %/year}}"
    ),
    "looks_ahead": loan("sweep: {share: 50 %, while: {row: accounts.llcr, above: 1.5}}"),
    "changes_every_day": rate(
        "{index: libor, reset: any_day}", "{2000: 6 %/year}", "{2000: 6 %/year, 2003: 5 %/year, interpolate: linear}"
    ),
    "cap_below_floor": rate("{index: libor, floor: 7 %/year, cap: 5 %/year}"),
    "negative_margin": rate("{index: libor, margin: -1 %/year}"),
    "unknown_index": rate("{index: libro, margin: 2 %/year}"),
    "mixed_schedule": loan("repayment: {style: custom, schedule: {2002-01-15: 70 %, 2003-01-15: 1 million USD}}"),
    "below_interest": loan(
        "repayment: {style: fixed_payment, payment: 10_000 USD}", "{bank: 2 million USD, equity: rest}", "{equity: rest}"
    ),
    "cannot_recast": loan("after_prepayment: recast\n    repayment: {style: at_maturity}"),
    "nothing_to_true_up": loan("true_up: last_interest"),
    "rank_skips": loan("rank: 2"),
    "two_sculpted": loan(
        "repayment: {style: sculpted, dscr: 1.3}\n  other: {like: bank, rate: 9 %/year, draws: {2000-01-15: 1 million USD}}"
    ),
    "unlevered_rank": loan("repayment: {style: sculpted, dscr: 1.3, tax: unlevered, of: package}"),
    "sculpted_abroad": loan(
        "repayment: {style: sculpted, dscr: 1.3}",
        "commitment: 3 million USD", "commitment: 3 million EUR",
        "{bank: 2 million USD", "{bank: 2 million EUR",
        "rates:", "exchange: {EUR: {average: 0.9 USD/EUR}}\nrates:",
    ),
    "sculpted_fee": loan(
        "repayment: {style: sculpted, dscr: 1.3}\n    prepayments: {2002-01-15: 0.1 million USD}\n    prepayment_fee: 2 %"
    ),
    "pays_in_advance": loan("repayment: {style: revolver}\n    payments: {on: start}"),
    "revolver_grows": loan("repayment: {style: revolver}\n    capitalize_until: 2001-01-15"),
    "revolver_swept": loan("repayment: {style: revolver}\n    sweep: 50 %"),
    "reserve_without_service": loan("repayment: {style: revolver}\n    reserve: {covers: 6 months}"),
    "reserve_without_project": loan("reserve: {covers: 6 months, filled_from: uses}", "{bank: 2 million USD, ", "{"),
    "reserve_of_rest": loan("reserve: {covers: 6 months, filled_from: uses}", "bank: 2 million USD", "bank: 40 %"),
    # funding
    "unknown_project": spoilt("  line: {bank", "  lane: {bank"),
    "unknown_loan": spoilt("{bank: 2", "{bnk: 2"),
    "two_rests": spoilt("{bank: 2 million USD", "{bank: rest"),
    "only_cash": spoilt("{bank: 2 million USD, equity: rest}", "{bank: available, equity: rest}"),
    "waits_for_cash": loan(
        "repayment: {style: sculpted, dscr: 1.3}", "{bank: 2 million USD, equity: rest}", "{cash: available, bank: 2 million USD, equity: rest}"
    ),
    "limit_below_dated": spoilt(
        "money: {report_in: USD}",
        "money: {report_in: USD}\ncompany: {equity: {2000-03-31: 2 million USD}, equity_limit: 1 million USD}",
    ),
    "above_uses": spoilt("equity: rest", "grant: 80 %"),
    "depends_on_cash": loan("repayment: {style: sculpted, dscr: 1.3}", "{bank: 2", "{include_financing_costs: true, bank: 2"),
    "no_construction": spoilt(
        BUY,
        "cash_cost: 20 USD/km, purchase: {price: 1 MUSD, on: 2000-06-30}}",
        "funding:\n",
        "funding:\n  works: {include_financing_costs: true, equity: rest}\n",
    ),
    # claims and covenants
    "not_a_time": spoilt("when: end of 2002", "when: late 2002"),
    "one_subject": spoilt("row: plants", "measure: project_irr, row: plants"),
    "one_limit": spoilt("300_000 km/year}", "300_000 km/year, below: 400_000 km/year}"),
    "time_of_measure": spoilt(CLAIM, "measure: project_irr, when: end of 2002, above: 8 %"),
    "no_such_row": spoilt("row: plants.works.nameplate", "row: plants.works.nameplat"),
    "no_such_measure": spoilt(CLAIM, "measure: project_ir, above: 8 %/year"),
    "no_dates": loan("covenants: {cover: {measure: min_dscr, at_least: 1.2, lock_up: 1.3}}"),
    "not_on_dates": loan("covenants: {cover: {row: accounts.dscr, at_least: 1.2, test: quarter}}"),
    "ratio_of_ratio": spoilt("claims:\n", f"{RATIO}claims:\n", "add: accounts.ebitda", "add: ratios.cover"),
    "not_always_defined": spoilt("claims:\n", f"{RATIO}claims:\n", "add: accounts.ebitda", "add: accounts.dscr_12m"),
    "unlike_units": spoilt("claims:\n", f"{RATIO}claims:\n", "subtract: accounts.maintenance", "subtract: accounts.shipments"),
    "no_parts": spoilt("claims:\n", f"{RATIO}claims:\n", "{add: accounts.ebitda}", "{note: all that is earned}"),
    "impossible_distribution": uncertain(f"input: {COST}, times: {{normal: {{mean: 1, sd: 0}}}}"),
    "cuts_everything": uncertain(f"input: {COST}, times: {{uniform: {{low: 1, high: 2}}}}, between: {{low: 3, high: 4}}"),
    "walk_on_scalar": uncertain("input: projects.line.capex, times: {walk: {sd: 10 %}}"),
    "uncertain_twice": uncertain(*[f"input: {COST}, times: {{uniform: {{low: 1, high: 2}}}}"] * 2),
    "no_such_uncertain": uncertain(
        f"input: {COST}, times: {{uniform: {{low: 1, high: 2}}}}", together="one: a, other: d, rank_correlation: 0.5"
    ),
    "impossible_correlation": uncertain(
        f"input: {COST}, times: {{uniform: {{low: 1, high: 2}}}}",
        "input: projects.line.capex, times: {uniform: {low: 1, high: 2}}",
        together="one: a, other: b, rank_correlation: 1",
    ),
    "part_of_period": spoilt("claims:\n", f"{RATIO}claims:\n", "over: 12 months", "over: 5 months", "to: 2004}", "to: 2004, step: quarter}"),
    "cannot_stop": loan("draw_stop: true"),
    "no_level": loan("covenants: {cover: {row: accounts.revenue, at_least: 1 MUSD, lock_up: 2 MUSD}}"),
    "beyond_limit": loan("covenants: {cover: {row: accounts.dscr, at_least: 1.2, lock_up: 1.1}}"),
}  # fmt: skip


def page() -> str:
    """Return the page of documentation: a section for each group of codes, an entry with a message for each code."""
    lines = [
        "# Every error",
        "",
        "Each message has a code, which `--json` prints with it. Below, code by code: what it means, what to do, and what",
        "fibercap says of a small example: the place, the line with carets, what was found, what was wanted, the way out.",
        "What a command, or Python, asks for outside a scenario's text comes last, each with a request that is refused.",
        "`python -m tests.errors` writes this page from the table that the messages use, and a test holds it.",
        "[Common mistakes](mistakes.md) shows those that are made most, and how each is put right.",
    ]
    for title, kinds in GROUPS.items():
        lines += ["", f"## {title}"]
        for code, kind in kinds.items():
            lines += _entry(code, kind, [EXAMPLES[code].problems()[0].render()])
    for title, kinds in REQUEST_GROUPS.items():
        lines += ["", f"## {title}"]
        for code, kind in kinds.items():
            lines += _entry(code, kind, REQUESTS[code].lines())
    return "\n".join(lines) + "\n"


def _entry(code: str, kind: Kind, shown: Iterable[str]) -> list[str]:
    return ["", f"### `{code}`", "", f"{kind.cause} {kind.cure}", "", "```text", *shown, "```"]


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
