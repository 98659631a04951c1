"""Loans, accounts and ratios, in the order of their dependence; repeated while cash cuts dated prepayments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.model.cash.draw_stop import broken_row, stopping_loans
from fibercap.model.cash.lock_up import broken_rows, lock_rows, locked_row, locks_of
from fibercap.model.cash.order_of_cash import cash_decides, settle_cash
from fibercap.model.cash.ranks import rank_rows
from fibercap.model.cash.sculpting import rows_of_service
from fibercap.model.cash.tested_term_rows import tested_term_rows
from fibercap.model.cash.tested_terms import tested_row, tested_terms
from fibercap.model.cover.loan_life import ratio_rows
from fibercap.model.cover.own_ratio import RATIOS
from fibercap.model.cover.own_ratio_rows import own_ratio_rows
from fibercap.model.cover.service import cover_rows
from fibercap.model.income.statements import account_rows
from fibercap.model.loans.covenants.covenant_rows import limit_rows
from fibercap.model.loans.facilities import cash_loans, known_loans
from fibercap.model.loans.prepayments import Cuts, cuts_of, left_rows, prepayments
from fibercap.model.loans.rounds_of_cuts import Rounds, cuts_agree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fibercap.core.formulas.rows import Block
    from fibercap.core.formulas.sheet import Sheet
    from fibercap.model.plan.scenario import Scenario

ROUNDS: Final = 20
"""Largest number of passes for each prepayment to converge."""


def financed_rows(
    sheet: Sheet, scenario: Scenario, paid: Callable[[Cuts], Sheet] | None = None, *, ratios: bool = True
) -> tuple[Sheet, Mapping[str, Block]]:
    """Write loans, accounts and ratios; repeat until cash is sufficient for the dated prepayments.

    A prepayment that is cut for lack of cash changes the interest of its period, and so the cash that is available.

    Parameters
    ----------
    sheet, scenario : Sheet, Scenario
        The sheet that has the rows of operations, and the scenario.
    paid : callable, optional
        Returns a sheet with the rows of funding for given cuts of prepayments, if these depend on the costs of loans.
    ratios : bool
        If false, ratios are written only where a lock-up needs them.

    Returns
    -------
    Sheet, mapping
        The sheet, and the loans' schedules by name.

    Raises
    ------
    ScenarioError
        If a lock-up is on a row that does not exist, or that is neither a balance nor a ratio.
    FibercapError
        If it does not converge: a ratio that looks ahead may depend on the dividends that it locks up.

    Source
    ------
    docs/conventions.md, section 5, Order of cash in a period.
    """
    dated, cuts = prepayments(scenario), Cuts()
    rounds = Rounds(dated)
    for _ in range(1 + ROUNDS * len(dated)):
        # Funding as first written was settled without cuts; it is done again only for real ones.
        begun = paid(cuts) if paid and any(np.any(cut > 0) for cut in cuts.values()) else sheet
        # A round that does not agree is thrown away, so it writes on a copy.
        written = begun.fork() if dated else begun
        schedules = _write(written, scenario, cuts, ratios=ratios)
        cut = cuts_of(scenario, written, schedules)
        if cuts_agree(cut, cuts):
            left_rows(written, scenario)
            return written, schedules
        cuts = rounds.next_guess(cuts, cut)
    named = ", ".join(f"`loans.{item.loan}.prepayments.{item.day}`" for item in dated)
    raise FibercapError(
        "never_settles", f"what cash suffices for of {named} never settles", "move them to the ends of periods"
    )


def _write(sheet: Sheet, scenario: Scenario, cuts: Cuts, *, ratios: bool) -> dict[str, Block]:
    """Write loans, accounts and ratios for given cuts of prepayments; return the loans' schedules."""
    locks = {f"loans.{loan}.covenants.{key}.lock_up": locked_row(loan, key) for loan, key in locks_of(scenario)}
    stops = [(loan, key) for loan in stopping_loans(scenario) for key in scenario.loans[loan].covenants]
    flags = locks | {f"loans.{loan}.covenants.{key}": broken_row(loan, key) for loan, key in stops}
    blocks, planned = known_loans(sheet, scenario, cuts)
    blocks |= cash_loans(sheet, scenario, planned, locks.values())
    rows_of_service(sheet, scenario)
    account_rows(sheet, scenario)
    rank_rows(sheet, scenario)
    schedules = {blocks[name].name: blocks[name] for name in scenario.loans}
    # ratios wait until cash has its values, and are evaluated whole; a lock-up needs them while cash is settled
    terms = tested_terms(scenario)
    waits = bool(flags or terms)
    if cash_decides(scenario) and not waits:
        schedules = settle_cash(sheet, scenario, schedules, flags)
    if ratios or waits:
        cover_rows(sheet, scenario)
        ratio_rows(sheet, scenario)
        tested = [c.row for c, _ in locks_of(scenario).values()] + [tested_row(test) for _, (_, _, test) in terms]
        tested += [scenario.loans[loan].covenants[key].row for loan, key in stops]
        names = [row.removeprefix(RATIOS) for row in tested]
        own_ratio_rows(sheet, scenario, scenario.ratios if ratios else names)
    lock_rows(sheet, scenario)
    broken_rows(sheet, scenario)
    tested_term_rows(sheet, scenario)
    if ratios:
        limit_rows(sheet, scenario)
    return settle_cash(sheet, scenario, schedules, flags) if cash_decides(scenario) and waits else schedules
