"""The schema of a plan, as overlays and readers need it: fields at a path, and blocks that are one value."""

from __future__ import annotations

from fibercap.core.language.series import OverTime
from fibercap.core.language.spec import field_at, fields_at
from fibercap.core.trees.schema_of_paths import Schema
from fibercap.core.trees.tree import Path
from fibercap.core.units import is_share
from fibercap.model.plan.plan import Plan


def known_fields(path: Path) -> frozenset[str] | None:
    """Return the schema's field names at a path, or None where names are free."""
    return fields_at(Plan, path)


ONE_VALUE = frozenset(
    {
        ("projects", "ramp"),
        ("projects", "spend"),
        ("money", "terminal_value"),
        ("money", "discount_rate"),
        ("loans", "rate"),
        ("loans", "rounding"),
        ("plants", "working_capital"),
        ("funding", "grant"),
        *((block, "depreciation") for block in ("projects", "plants", "opening", "tax")),
    }
)


def _one_value(path: Path) -> bool:
    """Return whether the block at a path is one value, of a kind that its key names."""
    return (path[0], path[-1]) in ONE_VALUE


def _bare_key(path: Path, text: str) -> str:
    """Return the key that a bare value has when a new path is added beside it; "" if the new path replaces it."""
    if path == ("opening", "fixed_assets", "life"):
        return "value"
    if (path[0], path[-2:]) == ("funding", ("grant", "after")):
        return "share" if is_share(text) else "amount"
    return ""


def _settings(path: Path) -> frozenset[str]:
    """Return the keys that may stand beside the periods of the series at a path; none if there is no such series."""
    field = field_at(Plan, path)
    return frozenset(field.settings) if isinstance(field, OverTime) else frozenset()


SCHEMA = Schema(known_fields, _one_value, _bare_key, _settings)
