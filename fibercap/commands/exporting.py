"""`export`: a scenario as a file that others open."""

from __future__ import annotations

from pathlib import Path

import click

from fibercap.commands.asked import one_option, plan_of, scenario_options


@click.command()
@click.argument("scenario")
@one_option
@scenario_options
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.xlsx, a workbook with live formulas.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def export(
    scenario: str,
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click hands flags over so
    out: Path,
    force: bool,  # noqa: FBT001
) -> None:
    """Export a scenario; the suffix of --out says as what.

    A workbook holds every financing option, with a switch; with --option, that one alone.
    """
    from fibercap.views.exports import export as exported

    path = exported(plan_of(scenario, option, settings), out, force=force)
    if as_json:
        from fibercap.views.documents import text

        click.echo(text({"files": [str(path)]}))
    else:
        click.echo(str(path))
