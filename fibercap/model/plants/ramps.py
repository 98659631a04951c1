"""Ramps: the share of a new line's capacity that runs, by age, and the integral of that share in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Final, get_args

import numpy as np

from fibercap.core.formulas.sheet import Sheet
from fibercap.core.language import grammar
from fibercap.core.language.by_key import ByKey
from fibercap.core.language.durations import Duration
from fibercap.core.language.fields import Of, Word, wrong
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.units import Array

RampMonths = Annotated[Array, Duration(low=1e-6, takes_samples=True)]


class NoRamp(Spec):
    """The whole addition runs from the day it is complete."""

    kind: ClassVar[str] = "none"

    def ramped_months(self, age: Array) -> Array:
        """Return the integral of the share from completion to an age in months, (...). [month]

        Source
        ------
        Own derivation: the integral of 1 from 0 to `age`.
        """
        return np.maximum(age, 0.0)

    def formula(self, age: str, sheet: Sheet, path: str) -> str:
        """Return the formula of `ramped_months`. [month]

        Parameters
        ----------
        age : str
            Formula of the age. [month]
        sheet, path : Sheet, str
            Not used: this ramp has no inputs.
        """
        del sheet, path
        return f"MAX({age}, 0)"


class Linear(Spec):
    """The share grows evenly from 0 to 100 %."""

    kind: ClassVar[str] = "linear"
    linear: RampMonths
    """Time from completion until all of it runs. Like `6 months`."""

    def ramped_months(self, age: Array) -> Array:
        """Return the integral of the share, (...). [month]

        Source
        ------
        Own derivation: with x = age / length, x^2 / 2 in lengths up to 1, then all of the time.

        Examples
        --------
        >>> Linear.model_construct(linear=6.0).ramped_months(np.array([-1.0, 3.0, 6.0, 8.0]))
        array([0.  , 0.75, 3.  , 5.  ])
        """
        share = np.clip(age / self.linear, 0.0, 1.0)
        return self.linear * (share * share) / 2 + np.maximum(age - self.linear, 0.0)

    def formula(self, age: str, sheet: Sheet, path: str) -> str:
        """Return the formula of `ramped_months`. [month]

        Parameters
        ----------
        age : str
            Formula of the age. [month]
        sheet, path : Sheet, str
            The sheet that gets the length, as the scalar `inputs.<path>.linear`.
        """
        length = sheet.give(f"inputs.{path}.linear", "month", self.linear)
        return f"{length} * MIN(MAX({age} / {length}, 0), 1)^2 / 2 + MAX({age} - {length}, 0)"


class SCurve(Spec):
    """The share follows 3x^2 - 2x^3: slow, fast, slow."""

    kind: ClassVar[str] = "s_curve"
    s_curve: RampMonths
    """Time from completion until all of it runs. Like `9 months`."""

    def ramped_months(self, age: Array) -> Array:
        """Return the integral of the share, (...). [month]

        Source
        ------
        Own derivation: the integral of 3x^2 - 2x^3 is x^3 - x^4 / 2.
        """
        share = np.clip(age / self.s_curve, 0.0, 1.0)
        cube = share * share * share  # as `power` does, to the last digit
        return self.s_curve * (cube - share * cube / 2) + np.maximum(age - self.s_curve, 0.0)

    def formula(self, age: str, sheet: Sheet, path: str) -> str:
        """Return the formula of `ramped_months`. [month]

        Parameters
        ----------
        age : str
            Formula of the age. [month]
        sheet, path : Sheet, str
            The sheet that gets the length, as the scalar `inputs.<path>.s_curve`.
        """
        length = sheet.give(f"inputs.{path}.s_curve", "month", self.s_curve)
        share = f"MIN(MAX({age} / {length}, 0), 1)"
        return f"{length} * ({share}^3 - {share}^4 / 2) + MAX({age} - {length}, 0)"


def _months(key: str, info: Any) -> float:
    return float(Duration(low=0.0, takes_samples=True).parse(key, info))


_DURATION: Final = ("duration", grammar.duration(whole_months=False))


class RampTable(ByKey):
    """Shares by months since completion, never falling, the last one 100 %."""

    def parse(self, raw: Any, info: Any) -> Mapping[float, Array]:
        """Return the shares by months since completion, in order of time.

        Parameters
        ----------
        raw, info
            What YAML has, and the scenario around it.

        Raises
        ------
        PydanticCustomError
            If the table is empty, if a share falls, or if the last one is not 100 %.
        """
        steps = super().parse(raw, info)
        shares = list(steps.values())
        if not shares:
            raise wrong("empty", "an empty table", "shares by months, the last one 100 %")
        if any((later < earlier).any() for earlier, later in pairwise(shares)):
            raise wrong("falling", "a share that falls", "shares that never fall")
        if (abs(shares[-1] - 1.0) > 1e-12).any():  # rounding of the text
            raise wrong("not_all", f"a last share of {float(shares[-1].flat[0]) * 100:g} %", "100 % at the end")
        return steps


class Table(Spec):
    """The share grows in steps: `{0 months: 40 %, 6 months: 75 %, 12 months: 100 %}`."""

    kind: ClassVar[str] = "table"
    table: Annotated[Mapping[float, Array], RampTable(_months, Of("percent", low=0.0, high=1.0), _DURATION)]
    """Share that runs by time since completion, each until the next; never falling, the last 100 %. Like `{0
    months: 40 %, 6 months: 75 %, 12 months: 100 %}`."""

    def ramped_months(self, age: Array) -> Array:
        """Return the integral of the share, (...). [month]

        Source
        ------
        Own derivation: every step adds its rise times the months since it.
        """
        before, result = np.asarray(0.0), np.zeros(np.shape(age))
        for months, share in self.table.items():
            result = result + (share - before) * np.maximum(age - months, 0.0)
            before = share
        return result

    def formula(self, age: str, sheet: Sheet, path: str) -> str:
        """Return the formula of `ramped_months`, one term for each step. [month]

        Parameters
        ----------
        age : str
            Formula of the age. [month]
        sheet, path : Sheet, str
            The sheet that gets months and shares, as scalars under `inputs.<path>.table`.
        """
        terms, before = [], ""
        for number, (months, share) in enumerate(self.table.items(), 1):
            since = sheet.give(f"inputs.{path}.table.{number}.after", "month", months, f"{path}.table")
            now = sheet.give(f"inputs.{path}.table.{number}.share", "", share, f"{path}.table")
            rise = f"({now} - {before})" if before else now
            terms.append(f"{rise} * MAX({age} - {since}, 0)")
            before = now
        return " + ".join(terms)


def _choose(raw: Any) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(raw, dict):
        return Word(("none",), "ramps without a length").parse(raw), {}
    kinds = [key for key in raw if key != "note"]
    if len(kinds) != 1:
        problem = f"{len(kinds)} kinds of ramp: {', '.join(kinds)}" if kinds else "no kind of ramp"
        raise wrong("one_kind", problem, "", "keep one of them" if kinds else "write one")
    return Word(tuple(RAMP_KINDS), "ramps").parse(kinds[0]), raw


AnyRamp = NoRamp | Linear | SCurve | Table
RAMP_KINDS: dict[str, type[Spec]] = {ramp.kind: ramp for ramp in get_args(AnyRamp)}
Ramp = Annotated[AnyRamp, OneOf(RAMP_KINDS, _choose, title="ramp", words=("none",))]
