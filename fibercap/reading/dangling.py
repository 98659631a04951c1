"""Problems of removing an entry that is still used: one at each removal, which names the users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fibercap.core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.errors import Place

_BLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "unknown_loan": ("loans",),
    "unknown_word": ("loans",),  # a revolver that lifts cash, under `company.gap`
    "unknown_index": ("rates", "indices"),
    "unknown_project": ("projects", "plants"),
    "unknown_plant": ("plants",),
    "unknown_product": ("products",),
    "unknown_source": ("sources",),
}


def merge_problems_of_removals(problems: Iterable[Problem], removed: Mapping[str, Place | None]) -> list[Problem]:
    """Return the problems, those that follow from a removal replaced by one problem at the removal.

    Parameters
    ----------
    problems : iterable of Problem
        All problems.
    removed : mapping
        Where each path is removed, by path.
    """
    others: list[Problem] = []
    users: dict[str, dict[str, None]] = {}
    for problem in problems:
        path = _removed_path(problem, removed)
        if path:
            user = problem.under if problem.code == "no_such_path" else f"`{problem.path}`"
            users.setdefault(path, {})[user] = None
        else:
            others.append(problem)
    for path, names in users.items():
        *most, last = names
        users_text = f"{', '.join(most)} and {last}" if most else last
        problem_text = f"cannot remove `{path}`: {users_text} still use{'' if most else 's'} it"
        others.append(Problem(path, "still_used", problem_text, place=removed[path]))
    return others


def _removed_path(problem: Problem, removed: Mapping[str, Place | None]) -> str:
    """Return the removed path that causes a problem; "" if none does."""
    if problem.code == "no_such_path":
        paths = (path for path in removed if f"{problem.path}.".startswith(f"{path}."))
        return next(paths, "") if problem.under else ""
    blocks = _BLOCKS.get(problem.code, ())
    name = problem.found.partition("`")[2].partition("`")[0]
    return next((path for block in blocks if (path := f"{block}.{name}") in removed), "")
