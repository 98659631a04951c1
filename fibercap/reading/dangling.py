"""What `remove` takes away while something still refers to it: told where it is removed, with its users by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.errors import Place

_BLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "unknown_loan": ("loans",),
    "unknown_word": ("loans",),  # a revolver that lifts cash, under `company.gap`
    "unknown_index": ("rates",),
    "unknown_project": ("projects", "plants"),
    "unknown_plant": ("plants",),
    "unknown_product": ("products",),
    "unknown_source": ("sources",),
}


def still_used(problems: Iterable[Problem], removed: Mapping[str, Place | None]) -> list[Problem]:
    """Return the problems with one for each removal in place of those that only follow from it."""
    kept: list[Problem] = []
    users: dict[str, dict[str, None]] = {}
    for problem in problems:
        path = _gone(problem, removed)
        if path:
            user = problem.under if problem.code == "no_such_path" else f"`{problem.path}`"
            users.setdefault(path, {})[user] = None
        else:
            kept.append(problem)
    for path, names in users.items():
        *most, last = names
        told = f"{', '.join(most)} and {last}" if most else last
        found = f"the removal of `{path}`, to which {told} still refer{'' if most else 's'}"
        kept.append(Problem(path, "still_used", found, "what nothing refers to", place=removed[path]))
    return kept


def _gone(problem: Problem, removed: Mapping[str, Place | None]) -> str:
    """Return the removed path that a problem misses; "" where it misses nothing of them."""
    if problem.code == "no_such_path":
        lost = (path for path in removed if f"{problem.path}.".startswith(f"{path}."))
        return next(lost, "") if problem.under else ""
    blocks = _BLOCKS.get(problem.code, ())
    name = problem.found.partition("`")[2].partition("`")[0]
    return next((path for block in blocks if (path := f"{block}.{name}") in removed), "")
