"""Tables for Python: pandas frames of plain floats, with the unit in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.studies.chances.kept import MEASURE
from fibercap.studies.chances.simulate import Simulation
from fibercap.studies.compare import Comparison
from fibercap.studies.what_if.one_way import Sensitivity

if TYPE_CHECKING:
    import pandas as pd

    from fibercap.core.units import Array
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.studies.what_if.two_way import TwoWay

FIGURE_NAMES: Final = {
    "mean": "mean",
    "p5": "P5",
    "p10": "P10",
    "p50": "P50",
    "p90": "P90",
    "p95": "P95",
    "cvar5": "low 5 %",
}
"""What a table calls the figures of a simulation, in their order."""
SPREAD: Final = ("mean", "P5", "P50", "P95")
"""The figures that a table shows of the samples of a batch."""


def spread_of(values: Array) -> list[float]:
    """Return mean, 5th, 50th and 95th percentile of samples; undefined ones are left out. [unit of the values]

    Parameters
    ----------
    values : (sample,)
        A value for each sample, nan where undefined.

    Source
    ------
    Percentiles as `numpy.quantile` interpolates them, linearly between the ordered samples.
    """
    defined = values[~np.isnan(values)]
    if not len(defined):
        return [np.nan] * len(SPREAD)
    return [float(defined.mean()), *map(float, np.quantile(defined, [0.05, 0.5, 0.95]))]


def annual(projection: Projection, by: str = "year") -> pd.DataFrame:
    """Return every row in model periods by year, quarter or month: flows summed, stocks at the end, rates averaged.

    Parameters
    ----------
    projection : Projection
        The results of a scenario, or of a batch.
    by : str
        `year`, `quarter` or `month`.

    Returns
    -------
    (row, period)
        Index (row, unit), a column for each period. Of a batch the index is (row, unit, samples), with mean, P5, P50
        and P95 of the samples. [unit of each row]

    Raises
    ------
    ValueError
        If the model's own step is longer than `by`.

    Source
    ------
    docs/conventions.md, section 1, Natures.
    """
    import pandas as pd

    rows = projection.period_rows
    values = {path: projection.by(path, by) for path in rows}
    if projection.samples == 1:
        index = pd.MultiIndex.from_tuples([(path, row.unit) for path, row in rows.items()], names=["row", "unit"])
        cells = [{label: float(value[0]) for label, value in values[path].items()} for path in rows]
        return pd.DataFrame(cells, index=index)
    keys = [(path, row.unit, name) for path, row in rows.items() for name in SPREAD]
    spreads = [{label: spread_of(value) for label, value in values[path].items()} for path in rows]
    cells = [{label: spread[place] for label, spread in by_label.items()} for by_label in spreads for place in range(4)]
    return pd.DataFrame(cells, index=pd.MultiIndex.from_tuples(keys, names=["row", "unit", "samples"]))


def table(result: Comparison | Simulation | Sensitivity | TwoWay) -> pd.DataFrame:
    """Return a result as a frame: measures by case, the points of moved inputs, or a grid of two of them.

    Measures have the index (measure, unit), and a column for each option or scenario; an undefined one is nan. Where
    the plans are batches, the index also has `samples`: mean, P5, P50 or P95 of the samples. Points have the
    index (input, value), nan for an input of several values, and columns for its factor, unit, the measures, whether
    nothing fails there (`sound`) and why it is refused. Of a two-way table it is the grid of the first measure. Of a
    simulation the index is (measure, unit, samples), with mean, quantiles, and the mean of the lowest twentieth.
    """
    import pandas as pd

    if isinstance(result, Simulation):
        return _figures(result)
    if not isinstance(result, Comparison):
        return _points(result)
    cases = result.cases
    names = {name: measure for case in cases.values() for name, measure in case.measures.items()}
    if all(case.projection.samples == 1 for case in cases.values()):
        keys = [(name, measure.unit) for name, measure in names.items()]
        index = pd.MultiIndex.from_tuples(keys, names=["measure", "unit"])
        values = {key: [_spread(case.measures.get(name))[0] for name in names] for key, case in cases.items()}
        return pd.DataFrame(values, index=index, dtype=float)
    index = pd.MultiIndex.from_tuples(
        [(name, measure.unit, of) for name, measure in names.items() for of in SPREAD],
        names=["measure", "unit", "samples"],
    )
    spreads = {
        key: [figure for name in names for figure in _spread(case.measures.get(name))] for key, case in cases.items()
    }
    return pd.DataFrame(spreads, index=index, dtype=float)


def _figures(simulation: Simulation) -> pd.DataFrame:
    import pandas as pd

    cases = simulation.cases
    names = [key for key in next(iter(cases.values())).kept if key.startswith(MEASURE)]
    measures = {key: next(iter(cases.values())).base.measures[key.removeprefix(MEASURE)] for key in names}
    keys = [(measures[key].name, measures[key].unit, of) for key in names for of in FIGURE_NAMES.values()]
    figures = {
        name or "as written": [one.value for key in names for one in case.figures(key.removeprefix(MEASURE)).values()]
        for name, case in cases.items()
    }
    return pd.DataFrame(figures, index=pd.MultiIndex.from_tuples(keys, names=["measure", "unit", "samples"]))


def _points(result: Sensitivity | TwoWay) -> pd.DataFrame:
    import pandas as pd

    if isinstance(result, Sensitivity):
        return pd.DataFrame(result.lines, columns=result.heads).set_index(["input", "value"])
    index = pd.Index(result.one.values, name=result.one.lever.name)
    columns = pd.Index(result.other.values, name=result.other.lever.name)
    return pd.DataFrame(result.values(next(iter(result.measures))), index, columns)


def _spread(measure: Measure | None) -> list[float]:
    return [float("nan")] * len(SPREAD) if measure is None else spread_of(measure.values)
