"""The lines that `check` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fibercap.studies.covenants import FAIL, NOT_TESTED
from fibercap.studies.plan_warnings import all_warnings
from fibercap.views.sentences import (
    VERDICTS,
    Styled,
    claim_lines,
    count_text,
    covenant_lines,
    evidence_line,
    flip_line,
    laws_line,
    tightest_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fibercap.studies.compare import Case
    from fibercap.studies.findings import Finding


def check_lines(
    case: Case, options: Mapping[str, Case], unused: Sequence[str] | None = None, *, flips: bool = False
) -> Iterator[Styled]:
    """Yield the lines of `check`, each with its style; failures come first.

    Parameters
    ----------
    case : Case
        The plan as written.
    options : mapping of Case
        Its options by name.
    unused : sequence of str, optional
        The inputs that change no result; None if they were not searched for.
    flips : bool
        Say for each claim which change of an input flips it.
    """
    projection, scenario = case.projection, case.projection.scenario
    yield f"{scenario.file} is a valid scenario", {}
    for head, finding, others in _by_options(case.findings, options):
        yield f"  FAIL  {head}{finding.sentence}", {"fg": "red", "bold": True}
        yield f"        to fix it: {finding.way_out}", {"dim": True}
        same = [name for name, other in others.items() if other.sentence == finding.sentence]
        for also, names in (("also", same), ("also, with other amounts,", [n for n in others if n not in same])):
            if names:
                yield f"        {also} in option {', '.join(names)}", {"dim": True}
    yield f"  {evidence_line(scenario.evidence())}", {}
    yield f"  {laws_line(projection)}", {}
    for warning in all_warnings(projection):
        yield f"  WARNING  {warning}", {"fg": "red", "bold": True}
    yield from _tested_lines(case, flips=flips)
    if unused is not None:
        yield f"  {len(unused) or 'no'} input{'s' * (len(unused) != 1)} that move{'s' * (len(unused) == 1)} nothing", {}
    for path in unused or ():
        yield f"    {path}", {}
    surprises = [claim for claim in case.claims.values() if not claim.as_expected]
    yield f"  {count_text(len(case.claims), 'claim')}, {len(surprises)} not as expected", {}
    if case.covenants:
        verdicts = [tested.verdict for tested in case.covenants.values()]
        missing = verdicts.count(NOT_TESTED)
        counts = f"{verdicts.count(FAIL)} broken{f', {missing} not tested' if missing else ''}"
        yield f"  {count_text(len(verdicts), 'covenant')}, {counts}", {}
        if tight := tightest_line(case.headroom):
            yield f"  {tight}", {}
    if options:
        fail = [name for name, option in options.items() if option.findings]
        fails = f"{len(fail)} {'fails' if len(fail) == 1 else 'fail'}: {', '.join(fail)}" if fail else "none fails"
        yield f"  {count_text(len(options), 'option')}, {fails}", {}


def _tested_lines(case: Case, *, flips: bool) -> Iterator[Styled]:
    """Yield the lines of claims and covenants."""
    for name, outcome in case.claims.items():
        verdict, text = claim_lines(outcome)
        yield f"  {verdict}  ", {"fg": "green" if outcome.holds else "yellow", "nl": False}
        yield f"{outcome.says}\n        {text}", {}
        if flips:
            yield f"        {flip_line(case.flips[name])}", {}
    for name, tested in case.covenants.items():
        verdict, text = covenant_lines(tested, case.headroom[name])
        yield f"  {verdict}  ", {"fg": VERDICTS[verdict], "nl": False}
        yield f"{tested.title}\n        {text.replace('; ', chr(10) + 8 * ' ')}", {}


def _by_options(
    findings: Sequence[Finding], options: Mapping[str, Case]
) -> Iterator[tuple[str, Finding, Mapping[str, Finding]]]:
    """Yield each finding once, as it is in the plan or the first option that has it, with those of other options."""
    where: dict[tuple[str, str, bool], tuple[str, Finding, dict[str, Finding]]] = {}
    for each in findings:
        where[each.kind, each.name, each.after_horizon] = ("", each, {})
    for name, case in options.items():
        for each in case.findings:
            key = each.kind, each.name, each.after_horizon
            if key in where:
                where[key][2][name] = each
            else:
                where[key] = (f"option {name}: ", each, {})
    yield from where.values()
