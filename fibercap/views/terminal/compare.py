"""What `compare` prints: cases side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from fibercap.model.measures.all_measures import headlines
from fibercap.model.plan.plan import KINDS
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
from fibercap.views.terminal.printing import GUTTER, failures, hanging, plain_table, show
from fibercap.views.verdict_text import PLAIN, footing_text, verdict_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from fibercap.studies.compare import Comparison


def compare_page(console: Console, comparison: Comparison, *, short: bool = False, flips: bool = False) -> None:
    """Print cases side by side: failures first, measures, steps of worth, cash needed, inputs, claims."""
    cases = comparison.cases
    faults = {name: "; ".join(found.fault for found in case.findings) for name, case in cases.items()}
    failures(console, [(f"{name}: {fault}", "") for name, fault in faults.items() if fault])
    if not short:
        for warning in step_warning(cases[comparison.baseline].projection):
            hanging(console, "WARNING", warning, "bold red", body_style="bold red")
            console.print()
        _verdict(console, comparison)
        _titles(console, comparison)
    chosen = headlines() if short else [n for n in next(iter(cases.values())).measures if "." not in n]
    names = list(cases)
    each = max(1, (console.width - LABEL) // (max(len(n) for n in [*names, "1,234.56*"]) + GUTTER))
    title = "Ways of financing" if short else "Measures"
    console.print(Text(f"{title}, best marked *", style="bold"))
    for start in range(0, len(names), each):
        console.print(_compared(comparison, names[start : start + each], list(chosen)))
        console.print()
    if note := footing_text(footing(comparison), PLAIN):
        hanging(console, "–", f"{note[0].upper()}{note[1:]}", "dim", body_style="dim")
        console.print()
    _undefined(console, comparison, list(chosen))
    if not short:
        _deltas(console, comparison, list(chosen), each)
        _bridges(console, comparison)
        _cash_needed(console, comparison)
        _evidence(console, comparison, list(chosen))
        _differences(console, comparison)
        _claims_matrix(console, comparison, flips=flips)
        _covenants_matrix(console, comparison)


LABEL: Final = 42


def _verdict(console: Console, comparison: Comparison) -> None:
    """Print what a reader of all the figures would conclude, before them."""
    for head, body in verdict_lines(verdict(comparison), comparison):
        style = "bold" if head.isupper() else ""
        hanging(console, f"{head:9}", body, style, body_style=style)
    console.print()


def _titles(console: Console, comparison: Comparison) -> None:
    """Print what the file calls each case, after what is concluded: a title may say anything."""
    console.print(Text("Names, and the titles that files give them", style="bold"))
    for name, case in comparison.cases.items():
        mark = " (baseline)" if name == comparison.baseline else ""
        hanging(console, name, f"“{case.title}”{mark}", "bold", indent=2)
    console.print()


def _compared(comparison: Comparison, names: list[str], chosen: list[str]) -> Table:
    table = _table(names)
    for key in chosen:
        best = best_shown(comparison, key)
        among = [case.measures[key] for case in comparison.cases.values()]
        values = [measure_text(comparison.cases[name].measures[key], among)[0] for name in names]
        cells = [f"{value}*" if name in best else f"{value} " for name, value in zip(names, values, strict=True)]
        table.add_row(Text(shared_label(comparison, key)), *cells)
    return table


def _deltas(console: Console, comparison: Comparison, chosen: list[str], each: int) -> None:
    """Print by how much measures differ from the baseline's, those that do."""
    texts = {key: found for key in chosen if (found := delta_texts(comparison, key))}
    others = [name for name in comparison.cases if name != comparison.baseline]
    if not texts:
        return
    console.print(Text(f"Change from {comparison.baseline}, where there is any", style="bold"))
    for start in range(0, len(others), each):
        names = others[start : start + each]
        table = _table(names)
        for key, found in texts.items():
            table.add_row(Text(shared_label(comparison, key)), *(found[name] for name in names))
        console.print(table)
        console.print()


def _table(names: list[str]) -> Table:
    table = plain_table()
    table.add_column("", width=LABEL)
    for name in names:
        table.add_column(escape(name), justify="right", no_wrap=True)
    return table


def _undefined(console: Console, comparison: Comparison, chosen: list[str]) -> None:
    """Say why each measure that is undefined somewhere is so."""
    told = False
    for key in chosen:
        reasons: dict[str, list[str]] = {}
        for name, case in comparison.cases.items():
            if case.measures[key].reason:
                reasons.setdefault(case.measures[key].reason, []).append(name)
        for reason, names in reasons.items():
            where = "" if len(names) == len(comparison.cases) else f" in {', '.join(names)}"
            console.print(Text(f"– {comparison.cases[names[0]].measures[key].label}{where}: {reason}", style="dim"))
            told = True
    if told:
        console.print()


def _evidence(console: Console, comparison: Comparison, chosen: list[str]) -> None:
    """Say for each measure the weakest kind of input that it rests on, those of one kind together."""
    groups: dict[str, list[str]] = {}
    for key in chosen:
        kinds: dict[str, list[str]] = {}
        for name, case in comparison.cases.items():
            if case.measures[key].evidence:
                kinds.setdefault(case.measures[key].evidence, []).append(name)
        for kind, names in kinds.items():
            where = f" in {', '.join(names)}" if len(kinds) > 1 else ""
            groups.setdefault(kind, []).append(f"{comparison.cases[names[0]].measures[key].label}{where}")
    console.print(Text("Evidence: the weakest kind of input that a measure rests on", style="bold"))
    for kind in KINDS:
        if kind in groups:
            hanging(console, kind, "; ".join(groups[kind]), "", indent=2)
    console.print()


def _differences(console: Console, comparison: Comparison) -> None:
    console.print(Text(f"Inputs that differ from {comparison.baseline}", style="bold"))
    for name, found in comparison.differences.items():
        console.print(Text(f"  {name}" + ("" if found else ": none")))
        for path, change in _gathered(found).items():
            console.print(Text(f"    {path}: {change}", style="dim"))
    console.print()


def _gathered(found: Mapping[str, tuple[str | None, str | None]]) -> dict[str, str]:
    """Say each change in words; a block of which only removals or only additions are told takes one line."""
    blocks: dict[str, list[tuple[str, str | None, str | None]]] = {}
    for path, (old, new) in found.items():
        blocks.setdefault(".".join(path.split(".")[:2]), []).append((path, old, new))
    told: dict[str, str] = {}
    for block, changes in blocks.items():
        gone, come = all(new is None for _, _, new in changes), all(old is None for _, old, _ in changes)
        if len(changes) > 1 and (gone or come):
            told[block] = f"{len(changes)} inputs {'taken out' if gone else 'added'}"
        else:
            told |= {path: f"{old or '(not there)'} -> {new or '(not there)'}" for path, old, new in changes}
    return told


def _bridges(console: Console, comparison: Comparison) -> None:
    """Print the steps from the baseline's worth to its owners to each other case's."""
    found = {name: comparison.bridge(name) for name in comparison.cases if name != comparison.baseline}
    known = {name: steps for name, steps in found.items() if steps is not None}
    if not known:
        return
    whole = next(iter(known.values()))
    lines = [Line(f"NPV of the owners, {comparison.baseline}", [b.start for b in known.values()], strong=True)]
    trifle = comparison.cases[comparison.baseline].projection.trifle.value.flat[0]
    for number, step in enumerate(whole.steps):
        amounts = [b.steps[number].amount for b in known.values()]
        if any(abs(amount) > trifle for amount in amounts):
            lines.append(Line(f"  {step.label}", amounts))
    lines.append(Line("NPV of the owners", [b.end for b in known.values()], strong=True))
    note = footing_text(footing(comparison), PLAIN)
    show(console, Figures(f"From {comparison.baseline} to each, step by step", whole.unit, list(known), lines, note))


def _cash_needed(console: Console, comparison: Comparison) -> None:
    """Print what owners, or cash, are to pay in each year."""
    years = list(next(iter(comparison.cases.values())).cash_needed)
    lines = [Line(name, list(case.cash_needed.values())) for name, case in comparison.cases.items()]
    title = "Cash needed by year, from owners or what is there"
    show(console, Figures(title, comparison.currency, years, lines))


def _covenants_matrix(console: Console, comparison: Comparison) -> None:
    found = {key: c.title for case in comparison.cases.values() for key, c in case.covenants.items()}
    if not found:
        return
    console.print(Text("Covenants", style="bold"))
    for key, title in found.items():
        console.print(Padding(Text(title), (0, 0, 0, 2)))
        for name, case in comparison.cases.items():
            if key in case.covenants:
                verdict, told = covenant_lines(case.covenants[key], case.headroom[key])
                style = f"bold {VERDICTS[verdict]}" if verdict == FAIL else VERDICTS[verdict]
                hanging(console, verdict, f"{name}: {told}", style, 4, "dim")
    for name, case in comparison.cases.items():
        if told := tightest_line(case.headroom):
            hanging(console, name, told, "", 2)
    console.print()


def _claims_matrix(console: Console, comparison: Comparison, *, flips: bool) -> None:
    claims = {key: o.says for case in comparison.cases.values() for key, o in case.claims.items()}
    if not claims:
        return
    console.print(Text("Claims", style="bold"))
    for key, says in claims.items():
        held = {name: case.claims[key] for name, case in comparison.cases.items() if key in case.claims}
        passed = [name for name, outcome in held.items() if outcome.holds]
        everywhere = len(passed) == len(comparison.cases)
        told = "in all" if everywhere else ("in none" if not passed else f"in {', '.join(passed)}")
        missing = [name for name in comparison.cases if name not in held]
        told += f" (not claimed in {', '.join(missing)})" if missing else ""
        hanging(console, "", f"holds {told}: {says}", "")
        if flips:
            _decided(console, comparison, key, list(held))
    console.print()


def _decided(console: Console, comparison: Comparison, claim: str, names: list[str]) -> None:
    """Print the input that decides a claim, once for the cases in which it is the same."""
    told: dict[str, list[str]] = {}
    for name in names:
        told.setdefault(flip_line(comparison.cases[name].flips[claim]), []).append(name)
    for line, alike in told.items():
        text = line if len(told) == 1 else f"{', '.join(alike)}: {line}"
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 4)))
