"""`plot`: charts into files."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.completion import charts, complete_first_scenario
from fibercap.commands.output import (
    OutputPath,
    is_stream,
    kind_option,
    refuse_two_documents,
    say_files,
    suffix_of,
    write_file,
)
from fibercap.commands.shared_options import one_option, plan_of, scenario_options

_PLOT = """Draw a chart (default: capacity); with --out FOLDER, every chart that applies to the scenario.

Without --out, write SCENARIO-CHART.png in the current folder.
"""


class _ListingCharts(click.Command):
    """A command whose help lists the charts; they are imported only when the help is printed."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help, and every chart with what it shows."""
        from fibercap.views.charts.all_charts import CHARTS

        super().format_help_text(ctx, formatter)
        with formatter.section("Charts"):
            formatter.write_dl([(name, chart.shows) for name, chart in CHARTS.items()])


@click.command(cls=_ListingCharts, help=_PLOT)
@click.argument(
    "arguments",
    nargs=-1,
    required=True,
    metavar="SCENARIO [CHART]",
    shell_complete=complete_first_scenario(charts),
)
@one_option
@scenario_options
@click.option("--out", type=OutputPath(), help="FILE.png, .svg or .pdf; or a folder for every chart; or -.")
@kind_option("png", "svg", "pdf", of="--out")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def plot(
    arguments: tuple[str, ...],
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    kind: str,
    force: bool,
) -> None:
    """Draw charts."""
    from fibercap.views.charts.files import draw, picture

    scenario, chart = _chart_arguments(arguments)
    refuse_two_documents(out, json=as_json)
    plan = plan_of(scenario, option, settings)
    if out is not None and is_stream(out):
        write_file(out, picture(plan, chart, suffix_of(out, kind, "png")), force=force)
        files = [out]
    else:
        files = draw(plan, chart, out, kind=kind, force=force)
    say_files(files, as_json=as_json)


def _chart_arguments(arguments: tuple[str, ...]) -> tuple[str, str | None]:
    """Return scenario and chart; `plot capacity fibercore` means `plot fibercore capacity`."""
    from fibercap.views.charts.all_charts import CHARTS

    if len(arguments) > 2:
        raise click.UsageError("name one scenario and one chart")
    if len(arguments) == 1:
        if arguments[0] in CHARTS and not Path(arguments[0]).exists():
            raise click.UsageError(
                f"`{arguments[0]}` is a chart; name a scenario too: fibercap plot fibercore {arguments[0]}"
            )
        return arguments[0], None
    first, second = arguments
    return (second, first) if first in CHARTS and second not in CHARTS else (first, second)
