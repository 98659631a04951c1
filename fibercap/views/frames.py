"""Tables for Python: pandas frames of plain floats, with the unit in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.compare import Comparison


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


def table(comparison: Comparison) -> pd.DataFrame:
    """Return measures by case; index (measure, unit), a column for each option or scenario.

    An undefined measure is nan.
    """
    import pandas as pd

    cases = comparison.cases
    names = {name: measure for case in cases.values() for name, measure in case.measures.items()}
    values = {
        key: [float("nan") if name not in case.measures else _first(case.measures[name]) for name in names]
        for key, case in cases.items()
    }
    index = pd.MultiIndex.from_tuples([(name, m.unit) for name, m in names.items()], names=["measure", "unit"])
    return pd.DataFrame(values, index=index, dtype=float)


def _first(measure: Measure) -> float:
    return float("nan") if measure.value is None else measure.value
