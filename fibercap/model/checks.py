"""Checks across blocks: names that must exist, dates in order, sums within limits.

They run over the partly valid scenario; one that reads an input in error is skipped for that item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from fibercap.core.errors import Problem, did_you_mean
from fibercap.core.paths import TimePath
from fibercap.core.spec import InputInErrorError, quantities
from fibercap.core.timeline import STEPS, month_end
from fibercap.core.tree import Branch, Leaf, place_of
from fibercap.model.claim import LIMITS
from fibercap.model.funding import PURSES, REST, Part

if TYPE_CHECKING:
    from fibercap.model.funding import Funding
    from fibercap.model.plan import Plan

Found = Iterator[tuple[str, str, str, str, str]]  # path, code, found, wanted, hint
LONGEST_YEARS = 100
YEAR = 12


def problems_across(plan: Plan, tree: Branch) -> list[Problem]:
    """Return what is wrong across blocks, each problem at its place."""
    found: list[Problem] = []
    for check, names in _checks(plan):
        for name in names:
            try:
                for path, *told in check(plan, name):
                    keys = tuple(path.split("."))
                    found.append(Problem(path, *told, place=place_of(tree, keys)))
            except InputInErrorError:
                continue
    return found


def _checks(plan: Plan) -> list[tuple[Callable[[Plan, str], Found], list[str]]]:
    def names(block: str) -> list[str]:
        return list(plan.__dict__.get(block) or ())

    return [
        (_horizon, ["horizon"]),
        (_names, ["plants", "projects", "loans"]),
        (_sources, ["default_source"]),
        (_paths, ["all"]),
        (_plant, names("plants")),
        (_purchase, names("plants")),
        (_project_plant, names("projects")),
        (_spending, names("projects")),
        (_loan_dates, names("loans")),
        (_loan_draws, names("loans")),
        (_loan_total, names("loans")),
        (_funding_names, names("funding")),
        (_funding_total, names("funding")),
        (_dated, ["equity", "dividends"]),
        (_tax, ["lag", "expire"]),
        (_claim, names("claims")),
    ]


def _horizon(s: Plan, name: str) -> Found:
    start, end, months = s.horizon.start, s.horizon.end, STEPS[s.horizon.step]
    if end < start:
        yield f"{name}.to", "ends_before_start", f"{end}", f"a day after {start}", "swap `from` and `to`"
    elif end.year - start.year >= LONGEST_YEARS:
        yield f"{name}.to", "too_long", f"{end}", f"at most {LONGEST_YEARS} years from {start}", "shorten the horizon"
    elif start.day != 1 or (start.month - 1) % months:
        yield f"{name}.from", "not_aligned", f"{start}", f"the first day of a {s.horizon.step}", "periods are whole"
    elif end != month_end(12 * end.year + end.month) or end.month % months:
        yield f"{name}.to", "not_aligned", f"{end}", f"the last day of a {s.horizon.step}", "periods are whole"


def _names(s: Plan, name: str) -> Found:
    others = {"plants": ("projects", "loans"), "projects": ("loans",), "loans": ()}[name]
    for key in getattr(s, name):
        if key in (*PURSES, REST):
            yield f"{name}.{key}", "reserved_name", f"the name `{key}`", "another", "funding keeps it for itself"
        for other in others:
            if key in getattr(s, other):
                hint = "plants, projects and loans need names of their own"
                yield f"{other}.{key}", "name_taken", f"`{key}`, a name in `{name}` too", "another", hint


def _sources(s: Plan, name: str) -> Found:
    known = set(s.sources)
    if s.default_source and s.default_source not in known:
        hint = did_you_mean(s.default_source, known, "sources")
        yield name, "unknown_source", f"the unknown source `{s.default_source}`", "one under `sources`", hint


def unknown_sources(tree: Branch, wrappers: dict[tuple[str, ...], Branch]) -> Iterator[Problem]:
    """Run over the sources that inputs name but nobody described."""
    block = tree.get("sources")
    known = set(block) if isinstance(block, Branch) else set()
    for path, wrapper in wrappers.items():
        leaf = wrapper.get("source")
        if isinstance(leaf, Leaf) and leaf.value not in known:
            hint = did_you_mean(str(leaf.value), known, "sources")
            told = f"the unknown source `{leaf.value}`"
            yield Problem(".".join(path), "unknown_source", told, "one under `sources`", hint, leaf.place)


def _paths(s: Plan, name: str) -> Found:
    del name
    origin = s.horizon.timeline.origin
    for path, value, _ in quantities(s):
        if isinstance(value, TimePath) and value.starts and value.starts[0] > origin:
            hint = f"add a value from {s.horizon.start.year} on"
            told = f"a path that starts at {value.names[0]}"
            yield ".".join(path), "late_path", told, "one that covers the horizon's start", hint


def _plant(s: Plan, name: str) -> Found:
    plant = s.plants[name]
    if plant.product not in s.products:
        hint = did_you_mean(plant.product, s.products, "products")
        told = f"the unknown product `{plant.product}`"
        yield f"plants.{name}.product", "unknown_product", told, "one under `products`", hint
    if plant.opens and plant.closes and plant.closes < plant.opens:
        told, wanted = f"{plant.closes}", f"a day after it opens, {plant.opens}"
        yield f"plants.{name}.closes", "closes_before_opens", told, wanted, "swap them"


def _purchase(s: Plan, name: str) -> Found:
    deal = s.plants[name].purchase
    if deal is None:
        return
    if not s.horizon.start <= deal.on <= s.horizon.end:
        wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
        yield f"plants.{name}.purchase.on", "outside_horizon", f"{deal.on}", wanted, "or leave `purchase` out"
    if np.any(deal.working_capital > deal.price):
        at = f"plants.{name}.purchase.working_capital"
        yield at, "above_price", "working capital above the price", "at most the price", "lower it"


def _project_plant(s: Plan, name: str) -> Found:
    plant = s.projects[name].plant
    if plant not in s.plants:
        hint = did_you_mean(plant, s.plants, "plants")
        yield f"projects.{name}.plant", "unknown_plant", f"the unknown plant `{plant}`", "one under `plants`", hint


def _spending(s: Plan, name: str) -> Found:
    project = s.projects[name]
    at, where = f"projects.{name}", f"projects.{name}.spend"
    if project.spend is None:
        where = f"{at}.complete"
    spans = project.spans
    last = max(span.end for span in spans)
    late = next((span for span in spans if span.start >= project.planned or span.end <= span.start), None)
    if late is not None or last > project.planned + 1e-9:
        key = f"{where}.{late.key}" if late is not None and late.key != "all" else where
        hint = "complete later, or spend earlier"
        yield key, "spent_after_completion", "spending after completion", f"none after {project.complete}", hint
    elif spans[0].start < s.horizon.timeline.origin - 1e-9:
        hint = "start the horizon earlier, or state `spend`"
        yield where, "spent_before_horizon", "spending before the horizon", f"none before {s.horizon.start}", hint


def _loan_dates(s: Plan, name: str) -> Found:
    loan, at = s.loans[name], f"loans.{name}"
    if loan.maturity <= loan.signed:
        yield f"{at}.matures", "matures_before_signing", f"{loan.maturity}", f"a day after {loan.signed}", "swap them"
        return
    first, until = loan.payments.first, loan.fees.available_until
    if first and not loan.signed < first <= loan.maturity:
        wanted = f"a day after {loan.signed} and up to {loan.maturity}"
        yield f"{at}.payments.first", "payment_outside_loan", f"{first}", wanted, "change `first`"
    if until and not loan.signed <= until <= loan.maturity:
        wanted = f"a day from {loan.signed} to {loan.maturity}"
        yield f"{at}.fees.available_until", "outside_loan", f"{until}", wanted, "change it"
    if loan.signed > s.horizon.end:
        wanted, hint = f"a day up to the horizon's end, {s.horizon.end}", "extend the horizon, or remove the loan"
        yield f"{at}.signed", "outside_horizon", f"{loan.signed}", wanted, hint
    if loan.maturity < s.horizon.start:
        wanted, hint = f"a day after the horizon's start, {s.horizon.start}", "remove the loan"
        yield f"{at}.matures", "outside_horizon", f"{loan.maturity}", wanted, hint


def _loan_draws(s: Plan, name: str) -> Found:
    loan = s.loans[name]
    for day in loan.draws or {}:
        if not loan.signed <= day < loan.maturity:
            wanted = f"a day from {loan.signed} and before {loan.maturity}"
            yield f"loans.{name}.draws.{day}", "outside_loan", f"a draw on {day}", wanted, "change the date"


def _loan_total(s: Plan, name: str) -> Found:
    loan = s.loans[name]
    asked = [(f"loans.{name}.draws.{day}", amount) for day, amount in (loan.draws or {}).items()]
    for key, funding in s.funding.items():
        part = funding.__dict__.get("sources", {}).get(name)
        if isinstance(part, Part) and part.unit == "money":
            asked.append((f"funding.{key}.{name}", part.value))
    so_far = np.asarray(0.0)
    for path, amount in asked:
        so_far = so_far + amount
        if np.any(so_far > loan.commitment * (1 + 1e-12)):
            told = f"{float(np.max(so_far)):,.0f} asked of `{name}` so far"
            wanted = f"at most its commitment of {float(np.min(loan.commitment)):,.0f}"
            yield path, "above_commitment", told, wanted, "ask for less, or raise the commitment"
            return


def _funding_names(s: Plan, key: str) -> Found:
    bought = {name for name, plant in s.plants.items() if plant.__dict__.get("purchase") is not None}
    if key not in s.projects and key not in bought:
        hint = did_you_mean(key, {*s.projects, *bought}, "projects and purchased plants")
        yield f"funding.{key}", "unknown_project", f"`{key}`", "a project or a purchased plant", hint
    known = {*PURSES, *s.loans}
    rests = [name for name, part in s.funding[key].sources.items() if part.unit == REST]
    for name in s.funding[key].sources:
        if name not in known:
            hint = did_you_mean(name, known, "sources")
            yield f"funding.{key}.{name}", "unknown_loan", f"the unknown source `{name}`", "a loan or a purse", hint
    if len(rests) > 1:
        at = f"funding.{key}.{rests[1]}"
        yield at, "two_rests", "a second `rest`", "one", "give one of them an amount or a share"


def _funding_total(s: Plan, key: str) -> Found:
    funding: Funding = s.funding[key]
    deal = s.plants[key].purchase if key in s.plants else None
    if key not in s.projects and deal is None:
        return
    whole = s.projects[key].cost if deal is None else deal.price
    so_far = np.asarray(0.0)
    for name, part in funding.sources.items():
        so_far = so_far + part.value * (whole if part.unit == "share" else 1.0)
        if np.any(so_far > whole * (1 + 1e-9)):
            told = f"{float(np.max(so_far)):,.0f} from the sources so far"
            wanted = f"at most the {float(np.min(whole)):,.0f} that `{key}` uses"
            yield f"funding.{key}.{name}", "above_uses", told, wanted, "lower it, or make it `rest`"
            return


def _dated(s: Plan, name: str) -> Found:
    for day in getattr(s.company, name) or {}:
        if not s.horizon.start <= day <= s.horizon.end:
            wanted = f"a day from {s.horizon.start} to {s.horizon.end}"
            yield f"company.{name}.{day}", "outside_horizon", f"{day}", wanted, "change the date"


def _tax(s: Plan, name: str) -> Found:
    months, step = getattr(s.tax, name), STEPS[s.horizon.step]
    whole = step if name == "lag" else YEAR
    if months % whole:
        wanted = f"whole {'years' if whole == YEAR else f'{s.horizon.step}s'}"
        yield f"tax.{name}", "not_whole_periods", f"{months} months", wanted, f"write a multiple of {whole} months"


def _claim(s: Plan, name: str) -> Found:
    claim, at = s.claims[name], f"claims.{name}"
    if bool(claim.row) == bool(claim.measure):
        yield at, "one_subject", "both or neither of `row` and `measure`", "one of them", "keep one"
    if claim.row and not claim.when:
        yield at, "missing", "no `when`", "a time", "write `when: end of 2002`, `2002`, `2002-06` or `in total`"
    limits = [limit for limit in LIMITS if getattr(claim, limit) is not None]
    if len(limits) != 1:
        told = f"{len(limits)} limits" if limits else "no limit"
        yield at, "one_limit", told, f"one of {', '.join(LIMITS)}", "keep one"
    if claim.source and claim.source not in s.sources:
        hint = did_you_mean(claim.source, s.sources, "sources")
        told = f"the unknown source `{claim.source}`"
        yield f"{at}.source", "unknown_source", told, "one under `sources`", hint
