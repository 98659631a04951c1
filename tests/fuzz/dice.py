"""What a random plan is drawn with: choices, days, periods, and amounts in the notations of the language."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

Plan = dict[str, Any]
UNITS_OF_MONEY = {"million": ("{} million {}", 6), "thousand": ("{} thousand {}", 3), "billion": ("{} billion {}", 9)}

MONTHS = list(month_name)
"""Names of the months, from 1."""

T = TypeVar("T")


class Dice(Random):
    """A seeded source of choices."""

    def chance(self, share: float) -> bool:
        """Tell whether something of this probability happens."""
        return self.random() < share

    def pick(self, *choices: T) -> T:
        """Return one of several values."""
        return self.choice(choices)

    def some(self, names: list[str], share: float) -> list[str]:
        """Return each of the names with a probability, in their order."""
        return [name for name in names if self.chance(share)]

    def between(self, low: float, high: float) -> float:
        """Return a number of three digits, spread over orders of magnitude."""
        return float(f"{low * (high / low) ** self.random():.3g}")

    def day(self, first: date, last: date) -> date:
        """Return a day of a span, often the last one of a month."""
        day_drawn = first + timedelta(days=self.randint(0, max((last - first).days, 0)))
        ends = end_of_month(12 * day_drawn.year + day_drawn.month)
        return ends if self.chance(0.3) and ends <= last else day_drawn


def end_of_month(number: int) -> date:
    """Return the last day of the month that ends at a month number, 12 x year + month."""
    year, month = divmod(number, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def month_of(day: date) -> int:
    """Return the month number at which the month of a day begins."""
    return 12 * day.year + day.month - 1


def later(day: date, months: int) -> date:
    """Return a day so many months later, the last one of a shorter month."""
    last = end_of_month(12 * day.year + day.month + months)
    return last.replace(day=min(day.day, last.day))


def name_year(month: int, year_ends: int) -> str:
    """Return the name of the calendar or business year that begins at a month number, or before it."""
    ends = month + 1
    while (ends - year_ends) % 12:
        ends += 1
    return f"{'' if year_ends == 12 else 'FY'}{(ends - 1) // 12}"


def period_at(dice: Dice, month: int, year_ends: int = 12) -> str:
    """Return a year, quarter or month that begins at a month number; business years end with a month from 1 to 11."""
    year, part = divmod(month, 12)
    forms = [f"{year}-{part + 1:02d}"]
    forms += [f"{year}-Q{part // 3 + 1}"] * (2 * (part % 3 == 0))
    forms += [f"{year}"] * (4 * (part == 0))
    forms += [name_year(month, year_ends)] * (4 * (year_ends < 12 and part == year_ends))
    return str(dice.choice(forms))


def span_of(key: str, year_ends: int = 12) -> tuple[int, int]:
    """Return the month numbers at which a year, business year, quarter or month begins and ends."""
    if key.startswith("FY"):
        return 12 * int(key[2:]) + year_ends - 12, 12 * int(key[2:]) + year_ends
    year, _, part = key.partition("-")
    begins = 12 * int(year)
    if not part:
        return begins, begins + 12
    if part.startswith("Q"):
        return begins + 3 * int(part[1:]) - 3, begins + 3 * int(part[1:])
    return begins + int(part) - 1, begins + int(part)


def number(value: float | Decimal) -> str:
    """Return a number without an exponent."""
    return f"{Decimal(str(value)):f}"


def notation_of(dice: Dice, value: float) -> str:
    """Return a number in one of its notations: plain, in groups of digits, or with an exponent."""
    plain = number(value)
    is_grouped = "." not in plain and len(plain) > 4
    return dice.choice([plain, f"{int(plain):_}" if is_grouped else plain, f"{value:e}" if value else plain])


@dataclass
class Draft:
    """A plan while it is drawn: its calendar, its currencies, and what later parts must know of earlier ones."""

    dice: Dice
    first: date
    last: date
    step: int
    home: str
    scale: float
    year_ends: int = 12
    plan: Plan = field(default_factory=dict)
    typed: Plan = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    uses: dict[str, tuple[float, str]] = field(default_factory=dict)
    room: dict[str, float] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> int:
        """The month number at which the horizon begins."""
        return month_of(self.first)

    def code(self, share: float = 0.15) -> str:
        """Return the reporting currency, or one of the others."""
        return self.dice.choice(self.foreign) if self.foreign and self.dice.chance(share) else self.home

    def money(self, value: float, code: str = "", per: str = "") -> str:
        """Return an amount in one of its notations, such as `2.5 million USD/year`."""
        code, exact = code or self.home, Decimal(f"{value:.4g}")
        form, digits = self.dice.choice([("{} {}", 0), *UNITS_OF_MONEY.values(), ("{} k{}", 3), ("{} M{}", 6)])
        if abs(exact) < Decimal(10) ** (digits - 3):
            form, digits = "{} {}", 0
        return f"{form.format(number((exact / 10**digits).normalize()), code)}{per}"

    def amount(self, low: float, high: float, code: str = "", per: str = "") -> str:
        """Return money between two amounts, in the measure of the plan."""
        return self.money(self.dice.between(low, high) * self.scale, code, per)

    def by_period(self, make: Callable[[], str], share: float = 0.4) -> Any:
        """Return a value, or values by period that cover the horizon's start."""
        if not self.dice.chance(share):
            return make()
        values = {self.first_key(): make()}
        period = self.origin
        for _ in range(self.dice.randint(0, 3)):
            period += self.dice.pick(1, 3, 5, 12, 12)
            year = self.dice.pick(12, self.year_ends)
            key = self.period_at(period if self.dice.chance(0.5) else period + 12 - (period - year) % 12)
            if self.span_of(key)[0] not in {self.span_of(other)[0] for other in values}:
                values[key] = make()
        return values

    def series(self, make: Callable[[], str], share: float = 0.4, *, bounded: bool = False) -> Any:
        """Return a value, or values by period that may grow after the last, a bounded one not upwards, or lie on lines."""
        values, dice = self.by_period(make, share), self.dice
        if isinstance(values, dict) and dice.chance(0.3):
            up = [] if bounded else [self.rate(1, 9), *self.plan.get("indices", {})]
            rate = dice.choice([*up, "-3 %/year", "0 %/year"])
            values["growth"] = dice.pick(
                rate, rate, {"rate": rate}, {"rate": rate, "every": dice.pick("year", "month")}
            )
        if isinstance(values, dict) and dice.chance(0.2):
            values["interpolate"] = dice.pick("none", "linear", "linear")
        return values

    def period_at(self, month: int) -> str:
        """Return a year, business year, quarter or month that begins at a month number."""
        return period_at(self.dice, month, self.year_ends)

    def span_of(self, key: str) -> tuple[int, int]:
        """Return the month numbers at which a period begins and ends."""
        return span_of(key, self.year_ends)

    def first_key(self) -> str:
        """Return a period that begins where the horizon does, or before."""
        quarter = self.origin - self.origin % 3
        return self.dice.pick(
            str(self.first.year), str(self.first.year), str(self.first.year - 1),
            f"{quarter // 12}-Q{quarter % 12 // 3 + 1}", f"{self.first.year}-{self.first.month:02d}",
            name_year(self.origin, self.year_ends), name_year(self.origin - 12, self.year_ends),
        )  # fmt: skip

    def share(self, low: float, high: float) -> str:
        """Return a share, in percent or basis points."""
        value = self.dice.between(low, high)
        return f"{number(Decimal(str(value)) * 100)} bp" if self.dice.chance(0.2) else f"{number(value)} %"

    def rate(self, low: float, high: float) -> str:
        """Return a rate per year, in percent or basis points."""
        return f"{self.share(low, high)}/year"

    def months(self, low: int, high: int) -> str:
        """Return whole months, in one of their notations."""
        count = self.dice.randint(low, high)
        if count % 12 == 0 and count and self.dice.chance(0.7):
            return f"{count // 12} year{'s' * (count > 12)}"
        if count % 3 == 0 and count and self.dice.chance(0.3):
            return f"{count // 3} quarters"
        return f"{count} months"
