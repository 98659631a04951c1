"""A table for other programs: columns with their types and units, and lines; as CSV, as Parquet, and described."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from fibercap.views.files.csv_text import csv_text
from fibercap.views.files.parquet import parquet_bytes, refuse_without_pyarrow

if TYPE_CHECKING:
    from fibercap.views.files.csv_text import Cell

Kind = Literal["string", "number", "integer", "boolean", "date", "any"]
"""The type of a column, as a Data Package names it; `any` is a number or a text."""


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, its type and, of numbers, the unit or the column that says the unit."""

    name: str
    title: str
    kind: Kind = "string"
    unit: str = ""
    unit_column: str = ""

    @property
    def description(self) -> dict[str, str]:
        """What a Data Package says of the column; `unit` and `unitColumn` are keys of fibercap."""
        units = {"unit": self.unit, "unitColumn": self.unit_column}
        return {"name": self.name, "type": self.kind, "title": self.title} | {k: v for k, v in units.items() if v}


@dataclass(frozen=True)
class TableFile:
    """A table that can be written: its lines have a cell for each column, None where there is nothing to say."""

    name: str
    """Its file without the suffix, such as `rows` or `statements/income`."""
    title: str
    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]
    key: tuple[str, ...] = ()
    """The columns that together differ in every line."""

    def csv(self) -> bytes:
        """Return the table as CSV."""
        return csv_text([column.name for column in self.columns], self.lines).encode()

    def parquet(self) -> bytes:
        """Return the table as Parquet, with the title and the unit of each column in its metadata.

        Raises
        ------
        FibercapError
            If pyarrow is not installed.
        """
        refuse_without_pyarrow()
        columns = zip(
            self.columns, zip(*self.lines, strict=True) if self.lines else ((),) * len(self.columns), strict=True
        )
        return parquet_bytes([(column.description, cells) for column, cells in columns])


FORMS: Final[dict[str, Callable[[TableFile], bytes]]] = {"csv": TableFile.csv, "parquet": TableFile.parquet}
"""What writes a table, by the suffix of its file."""
