"""Every printed figure of `tests/published` is met to the printed digit, and docs/validation.md says what is computed."""

from __future__ import annotations

import pytest

from tests.validation import (
    PAGE,
    Case,
    Figure,
    _argument,
    _payments,
    _schedule,
    _text,
    _text_as_printed,
    cases,
    page,
    result,
)

CASES = [
    pytest.param(
        case,
        id=f"{case.source.file}-{number}",
    )
    for number, case in enumerate(cases())
]


@pytest.mark.parametrize("case", CASES)
def test_a_published_example_is_met_to_the_printed_digit(case: Case) -> None:
    compared = result(case)

    assert compared
    assert [figure for figure in compared if not figure.agrees] == []


@pytest.mark.long
def test_the_page_says_what_is_computed() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.validation`"


def test_there_are_many_cases_of_many_sources() -> None:
    assert len(cases()) >= 60
    assert len({case.source for case in cases()}) >= 12
    assert sum(case.is_whole for case in cases()) >= 6


def test_every_source_can_be_found() -> None:
    for case in cases():
        assert case.source.title
        assert case.source.publisher
        assert case.source.citation
        assert case.source.found, f"{case.source.file}: say where its figures were read"


def test_a_whole_schedule_is_compared_in_every_row() -> None:
    for case in cases():
        if case.is_whole:
            numbers = [int(row[0]) for row in case.block["expect"]["schedule"]]
            paid = _payments(_schedule(_text(case.block["loan"])))
            assert numbers == list(paid), f"{case.source.file}: {case.name}"


@pytest.mark.parametrize(
    ("value", "printed", "shown"),
    [
        (14.924999999999999, "14.93", "14.93"),
        (-0.04804466, "-0.0480", "-0.0480"),
        (-1e-12, "0.00", "0.00"),
        (2.5, "3", "3"),
        (0.4977243805674, "0.497724380567", "0.497724380567"),
        (1.004, "1.01", "1.00"),
    ],
)
def test_a_value_is_rounded_half_up_to_the_printed_decimals(value: float, printed: str, shown: str) -> None:
    assert _text_as_printed(value, printed) == shown


def test_repeated_flows_and_fractions_are_read() -> None:
    assert _argument(["0", "2 x -10.5"]) == [0.0, -10.5, -10.5]
    assert _argument("0.08/12") == pytest.approx(0.08 / 12)


def test_a_figure_that_is_off_by_a_digit_does_not_agree() -> None:
    assert not Figure("payment 1", "856.07", "856.08").agrees
