"""How ratios are taken (docs/conventions.md, section 6, ratios)."""

import numpy as np

from tests.witness.dates import Calendar, Row


def divide(above: Row, below: Row, threshold: float) -> Row:
    """Return a ratio, undefined where its denominator holds no money (section 6, ratios)."""
    holds = np.abs(below) > threshold
    return np.where(holds, above / np.where(holds, below, 1), np.nan)


def roll_year(row: Row, calendar: Calendar) -> Row:
    """Return the sum over the twelve months to each period's end, or over the periods that there are (rule 4)."""
    size = 12 // calendar.step
    total = np.cumsum(row)
    return np.asarray(total - np.concatenate((np.zeros(min(size, len(row))), total[:-size])))
