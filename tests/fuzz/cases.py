"""One case: a random plan, its books recomputed, and one or two of its twins."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Mapping
from pathlib import Path
from time import process_time
from typing import Any

from fibercap.core.errors import FibercapError, IdentityError, ScenarioError
from fibercap.core.formulas.rows import Row
from fibercap.model.horizon.run_off import RUN_OFF
from fibercap.studies.claims import outcomes
from fibercap.studies.covenants import covenants
from fibercap.views.json.covenants import covenants_document
from fibercap.views.json.documents import claims_document, measures_document, rows_document
from tests.fuzz.agreements import AGREEMENTS
from tests.fuzz.books import LAWS, Books
from tests.fuzz.commands import answer_commands
from tests.fuzz.dice import MONTHS, Draft
from tests.fuzz.keys import find_keys
from tests.fuzz.outcomes import OUTCOMES
from tests.fuzz.plans import make_draft
from tests.fuzz.programs import run_as_program
from tests.fuzz.report import Report
from tests.fuzz.twins import TWINS, Case

OFTEN = [
    "money x 1000",
    "order of keys",
    "other units",
    "28 years later",
    "show read again",
    "an option alone",
    "by quarter",
    "laid over another",
]
TURNS = [*OFTEN, *OFTEN, *OFTEN, "draws at once", "loans alone", "loans alone", "commands", "as a program"]
"""Laws that cost as much as the plan itself; every second case tries one of them, in turn."""
TRIALS = {**TWINS, "commands": answer_commands, "as a program": run_as_program}
WHOLE = 8
"""One of so many cases prints every row."""
READ = (
    "accounts.",
    "loans.",
    "funding.",
    "plants.",
    "products.",
    "projects.",
    "working_capital.",
    "returns.",
    "ratios.",
)
"""What the rows begin with that laws read."""


def print_rows(case: Case, asked: tuple[str, ...]) -> dict[str, Any]:
    """Return what `run --json` prints of a plan's figures, of rows whose paths begin so."""
    projection = case.projection
    result = case.measures
    later = projection.run_off

    def write(rows: Mapping[str, Row]) -> dict[str, Any]:
        some = {path: row for path, row in rows.items() if path.removeprefix(f"{RUN_OFF}.").startswith(asked)}
        return rows_document(projection, some)

    run_off = (
        {"periods": [str(day) for day in later.dates], "rows": write(projection.blocks[RUN_OFF].rows)}
        if later
        else None
    )
    timeline = projection.timeline
    return {
        "horizon": {"step": timeline.step, "year_ends": MONTHS[timeline.year_ends]},
        "periods": [str(day) for day in timeline.dates],
        "rows": write(projection.period_rows),
        **({"run_off": run_off} if run_off else {}),
        "measures": measures_document(result),
        "claims": claims_document(outcomes(projection, result)),
        "covenants": covenants_document(covenants(projection)),
    }


def choose_turns(seed: int) -> list[str]:
    """Return the twin or command of a seed, none for every second one."""
    turn, none = divmod(seed, 2)
    return [] if none else [TURNS[turn % len(TURNS)]]


def try_case(seed: int, folder: Path, report: Report, turns: list[str] | None = None) -> None:
    """Draw the plan of a seed and try it, in a folder."""
    report.cases += 1
    draft = make_draft(seed)
    with contextlib.chdir(folder):
        report.keys.update(try_draft(seed, draft, report, choose_turns(seed) if turns is None else turns))


def try_draft(seed: int, draft: Draft, report: Report, turns: list[str]) -> set[str]:
    """Try a plan in the current folder; return the keys that it and its twins have."""
    keys = set(find_keys(draft.plan))
    stage = "the plan"
    try:
        started = process_time()
        case = Case(seed, draft, Path())
        report.seconds["the plan"] += process_time() - started
        stage = "the rows"
        judge(case, seed, report)
        for stage in turns:
            report.tried[stage] += 1
            started = process_time()
            for message in TRIALS[stage](case):
                report.tell(seed, stage, message)
            report.seconds[stage] += process_time() - started
        keys = keys.union(*map(find_keys, case.texts))
    except IdentityError as error:
        report.tell(seed, "law stops", f"{stage}: {error}")
    except ScenarioError as error:
        kind = "rejected" if stage == "the plan" else "twins rejected"
        report.tell(
            seed, kind, f"{stage}: {'; '.join(f'{p.path} {p.code} {p.sentence()}' for p in error.problems[:3])}"
        )
    except FibercapError as error:
        report.tell(seed, "rejected" if stage == "the plan" else "twins rejected", f"{stage}: {error}")
    except Exception:  # noqa: BLE001 - whatever comes is what is looked for
        report.tell(seed, "crashes", f"{stage}: {traceback.format_exc(limit=-5)}")
    return keys


def judge(case: Case, seed: int, report: Report) -> None:
    """Hold what is printed of a plan against the laws."""
    started = process_time()
    printed = print_rows(case, ("",) if seed % WHOLE == 0 else READ)
    books = Books(printed)
    report.seconds["printing"] += process_time() - started
    started = process_time()
    for name, law in LAWS.items():
        for message in law(books):
            report.tell(seed, name, message)
    for name, outcome in {**OUTCOMES, **AGREEMENTS}.items():
        for message in outcome(printed, books, case.bare):
            report.tell(seed, name, message)
    report.seconds["laws"] += process_time() - started
