"""Completion in the shell: shipped scenarios, and names (of options, loans, rows ...) in the scenario already typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from fibercap.model.loans.contracts import Contracts
    from fibercap.model.plan.scenario import Scenario

Names = Callable[[Any], Iterable[str]]
"""A function from a plan to names in it; `loans` also takes a file that holds only loans."""
Offers = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def complete_scenario(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the shipped scenarios that begin with `incomplete`, and leave files to the shell."""
    del context, parameter
    from click.shell_completion import CompletionItem

    from fibercap.reading.shipped import shipped_scenarios

    return [*_beginning(shipped_scenarios(), incomplete), CompletionItem(incomplete, type="file")]


def complete_from(names: Names, after: str = "") -> Offers:
    """Return a completion that offers names in the scenario typed before, each followed by the text `after`.

    It offers nothing where that scenario cannot be read.
    """

    def offers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del parameter
        return _beginning((f"{name}{after}" for name in _read(context, names)), incomplete)

    return offers


def complete_first_scenario(names: Names) -> Offers:
    """Return a completion that offers scenarios for the first word, and names in that scenario for later words."""
    later = complete_from(names)

    def offers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return (later if _scenario(context) else complete_scenario)(context, parameter, incomplete)

    return offers


def options(plan: Scenario) -> Iterable[str]:
    """Return the names of a plan's financing options."""
    return plan.options


def loans(plan: Scenario | Contracts) -> Iterable[str]:
    """Return the names of a plan's loans."""
    return plan.loans


def charts(plan: Scenario) -> Iterable[str]:
    """Return the names of the charts that apply to a plan."""
    from fibercap.views.charts.all_charts import CHARTS

    return [name for name, chart in CHARTS.items() if chart.applies(plan)]


def simulation_charts(plan: Scenario) -> Iterable[str]:
    """Return the names of the charts of a simulation."""
    from fibercap.views.charts.chances.all_simulation_charts import SIMULATION_CHARTS

    return SIMULATION_CHARTS if plan.uncertain is not None else ()


def inputs(plan: Scenario) -> Iterable[str]:
    """Return the paths of a plan's inputs."""
    return [item.path for item in plan.inputs()]


def periods(plan: Scenario) -> Iterable[str]:
    """Return the years of a plan, and then its periods."""
    return dict.fromkeys([*plan.timeline.groups("year"), *plan.timeline.labels])


def years(plan: Scenario) -> Iterable[str]:
    """Return the years of a plan."""
    return plan.timeline.groups("year")


def measures(plan: Scenario) -> Iterable[str]:
    """Return the names of a plan's measures."""
    from fibercap.model.measures.all_measures import names
    from fibercap.model.project import project

    return names(project(plan))


def rows(plan: Scenario) -> Iterable[str]:
    """Return the paths of a plan's rows within the horizon."""
    from fibercap.model.project import project
    from fibercap.studies.explaining.lookup import REPEATED

    return [path for path in project(plan).rows if not path.startswith(REPEATED)]


def rows_and_measures(plan: Scenario) -> Iterable[str]:
    """Return the names that `fibercap rows` lists."""
    return [*rows(plan), *measures(plan)]


def inputs_and_results(plan: Scenario) -> Iterable[str]:
    """Return the names that `fibercap explain` takes."""
    return [*inputs(plan), *rows_and_measures(plan)]


def _beginning(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _scenario(context: click.Context) -> str:
    """Return the scenario already typed; "" if there is none yet."""
    for key in ("scenario", "file", "scenarios", "arguments"):
        given: Any = context.params.get(key)
        if given:
            return str(given if isinstance(given, str) else given[0])
    return context.args[0] if context.args else ""  # click has not parsed the words while an option lacks its value


def _read(context: click.Context, names: Names) -> list[str]:
    """Return names in the scenario already typed, with its option; none where it cannot be read."""
    from fibercap.commands.remembered_names import RememberedNames

    scenario, option = _scenario(context), context.params.get("option") if names is not options else None
    option = option if isinstance(option, str) else None  # several options of `simulate` have the same names
    kind, path = f"{names.__name__} {option or ''}", _path_of(scenario)
    remembered = None if path is None else RememberedNames(path)
    kept = None if remembered is None else remembered.names(kind)
    if kept is not None:
        return kept
    given, files = _read_anew(scenario, option, names)
    if path is not None and remembered is not None and files:
        remembered.keep(kind, given, files)
    return given


def _read_anew(scenario: str, option: str | None, names: Names) -> tuple[list[str], list[Path]]:
    """Return names in a scenario, and the files that it was read from; no file where they are not all known."""
    from fibercap.core.errors import FibercapError
    from fibercap.reading.files import read, read_loans

    try:
        plan = read_loans(scenario, option) if names is loans else read(scenario, option)
        given = list(names(plan))
    except (FibercapError, OSError):
        return [], []
    return given, _files_of(scenario, getattr(plan, "files_read", {}))


def _path_of(scenario: str) -> Path | None:
    """Return the file of a scenario; None if there is no such file, or for standard input."""
    from fibercap.reading.shipped import shipped_scenarios

    path = Path(scenario)
    return path if path.is_file() else shipped_scenarios().get(scenario)


def _files_of(scenario: str, names: Iterable[str]) -> list[Path]:
    """Return the files that a scenario was read from, by their names from its folder; none if one is not there."""
    from fibercap.reading.shipped import shipped_scenarios

    folder = (_path_of(scenario) or Path(scenario)).resolve().parent
    shipped = {path.name: path for path in shipped_scenarios().values()}
    files = [folder / name if (folder / name).is_file() else shipped.get(name) for name in names]
    return [file for file in files if file is not None] if None not in files else []
