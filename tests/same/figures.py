"""The figures of many plans as this code computes them, written to a file: `python -m tests.same.figures PLANS FILE`.

It is run on two commits, so it uses only what does not change from one to the other: `read`, `project`, rows, measures.
"""

from __future__ import annotations

import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.measures.all_measures import measures
from fibercap.model.project import project
from fibercap.reading.files import read


def figures_of(path: str, option: str | None) -> dict[str, Any]:
    """Return the rows, formula texts and measures of one plan, or the message with which it is refused.

    Returns
    -------
    mapping
        `rows`: path -> array (sample, period); `texts`: path -> formula texts; `measures`: name -> (value, reason).
    """
    try:
        projection = project(read(path, option))
        by_name = measures(projection).values()
    except FibercapError as error:
        return {"refused": str(error)}
    given = [item for block in projection.blocks.values() for item in block.given.values()]
    rows = {row: np.asarray(projection.value(row)) for row in projection.rows}
    texts = {name: [str(row.formula or ""), str(row.before), str(row.after)] for name, row in projection.rows.items()}
    return {
        "rows": rows | {f"given {item.path}": np.asarray(item.value) for item in given},
        "texts": texts | {f"given {item.path}": [str(item.formula or "")] for item in given},
        "measures": {measure.name: (np.asarray(measure.values), measure.reason) for measure in by_name},
    }


def options_of(path: str) -> list[str | None]:
    """Return no option and every option of a plan."""
    try:
        return [None, *read(path).options]
    except FibercapError:
        return [None]


def main(folder: str, scenarios: str, target: str) -> None:
    """Write the figures of every scenario that another tree ships, as this one has it, and of every plan of a folder."""
    warnings.simplefilter("ignore")
    shipped = [Path("scenarios", path.name) for path in sorted(Path(scenarios).glob("*.yaml"))]
    plans = [*shipped, *sorted(Path(folder).glob("*.yaml"))]
    with Path(target).open("wb") as file:
        for path in plans:
            for option in options_of(str(path)):
                pickle.dump((path.stem, option, figures_of(str(path), option)), file)


if __name__ == "__main__":
    main(*sys.argv[1:])
