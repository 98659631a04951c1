"""The sheet of changes before the export, with room for a reviewer's notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.trees.tree import Leaf, leaves
from fibercap.views.workbook.formats import set_up, write_heads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsxwriter.worksheet import Worksheet

    from fibercap.model.plan.scenario import Scenario
    from fibercap.views.workbook.formats import Styles

NAME: Final = "Changes"


def change_sheet(sheet: Worksheet, scenario: Scenario, style: Styles) -> None:
    """Write which inputs were changed before the export and by what; leave room for a reviewer's notes."""
    set_up(sheet, NAME, rows=4)
    for column, width in enumerate((44, 30, 30, 44, 40)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, NAME, style("title"))
    remark = "Inputs that an option, a file or the command line changed before the export; then a reviewer's own notes."
    sheet.write_string(1, 0, remark, style("remark"))
    write_heads(sheet, 3, ("Input", "Was", "Is", "Changed by", "Where"), style)
    row = 4
    for texts in _changes(scenario):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, style("text"))
        row += 1
    write_heads(sheet, row + 1, ("Reviewer's notes: input or row", "Was", "Is", "Why", "Who and when"), style)
    for blank in range(row + 2, row + 22):
        for column in range(5):
            sheet.write_blank(blank, column, None, style("input"))


def _changes(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    """Yield path, old and new text, change and place of every input that was changed."""
    values, _ = scenario.unwrapped_tree
    for path, leaf in leaves(values):
        if path[0] not in ("options", "claims", "sources") and isinstance(leaf, Leaf):
            for step, origin in enumerate(origin.without_folder() for origin in leaf.origins):
                if origin.how != "written" and origin.previous is not None:
                    later = leaf.origins[step + 1].previous if step + 1 < len(leaf.origins) else leaf.text
                    where = f"{origin.place.file}:{origin.place.line}" if origin.place else ""
                    yield ".".join(path), origin.previous, str(later), origin.how, where
