"""Names that a file gives to things: they become parts of paths, of file names, of formulas and of cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from fibercap.core.language import grammar
from fibercap.core.language.fields import Field, text_of, wrong
from fibercap.core.language.input_hints import quote
from fibercap.core.language.spec import collection_in, specs_in
from fibercap.core.trees.tree import Leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core.core_schema import ValidationInfo

    from fibercap.core.language.spec import Spec
    from fibercap.core.trees.tree import Path, Tree

LONGEST: Final = 64
NAME: Final = f"[A-Za-z0-9_][A-Za-z0-9_-]{{0,{LONGEST - 1}}}"
WANTED: Final = f"at most {LONGEST} letters, digits, `_` and `-`"
_HINT: Final = "it becomes part of paths such as `loans.fleet.rate`, and of file names; a `title` may hold anything"


def is_name(text: str) -> bool:
    """Return whether a text is a valid name: no path, no markup, no formula."""
    return re.fullmatch(NAME, text) is not None


def as_name(text: str) -> str:
    """Return a valid name made from a text: other characters become `_`, and a long text is cut."""
    return re.sub(r"^-|[^A-Za-z0-9_-]", "_", text)[:LONGEST] or "_"


def key_in_words(key: str) -> str:
    """Return the name of a thing that has no title, as readers see it: with spaces in place of underscores.

    Paths, options of commands and keys of JSON keep the name as the file has it.

    Examples
    --------
    >>> key_in_words("second_line")
    'second line'
    """
    return key.replace("_", " ")


def not_a_name(text: str) -> tuple[str, str, str]:
    """Return found, wanted and hint for a text that is not a valid name."""
    long = f", of {len(text)} characters" if len(text) > LONGEST else ""
    return f"the name {quote(text)}{long}" if text else "an empty name", WANTED, _HINT


@dataclass(frozen=True)
class NameField(Field):
    """A name."""

    def schema(self) -> grammar.Json:
        """Return what may be written; YAML may see a number in it."""
        return {"title": "name", "type": ["string", "number", "boolean"], "pattern": f"^{NAME}$"}

    def parse(self, raw: Any, info: ValidationInfo) -> str:
        """Return the name.

        Parameters
        ----------
        raw, info : Any, ValidationInfo
            A leaf with a text of letters, digits, `_` and `-`; the context is not used.

        Raises
        ------
        PydanticCustomError
            If the text is not a valid name.
        """
        del info
        text = text_of(raw, "a name")
        if not is_name(text):
            raise wrong("not_a_name", *not_a_name(text))
        return text


Name = Annotated[str, NameField()]


def names_in(annotation: Any, tree: Tree, path: Path = ()) -> Iterator[Path]:
    """Yield the paths in a tree whose last key is a name chosen by the writer of the scenario.

    Parameters
    ----------
    annotation : type
        What the tree is read as, such as a Spec; blocks of values by date or duration hold no names.
    tree : Tree
        What was written.
    path : Path
        Where it stands.
    """
    if isinstance(tree, Leaf):
        return
    member = collection_in(annotation)
    for key, child in tree.items() if member is not None else ():
        yield (*path, key)
        yield from names_in(member, child, (*path, key))
    for spec in specs_in(annotation):
        for key, inner in _naming(spec):
            if key in tree:
                yield from names_in(inner, tree[key], (*path, key))


@cache
def _naming(spec: type[Spec]) -> tuple[tuple[str, Any], ...]:
    """Return the keys of a block under which names may stand, with what is read there."""
    fields = ((key, spec.model_fields[name]) for key, name in spec.fields_by_key().items())
    named = ((key, f.annotation) for key, f in fields if not any(isinstance(mark, Field) for mark in f.metadata))
    return tuple((key, one) for key, one in named if collection_in(one) is not None or specs_in(one))
