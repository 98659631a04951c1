"""How cells look: kinds of cells, number formats, printing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fibercap.core.calendar import serial
from fibercap.core.currencies import CURRENCIES
from fibercap.core.language.unit_words import counts_products
from fibercap.core.visible_text import visible

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

BLUE, YELLOW, GRAY, PALE, DARK, RED, GREEN = "#1F3FBF", "#FFFBD6", "#7A7A7A", "#EEF1F5", "#22303C", "#B42318", "#1E7B34"
MILLIONS: Final = "[>=500]#,##0.000,,;[Red][<=-500]-#,##0.000,,;-"  # what rounds to nothing shows as a dash
NUMBERS: Final = {"%": "0.00%", "%/year": "0.00%", "date": "yyyy-mm-dd", "month": "0.##", "day": "0.##", "": "General"}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 14, "font_color": DARK},
    "remark": {"italic": True, "font_color": GRAY},
    "head": {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "text_wrap": True},
    "unit-head": {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "indent": 1},
    "group": {"bold": True, "bg_color": PALE, "font_color": DARK},
    "text": {},
    "wrapped": {"text_wrap": True},
    "faint": {"font_color": GRAY, "font_size": 8},
    "small": {"font_color": GRAY, "font_size": 8, "text_wrap": True},
    "formula": {},
    "value": {"italic": True, "font_color": GRAY},
    "reason": {"italic": True, "font_color": GRAY, "font_size": 8, "text_wrap": True, "align": "right"},
    "input": {"font_color": BLUE, "bg_color": YELLOW, "border": 1, "border_color": "#D9D2A0"},
    "total": {"bold": True},
    "subtotal": {"bold": True, "top": 1, "top_color": GRAY},
    "unit": {"font_color": GRAY, "font_size": 9, "indent": 1},
    "subtotal-unit": {"font_color": GRAY, "font_size": 9, "indent": 1, "top": 1, "top_color": GRAY},
    "year": {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "align": "right"},
    "option": {"bold": True, "bg_color": DARK, "font_color": "#FFFFFF", "align": "right", "text_wrap": True},
    "lead": {"bold": True, "font_size": 12, "text_wrap": True},
    "result": {"bold": True, "align": "right"},
    "link": {"font_color": BLUE, "underline": 1},
    "failure": {"bold": True, "font_color": "#B00020"},
    "key": {"bold": True, "font_size": 12, "border": 1, "align": "left"},
}

RIGHT: Final = {
    "Value", "Live now", "Limit", "Holds", "Expected", "As expected", "In use", "As exported", "Changed",
    "By its formula", "Total", "Before", "Kept", "Largest gap",
}  # fmt: skip
"""Heads of columns of numbers, or of words in their place, which stand at the right."""
LEFT: Final = "-left"
"""The end of a kind of cell that stands at the left, as texts do."""


def number_format(unit: str, nature: str = "", *, ratio: bool = False, integers: bool = True) -> str:
    """Return the number format for a unit.

    Parameters
    ----------
    unit : str
        The unit of the values.
    nature : str
        That of a row: flow, stock or rate; "" for a scalar. The format shows money of a row in millions.
    ratio : bool
        The row is undefined in some periods, as a ratio is.
    integers : bool
        All values of a row without unit are whole numbers.
    """
    if nature and unit == "" and not ratio:
        return "0" if integers else "0.0000"
    if unit in CURRENCIES:
        return MILLIONS if nature else "#,##0.00"
    if unit == "1/year":
        return "0.00%"
    if nature and unit == "month":
        return "0.00"
    if unit in NUMBERS:
        return "0.00" if ratio else NUMBERS[unit]
    return "#,##0" if counts_products(unit) else "#,##0.00"


@dataclass
class Styles:
    """The cell formats of one workbook; each is made once."""

    book: xlsxwriter.Workbook

    def __post_init__(self) -> None:
        """Start without any."""
        self._made: dict[tuple[str, str], Format] = {}

    def __call__(self, kind: str, numbers: str = "General") -> Format:
        """Return the format of a kind of cell with a number format."""
        key = (kind, numbers)
        if key not in self._made:
            look = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter", "num_format": numbers}
            look |= KINDS[kind.removesuffix(LEFT)] | ({"align": "left"} if kind.endswith(LEFT) else {})
            self._made[key] = self.book.add_format(look)
        return self._made[key]


CellValues = Sequence[float | str]


class _SharedCell(NamedTuple):
    """A cell of a formula that several cells share: the element of the formula, look and result."""

    formula: str
    look: Format
    value: float | str

    @property
    def rest_of_element(self) -> str:
        """The element of the cell after its address; a text is marked as one, or previews of files show 0."""
        style = self.look._get_xf_index()  # noqa: SLF001 - as the library does for every cell
        kind = ' t="str"' if isinstance(self.value, str) else ""
        return f' s="{style}"{kind}>{self.formula}<v>{self.value}</v></c>'


def sharing_sheets() -> type[Worksheet]:
    """Return a class of worksheets that writes formulas shared by cells side by side."""
    from xlsxwriter.utility import xl_range, xl_rowcol_to_cell_fast
    from xlsxwriter.worksheet import Worksheet

    class Sharing(Worksheet):  # type: ignore[misc]  # the library comes without types
        shared = 0

        def write_shared(self, row: int, column: int, formula: str, look: Format, values: CellValues) -> None:
            """Write a formula into cells side by side; the file holds it once (ECMA-376, part 1, 18.3.1.40)."""
            last = column + len(values) - 1
            self._check_dimensions(row, column)
            self._check_dimensions(row, last)
            if row > self.previous_row:
                self._write_single_row(row)  # the row before is complete
            element = f'<f t="shared" ref="{xl_range(row, column, row, last)}" si="{self.shared}">'
            element = f"{element}{escape(formula, quote=False)}</f>"
            elements = chain([element], repeat(f'<f t="shared" si="{self.shared}"/>'))
            cells = map(_SharedCell, elements, repeat(look), values)
            self.table[row].update(enumerate(cells, column))
            self.shared += 1

        def _write_cell(self, row: int, col: int, cell: Any) -> None:
            """Write a cell; one of a shared formula at once, for most cells are such."""
            if type(cell) is _SharedCell:
                self.fh.write(f'<c r="{xl_rowcol_to_cell_fast(row, col)}"{cell.rest_of_element}')
            else:
                super()._write_cell(row, col, cell)

    return Sharing


def plain_sheets() -> type[Worksheet]:
    """Return a class of worksheets that takes formulas as they are and writes shared formulas.

    Formulas need no checks by the library: none has a function that newer programs want with a prefix.
    """

    class Plain(sharing_sheets()):  # type: ignore[misc]  # the library comes without types
        def _write_string(self, row: int, col: int, string: str, cell_format: Format | None = None) -> int:
            return int(super()._write_string(row, col, visible(string), cell_format))

        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: FBT001, FBT002 - as the library calls it
            del expand_future_functions
            return formula.removeprefix("=")

        def _check_dimensions(self, row: int, col: int, *rest: bool, **more: bool) -> int:
            """Refuse a cell above the row written last; the library would drop it in silence."""
            if super()._check_dimensions(row, col, *rest, **more) < 0 or row < (self.previous_row or 0):
                raise IndexError(f"row {row + 1} of {self.name} is written after row {(self.previous_row or 0) + 1}")
            return 0

        def _xml_formula_element(self, formula: str, result: object, attributes: list[tuple[str, str]]) -> None:
            """Mark an empty result as a text; without that, previews of files show 0."""
            more = [*attributes, ("t", "str")] if result == "" else attributes
            super()._xml_formula_element(formula, result, more)

    return Plain


COLUMNS: Final = 12
"""Columns of periods that fit on a page beside the labels: a year of months."""
A4: Final = 9
"""The number of the paper (ECMA-376, part 1, 18.3.1.63)."""
MOST_LINKS: Final = 60_000
"""Links that a sheet may have; spreadsheets take 65,530."""


def write_link(sheet: Worksheet, row: int, column: int, to: str, to_row: int, text: str, look: Format) -> None:  # noqa: PLR0913, PLR0917 - a link has two ends
    """Write a text that leads to a row, counted from 1, of a sheet; a plain text if the sheet has very many links."""
    if row < MOST_LINKS:
        sheet.write_url(row, column, f"internal:'{to}'!A{to_row}", look, visible(text), f"{to}, row {to_row}")
    else:
        sheet.write_string(row, column, text, look)


HEADER: Final = 120
"""Characters of a title on a printed page; a header takes 255, of which some are double."""


def write_plain(sheet: Worksheet, row: int, column: int, text: str, style: Styles, kind: str) -> None:
    """Write a text: a day as a day and a number as a number, to the left as texts are; anything else as it is."""
    try:
        sheet.write_number(row, column, serial(date.fromisoformat(text)), style(f"{kind}{LEFT}", NUMBERS["date"]))
    except ValueError:
        if text.isdecimal():
            sheet.write_number(row, column, int(text), style(f"{kind}{LEFT}"))
        else:
            sheet.write_string(row, column, text, style(kind))


LINE: Final = {"small": (10.5, 1.45), "wrapped": (13.5, 0.9)}
"""By kind of a wrapped text: the height of a line, in points, and how many characters a column takes for its width."""


def fit_row(sheet: Worksheet, row: int, kind: str, texts: Sequence[tuple[str, float]]) -> None:
    """Make a row as high as its wrapped texts need; not every program does that when it opens a workbook.

    Parameters
    ----------
    sheet, row : Worksheet, int
        The sheet, and the number of the row; the first is 0.
    kind : str
        The kind of its cells: `small` or `wrapped`.
    texts : sequence of pairs
        Each text with the width of its column.
    """
    height, fit = LINE[kind]
    lines = max((math.ceil(len(text) / (fit * width)) for text, width in texts), default=1)
    if lines > 1:
        sheet.set_row(row, height * lines + 2)


def write_heads(sheet: Worksheet, row: int, heads: Sequence[str], style: Styles) -> None:
    """Write the heads of columns from the first one on, each above what stands in its column.

    Parameters
    ----------
    sheet, row, heads, style : Worksheet, int, sequence of str, Styles
        The sheet, the number of the row, the heads, and the styles of cells.
    """
    for column, head in enumerate(heads):
        kind = "unit-head" if head in {"Unit", "Source"} else "option" if head in RIGHT else "head"
        sheet.write_string(row, column, head, style(kind))


def set_up(sheet: Worksheet, title: str, *, rows: int = 0, columns: int = 0, labels: int = 6) -> None:
    """Set up printing and the view: landscape, as few pages wide as the columns need, headings repeated and frozen.

    Parameters
    ----------
    sheet : Worksheet
        The sheet.
    title : str
        Printed at the head of each page.
    rows : int
        Rows at the top that are frozen and printed on each page.
    columns : int
        Columns of periods; with any, the columns before them are frozen too.
    labels : int
        How many columns stand before those of periods.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    shown = visible(title if len(title) <= HEADER else f"{title[:HEADER]}...")
    # In headers `&` begins a code: `&A` is the name of the sheet, `&P` the page.
    sheet.set_header(f"&L{shown.replace('&', '&&')}&R&A")
    sheet.set_footer("&L&F&RPage &P of &N")
    sheet.fit_to_pages(max(1, math.ceil(columns / COLUMNS)), 0)
    if rows:
        sheet.repeat_rows(0, rows - 1)
    if columns:
        sheet.repeat_columns(0, 1)
        sheet.freeze_panes(rows, labels)
    elif rows:
        sheet.freeze_panes(rows, 0)
    sheet.hide_gridlines(2)
