"""Rows that rest on one another are carried cell by cell, as a loop over periods would carry them."""

from __future__ import annotations

import numpy as np
import pytest

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.cell_terms import cell_function
from fibercap.core.formulas.cells import CircularError
from fibercap.core.formulas.circle import settle
from fibercap.core.formulas.formula_text import term_of
from fibercap.core.formulas.open_cells import NeededError, Open, Places
from fibercap.core.formulas.rows import Block, Given, Row
from fibercap.core.timeline import FLOW, STOCK
from fibercap.core.units import Array

EARNED = np.array([30.0, -80.0, 10.0, 90.0, 40.0, 5.0])
DATES = np.array([2.0, 4.0, 6.0])
FORMULAS = {
    "short": ("MAX({least} - ({cash@-1} + {earned} - {interest}), 0)", "0"),
    "paid": ("IF({may} > 0, MIN(MAX({cash@-1} + {earned} - {interest} - {least}, 0), {debt@-1}), 0)", "0"),
    "interest": ("SUMIFS({loan.interest}, {loan.date}, {date})", "0"),
    "debt": ("{debt@-1} + {short} - {paid}", "20"),
    "cash": ("{cash@-1} + {earned} - {interest} + {short} - {paid}", "{opening}"),
}


def blocks(earned: Array = EARNED, least: Array | float = 5.0, **changed: tuple[str, str]) -> list[Block]:
    """Return a company that borrows what it is short of, and pays interest on three dates on what it owed before."""
    formulas = {**FORMULAS, **changed}
    rows = {path: Row(path, path, "USD", FLOW, text, before) for path, (text, before) in formulas.items()}
    rows |= {path: Row(path, path, "", STOCK) for path in ("date", "may", "earned")}
    given = {"date": np.arange(1.0, 7.0), "may": np.array([0.0, 1.0, 1.0, 1.0, 1.0, 0.0]), "earned": earned}
    values = {path: given.get(path, np.zeros(6)) for path in rows}
    within = {
        "loan.date": Row("loan.date", "", "day", STOCK),
        "loan.interest": Row("loan.interest", "", "USD", FLOW, "SUMIFS({debt}, {date}, {loan.date} - 1) * 0.1"),
    }
    scalars = {path: Given(path, "USD", np.asarray(value)) for path, value in {"least": least, "opening": 12.0}.items()}
    return [
        Block("model", 6, rows, values, scalars),
        Block("loan", 3, within, {"loan.date": DATES, "loan.interest": np.zeros(3)}),
    ]


def settle_from(parts: list[Block], assumed: dict[str, Array] | None = None) -> dict[str, Array]:
    return settle(parts, ["short", "paid"], later={"short": "0"}, later_from=5, elsewhere="run_off.", assumed=assumed)


def by_hand(earned: Array, least: float = 5.0) -> dict[str, list[float]]:
    """Carry the same company in plain Python."""
    cash, debt = 12.0, 20.0
    results: dict[str, list[float]] = {key: [] for key in FORMULAS}
    for period, income in enumerate(earned, start=1):
        owed_before = debt if period > 1 else 0.0
        interest = 0.1 * owed_before if period in DATES else 0.0
        free = cash + income - interest
        short = max(least - free, 0.0) if period < 6 else 0.0
        paid = min(max(free - least, 0.0), debt) if 1 < period < 6 else 0.0
        cash, debt = free + short - paid, debt + short - paid
        for key, value in {"short": short, "paid": paid, "interest": interest, "debt": debt, "cash": cash}.items():
            results[key].append(value)
    return results


def test_cells_are_what_a_loop_over_periods_gives() -> None:
    result = settle_from(blocks())

    for key, values in by_hand(EARNED).items():
        np.testing.assert_allclose(result[key], values, rtol=0, atol=1e-12, err_msg=key)


def test_the_order_that_is_noted_serves_other_values() -> None:
    for seed in range(20):
        earned = np.random.default_rng(seed).normal(0.0, 60.0, 6)

        result = settle_from(blocks(earned))

        np.testing.assert_allclose(result["debt"], by_hand(earned)["debt"], rtol=0, atol=1e-11)


def test_a_batch_equals_its_members() -> None:
    earned = np.random.default_rng(1).normal(0.0, 60.0, (7, 6))
    least = np.linspace(0.0, 30.0, 7)[:, None]

    batch = settle_from(blocks(earned, least))

    for draw in range(7):
        member = settle_from(blocks(earned[draw], float(least[draw, 0])))
        for key in FORMULAS:
            wide = np.broadcast_to(batch[key], (7, 6))
            np.testing.assert_allclose(wide[draw], member[key], rtol=0, atol=1e-12, err_msg=key)


def test_rows_that_go_on_otherwise_do_so_from_their_column() -> None:
    result = settle_from(blocks(np.array([0.0, 0.0, 0.0, 0.0, 0.0, -500.0])))

    assert result["short"][-1] == 0.0
    assert result["cash"][-1] < -400.0


def test_a_cell_that_rests_on_itself_is_named() -> None:
    with pytest.raises(
        CircularError, match=r"^`short` rests on itself in column 1; let it read the column before$"
    ) as caught:
        settle_from(blocks(interest=("{short} * 0.1", "0")))

    assert set(caught.value.paths) >= {"short", "interest"}


def test_what_is_assumed_breaks_a_circle_and_is_given_back_as_its_formula_has_it() -> None:
    parts, assumed = blocks(interest=("{short} * 0.1", "0")), np.zeros(6)
    for _ in range(60):
        result = settle_from(parts, {"interest": assumed})
        assumed = result["interest"]

    np.testing.assert_allclose(assumed, result["short"] * 0.1, rtol=0, atol=1e-9)
    assert result["interest"].max() > 4.0


def value_of(text: str, **rows: list[float | Open]) -> float:
    """Return the value of a formula in the second column of a circle's rows, which are 0 beyond their ends."""
    places = Places(dict.fromkeys(rows, 2) | {"date": 2}, rows)
    function = cell_function(term_of(text), places, 2)
    for path, cells in rows.items():
        places.rows[path][:] = [*cells, 0.0, 0.0]
    for place, columns in places.known.items():
        columns[:] = [[0], [1]] if place.among else [float(place.term.text)] * 2
    return float(function(1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-{a} ^ 2", -9.0),
        ("{a} / ({b} - {b})", float("nan")),
        ("IF(AND({a} > 1, {b} < 1), 1, 2)", 2.0),
        ("OR({a} > 1, {b} < 1)", 1.0),
        ("MAX({a}, {b}, 4)", 7.0),
        ("MIN({a})", 2.0),
        ("SUM({a} * ({b} = 7))", 3.0),
        ("SUMIFS({a}, {date}, 5) + SUMIFS({none}, {date}, 5)", 3.0),
        ("IF(SUMIFS({none}, {date}, 5) > 0, 1, {a})", 3.0),
        ("IF(OR({a} < 1, SUMIFS({none}, {date}, 5) = 0), {a}, 1)", 3.0),
        ("ROUND({a} / 7, 2)", 0.43),
        ("{a@-1} + {a@1}", 2.0),
    ],
)
def test_functions_of_a_cell(text: str, value: float) -> None:
    np.testing.assert_equal(value_of(text, a=[2.0, 3.0], b=[5.0, 7.0]), value)


@pytest.mark.parametrize("text", ["IRR({a})", "({a}, {a})", "SUMIFS({a} * 2, {b}, 5)"])
def test_functions_of_whole_rows_have_no_cells(text: str) -> None:
    with pytest.raises(FormulaError, match="no value in a single column"):
        cell_function(term_of(text), Places({"a": 2, "b": 2}, ["a", "b"]), 2)


@pytest.mark.parametrize("text", ["0 * {b}", "{b} * 0", "{b} * {a}", "IF({a} > 0, {b}, 0)", "AND({a} > 0, {b} > 0)"])
def test_what_decides_alone_lets_the_rest_wait(text: str) -> None:
    assert value_of(text, a=[0.0, 0.0], b=[0.0, Open("b", 1)]) == 0.0


@pytest.mark.parametrize(
    "text",
    ["{b}", "{a} * {b}", "-{b}", "{a} + {b}", "{b} / {a}", "{b} = 3", "MIN({a}, {b})", "ROUND({b}, 2)", "{b} ^ 2", "2 ^ {b}"],
)  # fmt: skip
def test_a_cell_that_is_not_computed_yet_is_asked_for(text: str) -> None:
    with pytest.raises(NeededError) as needed:
        value_of(text, a=[2.0, 3.0], b=[5.0, Open("b", 1)])

    assert (needed.value.cell.path, needed.value.cell.index) == ("b", 1)
