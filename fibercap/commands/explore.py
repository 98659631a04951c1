"""`explore`: the live report of a plan, opened in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.completion import complete_scenario
from fibercap.commands.output import OutputPath, say_files
from fibercap.commands.shared_options import one_option, plan_of, scenario_options
from fibercap.commands.terminal import say


@click.command()
@click.argument("scenario", shell_complete=complete_scenario)
@one_option
@scenario_options
@click.option("--out", type=OutputPath(), help="Keep the page in this file; default: a folder for temporary files.")
@click.option("--no-open", "stays_closed", is_flag=True, help="Open no browser; print the path of the page.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def explore(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    stays_closed: bool,
    force: bool,
) -> None:
    """Open a report whose inputs can be moved: verdict, charts and statements follow as you drag.

    It is the report of `fibercap export SCENARIO --out report.html`, a single file that works without a network.
    """
    import tempfile
    import webbrowser

    from fibercap.model.project import project
    from fibercap.views.files.exports import write

    projection = project(plan_of(scenario, option, settings))
    path = out or Path(tempfile.mkdtemp(prefix="fibercap-")) / f"{projection.scenario.id}.html"
    files = write(projection, path, kind="html", force=force)
    say_files(files, as_json=as_json)
    if not stays_closed and not webbrowser.open(path.resolve().as_uri()):
        say("no browser was found; open the file in one", err=True)
