"""The check of grants that needs values of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import Problem, ScenarioError
from fibercap.core.trees.tree import place_of
from fibercap.model.checks.funding_checks import first_bad, grant_above_fixed_part, in_sample
from fibercap.model.funding.sources import GRANT, part_path

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.scenario import Scenario


def refuse_large_grants(sheet: Sheet, plan: Scenario) -> None:
    """Refuse a grant above the fixed part of a purchase; amounts in several currencies are compared in the rows.

    Parameters
    ----------
    sheet, plan : Sheet, Scenario
        The sheet that has purchases and grants, and the plan.

    Raises
    ------
    ScenarioError
        If there is such a grant; its place is that of the grant.
    """
    for key in (key for key in plan.uses_with_grant if key in plan.plants):
        fixed = sheet.value(f"plants.{key}.purchase") - sheet.value(f"plants.{key}.purchased.working_capital")
        grant = sheet.value(f"funding.{key}.{GRANT}")
        above = np.asarray((grant > fixed * (1 + 1e-9)).any(axis=-1))
        if np.any(above):
            path, code = part_path(key, GRANT, plan.funding[key].sources[GRANT]), plan.currency
            actual = f"a grant of {first_bad(grant.sum(-1), above):,.0f} {code}{in_sample(above)}"
            problem = grant_above_fixed_part(path, actual, f"{first_bad(fixed.sum(-1), above):,.0f} {code}", key)
            raise ScenarioError(plan.file, [Problem(*problem, place=place_of(plan.tree, tuple(path.split("."))))])
