"""Checks of the ratios that a scenario defines: parts that name one row each, and a time of whole periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fibercap.model.checks.funding_checks import Findings
    from fibercap.model.plan.plan import Plan


def ratio_parts(s: Plan, name: str) -> Findings:
    """Yield an empty side, a part with no row or two, and a time that is not whole periods of the model.

    Parameters
    ----------
    s, name : Plan, str
        The plan, and the ratio.
    """
    ratio, path = s.ratios[name], f"ratios.{name}"
    for side, parts in ratio.sides.items():
        if not parts:
            hint = "write it like `{service: {add: accounts.debt_service}}`"
            yield f"{path}.{side}", "no_parts", "no part", "one or more rows", hint
        for key, part in parts.items():
            if bool(part.add) == bool(part.subtract):
                problem = "both `add` and `subtract` are given" if part.add else "neither `add` nor `subtract` is given"
                yield f"{path}.{side}.{key}", "no_parts", problem, "", "a part is one row"
    months = s.timeline.months
    if ratio.over % months:
        problem, wanted = f"{ratio.over} months, where the model steps by {s.timeline.step}", "whole periods"
        yield f"{path}.over", "part_of_period", problem, wanted, f"write `{-(-ratio.over // months) * months} months`"
