"""The page that `compare` prints: cases side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from fibercap.model.measures.all_measures import headlines, is_of_one_loan
from fibercap.model.plan.plan import SOURCE_KINDS
from fibercap.studies.covenants import FAIL
from fibercap.studies.step_warning import step_warning
from fibercap.studies.verdict.footing import footing
from fibercap.studies.verdict.verdict import verdict
from fibercap.views.numbers import Figures, Line
from fibercap.views.sentences import (
    VERDICTS,
    best_shown,
    covenant_lines,
    delta_texts,
    flip_line,
    measure_text,
    shared_label,
    tightest_line,
)
from fibercap.views.terminal.printing import GUTTER, plain_table, print_failures, print_hanging, show_figures
from fibercap.views.verdict_text import PLAIN, footing_text, names_by_text, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from fibercap.studies.compare import Comparison


def compare_page(console: Console, comparison: Comparison, *, short: bool = False, flips: bool = False) -> None:
    """Print cases side by side: failures first, measures, steps of worth, cash needed, inputs, claims."""
    cases = comparison.cases
    faults = {name: "; ".join(finding.fault for finding in case.findings) for name, case in cases.items()}
    shared = names_by_text({name: fault for name, fault in faults.items() if fault})
    print_failures(console, [(f"{', '.join(names)}: {fault}", "") for fault, names in shared.items()])
    if not short:
        for warning in step_warning(cases[comparison.baseline].projection):
            print_hanging(console, "WARNING", warning, "bold red", body_style="bold red")
            console.print()
        _verdict(console, comparison)
        _titles(console, comparison)
    chosen = headlines() if short else [n for n in next(iter(cases.values())).measures if not is_of_one_loan(n)]
    title = "Ways of financing" if short else "Measures"
    console.print(Text(f"{title}, best marked *", style="bold"))
    labels = [shared_label(comparison, key) for key in chosen]
    _print_columns(console, labels, {name: _cells(comparison, name, list(chosen)) for name in cases})
    if note := footing_text(footing(comparison), PLAIN):
        print_hanging(console, "–", f"{note[0].upper()}{note[1:]}", "dim", body_style="dim")
        console.print()
    _undefined_reasons(console, comparison, list(chosen))
    if not short:
        _deltas(console, comparison, list(chosen))
        _bridges(console, comparison)
        _cash_needed(console, comparison)
        _evidence(console, comparison, list(chosen))
        _differences(console, comparison)
        _claims_matrix(console, comparison, flips=flips)
        _covenants_matrix(console, comparison)


LABEL: Final = 42


def _print_columns(console: Console, labels: list[str], columns: Mapping[str, list[str]]) -> None:
    """Print a column of texts for each name beside the labels, below each other where they have no room."""
    tables: list[dict[str, list[str]]] = []
    left = 0
    for name, cells in columns.items():
        width = max(len(text) for text in (name, *cells)) + GUTTER
        if not tables or width > left:
            tables.append({})
            left = console.width - LABEL
        tables[-1][name] = cells
        left -= width
    for abreast in tables:
        table = plain_table()
        table.add_column("", width=LABEL)
        for name in abreast:
            table.add_column(escape(name), justify="right", no_wrap=True)
        for label, *cells in zip(labels, *abreast.values(), strict=True):
            table.add_row(Text(label), *cells)
        console.print(table)
        console.print()


def _verdict(console: Console, comparison: Comparison) -> None:
    """Print the verdict, before the figures on which it rests."""
    for head, body in verdict_lines(verdict(comparison), comparison):
        style = "bold" if head.isupper() else ""
        print_hanging(console, f"{head:9}", body, style, body_style=style)
    console.print()


def _titles(console: Console, comparison: Comparison) -> None:
    """Print the title of each case, after the verdict: a title may claim anything."""
    console.print(Text("Names, and the titles that files give them", style="bold"))
    for name, case in comparison.cases.items():
        mark = " (baseline)" if name == comparison.baseline else ""
        print_hanging(console, name, f"“{case.title}”{mark}", "bold", indent=2)
    console.print()


def _cells(comparison: Comparison, name: str, chosen: list[str]) -> list[str]:
    """Return the measures of a case as texts; the best value of each measure has a star."""
    cells = []
    for key in chosen:
        among = [case.measures[key] for case in comparison.cases.values()]
        star = "*" if name in best_shown(comparison, key) else " "
        cells.append(f"{measure_text(comparison.cases[name].measures[key], among)[0]}{star}")
    return cells


def _deltas(console: Console, comparison: Comparison, chosen: list[str]) -> None:
    """Print by how much measures differ from the baseline, for those that do."""
    texts = {key: delta for key in chosen if (delta := delta_texts(comparison, key))}
    others = [name for name in comparison.cases if name != comparison.baseline]
    if not texts:
        return
    console.print(Text(f"Change from {comparison.baseline}, where there is any", style="bold"))
    labels = [shared_label(comparison, key) for key in texts]
    _print_columns(console, labels, {name: [delta[name] for delta in texts.values()] for name in others})


def _undefined_reasons(console: Console, comparison: Comparison, chosen: list[str]) -> None:
    """Print the reason for each measure that is undefined in some case."""
    printed = False
    for key in chosen:
        reasons = {name: case.measures[key].reason for name, case in comparison.cases.items()}
        for reason, names in names_by_text({name: text for name, text in reasons.items() if text}).items():
            where = "" if len(names) == len(comparison.cases) else f" in {', '.join(names)}"
            console.print(Text(f"– {comparison.cases[names[0]].measures[key].label}{where}: {reason}", style="dim"))
            printed = True
    if printed:
        console.print()


def _evidence(console: Console, comparison: Comparison, chosen: list[str]) -> None:
    """Print the weakest kind of input that each measure rests on, grouped by kind."""
    groups: dict[str, list[str]] = {}
    for key in chosen:
        evidence = {name: case.measures[key].evidence for name, case in comparison.cases.items()}
        kinds = names_by_text({name: kind for name, kind in evidence.items() if kind})
        for kind, names in kinds.items():
            where = f" in {', '.join(names)}" if len(kinds) > 1 else ""
            groups.setdefault(kind, []).append(f"{comparison.cases[names[0]].measures[key].label}{where}")
    console.print(Text("Evidence: the weakest kind of input that a measure rests on", style="bold"))
    for kind in SOURCE_KINDS:
        if kind in groups:
            print_hanging(console, kind, "; ".join(groups[kind]), "", indent=2)
    console.print()


def _differences(console: Console, comparison: Comparison) -> None:
    """Print the inputs in which each case differs from the baseline."""
    console.print(Text(f"Inputs that differ from {comparison.baseline}", style="bold"))
    for name, differences in comparison.differences.items():
        console.print(Text(f"  {name}" + ("" if differences else ": none")))
        for path, change in _change_texts(differences).items():
            console.print(Text(f"    {path}: {change}", style="dim"))
    console.print()


def _change_texts(differences: Mapping[str, tuple[str | None, str | None]]) -> dict[str, str]:
    """Return each change in words; a block with several inputs only removed, or only added, takes one line."""
    blocks: dict[str, list[tuple[str, str | None, str | None]]] = {}
    for path, (old, new) in differences.items():
        blocks.setdefault(".".join(path.split(".")[:2]), []).append((path, old, new))
    texts: dict[str, str] = {}
    for block, changes in blocks.items():
        gone, come = all(new is None for _, _, new in changes), all(old is None for _, old, _ in changes)
        if len(changes) > 1 and (gone or come):
            texts[block] = f"{len(changes)} inputs {'removed' if gone else 'added'}"
        else:
            texts |= {path: f"{old or '(not there)'} -> {new or '(not there)'}" for path, old, new in changes}
    return texts


def _bridges(console: Console, comparison: Comparison) -> None:
    """Print the steps from the baseline's worth to the owners to that of each other case."""
    bridges = {name: comparison.bridge(name) for name in comparison.cases if name != comparison.baseline}
    defined = {name: steps for name, steps in bridges.items() if steps is not None}
    if not defined:
        return
    first = next(iter(defined.values()))
    lines = [Line(f"NPV of the owners, {comparison.baseline}", [b.start for b in defined.values()], strong=True)]
    trifle = comparison.cases[comparison.baseline].projection.trifle.value.flat[0]
    for number, step in enumerate(first.steps):
        amounts = [b.steps[number].amount for b in defined.values()]
        if any(abs(amount) > trifle for amount in amounts):
            lines.append(Line(f"  {step.label}", amounts))
    lines.append(Line("NPV of the owners", [b.end for b in defined.values()], strong=True))
    note = footing_text(footing(comparison), PLAIN)
    show_figures(
        console, Figures(f"From {comparison.baseline} to each, step by step", first.unit, list(defined), lines, note)
    )


def _cash_needed(console: Console, comparison: Comparison) -> None:
    """Print the cash that each case needs in each year, from owners or from the company."""
    years = list(next(iter(comparison.cases.values())).cash_needed)
    lines = [Line(name, list(case.cash_needed.values())) for name, case in comparison.cases.items()]
    title = "Cash needed by year, from owners or from cash"
    show_figures(console, Figures(title, comparison.currency, years, lines))


def _covenants_matrix(console: Console, comparison: Comparison) -> None:
    """Print every covenant with its verdict in each case, and each case's tightest covenant."""
    titles = {key: c.title for case in comparison.cases.values() for key, c in case.covenants.items()}
    if not titles:
        return
    console.print(Text("Covenants", style="bold"))
    for key, title in titles.items():
        console.print(Padding(Text(title), (0, 0, 0, 2)))
        for name, case in comparison.cases.items():
            if key in case.covenants:
                verdict, text = covenant_lines(case.covenants[key], case.headroom[key])
                style = f"bold {VERDICTS[verdict]}" if verdict == FAIL else VERDICTS[verdict]
                print_hanging(console, verdict, f"{name}: {text}", style, 4, "dim")
    for name, case in comparison.cases.items():
        if text := tightest_line(case.headroom):
            print_hanging(console, name, text, "", 2)
    console.print()


def _claims_matrix(console: Console, comparison: Comparison, *, flips: bool) -> None:
    """Print every claim with the cases in which it holds."""
    claims = {key: o.says for case in comparison.cases.values() for key, o in case.claims.items()}
    if not claims:
        return
    console.print(Text("Claims", style="bold"))
    for key, says in claims.items():
        outcomes = {name: case.claims[key] for name, case in comparison.cases.items() if key in case.claims}
        passed = [name for name, outcome in outcomes.items() if outcome.holds]
        everywhere = len(passed) == len(comparison.cases)
        where = "in all" if everywhere else ("in none" if not passed else f"in {', '.join(passed)}")
        missing = [name for name in comparison.cases if name not in outcomes]
        where += f" (not claimed in {', '.join(missing)})" if missing else ""
        print_hanging(console, "", f"holds {where}: {says}", "")
        if flips:
            _deciding_inputs(console, comparison, key, list(outcomes))
    console.print()


def _deciding_inputs(console: Console, comparison: Comparison, claim: str, names: list[str]) -> None:
    """Print the input that decides a claim; cases in which it is the same share a line."""
    cases_by_line = names_by_text({name: flip_line(comparison.cases[name].flips[claim]) for name in names})
    for line, sharing in cases_by_line.items():
        text = line if len(cases_by_line) == 1 else f"{', '.join(sharing)}: {line}"
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 4)))
