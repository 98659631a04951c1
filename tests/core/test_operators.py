"""`times`, `plus` and `delay` on what was written; `like`; and what an overlay promises."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fibercap.core.quantity import Quantity
from fibercap.core.trees.operators import OperatorError, delay, plus, times
from fibercap.core.trees.overlay import OverlayError, overlay
from fibercap.core.trees.tree import Branch, Leaf, subtree
from fibercap.model.plan.plan_schema import SCHEMA
from fibercap.reading.text import read_text

BASE = """\
loans:
  fleet: {commitment: {value: 10 million USD, source: release}, rate: 8 %/year, signed: 2001-01-08}
  floating: {rate: {index: libor, margin: 2 %/year}}
products: {fiber: {price: {value: {2000: 40 USD/km, 2002: 35 USD/km}, source: release}}}
projects:
  one: {plant: works, adds: 1000 km/year, complete: 2001-12-31, ramp: {linear: 6 months}, spend: {from: 2001-Q1}}
  two: {like: one, adds: 2000 km/year}
"""


def tree_with(*changes: str, base: str = BASE) -> Branch:
    tree = overlay(Branch(), Branch({"add": read_text(base, "base")}), SCHEMA, "base")
    for number, text in enumerate(changes):
        tree = overlay(tree, read_text(text, f"over {number}"), SCHEMA, f"option {number}")
    return tree


def text(tree: Branch, path: str) -> object:
    leaf = subtree(tree, tuple(path.split(".")))
    return leaf.value if isinstance(leaf, Leaf) else leaf


@pytest.mark.parametrize(
    ("value", "by", "made"),
    [
        ("40 USD/km", "0.8", "32 USD/km"),
        ("40 USD/km", "80 %", "32 USD/km"),
        ("255_000 km/year", "2", "510_000 km/year"),
        ("10 million USD", "1.25", "12.5 million USD"),
        ("8.5 %/year", "1.1", "9.35 %/year"),
        ("0.1 USD", "3", "0.3 USD"),
        ("6 months", "-1", "-6 months"),
        ("5", "0.9", "4.5"),
        ("7 USD", "0", "0 USD"),
        ("1e6 USD", "1.5", "1_500_000 USD"),
    ],
)
def test_times_is_exact_on_the_text(value: str, by: str, made: str) -> None:
    assert times(value, by) == made


@pytest.mark.parametrize(
    ("value", "more", "made"),
    [
        ("40 USD/km", "2.5 USD/km", "42.5 USD/km"),
        ("10 million USD", "500 thousand USD", "10.5 million USD"),
        ("10 million USD", "-0.25 MUSD", "9.75 million USD"),
        ("8.5 %/year", "50 bp/year", "9 %/year"),
        ("5 years", "6 months", "5.5 years"),
        ("2", "1", "3"),
    ],
)
def test_plus_keeps_the_unit_of_what_stands_there(value: str, more: str, made: str) -> None:
    assert plus(value, more) == made


@pytest.mark.parametrize(
    ("value", "by", "made"),
    [
        ("2001-12-31", "6 months", "2002-06-30"),
        ("2002-06-30", "6 months", "2002-12-31"),
        ("2001-01-31", "1 month", "2001-02-28"),
        ("2001-01-30", "1 month", "2001-02-28"),
        ("2001-01-15", "-2 quarters", "2000-07-15"),
        ("2001-07", "5 months", "2001-12"),
        ("2001-Q4", "1 quarter", "2002-Q1"),
        ("2001", "1 year", "2002"),
    ],
)
def test_delay_moves_dates_and_keeps_the_end_of_a_month(value: str, by: str, made: str) -> None:
    assert delay(value, by) == made


@pytest.mark.parametrize(
    ("operator", "value", "operand", "message"),
    [
        (times, "level", "2", "`level`"),
        (times, "40 USD", "2 USD", "`times: 2 USD`"),
        (times, "40 USD", "two", "`two`"),
        (plus, "40 USD/km", "2 USD", "`2 USD` to add to `40 USD/km`"),
        (plus, "8 %", "2", "`2` to add to `8 %`"),
        (plus, "10 USD", "2 EUR", "`2 EUR` to add to `10 USD`"),
        (delay, "40 USD", "6 months", "`40 USD`"),
        (delay, "2001-02-30", "6 months", "`2001-02-30`"),
        (delay, "2001-12-31", "90 days", "`delay: 90 days`"),
        (delay, "2001-12-31", "1.5 months", "`delay: 1.5 months`"),
        (delay, "2001", "6 months", "`2001`"),
    ],
)
def test_what_does_not_fit_an_operator_is_refused(operator: object, value: str, operand: str, message: str) -> None:
    with pytest.raises(OperatorError, match=f"^{re.escape(message)}$"):
        operator(value, operand)  # type: ignore[operator]


def test_operators_work_on_samples() -> None:
    drawn = Quantity(np.array([[1.0], [2.0]]), "USD/km")

    assert np.allclose(times("40 USD/km", Quantity(np.array([[0.5], [2.0]]))).magnitude, [[20], [80]])
    assert np.allclose(times(drawn, "50 %").magnitude, [[0.5], [1.0]])
    assert np.allclose(plus("40 USD/km", drawn).magnitude, [[41], [42]])
    assert np.allclose(plus(drawn, "2000 USD/Mkm").magnitude, [[1.002], [2.002]])
    with pytest.raises(OperatorError, match="samples in USD"):
        plus("40 USD/km", Quantity(np.array([[1.0]]), "USD"))


def test_an_operator_changes_every_value_of_a_block_and_drops_its_source() -> None:
    """A stated price times 0.8 is no longer stated; the operation may name a source of its own."""
    bare = tree_with("change: {products.fiber.price: {times: 0.8}}")
    message = tree_with("change: {products.fiber.price: {times: 0.8, source: team, note: why}}")

    assert subtree(bare, ("products", "fiber", "price")) == read_text("{2000: 32 USD/km, 2002: 28 USD/km}", "")
    assert text(message, "products.fiber.price.source") == "team"
    assert text(message, "products.fiber.price.2002") == "28 USD/km"


def test_an_operation_inside_a_block_of_changes() -> None:
    tree = tree_with("change: {loans.fleet: {rate: {plus: 1 %/year}, signed: {delay: 1 month}}}")

    assert (text(tree, "loans.fleet.rate"), text(tree, "loans.fleet.signed")) == ("9 %/year", "2001-02-08")


def test_the_field_delay_of_a_project_is_no_operator() -> None:
    tree = tree_with("change: {projects.one: {delay: 6 months}, projects.two.complete: {delay: 6 months}}")

    assert text(tree, "projects.one.delay") == "6 months"
    assert text(tree, "projects.one.complete") == "2001-12-31"
    assert text(tree, "projects.two.complete") == "2002-06-30"


def test_a_changed_value_remembers_operator_and_what_it_was() -> None:
    leaf = subtree(tree_with("change: {loans.fleet.rate: {plus: 1 %/year}}"), ("loans", "fleet", "rate"))

    assert isinstance(leaf, Leaf)
    last = leaf.origins[-1]
    assert (last.how, last.operator, last.previous) == ("option 0", "plus: 1 %/year", "8 %/year")
    assert last.place is not None
    assert last.place.file == "over 0"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("loans.floating.rate: {plus: 1 %/year}", "found `plus` on a block of several inputs"),
        ("loans.fleet.grace: {plus: 1 year}", "found `plus` on nothing, wanted a value to change; write the value"),
        ("projects.one.plant: {times: 2}", "found `works`, wanted a quantity that `times` can change"),
    ],
)
def test_an_operator_without_a_value_to_change_is_refused(changes: str, message: str) -> None:
    with pytest.raises(OverlayError, match=re.escape(message)):
        tree_with(f"change: {{{changes}}}")


def test_like_copies_field_by_field_and_keeps_origins() -> None:
    tree = tree_with()

    assert text(tree, "projects.two.plant") == "works"
    assert text(tree, "projects.two.adds") == "2000 km/year"
    assert text(tree, "projects.two.ramp.linear") == "6 months"
    assert subtree(tree, ("projects", "two", "like")) is None
    leaf = subtree(tree, ("projects", "two", "complete"))
    assert isinstance(leaf, Leaf)
    assert leaf.origins[-1].how == "like one"
    assert leaf.place == subtree(tree, ("projects", "one", "complete")).place  # type: ignore[union-attr]


def test_like_copies_entries_that_stand_with_their_source() -> None:
    tree = tree_with(
        base="projects:\n  one: {value: {plant: works, adds: 1000 km/year}, source: release}\n"
        "  two: {like: one, adds: 2000 km/year}\n  three: {value: {like: one}, source: team}\n"
    )

    for name, source, adds in (("two", "release", "2000 km/year"), ("three", "team", "1000 km/year")):
        assert text(tree, f"projects.{name}.source") == source
        assert text(tree, f"projects.{name}.value.plant") == "works"
        assert text(tree, f"projects.{name}.value.adds") == adds


def test_what_is_one_value_is_not_mixed_by_like() -> None:
    base = BASE.replace("adds: 2000 km/year", "ramp: {s_curve: 9 months}")

    assert subtree(tree_with(base=base), ("projects", "two", "ramp")) == read_text("{s_curve: 9 months}", "")


def test_like_in_an_overlay_copies_what_is_there_then() -> None:
    changes = "change: {loans.fleet.rate: 9 %/year}\nadd: {loans.second: {like: fleet, signed: 2002-01-08}}"
    tree = tree_with(changes)

    assert (text(tree, "loans.second.rate"), text(tree, "loans.second.signed")) == ("9 %/year", "2002-01-08")
    assert subtree(tree, ("loans", "second", "commitment")) == subtree(tree, ("loans", "fleet", "commitment"))


@pytest.mark.parametrize(
    ("two", "message"),
    [
        ("{like: ones}", "no entry `ones` to copy in the same block"),
        ("{like: ones}", "did you mean `one`?"),
        ("{like: two}", "`like` goes in a circle: two -> two"),
        ("{like: three}\n  three: {like: two}", "`like` goes in a circle: two -> three -> two"),
    ],
)
def test_a_like_that_leads_nowhere_is_refused(two: str, message: str) -> None:
    with pytest.raises(OverlayError, match=re.escape(message)):
        tree_with(base=BASE.replace("{like: one, adds: 2000 km/year}", two))


PATHS = {
    "loans.fleet.rate": ["9 %/year", "{times: 1.1}", "{plus: 1 %/year}"],
    "loans.fleet.signed": ["2002-01-31", "{delay: 3 months}"],
    "products.fiber.price": ["{times: 80 %}", "{2001: 1 USD/km}", "{value: {2000: 2 USD/km}, source: team}"],
    "projects.one": ["{delay: 6 months}", "{adds: {times: 2}, ramp: none}"],
    "projects.two.complete": ["{delay: 1 year}"],
}


@st.composite
def overlays(draw: st.DrawFn, paths: tuple[str, ...] = tuple(PATHS)) -> str:
    """Return an overlay that changes some paths."""
    chosen = draw(st.lists(st.sampled_from(paths), min_size=1, unique=True))
    lines = [f"  {path}: {draw(st.sampled_from(PATHS[path]))}" for path in chosen]
    return "\n".join(["change:", *lines])


@pytest.mark.long
@given(changes=overlays())
def test_the_same_overlay_twice_is_the_same_as_once(changes: str) -> None:
    once = tree_with(changes)

    assert overlay(once, read_text(changes, "over 0"), SCHEMA, "option 0") == once


@pytest.mark.long
@given(one=overlays(("loans.fleet.rate", "projects.one")), two=overlays(("products.fiber.price", "loans.fleet.signed")))
def test_independent_overlays_come_in_either_order(one: str, two: str) -> None:
    first, second = read_text(one, "one"), read_text(two, "two")

    def both(a: Branch, b: Branch) -> Branch:
        return overlay(overlay(tree_with(), a, SCHEMA, "a"), b, SCHEMA, "b")

    assert both(first, second) == both(second, first)


def test_another_overlay_of_the_same_kind_is_laid_on_top() -> None:
    """Only the very same one is known again; two that each say `times: 0.5` leave a quarter."""
    assert text(tree_with(*["change: {loans.fleet.rate: {times: 0.5}}"] * 2), "loans.fleet.rate") == "2 %/year"


def test_a_block_lays_over_the_values_of_a_sourced_block() -> None:
    tree = tree_with("change: {products.fiber.price: {2003: 20 USD/km}}")

    assert [text(tree, f"products.fiber.price.{year}") for year in (2000, 2003)] == ["40 USD/km", "20 USD/km"]
    assert subtree(tree, ("products", "fiber", "price", "source")) is None
