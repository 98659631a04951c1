"""What funding asks of a loan, and what sources give to a project, so far; and the most that each allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.language.money_or_share import Part
from fibercap.model.funding.sources import part_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fibercap.core.units import Array
    from fibercap.model.plan.plan import Plan

ONE: Final = np.asarray(1.0)


@dataclass(frozen=True)
class Asked:
    """Amounts asked so far, each times a factor, and the most that is allowed; [money] both, `slack` a share of it.

    `words` says what is refused and `wanted` what is allowed, with `{}` in place of the amount.
    """

    path: str
    code: str
    amounts: Sequence[tuple[Array, Array]]
    most: Array
    slack: float
    words: str
    wanted: str
    hint: str

    @property
    def total(self) -> Array:
        """The sum of all that is asked so far. [money]"""
        total = np.asarray(0.0)
        for amount, factor in self.amounts:
            total = total + amount * factor
        return total


def asked_of_loan(plan: Plan, name: str) -> Iterator[Asked]:
    """Yield what is asked of a loan so far, request by request, beside its commitment.

    Parameters
    ----------
    plan, name : Plan, str
        The plan, and the loan.
    """
    loan, code, amounts = plan.loans[name], plan.loan_currency(name), []
    requests = [(f"loans.{name}.draws.{day}", amount) for day, amount in (loan.draws or {}).items()]
    for key, funding in plan.funding.items():
        part = funding.__dict__.get("sources", {}).get(name)
        if isinstance(part, Part) and part.unit == "money":
            requests.append((f"funding.{key}.{name}", part.value))
    for path, amount in requests:
        amounts.append((amount, ONE))
        words = f"{{:,.0f}} {code} asked of `{name}` so far{{sample}}"
        wanted = f"at most its commitment of {{:,.0f}} {code}"
        hint = "ask for less, or raise the commitment"
        yield Asked(path, "above_commitment", tuple(amounts), loan.commitment, 1e-12, words, wanted, hint)


def asked_of_sources(plan: Plan, key: str) -> Iterator[Asked]:
    """Yield, source by source, the amounts of the sources up to it, to be compared with the uses.

    Parameters
    ----------
    plan, key : Plan, str
        The plan, and the project or plant that is financed.
    """
    funding, deal = plan.funding[key], plan.plants[key].purchase if key in plan.plants else None
    cost, amounts = plan.projects[key].cost if deal is None else deal.price, []
    for name in funding.as_written:
        part = funding.sources[name]
        amounts.append((part.value, cost if part.unit == "share" else ONE))
        words = f"{{:,.0f}} {plan.currency} from the sources so far{{sample}}"
        wanted = f"at most the {{:,.0f}} {plan.currency} that `{key}` uses"
        hint = "lower it, or make it `rest`"
        yield Asked(part_path(key, name, part), "above_uses", tuple(amounts), cost, 1e-9, words, wanted, hint)
