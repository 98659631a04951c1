"""The page that `rows` prints: rows and measures of a plan with label, unit and nature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from fibercap.core.units import unit_text
from fibercap.studies.explaining.lookup import REPEATED
from fibercap.views.terminal.printing import fold_label, plain_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from fibercap.core.formulas.rows import Row
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.views.json.answer_types import Listed

MEASURE = "measure"


def row_list_page(
    console: Console, projection: Projection, rows: Mapping[str, Row], measures: Mapping[str, Measure]
) -> None:
    """Print rows, then measures, one on each line."""
    listed = [(path, row.label, row.unit, row.nature) for path, row in rows.items()]
    listed += [(m.name, m.label, m.unit, MEASURE) for m in measures.values()]
    room = max(24, console.width // 2)
    table = plain_table()
    table.add_column("Name", no_wrap=True)
    table.add_column("Label")
    table.add_column("Unit", no_wrap=True)
    table.add_column("Nature", no_wrap=True)
    for path, label, unit, nature in listed:
        name = Text("\n".join(fold_label(path, room)))
        table.add_row(name, Text("" if label == path else label), Text(unit_text(unit) or "1"), nature)
    console.print(table)
    if projection.run_off is not None and not any(path.startswith(REPEATED) for path in rows):
        console.print(Text("What follows the horizon has the same names after `run_off.`.", style="dim"))


def row_list_document(rows: Mapping[str, Row], measures: Mapping[str, Measure]) -> Listed:
    """Return the document of `rows --json`."""
    return {
        "rows": {path: {"label": row.label, "unit": row.unit, "nature": row.nature} for path, row in rows.items()},
        "measures": {m.name: {"label": m.label, "unit": m.unit} for m in measures.values()},
    }
