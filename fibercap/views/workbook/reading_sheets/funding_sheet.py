"""Who pays for each project and purchase, by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.model.plants.capex import spending_title
from fibercap.views.statements import HALF
from fibercap.views.workbook.reading_sheets.label_sums import sums_by_label
from fibercap.views.workbook.reading_sheets.year_sheet import YearTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.workbook.reading_sheets.annual_reader import AnnualReader
    from fibercap.views.workbook.reading_sheets.year_sheet import YearLine, YearSheet

FUNDING: Final = "Funding"
USES: Final = "Uses of funds"


def funding_sheet(reader: AnnualReader) -> YearSheet:
    """Return the sheet of funding: for each project and purchase what pays for it, then all of them together."""
    sheet = reader.sheet(FUNDING, f" in {reader.currency}")
    plans = [projection.scenario for projection in reader.projections]
    keys = {key: _name(plan, key) for plan in plans for key in plan.spends}
    for key, name in keys.items():
        sheet.tables.append(YearTable(name, list(_lines(reader, key, plans))))
    if len(keys) > 1:
        sheet.tables.append(sums_by_label(sheet, "All projects and purchases", (USES,)))
    return sheet


def _lines(reader: AnnualReader, key: str, plans: list[Scenario]) -> Iterator[YearLine]:
    """Yield what each source pays for a project or purchase, then its uses of funds."""
    paths = dict.fromkeys(path for plan in plans if key in plan.spends for path in plan.source_rows(key).values())
    uses, last = f"funding.{key}.uses", f"funding.{key}.gap"
    for path in [*sorted(paths, key=lambda path: path == last), *([uses] if reader.has(uses) else [])]:
        shown = next(projection for projection in reader.projections if path in projection.rows)
        label = shown.rows[path].label.removeprefix(f"{spending_title(shown.scenario, key)}: ")
        zero = not any(abs(value) >= HALF for values, _ in reader.years_of(path) for value in values)
        words = USES if path == uses else f"{label[0].upper()}{label[1:]}"
        yield reader.line(path, words, strong=path == uses, hidden=zero and path != uses)


def _name(plan: Scenario, key: str) -> str:
    """Return the name of a project, or of a plant that is bought."""
    return f"{'' if key in plan.projects else 'Purchase of '}{spending_title(plan, key)}"
