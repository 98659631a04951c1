"""Read the cells of workbooks in bounded memory; refuse any other bytes with a message."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGEST: Final = 64 * 1024 * 1024
"""Largest size of a workbook, and of a part of it, in bytes; exported workbooks are much smaller."""
MOST_CELLS: Final = 1_000_000
_DEEPEST: Final = 50
_MOST_PARTS: Final = 10_000
_CHUNK: Final = 64 * 1024
_OLE: Final = b"\xd0\xcf\x11\xe0"
"""First bytes of files that are in an old format, or encrypted with a password."""
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BAD: Final = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, ET.ParseError, LookupError, ValueError,
    OverflowError, RuntimeError,
)  # fmt: skip
"""Exceptions for damaged files: in the zip, in a compressed part, in its XML, or in references of the XML."""

Cells = dict[tuple[int, str], str]
"""Texts of cells by row and column letters; a formula, with its equals sign, is under `f` and the letters."""


def cells_of(path: Path, names: tuple[str, ...]) -> tuple[Cells, ...]:
    """Return the cells of several sheets of a workbook.

    Parameters
    ----------
    path : Path
        The workbook.
    names : tuple of str
        The sheets.

    Raises
    ------
    FibercapError
        If it is not a workbook with these sheets, or is damaged, encrypted or larger than any that was exported.
    """
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is not a file")
        with path.open("rb") as file:
            # Else zipfile would only say that it is not a zip file.
            if file.read(len(_OLE)) == _OLE:
                raise ValueError("it is encrypted or of an old format; save it as .xlsx, without a password")
        if path.stat().st_size > LARGEST:
            raise ValueError("it is larger than any that was exported")
        with zipfile.ZipFile(path) as book:
            return tuple(_sheet(book, name) for name in names)
    except MemoryError:
        raise FibercapError(
            "not_a_workbook", f"{path} is not a workbook that fibercap exported (larger than memory)"
        ) from None
    except _BAD as error:
        reason = str(error.args[0] if isinstance(error, KeyError) and error.args else error) or "damaged"
        raise FibercapError("not_a_workbook", f"{path} is not a workbook that fibercap exported ({reason})") from None


def _sheet(book: zipfile.ZipFile, name: str) -> Cells:
    links: dict[str, str] = {}
    _read(book, "xl/_rels/workbook.xml.rels", _ending("Relationship"), _collect_attribute(links, "Id", "Target"))
    sheets: dict[str, str] = {}
    _read(book, "xl/workbook.xml", f"{_MAIN}sheet", _collect_attribute(sheets, "name", _LINK))
    if name not in sheets:
        raise KeyError(f"there is no sheet `{name}`")
    shared: list[str] = []
    if "xl/sharedStrings.xml" in book.namelist():  # if another program saved the workbook
        _read(book, "xl/sharedStrings.xml", f"{_MAIN}si", lambda item: shared.append(_text(item)))
    cells: Cells = {}
    _read(
        book, "xl/" + links[sheets[name]].removeprefix("/xl/"), f"{_MAIN}c", lambda cell: _add_cell(cells, cell, shared)
    )
    return cells


def _ending(tag: str) -> str:
    return f"{{http://schemas.openxmlformats.org/package/2006/relationships}}{tag}"


def _collect_attribute(values: dict[str, str], key: str, value: str) -> Callable[[ET.Element], None]:
    """Return a function that adds one attribute of an element to `values`, by another attribute."""
    return lambda element: values.update({element.get(key, ""): element.get(value, "")})


def _text(element: ET.Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_MAIN}t"))


def _add_cell(cells: Cells, cell: ET.Element, shared: list[str]) -> None:
    """Add the value and the formula of a cell to `cells`."""
    where = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", cell.get("r", ""))
    if where is None:
        return
    if len(cells) >= MOST_CELLS:
        raise ValueError(f"a sheet has more than {MOST_CELLS:,} cells")
    value, formula = cell.find(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
    text = _text(cell) if value is None else value.text or ""
    row = int(where[2])
    cells[row, where[1]] = _shared_text(shared, text) if cell.get("t") == "s" else text
    if formula is not None:
        cells[row, f"f{where[1]}"] = f"={formula.text or ''}"


def _shared_text(shared: list[str], number: str) -> str:
    if not number.isdecimal() or int(number) >= len(shared):
        raise ValueError(f"there is no shared text {number[:20]}")
    return shared[int(number)]


class _Taking(ET.TreeBuilder):
    """Builds only elements of one tag, passes each to `take`, and forgets it; refuses definitions of entities."""

    def __init__(self, tag: str, take: Callable[[ET.Element], None]) -> None:
        super().__init__()
        self.tag, self.take = tag, take
        self.open: list[ET.Element] = []
        self.inside = self.parts = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:
        """Count an element that starts, and refuse too many or too deep ones."""
        element = super().start(tag, attrs)
        self.open.append(element)
        self.inside += tag == self.tag
        self.parts = self.parts + 1 if self.inside else 0
        if self.parts > _MOST_PARTS:
            raise ValueError(f"a cell or text has more than {_MOST_PARTS:,} parts")
        if len(self.open) > _DEEPEST:
            raise ValueError("it is deeper than any that was exported")
        return element

    def end(self, tag: Any, /) -> ET.Element:
        """Pass an element that ends to `take`, and remove it from the tree."""
        element = super().end(tag)
        self.open.pop()
        if tag == self.tag:
            self.inside -= 1
            self.parts = 0
            self.take(element)
        if self.open and not self.inside:
            self.open[-1].remove(element)  # else the whole sheet stays in memory
        return element

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse a document type, which may define entities."""
        del pubid, system
        raise ValueError(f"it defines entities ({name})")


def _read(book: zipfile.ZipFile, name: str, tag: str, take: Callable[[ET.Element], None]) -> None:
    """Read a part of a workbook and pass its elements of one tag to `take`."""
    part = book.getinfo(name)
    if part.file_size > LARGEST:
        raise ValueError(f"{name} is larger than any that was exported")
    if part.flag_bits & _ENCRYPTED or part.compress_type not in _PACKED:
        raise ValueError(f"{name} is encrypted or packed in an unknown way; save it without a password")
    parser = ET.XMLParser(target=_Taking(tag, take))  # noqa: S314 - definitions are refused
    with book.open(part) as file:
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
    parser.close()
