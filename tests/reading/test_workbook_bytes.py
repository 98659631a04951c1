"""Any bytes as a workbook are a message of `diff` and exit 2, or are read: never a traceback, never much memory."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from fibercap.cli import main
from fibercap.core.errors import FibercapError
from fibercap.reading.workbook import read_review
from tests.reading.test_workbook_back import fibercore_workbook

BOOK, RELS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
BOMB = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'


@cache
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(fibercore_workbook())) as book:
        return {name: book.read(name) for name in book.namelist()}


def pack(block: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", packing, compresslevel=1) as book:
        for name, content in block.items():
            book.writestr(name, content)
    return target.getvalue()


def sheet_of_inputs() -> str:
    return next(name for name, content in parts().items() if name.startswith("xl/worksheets") and b">Path<" in content)


def with_part(name: str, content: bytes) -> bytes:
    return pack({**parts(), name: content})


def encrypted_workbook() -> bytes:
    """Return the workbook with the bit of encryption set in every header."""
    content = bytearray(fibercore_workbook())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        index = content.find(mark)
        while index >= 0:
            content[index + offset] |= 1
            index = content.find(mark, index + 4)
    return bytes(content)


def damaged_workbook() -> bytes:
    """Return the workbook with its packed bytes spoilt, its directory sound."""
    content = bytearray(fibercore_workbook())
    with zipfile.ZipFile(BytesIO(fibercore_workbook())) as book:
        info = book.getinfo(sheet_of_inputs())
    start = info.header_offset + 80
    content[start : start + 40] = b"\xff" * 40
    return bytes(content)


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as done:
        main(["diff", "fibercore", str(path)])
    return int(done.value.code or 0), capsys.readouterr().err


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: b"", "not a zip file"),
        (lambda: b"PK nothing", "not a zip file"),
        (lambda: fibercore_workbook()[:5000], "not a zip file"),
        (damaged_workbook, "is not a workbook that fibercap exported"),
        (encrypted_workbook, "encrypted"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "without a password"),
        (lambda: pack({name: parts()[name] for name in (RELS, BOOK)}, zipfile.ZIP_LZMA), "packed in an unknown way"),
        (lambda: with_part(sheet_of_inputs(), b" " * (64 * 1024 * 1024 + 1)), "larger than any"),
        (lambda: with_part(sheet_of_inputs(), BOMB.encode("utf-16")), "defines entities"),
        (lambda: with_part(BOOK, BOMB.encode("utf-16")), "defines entities"),
        (lambda: with_part(sheet_of_inputs(), b"<a>" * 100_000), "deeper"),
        (lambda: with_part(sheet_of_inputs(), SHEET + b'<c r="A1">' + b"<v/>" * 10_001), "more than 10,000 parts"),
        (lambda: pack({name: text for name, text in parts().items() if name != RELS}), "workbook.xml.rels"),
        (lambda: pack({name: text for name, text in parts().items() if name != BOOK}), "xl/workbook.xml"),
        (lambda: with_part(RELS, b"<x/>"), "is not a workbook that fibercap exported"),
        (lambda: with_part(BOOK, b"<x/>"), "there is no sheet `Inputs`"),
    ],
)
def test_what_is_no_sound_workbook_is_a_message(
    made: object, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(made())  # type: ignore[operator]

    code, err = run(path, capsys)

    assert code == 2
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("number", ["1e999", "-1e999", "nan", "1e300", "=1+1", "true", "9" * 5000])
def test_numbers_and_dates_beyond_all_bounds_are_refused_with_their_cell(
    number: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = parts()[sheet_of_inputs()].decode()
    path = tmp_path / "plan.xlsx"
    for old in (">30<", ">37256<"):  # a cost, and a date
        assert old in content
        path.write_bytes(with_part(sheet_of_inputs(), content.replace(old, f">{number}<", 1).encode()))

        code, err = run(path, capsys)

        assert code == 2
        assert "plan.xlsx" in err
        assert len(err) < 3000


@pytest.mark.long
def test_a_large_sheet_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """Three million bytes of cells pack into a small file; unpacked as one tree they would take a hundred times that."""
    path = tmp_path / "plan.xlsx"
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    path.write_bytes(with_part(sheet_of_inputs(), head + b'<c r="A1"/>' * 100_000 + b"</row></sheetData></worksheet>"))
    tracemalloc.start()

    with pytest.raises(FibercapError, match="has another form"):
        read_review(path)

    assert tracemalloc.get_traced_memory()[1] < 30e6
    tracemalloc.stop()


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 160, 20))
def test_spoilt_workbooks_end_in_a_message_or_are_read(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty seeds at a time: bytes of the file, or of one of its parts, are changed, cut or doubled."""
    path = tmp_path / "plan.xlsx"
    small = {name: text for name, text in parts().items() if name in (RELS, BOOK, sheet_of_inputs())}
    for seed in range(first, first + 20):
        dice = random.Random(seed)  # noqa: S311 - which bytes are spoilt
        inner = seed % 2
        name = dice.choice(sorted(small))
        content = bytearray(small[name] if inner else fibercore_workbook())
        for _ in range(dice.choice([1, 3, 30])):
            start, length = dice.randrange(len(content)), dice.choice([1, 1, 4, 200])
            kept = bytes(content[start : start + length])
            spoilt = dice.choice([dice.randbytes(length), b"", kept * 2, b"9" * length, b"\x00" * length])
            content[start : start + length] = spoilt
        path.write_bytes(with_part(name, bytes(content)) if inner else bytes(content))

        code, err = run(path, capsys)

        assert code in (0, 2), seed
        assert "Traceback" not in err, seed
        assert code == 0 or err, seed
