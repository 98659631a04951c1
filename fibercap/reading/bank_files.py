"""The cells of a bank's table, from a spreadsheet, a CSV file, a DataFrame or lists."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import FibercapError, did_you_mean
from fibercap.reading.locating import display_path

if TYPE_CHECKING:
    from fibercap.studies.bank.table import Rows

SHEETS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS: Final = (".csv", ".tsv", ".txt")
MOST_BYTES: Final = 20_000_000
MOST_UNPACKED: Final = 400_000_000
MOST_ROWS: Final = 20_000
DIVIDERS: Final = ";\t|,"


def sheets_of(source: Any, sheet: str = "") -> dict[str, Rows]:
    """Return the cells of a table by the name of its sheet; several sheets where none is named.

    Parameters
    ----------
    source : path, DataFrame or list of rows
        The file, or its cells.
    sheet : str
        The sheet; "" for all of them.

    Raises
    ------
    FibercapError
        If the file is not there, damaged, too large, or of a kind that is not read.
    """
    if hasattr(source, "itertuples"):
        return {"the table": _rows_of_frame(source)}
    if not isinstance(source, (str, Path)):
        return {"the table": [list(row) for row in source]}
    path = Path(source)
    content, name = _bytes_of(path), display_path(path)
    suffix = path.suffix.lower()
    if suffix in SHEETS:
        sheets = _read_workbook(content, name, sheet)
    elif suffix in TEXTS:
        if sheet:
            raise FibercapError("no_such_sheet", f"{name} is a text, which has no sheets", "leave `--sheet` out")
        sheets = {name: _rows_of_text(content, name)}
    else:
        known = ", ".join((*SHEETS, *TEXTS))
        raise FibercapError("unreadable_table", f"{name} has none of the suffixes of tables: {known}")
    for rows in sheets.values():
        if len(rows) > MOST_ROWS:
            raise FibercapError("table_too_large", f"{name} has {len(rows):,} rows; at most {MOST_ROWS:,} are read")
    return sheets


def is_workbook(source: Any) -> bool:
    """Return whether a table is a file that has sheets."""
    return isinstance(source, (str, Path)) and Path(source).suffix.lower() in SHEETS


def _rows_of_frame(frame: Any) -> Rows:
    """Return the columns of a DataFrame, its index among them if it has dates, as rows."""
    # By name of the class, so that pandas need not be imported here.
    kept = frame.reset_index() if "date" in type(frame.index).__name__.lower() else frame
    plain = kept.astype(object).where(kept.notna(), None)
    return [
        [str(name) for name in plain.columns],
        # Timestamps of pandas become datetimes, as cells of a spreadsheet are.
        *([getattr(c, "to_pydatetime", lambda c=c: c)() for c in row] for row in plain.itertuples(index=False)),
    ]


def _bytes_of(path: Path) -> bytes:
    name = display_path(path)
    try:
        if path.is_dir():
            raise FibercapError("unreadable_table", f"{name} is a folder", "name the file of the table")
        if path.stat().st_size > MOST_BYTES:
            what = f"{name} has {path.stat().st_size / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:,.0f} MB are read"
            raise FibercapError("table_too_large", what)
        return path.read_bytes()
    except FileNotFoundError:
        names = [other.name for other in path.parent.glob("*") if other.suffix.lower() in (*SHEETS, *TEXTS)]
        way = did_you_mean(path.name, names, "tables") if path.parent.is_dir() else "look at its folder"
        raise FibercapError("unreadable_table", f"there is no file {name}", way) from None
    except OSError as error:
        raise FibercapError("unreadable_table", f"{name} cannot be read: {error.strerror or error}") from None


def _read_workbook(content: bytes, name: str, sheet: str) -> dict[str, Rows]:
    """Return the sheets of a workbook that hold anything."""
    if find_spec("python_calamine") is None:
        way = "install it by `pip install 'fibercap[bank]'`, or save the sheet as CSV"
        raise FibercapError("extra_missing", f"{name} needs python-calamine, which is not installed", way)
    import python_calamine as calamine  # noqa: PLC0415 - an extra, loaded where it is used

    _refuse_bomb(content, name)
    try:
        workbook = calamine.load_workbook(io.BytesIO(content))
        names = workbook.sheet_names
        asked = [sheet] if sheet in names else [] if sheet else names
        read = {one: workbook.get_sheet_by_name(one).to_python(skip_empty_area=False) for one in asked}
    except calamine.PasswordError:
        raise FibercapError("unreadable_table", f"{name} is locked by a password", "save it without one") from None
    except (calamine.CalamineError, OSError, ValueError, KeyError) as error:
        raise FibercapError("unreadable_table", f"{name} is damaged, or no spreadsheet: {error}") from None
    if not asked:
        raise FibercapError("no_such_sheet", f"{name} has no sheet `{sheet}`", did_you_mean(sheet, names, "sheets"))
    return {one: rows for one, rows in read.items() if rows}


def _refuse_bomb(content: bytes, name: str) -> None:
    """Raise if a packed file would unpack to far more bytes than any schedule has."""
    if content[:2] != b"PK":  # .xls is not packed
        return
    try:
        size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except zipfile.BadZipFile as error:
        raise FibercapError("unreadable_table", f"{name} is damaged, or no spreadsheet: {error}") from None
    if size > MOST_UNPACKED:
        raise FibercapError("table_too_large", f"{name} unpacks to {size / 1e6:,.0f} MB")


def _rows_of_text(content: bytes, name: str) -> Rows:
    """Return the cells of a text file; one that is neither UTF-8 nor UTF-16 is read in the encoding of Windows."""
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FibercapError("unreadable_table", f"{name} is not a text file, though its suffix says so")
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # what spreadsheets in Europe save as CSV
    divider = _divider(text.splitlines()[:200])
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=divider, skipinitialspace=True))
    except csv.Error as error:
        raise FibercapError("unreadable_table", f"{name} is no CSV: {error}") from None


def _divider(lines: list[str]) -> str:
    """Return the mark that divides cells: the one that gives most lines the same number of cells, more than one."""

    def rank(mark: str) -> tuple[int, int]:
        counts = Counter(count for line in csv.reader(lines, delimiter=mark) if (count := len(line)) > 1)
        return (max(counts.values()), max(counts)) if counts else (0, 0)

    try:
        return max(DIVIDERS, key=rank)  # of equals the first: semicolons before commas, which may be decimals
    except csv.Error:
        return ","
