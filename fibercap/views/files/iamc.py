"""The IAMC format, in which models of energy and climate exchange scenarios; `pyam` reads it.

A table has a line for each variable and a column for each year. A variable is the path of a row, `|` for each dot.
"""

from __future__ import annotations

import io
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from fibercap.studies.compare import Comparison
from fibercap.views.frames import SPREAD, spread_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from fibercap.core.units import Array
    from fibercap.model.projection import Projection

REGION: Final = "World"
"""What IAMC calls the region of a plan that is not one of several regions."""
LEADING: Final = ("Model", "Scenario", "Region", "Variable", "Unit")
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - the dates of a workbook have no zone
"""The date of every workbook, so that the same results give the same bytes."""


def iamc(*results: Projection | Comparison, by: str = "year", region: str = REGION) -> pd.DataFrame:
    """Return all rows in the IAMC format, as `pyam.IamDataFrame` takes it: a line for each row, a column for each year.

    Parameters
    ----------
    *results : Projection or Comparison
        Results of scenarios, or of their options; an option is a scenario of its own, `fibercore|level`. Of a
        batch each row has four lines: mean, 5th, 50th and 95th percentile of the samples, `accounts|cash|P5`.
    by : str
        `year`, whose columns are numbers; or `quarter` or `month`, whose columns are the last days of the periods.
    region : str
        The region, which a plan does not say.

    Returns
    -------
    (row, period)
        Columns Model, Scenario, Region, Variable and Unit, then the periods. What is undefined is nan.

    Raises
    ------
    ValueError
        If the model's own step is longer than `by`.
    """
    import pandas as pd

    frames = [_frame(projection, by, region) for projection in _projections(results)]
    return pd.concat(frames, ignore_index=True)


def _projections(results: Sequence[Projection | Comparison]) -> list[Projection]:
    cases = (
        [case.projection for case in result.cases.values()] if isinstance(result, Comparison) else [result]
        for result in results
    )
    return [projection for several in cases for projection in several]


def _frame(projection: Projection, by: str, region: str) -> pd.DataFrame:
    import pandas as pd

    groups, dates = projection.timeline.groups(by), projection.timeline.dates
    periods: list[Any] = (
        [int(label[-4:]) for label in groups]  # the business year FY2002 ends in 2002
        if by == "year"
        else [dates[part.stop - 1].isoformat() for part in groups.values()]
    )
    head = (*_names(projection), region)
    lines = [
        (*head, variable, row.unit, *values)
        for path, row in projection.period_rows.items()
        for variable, values in _variables(path, projection.by(path, by))
    ]
    return pd.DataFrame(lines, columns=[*LEADING, *periods])


def _variables(path: str, values: Mapping[str, Array]) -> Iterator[tuple[str, Sequence[float]]]:
    """Yield the variables of a row with their values by period; of a batch, one for each figure of the spread."""
    name = path.replace(".", "|")
    if all(value.size == 1 for value in values.values()):
        yield name, [float(value[0]) for value in values.values()]
        return
    spreads = zip(*map(spread_of, values.values()), strict=True)
    yield from ((f"{name}|{figure}", spread) for figure, spread in zip(SPREAD, spreads, strict=True))


def _names(projection: Projection) -> tuple[str, str]:
    """Return what IAMC calls the model and the scenario of a projection."""
    plan = projection.scenario
    return f"fibercap {version('fibercap')}", f"{plan.id}|{plan.option}" if plan.option else plan.id


def iamc_csv(results: Sequence[Projection | Comparison], by: str) -> bytes:
    """Return results in the IAMC format as CSV."""
    written: str = iamc(*results, by=by).to_csv(index=False, lineterminator="\n")
    return written.encode()


def iamc_xlsx(results: Sequence[Projection | Comparison], by: str) -> bytes:
    """Return results in the IAMC format as a workbook: the sheet `data`, and `meta` with the measures."""
    import pandas as pd

    measures = [
        dict(zip(LEADING, _names(case), strict=False)) | {name: m.value for name, m in case.measures.items()}
        for case in _projections(results)
    ]
    content = io.BytesIO()
    with pd.ExcelWriter(content, "xlsxwriter", engine_kwargs={"options": {"strings_to_formulas": False}}) as writer:
        writer.book.set_properties({"created": _CREATED})
        iamc(*results, by=by).to_excel(writer, sheet_name="data", index=False)
        pd.DataFrame(measures).to_excel(writer, sheet_name="meta", index=False)
    return content.getvalue()
