"""Spec, the frozen base class of every block of a scenario, and functions that walk over its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Union, cast, get_args, get_origin

import pydantic
from pydantic import BaseModel, ConfigDict
from pydantic_core import core_schema

from fibercap.core.language.fields import Field, Note, Of
from fibercap.core.language.limits import LARGEST

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema


class InputInErrorError(AttributeError):
    """A check across inputs reads an input that is itself in error; the check is skipped."""


class UnreadInput:
    """What stands for an input in error under a name that other inputs may refer to."""

    def __getattr__(self, name: str) -> Any:
        """Raise InputInErrorError, whatever is read of it."""
        raise InputInErrorError(name)


class Spec(BaseModel):
    """A block of a scenario: frozen, unknown keys refused; `note` is welcome anywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True)

    gathers: ClassVar[frozenset[str]] = frozenset()
    """Fields that collect the entries written beside the other keys; their own names are never written."""

    one_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys; a block has exactly one of each group."""
    any_of: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys; a block has one or more of each group."""
    together: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """The keys that a key requires, by that key."""

    note: Note = ""
    """A remark for the reader of the file. Like `Assumed, as at Jena.`."""

    @staticmethod
    def field_with_key(key: str, default: Any = ...) -> Any:
        """Return a field whose key in the scenario differs from its name, such as `from`, a keyword of Python.

        Parameters
        ----------
        key : str
            The key in the scenario.
        default : Any
            The value where the key is omitted; by default the key is required.
        """
        return pydantic.Field(default, alias=key)

    @classmethod
    def gather_fields(cls, raw: Any) -> Any:
        """Return a raw block as its fields expect it; names written beside keys are gathered under one field."""
        return raw

    @classmethod
    def fields_by_key(cls) -> dict[str, str]:
        """Return the keys as they are written, with the names of their fields."""
        return {field.alias or name: name for name, field in cls.model_fields.items()}

    def __getattr__(self, name: str) -> Any:
        """Raise InputInErrorError for an input in error, so that it differs from a mistake in the code."""
        private = self.__pydantic_private__
        if private is not None and name in private:
            return private[name]
        if name in type(self).model_fields:
            raise InputInErrorError(name)
        return super().__getattr__(name)  # type: ignore[misc]  # pydantic defines it for running code alone


def bounds_at(spec: type[Spec], path: tuple[str, ...]) -> tuple[float, float] | None:
    """Return the least and the largest value of the input at a path, in its house unit; None where it has no bounds.

    Parameters
    ----------
    spec : type of Spec
        The block at which the path begins.
    path : tuple of str
        The keys.
    """
    options: list[Any] = [spec]
    bounds: tuple[float, float] | None = None
    for name in path:
        following: list[Any] = []
        for option in options:
            member = collection_in(option)
            if member is not None:
                following.append(member)
                continue
            for candidate in specs_in(option):
                fields = candidate.fields_by_key()
                if name in fields:
                    field = candidate.model_fields[fields[name]]
                    bounds = _limits([*field.metadata, *get_args(field.annotation)[1:]])
                    following.append(field.annotation)
        options = following or options
    return bounds


def _limits(marks: list[Any]) -> tuple[float, float] | None:
    for mark in marks:
        kind = getattr(mark, "of", mark)
        if isinstance(kind, Of):
            least, top = kind.bounds
            return max(least, kind.above), top
        if hasattr(kind, "low"):
            return kind.low, LARGEST
    return None


def _tag(pair: tuple[str, Any]) -> str:
    return f"<{pair[0]}>"  # no key has such a name, and paths of errors have tags beside keys


def _block(pair: tuple[str, Any]) -> Any:
    return pair[1]


@dataclass(frozen=True)
class OneOf:
    """A union of known members. `choose` returns the tag of the member that is written and its block, or raises.

    Members are Specs; one may be a field type, and then `unit` is its unit. Of what is not a block, `words` are the
    members that are written as one word, and `bare` is the field of the only member that a bare value fills.
    """

    members: Mapping[str, Any]
    choose: Callable[[Any], tuple[str, Any]]
    unit: str | None = None
    title: str = ""
    words: tuple[str, ...] = ()
    bare: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make pydantic choose the member first, so that only its own errors are reported."""
        inner = {
            _tag((tag, None)): core_schema.no_info_before_validator_function(_block, handler.generate_schema(member))
            for tag, member in self.members.items()
        }
        union = core_schema.tagged_union_schema(cast("dict[Any, Any]", inner), discriminator=_tag)
        return core_schema.no_info_before_validator_function(self.choose, union)


def specs_in(annotation: Any) -> tuple[type[Spec], ...]:
    """Return the Spec classes of an annotation, the members of a union included."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        return (annotation,)
    if get_origin(annotation) is Annotated:
        return specs_in(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(spec for part in get_args(annotation) for spec in specs_in(part))
    return ()


def collection_in(annotation: Any) -> Any | None:
    """Return the annotation of the members of a mapping by name, or None."""
    if get_origin(annotation) is Mapping:
        return get_args(annotation)[1]
    return None


def fields_at(spec: type[Spec], path: tuple[str, ...]) -> frozenset[str] | None:
    """Return the keys that a block may have, or None where names are free or there is no block.

    Parameters
    ----------
    spec : type of Spec
        The block at which the path begins.
    path : tuple of str
        The keys.
    """
    options: tuple[Any, ...] = (spec,)
    for name in path:
        following: list[Any] = []
        for option in options:
            member = collection_in(option)
            if member is not None:
                following.append(member)
            for candidate in specs_in(option):
                fields = candidate.fields_by_key()
                if name in fields:
                    following.append(candidate.model_fields[fields[name]].annotation)
        options = tuple(following)
    known = {
        name
        for option in options
        for candidate in specs_in(option)
        for name in candidate.fields_by_key().keys() - candidate.gathers
    }
    return frozenset(known) or None


@lru_cache(maxsize=4096)
def field_at(spec: type[Spec], path: tuple[str, ...]) -> Field | None:
    """Return the field type that reads the input at a path, or None where there is a block or nothing.

    Parameters
    ----------
    spec : type of Spec
        The block at which the path begins.
    path : tuple of str
        The keys.
    """
    options: list[tuple[Any, Iterable[Any]]] = [(spec, ())]
    for name in path:
        following: list[tuple[Any, Iterable[Any]]] = []
        for annotation, _ in options:
            member = collection_in(annotation)
            if member is not None:
                following.append((member, get_args(member)[1:] if get_origin(member) is Annotated else ()))
            for candidate in specs_in(annotation):
                field = candidate.model_fields.get(candidate.fields_by_key().get(name, ""))
                if field is not None:
                    following.append((field.annotation, field.metadata))
                gathered = (candidate.model_fields[key].annotation for key in candidate.gathers)
                following.extend((annotation, ()) for annotation in gathered)  # names written beside the other keys
        options = following
    kinds = (one for _, marks in options for mark in marks for one in _kinds_of(mark))
    return next((kind for kind in kinds if isinstance(kind, Field)), None)


def _kinds_of(mark: Any) -> tuple[Any, ...]:
    """Return a mark, or the marks of the members of a union, such as of a rate that may be a block."""
    if not isinstance(mark, OneOf):
        return (mark,)
    return tuple(kind for member in mark.members.values() for kind in getattr(member, "__metadata__", ()))


@cache
def _layout(spec: type[Spec]) -> tuple[tuple[str, str, str | None, str | None], ...]:
    """Return each field's key, name, unit (None if it is not a number, date or series), and that of its members."""
    layout = []
    for key, name in spec.fields_by_key().items():
        field = spec.model_fields[name]
        member = collection_in(field.annotation)
        marks = get_args(member)[1:] if get_origin(member) is Annotated else ()
        layout.append((key, name, _unit_among(field.metadata), _unit_among(marks)))
    return tuple(layout)


def _unit_among(marks: Iterable[Any]) -> str | None:
    kind = next((mark for mark in marks if isinstance(mark, Field | OneOf)), None)
    return getattr(kind, "unit", None)


def _rate_of_growth(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Yield the rate by which a series grows, if it is a number of its own."""
    growth = getattr(value, "growth", None)
    if growth is not None and growth.rate is not None:
        yield (*path, *growth.key.split(".")), growth.rate, "1/year"


def quantities(spec: Spec, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Yield the path, value and unit of each number, date and series in a block.

    Parameters
    ----------
    spec : Spec
        The block.
    path : tuple of str
        Where `spec` stands.

    Returns
    -------
    iterator of (path, value, unit)
        Numbers are `()` or (sample, 1), in the house unit.
    """
    for key, name, unit, member_unit in _layout(type(spec)):
        value = spec.__dict__.get(name)
        if value is None:  # most fields of most blocks
            continue
        if isinstance(value, Spec):
            yield from quantities(value, (*path, key))
        elif unit is not None:
            yield (*path, key), value, unit
            yield from _rate_of_growth(value, (*path, key))
        elif isinstance(value, Mapping):
            for member_key, member in value.items():
                if isinstance(member, Spec):
                    yield from quantities(member, (*path, key, member_key))
                elif member_unit is not None and member is not None:  # None is `rest`
                    yield (*path, key, str(member_key)), member, member_unit
                    yield from _rate_of_growth(member, (*path, key, str(member_key)))
                elif hasattr(member, "unit") and not getattr(member, "key", ""):
                    yield (*path, key, str(member_key)), member.value, member.unit
