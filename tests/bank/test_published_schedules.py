"""Published schedules turned into files of banks: each is found to be that of its loan, or under which conventions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fibercap as fc
from fibercap.model.loans.contracts import Contracts
from fibercap.reading.against import against_loan_of
from fibercap.reading.files import contracts_of
from fibercap.studies.bank.agreement import Agreement
from tests.bank_tables import (
    HEADINGS,
    Cells,
    PublishedLoan,
    cells_of,
    csv_bytes,
    french,
    german,
    ods_bytes,
    published_loans,
    swiss,
    with_noise,
    xlsx_bytes,
)

PUBLISHED = published_loans()
CONVENTIONS = re.compile(r", (day_count|rounding|compounding|true_up): (\{[^}]*\}|[^,}]*)")


def lending(terms: str) -> Contracts:
    return contracts_of(f"fibercap: 1\nloans: {{bank: {terms}}}\n")


def compare(published: PublishedLoan, table: Path | Cells, *, bare: bool = False) -> Agreement:
    return against_loan_of(lending(CONVENTIONS.sub("", published.terms) if bare else published.terms), "bank", table)


def reproduces(agreement: Agreement, published: PublishedLoan) -> None:
    """Hold that the plainest convention leads to every printed amount."""
    for convention in agreement.conventions:
        made = {number: place for place, number in enumerate(convention.schedule.numbers)}
        for number, day, cells in published.lines:
            place = made[number]
            assert convention.schedule.dates[place] == day
            for column, text in zip(("payment", "interest", "principal", "closing"), cells, strict=True):
                if text:
                    step = 10.0 ** -len(text.partition(".")[2])
                    assert abs(float(convention.schedule.values[column][place]) - float(text)) <= 0.5001 * step


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "csv"])
def test_a_published_schedule_is_that_of_its_loan_as_written(name: str, suffix: str, tmp_path: Path) -> None:
    published, file = PUBLISHED[name], tmp_path / f"bank.{suffix}"
    write = {"xlsx": xlsx_bytes, "ods": ods_bytes, "csv": csv_bytes}[suffix]
    file.write_bytes(write(with_noise(cells_of(published.lines))))

    agreement = compare(published, file)

    assert agreement.verdict == "as_written"
    assert agreement.lines == len(published.lines)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_conventions_of_a_published_schedule_are_found_again(name: str) -> None:
    published = PUBLISHED[name]

    agreement = compare(published, cells_of(published.lines), bare=True)

    assert agreement.verdict in {"as_written", "under_conventions"}
    assert (agreement.verdict == "as_written") == (not agreement.conventions[0].changes)
    reproduces(agreement, published)


@pytest.mark.long
def test_most_published_schedules_need_a_convention() -> None:
    needed = [
        published
        for published in PUBLISHED.values()
        if compare(published, cells_of(published.lines), bare=True).conventions[0].changes
    ]

    assert len(needed) >= 8


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (1, 3, 4, 5), (1, 2, 3, 5), (0, 2, 3, 5), (1, 2, 5)]
)
def test_headings_and_the_order_of_columns_do_not_matter(language: str, order: tuple[int, ...]) -> None:
    published = PUBLISHED[
        "zinsen_berechnen Whole schedule, 500,000 EUR at 4 %, initial repayment 2 %, yearly until paid"
    ]

    agreement = compare(published, with_noise(cells_of(published.lines, language, order)))

    assert agreement.verdict == "as_written"
    assert {"interest", "payment"} & {*agreement.table.shown}


@pytest.mark.parametrize(
    ("name", "write", "divider"),
    [
        (name, write, divider)
        for write, divider in [(german, ";"), (french, "\t"), (swiss, ";")]
        for name, published in PUBLISHED.items()
        if write is not french or "EUR" in published.terms  # the French table is in euro
    ],
)
def test_amounts_may_be_written_as_in_other_countries(name: str, write: object, divider: str, tmp_path: Path) -> None:
    published = PUBLISHED[name]
    file = tmp_path / "bank.csv"
    lines = [
        (number, day, [f"{float(text):.2f}" if text else "" for text in cells])
        for number, day, cells in published.lines
    ]
    printed = cells_of(lines, "German", amount=write, day=lambda day: day.strftime("%d.%m.%Y"))  # type: ignore[arg-type]
    file.write_bytes(csv_bytes(printed, divider))

    assert compare(published, file, bare=True).verdict != "differs" or "loankeisan" in name


@pytest.mark.parametrize("name", [name for name, published in PUBLISHED.items() if len(published.lines) >= 8])
def test_missing_lines_do_not_matter(name: str) -> None:
    published = PUBLISHED[name]
    kept = [line for place, line in enumerate(published.lines) if place % 4 != 2]

    agreement = compare(published, cells_of(kept))

    assert agreement.verdict == "as_written"
    assert agreement.lines == len(kept)


@pytest.mark.parametrize("name", [name for name, published in PUBLISHED.items() if len(published.lines) >= 5])
def test_one_wrong_amount_is_the_first_difference(name: str) -> None:
    published = PUBLISHED[name]
    wrong = [(number, day, list(cells)) for number, day, cells in published.lines]
    wrong[3][2][1] = f"{float(wrong[3][2][1] or 1) + 1:.2f}"

    agreement = compare(published, cells_of(wrong))

    assert agreement.verdict == "differs"
    assert agreement.difference is not None
    assert agreement.difference.line == 4
    assert agreement.difference.bank["interest"] - agreement.difference.loan["interest"] == pytest.approx(1, abs=0.51)


def test_a_frame_of_pandas_is_a_table_too() -> None:
    pandas = pytest.importorskip("pandas")
    published = PUBLISHED["fineract Whole schedule, 100 EUR at 7 % over 6 months"]
    head, *rows = cells_of(published.lines)

    agreement = fc.against(lending(published.terms).loans["bank"], pandas.DataFrame(rows, columns=head), currency="EUR")

    assert agreement.verdict == "as_written"
    assert repr(agreement) == "<Agreement: as_written, 6 lines, 1 conventions>"
