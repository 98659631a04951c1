"""The laws that a projection must keep, proved on every run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.errors import IdentityError
from fibercap.model.financing_costs import building, lenders, until_complete
from fibercap.model.funding import GRANT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from fibercap.core.units import Array
    from fibercap.model.plan import Plan

RELATIVE: Final = 1e-12
ABSOLUTE: Final = 1e-6
Gap = tuple[str, "Array", "tuple[Array, ...]"]
"""A row, how far it is off, and the amounts that this is measured against."""


def _equal(row: str, left: Array, right: Array) -> Gap:
    return row, left - right, (left, right)


def _at_least(row: str, left: Array, right: Array) -> Gap:
    return row, np.minimum(left - right, 0.0), (left, right)


def _sources_equal_uses(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    for key in plan.funding:
        *rows, gap = plan.source_rows(key).values()
        paid = sum((read(row) for row in rows), start=read(gap))
        yield _equal(f"funding.{key}.uses", read(f"funding.{key}.uses"), paid)


def _grants(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    """Yield what is receivable less what was claimed and not received."""
    row = "accounts.grants_receivable"
    claimed = sum((read(f"funding.{k}.{GRANT}") for k in plan.granted), start=np.zeros(plan.timeline.count))
    yield _equal(row, read(row), np.cumsum(claimed - read("accounts.grants"), axis=-1))


def _loans_carry(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    for name in plan.loans:
        at = f"loans.{name}"
        moved = read(f"{at}.opening") + read(f"{at}.draws") + read(f"{at}.capitalized") - read(f"{at}.principal")
        if plan.loan_currency(name) != plan.currency:
            moved = moved + read(f"{at}.closing_revaluation")
        yield _equal(f"{at}.closing", read(f"{at}.closing"), moved)


def _balance(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    del plan
    row = "accounts.total_assets"
    yield _equal(row, read(row), read("accounts.total_liabilities_and_equity"))


def _cash(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    flows = sum(read(f"accounts.{kind}_cash_flow") for kind in ("operating", "investing", "financing"))
    cash = plan.opening.cash + np.cumsum(np.asarray(flows), axis=-1)
    yield _equal("accounts.cash", read("accounts.cash"), cash)


def _capacity(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    for name in plan.plants:
        able = read(f"plants.{name}.effective_capacity") * (plan.timeline.months / 12)
        yield _at_least(f"plants.{name}.output", able, read(f"plants.{name}.output"))
        yield _at_least(f"plants.{name}.shipments", read(f"plants.{name}.output"), read(f"plants.{name}.shipments"))


def _commitment(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    for name, loan in plan.loans.items():
        row = f"loans.{name}.schedule.{'closing' if loan.revolves else 'drawn_to_date'}"
        drawn = read(row)
        yield _at_least(row, np.asarray(loan.commitment) + 0.0 * drawn, drawn)


def _not_negative(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    rows = [f"loans.{name}.schedule.closing" for name in plan.loans]
    rows += [f"projects.{name}.book_value" for name in plan.projects]
    rows += ["accounts.net_fixed_assets", "accounts.construction_in_progress", "accounts.deferred_fees"]
    rows.append("accounts.grants_receivable")
    for row in rows:
        value = read(row)
        yield row, np.minimum(value, 0.0), (value,)


def _financing_costs(plan: Plan, read: Callable[[str], Array]) -> Iterator[Gap]:
    for key in building(plan):
        row, value = f"funding.{key}.financing_costs", np.zeros(plan.timeline.count)
        for name in lenders(plan, [key]):
            cost = read(f"loans.{name}.interest") + read(f"loans.{name}.fees") + read(f"loans.{name}.upfront_fee")
            mine = read(f"funding.{key}.{name}.share") * until_complete(plan, key)
            value = value + cost * mine
        yield _equal(row, read(row), value)


LAWS: Final = {
    "sources_equal_uses": _sources_equal_uses,
    "grants": _grants,
    "loans_carry": _loans_carry,
    "balance": _balance,
    "cash": _cash,
    "capacity": _capacity,
    "commitment": _commitment,
    "not_negative": _not_negative,
    "financing_costs": _financing_costs,
}


def prove_laws(plan: Plan, values: Mapping[str, Array]) -> dict[str, float]:
    """Prove every law; return the largest gap found for each. [money, or km for capacity]

    The tolerance is 1e-12 of the largest amount in the check, and never less than 1e-6.

    Raises
    ------
    IdentityError
        Naming the first law that is broken, its row, period, draw and gap.
    """
    largest = dict.fromkeys(LAWS, 0.0)
    for name, law in LAWS.items():
        for row, gap, amounts in law(plan, values.__getitem__):
            worst = _largest(gap)
            largest[name] = max(largest[name], worst)
            if worst > ABSOLUTE and worst > RELATIVE * max(map(_largest, amounts)):
                _tell(plan, name, row, np.abs(gap))
    return largest


def _largest(amounts: Array) -> float:
    return float(np.max(np.abs(amounts), initial=0.0))


def _tell(plan: Plan, law: str, row: str, size: Array) -> None:
    spot = np.unravel_index(int(np.argmax(size)), size.shape)
    column = int(spot[-1])
    when = plan.timeline.labels[column] if size.shape[-1] == plan.timeline.count else f"event {column + 1}"
    draw = f", draw {int(spot[0])}" if size.ndim > 1 else ""
    raise IdentityError(f"the law `{law}` is broken: {row}, {when}{draw}, by {float(size[spot]):g}")
