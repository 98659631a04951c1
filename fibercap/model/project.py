"""project(scenario): the whole model, in the order of the trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.continued import split_sheet
from fibercap.core.threads import one_blas_thread
from fibercap.core.unit_proof import prove
from fibercap.model.financing import financed_rows
from fibercap.model.funding.financing_costs import projects_with_costs
from fibercap.model.horizon.outliving import to_maturity
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.income.operating import operations, paid_rows
from fibercap.model.laws import prove_laws
from fibercap.model.measures.all_measures import measures
from fibercap.model.projection import Projection
from fibercap.model.worth.project_flows import worth_rows

if TYPE_CHECKING:
    from fibercap.core.sheet import Sheet
    from fibercap.model.loans.prepayments import Cuts
    from fibercap.model.plan.scenario import Scenario


@one_blas_thread()
def project(scenario: Scenario, like: Projection | None = None) -> Projection:
    """Project a scenario: capacity, output, loans, accounts and worth, period by period, proved on the way.

    Parameters
    ----------
    scenario : Scenario
        The plan; drawn numbers of shape (draw, 1) make a batch.
    like : Projection, optional
        One of the scenario that this one was laid over, or was laid over it. Where they differ only in who pays, what
        plants and projects do is taken from it, which changes nothing but the time it takes.

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
    return _projected(scenario, like, measured=True)


@one_blas_thread()
def project_owners_flow(scenario: Scenario, like: Projection | None = None) -> Projection:
    """Project a scenario as `project` does, without the rows that only measures and covenants read.

    The accounts, the laws and what owners pay and get are the same; most measures cannot be asked for.

    Parameters
    ----------
    scenario, like
        As in `project`.
    """
    return _projected(scenario, like, measured=False)


def _projected(scenario: Scenario, like: Projection | None, *, measured: bool) -> Projection:
    plan = scenario.over(to_maturity(scenario))
    operating = operations(plan, like.operations if like is not None else None)

    def paid(cuts: Cuts) -> Sheet:
        sheet = operating.spent.fork(plan.timeline.count)
        paid_rows(sheet, plan, cuts)
        return sheet

    whole, schedules = financed_rows(paid({}), plan, paid if projects_with_costs(plan) else None, ratios=measured)
    laws = prove_laws(plan, whole.read)
    sheet, run_off = split_sheet(whole, scenario.timeline.count, RUN_OFF)
    worth_rows(sheet, scenario, operating.make_known(sheet), measured=measured)

    model, reference = sheet.block(), operating.reference
    known = operating.blocks
    proved = prove([model, *schedules.values()], known=known.values(), follows=run_off) + prove(reference.blocks)
    return Projection(
        scenario=scenario,
        blocks={"model": model, **known, **schedules} | ({RUN_OFF: run_off} if run_off else {}),
        proved=proved,
        laws={law: max(gap, reference.laws[law]) for law, gap in laws.items()},
        operations=operating,
        _measure=measures,
        run_off=plan.timeline.run_off,
        draws=max(block.samples for block in (model, *known.values(), *schedules.values())),
    )
