"""The live report against the engine: after random moves of inputs, every result of the page is that of a projection.

`python -m tests.live [--changes N] [--seed N] [SCENARIO ...]`: N changes for all options of each scenario, in Chromium.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from fibercap.core.errors import FibercapError
from fibercap.core.trees.tree import Branch, Leaf
from fibercap.core.units import Array
from fibercap.model.plan.scenario import Scenario
from fibercap.model.project import project
from fibercap.model.projection import Projection
from fibercap.reading.files import read
from fibercap.reading.shipped import shipped_scenarios
from fibercap.views.files.exports import comparison_of_options
from fibercap.views.report.html import report
from fibercap.views.report.live.agreement import dust_of, gap_of, projection_values
from tests.browser import Browser

CLOSE: Final = 1e-6
"""Largest difference, as a share of the largest value of a result."""
MOST: Final = 8
"""Inputs that are moved at once."""
Change = dict[int, float]
"""Values of inputs by number, in the units that the page shows."""

RUN = """(change) => {
  const { plan } = window.fibercap;
  plan.values = plan.inputs.map((input, n) => n in change ? change[n] : input.written);
  plan.run();
  return { refused: plan.refused, settings: plan.moved.map((n) => [plan.inputs[n].path, plan.setting(n)]),
    results: Array.from(plan.program.results(), (value) => Number.isNaN(value) ? null : value) };
}"""


@dataclass
class Outcome:
    """How many changes were tried of a scenario, refused by both, and compared; and all that differs.

    `ties` are claims whose value is their limit but for rounding, which decides differently on both sides.
    """

    name: str
    tried: int = 0
    refused: int = 0
    compared: int = 0
    ties: int = 0
    gaps: list[str] = field(default_factory=list)


def page_of(plan: Scenario) -> bytes:
    """Return the report of a plan."""
    projection = project(plan)
    return report(projection, comparison_of_options(projection))


def random_changes(inputs: Sequence[dict[str, Any]], number: int, seed: int) -> Iterator[Change]:
    """Yield random values of some inputs, on the steps of their sliders."""
    random = np.random.default_rng(seed)
    for _ in range(number):
        count = min(int(random.integers(1, MOST + 1)), len(inputs))
        chosen = random.choice(len(inputs), count, replace=False)
        yield {int(n): _value(inputs[int(n)], random) for n in chosen}


def _value(given: dict[str, Any], random: np.random.Generator) -> float:
    steps = round((given["high"] - given["low"]) / given["step"])
    return float(f"{given['low'] + given['step'] * int(random.integers(0, steps + 1)):.10g}")


def overlay_of(settings: Sequence[tuple[str, str]]) -> Branch:
    """Return settings as an overlay, `{times: ...}` as a block."""
    return Branch({"change": Branch({path: _leaf(text) for path, text in settings})})


def _leaf(text: str) -> Leaf | Branch:
    if text.startswith("{times: "):
        return Branch({"times": Leaf(text.removeprefix("{times: ").removesuffix("}"))})
    return Leaf(text)


def sentences_of(error: FibercapError) -> list[str]:
    """Return what the engine says, each problem with its path, as the page has it."""
    return [f"{each.path}: {each.sentence()}" for each in getattr(error, "problems", ())] or [str(error)]


def compare_one(plan: Scenario, document: dict[str, Any], answer: dict[str, Any], outcome: Outcome) -> None:
    """Compare what the page gives after a change with the projections of all options after the same change."""
    outcome.tried += 1
    try:
        changed = plan.with_changes(overlay_of(answer["settings"]))
        plans = {
            o["name"]: changed.with_option(o["name"]) if document["compares"] else changed for o in document["options"]
        }
        projections: dict[str, Projection] = {}
        for option, each in plans.items():
            projections[option] = project(each, next(iter(projections.values()), None))
    except FibercapError as error:
        if answer["refused"]:
            outcome.refused += 1
            if answer["refused"] not in sentences_of(error):
                outcome.gaps.append(f"other words: {answer['refused']} instead of {sentences_of(error)}")
        else:
            outcome.gaps.append(f"refused by the engine alone: {sentences_of(error)} with {answer['settings']}")
        return
    if answer["refused"]:
        outcome.gaps.append(f"refused by the page alone: {answer['refused']} with {answer['settings']}")
        return
    outcome.compared += 1
    results = np.array(answer["results"], dtype=float)
    for name, (start, length) in document["tape"]["results"].items():
        option, _, key = name.partition("|")
        wanted = projection_values(projections[option], key)
        if wanted is None:
            continue
        given = results[np.newaxis, start : start + length]
        if key.startswith("claim/") and is_tie(given[0], wanted[0]):
            outcome.ties += given[0, 2] != wanted[0, 2]
            given = np.append(given[:, :2], wanted[:, 2:], axis=1)
        gap = gap_of(given, wanted, CLOSE, dust_of(projections[option], key))
        if gap:
            outcome.gaps.append(f"{option} {key}: {gap} with {answer['settings']}")


def is_tie(*claims: Array) -> bool:
    """Return whether the value of a claim is its limit but for rounding, which then decides whether it holds."""
    return any(abs(value - limit) <= CLOSE * max(abs(limit), 1.0) for value, limit, _ in claims)


def document_of(html: bytes) -> dict[str, Any]:
    """Return the data of the live part of a report."""
    text = html.decode().partition('id="live-data">')[2].partition("</script>")[0]
    return dict(json.loads(text))


def try_changes(name: str, number: int, seed: int, folder: Path) -> Outcome:
    """Return how a scenario's live report stands against the engine after random changes."""
    plan, outcome = read(name), Outcome(name)
    html = page_of(plan)
    document = document_of(html)
    file = folder / f"{name}.html"
    file.write_bytes(html)
    with Browser(folder / f"home-{name}") as browser:
        browser.open(file)
        for change in random_changes(document["inputs"], number, seed):
            answer = browser.value(f"({RUN})({json.dumps(change)})")
            compare_one(plan, document, answer, outcome)
        assert browser.messages() == []
    return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=sorted(shipped_scenarios()))
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.scenarios:
            outcome = try_changes(name, given.changes, given.seed, Path(folder))
            counts = f"{outcome.compared} changes compared, {outcome.refused} refused by both, {outcome.ties} ties"
            sys.stdout.write(f"{name}: {counts}, {len(outcome.gaps)} differences\n")
            sys.stdout.writelines(f"  {gap[:400]}\n" for gap in outcome.gaps[:20])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
