"""The samples of a simulation as files: arrays in NPZ, or a table in Parquet."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.studies.chances.kept import CASH, CLAIM, COVENANT, EVER, LATER, MEASURE, ROW
from fibercap.views.files.parquet import refuse_without_pyarrow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from fibercap.studies.chances.simulate import Simulation

    Arrays = dict[str, npt.NDArray[np.generic]]

WORDS: Final = {
    MEASURE: "measures/",
    CLAIM: "claims/",
    COVENANT: "covenants/",
    EVER: "covenants_ever/",
    ROW: "rows/",
    LATER: "cash_below_zero_later",
    CASH: "cash_below_zero",
}
"""By the prefix of a name in `kept.py`, the prefix of the array's name in the file."""
FLAGS: Final = (CLAIM, COVENANT, EVER, CASH, LATER)
"""Arrays of flags: 1 where true, 0 where false, nan where undefined."""


def sample_arrays(simulation: Simulation) -> Arrays:
    """Return all that was kept of the samples, by name: (sample,) or (sample, year), and `years` (year,).

    Names are `inputs/<name>` for uncertain inputs, and `plan/measures/<name>` and so on for results; those of an option
    begin with `options/<option>/`.
    """
    arrays: Arrays = {"years": np.array(simulation.years)}
    arrays |= {f"inputs/{name}": values for name, values in simulation.inputs.items()}
    for option, case in simulation.cases.items():
        where = f"options/{option}" if option else "plan"
        for key, values in case.kept.items():
            kind = next(kind for kind in WORDS if key.startswith(kind))
            arrays[f"{where}/{WORDS[kind]}{key.removeprefix(kind)}"] = values
    return arrays


def npz_bytes(simulation: Simulation) -> bytes:
    """Return the samples as an NPZ file, which `numpy.load` reads without pickle; the same samples, the same bytes."""
    return pack(sample_arrays(simulation))


def pack(arrays: Mapping[str, npt.NDArray[np.generic]], *, compressed: bool = True) -> bytes:
    """Return arrays as the bytes of an NPZ file."""
    content, form = io.BytesIO(), zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(content, "w", form, compresslevel=1) as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy")  # its date is 1980, whatever the clock says
            entry.compress_type = form
            with archive.open(entry, "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(values, order="C"), allow_pickle=False)
    return content.getvalue()


def parquet_bytes(simulation: Simulation) -> bytes:
    """Return the samples as a Parquet file: a line for each sample, a column for each array, one for each year of it.

    Whether something holds is true, false or null; undefined numbers are null.

    Raises
    ------
    FibercapError
        If pyarrow is not installed.
    """
    refuse_without_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {"sample": pa.array(np.arange(simulation.samples))}
    arrays = sample_arrays(simulation)
    years = arrays.pop("years")
    flags = tuple(f"/{WORDS[kind]}" for kind in FLAGS)
    for name, values in arrays.items():
        parts = {name: values} if values.ndim == 1 else dict(zip((f"{name}/{y}" for y in years), values.T, strict=True))
        is_flag = not name.startswith("inputs/") and any(flag in name for flag in flags)
        for key, part in parts.items():
            numbers = np.asarray(part, dtype=float)
            columns[key] = pa.array(numbers > 0 if is_flag else numbers, mask=np.isnan(numbers))
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    return content.getvalue()


SAMPLE_FILES: Final[dict[str, Callable[[Simulation], bytes]]] = {"npz": npz_bytes, "parquet": parquet_bytes}
"""What `--format` takes, and what writes it."""
