"""Checks across blocks: names that must exist, dates in order, sums within limits.

They run on the partly valid scenario; a check that reads an input in error is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import Problem, did_you_mean
from fibercap.core.language.money_or_share import REST
from fibercap.core.language.spec import InputInErrorError
from fibercap.core.period_names import DECEMBER, ends
from fibercap.core.timeline import STEPS, month_end
from fibercap.core.trees.tree import Branch, place_of
from fibercap.model.checks.asset_checks import land, sale, units_made, units_of_opening
from fibercap.model.checks.calendar_checks import closed_days
from fibercap.model.checks.cash_limit_checks import cash_limits, equity_limit
from fibercap.model.checks.claim_checks import claim_limit, claim_source, claim_subject, claim_within
from fibercap.model.checks.closure_checks import cancellation, closure_days, overlapping_closures
from fibercap.model.checks.currency_checks import CURRENCY_CHECKS
from fibercap.model.checks.funding_checks import (
    Findings,
    funding_costs,
    funding_grant,
    funding_place,
    funding_rest,
    funding_sources,
    funding_total,
    in_sample,
    loan_total,
)
from fibercap.model.checks.loan_checks import LOAN_CHECKS, loan_horizon
from fibercap.model.checks.owner_checks import dates_of_owners, payouts
from fibercap.model.checks.plant_checks import plant_costs, plant_products, product_shares, unit_of_product
from fibercap.model.checks.rank_checks import ranks_without_gaps, sculpted_ranks
from fibercap.model.checks.ratio_checks import ratio_parts
from fibercap.model.checks.reserve_checks import reserve_from_uses, reserve_of_loan
from fibercap.model.checks.series_checks import growth_of_series, start_of_discounting, start_of_series
from fibercap.model.checks.uncertain_checks import correlations, uncertain_inputs
from fibercap.model.funding.sources import PURSES, RESERVED, ROWS
from fibercap.model.plants.purchases import net_capital

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Lending, Plan

LONGEST_YEARS = 100
_ABOUT_KEYS = ("name_taken", "no_unit_name", "reserved_name", "unknown_loan", "unknown_project")
_OVERLAY: tuple[tuple[str, type, str], ...] = (
    ("change", dict, "{loans.fleet.rate: 9 %/year}"),
    ("add", dict, "{loans.vendor: {commitment: 8 million USD}}"),
    ("remove", tuple, "[loans.fleet]"),
)
FUNDING_CHECKS = (funding_place, funding_rest, funding_costs, funding_total, funding_grant, cash_limits)
YEAR = 12


def problems_across(plan: Plan, tree: Branch) -> list[Problem]:
    """Return the problems across blocks, each with its place in the file.

    Parameters
    ----------
    plan, tree : Plan, Branch
        The plan, and the scenario as read.
    """
    runs = [check(plan, name) for check, names in _checks(plan) for name in names]
    currencies = [check(plan, tree) for check in CURRENCY_CHECKS]
    return collect_problems([*runs, *currencies, funding_sources(plan, tree), overlapping_closures(plan, tree)], tree)


def problems_among_loans(lending: Lending, tree: Branch) -> list[Problem]:
    """Return the problems between the inputs of loans in a file that holds only loans.

    Parameters
    ----------
    lending, tree : Lending, Branch
        The loans, and the file as read.
    """
    names = list(lending.__dict__.get("loans") or ())
    runs = [check(lending, name) for check in LOAN_CHECKS for name in names]
    runs += [reserve_of_loan(lending, name) for name in names]
    runs += [closed_days(lending, name) for name in lending.__dict__.get("calendars") or ()]
    runs.append(ranks_without_gaps(lending, "loans"))
    return collect_problems([*runs, _sources(lending, "default_source")], tree)


def collect_problems(runs: Iterable[Findings], tree: Branch) -> list[Problem]:
    """Return the problems that checks yield, each with its place; a check that reads an input in error is skipped.

    Parameters
    ----------
    runs : iterable
        Checks, each a generator of problems.
    tree : Branch
        The scenario as read.
    """
    problems: list[Problem] = []
    for run in runs:
        try:
            for path, code, problem, wanted, hint in run:
                where = place_of(tree, tuple(path.split(".")), key=code in _ABOUT_KEYS)
                problems.append(Problem(path, code, problem, wanted, hint, where))
        except InputInErrorError:
            continue
    return problems


def _checks(plan: Plan) -> list[tuple[Callable[[Plan, str], Findings], list[str]]]:
    def names(block: str) -> list[str]:
        return list(plan.__dict__.get(block) or ())

    return [
        (_horizon, ["horizon"]),
        (_names, ["plants", "projects", "loans"]),
        (_sources, ["default_source"]),
        *((check, ["all"]) for check in (start_of_series, growth_of_series, start_of_discounting)),
        (unit_of_product, names("products")),
        *((check, names("plants")) for check in (plant_products, product_shares, plant_costs)),
        (_plant, names("plants")),
        (closure_days, names("plants")),
        (_purchase, names("plants")),
        (units_made, names("plants")),
        (_project_plant, names("projects")),
        (_spending, names("projects")),
        (cancellation, names("projects")),
        *((check, ["projects", "plants", "opening"]) for check in (land, sale)),
        (units_of_opening, ["opening"]),
        (closed_days, names("calendars")),
        *((check, names("loans")) for check in LOAN_CHECKS),
        (ranks_without_gaps, ["loans"]),
        (sculpted_ranks, ["loans"]),
        *((check, names("loans")) for check in (reserve_of_loan, reserve_from_uses)),
        (loan_horizon, names("loans")),
        (loan_total, names("loans")),
        *((check, names("funding")) for check in FUNDING_CHECKS),
        (equity_limit, ["equity_limit"]),
        (dates_of_owners, ["equity", "dividends"]),
        (payouts, ["payouts"]),
        (_gap, ["gap"]),
        (_tax, ["lag", "expire"]),
        (ratio_parts, names("ratios")),
        *((check, names("claims")) for check in (claim_subject, claim_limit)),
        (claim_within, names("claims")),
        (claim_source, names("claims")),
        *((check, ["uncertain"]) for check in (uncertain_inputs, correlations)),
        (_option, names("options")),
    ]


def _horizon(s: Plan, name: str) -> Findings:
    start, end, step, timeline = s.horizon.start, s.horizon.end, s.horizon.step, s.horizon.timeline
    first, last = 12 * start.year + start.month - 1, 12 * end.year + end.month
    period, way = step, "periods are whole"
    if step == "year" and timeline.year_ends != DECEMBER:
        period = f"year that ends in {s.horizon.year_ends}"
        way = "write `{}` or another year, or change `year_ends` or `step`"
    if end < start:
        yield f"{name}.to", "ends_before_start", f"{end}", f"a day after {start}", "swap `from` and `to`"
    elif end.year - start.year >= LONGEST_YEARS:
        yield f"{name}.to", "too_long", f"{end}", f"at most {LONGEST_YEARS} years from {start}", "shorten the horizon"
    elif start.day != 1 or not ends(first, step, timeline.year_ends):
        hint = way.format(timeline.label(start, step))
        yield f"{name}.from", "not_aligned", f"{start}", f"the first day of a {period}", hint
    elif end != month_end(last) or not ends(last, step, timeline.year_ends):
        hint = way.format(timeline.label(end, step))
        yield f"{name}.to", "not_aligned", f"{end}", f"the last day of a {period}", hint
    elif step == "quarter" and not ends(timeline.year_ends, step):
        wanted = "a month in which a quarter ends: March, June, September or December"
        yield f"{name}.year_ends", "not_aligned", f"`{s.horizon.year_ends}`", wanted, "or write `step: month`"


def _names(s: Plan, name: str) -> Findings:
    others = {"plants": ("projects", "loans"), "projects": ("loans",), "loans": ()}[name]
    for key in getattr(s, name):
        if key in RESERVED or (name == "loans" and _is_row(key, s)):
            yield (
                f"{name}.{key}",
                "reserved_name",
                f"the name `{key}`",
                "another",
                "in `funding` this word names another source"
                if key in (*PURSES, REST)
                else "in `funding` it has a meaning",
            )
        for other in others:
            if key in getattr(s, other):
                hint = "plants, projects and loans need names of their own"
                yield f"{other}.{key}", "name_taken", f"`{key}` is a name in `{name}` too", "", hint


def _is_row(key: str, s: Plan) -> bool:
    """Return whether a loan of this name would take the name of another row in `funding`."""
    sources = {*PURSES, *s.loans, "financing_costs"}
    twin = any(key.endswith(end) and key.removesuffix(end) in sources for end in ("_to_date", "_available"))
    return twin or key in ROWS or key.startswith("uses_in_")


def _sources(s: Lending, name: str) -> Findings:
    names = set(s.sources)
    if s.default_source and s.default_source not in names:
        hint = did_you_mean(s.default_source, names, "sources")
        yield name, "unknown_source", f"unknown source `{s.default_source}`", "", hint


def _plant(s: Plan, name: str) -> Findings:
    plant = s.plants[name]
    if plant.opens and plant.closes and plant.closes < plant.opens:
        problem, wanted = f"{plant.closes}", f"a day after it opens, {plant.opens}"
        yield f"plants.{name}.closes", "closes_before_opens", problem, wanted, "swap them"


def _purchase(s: Plan, name: str) -> Findings:
    deal = s.plants[name].purchase
    if deal is None:
        return
    if not s.horizon.start <= deal.on <= s.horizon.end:
        wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
        yield f"plants.{name}.purchase.on", "outside_horizon", f"{deal.on}", wanted, "or leave `purchase` out"
    above = net_capital(deal) > deal.price
    if np.any(above):
        path, problem = f"plants.{name}.purchase.working_capital", "working capital above the price"
        yield path, "above_price", f"{problem}{in_sample(above)}", "at most the price", "lower it"


def _project_plant(s: Plan, name: str) -> Findings:
    plant = s.projects[name].plant
    if plant not in s.plants:
        hint = did_you_mean(plant, s.plants, "plants")
        yield f"projects.{name}.plant", "unknown_plant", f"unknown plant `{plant}`", "", hint


def _spending(s: Plan, name: str) -> Findings:
    project = s.projects[name]
    path, spending = f"projects.{name}", f"projects.{name}.spend"
    if project.spend is None:
        spending = f"{path}.complete"
    spans = project.spans
    last = max(span.end for span in spans)
    late = next((span for span in spans if span.start >= project.planned_month), None)
    if late is not None or last > project.planned_month + 1e-9:
        key = late.key if late is not None else "to"
        path = f"{spending}.{key}" if key != "all" else f"{spending}.from"
        hint = "complete later, or spend earlier"
        yield path, "spent_after_completion", "spending after completion", f"none after {project.complete}", hint
    elif last <= spans[0].start:
        hint = "swap `from` and `to`"
        yield f"{spending}.to", "ends_before_start", "spending that ends before it starts", "a later day", hint
    elif spans[0].start < s.horizon.timeline.origin - 1e-9:
        key = "from" if spans[0].key == "all" else spans[0].key
        path = f"{spending}.{key}" if project.spend is not None else spending
        hint = "start the horizon earlier, or spend later"
        if project.spend is None:
            hint = "start the horizon earlier, or state `spend`; without it, the year before completion counts"
        yield path, "spent_before_horizon", "spending before the horizon", f"none before {s.horizon.start}", hint


def _gap(s: Plan, name: str) -> Findings:
    sources = ["equity", "revolver", *(key for key, loan in s.loans.items() if loan.revolves)]
    for word in s.company.gap:
        if word not in sources:
            wanted = f"any of {', '.join(sources)}"
            yield f"company.{name}", "unknown_word", f"`{word}`", wanted, did_you_mean(word, sources, "ways")


def _tax(s: Plan, name: str) -> Findings:
    months, step = getattr(s.tax, name), STEPS[s.horizon.step]
    period = step if name == "lag" else YEAR
    if months % period:
        wanted = f"whole {'years' if period == YEAR else f'{s.horizon.step}s'}"
        yield f"tax.{name}", "not_whole_periods", f"{months} months", wanted, f"write a multiple of {period} months"


def _option(s: Plan, name: str) -> Findings:
    for verb, shape, like in _OVERLAY:
        part = getattr(s.options[name], verb)
        if part is not None and not isinstance(getattr(part, "value", part), shape):
            wanted = "a list of paths" if verb == "remove" else "a block of values by path"
            yield f"options.{name}.{verb}", "not_a_block", "one value", wanted, f"write it like `{like}`"
