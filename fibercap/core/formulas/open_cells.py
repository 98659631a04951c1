"""Where the cells of a circle of rows stand while they are computed, and what stands for those not computed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fibercap.core.formulas.term import Term


class NeededError(Exception):
    """A cell is read before it is computed."""

    def __init__(self, cell: Open) -> None:
        super().__init__(cell)
        self.cell = cell


class Open:
    """A cell that is yet to be computed; whatever is worked out with it raises a NeededError.

    Parameters
    ----------
    path, index : str, int
        The row, and the index in its list of cells.
    """

    __slots__ = ("index", "path")
    __hash__ = object.__hash__

    def __init__(self, path: str, index: int) -> None:
        self.path, self.index = path, index

    def ask_first(self, *_others: object, **_options: object) -> NoReturn:
        """Ask for the cell to be computed first.

        Parameters
        ----------
        *_others, **_options
            With what it was to be worked out.

        Raises
        ------
        NeededError
            Always.
        """
        raise NeededError(self)

    # Cells are joined by plain operators, with no test of each; only one that is open stops the work.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = ask_first
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __array_ufunc__ = ask_first  # NumPy asks by __array_ufunc__


class Place(NamedTuple):
    """What a list of cells holds that is known before any row of a circle."""

    term: Term
    length: int
    is_truth: bool = False
    """Whether the list holds truths: whether the term is not 0."""
    among: str = ""
    """If set, the path of a row: the list holds, by cell, the columns in which that row equals the term."""


class Places:
    """The lists of cells that the functions of a circle read.

    Parameters
    ----------
    lengths : mapping
        The number of columns of each row, by path; a row that is not there adds nothing to a SUMIFS.
    members : iterable of str
        The rows of the circle.

    Attributes
    ----------
    rows : dict
        The list of each row of the circle, by path.
    known : dict
        The list of each term that is known beforehand.
    behind, ahead : int
        By how many columns formulas read before a row's first column, and after its last one, at most.
    """

    def __init__(self, lengths: Mapping[str, int], members: Iterable[str]) -> None:
        self.lengths = lengths
        self.rows: dict[str, list[Any]] = {path: [] for path in members}
        self.known: dict[Place, list[Any]] = {}
        self.behind = self.ahead = 1

    def cells(self, place: Place) -> list[Any]:
        """Return the list of a term that is known beforehand."""
        return self.known.setdefault(place, [])

    def is_open(self, term: Term) -> bool:
        """Return whether a term reads a row of the circle."""
        return any(path in self.rows for path, _ in term.references)
