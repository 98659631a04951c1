"""Inputs other than one quantity: a part of a total, as an amount of money or a share; and a boolean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, Of, Word, is_sampled, text_of
from fibercap.core.units import Array, factor_of_samples, is_share, split_quantity
from fibercap.core.vocabulary import PlanUnits

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

REST = "rest"
AVAILABLE = "available"


@dataclass(frozen=True)
class Part:
    """An amount of money, a share, the rest, or what is available. `unit` says: `money`, `share`, `rest`, `available`.

    `key` names where it stands in a block of its own, "" where it is written bare; `after` is the time until it is
    received. [month]
    """

    unit: str
    value: Array
    key: str = ""
    after: int = 0


@dataclass(frozen=True)
class PartField(Field):
    """Reads a Part: `2 million USD`, `23 %` and, where `rest` is set, `rest` or `available`."""

    rest: bool = False

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        rest, words = (f"|{REST}|{AVAILABLE}", ", share, `rest` or `available`") if self.rest else ("", " or share")
        pattern, like = f"{grammar.quantity('money')}|{grammar.share()}{rest}", self.example(PlanUnits())
        return grammar.text(f"amount of money{words}", pattern, "money, % or bp", like)

    def parse(self, raw: Any, info: ValidationInfo) -> Part:
        """Return the part, its value `()` or (sample, 1) in money or as a share.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text like `2 million USD` or `23 %`, or one amount for each sample, and the context.

        Raises
        ------
        PydanticCustomError
            If it is neither, is negative, or is a share of more than 100 %.
        """
        value = getattr(raw, "value", raw)
        if not is_sampled(value):
            text = text_of(raw, f"an amount of money{', a share or `rest`' if self.rest else ' or a share'}")
            if text in (REST, AVAILABLE) and self.rest:
                return Part(text, np.asarray(0.0))
            if is_share(text):
                return Part("share", Of("percent", low=0.0, high=1.0).parse(raw, info))
        elif factor_of_samples(value, "") is not None:
            return Part("share", Of("percent", low=0.0, high=1.0).parse(raw, info))
        return Part("money", Of("money", low=0.0).parse(raw, info))

    def example(self, units: PlanUnits) -> str:
        """Return an example of a part."""
        return f"`2 million {units.currency}` or `20 %`"


class TruthField(Field):
    """Reads `true` or `false`."""

    def schema(self) -> grammar.Json:
        """Return what may be written."""
        return {"title": "true or false", "enum": [True, False, "true", "false"]}

    def parse(self, raw: Any, info: ValidationInfo) -> bool:
        """Return the boolean.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with the text `true` or `false`, and the context.

        Raises
        ------
        PydanticCustomError
            If the text is neither.
        """
        return Word(("false", "true"), "truths").parse(raw, info) == "true"


Truth = Annotated[bool, TruthField()]


def is_quantity(text: str) -> bool:
    """Return whether a text is a quantity."""
    try:
        split_quantity(text)
    except ValueError:
        return False
    return True
