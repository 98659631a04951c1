"""`diff`: the inputs in which two plans differ, or that a workbook changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fibercap.commands.completion import complete_scenario
from fibercap.commands.output import STANDARD_OUTPUT, OutputPath, refuse_two_documents, write_file
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say, say_json

if TYPE_CHECKING:
    from fibercap.model.plan.scenario import Scenario


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO [OTHER]", shell_complete=complete_scenario)
@click.option("--results", is_flag=True, help="Project both plans too; print the measures and claims that differ.")
@click.option("--out", type=OutputPath(), help="Write the changes of a workbook as a scenario FILE.yaml, or to -.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@one_option
@scenario_options
def diff(
    scenarios: tuple[str, ...],
    results: bool,
    out: Path | None,
    force: bool,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the inputs in which two scenarios differ: old, new, and where each was written.

    With one SCENARIO, print what --option and --set change in it; with two, --option and --set apply to both. OTHER may
    be a workbook exported from SCENARIO: then print what a reviewer changed on its sheet of inputs, in the option
    selected there.
    """
    from fibercap.studies.differences import changed_results, differences

    _refuse(scenarios, out, changed=option is not None or bool(settings))
    refuse_two_documents(out, json=as_json, results=results)
    alone, book = len(scenarios) == 1, _is_workbook(scenarios[-1])
    old = plan_of(scenarios[0]) if alone else plan_of(scenarios[0], option, settings)
    if book:
        old, new = _plans_of_review(scenarios, old, out, force=force)
    else:
        new = plan_of(scenarios[-1], option, settings)
    if out == STANDARD_OUTPUT:
        return
    changed = " and ".join([*([f"option {option}"] if option else []), *(f"--set {text}" for text in settings)])
    names = (scenarios[0], f"with {changed}" if alone else scenarios[1])
    changes = differences(old, new)
    effects = changed_results(old, new) if results else None
    if as_json:
        from fibercap.views.json.text import text as json_text
        from fibercap.views.terminal.diff import document

        say_json(json_text(document(names, changes, effects)))
        return
    from fibercap.views.terminal.diff import inputs_page, results_page
    from fibercap.views.terminal.printing import window

    console = window()
    inputs_page(console, names, changes)
    if effects is not None:
        results_page(console, *effects)


def _is_workbook(name: str) -> bool:
    return name.lower().endswith(".xlsx")


def _refuse(scenarios: tuple[str, ...], out: Path | None, *, changed: bool) -> None:
    """Refuse arguments that do not name two plans."""
    if len(scenarios) > 2:
        raise click.UsageError("name one scenario, or two")
    if _is_workbook(scenarios[0]):
        raise click.UsageError("name the scenario first, and then the workbook that was exported from it")
    if len(scenarios) == 1 and not changed:
        raise click.UsageError("name a second scenario, or an --option or --set that changes this one")
    if out is not None and not _is_workbook(scenarios[-1]):
        raise click.UsageError("--out writes the changes of a workbook; name the workbook after the scenario")


def _plans_of_review(
    scenarios: tuple[str, ...], plan: Scenario, out: Path | None, *, force: bool
) -> tuple[Scenario, Scenario]:
    """Return the plan before and after the changes entered in a workbook, in its option; write these to `out`."""
    from fibercap.reading.workbook import name_from, overlay_text, read_review

    review = read_review(Path(scenarios[1]))
    if review.hash != plan.digest():
        message = f"{scenarios[1]} was exported from another version of {scenarios[0]}; old values are the present ones"
        say(message, err=True)
    old = plan.with_option(review.option) if review.option and plan.option is None else plan
    new = old.with_changes(review.changes(), f"entered in {scenarios[1]}") if review.entries else old
    if out is not None:
        name = name_from(out.parent, scenarios[0])
        write_file(out, overlay_text(plan, name, review).encode(), force=force)
    if out is not None and out != STANDARD_OUTPUT:
        outside = "--allow-outside " if name.startswith("..") else ""
        say(f"the changes are in {out}; run them with: fibercap run {outside}{out}", err=True)
    return old, new
