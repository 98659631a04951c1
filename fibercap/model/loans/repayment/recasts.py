"""Recasts: prepayments that lower later installments in proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fibercap.core.units import Array


def later_installments(target: Array) -> Array:
    """Return the sum of the installments planned after each event, `(event,)` or `(sample, event)`. [money]"""
    return np.asarray(np.flip(np.cumsum(np.flip(target, -1), -1), -1) - target)


def share_base(kept: Array, drawn: Array) -> Array:
    """Return the amount of which installments in shares are shares: all that was drawn, lowered by each recast.

    Parameters
    ----------
    kept : (..., event)
        The share of later installments that each event keeps. [1]
    drawn : (..., event)
        Draws. [money]

    Returns
    -------
    (..., event), the broadcast of both [money]

    Source
    ------
    Own derivation: each event multiplies the base so far by `kept`, then adds its draw.
    """
    kept, drawn = np.broadcast_arrays(kept, drawn)
    bases: Array = np.empty(kept.shape)
    base: Array = np.zeros(kept.shape[:-1])
    for event in range(kept.shape[-1]):
        base = base * kept[..., event] + drawn[..., event]
        bases[..., event] = base
    return bases
