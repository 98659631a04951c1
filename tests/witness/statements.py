"""Cash from period to period, in its order (docs/conventions.md, section 5, order of cash)."""

from datetime import date

import numpy as np

from tests.witness.capacity import Rows
from tests.witness.income import Income
from tests.witness.ledger import Ledger
from tests.witness.payouts import Payouts
from tests.witness.plan import Plan
from tests.witness.quantities import read_number
from tests.witness.reserves import SERVICE, Reserve, find_filling, find_use
from tests.witness.series import Exchange


class Books(Income):
    """Keeps cash from period to period, in its order (docs/conventions.md, section 5)."""

    def __init__(
        self, plan: Plan, ledgers: dict[str, Ledger], exchange: Exchange, rows: Rows, locked: dict[str, np.ndarray]
    ) -> None:
        """Take what the income is made of, and where each lock-up bars what owners are paid."""
        super().__init__(plan, ledgers, exchange, rows)
        self.plan = plan
        self.locked = locked
        ranked = sorted(ledgers, key=lambda name: ledgers[name].contract.rank)
        self.prepaid = [name for name in ranked if ledgers[name].contract.prepayments]
        self.limit = read_number(plan.get("company", {}).get("equity_limit"), "1e300")
        self.reserves = {
            name: Reserve(
                ledger,
                ledger.contract.block["reserve"],
                find_filling(plan, name, ledger.contract.block["reserve"], self.calendar),
            )
            for name, ledger in ledgers.items()
            if "reserve" in ledger.contract.block and not ledger.idle
        }
        capital = read_number(plan.get("opening", {}).get("paid_in_capital"))
        self.payouts = Payouts(plan.get("company", {}).get("payouts"), self.minimum, self.calendar, capital)

    @property
    def free(self) -> float:
        """Cash less what is set aside."""
        return self.cash - sum(reserve.balance for reserve in self.reserves.values())

    @property
    def excess(self) -> float:
        """Free cash above the minimum."""
        return max(self.free - self.minimum, 0.0)

    def project(self) -> None:
        """Add all rows of loans, tax and cash, period by period (section 5, order of cash)."""
        for index, day in enumerate(self.calendar.last_days):
            before = self.calendar.last_days[index - 1] if index else self.calendar.eve
            for name, ledger in self.ledgers.items():
                ledger.advance(day)
                self.amortize_fee(name, index, day)
            self.earn(index, before, day)
            self.open_reserves(index, day)
            self.operate(index, before, day)
            for rank in self.ranks:
                self.serve(rank, index, before, day)
            self.put("accounts.cash_after_service", index, self.cash)
            if self.reserves:
                self.put("accounts.cash_after_reserves", index, self.free)
            self.move_cash(index, before, day)
            for name in self.ledgers:
                self.close_loan(name, index, before, day)
        self.rows.update(self.cells)
        self.rows.update(self.taxpayer.list_rows("tax"))

    def open_reserves(self, index: int, day: date) -> None:
        """Set the targets of reserves; owners fill those of projects and purchases of which they pay the rest (rule 8)."""
        for name, reserve in self.reserves.items():
            asked = reserve.open_period(index, day)
            if reserve.complete is None:
                continue
            self.put(f"loans.{name}.reserve_from_uses", index, asked)
            key = find_use(self.plan, name)
            if self.plan["funding"][key].get("equity") == "rest":
                paid = min(asked, max(self.left_of_owners(index), 0.0)) if asked else 0.0
                self.cells[f"funding.{key}.equity_for_reserve"][index] += paid
                self.rows["accounts.equity_for_projects"][index] += paid

    def operate(self, index: int, before: date, day: date) -> None:
        """Bring cash through operations, investment, funding and dated equity (section 5, steps 1 to 3)."""
        rows = self.rows
        flow = (
            rows["accounts.ebitda"][index]
            - self.taxpayer.paid[index]
            - rows["accounts.working_capital_increase"][index]
        )
        flow -= rows["accounts.capex"][index] + rows["accounts.purchases"][index] + rows["accounts.maintenance"][index]
        flow += float(self.sales[index]) + self.earn_on_cash(index)
        flow += rows["accounts.grants"][index] + rows["accounts.equity_for_projects"][index] + self.equity[index]
        flow += sum(self.translate(name, "draws", index, before, day) for name in self.ledgers)
        flow -= sum(self.translate(name, "upfront_fee", index, before, day) for name in self.ledgers)
        self.cash += flow
        self.put("accounts.equity_paid_in", index, self.equity[index])

    def serve(self, rank: int, index: int, before: date, day: date) -> None:
        """Pay fees, interest and scheduled principal of a rank, then move its reserves (section 5, step 4)."""
        names = [name for name, ledger in self.ledgers.items() if ledger.contract.rank == rank]
        had, service = self.free, 0.0
        for name in names:
            paid = {kind: self.translate(name, kind, index, before, day) for kind in SERVICE}
            service += sum(paid.values())
            self.cash -= sum(paid.values())
        if any(name in self.reserves for name in names):
            self.put(f"ranks.{rank}.cash_to_serve", index, had)
        lacking = max(service - max(had, 0.0), 0.0)
        for name in names:
            if name in self.reserves:
                lacking -= self.reserves[name].use(lacking)
        for name in names:
            if name in self.reserves:
                self.reserves[name].fill(index, self.excess)
                self.write_reserve(name, index)

    def write_reserve(self, name: str, index: int) -> None:
        """Write what a reserve holds and what moved it."""
        reserve, path = self.reserves[name], f"loans.{name}.reserve"
        self.put(path, index, reserve.balance)
        for item in ("target", "used", "filled", "released", "short"):
            self.put(f"{path}_{item}", index, getattr(reserve, item))

    def prepay_dated(self, name: str, index: int, before: date, day: date) -> None:
        """Pay dated prepayments and their fees, and tell the next pass what cash allows (section 5, step 6)."""
        paid = self.ledgers[name].sum_between("prepaid", before, day)
        fee = self.ledgers[name].sum_between("prepayment_fees", before, day)
        share = fee / paid if paid else 0.0
        self.put(f"loans.{name}.prepay_limit", index, self.excess / (1 + share))
        self.cash -= paid + fee
        self.cells["accounts.prepayments"][index] += paid

    def move_cash(self, index: int, before: date, day: date) -> None:
        """Repay revolvers, prepay, sweep, pay owners, and lift cash to its minimum (section 5, steps 5 to 8)."""
        for name in self.revolvers:
            amount = self.plan_cash(name, index, day)
            self.pay_down(name, "repaid", index, day, min(self.excess, amount))
        for name in self.prepaid:
            self.prepay_dated(name, index, before, day)
        for name in self.sweeps:
            amount = self.plan_cash(name, index, day)
            share = self.ledgers[name].contract.sweep_on(day) if self.count_payments(name, index) > 0 else 0.0
            self.pay_down(name, "swept", index, day, min(share * self.excess, amount))
            if isinstance(self.ledgers[name].contract.block["sweep"], dict):
                self.put(f"loans.{name}.sweep_share", index, self.ledgers[name].contract.sweep_on(day))
        self.earned += float(self.cells["accounts.net_income"][index])
        self.pay_owners(index)
        self.put("accounts.cash_before_gap", index, self.cash)
        self.lift_cash(index, day)
        if self.limit < 1e300:
            self.put("accounts.equity_left", index, self.left_of_owners(index))
        self.put("accounts.cash", index, self.cash)
        if self.reserves:
            self.put("accounts.cash_free", index, self.free)
            self.put("accounts.reserves", index, self.cash - self.free)

    def pay_owners(self, index: int) -> None:
        """Pay dated dividends, then by policy (section 5, step 7)."""
        locked = index > 0 and any(row[index - 1] > 0 for row in self.locked.values())
        if self.locked:
            self.put("accounts.dividends_barred", index, self.dividends[index] * locked)
        dated = min(self.dividends[index], self.excess, max(self.earned, 0)) * (not locked)
        self.cash -= dated
        self.earned -= dated
        short = any(reserve.short > 0.005 for reserve in self.reserves.values())
        payout = self.payouts.pay(index, self.free, self.earned, locked=locked, short=short)
        self.cash -= payout.paid
        self.earned -= payout.paid
        self.put("accounts.dividends_planned", index, self.dividends[index])
        self.put("accounts.dividends", index, dated + payout.paid)
        if self.payouts.block:
            self.put("accounts.payouts", index, payout.paid)
            self.put("accounts.payout_due", index, float(index in self.payouts.periods))
            self.put("accounts.dividends_dated", index, dated)
            self.put("accounts.payout_before_limits", index, payout.wanted)
            self.put("accounts.cash_to_pay_out", index, payout.above)
            if self.locked:
                self.put("accounts.payouts_held", index, self.payouts.withheld)
        self.put("accounts.retained_earnings", index, self.earned)

    def plan_cash(self, name: str, index: int, day: date) -> float:
        """Add what is planned for a loan that cash moves, and return what cash may repay (section 4, rows)."""
        ledger, path = self.ledgers[name], f"loans.{name}"
        today = 0.0 if ledger.idle else ledger.draws.get(day, 0.0)
        repayable = ledger.owed - today
        self.put(f"{path}.known_draws", index, self.cells[f"{path}.draws"][index])
        self.put(f"{path}.known_principal", index, self.cells[f"{path}.principal"][index])
        self.put(f"{path}.repayable", index, repayable)
        if name in self.revolvers:
            self.put(f"{path}.draws_at_end", index, today)
            self.put(f"{path}.later_draws", index, sum(amount for on, amount in ledger.draws.items() if on > day))
        return repayable

    def pay_down(self, name: str, kind: str, index: int, day: date, amount: float) -> None:
        """Repay a loan from cash."""
        self.ledgers[name].prepay(kind, day, amount)
        self.cash -= amount
        self.put(f"loans.{name}.{kind}", index, amount)
        self.cells[f"loans.{name}.principal"][index] += amount

    def lift_cash(self, index: int, day: date) -> None:
        """Let those in `company.gap` lift cash to its minimum (section 5, step 8)."""
        for name in self.revolvers:
            self.find_room(name, index, day)
        for source in self.gap:
            for name in self.revolvers if source == "revolver" else [source]:
                missing = max(self.minimum - self.free, 0)
                if name == "equity":
                    amount = (
                        min(missing, max(self.left_of_owners(index), 0.0)) if index < self.calendar.horizon else 0.0
                    )
                    self.put("accounts.equity_for_cash", index, amount)
                else:
                    amount = min(missing, self.cells[f"loans.{name}.room"][index])
                    self.ledgers[name].draw("called", day, amount)
                    self.put(f"loans.{name}.called", index, amount)
                    self.cells[f"loans.{name}.draws"][index] += amount
                self.cash += amount

    def left_of_owners(self, index: int) -> float:
        """Return what owners have not paid yet of the most that they ever pay."""
        paid = float(self.rows["accounts.equity_for_projects"][: index + 1].sum() + self.equity.sum())
        return self.limit - paid - float(self.cells["accounts.equity_for_cash"].sum())

    def find_room(self, name: str, index: int, day: date) -> None:
        """Add what a revolver may still lend on a period's last day (section 4, rows; section 5)."""
        contract, path = self.ledgers[name].contract, f"loans.{name}"
        until = contract.available_until
        may = float(contract.signed <= day < contract.matures and (until is None or day <= until))
        taken = self.cells[f"{path}.repayable"][index] - self.cells[f"{path}.repaid"][index]
        taken += self.cells[f"{path}.draws_at_end"][index] + self.cells[f"{path}.later_draws"][index]
        self.put(f"{path}.may_draw", index, may)
        if contract.tested is not None and f"{path}.draws_stopped" in contract.tested.rows:
            may *= 1 - float(contract.tested.rows[f"{path}.draws_stopped"][index])
        self.put(f"{path}.room", index, may * max(contract.commitment - taken, 0))
