"""`sensitivity`: what happens when inputs are moved, one at a time or two together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from fibercap.commands.completion import complete_from, complete_scenario, inputs, measures
from fibercap.commands.output import (
    OutputPath,
    kind_option,
    refuse_two_documents,
    say_files,
    suffix_of,
    write_file,
)
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fibercap.model.plan.scenario import Scenario
    from fibercap.studies.what_if.one_way import Sensitivity
    from fibercap.studies.what_if.two_way import TwoWay

BY: Final = "10 %"


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option(
    "--input",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Move this input; its values over time move together. Repeatable.",
    shell_complete=complete_from(inputs),
)
@click.option("--by", default=BY, metavar="SHARE", show_default=True, help="Move inputs down and up by this share.")
@click.option(
    "--between",
    "ranges",
    nargs=2,
    multiple=True,
    metavar="LOW HIGH",
    help="Move the input from LOW to HIGH; one pair for each --input, in their order.",
)
@click.option("--points", type=click.IntRange(2, 101), help="Values of each input; default: 9, in a two-way table 5.")
@click.option("--two-way", is_flag=True, help="Move two inputs together, in a table of all pairs of values.")
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="The measure, such as equity_npv (the default). Repeatable.",
    shell_complete=complete_from(measures),
)
@click.option("--equals", metavar="VALUE", default="0", help="What break-even means: the first measure equals this.")
@click.option("--out", type=OutputPath(), help="Write FILE.csv, or a chart: FILE.png, .svg or .pdf; or -.")
@kind_option("csv", "png", "svg", "pdf", of="--out")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def sensitivity(scenario: str, option: str | None, settings: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Move inputs, and print how measures change.

    Without --input, every number of the plan is moved, and those that matter most are shown (a tornado), each with the
    change at which the measure turns zero, and at which another option becomes first.

    \b
    fibercap sensitivity fibercore
    fibercap sensitivity fibercore --input loans.fleet.rate \\
      --between "6 %/year" "14 %/year" --measure min_dscr
    fibercap sensitivity fibercore --two-way --input products.single_mode.price \\
      --input plants.xtal.cash_cost --by 20%
    """
    refuse_two_documents(asked["out"], json=as_json)
    plan = plan_of(scenario, option, settings)
    result = _two_way(plan, asked) if asked["two_way"] else _one_at_a_time(plan, asked)
    if asked["out"] is not None:
        from fibercap.views.files.sensitivity import sensitivity_file

        content = sensitivity_file(result, suffix_of(asked["out"], asked["kind"], "csv"))
        write_file(asked["out"], content, force=asked["force"])
        if not as_json:
            say_files([asked["out"]], as_json=False)
    if as_json:
        from fibercap.views.json.sensitivity import sensitivity_document
        from fibercap.views.json.text import text

        say_json(text(sensitivity_document(result)))
    elif asked["out"] is None:
        from fibercap.views.terminal.printing import window
        from fibercap.views.terminal.sensitivity import sensitivity_page

        sensitivity_page(window(), result)


def _one_at_a_time(plan: Scenario, asked: Mapping[str, Any]) -> Sensitivity:
    from fibercap.studies.quantities_asked_for import target_of
    from fibercap.studies.what_if.one_way import measures_now, sensitivity

    names, target = asked["measures"], 0.0
    if asked["equals"].strip() != "0":
        from fibercap.model.project import project

        names = names or tuple(measures_now(project(plan), ()))
        target = target_of(plan, names[0], asked["equals"])
    points = asked["points"] or 9
    return sensitivity(plan, _ranges(asked), by=_share(asked), points=points, measures=names, target=target)


def _two_way(plan: Scenario, asked: Mapping[str, Any]) -> TwoWay:
    from fibercap.studies.what_if.two_way import two_way

    return two_way(plan, _ranges(asked), by=_share(asked), points=asked["points"] or 5, measures=asked["measures"])


def _share(asked: Mapping[str, Any]) -> float:
    from fibercap.studies.quantities_asked_for import number_of

    text = asked["by"].strip()
    number, percent = text.removesuffix("%").rstrip(), text.endswith("%")
    return number_of(f"{number} %" if percent else text, "", "--by", share=True)


def _ranges(asked: Mapping[str, Any]) -> Sequence[str] | Mapping[str, tuple[str, str]]:
    """Return the inputs, each with its range if ranges are given."""
    paths, ranges = asked["paths"], asked["ranges"]
    if ranges and len(ranges) != len(paths):
        counts = f"{len(paths)} --input and {len(ranges)} --between"
        raise click.UsageError(f"{counts}: name the two ends for each input, in their order")
    if not ranges or len(set(paths)) < len(paths):
        return list(paths)
    return dict(zip(paths, ranges, strict=True))
