"""Commands tried on random plans: each answers, and none ends in a traceback."""

from __future__ import annotations

import contextlib
import gc
import io
import json
from collections.abc import Iterator
from unittest import mock

from fibercap.cli import main
from fibercap.model.project import project
from tests.fuzz.costs import find_cost
from tests.fuzz.twins import Case

REFUSED = 2
"""How a command ends that is given what cannot be used."""
MAY_REFUSE = {"plot", "size"}
"""Commands that need more than a valid plan: a loan of that kind, a claim to draw."""
CHARTS = ("bridge", "capacity", "cash", "claims", "compare", "cover", "debt", "funding", "output", "revenue", "verdict")


def run_command(*words: str) -> tuple[int, str, str]:
    """Run a command; return how it ended, and what it printed to both streams."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    to_end = mock.patch.object(gc, "freeze")  # a command leaves its garbage to the end of its process
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), to_end:
        try:
            main(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, out.getvalue(), err.getvalue()


def list_commands(case: Case) -> list[tuple[str, ...]]:
    """Return the commands that apply to a plan."""
    dice, plan = case.dice, "plan.yaml"
    rows = [path for path in case.projection.period_rows if not path.startswith(("time.", "inputs."))]
    period = case.projection.timeline.labels[-1]
    names = ["project_npv", "min_dscr", "equity_irr"]
    plant = dice.choice([*case.scenario.plants])
    cost = find_cost(plant, has_cash_cost=case.scenario.plants[plant].has_cash_cost)
    dearer = ("--set", f"{cost}={{times: 1.1}}")
    commands: list[tuple[str, ...]] = [
        ("run", plan), ("run", plan, "--by", case.projection.timeline.step), ("run", plan, "--json"), ("check", plan), ("check", plan, "--json"),
        ("show", plan), ("show", plan, "--json"), ("explain", plan, dice.choice(rows), period), ("explain", plan, dice.choice(names)),
        ("export", plan, "--out", f"out.{dice.pick('csv', 'csv', 'csv', 'xlsx', 'xlsx', 'html')}", "--force"),
        ("run", plan, "--only", "measures", *dearer), ("rows", plan, "cash"), ("diff", plan, "--results", *dearer),
        ("solve", plan, "--vary", dearer[1].partition("=")[0], "--measure", "project_npv", "--equals", "0"),
        ("plot", plan, dice.choice(CHARTS), "--out", "out.svg", "--force"),
    ]  # fmt: skip
    if case.scenario.options:
        option = ("--option", dice.choice([*case.scenario.options]))
        commands += [("compare", plan), ("compare", plan, "--json"), ("run", plan, *option), ("diff", plan, *option)]
    if case.scenario.loans:
        loan = dice.choice([*case.scenario.loans])
        commands += [("loan", plan, loan), ("size", plan, loan, dice.pick("--dscr", "--llcr"), "1.3")]
    return commands


def answer_commands(case: Case) -> Iterator[str]:
    """Check that a command prints something and ends as it says: 0, 1 about a valid plan."""
    (case.folder / "plan.yaml").write_text(case.text, "utf-8")
    words = case.dice.choice(list_commands(case))
    with contextlib.chdir(case.folder):
        code, out, err = run_command(*words)
        back = run_command("diff", "plan.yaml", "out.xlsx") if "out.xlsx" in words else None
    text = f"{' '.join(words)} ended with {code}"
    if code == REFUSED:
        for option in case.scenario.options:
            project(case.scenario.with_option(option))  # which is refused in its own words
    right = {0, *[1] * (words[0] == "check"), *[REFUSED] * (words[0] in MAY_REFUSE)}
    if "Traceback" in out + err or code not in right:
        yield f"{text}: {(out + err).strip()[:300]}"
    elif not (out.strip() or err.strip()):
        yield f"{text} and printed nothing"
    elif "--json" in words and not isinstance(json.loads(out), dict):
        yield f"{text} and printed no document"
    elif back and "No input differs" not in back[1]:
        yield f"diff of the workbook ended with {back[0]}: {''.join(back[1:]).strip()[:300]}"
