"""Every kind of problem of what is uncertain; see `core/problems/problem_codes.py`."""

from __future__ import annotations

from typing import Final

from fibercap.core.problems.kind_of_problem import Kind

UNCERTAIN: Final = {
    "impossible_distribution": Kind(
        "No distribution has these parameters, or this one cannot be cut.", "Change them as the message says."
    ),
    "cuts_everything": Kind("`between` leaves nothing of the distribution.", "Write ends around where it lies."),
    "walk_on_scalar": Kind(
        "A walk or a shock moves a series year by year, and the input is one number.",
        "Name a series, or take another distribution.",
    ),
    "uncertain_twice": Kind("An input or a pair of inputs stands twice.", "Keep one of the two."),
    "no_such_uncertain": Kind(
        "No uncertain input has that name, or it has no shock.", "Take the name that is proposed."
    ),
    "impossible_correlation": Kind(
        "No inputs can be correlated like this: 1 or more, or at odds with other pairs.", "Weaken one of them."
    ),
}
