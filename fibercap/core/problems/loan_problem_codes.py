"""The kinds of problem of loans and funding: code, meaning, way out; `core/problems/problem_codes` has all kinds."""

from __future__ import annotations

from typing import Final

from fibercap.core.problems.kind_of_problem import Kind

LOANS: Final = {
    "given_twice": Kind("Two keys say the same in two ways.", "Keep one of them."),
    "matures_before_signing": Kind("A loan is due before it is signed.", "Change one of the two dates."),
    "outside_loan": Kind("A draw, payment or the like lies outside the loan's life.", "Change the date."),
    "payment_outside_loan": Kind("The first payment lies outside the loan's life.", "Change `first`."),
    "unknown_calendar": Kind(
        "A loan names a calendar of business days that is not under `calendars`.",
        "Add it there, or take the name that is proposed.",
    ),
    "roll_without_calendar": Kind(
        "Payments are to roll to business days, but no calendar says which days these are.", "Name its `calendar`."
    ),
    "nothing_rolls": Kind(
        "A loan names a calendar, or how interest counts when payments roll, but they do not roll.",
        "Add `roll`, or remove the key.",
    ),
    "closed_too_long": Kind(
        "A calendar has no business day for weeks, so that payments would move past one another.",
        "Remove some of its holidays.",
    ),
    "longer_than_loan": Kind("The grace is as long as the loan, or longer.", "Shorten it, or take style `bullet`."),
    "shorter_than_loan": Kind("The loan is amortized over less than its life.", "Let it mature earlier instead."),
    "above_commitment": Kind(
        "More is drawn, asked for or left over than the commitment.", "Ask for less, or raise the commitment."
    ),
    "owed_already": Kind(
        "A loan that is owed already is to pay for something, or is a revolver; nothing is left of it to draw.",
        "Take another source, or give a loan with a `commitment`.",
    ),
    "fee_in_the_past": Kind(
        "An upfront fee is given for a loan that is owed already.", "Remove it; it was paid at signing."
    ),
    "steps_on_fixed_rate": Kind(
        "A rate is in steps of a ratio, but has no index.",
        "Put the rate itself under `rates` as an index that stays, and its steps under `margin`.",
    ),
    "step_never_applies": Kind(
        "A step of a ratio has a limit that is not above that of the step before it.",
        "Write steps in the order of their limits, the lowest first.",
    ),
    "looks_ahead": Kind(
        "A term of a loan depends on a ratio of later years, which depends on the term.", "Name a ratio of the past."
    ),
    "changes_every_day": Kind(
        "A loan follows an index from day to day that lies on straight lines, so that its rate would change every day.",
        "Write `reset: payment`, or another interval, or give the index by its keys alone.",
    ),
    "cap_below_floor": Kind("The cap of a rate is below its floor.", "Swap them."),
    "negative_margin": Kind("The margin of a rate is negative.", "Write one of at least 0 %/year, or give a floor."),
    "unknown_index": Kind(
        "A rate floats, or a series grows, by an index that is not under `rates` or `indices`.",
        "Add its rates there, or take the name that is proposed.",
    ),
    "mixed_schedule": Kind("A custom schedule mixes amounts and shares, or is empty.", "Write all in one way."),
    "below_interest": Kind(
        "A payment does not cover the interest, so that the loan grows.",
        "Raise it, or allow it with `allow_negative_amortization: true`.",
    ),
    "cannot_recast": Kind(
        "`after_prepayment: recast` is asked of a loan whose later payments a prepayment cannot lower.",
        "Write `shorten`, or remove the key.",
    ),
    "nothing_to_true_up": Kind(
        "A true-up is named for a loan that does not round, or whose last payment is not like those before.",
        "Remove it, or give `rounding`.",
    ),
    "rank_skips": Kind("The ranks of loans skip a number.", "Number the ranks 1, 2, 3 without a gap."),
    "two_sculpted": Kind(
        "Two loans of one rank are sculpted, so that each would be paid what the other leaves.", "Give them two ranks."
    ),
    "unlevered_rank": Kind(
        "A loan that is sculpted on unlevered tax, which looks at no other loan, has a rank below others or an `of`.",
        "Remove `tax: unlevered`.",
    ),
    "sculpted_abroad": Kind(
        "A loan in another currency is sculpted on the tax really paid, which depends on what it owes.",
        "Write `tax: unlevered`.",
    ),
    "sculpted_fee": Kind(
        "Prepayments of a loan that is sculpted on the tax really paid cost a fee, on which the tax depends.",
        "Write `tax: unlevered`, or remove the fee.",
    ),
    "reserve_without_service": Kind(
        "A revolver has a reserve, and no scheduled service that it could cover.",
        "Give it to a loan that is repaid by a schedule.",
    ),
    "reserve_without_project": Kind(
        "A reserve is to be filled when a project is complete, and its loan pays for none or for several.",
        "Write `filled_from: operations`.",
    ),
    "reserve_of_rest": Kind(
        "A reserve is to be filled from uses by a loan that is `rest` or a share there: it would depend on itself.",
        "Write an amount, or `filled_from: operations`.",
    ),
    "pays_in_advance": Kind("A loan that depends on cash is to pay in advance.", "Let it pay in arrears."),
    "revolver_grows": Kind("Interest of a revolver is to be capitalized.", "Remove it; a revolver pays its interest."),
    "revolver_swept": Kind("A revolver has a sweep.", "Remove it; all excess repays a revolver."),
}
FUNDING: Final = {
    "unknown_project": Kind(
        "`funding` names neither a project nor a purchased plant.", "Take the name that is proposed."
    ),
    "unknown_loan": Kind(
        "`funding` names a source that is not a loan, a grant, equity or cash.",
        "Take the name that is proposed, or add the loan.",
    ),
    "two_rests": Kind(
        "Two sources are to pay the rest, or two products have the rest of output.", "Give one of them a share."
    ),
    "above_fixed_part": Kind(
        "A grant is more than a purchase pays for fixed assets, its price less working capital.", "Lower the grant."
    ),
    "only_cash": Kind("A source other than `cash` is to pay what is available.", "Write an amount, a share or `rest`."),
    "waits_for_cash": Kind(
        "A source that waits for cash, or equity with a limit, stands beside what must be known before.",
        "Write an amount for `cash`, or take another loan; the message says which.",
    ),
    "limit_below_dated": Kind("The limit of what owners pay is below what they pay on dates.", "Raise it."),
    "above_uses": Kind("Sources pay more than what they are to pay for.", "Lower one, or make it `rest`."),
    "depends_on_cash": Kind(
        "Financing costs of a loan that depends on cash are to be funded.", "Fund costs that are known before."
    ),
    "no_construction": Kind(
        "Financing costs are to be put into an asset that is not being built.", "Remove `include_financing_costs`."
    ),
}
