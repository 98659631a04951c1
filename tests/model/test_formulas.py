"""Two witnesses: every formula text, evaluated on the projection's arrays, gives what the kernel computed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from fibercap.core.errors import FibercapError, FormulaError, UnitError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.rows import Block, Row
from fibercap.core.formulas.unit_proof import prove
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read, scenario_of
from tests.written import valid_scenarios

if TYPE_CHECKING:
    from fibercap.core.units import Array


class Reader:
    """Reads rows and inputs of a projection as a formula asks for them."""

    def __init__(self, projection: Projection) -> None:
        self.given = {path: item.value for block in projection.blocks.values() for path, item in block.given.items()}
        self.rows = dict(projection.rows)
        self.values = {path: projection.value(path) for path in self.rows}
        self.block = {path: block for block in projection.blocks.values() for path in block.rows}

    def __call__(self, path: str, shift: int) -> Array:
        if path in self.given:
            return np.asarray(self.given[path])
        value = self.values[path]
        if shift == 0:
            return value
        length = value.shape[1]
        if shift > 0:
            after = evaluate(self.rows[path].after, self)  # whole rows: what follows stands in their first column
            after = np.broadcast_to(
                after.reshape(-1, after.shape[-1] if after.ndim else 1)[:, :1], (value.shape[0], shift)
            )
            return np.concatenate([value[:, shift:], after], axis=-1)[:, :length]
        return np.concatenate([self.earlier(path, -shift), value], axis=-1)[:, :length]

    def earlier(self, path: str, count: int) -> Array:
        """Return what lies before the first column of a row, so many columns back: of another block, where one ended."""
        samples, block = self.values[path].shape[0], self.block[path]
        if block.continues is None:
            return np.repeat(np.broadcast_to(evaluate(self.rows[path].before, self), (samples, 1)), count, axis=-1)
        path = block.continued_path(path)
        full = np.concatenate([self.earlier(path, count), self.values[path]], axis=-1)
        return full[:, -count:]


def disagreements(projection: Projection) -> list[str]:
    """Return the rows whose formula text and kernel differ."""
    reader, results = Reader(projection), []
    for path, row in reader.rows.items():
        if not row.formula:
            continue
        kernel = reader.values[path]
        text = evaluate(row.formula, reader)
        same = text == kernel
        if same.shape == kernel.shape and same.all():  # as nearly all are, bit for bit, which is quicker to see
            continue
        text = np.broadcast_to(text, kernel.shape)
        scale = float(np.nanmax(np.abs(kernel), initial=0.0))
        alike = np.isclose(
            text, kernel, rtol=1e-9, atol=max(1e-6 if row.unit.isupper() else 1e-9, 1e-10 * scale), equal_nan=True
        )
        if not alike.all():
            column = int(np.argwhere(~alike)[0][-1])
            results.append(
                f"{path} at column {column}: {kernel[0, column]} from the kernel, {text[0, column]} from {row.formula}"
            )
    for path, item in projection.scalars.items():
        text = evaluate(item.formula, reader) if item.formula else item.value
        if not np.allclose(text, item.value, rtol=1e-9, atol=1e-6 if item.unit.isupper() else 1e-9):
            results.append(f"{path}: {item.value} given, {text} from {item.formula}")
    return results


@pytest.mark.parametrize("option", [None, "equal_principal", "bullet", "grace_one_year", "german_bank", "no_debt"])
def test_every_formula_equals_its_kernel_in_the_fibercore_case(option: str | None) -> None:
    assert disagreements(project(read("fibercore", option))) == []


@pytest.mark.long
@settings(max_examples=60)
@given(text=valid_scenarios())
def test_every_formula_equals_its_kernel_in_random_scenarios(text: str) -> None:
    assert disagreements(project(scenario_of(text))) == []


@pytest.mark.long
@settings(max_examples=60)
@given(text=valid_scenarios(rich=True))
def test_every_formula_equals_its_kernel_whatever_the_loans(text: str) -> None:
    try:
        projection = project(scenario_of(text))
    except FibercapError as error:  # a long first period, whose interest is above the payment
        if "would grow instead of being repaid" not in str(error):
            raise
        return
    assert disagreements(projection) == []


def test_nearly_every_row_has_a_formula() -> None:
    """Rows without one are facts of the calendar; each is named here."""
    projection = project(read("fibercore"))

    bare = {path.split(".")[-1] for path, row in projection.rows.items() if not row.formula}
    assert bare == {
        "date", "month", "period", "is_payment", "repays", "is_final",
        "year_fraction", "period_fraction", "fleet_available", "algar_available", "is_signing",
        "draws_here", "capitalizes", "rate_set_on", "pays",
    }  # fmt: skip


def test_a_spoilt_formula_is_found_and_named() -> None:
    """The check itself can fail."""
    projection = project(read("fibercore"))
    model = projection.blocks["model"]
    row = model.rows["accounts.ebitda"]._replace(formula="{accounts.revenue} + {accounts.cash_costs}")
    spoilt = replace(model, rows={**model.rows, row.path: row})

    (message,) = disagreements(replace(projection, blocks={**projection.blocks, "model": spoilt}))

    assert message.startswith("accounts.ebitda at column 0")


def block(formula: str, unit: str) -> Block:
    rows = {
        "money": Row("money", "Money", "USD", "flow"),
        "fiber": Row("fiber", "Fiber", "km", "flow"),
        "months": Row("months", "Months", "month", "flow"),
        "years": Row("years", "Years", "year", "flow"),
        "x": Row("x", "X", unit, "flow", formula),
    }
    return Block("b", 1, rows, {})


@pytest.mark.parametrize(
    ("formula", "unit", "message"),
    [
        ("{money} + {fiber}", "USD", r"joins USD and km"),
        ("{money} / {fiber}", "USD", r"x is in USD, but `\{money\} / \{fiber\}` yields USD/km"),
        ("{months} + {years}", "month", r"joins month and year"),
        ("IF({money} > {fiber}, 1, 0)", "", r"joins USD and km"),
        ("MAX({money}, {fiber})", "USD", r"joins USD and km"),
    ],
)
def test_units_that_do_not_hold_are_refused(formula: str, unit: str, message: str) -> None:
    with pytest.raises(UnitError, match=message):
        prove([block(formula, unit)])


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("{money} / {fiber} * {fiber} - 0", "USD"),
        ("MAX({money}, 0)", "USD"),
        ("IF({months} > 0, {money}, 0)", "USD"),
        ("{money}^2 / {money}", "USD"),
        ("SUM({money}) / SUM({fiber})", "USD/km"),
    ],
)
def test_units_that_hold_are_proved(formula: str, unit: str) -> None:
    assert prove([block(formula, unit)]) == 1


@pytest.mark.parametrize(
    "text", ["{a} +", "exec(1)", "{a}.b", "[1]", "{a} if 1 else 2", "'text'", "LET({a}, 1)", "True"]
)
def test_what_is_not_a_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match=r"in `|not a formula"):
        evaluate(text, lambda _path, _shift: np.zeros(1))


def test_a_formula_that_refers_to_nothing_is_refused() -> None:
    with pytest.raises(FormulaError, match="nothing is called `lost`"):
        prove([block("{lost}", "")])


def test_nothing_to_divide_by_is_undefined_not_infinite() -> None:
    assert np.isnan(evaluate("{a} / 0", lambda _path, _shift: np.ones(1))).all()


def test_formulas_of_one_shape_are_proved_with_their_own_units_and_named_by_their_own_text() -> None:
    assert prove([block("MAX({money}, 0) / {fiber}", "USD/km"), block("MAX({fiber}, 0) / {years}", "km/year")]) == 2
    for one, other, message in (("money", "fiber", "USD and km"), ("fiber", "money", "km and USD")):
        with pytest.raises(UnitError, match=rf"^`\{{{one}\}} - \{{{other}\}}` joins {message}"):
            prove([block(f"{{{one}}} - {{{other}}}", "USD")])
    assert evaluate("{a} - {b}", lambda path, _: np.array([5.0 if path == "a" else 3.0]))[0] == 2.0
    assert evaluate("{b} - {a}", lambda path, _: np.array([5.0 if path == "a" else 3.0]))[0] == -2.0
