"""Entries of a block by their keys; an error says in which of them it occurred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from fibercap.core.language.fields import wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core.core_schema import ValidationInfo


def error_in_entry(name: str, error: PydanticCustomError, *, key: bool = False) -> PydanticCustomError:
    """Return an error that also says in which entry of a block it occurred: the keys on the way to it.

    Parameters
    ----------
    name : str
        The key of the entry.
    error : PydanticCustomError
        The error as it was raised.
    key : bool
        Whether the key itself is wrong, and not its value.
    """
    context = error.context or {}
    context = {**context, "inside": (name, *context.get("inside", ())), "key": context.get("key", False) or key}
    return PydanticCustomError(error.type, "{found}", context)


def read_block(
    raw: Mapping[str, Any],
    key_of: Callable[..., Any],
    parse: Callable[..., Any],
    info: ValidationInfo,
    beside: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[Any, Any]:
    """Return the entries of a block by their parsed keys.

    Parameters
    ----------
    raw : mapping
        The block as written.
    key_of, parse : callable
        Parse a key and a value; each takes what is written and `info`.
    info : ValidationInfo
        Passed on to both.
    beside : mapping, optional
        For keys that stand beside the others, such as `growth`, what parses the value instead.

    Raises
    ------
    PydanticCustomError
        If a key or value cannot be used, or a key is written twice; it holds the errors of all entries.
    """
    read: dict[Any, Any] = {}
    errors: list[PydanticCustomError] = []
    for name, value in raw.items():
        parse_value = (beside or {}).get(name)
        try:
            key: Any = name if parse_value else key_of(name, info)
        except PydanticCustomError as error:
            errors.append(error_in_entry(name, error, key=True))
            continue
        try:
            twice = key in read
            read[key] = (parse_value or parse)(value, info)
            if twice:
                repeated = wrong("same_key", f"`{name}` is written twice", "")
                errors.append(error_in_entry(name, repeated, key=True))
        except PydanticCustomError as error:
            errors.append(error_in_entry(name, error))
    if errors:
        first, *others = errors
        context = {**(first.context or {}), "others": [(error.type, error.context) for error in others]}
        raise PydanticCustomError(first.type, "{found}", context)
    return read
