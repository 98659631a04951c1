"""Parquet, which the extra `parquet` writes."""

from __future__ import annotations

import io
from datetime import date
from importlib.util import find_spec
from math import isnan
from typing import TYPE_CHECKING, Any

from fibercap.core.errors import FibercapError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fibercap.views.files.csv_text import Cell


def refuse_without_pyarrow() -> None:
    """Raise an error that says how to install pyarrow, if it is not there."""
    if find_spec("pyarrow") is None:
        way = "install it by `pip install 'fibercap[parquet]'`, or choose another format"
        raise FibercapError("extra_missing", "Parquet needs pyarrow, which is not installed", way)


def parquet_bytes(columns: Iterable[tuple[Mapping[str, str], Sequence[Cell]]]) -> bytes:
    """Return a table as Parquet; what is undefined is null.

    Parameters
    ----------
    columns : iterable of (mapping, sequence)
        What each column is (`name`, `type` as in a Data Package, and more for its metadata), and its cells.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
    types |= {"date": pa.date32(), "any": pa.string()}
    fields, arrays = [], []
    for about, cells in columns:
        kind = about["type"]
        fields.append(pa.field(about["name"], types[kind], metadata=dict(about)))
        arrays.append(pa.array([_cell(cell, kind) for cell in cells], types[kind]))
    content = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), content)
    return content.getvalue()


def _cell(cell: Cell, kind: str) -> Any:
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return None
    if kind == "date":
        return date.fromisoformat(str(cell))
    return str(cell) if kind == "any" else cell
