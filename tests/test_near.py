"""Arrays are held to be alike as pytest holds them, and one cell that is not fails."""

from __future__ import annotations

import numpy as np
import pytest

from tests.near import assert_near

NOTHING = np.nan


@pytest.mark.parametrize(
    ("values", "wanted", "nan_ok"),
    [
        ([1.0, 2.0 + 2.1e-9], [1.0, 2.0], False),
        ([1e9 + 1.1], [1e9], False),
        ([NOTHING, 1.0], [NOTHING, 1.0], False),
        ([1.0], [NOTHING], True),
        ([NOTHING], [1.0], True),
        ([np.inf], [1.0], False),
        ([1.0], [np.inf], False),
        ([1.0, 1.0], [1.0], False),
    ],
)
def test_a_cell_that_is_not_near_fails_here_as_there(values: list[float], wanted: list[float], nan_ok: bool) -> None:  # noqa: FBT001 - a case
    assert np.array(values) != pytest.approx(np.array(wanted), rel=1e-9, abs=1e-9, nan_ok=nan_ok)

    with pytest.raises(AssertionError, match="cash: "):
        assert_near(np.array(values), np.array(wanted), "cash", rel=1e-9, least=1e-9, nan_ok=nan_ok)


def test_cells_that_are_near_pass_here_as_there() -> None:
    values, wanted = np.array([1.0, NOTHING, np.inf, 1e9 + 0.9]), np.array([1.0 + 9e-10, NOTHING, np.inf, 1e9])

    assert values == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)
    assert_near(values, wanted, rel=1e-9, least=1e-9, nan_ok=True)
