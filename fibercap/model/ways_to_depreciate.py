"""The ways to depreciate an asset: those that go by time, and that by units of production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from fibercap.core.language.fields import Word, wrong
from fibercap.core.language.spec import OneOf, Spec
from fibercap.core.language.written_units import word_of
from fibercap.model.depreciation import DecliningBalance, StraightLine, SumOfYears
from fibercap.model.depreciation_by_table import ByTable
from fibercap.model.depreciation_by_units import ByUnits, UnitsOfEach
from fibercap.model.depreciation_method import Depreciation

AnyDepreciation = StraightLine | DecliningBalance | SumOfYears | ByTable
METHODS: dict[str, type[Depreciation]] = {method.kind: method for method in get_args(AnyDepreciation)}
"""The methods that go by time."""


def _one_of(methods: Mapping[str, type[Spec]], title: str) -> OneOf:
    """Return the union of some ways to depreciate."""
    words = tuple(kind for kind, method in methods.items() if not _needs_block(kind, method))
    blocks = tuple(kind for kind, method in methods.items() if kind in method.model_fields)
    ways = "ways to depreciate"

    def choose(raw: Any) -> tuple[str, Mapping[str, Any]]:
        kinds = [key for key in raw if key != "note"] if isinstance(raw, dict) else [word_of(raw)]
        if ByUnits.kind in kinds and ByUnits.kind not in methods:
            wanted, hint = "a way by time", "`units` is for assets of plants, which make them"
            raise wrong("no_units_made", "`units` of what makes none by itself", wanted, hint)
        if not isinstance(raw, dict):
            return Word(words, f"{ways}, or a block `{{declining_balance: 25 %}}`").parse(raw), {}
        if len(kinds) != 1:
            problem = f"{len(kinds)} ways to depreciate: {', '.join(kinds)}" if kinds else "no way to depreciate"
            raise wrong("one_kind", problem, "", "keep one of them" if kinds else "write one")
        if kinds[0] in words and kinds[0] not in blocks:
            raise wrong("in_place_of_block", f"a block with `{kinds[0]}`", "the word alone", f"write `{kinds[0]}`")
        return Word(blocks, ways).parse(kinds[0]), raw

    return OneOf(methods, choose, title=title, words=words)


def _needs_block(kind: str, method: type[Spec]) -> bool:
    """Return whether a method needs a value, so that its word alone does not do."""
    field = method.model_fields.get(kind)
    return field is not None and field.is_required()


_BY_TIME = _one_of(METHODS, "depreciation")
Method = Annotated[AnyDepreciation, _BY_TIME]
MethodForTax = Annotated[
    AnyDepreciation | UnitsOfEach | None, _one_of({**METHODS, UnitsOfEach.kind: UnitsOfEach}, "depreciation for tax")
]
MethodOfAsset = Annotated[
    AnyDepreciation | ByUnits, _one_of({**METHODS, ByUnits.kind: ByUnits}, "depreciation of an asset")
]
