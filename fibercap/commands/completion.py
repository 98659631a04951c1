"""What the shell offers while a command is typed: scenarios, and the names that stand in the one that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from fibercap.model.loans.contracts import Contracts
    from fibercap.model.plan.scenario import Scenario

Names = Callable[[Any], Iterable[str]]
"""Which names a plan has; of loans, a file that holds only loans too."""
Offers = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def complete_scenario(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the shipped scenarios that begin so, and leave files to the shell."""
    del context, parameter
    from click.shell_completion import CompletionItem

    from fibercap.reading.locating import shipped

    return [*_beginning(shipped(), incomplete), CompletionItem(incomplete, type="file")]


def complete_from(names: Names, after: str = "") -> Offers:
    """Return what offers names of the scenario that was typed before, each with a text after it; none if it is bad."""

    def offers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        del parameter
        return _beginning((f"{name}{after}" for name in _read(context, names)), incomplete)

    return offers


def complete_first_scenario(names: Names) -> Offers:
    """Return what offers scenarios for the first word, and names of that scenario for those after it."""
    later = complete_from(names)

    def offers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return (later if _scenario(context) else complete_scenario)(context, parameter, incomplete)

    return offers


def options(plan: Scenario) -> Iterable[str]:
    """Return the names of its financing options."""
    return plan.options


def loans(plan: Scenario | Contracts) -> Iterable[str]:
    """Return the names of its loans."""
    return plan.loans


def charts(plan: Scenario) -> Iterable[str]:
    """Return the names of the charts that apply to it."""
    from fibercap.views.charts.all_charts import CHARTS

    return [name for name, chart in CHARTS.items() if chart.applies(plan)]


def inputs(plan: Scenario) -> Iterable[str]:
    """Return the paths of its inputs."""
    return [item.path for item in plan.inputs()]


def measures(plan: Scenario) -> Iterable[str]:
    """Return the names of its measures."""
    from fibercap.model.measures.all_measures import names
    from fibercap.model.project import project

    return names(project(plan))


def rows(plan: Scenario) -> Iterable[str]:
    """Return the paths of its rows within the horizon."""
    from fibercap.model.project import project
    from fibercap.studies.explaining.lookup import REPEATED

    return [path for path in project(plan).rows if not path.startswith(REPEATED)]


def rows_and_measures(plan: Scenario) -> Iterable[str]:
    """Return what `rows` lists."""
    return [*rows(plan), *measures(plan)]


def explained(plan: Scenario) -> Iterable[str]:
    """Return what `explain` takes."""
    return [*inputs(plan), *rows_and_measures(plan)]


def _beginning(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _scenario(context: click.Context) -> str:
    """Return the scenario that was typed, "" where there is none yet."""
    for key in ("scenario", "file", "scenarios", "arguments"):
        given: Any = context.params.get(key)
        if given:
            return str(given if isinstance(given, str) else given[0])
    return context.args[0] if context.args else ""  # where an option waits for its value, click sorts no words


def _read(context: click.Context, names: Names) -> list[str]:
    from fibercap.core.errors import FibercapError
    from fibercap.reading.files import read, read_loans

    option = context.params.get("option") if names is not options else None
    try:
        plan = read_loans(_scenario(context), option) if names is loans else read(_scenario(context), option)
        return list(names(plan))
    except (FibercapError, OSError):
        return []
