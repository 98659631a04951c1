"""The check values and the plans that docs/conventions.md prints."""

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import yaml

from tests.witness.dates import read_span, spell_years
from tests.witness.ledger import Ledger
from tests.witness.loans import read_contracts
from tests.witness.measures import find_cost
from tests.witness.plan import Plan, read_plan, strip_remarks
from tests.witness.quantities import SCALES
from tests.witness.witness import ROOT, SCENARIOS, Testimony

PAGE = (ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
SUMMED = (
    "fixed_cost",
    "principal",
    "capex",
    "revenue",
    "accounts.tax",
    ".output",
    ".variable_cost",
    ".costs.glass",
    "interest_on_cash",
    "interest_on_overdraft",
    "payouts",
    "dividends",
    "prepayment_fees",
    ".service",
    ".swept",
    ".cfads",
    "interest_paid",
    "fees_paid",
    "scheduled",
    "reserve_used",
    "reserve_filled",
    "reserve_released",
    ".depreciation",
)
AVERAGED = ("effective_capacity", ".average")


@dataclass(frozen=True)
class Check:
    """One printed figure: of what, and what the page says."""

    plan: str
    figure: str
    when: str
    value: str

    def __str__(self) -> str:
        """Name the check in the list of tests."""
        return f"{self.plan} {self.figure} {self.when}".strip()


def read_tables() -> list[list[list[str]]]:
    """Return the tables of check values as lists of lines of cells, the head first."""
    tables = []
    for part in PAGE.split("**Check values**")[1:]:
        lines = part.strip().splitlines()
        body = lines[: next((index for index, line in enumerate(lines) if not line.startswith("|")), len(lines))]
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in body]
        tables.append([cells[0], *cells[2:]])
    return tables


def list_checks() -> list[Check]:
    """Return every printed figure of every table."""
    checks = []
    for head, *lines in read_tables():
        for line in lines:
            if head[1:] == ["figure", "when", "value"]:
                checks.append(Check(*line))
            elif head[0] == "option":
                checks += [
                    Check(f"option {line[0]}", name, "", text) for name, text in zip(head[1:], line[1:], strict=True)
                ]
            else:
                checks += [Check(line[0], name, "", text) for name, text in zip(head[1:], line[1:], strict=True)]
    return checks


def read_block(name: str) -> str:
    """Return a scenario that the page prints, or a shipped one, as text."""
    match = re.search(rf"```yaml\n(# {re.escape(name)}\n.*?)```", PAGE, re.DOTALL)
    if match is not None:
        return match.group(1)
    return (SCENARIOS / f"{name}.yaml").read_text(encoding="utf-8")


def split_plan(text: str) -> tuple[str, str | None, Plan]:
    """Return the name, the option and the changes that a cell such as `a.yaml, b.c=1; d=2` names."""
    name, _, rest = text.partition(",")
    rest = rest.strip()
    if rest.startswith("option "):
        return name, rest.removeprefix("option "), {}
    pairs = [pair.strip().split("=", 1) for pair in rest.split(";")] if rest else []
    return name, None, {path: strip_remarks(yaml.load(value, Loader=yaml.BaseLoader)) for path, value in pairs}  # noqa: S506 - text alone


def round_to(text: str) -> tuple[float, float]:
    """Return a printed number and half a unit of its last digit."""
    number, *rest = text.replace(",", "").replace("+ interest", "").split()
    scale = 0.01 if "%" in rest else SCALES.get(rest[0] if rest else "", 1.0)
    digits = len(number.partition(".")[2])
    return float(number) * scale, 0.5000001 * 10.0**-digits * scale


def read_row(testimony: Testimony, path: str, when: str) -> float | None:
    """Return a row at or over a time, or what a table says of it (section 8, claims, rule 1)."""
    calendar = testimony.company.calendar
    row = testimony.company.rows[path][: calendar.horizon]
    if when == "lowest":
        return float(np.nanmin(row))
    if when == "periods below 0":
        return float((row < 0).sum())
    start, end = read_span(spell_years(when, calendar.year_ends).removeprefix("end of "))
    inside = (calendar.starts[: len(row)] >= start) & (calendar.ends[: len(row)] <= end)
    if path.endswith(SUMMED):
        return float(row[inside].sum())
    value = float(row[inside].mean()) if path.endswith(AVERAGED) and "end of" not in when else float(row[inside][-1])
    return None if np.isnan(value) else value


def read_ledgers() -> dict[str, Ledger]:
    """Return the loans that the page prints in files of loans alone, to maturity; everything is drawn at signing."""
    ledgers = {}
    for name in ("loans.yaml", "reset.yaml", "last_days.yaml", "recast.yaml"):
        for loan, contract in read_contracts(read_plan(read_block(name), SCENARIOS)).items():
            ledgers[loan] = Ledger(contract, {contract.signed: contract.commitment}, [], None)
            ledgers[loan].advance(contract.matures)
    return ledgers


def read_loan(ledger: Ledger, figure: str, when: str) -> float | None:
    """Return a figure of a loan alone."""
    paid, scheduled = ledger.flows["interest_paid"], ledger.flows["scheduled"]
    days = sorted(ledger.dates)
    day = date.fromisoformat(when) if when else days[-2]
    payments = {index: paid[index] + scheduled[index] for index in days}
    flows = {index: -amount for index, amount in payments.items()}
    for kind, sign in (("draws", 1), ("upfront_fee", -1), ("prepaid", -1)):
        for index, amount in ledger.flows[kind].items():
            flows[index] = flows.get(index, 0.0) + sign * amount
    level = ledger.contract.style == "level"
    result = {
        "total interest": ledger.sum_between("interest", None, None),
        "owed after 2005-01-08": owe_on(ledger, date(2005, 1, 8)),
        "owed": owe_on(ledger, day),
        "payment": payments.get(day, 0.0) if level else scheduled.get(day, 0.0),
        "interest": paid.get(day, 0.0),
        "principal": scheduled.get(day, 0.0),
        "number of payments": float(len(days)),
        "balloon": payments[days[-1]] - payments[days[-2]],
        "average_life": ledger.sum_between("owed_years", None, None) / ledger.sum_between("draws", None, None),
    }
    return find_cost(flows) if figure == "all_in_cost" else result[figure]


def owe_on(ledger: Ledger, day: date) -> float:
    """Return what is owed after the events of a day."""
    return ledger.balances[max(since for since in ledger.balances if since <= day)]
