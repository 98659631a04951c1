"""What stands in the sheet of rates for one measure: balance on the grid, rates by Newton's steps, the one taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.returns.rate_choice import NAMED, NO_RATE, ONE_SIGN, OVER, plausible_rate, rate_reason, rate_remark
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.formulas import letters
from fibercap.views.workbook.rate_grid import GRID, LEAST_AT, MOST_AT, ROUNDED, STEPS, ends, seen, steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.formats import Looks
    from fibercap.views.workbook.rate_grid import Place, Seen

X_ROW: Final = 6
"""The row of the logarithms of one plus the rates on the grid."""
TOLERANCE: Final = "$B$3"
SLOTS: Final = NAMED + 1
"""So many rates are found: those that are named where one is taken."""
HEIGHT: Final = 7 + SLOTS
"""Rows of a measure, one of them empty."""
FIRST: Final = letters(BEFORE + 1)
LAST: Final = letters(BEFORE + GRID.size)
STEP: Final = BEFORE + 5
"""The column of the first step; before it stand place, low end, high end and middle."""
LARGEST: Final = 709
"""The logarithm of about the largest number."""
NEAR: Final = 700
"""A flow discounted by a larger power of e is nothing."""
LOOK: Final = "0.000000"


@dataclass(frozen=True)
class Block:
    """A measure's rows, from `top`, counted from 1; its flows and their years as cells and as exported."""

    top: int
    label: str
    flows: str
    years: str
    nothing: str
    nothing_told: str
    """What is said where there are no flows: as a formula, and as exported."""
    values: tuple[Array, Array]
    """Times and flows. [year], [money]"""

    def row(self, place: int, first: str = FIRST, last: str = LAST) -> str:
        """Return the cells of one of its rows."""
        return f"${first}${self.top + place}:${last}${self.top + place}"

    def balance(self, x: str) -> str:
        """Return the formula of log(inflows / outflows) at a cell's rate."""
        inflows, outflows = self._worth(x, ">"), self._worth(x, "<")
        row = self.top + 1
        apart = f"IF({x}<0,$C${row}-$E${row},$B${row}-$D${row})"
        return f"LN({inflows})-LN(-{outflows})-{x}*{apart}"

    def later(self, x: str) -> str:
        """Return the formula of how much later inflows are than outflows, weighed by their worth."""
        parts = [f"{self._worth(x, sign, timed=True)}/{self._worth(x, sign)}" for sign in "><"]
        return "-".join(parts)

    def _worth(self, x: str, sign: str, *, timed: bool = False) -> str:
        """Return what flows of a sign are worth when the first of them falls, or the last at a rate below zero.

        Those that are next to nothing beside it are left out: some programs know no numbers so small.
        """
        chosen = f"({self.flows}{sign}0)"
        first, last = (f"${column}${self.top + 1}" for column in ("BC" if sign == ">" else "DE"))
        power = f"{x}*(IF({x}<0,{last},{first})-{self.years})"
        near = f"({power}>-{NEAR})"
        years = f"{self.years}," if timed else ""
        return f"SUMPRODUCT({chosen}*{self.flows}*{near},{years}EXP(1)^({chosen}*{near}*{power}))"


def write_block(sheet: Worksheet, block: Block, looks: Looks) -> None:
    """Write the rows of a measure."""
    found = seen(*block.values)
    places = [] if found is None else found.places[:SLOTS]
    walks = [steps(place, *block.values) for place in places]
    told = _told(found, walks)
    _head(sheet, block, np.array([_rate_of(walk) for walk in walks]), looks)
    _ends(sheet, block, looks)
    _grid(sheet, block, found, looks)
    for number in range(SLOTS):
        place, walk = (places[number], walks[number]) if number < len(places) else (None, [])
        _rate(sheet, block, number + 1, walk, told[number], looks)
        _steps(sheet, block, block.top + 6 + number, place, walk, looks)


def _rate_of(walk: Sequence[float]) -> float:
    """Return the rate to which steps lead; inf where it is beyond a number. [1/year]"""
    return math.expm1(walk[-1]) if walk[-1] <= LARGEST else math.inf


def _head(sheet: Worksheet, block: Block, rates: Array, looks: Looks) -> None:
    row, count, slot = block.top, f"${{}}${block.top + 5}", block.top + 6
    taken, many = count.format("D"), count.format("B")
    sheet.write_string(row - 1, 0, block.label, looks("group"))
    rate = f'=IF({taken}="","",IFERROR(INDEX($B${slot}:$B${slot + SLOTS - 1},{taken}),""))'
    sheet.write_formula(row - 1, 1, rate, looks("key", "0.00%"), _shown([plausible_rate(rates)])[0])
    names = f'$D${slot + SLOTS - 1}&IF({many}-COUNT({taken})>{NAMED},", more","")'
    others = f'"other rates, "&{names}&" a year, are set aside"'
    aside = f'IF({many}=1,"",IF({many}=2,"another rate, "&{names}&"/year, is set aside",{others}))'
    none = f'IF(COUNTIF({block.flows},">0")*COUNTIF({block.flows},"<0")=0,"{ONE_SIGN}","{NO_RATE}")'
    none = f'IF(COUNTIF({block.flows},"<>0")=0,{block.nothing},{none})'
    why = f'IF({taken}<>"","the steps do not agree",IF({many}=0,{none},"several rates: "&{names}))'
    flows = block.values[1]
    note = (rate_reason(rates, flows) if flows.any() else block.nothing_told) or rate_remark(rates)
    sheet.write_formula(row - 1, 2, f'=IF(B{row}<>"",{aside},{why})', looks("faint"), note)


def _ends(sheet: Worksheet, block: Block, looks: Looks) -> None:
    sheet.write_string(block.top, 0, "Years of the first and last inflow, of the first and last outflow", looks("text"))
    known = ends(*block.values)
    for place, (sign, part) in enumerate(((">", "first"), (">", "last"), ("<", "first"), ("<", "last"))):
        turn = "-" if part == "first" else ""
        other = "<=" if sign == ">" else ">="
        found = f"{turn}SUMPRODUCT(MAX({turn}{block.years}-1E9*({block.flows}{other}0)))"
        formula = f'=IF(COUNTIF({block.flows},"{sign}0")=0,"",{found})'
        sheet.write_formula(block.top, 1 + place, formula, looks("formula", "0.00"), _shown([known[place]])[0])


def _grid(sheet: Worksheet, block: Block, found: Seen | None, looks: Looks) -> None:
    """Write the balance at each rate of the grid, where it turns between rates, and the rates so far."""
    before, after, x = letters(BEFORE), letters(BEFORE + 2), f"{FIRST}${X_ROW}"
    value, turn, there, count = (block.top + place for place in (2, 3, 4, 5))
    (x0, y0), (x1, y1), (x2, y2) = ((f"{c}${X_ROW}", f"{c}{value}") for c in (before, FIRST, after))
    left, right = f"({x1}-{x0})*({y1}-{y2})", f"({x1}-{x2})*({y1}-{y0})"
    dips = f"AND({y0}*{y1}>0,{y1}*{y2}>0,ABS({y1})<=ABS({y0}),ABS({y1})<ABS({y2}))"
    vertex = f"{x1}-(({x1}-{x0})*{left}-({x1}-{x2})*{right})/({left}-{right})/2"
    turned = f"{FIRST}{there}"
    here = f'({y1}=0)+({y1}*{y2}<0)+IF({turned}="",0,2*({turned}*{y1}<0)+({turned}=0))'
    empty, nil = np.full(GRID.size, np.nan), np.zeros(GRID.size)
    values = (empty, empty, empty, nil) if found is None else found[:4]
    rows = (
        ("log(inflows / outflows), discounted at each rate", f'IFERROR(ROUND({block.balance(x)},{ROUNDED}),"")'),
        ("log(1 + rate) where that turns without a change of sign", f'IFERROR(IF({dips},{vertex},""),"")'),
        ("log(inflows / outflows) there", _there(block, f"{FIRST}{turn}")),
        ("Rates so far; in all, from -50 % to 1,000 %, the one taken", f"{before}{count}+IFERROR({here},0)"),
    )
    for place, ((label, formula), own) in enumerate(zip(rows, values, strict=True), block.top + 1):
        sheet.write_string(place, 0, label, looks("text"))
        if place == count - 1:
            _counts(sheet, block, found, looks)
        sheet.write_shared(
            place, BEFORE + 1, formula, looks("formula", "0" if place == count - 1 else LOOK), _shown(own)
        )


def _there(block: Block, turn: str) -> str:
    return f'IF({turn}="","",IFERROR(ROUND({block.balance(turn)},{ROUNDED}),""))'


def _taken(found: Seen) -> tuple[int, int, int | str]:
    """Return how many rates there are, how many of them from -50 % to 1,000 %, and which one is taken, or ""."""
    many, under = int(found.counts[-1]), int(found.counts[LEAST_AT - 1])
    inside = int(found.counts[MOST_AT - 1]) - under + int(found.balance[MOST_AT] == 0)
    return many, inside, 1 if many == 1 else under + 1 if inside == 1 else ""


def _counts(sheet: Worksheet, block: Block, found: Seen | None, looks: Looks) -> None:
    """Write how many rates there are, how many of them from -50 % to 1,000 %, and which one is taken."""
    row, value = block.top + 5, block.top + 2
    below, until = (f"${letters(BEFORE + at)}${row}" for at in (LEAST_AT, MOST_AT))
    edge = f"(${letters(BEFORE + 1 + MOST_AT)}${value}=0)"
    many, inside, taken = _taken(found) if found is not None else (0, 0, "")
    parts = (
        (f"={LAST}{row}", many),
        (f"={until}-{below}+{edge}", inside),
        (f'=IF(B{row}=1,1,IF(C{row}=1,{below}+1,""))', taken),
    )
    for place, (formula, shown) in enumerate(parts, 1):
        sheet.write_formula(row - 1, place, formula, looks("formula", "0"), shown)
    sheet.write_number(row - 1, BEFORE, 0, looks("value", "0"))


def _told(found: Seen | None, walks: Sequence[Sequence[float]]) -> list[tuple[str, str]]:
    """Return each rate's name, and the names of rates so far but for the one that is taken."""
    taken = _taken(found)[2] if found is not None else ""
    told: list[tuple[str, str]] = []
    for number, walk in enumerate(walks, 1):
        name = f"{100 * math.expm1(walk[-1]):,.2f} %" if walk[-1] <= GRID[MOST_AT] else OVER
        earlier, names = told[-1] if told else ("", "")
        others = number - (taken != "" and number > int(taken))
        left_out = number == taken or others > NAMED or name == earlier
        told.append((name, names if left_out else f"{names}, {name}" if names else name))
    return told + [("", told[-1][1] if told else "")] * (SLOTS - len(told))


def _rate(sheet: Worksheet, block: Block, number: int, walk: list[float], told: tuple[str, str], looks: Looks) -> None:
    """Write one of the rates, the first number 1, its name, and names so far."""
    row = block.top + 5 + number
    rate = _rate_of(walk) if walk else math.nan
    sheet.write_string(
        row - 1, 0, f"Rate {number}, its name, names so far; place, from, to, middle, steps", looks("text")
    )
    last, ahead = (f"{letters(STEP + STEPS - back)}{row}" for back in (1, 2))
    agreed = f'=IFERROR(IF(ABS({last}-{ahead})<{TOLERANCE}*MAX(1,ABS({last})),{rate_of(last)},""),"")'
    sheet.write_formula(row - 1, 1, agreed, looks("formula", "0.0000%"), _shown([rate])[0])
    for column, formula, shown in zip((2, 3), _names(block, number), told, strict=True):
        sheet.write_formula(row - 1, column, formula, looks("faint"), shown)


def _names(block: Block, number: int) -> tuple[str, str]:
    """Return the formulas of a rate's name, and of the names of rates so far but for the one that is taken."""
    row, taken = block.top + 5 + number, f"$D${block.top + 5}"
    last, most = f"{letters(STEP + STEPS - 1)}{row}", f"${letters(BEFORE + 1 + MOST_AT)}${X_ROW}"
    name = f'=IF(N({last})>{most},"{OVER}",IF(B{row}="","",FIXED(100*B{row},2)&" %"))'
    earlier = '""' if number == 1 else f"D{row - 1}"
    again = "FALSE" if number == 1 else f"C{row}=C{row - 1}"
    left_out = f'OR(C{row}="",N({taken})={number},{number}-IF(COUNT({taken})=0,0,{number}>{taken})>{NAMED},{again})'
    return name, f'={earlier}&IF({left_out},"",IF({earlier}="","",", ")&C{row})'


def _steps(sheet: Worksheet, block: Block, row: int, place: Place | None, own: list[float], looks: Looks) -> None:
    """Write between which rates of the grid it lies, and steps of Newton's method that stay there."""
    grid, turn, count = f"${FIRST}${X_ROW}:${LAST}${X_ROW}", block.row(3), block.row(5, letters(BEFORE))
    many, number = f"$B${block.top + 5}", row - block.top - 5
    at, low, high = (f"${letters(BEFORE + 1 + step)}{row}" for step in (0, 1, 2))
    second = f"{number}-INDEX({count},{at})>1"
    formulas = (
        f'IF({number}>{many},"",COUNTIF({count},"<{number}"))',
        f'IF(INDEX({turn},{at})="",INDEX({grid},{at}),IF({second},INDEX({turn},{at}),INDEX({grid},{at}-1)))',
        f'IF(OR(INDEX({turn},{at})="",{second}),INDEX({grid},MIN({at}+1,{GRID.size})),INDEX({turn},{at}))',
        f"({low}+{high})/2",
    )
    values: Sequence[float | str] = ["", "", "", ""] if place is None else [*place, own[0]]
    for step, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        text = formula if not step else f'IF({at}="","",{formula})'
        sheet.write_formula(row - 1, BEFORE + 1 + step, f"={text}", looks("formula", LOOK if step else "0"), value)
    x, walk = f"{letters(STEP - 1)}{row}", list[float | str](own[1:])
    newton = f"MEDIAN({low},{high},{x}+({block.balance(x)})/({block.later(x)}))"
    sheet.write_shared(
        row - 1, STEP, f'IF({at}="","",IFERROR({newton},""))', looks("formula", LOOK), walk or [""] * STEPS
    )


def rate_of(x: str, beyond: str = '""') -> str:
    """Return the formula of a rate from the cell of its logarithm; what stands there where no number is so large."""
    return f"IF({x}>{LARGEST},{beyond},EXP({x})-1)"


def _shown(values: Iterable[float]) -> list[float | str]:
    return [float(value) if math.isfinite(value) else "" for value in values]
