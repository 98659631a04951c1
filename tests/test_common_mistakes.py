"""docs/mistakes.md: each mistake is reported as the page shows it, and the right way is accepted and does what the page says."""

from __future__ import annotations

import pytest

from fibercap.model.project import project
from fibercap.reading.files import scenario_of
from tests.common_mistakes import MISTAKES, PAGE, Mistake, page
from tests.errors import PLAN

EVERY = [pytest.param(mistake, id=mistake.title) for mistake in MISTAKES]


@pytest.mark.parametrize("mistake", EVERY)
def test_a_mistake_is_reported_and_the_right_way_is_accepted(mistake: Mistake) -> None:
    message = mistake.example(mistake.wrong).problems()

    assert len(message) == (not mistake.command)
    assert mistake.example(mistake.right).problems() == []
    assert mistake.report_of(mistake.wrong) != mistake.report_of(mistake.right)


def test_the_page_says_what_fibercap_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.common_mistakes`"


def test_the_field_delay_stretches_spending_and_the_operator_leaves_it() -> None:
    later = {
        "planned": PLAN,
        "field": PLAN.replace("complete: 2001-12-31\n", "complete: 2001-12-31\n    delay: 6 months\n"),
        "operator": PLAN.replace("complete: 2001-12-31", "complete: 2002-06-30"),
    }
    spent = {name: project(scenario_of(text)).value("projects.line.spent_share") for name, text in later.items()}

    assert (spent["operator"] == spent["planned"]).all()
    assert (spent["field"] < spent["planned"]).any()
