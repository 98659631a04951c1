"""Tables as banks hand them over: published schedules and others as rows of cells, and as files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from fibercap.model.loans import Schedule, schedule
from fibercap.reading.files import contracts_of
from tests.validation import NOT_PRINTED, Case, cases

Cells = list[list[Any]]
COLUMNS = ("payment", "interest", "principal", "closing")
HEADINGS = {
    "English": ("No.", "Due date", "Payment", "Interest", "Principal", "Balance"),
    "German": ("Nr.", "Fälligkeit", "Rate", "Zinsanteil", "Tilgungsanteil", "Restschuld"),
    "French": ("N°", "Échéance", "Mensualité", "Intérêts", "Capital amorti", "Capital restant dû"),
    "Portuguese": ("Parcela", "Vencimento", "Prestação", "Juros", "Amortização", "Saldo devedor"),
    "Japanese": ("回", "返済日", "返済額", "利息", "元金", "残高"),
    "none": ("", "", "", "", "", ""),
}


@dataclass(frozen=True)
class PublishedLoan:
    """A loan, the rows of its schedule as printed, and the days of its payments."""

    terms: str
    schedule: Schedule
    lines: list[tuple[int, date, list[str]]]


def published_loans() -> dict[str, PublishedLoan]:
    """Return the published whole schedules by the name of their source."""
    return {f"{case.source.file} {case.name}": published_loan_of(case) for case in cases() if case.is_whole}


def published_loan_of(case: Case) -> PublishedLoan:
    """Return a published schedule; its dates are those of the loan."""
    terms = text_of(case.block["loan"])
    made = schedule_of(terms)
    days = {number: day for number, day in zip(made.numbers, made.dates, strict=True) if number}
    rows = case.block["expect"]["schedule"]
    return PublishedLoan(
        terms,
        made,
        [(int(number), days[int(number)], ["" if c == NOT_PRINTED else c for c in cells]) for number, *cells in rows],
    )


def text_of(value: Any) -> str:
    """Return a block as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text_of(item)}" for key, item in value.items()) + "}"
    return str(value)


def schedule_of(terms: str) -> Schedule:
    """Return the schedule of a loan."""
    lending = contracts_of(f"fibercap: 1\nloans: {{bank: {terms}}}\n")
    return schedule(lending.loans["bank"], lending.rates, lending.loan_currency("bank"))


def lines_of(made: Schedule, digits: int = 2) -> list[tuple[int, date, list[str]]]:
    """Return the lines of a schedule, each amount printed with so many decimals."""
    return [
        (number, made.dates[place], [f"{float(made.values[column][place]):.{digits}f}" for column in COLUMNS])
        for place, number in enumerate(made.numbers)
        if number
    ]


def cells_of(
    lines: Sequence[tuple[int, date, list[str]]],
    language: str = "English",
    order: Sequence[int] = (0, 1, 2, 3, 4, 5),
    amount: Callable[[str], Any] = float,
    day: Callable[[date], Any] = lambda day: day,
) -> Cells:
    """Return lines as cells with headings, columns in some order."""
    rows: Cells = [list(HEADINGS[language])]
    rows += [
        [number, day(when), *(amount(text) if text else None for text in amounts)] for number, when, amounts in lines
    ]
    return [[row[column] for column in order] for row in rows]


def with_noise(rows: Cells) -> Cells:
    """Return a table between a title and totals, with blank rows, subtotals, and its head again on the second page."""
    width, head, body = len(rows[0]), rows[0], rows[1:]
    middle = len(body) // 2
    total = ["Total" if column == 0 else 12345.67 if column > 1 else None for column in range(width)]
    return [
        ["The Bank of Somewhere", *[None] * (width - 1)], ["Repayment schedule, for discussion only"], [],
        ["", "", "Amounts", *[None] * (width - 3)], head, *body[:middle], [None] * width, total, ["page 2"], head, [], *body[middle:], total,
        ["Errors excepted"],
    ]  # fmt: skip


def german(text: str) -> str:
    """Return an amount as written in German."""
    return f"{float(text):,.2f}".translate(str.maketrans(",.", ".,"))


def french(text: str) -> str:
    """Return an amount as written in French, with thin blanks."""
    return f"{float(text):,.2f}".replace(",", "\u202f").replace(".", ",") + " €"


def swiss(text: str) -> str:
    """Return an amount as written in Switzerland."""
    return f"{float(text):,.2f}".replace(",", "'")


def csv_bytes(rows: Cells, divider: str = ",") -> bytes:
    """Return cells as a CSV file."""

    def cell(value: Any) -> str:
        text = "" if value is None else str(value)
        return f'"{text}"' if divider in text or '"' in text else text

    return "\r\n".join(divider.join(map(cell, row)) for row in rows).encode()


def xlsx_bytes(rows: Cells, sheet: str = "Plan", before: str = "") -> bytes:
    """Return cells as a workbook, with a sheet of notes before if it has a name."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        if before:
            book.add_worksheet(before).write(0, 0, "Notes of the bank")
        page = book.add_worksheet(sheet)
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(index, column, value)
    return content.getvalue()


def ods_bytes(rows: Cells, sheet: str = "Plan") -> bytes:
    """Return cells as an OpenDocument spreadsheet."""

    def cell(value: Any) -> str:
        if value is None or value == "":
            return "<table:table-cell/>"
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if isinstance(value, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{value!r}"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    names = "".join(
        f' xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"' for key in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    page = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="{sheet}">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", page)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return content.getvalue()
