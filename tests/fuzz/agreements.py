"""What agreements with lenders say, judged again in plain numbers: ratios of a plan's own, and draws that are stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.books import Books, Values
from tests.fuzz.dice import Plan
from tests.fuzz.outcomes import end_of, near
from tests.fuzz.reserves import follow_reserves


def follow_ratios(books: Books, plan: Plan) -> Iterator[str]:
    """Ratios are the sums of their parts over one another: flows over a time up to a period's end, balances at it."""
    for name, ratio in plan.get("ratios", {}).items():
        if "like" in ratio:
            continue
        count, unit = str(ratio.get("over", "12 months")).split()
        periods = int(count) * (12 if unit.startswith("year") else 1) // books.months
        sides = {side: add_parts(books, ratio[side], periods) for side in ("numerator", "denominator")}
        for side, wanted in sides.items():
            values = books.values_or_none(f"ratios.{name}.{side}")
            for index in range(periods - 1, books.all):
                if not near(values[index] or 0.0, wanted[index], books.trifle):
                    yield f"ratios.{name}.{side} in {books.ends[index]}: {values[index]!r}, wanted {wanted[index]!r}"
                    return
        for index, value in enumerate(books.values_or_none(f"ratios.{name}")):
            above, below = sides["numerator"][index], sides["denominator"][index]
            if value is not None and (index + 1 < periods or below <= 0.0):
                yield f"ratios.{name} in {books.ends[index]}: {value!r}, where it is undefined"
                return
            if value is not None and abs(value * below - above) > 1e-7 * abs(above) + books.trifle * (1 + abs(value)):
                yield f"ratios.{name} in {books.ends[index]}: {value!r}, wanted {above!r} / {below!r}"
                return


def add_parts(books: Books, parts: Plan, periods: int) -> Values:
    """Return one side of a ratio, period by period."""
    total = [0.0] * books.all
    for part in parts.values():
        terms = {**parts.get(part.get("like"), {}), **part}
        sign, path = next((sign, terms[word]) for word, sign in (("add", 1.0), ("subtract", -1.0)) if word in terms)
        values, flow = books(path), books.rows[path]["nature"] == "flow"
        for index in range(books.all):
            total[index] += sign * (sum(values[max(index + 1 - periods, 0) : index + 1]) if flow else values[index])
    return total


def stop_draws(printed: dict[str, Any], books: Books, plan: Plan) -> Iterator[str]:
    """Funding draws nothing on a loan in the periods after a test of its covenants that is not kept, until one is."""
    year, month = map(int, books.ends[0].split("-")[:2])
    origin = 12 * year + month - books.months
    for loan in books.loans():
        row = f"loans.{loan}.draws_stopped"
        if row not in books:
            stops = str(plan["loans"].get(loan, {}).get("draw_stop")).lower() == "true"
            if stops and any(books(f"loans.{loan}.draws")):
                yield f"{row} is no row"
            continue
        wanted, last = [0.0] * books.count, books.count
        for name, entry in printed["covenants"].items():
            if name.partition(".")[0] == loan:
                holds = {when: test["holds"] for when, test in entry["tests"].items()} | dict.fromkeys(
                    entry["not_tested"]
                )
                ends = {(int(end_of(when, books)) - origin) // books.months: kept for when, kept in holds.items()}
                last = min(last, max(ends, default=0) + 1)  # of a loan that is repaid nothing is tested
                broken = False
                for index in range(books.count - 1):
                    kept = ends.get(index + 1)
                    broken = broken if kept is None else not kept
                    wanted[index + 1] = max(wanted[index + 1], float(broken))
        if books(row)[:last] != wanted[:last]:
            yield f"{row} is {books(row)[:last]}, wanted {wanted[:last]}"
        drawn = [stopped * draw for stopped, draw in zip(wanted, books(f"loans.{loan}.draws"), strict=False)]
        yield from books.unlike(f"draws of {loan} while they are stopped", drawn, [0.0] * books.count)


AGREEMENTS: dict[str, Callable[..., Iterator[str]]] = {
    "ratios of its own": lambda _, books, plan: follow_ratios(books, plan),
    "draws that are stopped": stop_draws,
    "reserves": lambda _, books, __: follow_reserves(books),
}
