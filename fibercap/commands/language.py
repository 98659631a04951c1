"""`show`, `diff`: a plan as it is resolved, and set against another."""

from __future__ import annotations

import click

from fibercap.commands.asked import one_option, plan_of, scenario_options


@click.command()
@click.argument("scenario")
@one_option
@scenario_options
def show(scenario: str, option: str | None, settings: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - click hands flags over so
    """Print a scenario with all that it extends, option and settings laid over it, and where each value comes from.

    The text is a scenario itself: what is read from it is the same plan.
    """
    from fibercap.reading.written import origins_document, written

    tree = plan_of(scenario, option, settings).tree
    if as_json:
        from fibercap.views.documents import text

        click.echo(text(origins_document(tree)))
    else:
        click.echo(written(tree), nl=False)


@click.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO [OTHER]")
@click.option("--results", is_flag=True, help="Project both too, and print the measures and claims that move.")
@one_option
@scenario_options
def diff(
    scenarios: tuple[str, ...],
    results: bool,  # noqa: FBT001 - click hands flags over so
    option: str | None,
    settings: tuple[str, ...],
    as_json: bool,  # noqa: FBT001
) -> None:
    """Print the inputs in which two scenarios differ: old, new, and where each was written.

    With one SCENARIO, what --option and --set change in it; with two, both are laid over each.
    """
    from fibercap.studies.differences import differences, moved

    if len(scenarios) > 2:  # noqa: PLR2004 - a plan and another
        raise click.UsageError("name one scenario, or two")
    if len(scenarios) == 1 and option is None and not settings:
        raise click.UsageError("name a second scenario, or an --option or --set to lay over this one")
    alone = len(scenarios) == 1
    old = plan_of(scenarios[0]) if alone else plan_of(scenarios[0], option, settings)
    new = plan_of(scenarios[-1], option, settings)
    changed = " and ".join([*([f"option {option}"] if option else []), *(f"--set {text}" for text in settings)])
    names = (scenarios[0], f"with {changed}" if alone else scenarios[1])
    found = differences(old, new)
    effects = moved(old, new) if results else None
    if as_json:
        from fibercap.views.differences import document
        from fibercap.views.documents import text as json_text

        click.echo(json_text(document(names, found, effects)))
        return
    from rich.console import Console

    from fibercap.views.differences import inputs_page, results_page

    console = Console(highlight=False)
    inputs_page(console, names, found)
    if effects is not None:
        results_page(console, *effects)
