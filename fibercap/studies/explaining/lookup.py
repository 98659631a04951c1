"""Search for rows, measures and inputs by pattern, by words, or by the last part of a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fibercap.core.errors import FibercapError, nearest
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.model.measures.all_measures import names
from fibercap.model.worth.without_projects import WITHOUT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from fibercap.core.formulas.rows import Row
    from fibercap.model.measures.measure import Measure
    from fibercap.model.projection import Projection

REPEATED: Final = (f"{RUN_OFF}.", f"{WITHOUT}.")
"""Prefixes of rows that repeat the names of others: those after the horizon, and of the company without projects."""
SCHEDULE: Final = ".schedule."
SHOWN: Final = 8
"""How many candidates a message names."""


def askable_rows(projection: Projection) -> dict[str, Row]:
    """Return the rows in model periods, those of the run-off last."""
    later = {path: row for path, row in projection.rows.items() if path.startswith(f"{RUN_OFF}.")}
    return {**projection.period_rows, **later}


def matches(pattern: str, path: str) -> bool:
    """Tell whether a path matches a pattern; upper and lower case are the same.

    `*` stands for any letters within one part of the path, `?` for one letter, `**` for any letters and dots. A pattern
    without a dot is compared with the last part only, and does not match rows in `REPEATED` blocks.
    """
    if "." not in pattern and pattern != "**":
        last = "" if path.startswith(REPEATED) else path.rpartition(".")[2]
        return _matches(pattern, last)
    return _matches(pattern, path)


def _matches(pattern: str, text: str) -> bool:
    """Match character by character, in time proportional to both lengths, however many wildcards there are."""
    text, signs = text.lower(), re.findall(r"\*+|.", pattern.lower(), re.DOTALL)
    if not text or sum(sign[0] != "*" for sign in signs) > len(text):
        return False
    fits = [True, *[False] * len(text)]  # which beginnings of the text the pattern so far matches
    for sign in signs:
        if sign[0] == "*":
            for end, letter in enumerate(text):
                fits[end + 1] |= fits[end] and (sign != "*" or letter != ".")
        else:
            fits = [
                False,
                *(fit and (of == sign or (sign == "?" and of != ".")) for fit, of in zip(fits, text, strict=False)),
            ]
        if not any(fits):
            return False
    return fits[-1]


def rows_matching(projection: Projection, patterns: Iterable[str]) -> list[str]:
    """Return the rows in model periods that match any pattern, in the order of the model.

    Raises
    ------
    FibercapError
        If a pattern matches no row; the hint names the nearest pattern that does.
    """
    rows, matched_paths = list(askable_rows(projection)), set[str]()
    for pattern in patterns:
        matched = [path for path in rows if matches(pattern, path)]
        if not matched:
            raise FibercapError("no_such_name", f"no row matches `{pattern}`", _way_out(projection, pattern, rows))
        matched_paths.update(matched)
    return [path for path in rows if path in matched_paths]


def _way_out(projection: Projection, pattern: str, rows: Sequence[str]) -> str:
    """Return a hint: what to write instead of a pattern that matches nothing."""
    on_loan_dates = next((path for path in projection.rows if SCHEDULE in path and matches(pattern, path)), "")
    if on_loan_dates:
        return f"`{on_loan_dates}` is by the dates of its loan; `fibercap loan` prints it"
    if pattern in names(projection):
        return f"`{pattern}` is a measure, which `run --only measures` prints"
    all_parts = {part for path in rows for part in path.split(".")}
    parts = [part if set(part) & set("*?") else nearest(part, all_parts) or part for part in pattern.split(".")]
    mended = ".".join(parts)
    if any(matches(mended, path) for path in rows):
        return f"did you mean `{mended}`?"
    near = nearest(pattern, rows)
    return f"did you mean `{near}`?" if near else "`fibercap rows SCENARIO` lists them"


def find(
    projection: Projection, measures: Collection[Measure], words: Sequence[str]
) -> tuple[dict[str, Row], dict[str, Measure]]:
    """Return the rows and measures whose name or label contains every word; a word with `*` or `?` is a pattern.

    Parameters
    ----------
    projection : Projection
        The projection of a plan.
    measures : collection of Measure
        Its measures.
    words : sequence of str
        The words; without any, all rows and measures are returned. Rows in `REPEATED` blocks are searched only if a
        word begins with such a prefix.

    Raises
    ------
    FibercapError
        If nothing matches; the hint names the nearest name.
    """
    repeated = any(f"{word}.".startswith(REPEATED) or word.startswith(REPEATED) for word in words)
    rows = {
        path: row
        for path, row in projection.rows.items()
        if path.startswith(REPEATED) == repeated and all(_is_in(word, path, row.label) for word in words)
    }
    matching = {m.name: m for m in measures if not repeated and all(_is_in(word, m.name, m.label) for word in words)}
    if not rows and not matching:
        names_known = {*projection.rows, *(m.name for m in measures)}
        near = _nearest(" ".join(words), names_known)
        hint = f"did you mean {near}?" if near else "without a word, all are listed"
        raise FibercapError("no_such_name", f"no row or measure has `{' '.join(words)}` in its name or label", hint)
    return rows, matching


def _is_in(word: str, path: str, label: str) -> bool:
    if set(word) & set("*?"):
        return matches(word, path)
    return word.lower() in path.lower() or word.lower() in label.lower()


def _nearest(word: str, known: Collection[str]) -> str:
    """Return the names nearest to a word, by whole path or last part, as a text: `a` or `b`; "" if none is near."""
    last: dict[str, list[str]] = {}
    for path in known:
        if not path.startswith(REPEATED):
            last.setdefault(path.rpartition(".")[2], []).append(path)
    near = nearest(word, known) or nearest(word, last)
    return " or ".join(f"`{path}`" for path in sorted(last.get(near, [near]))[:SHOWN]) if near else ""


def full_name(projection: Projection, word: str, *, timed: bool) -> str:
    """Return the one row, measure or input that a short name stands for; the name itself if there is none.

    A short name is the last part of a path, or words of a label. The company's rows and the projects' measures come
    first: `cash` is always `accounts.cash`, and `npv` is `project_npv`.

    Parameters
    ----------
    projection : Projection
        The projection of a plan.
    word : str
        The short name.
    timed : bool
        Whether a time is given with it, so that it must be a row.

    Raises
    ------
    FibercapError
        If it stands for several; the message lists them.
    """
    rows = [path for path in projection.rows if not path.startswith(REPEATED)]
    scalars = [] if timed else [*names(projection), *(item.path for item in projection.scenario.inputs())]
    for first in (f"project_{word}", f"accounts.{word}"):
        if first in scalars or first in rows:
            return first
    labels = {path: projection.rows[path].label for path in rows}
    for candidates in (scalars, [path for path in rows if SCHEDULE not in path], rows):
        matching = [path for path in candidates if path.rpartition(".")[2] == word]
        if matching:
            return _only(word, matching)
    words = word.lower().replace("_", " ").split()
    for candidates in (scalars, rows):
        texts = {path: f"{path} {labels.get(path, '')}".lower().replace("_", " ") for path in candidates}
        matching = [path for path, text in texts.items() if all(part in text for part in words)]
        if matching:
            return _only(word, matching)
    return word


def _only(word: str, matching: Sequence[str]) -> str:
    """Return the only matching name.

    Raises
    ------
    FibercapError
        If there are several; the message lists them.
    """
    if len(matching) == 1:
        return matching[0]
    listed = ", ".join(f"`{path}`" for path in matching[:SHOWN])
    message, hint = f"`{word}` may be one of {len(matching)}: {listed}", ""
    if len(matching) > SHOWN:
        message, hint = f"{message} and {len(matching) - SHOWN} more", f"`fibercap rows SCENARIO {word}` lists them"
    raise FibercapError("several_meant", message, hint)
