"""Series of a random plan that stand in CSV files beside it."""

from __future__ import annotations

import re

from tests.fuzz.dice import Dice, Draft, Plan
from tests.fuzz.keys import Node, language

PERIOD = re.compile(r"(?:FY)?[12][0-9]{3}(?:-.*)?")


def move_to_files(draft: Draft) -> None:
    """Move some series of some plans into files; `typed` stays the plan with all of them typed in."""
    draft.typed = draft.plan
    draft.plan = move_series(draft, draft.plan, language(), draft.dice.pick(0.0, 0.0, 0.0, 0.4), ())


def move_series(draft: Draft, block: Plan, node: Node, share: float, path: tuple[str, ...]) -> Plan:
    """Return a block of a plan with some of its series in files."""
    node = node.enter(block)[2]
    series = {key: value for key, value in block.items() if PERIOD.fullmatch(str(key))}
    if "file" in node.keys and series and draft.dice.chance(share):
        name = f"{'-'.join(path)}.csv"
        draft.files[name] = write_csv(draft.dice, series)
        beside = {key: value for key, value in block.items() if key not in series}
        return {"file": name, "column": "it", **beside}
    results = {}
    for key, value in block.items():
        below = node.keys.get(key, node.name)
        move = isinstance(value, dict) and below is not None and key != "options"
        results[key] = move_series(draft, value, below, share, (*path, str(key))) if move and below else value
    return results


def write_csv(dice: Dice, series: Plan) -> str:
    """Return a CSV file with a series in one of its columns, the lines in any order."""
    units = {str(value).partition(" ")[2] for value in series.values()}
    alone = len(units) == 1 and units != {""} and dice.chance(0.5)
    mark = dice.pick("", '"')
    lines = [f"{mark}key{mark},other,{mark}it{f' [{units.pop()}]' if alone else ''}{mark}"]
    for key, value in dice.sample([*series.items()], len(series)):
        cell = str(value).partition(" ")[0] if alone else str(value)
        lines += [f'{key},"a, b",{mark}{cell}{mark}', *[""] * dice.chance(0.1)]
    return dice.pick("\n", "\r\n").join(lines)
