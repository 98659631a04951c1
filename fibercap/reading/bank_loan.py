"""A loan as a bank counts it, as a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf, Tree
from fibercap.model.loans.contracts import Contracts
from fibercap.reading.yaml_writer import yaml_text

if TYPE_CHECKING:
    from fibercap.model.plan.plan import Lending
    from fibercap.studies.bank.agreement import Agreement

OF_COMPANIES: Final = ("reserve", "covenants", "draw_stop", "sweep")
"""Keys of a loan that mean nothing in a file of loans alone."""


def bank_loan_text(lending: Lending, name: str, agreement: Agreement, title: str) -> str:
    """Return a file that holds a loan alone, as the bank of a table counts it.

    Parameters
    ----------
    lending, name : Lending, str
        The scenario or file of loans, and the loan.
    agreement : Agreement
        The result of the comparison.
    title : str
        The title of the table as a source.

    Raises
    ------
    FibercapError
        If no convention reproduces the table.
    """
    conventions = agreement.conventions or agreement.with_rate
    if not conventions:
        raise FibercapError("nothing_agrees", f"no convention reproduces {agreement.table.name}")
    tree = lending.plain_tree if isinstance(lending, Contracts) else lending.unwrapped_tree[0]
    loan = _contract(tree["loans"][name], lending, name)  # type: ignore[index]  # a block: its loans were read
    for path, value in conventions[0].changes.items():
        loan = _with(loan, tuple(path.split(".")), _tree(value))
    source = {"title": title, "kind": "stated"}
    blocks: dict[str, Tree] = {
        "fibercap": Leaf("1"),
        "sources": _tree({"bank": source}),
        "default_source": Leaf("bank"),
        **_beside(tree, loan),
        "loans": Branch({name: loan}),
    }
    return yaml_text(Branch(blocks), origins=False)


def _contract(loan: Tree, lending: Lending, name: str) -> Branch:
    """Return a loan with the keys that a file of loans knows; what is `outstanding` becomes a `commitment`."""
    kept = {key: child for key, child in loan.items() if key not in OF_COMPANIES}  # type: ignore[union-attr]  # a loan is a block
    if "outstanding" in kept:
        terms = lending.loans[name]
        kept["commitment"] = kept.pop("outstanding")
        kept.pop("remaining", None)
        kept |= {"signed": Leaf(str(terms.signed)), "matures": Leaf(str(terms.agreed_maturity))}
    return Branch(kept)


def _beside(tree: Branch, loan: Branch) -> dict[str, Tree]:
    """Return the calendar and the index that a loan names."""
    blocks: dict[str, Tree] = {}
    rate, payments = loan.get("rate"), loan.get("payments")
    index = rate.get("index") if isinstance(rate, Branch) else None
    if isinstance(index, Leaf):
        blocks["rates"] = Branch({str(index.value): tree["rates"][str(index.value)]})  # type: ignore[index]  # a block: the loan was read with it
    calendar = payments.get("calendar") if isinstance(payments, Branch) else None
    if isinstance(calendar, Leaf):
        known, place = tree.get("calendars"), str(calendar.value)
        written = known.get(place) if isinstance(known, Branch) else None
        blocks["calendars"] = Branch({place: written or _tree({"weekends": "true"})})
    return blocks


def _tree(value: Any) -> Tree:
    if isinstance(value, Mapping):
        return Branch({str(key): _tree(child) for key, child in value.items()})
    return Leaf(str(value))


def _with(tree: Branch, path: tuple[str, ...], value: Tree) -> Branch:
    """Return a block with another value at a path."""
    key, *rest = path
    if not rest:
        return tree.with_child(key, value)
    below = tree.get(key)
    return tree.with_child(key, _with(below if isinstance(below, Branch) else Branch(), tuple(rest), value))
