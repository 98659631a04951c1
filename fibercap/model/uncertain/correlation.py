"""Rank correlations between uncertain inputs, as the matrix of a Gaussian copula."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.model.uncertain.parameters import in_ones

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.core.units import Array
    from fibercap.model.uncertain.uncertain import Together


def normal_correlation(rank_correlation: float) -> float:
    """Return the correlation of two normal numbers whose rank correlation (Spearman's) is given.

    Source
    ------
    Pearson, K. (1907), On further methods of determining correlation: 2 sin(pi rho / 6).
    """
    return float(2.0 * np.sin(np.pi * rank_correlation / 6.0))


def matrix_of(names: Sequence[str], pairs: Mapping[str, Together]) -> Array:
    """Return the matrix of normal correlations between uncertain inputs, (input, input). [1]

    Parameters
    ----------
    names : sequence of str
        Their names.
    pairs : mapping
        Which of them move together, by name.
    """
    matrix = np.eye(len(names))
    for pair in pairs.values():
        one, other = names.index(pair.one), names.index(pair.other)
        matrix[one, other] = matrix[other, one] = normal_correlation(in_ones(pair.rank_correlation))
    return matrix


def impossible_pair(names: Sequence[str], pairs: Mapping[str, Together]) -> str:
    """Return the first pair that cannot stand beside those before it; "" if the matrix is positive definite.

    Parameters
    ----------
    names, pairs : sequence of str, mapping
        As in `matrix_of`.
    """
    for count, name in enumerate(pairs, 1):
        first = dict(list(pairs.items())[:count])
        if not is_positive_definite(matrix_of(names, first)):
            return name
    return ""


def is_positive_definite(matrix: Array) -> bool:
    """Return whether a symmetric matrix is positive definite."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
