"""The rows of one measure on the sheet of rates: balance on the grid, rates by Newton's steps, the rate taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.model.returns.rate_choice import NAMED, NO_RATE, ONE_SIGN, OVER, plausible_rate, rate_reason, rate_remark
from fibercap.views.workbook.book import BEFORE
from fibercap.views.workbook.cell_address import letters
from fibercap.views.workbook.rate_grid import GRID, LEAST_AT, MOST_AT, ROUNDED, STEPS, ends, newton_steps, scan_grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.views.workbook.formats import Styles
    from fibercap.views.workbook.rate_grid import GridScan, RateBracket

X_ROW: Final = 6
"""The row of the logarithms of one plus the rates on the grid."""
TOLERANCE: Final = "$B$3"
SLOTS: Final = NAMED + 1
"""The most rates that are computed: those that are named, and the one that is taken."""
HEIGHT: Final = 7 + SLOTS
"""Rows of a measure, one of them empty."""
FIRST: Final = letters(BEFORE + 1)
LAST: Final = letters(BEFORE + GRID.size)
STEP: Final = BEFORE + 5
"""The column of the first step; before it stand number on the grid, low end, high end and middle."""
LARGEST: Final = 709
"""The logarithm of about the largest number."""
NEAR: Final = 700
"""A flow discounted by a larger power of e counts as zero."""
LOOK: Final = "0.000000"


@dataclass(frozen=True)
class RateBlock:
    """The rows of a measure, from `top`, counted from 1; its flows and their years as references and as exported."""

    top: int
    label: str
    flows: str
    years: str
    no_flows_formula: str
    no_flows_text: str
    """The reason given where there are no flows: as a formula, and its text when exported."""
    values: tuple[Array, Array]
    """Times and flows. [year], [money]"""

    def row(self, offset: int, first: str = FIRST, last: str = LAST) -> str:
        """Return the reference to the row `offset` rows below the top."""
        return f"${first}${self.top + offset}:${last}${self.top + offset}"

    def balance(self, x: str) -> str:
        """Return the formula of log(inflows / outflows) at log(1 + rate) in cell `x`."""
        inflows, outflows = self._worth(x, ">"), self._worth(x, "<")
        row = self.top + 1
        apart = f"IF({x}<0,$C${row}-$E${row},$B${row}-$D${row})"
        return f"LN({inflows})-LN(-{outflows})-{x}*{apart}"

    def later(self, x: str) -> str:
        """Return the formula of the mean year of inflows less that of outflows, weighted by present worth."""
        parts = [f"{self._worth(x, sign, timed=True)}/{self._worth(x, sign)}" for sign in "><"]
        return "-".join(parts)

    def _worth(self, x: str, sign: str, *, timed: bool = False) -> str:
        """Return the formula of the worth of the flows of a sign when the first of them falls.

        At a rate below zero, that is when the last one falls. Flows that are next to nothing beside the largest are
        left out: some programs have no numbers so small. If `timed`, each flow is multiplied by its year.
        """
        chosen = f"({self.flows}{sign}0)"
        first, last = (f"${column}${self.top + 1}" for column in ("BC" if sign == ">" else "DE"))
        power = f"{x}*(IF({x}<0,{last},{first})-{self.years})"
        near = f"({power}>-{NEAR})"
        years = f"{self.years}," if timed else ""
        return f"SUMPRODUCT({chosen}*{self.flows}*{near},{years}EXP(1)^({chosen}*{near}*{power}))"


def write_block(sheet: Worksheet, block: RateBlock, style: Styles) -> None:
    """Write the rows of a measure."""
    scan = scan_grid(*block.values)
    brackets = [] if scan is None else scan.brackets[:SLOTS]
    walks = [newton_steps(bracket, *block.values) for bracket in brackets]
    names = _rate_names(scan, walks)
    _head(sheet, block, np.array([_rate_of(walk) for walk in walks]), style)
    _ends(sheet, block, style)
    _grid(sheet, block, scan, style)
    for number in range(SLOTS):
        bracket, walk = (brackets[number], walks[number]) if number < len(brackets) else (None, [])
        _rate(sheet, block, number + 1, walk, names[number], style)
        _steps(sheet, block, block.top + 6 + number, bracket, walk, style)


def _rate_of(walk: Sequence[float]) -> float:
    """Return the rate to which steps lead; inf where it is too large for a number. [1/year]"""
    return math.expm1(walk[-1]) if walk[-1] <= LARGEST else math.inf


def _head(sheet: Worksheet, block: RateBlock, rates: Array, style: Styles) -> None:
    """Write the rate that is taken, and a note: other rates, or why there is none."""
    row, count, slot = block.top, f"${{}}${block.top + 5}", block.top + 6
    taken, many = count.format("D"), count.format("B")
    sheet.write_string(row - 1, 0, block.label, style("group"))
    rate = f'=IF({taken}="","",IFERROR(INDEX($B${slot}:$B${slot + SLOTS - 1},{taken}),""))'
    sheet.write_formula(row - 1, 1, rate, style("key", "0.00%"), _cell_values([plausible_rate(rates)])[0])
    names = f'$D${slot + SLOTS - 1}&IF({many}-COUNT({taken})>{NAMED},", more","")'
    others = f'"other rates, "&{names}&" a year, are set aside"'
    aside = f'IF({many}=1,"",IF({many}=2,"another rate, "&{names}&"/year, is set aside",{others}))'
    none = f'IF(COUNTIF({block.flows},">0")*COUNTIF({block.flows},"<0")=0,"{ONE_SIGN}","{NO_RATE}")'
    none = f'IF(COUNTIF({block.flows},"<>0")=0,{block.no_flows_formula},{none})'
    why = f'IF({taken}<>"","the steps do not agree",IF({many}=0,{none},"several rates: "&{names}))'
    flows = block.values[1]
    note = (rate_reason(rates, flows) if flows.any() else block.no_flows_text) or rate_remark(rates)
    sheet.write_formula(row - 1, 2, f'=IF(B{row}<>"",{aside},{why})', style("faint"), note)


def _ends(sheet: Worksheet, block: RateBlock, style: Styles) -> None:
    """Write the years of the first and last inflow and outflow."""
    sheet.write_string(block.top, 0, "Years of the first and last inflow, of the first and last outflow", style("text"))
    exported = ends(*block.values)
    for place, (sign, part) in enumerate(((">", "first"), (">", "last"), ("<", "first"), ("<", "last"))):
        turn = "-" if part == "first" else ""
        other = "<=" if sign == ">" else ">="
        year = f"{turn}SUMPRODUCT(MAX({turn}{block.years}-1E9*({block.flows}{other}0)))"
        formula = f'=IF(COUNTIF({block.flows},"{sign}0")=0,"",{year})'
        sheet.write_formula(block.top, 1 + place, formula, style("formula", "0.00"), _cell_values([exported[place]])[0])


def _grid(sheet: Worksheet, block: RateBlock, scan: GridScan | None, style: Styles) -> None:
    """Write the balance at each rate of the grid, its extrema between rates, and the number of rates so far."""
    before, after, x = letters(BEFORE), letters(BEFORE + 2), f"{FIRST}${X_ROW}"
    value, turn, there, count = (block.top + place for place in (2, 3, 4, 5))
    (x0, y0), (x1, y1), (x2, y2) = ((f"{c}${X_ROW}", f"{c}{value}") for c in (before, FIRST, after))
    left, right = f"({x1}-{x0})*({y1}-{y2})", f"({x1}-{x2})*({y1}-{y0})"
    dips = f"AND({y0}*{y1}>0,{y1}*{y2}>0,ABS({y1})<=ABS({y0}),ABS({y1})<ABS({y2}))"
    vertex = f"{x1}-(({x1}-{x0})*{left}-({x1}-{x2})*{right})/({left}-{right})/2"
    turned = f"{FIRST}{there}"
    here = f'({y1}=0)+({y1}*{y2}<0)+IF({turned}="",0,2*({turned}*{y1}<0)+({turned}=0))'
    empty, nil = np.full(GRID.size, np.nan), np.zeros(GRID.size)
    values = (empty, empty, empty, nil) if scan is None else scan[:4]
    rows = (
        ("log(inflows / outflows), discounted at each rate", f'IFERROR(ROUND({block.balance(x)},{ROUNDED}),"")'),
        ("log(1 + rate) where that turns without a change of sign", f'IFERROR(IF({dips},{vertex},""),"")'),
        ("log(inflows / outflows) there", _there(block, f"{FIRST}{turn}")),
        ("Rates so far; in all, from -50 % to 1,000 %, the one taken", f"{before}{count}+IFERROR({here},0)"),
    )
    for place, ((label, formula), cells) in enumerate(zip(rows, values, strict=True), block.top + 1):
        sheet.write_string(place, 0, label, style("text"))
        if place == count - 1:
            _counts(sheet, block, scan, style)
        sheet.write_shared(
            place, BEFORE + 1, formula, style("formula", "0" if place == count - 1 else LOOK), _cell_values(cells)
        )


def _there(block: RateBlock, turn: str) -> str:
    return f'IF({turn}="","",IFERROR(ROUND({block.balance(turn)},{ROUNDED}),""))'


def _rate_counts(scan: GridScan) -> tuple[int, int, int | str]:
    """Return the number of rates, how many of them lie from -50 % to 1,000 %, and which one is taken ("" for none)."""
    many, under = int(scan.counts[-1]), int(scan.counts[LEAST_AT - 1])
    inside = int(scan.counts[MOST_AT - 1]) - under + int(scan.balance[MOST_AT] == 0)
    return many, inside, 1 if many == 1 else under + 1 if inside == 1 else ""


def _counts(sheet: Worksheet, block: RateBlock, scan: GridScan | None, style: Styles) -> None:
    """Write the number of rates, how many of them lie from -50 % to 1,000 %, and which one is taken."""
    row, value = block.top + 5, block.top + 2
    below, until = (f"${letters(BEFORE + index)}${row}" for index in (LEAST_AT, MOST_AT))
    edge = f"(${letters(BEFORE + 1 + MOST_AT)}${value}=0)"
    many, inside, taken = _rate_counts(scan) if scan is not None else (0, 0, "")
    parts = (
        (f"={LAST}{row}", many),
        (f"={until}-{below}+{edge}", inside),
        (f'=IF(B{row}=1,1,IF(C{row}=1,{below}+1,""))', taken),
    )
    for place, (formula, shown) in enumerate(parts, 1):
        sheet.write_formula(row - 1, place, formula, style("formula", "0"), shown)
    sheet.write_number(row - 1, BEFORE, 0, style("value", "0"))


def _rate_names(scan: GridScan | None, walks: Sequence[Sequence[float]]) -> list[tuple[str, str]]:
    """Return for each rate its name, and the names of all rates up to it except the one that is taken."""
    taken = _rate_counts(scan)[2] if scan is not None else ""
    named: list[tuple[str, str]] = []
    for number, walk in enumerate(walks, 1):
        name = f"{100 * math.expm1(walk[-1]):,.2f} %" if walk[-1] <= GRID[MOST_AT] else OVER
        earlier, names = named[-1] if named else ("", "")
        others = number - (taken != "" and number > int(taken))
        left_out = number == taken or others > NAMED or name == earlier
        named.append((name, names if left_out else f"{names}, {name}" if names else name))
    return named + [("", named[-1][1] if named else "")] * (SLOTS - len(named))


def _rate(
    sheet: Worksheet, block: RateBlock, number: int, walk: list[float], names: tuple[str, str], style: Styles
) -> None:
    """Write a rate, its name, and the names up to it; the first rate has the number 1."""
    row = block.top + 5 + number
    rate = _rate_of(walk) if walk else math.nan
    sheet.write_string(
        row - 1, 0, f"Rate {number}, its name, names so far; place, from, to, middle, steps", style("text")
    )
    last, ahead = (f"{letters(STEP + STEPS - back)}{row}" for back in (1, 2))
    agreed = f'=IFERROR(IF(ABS({last}-{ahead})<{TOLERANCE}*MAX(1,ABS({last})),{rate_of(last)},""),"")'
    sheet.write_formula(row - 1, 1, agreed, style("formula", "[>=1000]0.0E+00;0.0000%"), _cell_values([rate])[0])
    for column, formula, shown in zip((2, 3), _name_formulas(block, number), names, strict=True):
        sheet.write_formula(row - 1, column, formula, style("faint"), shown)


def _name_formulas(block: RateBlock, number: int) -> tuple[str, str]:
    """Return the formulas of a rate's name and of the names up to it, without the one that is taken."""
    row, taken = block.top + 5 + number, f"$D${block.top + 5}"
    last, most = f"{letters(STEP + STEPS - 1)}{row}", f"${letters(BEFORE + 1 + MOST_AT)}${X_ROW}"
    name = f'=IF(N({last})>{most},"{OVER}",IF(B{row}="","",FIXED(100*B{row},2)&" %"))'
    earlier = '""' if number == 1 else f"D{row - 1}"
    again = "FALSE" if number == 1 else f"C{row}=C{row - 1}"
    left_out = f'OR(C{row}="",N({taken})={number},{number}-IF(COUNT({taken})=0,0,{number}>{taken})>{NAMED},{again})'
    return name, f'={earlier}&IF({left_out},"",IF({earlier}="","",", ")&C{row})'


def _steps(
    sheet: Worksheet, block: RateBlock, row: int, bracket: RateBracket | None, iterates: list[float], style: Styles
) -> None:
    """Write the interval of the grid that holds a rate, and the steps of Newton's method within it."""
    grid, turn, count = f"${FIRST}${X_ROW}:${LAST}${X_ROW}", block.row(3), block.row(5, letters(BEFORE))
    many, number = f"$B${block.top + 5}", row - block.top - 5
    point, low, high = (f"${letters(BEFORE + 1 + step)}{row}" for step in (0, 1, 2))
    second = f"{number}-INDEX({count},{point})>1"
    formulas = (
        f'IF({number}>{many},"",COUNTIF({count},"<{number}"))',
        f'IF(INDEX({turn},{point})="",INDEX({grid},{point}),IF({second},INDEX({turn},{point}),INDEX({grid},{point}-1)))',
        f'IF(OR(INDEX({turn},{point})="",{second}),INDEX({grid},MIN({point}+1,{GRID.size})),INDEX({turn},{point}))',
        f"({low}+{high})/2",
    )
    values: Sequence[float | str] = ["", "", "", ""] if bracket is None else [*bracket, iterates[0]]
    for step, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        text = formula if not step else f'IF({point}="","",{formula})'
        sheet.write_formula(row - 1, BEFORE + 1 + step, f"={text}", style("formula", LOOK if step else "0"), value)
    x, walk = f"{letters(STEP - 1)}{row}", list[float | str](iterates[1:])
    newton = f"MEDIAN({low},{high},{x}+({block.balance(x)})/({block.later(x)}))"
    sheet.write_shared(
        row - 1, STEP, f'IF({point}="","",IFERROR({newton},""))', style("formula", LOOK), walk or [""] * STEPS
    )


def rate_of(x: str, beyond: str = '""') -> str:
    """Return the formula of the rate from log(1 + rate) in cell `x`; `beyond` where the rate is too large."""
    return f"IF({x}>{LARGEST},{beyond},EXP({x})-1)"


def _cell_values(values: Iterable[float]) -> list[float | str]:
    return [float(value) if math.isfinite(value) else "" for value in values]
