"""Arrays that are alike, cell by cell: as `pytest.approx` has it, which looks at each cell in Python, a hundred times as slow."""

from __future__ import annotations

import numpy as np

from fibercap.core.units import Array


def assert_near(
    values: Array, wanted: Array, name: str = "", *, rel: float = 0.0, least: float = 1e-12, nan_ok: bool = False
) -> None:
    """Hold that no cell is further from the wanted one than a share of it, or than the least difference that counts."""
    values, wanted = np.asarray(values, dtype=float), np.asarray(wanted, dtype=float)
    assert values.shape == wanted.shape, f"{name}: {values.shape} and {wanted.shape}"
    with np.errstate(invalid="ignore"):  # two infinite cells
        near = np.abs(values - wanted) <= np.maximum(rel * np.abs(wanted), least)
    alike = (values == wanted) | (near & np.isfinite(wanted))
    if nan_ok:
        alike |= np.isnan(values) & np.isnan(wanted)
    assert alike.all(), f"{name}: {values[~alike][:3]}, wanted {wanted[~alike][:3]}"
