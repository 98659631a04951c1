"""Labels in plain words: no path and no name with an underscore stands in what a reader sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fibercap.core.language.names import key_in_words
from fibercap.core.trees.tree import leaves
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.worth.without_projects import WITHOUT
from fibercap.views.workbook.inputs import heading, thing, titles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fibercap.views.workbook.cases import RowUnion

_NAME: Final = re.compile(r"\w[\w-]*_[\w-]*")
_FRAMES: Final = {"inputs": "", RUN_OFF: "after the horizon, ", WITHOUT: "without projects, "}
"""First parts of paths that say where a row or scalar is from, and the words that say so."""
_MOST: Final = 72
"""Width of the widest column of labels. [characters]"""


class PlainLabels:
    """Puts titles and words in the place of names and paths, for the plans of a workbook."""

    def __init__(self, union: RowUnion) -> None:
        self._titles = dict(titles(union))
        trees = [case.projection.scenario.tree for case in union.cases]
        self._names = {key for tree in trees for path, _ in leaves(tree) for key in path if "_" in key}

    def row(self, path: str, label: str) -> str:
        """Return the label of a row: it begins with the title of a project or plant, and has no names.

        Parameters
        ----------
        path, label : str
            The path of the row, and its label.
        """
        block, _, rest = path.removeprefix(f"{RUN_OFF}.").removeprefix(f"{WITHOUT}.").partition(".")
        name = rest.partition(".")[0]
        title = self._titles.get(f"projects.{name}") if block in ("projects", "funding") else None
        title = title or self._titles.get(f"plants.{name}")
        if title and label.startswith(f"{name}: "):
            return f"{title}{label.removeprefix(name)}"
        return self.text(label)

    def heading(self, about: str) -> str:
        """Return the heading of the rows of a thing: `plants.jena` is `Plants: Jena`."""
        return heading(about, self._titles)

    def loan(self, name: str) -> str:
        """Return the title of a loan."""
        return self._titles.get(f"loans.{name}") or f"Loan {key_in_words(name)}"

    def text(self, text: str) -> str:
        """Return a text in which names of the plan are words."""
        return _NAME.sub(lambda name: key_in_words(name[0]) if name[0] in self._names else name[0], text)

    def scalar(self, path: str) -> str:
        """Return the label of a scalar: `plants.jena.cash_cost` is `Jena: cash cost`."""
        words = ""
        while (frame := path.partition(".")[0]) in _FRAMES:
            words, path = f"{words}{_FRAMES[frame]}", path.partition(".")[2]
        about = thing(path)
        rest = path.removeprefix(about).strip(".").split(".")
        title = self._titles.get(about) or key_in_words(about.rpartition(".")[2])
        label = f"{words}{title}: {', '.join(map(key_in_words, rest))}".removesuffix(": ")
        return f"{label[0].upper()}{label[1:]}" if words else label


def width_of(labels: Iterable[str], least: int) -> int:
    """Return the width of a column that holds labels, so that none is cut.

    Parameters
    ----------
    labels : iterable of str
        The texts of the column.
    least : int
        Its width where all are short. [characters]
    """
    return min(max([least, *map(len, labels)]), _MOST)
