"""The laws of the books, recomputed in plain numbers from the rows that `run --json` prints (docs/conventions.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from tests.fuzz.dice import MONTHS, name_year

Values = list[float]
Found = Iterator[str]
ASSETS = (
    "cash", "receivables", "grants_receivable", "inventory", "construction_in_progress", "net_fixed_assets", "deferred_fees", "other_assets",
)  # fmt: skip
OWED = (
    "payables", "tax_payable", "accrued_interest", "debt", "other_liabilities", "paid_in_capital", "retained_earnings",
)  # fmt: skip


class Books:
    """Rows as they are printed, the run-off behind them; a row that is not there is nothing."""

    def __init__(self, printed: dict[str, Any]) -> None:
        """Take the document of `run --json`."""
        self.rows = printed["rows"]
        self.later = {
            path.removeprefix("run_off."): row for path, row in printed.get("run_off", {}).get("rows", {}).items()
        }
        self.count = len(printed["periods"])
        self.all = self.count + len(printed.get("run_off", {}).get("periods", []))
        self.months = {"month": 1, "quarter": 3, "year": 12}[printed["horizon"]["step"]]
        self.year_ends = MONTHS.index(printed["horizon"]["year_ends"])
        self.ends = [*printed["periods"], *printed.get("run_off", {}).get("periods", [])]
        largest = [
            max(map(abs, self(f"accounts.{key}")), default=0.0)
            for key in ("total_assets", "cash", "revenue", "capex", "debt", "draws")
        ]
        self.trifle = max(1e-4, 1e-9 * max(largest) * self.all)

    def year_of(self, end: str) -> str:
        """Return the name of the calendar or business year that contains a day."""
        year, month, _ = map(int, end.split("-"))
        return name_year(12 * year + month - 1, self.year_ends)

    def __contains__(self, path: str) -> bool:
        """Tell whether a row is printed."""
        return path in self.rows

    def __call__(self, path: str) -> Values:
        """Return a row to the end of the run-off, undefined values as nothing."""
        values = self.rows.get(path, {"values": [0.0] * self.count})["values"]
        later = self.later.get(path, {"values": [0.0] * (self.all - self.count)})["values"]
        return [value or 0.0 for value in (*values, *later)]

    def values_or_none(self, path: str) -> list[float | None]:
        """Return a row to the end of the run-off, undefined values as such."""
        later = self.later.get(path, {"values": [None] * (self.all - self.count)})["values"]
        return [*self.rows[path]["values"], *later]

    def account(self, key: str) -> Values:
        """Return a row of the accounts."""
        return self(f"accounts.{key}")

    def rare(self, key: str) -> Values:
        """Return a row of the accounts that not every plan has, zeros where it has none."""
        return self.account(key) if f"accounts.{key}" in self else [0.0] * self.all

    def total(self, paths: Sequence[str]) -> Values:
        """Return the sum of rows, period by period."""
        return [sum(values) for values in zip(*map(self, paths), strict=True)] if paths else [0.0] * self.all

    def loans(self) -> list[str]:
        """Return the names of loans."""
        return sorted({path.split(".")[1] for path in self.rows if path.startswith("loans.")})

    def unlike(self, what: str, left: Values, right: Values, slack: float = 0.0) -> Found:
        """Name the first period in which two rows differ."""
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            if abs(one - other) > max(slack, self.trifle):
                yield f"{what} in {self.ends[index]}: {one!r}, wanted {other!r}"
                return

    def below(self, what: str, left: Values, right: Values, slack: float = 0.0) -> Found:
        """Name the first period in which a row is below another."""
        yield from self.unlike(
            what, [min(one - other, 0.0) for one, other in zip(left, right, strict=True)], [0.0] * len(left), slack
        )


def add(*rows: Values) -> Values:
    """Return the sum of rows."""
    return [sum(values) for values in zip(*rows, strict=True)]


def less(one: Values, *others: Values) -> Values:
    """Return a row less others."""
    return [value - sum(rest) for value, *rest in zip(one, *others, strict=True)]


def before(row: Values, first: float) -> Values:
    """Return a row a period earlier."""
    return [first, *row[:-1]]


def keep_balance(books: Books) -> Found:
    """Assets are what is owed and owned."""
    assets = add(books.total([f"accounts.{key}" for key in ASSETS]), books.rare("deferred_tax_asset"))
    sources = add(books.total([f"accounts.{key}" for key in OWED]), books.rare("deferred_tax_liability"))
    yield from books.unlike("assets and their sources", assets, sources)
    yield from books.unlike("total assets", books.account("total_assets"), assets)


def carry_cash(books: Books) -> Found:
    """Cash moves by the three flows, each the sum of its parts."""
    a = books.account
    flows = books.total([f"accounts.{kind}_cash_flow" for kind in ("operating", "investing", "financing")])
    cash = a("cash")
    moved = less(cash, before(cash, cash[0] - flows[0]))
    yield from books.unlike("cash", moved, flows)
    operating = less(
        add(*map(a, ("net_income", "depreciation", "fee_amortization", "accrued_less_paid", "capitalized_interest", "tax_payable_increase"))),
        a("exchange_result"), a("working_capital_increase"), books.rare("gain_on_sales"),
    )  # fmt: skip
    fees = books.rare("prepayment_fees")
    operating = add(operating, books.rare("deferred_tax"), books.rare("write_offs"), fees)
    yield from books.unlike("operating cash flow", a("operating_cash_flow"), operating)
    received = add(a("grants"), books.rare("asset_sales"))
    investing = less(received, a("capex"), a("purchases"), a("maintenance"), a("financing_costs"))
    yield from books.unlike("investing cash flow", a("investing_cash_flow"), investing)
    paid = add(*map(a, ("draws", "equity_for_projects", "equity_paid_in", "equity_for_cash")))
    financing = less(paid, a("principal"), a("upfront_fees"), fees, a("dividends"))
    yield from books.unlike("financing cash flow", a("financing_cash_flow"), financing)


def earn_income(books: Books) -> Found:
    """Income goes down from revenue to what is left after tax."""
    a = books.account
    yield from books.unlike(
        "ebitda", a("ebitda"), less(a("revenue"), a("variable_cost"), a("fixed_cost"), a("overhead"))
    )
    ebit = less(add(a("ebitda"), books.rare("gain_on_sales")), a("depreciation"), books.rare("write_offs"))
    yield from books.unlike("ebit", a("ebit"), ebit)
    pretax = add(less(a("ebit"), a("interest_expense"), a("fee_expense")), a("exchange_result"))
    pretax = less(add(pretax, books.rare("interest_on_cash")), books.rare("interest_on_overdraft"))
    yield from books.unlike("pretax income", a("pretax_income"), pretax)
    yield from books.unlike(
        "net income", a("net_income"), less(a("pretax_income"), a("tax"), books.rare("deferred_tax"))
    )
    yield from books.unlike(
        "interest expense", a("interest_expense"), less(a("interest_accrued"), a("interest_to_assets"))
    )


def tie_owners(books: Books) -> Found:
    """Check that what owners paid in and left in the company is what stands in the balance."""
    a = books.account
    earned, paid = a("retained_earnings"), a("paid_in_capital")
    kept = less(a("net_income"), a("dividends"))
    yield from books.unlike("retained earnings", less(earned, before(earned, earned[0] - kept[0])), kept)
    given = add(a("equity_for_projects"), a("equity_paid_in"), a("equity_for_cash"))
    yield from books.unlike("paid-in capital", paid, list(accumulate(given)))
    for key in ("equity_for_projects", "equity_paid_in", "equity_for_cash", "dividends"):
        yield from books.below(key, a(key), [0.0] * books.all)
    if "accounts.equity_left" in books:
        yield from books.below("equity left", a("equity_left"), [0.0] * books.all)
    if "accounts.payouts" in books:
        yield from books.below("payouts", a("payouts"), [0.0] * books.all)
        yield from books.unlike("dividends", a("dividends"), add(a("dividends_dated"), a("payouts")))
        yield from books.below("payouts above what is kept", a("cash_to_pay_out"), a("payouts"))
        locks = [path for path in books.rows if path.startswith("loans.") and path.endswith(".locked")]
        for path in locks:
            barred = [paid * lock for paid, lock in zip(a("payouts"), before(books(path), 0.0), strict=True)]
            yield from books.unlike(f"payouts while {path}", barred, [0.0] * books.all)
    allowed = [max(value, 0.0) for value in add(before(earned, earned[0] - kept[0]), a("net_income"))]
    yield from books.below("dividends above earnings", allowed, a("dividends"))


def carry_loans(books: Books) -> Found:
    """Each loan closes with what it opened with, drew, added and repaid; together they are the debt."""
    for name in books.loans():
        for path in (f"loans.{name}", f"loans.{name}.own"):
            if f"{path}.closing" not in books:
                continue
            row = {key: books(f"{path}.{key}") for key in ("opening", "draws", "capitalized", "principal", "closing")}
            moved = less(add(row["opening"], row["draws"], row["capitalized"]), row["principal"])
            wanted = add(moved, books(f"{path}.closing_revaluation"))
            yield from books.unlike(f"{path}.closing", row["closing"], wanted)
            yield from books.below(f"{path}.closing", row["closing"], [0.0] * books.all)
            yield from books.unlike(f"{path}.opening", row["opening"], before(row["closing"], row["opening"][0]))
            for key in ("draws", "principal", "interest_paid", "fees_paid"):
                yield from books.below(f"{path}.{key}", books(f"{path}.{key}"), [0.0] * books.all)
    for key, flow in (
        ("debt", "closing"),
        ("accrued_interest", "accrued"),
        ("draws", "draws"),
        ("principal", "principal"),
        ("interest_paid", "interest_paid"),
        ("interest_accrued", "interest"),
    ):
        yield from books.unlike(
            key, books.account(key), books.total([f"loans.{name}.{flow}" for name in books.loans()])
        )


def pay_uses(books: Books) -> Found:
    """Check that sources and the gap of each project pay its uses, and none of them pays less than nothing."""
    for index in sorted(
        {path.rpartition(".")[0] for path in books.rows if path.startswith("funding.") and path.endswith(".uses")}
    ):
        payers = [
            path.removesuffix("_to_date")
            for path in books.rows
            if path.startswith(f"{index}.") and path.endswith("_to_date")
        ]
        sources = [
            path
            for path in (*payers, f"{index}.grant", f"{index}.gap")
            if path in books and path != f"{index}.financing_costs"
        ]
        yield from books.unlike(f"{index}.uses", books.total(sources), books(f"{index}.uses"))
        for path in sources:
            yield from books.below(path, books(path), [0.0] * books.all)
    spent = [path for path in books.rows if path.startswith("projects.") and path.endswith(".capex")]
    yield from books.unlike("capex", books.account("capex"), books.total(spent))


def stay_within(books: Books) -> Found:
    """Plants make no more than they can and sell no more than they make; customers owe no more than they were billed."""
    years = books.months / 12
    for path in [path for path in books.rows if path.startswith("plants.") and path.endswith(".output")]:
        place = path.removesuffix(".output")
        able = [value * years for value in books(f"{'.'.join(path.split('.')[:2])}.effective_capacity")]
        kilometers = 1e-9 * max([1.0, *able])
        for left, right in ((able, books(path)), (books(path), books(f"{place}.shipments"))):
            worst = min(one - other for one, other in zip(left, right, strict=True))
            if worst < -kilometers:
                yield f"{place} makes or sells {-worst} km too much"
    for kind, flow in (("receivables", "revenue"), ("inventory", "variable_cost"), ("payables", "variable_cost")):
        bought = [path for path in books.rows if path.startswith("plants.") and path.endswith(f".purchased.{kind}")]
        moved = list(accumulate(add(books.account(flow), books.total(bought))))
        left = books(f"working_capital.{kind}_of_opening")
        yield from books.below(f"{kind} above what was billed", add(moved, left), books.account(kind))
        yield from books.below(kind, books.account(kind), [0.0] * books.all)


def cost_goods(books: Books) -> Found:
    """Products add up to their plant, what plants cost is what they sell at the cost of a unit, and products cost as much."""
    plants = sorted({path.split(".")[1] for path in books.rows if path.startswith("plants.")})
    for name in plants:
        place = f"plants.{name}"
        for row in ("output", "shipments", "revenue", "cash_costs"):
            parts = [path for path in books.rows if path.startswith(f"{place}.products.") and path.endswith(f".{row}")]
            if parts:
                yield from books.unlike(f"{row} of products of {name}", books(f"{place}.{row}"), books.total(parts))
        costs = add(books(f"{place}.variable_cost"), books(f"{place}.fixed_cost"))
        yield from books.unlike(f"cash costs of {name}", books(f"{place}.cash_costs"), costs)
        lines = books.total([path for path in books.rows if path.startswith(f"{place}.costs.")])
        yield from books.below(f"costs of {name} without its lines", costs, lines)
    made = [path for path in books.rows if path.startswith("products.") and path.endswith(".cash_costs")]
    costs = add(books.account("variable_cost"), books.account("fixed_cost"))
    yield from books.unlike("cash costs of products", books.total(made), costs)


def serve_debt(books: Books) -> Found:
    """Debt service is interest, fees and scheduled principal, less what funding pays; cover divides by it."""
    a = books.account
    service = less(add(a("interest_paid"), a("fees_paid"), a("scheduled_principal")), a("service_funded"))
    yield from books.unlike("debt service", a("debt_service"), service)
    cfads = less(a("ebitda"), a("tax_paid"), a("working_capital_increase"), a("maintenance"), a("self_funded_capex"))
    cfads = less(add(cfads, books.rare("interest_on_cash")), books.rare("interest_on_overdraft"))
    yield from books.unlike("cfads", a("cfads"), cfads)
    size = 12 // books.months
    for key, above, below in (
        ("dscr_12m", "cfads", "debt_service"),
        ("interest_cover_12m", "ebitda", "interest_to_cover"),
    ):
        over, under = a(above), a(below)
        rounding = 1e-14 * sum(map(abs, under))  # a sum over twelve months is a difference of sums from the start
        for index, value in enumerate(books.values_or_none(f"accounts.{key}")):
            parts = slice(max(index + 1 - size, 0), index + 1)
            wanted = sum(over[parts]), sum(under[parts])
            if (
                value is not None
                and abs(value * wanted[1] - wanted[0])
                > 1e-7 * (abs(wanted[0]) + abs(value) * sum(map(abs, under[parts])))
                + books.trifle
                + abs(value) * rounding
            ):
                yield f"{key} in {books.ends[index]}: {value!r}, wanted {wanted[0]!r} / {wanted[1]!r}"
                break
            if value is not None and index + 1 < size:
                yield f"{key} in {books.ends[index]} before twelve months are over"
                break


def pay_tax(books: Books) -> Found:
    """Tax of a year is never negative, and nil on a year's loss; what is unpaid is owed."""
    difference = books.rare("temporary_difference")  # what tax has charged more than the books
    tax, income = books.account("tax"), less(books.account("pretax_income"), less(difference, before(difference, 0.0)))
    total, earned = 0.0, 0.0
    for index, end in enumerate(books.ends):
        year = books.year_of(end)
        opens = index == 0 or year != books.year_of(books.ends[index - 1])
        total, earned = (0.0 if opens else total) + tax[index], (0.0 if opens else earned) + income[index]
        closes = index + 1 == books.all or books.year_of(books.ends[index + 1]) != year
        if closes and (total < -books.trifle or total > max(earned, 0.0) + books.trifle):
            yield f"tax of {year} is {total!r} on an income of {earned!r}"
            return
    payable = books.account("tax_payable")
    moved = less(books.account("tax"), books.account("tax_paid"))
    yield from books.unlike("tax payable", payable, list(accumulate(moved)))


LAWS: dict[str, Callable[[Books], Found]] = {
    "balance": keep_balance,
    "cash": carry_cash,
    "income": earn_income,
    "owners": tie_owners,
    "loans": carry_loans,
    "uses": pay_uses,
    "capacity and billing": stay_within,
    "costs and products": cost_goods,
    "service and cover": serve_debt,
    "tax": pay_tax,
}
