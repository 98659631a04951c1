"""Write a tree as YAML text that can be read again, with the origin of each value in a comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fibercap.core.trees.tree import Origin

_PLAIN: Final = re.compile(r"-?[A-Za-z0-9][A-Za-z0-9_.%/()+'-]*(?: [A-Za-z0-9%][A-Za-z0-9_.%/()+'-]*)*")
_NOTHING: Final = frozenset({"null", "Null", "NULL"})


def yaml_text(tree: Branch, *, origins: bool = True, folders: bool = True) -> str:
    """Return a tree as YAML.

    Parameters
    ----------
    tree : Branch
        The tree of a scenario.
    origins : bool
        Write a comment after each value: where it was written, and how it was changed since.
    folders : bool
        Write file names with their folders; without them, the text does not depend on the folder.
    """
    return "\n".join(_lines(tree, "", origins=origins, folders=folders)) + "\n"


def _lines(tree: Branch, indent: str, *, origins: bool, folders: bool) -> Iterator[str]:
    for key, child in tree.items():
        head = f"{indent}{scalar(key)}:"
        if isinstance(child, Leaf):
            life = child.origins if folders else tuple(origin.without_folder() for origin in child.origins)
            comment = f"  # {chain(life)}" if origins and child.place else ""
            yield f"{head} {_value(child)}{comment}"
        elif not child:
            yield f"{head} {{}}"
        else:
            yield head
            yield from _lines(child, f"{indent}  ", origins=origins, folders=folders)


def _value(leaf: Leaf) -> str:
    if isinstance(leaf.value, tuple):
        return f"[{', '.join(map(scalar, leaf.value))}]"
    return scalar(str(leaf.value))


def scalar(text: str) -> str:
    """Return a text as a YAML scalar: plain if it is unambiguous, else between double quotes."""
    plain = _PLAIN.fullmatch(text) and text not in _NOTHING
    return text if plain else f'"{"".join(map(_character, text))}"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def chain(origins: tuple[Origin, ...]) -> str:
    """Return the origins of a value on one line, the latest first."""
    return "; ".join(_step(origin) for origin in reversed(origins))


def _step(origin: Origin) -> str:
    place_text = origin.place.file_line if origin.place else origin.how
    is_written = origin.how == "written" or (origin.place is not None and origin.how == origin.place.file)
    words = [] if is_written or place_text.startswith(origin.how) else [origin.how]
    words += [origin.operator] if origin.operator else []
    words += [f"was {origin.previous}"] if origin.previous is not None else []
    return visible(" ".join(" ".join([place_text, ", ".join(words)]).split()))
