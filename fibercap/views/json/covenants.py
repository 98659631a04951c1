"""The covenants of the JSON documents: each test with the limit in force, and what would break it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fibercap.studies.covenants import CovenantResult
    from fibercap.studies.headroom import Headroom
    from fibercap.views.json import run_types as types


def covenants_document(
    tested: Mapping[str, CovenantResult], rooms: Mapping[str, Headroom] | None = None
) -> dict[str, types.Covenant]:
    """Return covenants by `<loan>.<name>`, each test with its headroom, and the falls that would break it.

    `holds` is null where a covenant is tested on no date.
    """
    return {
        name: {
            "says": c.says,
            "holds": c.holds,
            "limit": c.limit,
            "unit": c.unit,
            "headroom": _finite(c.tightest.headroom) if c.tightest else None,
            "limits": {step.name: step.value for step in c.limits if step.name},
            "tests": {
                t.when: {"value": _finite(t.value), "limit": t.limit, "headroom": _finite(t.headroom), "holds": t.holds}
                for t in c.tests
            },
            "not_tested": {date.when: date.reason for date in c.untested},
            "lock_up": c.lock_up,
            "lock_ups": {step.name: step.value for step in c.lock_ups if step.name},
            "dividends_barred": list(c.locked),
            "falls": (dict(rooms[name].falls) or None) if rooms else None,
        }
        for name, c in tested.items()
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else value
