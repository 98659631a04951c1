"""Files of `sensitivity`: its table as CSV, and its charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.errors import FibercapError
from fibercap.views.charts.all_charts import SUFFIXES, render_chart
from fibercap.views.charts.fonts import warn_of_boxes_in, words_of
from fibercap.views.charts.moved_inputs import chart_of
from fibercap.views.files.csv_text import csv_text

if TYPE_CHECKING:
    from fibercap.studies.what_if.one_way import Sensitivity
    from fibercap.studies.what_if.two_way import TwoWay

CSV = ".csv"


def sensitivity_file(result: Sensitivity | TwoWay, suffix: str) -> bytes:
    """Return the bytes of a file: the table, or the chart of the first measure.

    Parameters
    ----------
    result, suffix : Sensitivity or TwoWay, str
        The result, and `.csv`, `.png`, `.svg` or `.pdf`.

    Raises
    ------
    FibercapError
        If the suffix is unknown.
    """
    if suffix.lower() == CSV:
        return csv_text(result.heads, result.lines).encode()
    if suffix.lower() not in SUFFIXES:
        known = ", ".join((CSV, *SUFFIXES))
        target = f"ending in `{suffix}`" if suffix else "without a suffix"
        raise FibercapError("unknown_suffix", f"nothing can be written to a file {target}", f"known suffixes: {known}")
    warn_of_boxes_in(words_of(result.base.scenario), [suffix])
    return render_chart(lambda: chart_of(result), suffix)
