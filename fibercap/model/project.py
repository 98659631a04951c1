"""project(scenario): compute all rows of the model, from capacity and operations through financing to worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.continued import split_sheet
from fibercap.core.formulas.unit_proof import prove
from fibercap.core.threads import one_blas_thread
from fibercap.model.cash.waterfall import waterfall_rows
from fibercap.model.financing import financed_rows
from fibercap.model.funding.cash_limits import limits_by_cash
from fibercap.model.funding.financing_costs import projects_with_costs
from fibercap.model.horizon.outliving import to_maturity
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.income.operating import funded_rows, operations
from fibercap.model.laws.proof import prove_laws
from fibercap.model.measures.all_measures import measures
from fibercap.model.projection import Projection
from fibercap.model.worth.project_flows import worth_rows

if TYPE_CHECKING:
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.scenario import Scenario


@one_blas_thread()
def project(scenario: Scenario, like: Projection | None = None) -> Projection:
    """Project a scenario: compute capacity, output, loans, accounts and worth by period, and prove units and laws.

    Parameters
    ----------
    scenario : Scenario
        The plan; samples of shape (sample, 1) in place of numbers make a batch.
    like : Projection, optional
        A projection of the plan as written or of one of its options. If the two differ only in financing, the rows of
        plants and projects are taken from it, which saves time and does not change any result.

    Returns
    -------
    Projection

    Raises
    ------
    UnitError
        If a formula does not hold in its units.
    IdentityError
        If a law of the books is broken.
    """
    return _project(scenario, like, with_measures=True)


@one_blas_thread()
def project_owners_flow(scenario: Scenario, like: Projection | None = None) -> Projection:
    """Project a scenario as `project` does, without the rows that only measures and covenants need.

    The accounts, the laws and the owners' flows are the same; most measures are not available.

    Parameters
    ----------
    scenario, like
        As in `project`.
    """
    return _project(scenario, like, with_measures=False)


def _project(scenario: Scenario, like: Projection | None, *, with_measures: bool) -> Projection:
    # All is computed to the last payment of the last loan; the horizon is cut out afterwards.
    plan = scenario.over(to_maturity(scenario))
    operating = operations(plan, like.operations if like is not None else None)

    def with_cuts(cuts: Cuts) -> Sheet:
        sheet = operating.spent.fork(plan.timeline.count)
        funded_rows(sheet, plan, cuts, limits_by_cash(plan))
        return sheet

    full_sheet, schedules = financed_rows(
        with_cuts({}), plan, with_cuts if projects_with_costs(plan) else None, ratios=with_measures
    )
    if with_measures:
        waterfall_rows(full_sheet, plan)
    laws = prove_laws(plan, full_sheet.read, waterfall=with_measures)
    sheet, run_off = split_sheet(full_sheet, scenario.timeline.count, RUN_OFF)
    worth_rows(sheet, scenario, operating.import_rows(sheet), with_measures=with_measures)

    model, reference = sheet.block(), operating.reference
    operating_blocks = operating.blocks
    proved = prove([model, *schedules.values()], known=operating_blocks.values(), follows=run_off) + prove(
        reference.blocks
    )
    return Projection(
        scenario=scenario,
        blocks={"model": model, **operating_blocks, **schedules} | ({RUN_OFF: run_off} if run_off else {}),
        proved=proved,
        laws={law: max(gap, reference.laws[law]) for law, gap in laws.items()},
        operations=operating,
        _measure=measures,
        run_off=plan.timeline.run_off,
        samples=max(block.samples for block in (model, *operating_blocks.values(), *schedules.values())),
    )
