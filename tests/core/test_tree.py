"""Overlays: remove, change and add, the one operation behind options, settings and samples."""

from __future__ import annotations

import re

import pytest

from fibercap.core.trees.overlay import OverlayError, overlay
from fibercap.core.trees.tree import Branch, Leaf, leaves, subtree, unwrap
from fibercap.model.plan.plan_schema import SCHEMA
from fibercap.reading.text import read_text

BASE = """\
loans:
  fleet: {commitment: {value: 10 million USD, source: release}, rate: 8 %/year, repayment: {style: level}}
products: {fiber: {price: {2000: 40 USD/km, 2002: 35 USD/km}}}
"""


def lay_over(changes: str, base: str = BASE) -> Branch:
    return overlay(read_text(base, "base"), read_text(changes, "over"), SCHEMA, "option x")


def text(tree: Branch, path: str) -> object:
    leaf = subtree(tree, tuple(path.split(".")))
    return leaf.value if isinstance(leaf, Leaf) else leaf


def test_blocks_merge_and_scalars_replace() -> None:
    tree = lay_over("change: {loans.fleet: {rate: 9 %/year}, products.fiber.price: {2002: 30 USD/km, 2003: 20 USD/km}}")

    assert text(tree, "loans.fleet.rate") == "9 %/year"
    assert text(tree, "loans.fleet.repayment.style") == "level"
    assert text(tree, "products.fiber.price.2000") == "40 USD/km"
    assert text(tree, "products.fiber.price.2003") == "20 USD/km"


def test_the_tree_below_stays_as_it_is() -> None:
    base = read_text(BASE, "base")

    overlay(base, read_text("change: {loans.fleet.rate: 9 %/year}", "over"))

    assert base == read_text(BASE, "base")


def test_a_sourced_value_is_replaced_as_a_whole() -> None:
    """A changed number no longer comes from where the old one came from."""
    values, wrappers = unwrap(lay_over("change: {loans.fleet.commitment: 5 million USD}"))

    assert isinstance(values, Branch)
    assert text(values, "loans.fleet.commitment") == "5 million USD"
    assert wrappers == {}


SOURCED = "products: {fiber: {price: {value: {2000: 40 USD/km, 2002: 35 USD/km}, source: release}}}\n"


def test_a_path_leads_through_the_block_that_names_a_source() -> None:
    """What is partly changed no longer comes from that source as a whole."""
    changed = lay_over("change: {products.fiber.price.2002: 30 USD/km}", SOURCED)
    removed = lay_over("remove: [products.fiber.price.2002]", SOURCED)

    for tree, later in ((changed, "30 USD/km"), (removed, None)):
        values, wrappers = unwrap(tree)
        assert isinstance(values, Branch)
        assert (text(values, "products.fiber.price.2000"), text(values, "products.fiber.price.2002")) == (
            "40 USD/km",
            later,
        )
        assert wrappers == {}


def test_a_block_whose_key_is_its_kind_is_replaced_as_a_whole() -> None:
    base = "projects: {line: {ramp: {linear: 6 months}, spend: {2000: 40 %, 2001: 60 %}}}\n"

    tree = lay_over("change: {projects.line: {ramp: {s_curve: 9 months}, spend: {from: 2000-07}}}", base)

    assert tree == read_text("projects: {line: {ramp: {s_curve: 9 months}, spend: {from: 2000-07}}}", "whole")


def test_a_value_remembers_what_stood_there_before() -> None:
    leaf = subtree(lay_over("change: {loans.fleet.rate: 9 %/year}"), ("loans", "fleet", "rate"))

    assert isinstance(leaf, Leaf)
    assert [(origin.how, origin.previous) for origin in leaf.origins] == [("written", None), ("option x", "8 %/year")]
    assert leaf.place is not None
    assert leaf.place.file == "over"


def test_remove_comes_first_then_change_then_add() -> None:
    tree = lay_over("add: {loans.fleet.repayment: {style: bullet}}\nremove: [loans.fleet.repayment]")

    assert text(tree, "loans.fleet.repayment.style") == "bullet"


def test_laying_the_same_overlay_twice_is_the_same_as_once() -> None:
    changes = read_text("change: {loans.fleet.rate: 9 %/year, products.fiber.price: {2003: 20 USD/km}}", "over")
    once = overlay(read_text(BASE, "base"), changes)

    assert overlay(once, changes) == once


def test_independent_overlays_may_come_in_either_order() -> None:
    one = read_text("change: {loans.fleet.rate: 9 %/year}", "one")
    two = read_text("change: {products.fiber.price: {2002: 1 USD/km}}", "two")
    base = read_text(BASE, "base")

    assert overlay(overlay(base, one), two) == overlay(overlay(base, two), one)


def test_an_optional_field_may_be_changed_though_it_is_not_written() -> None:
    assert (
        text(lay_over("change: {loans.fleet.grace: 1 year, loans.fleet.fees.upfront: 1 %}"), "loans.fleet.grace")
        == "1 year"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("change: {loans.fleet.rat: 9 %/year}", "did you mean `rate`?"),
        ("change: {loans.flet.rate: 9 %/year}", "did you mean `fleet`?"),
        ("change: {laons.fleet.rate: 9 %/year}", "did you mean `loans`?"),
        ("change: {loans.second: {rate: 9 %/year}}", "known names under `loans`: fleet"),
        ("add: {loans.fleet: {rate: 9 %/year}}", "the path exists already; use `change`"),
        ("add: {loans: {second: {rate: 9 %/year}}}", "write `loans.second` whole, or use `change` to alter it"),
        ("remove: [loans.flet]", "did you mean `fleet`?"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(changes: str, message: str) -> None:
    with pytest.raises(OverlayError, match=re.escape(message)):
        lay_over(changes)


def test_leaves_come_in_the_order_of_the_file() -> None:
    paths = [".".join(path) for path, _ in leaves(read_text(BASE, "base"))]

    assert paths[:3] == ["loans.fleet.commitment.value", "loans.fleet.commitment.source", "loans.fleet.rate"]
