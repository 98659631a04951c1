"""Inputs that change over time, and what other currencies are worth (docs/conventions.md, sections 1 and 6)."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from tests.witness.dates import Calendar, Row, end_month, read_day, read_span
from tests.witness.plan import Plan
from tests.witness.quantities import read_number, read_quantity

EURO_IN_MARKS = 1.95583


def average_series(node: Any, calendar: Calendar, *, linear: bool = False, default: str = "0") -> Row:
    """Return a series' mean over the months of each period (docs/conventions.md, section 1)."""
    if not isinstance(node, dict):
        return np.full(calendar.count, read_number(node, default))
    keys = read_keys(node)
    linear = node.get("interpolate", "linear" if linear else "none") == "linear"
    months = range(calendar.first, calendar.first + calendar.step * calendar.count)
    growth = node.get("growth")
    if growth is None:
        values = [read_month(keys, repeat_year(keys, month, calendar), linear=linear) for month in months]
    else:
        values = [
            read_month(keys, month, linear=linear) * grow(growth, keys[-1][0], month, calendar) for month in months
        ]
    return np.asarray(np.array(values).reshape(calendar.count, calendar.step).mean(axis=1))


def read_keys(node: Any) -> list[tuple[int, int, float]]:
    """Return start, end and value of each key of a series, in the order of time."""
    return sorted((*read_span(key), read_number(text)) for key, text in node.items() if key[0].isdigit())


def grow(growth: Any, last: int, until: int, calendar: Calendar) -> float:
    """Return the factor by which a value has grown in a month, from the month of its key on (docs/conventions.md, section 1)."""
    rate, every = (growth["rate"], growth.get("every", "year")) if isinstance(growth, dict) else (growth, "year")
    index = calendar.indices.get(rate)
    keys = None if index is None else read_index(index, calendar.year_ends)
    factor = 1.0
    for month in range(last + 1, until + 1):
        yearly = 1 + (read_number(rate) if keys is None else read_month(keys, month, linear=False))
        if every == "month":
            factor *= yearly ** (1 / 12)
        elif (month - calendar.year_ends) % 12 == 0:
            factor *= yearly
    return factor


def read_index(node: Any, year_ends: int) -> list[tuple[int, int, float]]:
    """Return the rates of an index, one for each year where straight lines join its keys (section 1, Growth, rule 3)."""
    if not isinstance(node, dict):
        return [(0, 0, read_number(node))]
    keys = read_keys(node)
    if node.get("interpolate") == "linear":
        begins = [start for start, _, _ in keys]
        years = [month for month in range(begins[0], begins[-1]) if (month - year_ends) % 12 == 0]
        values = [value for _, _, value in keys]
        keys += [(month, month + 12, float(np.interp(month, begins, values))) for month in {*years} - {*begins}]
    return sorted(keys)


def grow_by_index(node: Any, since: float, until: float, year_ends: int) -> float:
    """Return by how much an index grows from one month number to another, a part of a month at a time (section 1, Discounting)."""
    keys = read_index(node, year_ends)
    edges = sorted(
        {since, until, *(float(start) for start, _, _ in keys if min(since, until) < start < max(since, until))}
    )
    factor = 1.0
    for begins, ends in pairwise(edges):
        rate = next((rate for start, _, rate in reversed(keys) if start <= begins), keys[0][2])
        factor *= (1 + rate) ** ((ends - begins) / 12)
    return factor if until >= since else 1 / factor


def repeat_year(keys: list[tuple[int, int, float]], month: int, calendar: Calendar) -> int:
    """Return the month whose value a month of the run-off repeats, if it repeats one (docs/conventions.md, section 7)."""
    start, end, _ = keys[-1]
    first = max(calendar.horizon_end, end)
    if end - start < 12 and month >= first:
        return first - 12 + (month - first) % 12
    return month


def read_month(keys: list[tuple[int, int, float]], month: int, *, linear: bool, part: float = 0.5) -> float:
    """Return a series' mean over one month, or its value when a part of the month has passed."""
    place = max(index for index, key in enumerate(keys) if key[0] <= month)
    if not linear or place + 1 == len(keys):
        return keys[place][2]
    (start, _, value), (until, _, other) = keys[place], keys[place + 1]
    return value + (other - value) * (month + part - start) / (until - start)


def read_currency(node: Any) -> str:
    """Return the currency in which a price, a cost or a series of them is written."""
    text = next(text for key, text in node.items() if key[0].isdigit()) if isinstance(node, dict) else node
    return "" if text is None else read_quantity(text).currency


class Exchange:
    """What other currencies are worth in the reporting currency (docs/conventions.md, section 6)."""

    def __init__(self, plan: Plan, calendar: Calendar) -> None:
        """Read averages of periods and the points of days."""
        self.home: str = plan["money"]["report_in"]
        self.calendar = calendar
        self.averages = {self.home: np.ones(calendar.count)}
        self.points: dict[str, list[tuple[float, float]]] = {}
        self.grown: dict[str, tuple[Any, int] | None] = {}
        for code, block in plan.get("exchange", {}).items():
            self.averages[code] = average_series(block["average"], calendar)
            self.points[code] = place_points(block, calendar)
            self.grown[code] = growth_of_days(block)
        for code, other, factor in (("DEM", "EUR", 1 / EURO_IN_MARKS), ("EUR", "DEM", EURO_IN_MARKS)):
            if code not in self.averages and other in self.points:
                self.averages[code] = self.averages[other] * factor
                self.points[code] = [(day, rate * factor) for day, rate in self.points[other]]
                self.grown[code] = self.grown.get(other)
            if code == self.home and other not in self.averages:
                self.averages[other] = np.full(calendar.count, 1 / factor)
                self.points[other] = [(0, 1 / factor)]

    def average(self, currency: str) -> Row:
        """Return the average rate of each period."""
        return self.averages[currency or self.home]

    def on_day(self, currency: str, day: date) -> float:
        """Return the rate at a day's end: in a straight line from point to point, and level outside them."""
        if currency in {"", self.home}:
            return 1.0
        days, rates = zip(*self.points[currency], strict=True)
        result = float(np.interp(day.toordinal(), days, rates))
        if (grown := self.grown.get(currency)) is not None:
            result += rates[-1] * (grow(*grown, 12 * day.year + day.month - 1, self.calendar) - 1)
        return result

    def closing(self, currency: str) -> Row:
        """Return the rate of each period's last day."""
        return np.array([self.on_day(currency, day) for day in self.calendar.last_days])

    def average_series(self, node: Any) -> Row:
        """Return a price or cost in the reporting currency, at average rates."""
        return average_series(node, self.calendar) * self.average(read_currency(node))


def growth_of_days(block: Plan) -> tuple[Any, int] | None:
    """Return how the rates of days grow, and the month after which they do: that of the last key, a closing rate's last."""
    node = block.get("closing", block["average"])
    if not isinstance(node, dict) or "growth" not in node:
        return None
    spans = [read_span(key) for key in node if key[0] in "F123456789"]
    return node["growth"], max(end for _, end in spans) - 1 if "closing" in block else max(spans)[0]


def place_points(block: Plan, calendar: Calendar) -> list[tuple[float, float]]:
    """Return the days with a known rate, as ordinals, and the rates (docs/conventions.md, section 6)."""
    closing = block.get("closing")
    node = block["average"] if closing is None else closing
    if not isinstance(node, dict):
        points = [(0.0, read_number(node))]
        first = calendar.eve + timedelta(days=1)
    else:
        points = []
        keys, way = read_keys(node), node.get("interpolate")
        if closing is not None:
            keys.sort(key=lambda key: key[1])
        first = read_day(min(node))
        for index, (start, end, rate) in enumerate(keys):
            until = min(end, keys[index + 1][0]) if index + 1 < len(keys) else end
            since = max(start, keys[index - 1][1]) if way == "none" and closing is not None and index else start
            begins, ends = end_month(since).toordinal() + 1, end_month(until).toordinal()
            if way == "linear":
                points += [(begins - 1 if closing is None else ends, rate)]
            elif end - start == 1 or way == "none":
                points += [(begins - 1, points[-1][1])] if points else []
                points += [(begins, rate), (ends, rate)]
            else:
                points += [((begins + ends) / 2 if closing is None else ends, rate)]
    if "opening" in block:
        eve = min(calendar.eve, first - timedelta(days=1)).toordinal()
        points = [(eve, read_number(block["opening"])), *(((eve + 1, points[0][1]),) if points[0][0] == 0 else points)]
    return points
