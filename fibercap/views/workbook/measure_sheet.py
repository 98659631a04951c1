"""The sheet of measures: each as a formula of rows; rates of return found step by step in sight."""

from __future__ import annotations

import math
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.formula import evaluate
from fibercap.core.formula_text import term_of
from fibercap.model.measures import measures
from fibercap.model.rate_choice import MOST
from fibercap.views.workbook.cases import merged
from fibercap.views.workbook.formulas import LONGEST, CannotBeSaidError, Spot, Wording, letters
from fibercap.views.workbook.lines import FORMULA, TOO_LONG, Surroundings, chosen, reader
from fibercap.views.workbook.looks import number_format, set_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from xlsxwriter.worksheet import Worksheet

    from fibercap.core.units import Array
    from fibercap.model.measure import Measure
    from fibercap.model.projection import Projection
    from fibercap.views.workbook.book import Book
    from fibercap.views.workbook.looks import Looks

NAME: Final = "Measures"
HEADS: Final = (
    "Measure",
    "Value",
    "Unit",
    "Kind",
    "Note",
    "Name",
    "First time",
    "First guess",
    "Newton's steps",
)
HEAD_ROW: Final = 5
GUESS: Final = 0.1
STEPS: Final = 14
OPTIONS: Final = "Options"
OPTIONS_ROW: Final = 6
OPTIONS_COLUMN: Final = 3
"""Where the values of each option stand."""
TOLERANCE: Final = "$B$3"


class MeasureSheet:
    """Knows where each measure stands, then writes them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.names = merged([list(own) for own in self.found])

    @cached_property
    def found(self) -> list[dict[str, Measure]]:
        """The measures of each case."""
        return [measures(case.projection) for case in self.book.cases]

    def measure(self, name: str) -> Measure:
        """Return a measure as the first case that has it tells it."""
        return next(own[name] for own in self.found if name in own)

    def spot(self, name: str) -> Spot:
        """Return where a measure stands."""
        return Spot(NAME, HEAD_ROW + 1 + self.names.index(name), "B")

    def write(self, sheet: Worksheet, looks: Looks) -> None:
        """Write the sheet."""
        set_up(sheet, NAME, rows=HEAD_ROW)
        for column, width in enumerate((34, 16, 14, 14, 60, 26, 12, 12)):
            sheet.set_column(column, column, width)
        sheet.print_area(0, 0, HEAD_ROW + len(self.names), 4)
        sheet.write_string(0, 0, NAME, looks("title"))
        told = (
            "A rate of return is found by Newton's steps to the right, and stands once two steps agree. Flows that "
            "change sign more than once may have other rates: fibercap looks for all, and takes the only one from "
            "-50 % to 1,000 % a year; a sheet finds the one nearest to the first guess."
        )
        sheet.write_string(1, 0, told, looks("remark"))
        sheet.write_string(2, 0, "Steps agree within", looks("text"))
        sheet.write_number(2, 1, 1e-9, looks("value", "0E+00"))
        for column, head in enumerate(HEADS):
            sheet.write_string(HEAD_ROW - 1, column, head, looks("head"))
        for place, name in enumerate(self.names):
            self._measure(sheet, HEAD_ROW + place, name, looks)

    def _measure(self, sheet: Worksheet, row: int, name: str, looks: Looks) -> None:
        told, ladder = self.measure(name), Ladder(row)
        numbers = "0.00" if told.unit == "" else number_format(told.unit)
        sheet.write_string(row, 0, told.label, looks("text"))
        value = self.found[0][name].value if name in self.found[0] else None
        try:
            formula, kind = self._formula(name, ladder), FORMULA
            if ladder.pairs:
                ladder.step("A")
        except CannotBeSaidError as error:
            ladder.pairs.clear()
            formula, kind = self._by_option(name), f"value: {error}"
        looked = looks("formula" if kind == FORMULA else "value", numbers)
        sheet.write_formula(row, 1, formula, looked, "" if value is None else value)
        first = self.found[0].get(name)
        note = f"undefined when exported: {first.reason}" if first is not None and first.reason else ""
        for column, text in ((2, told.unit or "1"), (3, kind), (4, note or told.remark), (5, name)):
            sheet.write_string(row, column, text, looks("faint"))
        if ladder.pairs:
            self._ladder(sheet, ladder, value, looks)

    def _by_option(self, name: str) -> str:
        """Return the formula that reads a measure from the values of the options."""
        row, last = OPTIONS_ROW + self.names.index(name), letters(OPTIONS_COLUMN + len(self.found) - 1)
        cells, switch = f"'{OPTIONS}'!{letters(OPTIONS_COLUMN)}{row}:{last}{row}", self.book.switch
        return f'=IFERROR(INDEX({cells},1,{switch.at}${switch.column}${switch.row})+0,"")'

    def _formula(self, name: str, ladder: Ladder) -> str:
        keys: list[object] = []
        texts: dict[object, str] = {}
        moments = set[bool]()
        for case, own in enumerate(self.found):
            measure = own.get(name)
            text = _text(measure, self.book.cases[case].projection)
            if not text and measure is not None and measure.value is not None:
                raise CannotBeSaidError("as exported, by option")
            if not text and measure is not None and "IRR(" in measure.formula:
                raise CannotBeSaidError(measure.reason)
            keys.append(self.book.union.readings(case, text) if text else None)
            if keys[-1] not in texts:
                texts[keys[-1]] = self._said(case, text, ladder) if text else '""'
                ladder.pairs_by_key[keys[-1]] = ladder.latest if text else {}
            if text:
                moments.add("{returns.middle}" in text)
        if ladder.pairs and len(moments) > 1:  # the same flows fall at other times, so they must not stand together
            ladder.choose = partial(chosen, self.book, keys)
        return f'=IFERROR({chosen(self.book, keys, texts)},"")'

    def _said(self, case: int, text: str, ladder: Ladder) -> str:
        wording = Wording(term_of(text), Surroundings(self.book, case))
        projection, read = self.book.cases[case].projection, [path for path, _ in term_of(text).references]
        times = [projection.value(path)[0].min() for path in read if path.endswith(".date") or path in MOMENTS]
        ladder.firsts.append(min(times, default=math.inf))
        wording.solve = ladder.solve
        return wording.whole()

    def _ladder(self, sheet: Worksheet, ladder: Ladder, value: float | None, looks: Looks) -> None:
        """Write the first moment, the first guess and the steps of a rate."""
        look = looks("formula", "yyyy-mm-dd" if ladder.dated else "0.0")
        first = ladder.firsts[0] if ladder.choose else min(ladder.firsts)
        sheet.write_formula(ladder.row, 6, f"={ladder.earliest}", look, first)
        reached: float | str = "" if value is None else value
        guess = GUESS if value is None else float(f"{value:.2g}")
        sheet.write_number(ladder.row, 7, guess, looks("value", "0.00%"))
        for number in range(STEPS):
            formula = f'=IFERROR({ladder.step(letters(LADDER + number - 1))},"")'
            sheet.write_formula(ladder.row, LADDER + number, formula, looks("formula", "0.0000%"), reached)


LADDER: Final = 8
MOMENTS: Final = ("time.end", "returns.middle")
"""Rows that say when the flows of an IRR fall, in months."""


Pairs = dict[tuple[str, str], None]
"""Flows with their times, as cells, in their order."""


class Ladder:
    """Newton's steps towards the rate at which flows are worth nothing.

    Flows of every case stand together: those of a loan that a case has not are zero.
    """

    dated: bool = False
    """Whether times are days, as of an XIRR, or months."""
    choose: Callable[[Mapping[object, str]], str] | None = None
    """Chooses the formula of the case by its key, where the flows of the cases do not stand together."""

    def __init__(self, row: int) -> None:
        self.row = row
        self.firsts: list[float] = []
        self.pairs: Pairs = {}
        self.latest: Pairs = {}
        self.pairs_by_key: dict[object, Pairs] = {}

    @property
    def earliest(self) -> str:
        """The formula of the first moment."""
        return self._by_case(lambda pairs: f"MIN({','.join(times for _, times in pairs)})")

    def _by_case(self, text: Callable[[Pairs], str]) -> str:
        """Return a formula of all pairs, or of each case's own pairs where they do not stand together."""
        if self.choose is None:
            return text(self.pairs)
        return self.choose({key: text(pairs) if pairs else "0" for key, pairs in self.pairs_by_key.items()})

    def solve(self, name: str, pairs: Sequence[tuple[str, str]]) -> str:
        """Take flows with their times; return the last step, once two agree."""
        self.dated = name == "XIRR"
        self.latest = dict.fromkeys(pairs)
        self.pairs |= self.latest
        last, before = (f"{letters(LADDER + STEPS - back)}{self.row + 1}" for back in (1, 2))
        return f"IF(ABS({last}-{before})<{TOLERANCE}*MAX(1,ABS({last})),{last},1/0)"

    def step(self, column: str) -> str:
        """Return the formula of a step from the cell before it."""
        rate = f"{column}{self.row + 1}"
        step = self._by_case(lambda pairs: self._dated_step(rate, pairs) if self.dated else self._step(rate, pairs))
        if len(step) > LONGEST:
            raise CannotBeSaidError(TOO_LONG)
        return step

    def _dated_step(self, rate: str, pairs: Pairs) -> str:
        """Return Newton's step on what the flows are worth.

        Source
        ------
        Own derivation: next = rate + worth / the sum of t x flow / (1 + rate)^(t + 1), for worth falls by that sum.
        """
        worth, slope = [], []
        for flow, dates in pairs:
            time = f"({dates}-$G{self.row + 1})/365"
            worth.append(f"SUMPRODUCT({flow},(1+{rate})^(-({time})))")
            slope.append(f"SUMPRODUCT({flow},{time},(1+{rate})^(-({time})-1))")
        return f"{rate}+({'+'.join(worth)})/({'+'.join(slope)})"

    def _step(self, rate: str, pairs: Pairs) -> str:
        """Return Newton's step on the logarithm of what comes in over what goes out, both discounted.

        Source
        ------
        Own derivation: by the logarithm of (1 + rate) it falls as fast as what comes in is later, on average, than what
        goes out: all but a straight line, so that the rate is found from far off, and below zero too.
        """

        def summed(sign: str, *, timed: bool = False) -> str:
            terms = []
            for flow, months in pairs:
                years = f"(({months}-$G{self.row + 1})/12)"
                terms.append(f"SUMPRODUCT(({flow}{sign}0)*{flow},{f'{years},' if timed else ''}(1+{rate})^(-{years}))")
            return "+".join(terms)

        come, gone = summed(">"), summed("<")
        later = f"({summed('>', timed=True)})/({come})-({summed('<', timed=True)})/({gone})"
        return f"(1+{rate})*(-({come})/({gone}))^(1/({later}))-1"


def _text(measure: Measure | None, projection: Projection) -> str:
    """Return the formula of a measure; "" where it has none, or where it would give a figure that is undefined."""
    if measure is None or not measure.formula:
        return ""
    if "IRR(" in measure.formula and (measure.value is None or measure.value > MOST):
        return ""
    if any(
        path not in projection.rows and path not in projection.given for path, _ in term_of(measure.formula).references
    ):
        return ""  # such as a discount factor where no discount rate is given
    if measure.value is None and not np.isnan(evaluate(measure.formula, _shifted(projection))).all():
        return ""
    return measure.formula


def _shifted(projection: Projection) -> Callable[[str, int], Array]:
    read = reader(projection)

    def shifted(path: str, shift: int) -> Array:
        value = read(path, 0)
        return np.concatenate([np.zeros((1, -shift)), value[:, :shift]], axis=-1) if shift else value

    return shifted
