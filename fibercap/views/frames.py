"""Tables for Python: pandas frames of plain floats, with the unit in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.studies.compare import Comparison
from fibercap.studies.what_if.one_way import Sensitivity

if TYPE_CHECKING:
    import pandas as pd

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.what_if.two_way import TwoWay


def annual(projection: Projection, by: str = "year") -> pd.DataFrame:
    """Return every row by year, quarter or month; index (row, unit), a column for each period.

    Parameters
    ----------
    projection : Projection
        The results of a scenario; of a batch, those of the first sample.
    by : str
        `year`, `quarter` or `month`.

    Raises
    ------
    ValueError
        If the model's own step is longer than `by`.
    """
    import pandas as pd

    rows = projection.period_rows
    values = [{label: float(v[0]) for label, v in projection.by(path, by).items()} for path in rows]
    index = pd.MultiIndex.from_tuples([(path, row.unit) for path, row in rows.items()], names=["row", "unit"])
    return pd.DataFrame(values, index=index)


def table(result: Comparison | Sensitivity | TwoWay) -> pd.DataFrame:
    """Return a result as a frame: measures by case, the points of moved inputs, or a grid of two of them.

    Measures have the index (measure, unit), and a column for each option or scenario; an undefined one is nan. Points
    have the index (input, value), nan for an input of several values, and columns for its factor, unit, the measures,
    whether nothing fails there (`sound`) and why it is refused. Of a two-way table it is the grid of the first measure.
    """
    import pandas as pd

    if not isinstance(result, Comparison):
        return _points(result)
    cases = result.cases
    names = {name: measure for case in cases.values() for name, measure in case.measures.items()}
    values = {
        key: [float("nan") if name not in case.measures else _first(case.measures[name]) for name in names]
        for key, case in cases.items()
    }
    index = pd.MultiIndex.from_tuples([(name, m.unit) for name, m in names.items()], names=["measure", "unit"])
    return pd.DataFrame(values, index=index, dtype=float)


def _points(result: Sensitivity | TwoWay) -> pd.DataFrame:
    import pandas as pd

    if isinstance(result, Sensitivity):
        return pd.DataFrame(result.lines, columns=result.heads).set_index(["input", "value"])
    index = pd.Index(result.one.values, name=result.one.lever.name)
    columns = pd.Index(result.other.values, name=result.other.lever.name)
    return pd.DataFrame(result.values(next(iter(result.measures))), index, columns)


def _first(measure: Measure) -> float:
    return float("nan") if measure.value is None else measure.value
