"""The loans of each rank together: what they are paid, and the CFADS that higher ranks leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.core.formulas.rows import Row
from fibercap.core.formulas.sheet import Sheet, total
from fibercap.core.timeline import FLOW

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Plan


def has_rank_rows(plan: Plan) -> bool:
    """Return whether a plan has rows by rank: its loans are of more than one rank, or one has a reserve."""
    return len({loan.rank for loan in plan.loans.values()}) > 1 or any(loan.reserve for loan in plan.loans.values())


def ranks_of(plan: Plan) -> dict[int, list[str]]:
    """Return the loans of each rank in the order of the file, ranks in the order in which they are served."""
    ranks: dict[int, list[str]] = {}
    for name in by_rank(plan):
        ranks.setdefault(plan.loans[name].rank, []).append(name)
    return ranks


def by_rank(plan: Plan) -> list[str]:
    """Return the loans in the order in which they are served: by rank, then in the order of the file."""
    return sorted(plan.loans, key=lambda name: plan.loans[name].rank)


def rank_rows(sheet: Sheet, plan: Plan) -> None:
    """Write what the loans of each rank are paid, and CFADS less the service of higher ranks.

    Writes `interest_paid`, `fees_paid`, `scheduled`, `service`, `cfads`, where loans of the rank are swept, `swept`,
    and where they have reserves, `reserve_used`, `reserve_filled` and `reserve_released` [money] under `ranks.<n>.`;
    nothing where all loans are of one rank and none has a reserve.

    Parameters
    ----------
    sheet, plan : Sheet, Plan
        The sheet that has the rows of loans and accounts, and the plan.

    Source
    ------
    docs/conventions.md, section 6, Ratios.
    """
    left = "{accounts.cfads}"
    for rank, names in ranks_of(plan).items() if has_rank_rows(plan) else ():
        reads = tuple(f"loans.{name}.rank" for name in names)

        def line(key: str, label: str, text: str, rank: int = rank, reads: tuple[str, ...] = reads) -> None:
            sheet.line(Row(f"ranks.{rank}.{key}", f"Rank {rank}: {label}", plan.currency, FLOW, text, reads=reads))

        for key, label in (
            ("interest_paid", "interest paid"),
            ("fees_paid", "recurring fees paid"),
            ("scheduled", "scheduled principal"),
        ):
            line(key, label, total(f"loans.{name}.{key}" for name in names))
        swept = [name for name in names if plan.loans[name].needs_cash and not plan.loans[name].revolves]
        if swept:
            line("swept", "swept from cash", total(f"loans.{name}.swept" for name in swept))
        if reserved := [name for name in names if plan.loans[name].reserve is not None]:
            for key in ("used", "filled", "released"):
                paths = (f"loans.{name}.reserve_{key}" for name in reserved)
                line(f"reserve_{key}", f"reserves {key}", total(paths))
        line("service", "debt service", _service_text(sheet, plan, rank, names))
        line("cfads", "CFADS less the service of higher ranks", left)
        left += f" - {{ranks.{rank}.service}}"


def _service_text(sheet: Sheet, plan: Plan, rank: int, names: list[str]) -> str:
    """Return the formula of the debt service of a rank, without the principal of revolvers and what funding pays."""
    terms = [f"ranks.{rank}.interest_paid", f"ranks.{rank}.fees_paid"]
    terms += [f"loans.{name}.scheduled" for name in names if not plan.loans[name].revolves]
    funded = (row for name in names if (row := f"loans.{name}.service_funded") in sheet)
    return total(terms) + "".join(f" - {{{row}}}" for row in funded)
