"""Every bad overlay, and what reading meets beyond one file, gets its whole message: place, caret, way out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fibercap.core.errors import ScenarioError
from fibercap.reading.files import read
from tests.errors import EXAMPLES, PLAN, Example, alone, loan, rate, spoilt, variant

OPTIONS = """\
options:
  bullet: {change: {loans.bank.repayment: {style: bullet}}}
  none: {remove: [loans.bank, funding.line.bank]}
"""


def plan_and(text: str) -> Example:
    """Return the plan with a block more."""
    return Example({"plan.yaml": PLAN + text})


OVERLAYS: Mapping[str, tuple[Example, str]] = {
    "a misspelt path in a change": (
        variant("change:\n  projects.line.capx: 6 million USD"),
        """\
variant.yaml:4:3: projects.line.capx
    4 |   projects.line.capx: 6 million USD
      |   ^^^^^^^^^^^^^^^^^^
    no such path; did you mean `capex`?""",
    ),
    "a misspelt name in a change": (
        variant("change: {loans.bnk.rate: 9 %/year}"),
        """\
variant.yaml:3:10: loans.bnk.rate
    3 | change: {loans.bnk.rate: 9 %/year}
      |          ^^^^^^^^^^^^^^
    no such path; did you mean `bank`?""",
    ),
    "a misspelt block in a change": (
        variant("change: {laons.bank.rate: 9 %/year}"),
        """\
variant.yaml:3:10: laons.bank.rate
    3 | change: {laons.bank.rate: 9 %/year}
      |          ^^^^^^^^^^^^^^^
    no such path; did you mean `loans`?""",
    ),
    "a path inside a block": (
        variant("change: {loans: {bank.rate: 9 %/year}}"),
        """\
variant.yaml:3:18: loans.bank.rate
    3 | change: {loans: {bank.rate: 9 %/year}}
      |                  ^^^^^^^^^
    found the path `bank.rate` inside a block, wanted one name; write `loans.bank.rate` whole, at the top of `change`""",
    ),
    "a new entry in a change": (
        variant("change: {loans: {second: {commitment: 1 MUSD}}}"),
        """\
variant.yaml:3:18: loans.second
    3 | change: {loans: {second: {commitment: 1 MUSD}}}
      |                  ^^^^^^
    no such path; known names under `loans`: bank; what is new goes under `add`""",
    ),
    "an addition of what is there": (
        variant("add: {projects.line.capex: 6 million USD}"),
        """\
variant.yaml:3:7: projects.line.capex
    3 | add: {projects.line.capex: 6 million USD}
      |       ^^^^^^^^^^^^^^^^^^^
    the path exists already; use `change` to alter it""",
    ),
    "an addition of a block that is there": (
        variant("add: {loans: {second: {commitment: 1 MUSD}, third: {commitment: 1 MUSD}}}"),
        """\
variant.yaml:3:7: loans
    3 | add: {loans: {second: {commitment: 1 MUSD}, third: {commitment: 1 MUSD}}}
      |       ^^^^^
    the path exists already; write `loans.second`, `loans.third` whole, or use `change` to alter it""",
    ),
    "a removal of what is not there": (
        variant("remove:\n  - claims.more\n  - loans.bnk"),
        """\
variant.yaml:5:5: loans.bnk
    5 |   - loans.bnk
      |     ^^^^^^^^^
    no such path; did you mean `bank`?""",
    ),
    "a removal of a loan that funding and options refer to": (
        variant("remove:\n  - claims.more\n  - loans.bank", plan=PLAN + OPTIONS),
        """\
variant.yaml:5:5: loans.bank
    5 |   - loans.bank
      |     ^^^^^^^^^^
    cannot remove `loans.bank`: `funding.line.bank`, option `bullet` and option `none` still use it; remove or change what refers to it in the same file""",
    ),
    "a removal of an index": (
        variant("remove: [rates.libor]", plan=PLAN.replace("rate: 8 %/year", "rate: {index: libor}")),
        """\
variant.yaml:3:10: rates.libor
    3 | remove: [rates.libor]
      |          ^^^^^^^^^^^
    cannot remove `rates.libor`: `loans.bank.rate.index` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal of a plant": (
        variant("remove: [plants.works]"),
        """\
variant.yaml:3:10: plants.works
    3 | remove: [plants.works]
      |          ^^^^^^^^^^^^
    cannot remove `plants.works`: `projects.line.plant` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal of a product": (
        variant("remove: [products.fiber]"),
        """\
variant.yaml:3:10: products.fiber
    3 | remove: [products.fiber]
      |          ^^^^^^^^^^^^^^
    cannot remove `products.fiber`: `plants.works.product` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal of a source": (
        variant("remove: [sources.offer]", plan=PLAN.replace("5 million USD\n", "{value: 5 million USD, source: offer}\n")),
        """\
variant.yaml:3:10: sources.offer
    3 | remove: [sources.offer]
      |          ^^^^^^^^^^^^^
    cannot remove `sources.offer`: `projects.line.capex` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal of a project": (
        variant("remove: [projects.line]"),
        """\
variant.yaml:3:10: projects.line
    3 | remove: [projects.line]
      |          ^^^^^^^^^^^^^
    cannot remove `projects.line`: `funding.line` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal in an option": (
        plan_and("options: {none: {remove: [loans.bank]}}\n"),
        """\
plan.yaml:26:27: loans.bank
    26 | options: {none: {remove: [loans.bank]}}
       |                           ^^^^^^^^^^
    with option `none`: cannot remove `loans.bank`: `funding.line.bank` still uses it; remove or change what refers to it in the same file""",
    ),
    "a removal that is no list": (
        variant("remove: loans.bank"),
        """\
variant.yaml:3:1: remove
    3 | remove: loans.bank
      | ^^^^^^
    found no list, wanted a list of paths; write it like `remove: [loans.fleet]`""",
    ),
    "a change of what is removed": (
        variant("change: {loans.bank.rate: 9 %/year}\nremove: [loans.bank, funding.line.bank]"),
        """\
variant.yaml:3:10: loans.bank.rate
    3 | change: {loans.bank.rate: 9 %/year}
      |          ^^^^^^^^^^^^^^^
    found a change of what `remove: [loans.bank]` takes away, wanted a path that stays; do one or the other; what is to be new goes under `add`""",
    ),
    "a change that is no block": (
        variant("change: loans.bank.rate"),
        """\
variant.yaml:3:9: change
    3 | change: loans.bank.rate
      |         ^^^^^^^^^^^^^^^
    found `loans.bank.rate`, wanted a block of paths with values; write it like `change: {loans.fleet.rate: 9 %/year}`""",
    ),
    "a misspelt path in an option": (
        plan_and("options: {dear: {change: {loans.bank.rat: 9 %/year}}}\n"),
        """\
plan.yaml:26:27: loans.bank.rat
    26 | options: {dear: {change: {loans.bank.rat: 9 %/year}}}
       |                           ^^^^^^^^^^^^^^
    with option `dear`: no such path; did you mean `rate`?""",
    ),
    "a block beside extends": (
        variant("loans: {second: {like: bank}}"),
        """\
variant.yaml:3:1: loans
    3 | loans: {second: {like: bank}}
      | ^^^^^
    found `loans` beside `extends`, wanted changes to what is extended; write it under `change:` or `add:`, such as `add: {loans.name: ...}`""",
    ),
    "like in a circle": (
        variant("add:\n  loans.one: {like: two, rate: 9 %/year}\n  loans.two: {like: one, rate: 8 %/year}"),
        """\
variant.yaml:5:21: loans.two.like
    5 |   loans.two: {like: one, rate: 8 %/year}
      |                     ^^^
    `like` goes in a circle: one -> two -> one; remove one `like`""",
    ),
    "like itself": (
        spoilt("  bank:\n", "  bank:\n    like: bank\n"),
        """\
plan.yaml:18:11: loans.bank.like
    18 |     like: bank
       |           ^^^^
    `like` goes in a circle: bank -> bank; remove one `like`""",
    ),
    "like nothing": (
        variant("add: {loans.second: {like: bnak, rate: 9 %/year}}"),
        """\
variant.yaml:3:28: loans.second.like
    3 | add: {loans.second: {like: bnak, rate: 9 %/year}}
      |                            ^^^^
    no entry `bnak` to copy in the same block; did you mean `bank`?""",
    ),
    "extends in a circle": (
        EXAMPLES["circle"],
        """\
two.yaml:2:10: extends
    2 | extends: one.yaml
      |          ^^^^^^^^
    `extends` goes in a circle: one.yaml -> two.yaml -> one.yaml; remove one""",
    ),
    "a missing parent": (
        Example({"dear.yaml": PLAN, "variant.yaml": "fibercap: 1\nextends: [dear.yaml, dere.yaml]\n"}, "variant.yaml"),
        """\
variant.yaml:2:22: extends
    2 | extends: [dear.yaml, dere.yaml]
      |                      ^^^^^^^^^
    no file `dere.yaml`; did you mean `dear.yaml`?""",
    ),
    "a parent outside": (
        EXAMPLES["outside"],
        """\
mine/variant.yaml:2:10: extends
    2 | extends: ../plan.yaml
      |          ^^^^^^^^^^^^
    `../plan.yaml` leads out of the folder mine; move it inside, or give `--allow-outside`""",
    ),
    "two parents that differ": (
        EXAMPLES["conflict"],
        """\
both.yaml:2:10: loans.bank.rate
    2 | extends: [dear.yaml, cheap.yaml]
      |          ^^^^^^^^^^^^^^^^^^^^^^^
    found `9 %/year` in dear.yaml, line 3 and `7 %/year` in cheap.yaml, line 3, wanted one value; set it here: `change: {loans.bank.rate: ...}`""",
    ),
    "a variant without its version": (
        Example({"plan.yaml": PLAN, "variant.yaml": "extends: plan.yaml\n"}, "variant.yaml"),
        """\
variant.yaml:1:1: fibercap
    1 | extends: plan.yaml
      | ^
    no `fibercap`; add `fibercap:`""",
    ),
    "an operator on a block": (
        variant("change: {loans.bank: {times: 2}}"),
        """\
variant.yaml:3:23: loans.bank
    3 | change: {loans.bank: {times: 2}}
      |                       ^^^^^
    found `times` on a block of several inputs, wanted a value to change; name one of them, such as `loans.bank.commitment`""",
    ),
    "an operator on nothing": (
        variant("change: {projects.line.overrun: {times: 2}}"),
        """\
variant.yaml:3:34: projects.line.overrun
    3 | change: {projects.line.overrun: {times: 2}}
      |                                  ^^^^^
    found `times` on nothing, wanted a value to change; write the value itself""",
    ),
    "an operand of another unit": (
        variant("change: {projects.line.capex: {plus: 10 %}}"),
        """\
variant.yaml:3:38: projects.line.capex
    3 | change: {projects.line.capex: {plus: 10 %}}
      |                                      ^^^^
    found `10 %` to add to `5 million USD`, wanted a quantity of the same kind; like `{plus: 5 million USD}`""",
    ),
    "a factor with a unit": (
        variant("change: {projects.line.capex: {times: 2 USD}}"),
        """\
variant.yaml:3:39: projects.line.capex
    3 | change: {projects.line.capex: {times: 2 USD}}
      |                                       ^^^^^
    found `times: 2 USD`, wanted a bare number or a percentage; use `plus` to add an amount""",
    ),
    "an operator on a text": (
        variant("change: {projects.line.plant: {times: 2}}"),
        """\
variant.yaml:3:39: projects.line.plant
    3 | change: {projects.line.plant: {times: 2}}
      |                                       ^
    found `works`, wanted a quantity that `times` can change; replace the value, or name the inputs that have a number""",
    ),
    "a delay of a duration": (
        variant("change: {loans.bank.matures: {delay: 6 months}}"),
        """\
variant.yaml:3:38: loans.bank.matures
    3 | change: {loans.bank.matures: {delay: 6 months}}
      |                                      ^^^^^^^^
    found `5 years`, wanted a date that moves by whole months, quarters or years; only dates are delayed; a project has a field `delay`, durations take `plus`""",
    ),
    "a delay by days": (
        variant("change: {projects.line.complete: {delay: 90 days}}"),
        """\
variant.yaml:3:42: projects.line.complete
    3 | change: {projects.line.complete: {delay: 90 days}}
      |                                          ^^^^^^^
    found `delay: 90 days`, wanted a duration in months, quarters or years, whole months in all; write it like `{delay: 6 months}`""",
    ),
    "an expression": (
        variant("change: {projects.line.capex: 1.2 * 5 million USD}"),
        """\
variant.yaml:3:31: projects.line.capex
    3 | change: {projects.line.capex: 1.2 * 5 million USD}
      |                               ^^^^^^^^^^^^^^^^^^^
    found `1.2 * 5 million USD`, wanted an amount of money; write it like `25 million USD`""",
    ),
    "a setting in another unit": (
        Example(settings=("loans.bank.rate=9 %",)),
        """\
--set loans.bank.rate=9 %: loans.bank.rate
    1 | --set loans.bank.rate=9 %
      |                       ^^^
    found a share, wanted a rate per time; write it like `9 %/year`""",
    ),
    "a setting of a misspelt path": (
        Example(settings=("loans.bank.rat=9 %/year",)),
        """\
--set loans.bank.rat=9 %/year: loans.bank.rat
    1 | --set loans.bank.rat=9 %/year
      |       ^^^^^^^^^^^^^^
    no such path; did you mean `rate`?""",
    ),
    "a setting without a value": (
        Example(settings=("loans.bank.rate=",)),
        """\
--set loans.bank.rate=
    1 | --set loans.bank.rate=
      |       ^^^^^^^^^^^^^^^^
    found `loans.bank.rate=`, wanted `path=value`; write it like `--set loans.fleet.rate='9 %/year'`""",
    ),
    "a setting with a misspelt word": (
        Example(settings=("loans.bank.repayment={style: bulet}",)),
        """\
--set loans.bank.repayment={style: bulet}: loans.bank.repayment.style
    1 | repayment: {style: bulet}
      |                    ^^^^^
    found `bulet`, wanted one of the known styles: level, equal_principal, bullet, at_maturity, fixed_payment, custom, sculpted, revolver; did you mean `bullet`?""",
    ),
    "a setting with an open block": (
        Example(settings=("loans.bank.repayment={style: bullet",)),
        """\
--set loans.bank.repayment={style: bullet
    1 | repayment: {style: bullet
      |            ^
    found a `{` whose block is not closed or not well formed, wanted a matching `}`; check commas and brackets""",
    ),
    "a setting by an operator that does not fit": (
        Example(settings=("projects.line.capex={plus: 10 %}",)),
        """\
--set projects.line.capex={plus: 10 %}: projects.line.capex
    1 | capex: {plus: 10 %}
      |               ^^^^
    found `10 %` to add to `5 million USD`, wanted a quantity of the same kind; like `{plus: 5 million USD}`""",
    ),
}  # fmt: skip

FILES: Mapping[str, tuple[Example, str]] = {
    "a file that is not there": (
        EXAMPLES["no_such_file"],
        """\
plam.yaml:1:1
    no file or shipped scenario `plam.yaml`; did you mean `plan.yaml`?""",
    ),
    "an empty file": (
        EXAMPLES["empty"],
        """\
plan.yaml:1:1
    found an empty file, wanted a scenario; it begins with `fibercap: 1`""",
    ),
    "a file in another encoding": (
        EXAMPLES["not_utf8"],
        """\
plan.yaml:2:11
    2 | title: Caf�
      |           ^
    found the byte 0xe9, which is not UTF-8, wanted UTF-8 text; save the file as UTF-8""",
    ),
    "half a character": (
        alone('fibercap: 1\ntitle: "\\ud83d\\ude00"\n'),
        r"""plan.yaml:2:11
    2 | title: "\ud83d\ude00"
      |           ^
    found half a character, such as `\ud83d`, wanted a whole one; write it as it is, or as `\U` and eight digits""",
    ),
    "a file in UTF-16": (
        alone("fibercap: 1\n".encode("utf-16")),
        """\
plan.yaml:1:1
    found a file in UTF-16, wanted UTF-8 text; save the file as UTF-8""",
    ),
    "a billion laughs": (
        EXAMPLES["too_large"],
        """\
plan.yaml:6:5
    6 | a5: &a5 {a: *a4, b: *a4, c: *a4, d: *a4, e: *a4, f: *a4, g: *a4, h: *a4, i: *a4, j: *a4}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    found more than 200,000 values, aliases followed, wanted a scenario that a person can read; write less, or less deep""",
    ),
    "a comma in millions": (
        spoilt("capex: 5 million USD", "capex: {value: 23,5 MUSD}"),
        """\
plan.yaml:12:20: projects.line.capex
    12 |     capex: {value: 23,5 MUSD}
       |                    ^^^^^^^^^
    found `23,5 MUSD`, which YAML reads as `23` and a key without a value, wanted a number without a comma; a comma is not allowed in a number; write `23.5 MUSD`""",
    ),
    "a comma in thousands": (
        spoilt("capacity: 200_000 km/year", "capacity: 200,000 km/year"),
        """\
plan.yaml:7:37: plants.works.capacity
    7 |   works: {product: fiber, capacity: 200,000 km/year, cash_cost: 20 USD/km}
      |                                     ^^^^^^^^^^^^^^^
    found `200,000 km/year`, which YAML reads as `200` and a key without a value, wanted a number without a comma; a comma is not allowed in a number; write `200_000 km/year` or `200.000 km/year`""",
    ),
    "a comma in a text": (
        spoilt("capex: 5 million USD", "capex: {value: 5 million USD, where: page 3, line 8, note: about}"),
        """\
plan.yaml:12:42: projects.line.capex.where
    12 |     capex: {value: 5 million USD, where: page 3, line 8, note: about}
       |                                          ^^^^^^^^^^^^^^
    found `page 3, line 8`, which YAML reads as `page 3` and a key without a value, wanted a text in quotes; write `"page 3, line 8"`""",
    ),
    "an unknown key without a value": (
        spoilt("    plant: works\n", "    plant: works\n    capexx:\n"),
        """\
plan.yaml:11:5: projects.line.capexx
    11 |     capexx:
       |     ^^^^^^
    unknown key; did you mean `capex`?""",
    ),
    "a text that begins a comment": (
        spoilt("fibercap: 1\n", "fibercap: 1\ntitle: #1 plan\n"),
        """\
plan.yaml:2:1: title
    2 | title: #1 plan
      | ^^^^^
    the key has no value; write one, or remove the key; a text that begins with `#` needs quotes""",
    ),
    "an unknown index": (
        rate("{index: libro, margin: 2 %/year}"),
        """\
plan.yaml:21:19: loans.bank.rate.index
    21 |     rate: {index: libro, margin: 2 %/year}
       |                   ^^^^^
    unknown index `libro`; did you mean `libor`?""",
    ),
    "an index that starts late": (
        spoilt("{2000: 6 %/year}", "{2001: 6 %/year}", "rate: 8 %/year", "rate: {index: libor}"),
        """\
plan.yaml:21:19: loans.bank.rate.index
    21 |     rate: {index: libor}
       |                   ^^^^^
    found `libor`, known from 2001 on, wanted one that covers signing, 2000-01-15; add a value for 2000 under `rates.libor`""",
    ),
    "a negative margin": (
        EXAMPLES["negative_margin"],
        """\
plan.yaml:21:34: loans.bank.rate.margin
    21 |     rate: {index: libor, margin: -1 %/year}
       |                                  ^^^^^^^^^
    found a negative margin, wanted one of at least 0 %/year, or a floor; give a `floor`, such as `floor: 0 %/year`""",
    ),
    "a negative rate": (
        rate("-8 %/year"),
        """\
plan.yaml:21:11: loans.bank.rate
    21 |     rate: -8 %/year
       |           ^^^^^^^^^
    found `-8 %/year`, wanted at least 0 %/year""",
    ),
    "a path after the horizon": (
        spoilt("price: 40 USD/km", "price: {2006: 40 USD/km}"),
        """\
plan.yaml:5:20: products.fiber.price
    5 | products: {fiber: {price: {2006: 40 USD/km}}}
      |                    ^^^^^
    found a series that starts at 2006, wanted one that covers the horizon's start; add a value from 2000 on""",
    ),
    "draws above the commitment": (
        loan("draws: {2000-02-01: 2 million USD, 2000-03-01: 2 million USD}", "bank: 2 million USD, ", ""),
        """\
plan.yaml:22:52: loans.bank.draws.2000-03-01
    22 |     draws: {2000-02-01: 2 million USD, 2000-03-01: 2 million USD}
       |                                                    ^^^^^^^^^^^^^
    found 4,000,000 USD asked of `bank` so far, wanted at most its commitment of 3,000,000 USD; ask for less, or raise the commitment""",
    ),
    "a claim that matches no row": (
        EXAMPLES["no_such_row"],
        """\
plan.yaml:25:41: claims.more.row
    25 | {says: Half as much again, row: plants.works.nameplat, when: end of 2002, at_least: 300_000 km/year}
       |                                 ^^^^^^^^^^^^^^^^^^^^^
    found `plants.works.nameplat`, which matches no row, wanted a row of the model; did you mean `plants.works.nameplate`?""",
    ),
    "a claim that matches no measure": (
        EXAMPLES["no_such_measure"],
        """\
plan.yaml:25:45: claims.more.measure
    25 |   more: {says: Half as much again, measure: project_ir, above: 8 %/year}
       |                                             ^^^^^^^^^^
    found `project_ir`, which matches no measure, wanted a measure; did you mean `project_irr`?""",
    ),
    "a claim after the horizon": (
        spoilt("when: end of 2002", "when: end of 2012"),
        """\
plan.yaml:25:71: claims.more.when
    25 | : plants.works.nameplate, when: end of 2012, at_least: 300_000 km/year}
       |                                 ^^^^^^^^^^^
    found `end of 2012`, wanted a time from 2000-01-01 to 2004-12-31; choose a time the row has""",
    ),
    "a claim in another unit": (
        spoilt("300_000 km/year}", "300_000 km}"),
        """\
plan.yaml:25:94: claims.more.at_least
    25 | e, when: end of 2002, at_least: 300_000 km}
       |                                 ^^^^^^^^^^
    found a length, wanted a length per time; the subject is in km/year""",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("example", "message"), [*OVERLAYS.values(), *FILES.values()], ids=[*OVERLAYS, *FILES])
def test_it_is_reported_word_for_word(example: Example, message: str) -> None:
    assert "\n\n".join(problem.render() for problem in example.problems()) == message


def test_a_removal_names_all_that_refers_to_it_once_and_the_rest_is_reported_too() -> None:
    """The gap names a revolver, two projects its purse; another mistake in the same file is reported beside it."""
    plan = PLAN.replace("  bank:\n", "  bank:\n    repayment: {style: revolver}\n").replace(
        "rates: {", "company: {gap: [bank]}\nrates: {"
    )
    problems = variant("change: {projects.line.capex: 6 USD/km}\nremove: [loans.bank]", plan).problems()

    assert [problem.code for problem in problems] == ["wrong_dimension", "still_used"]
    assert problems[1].found == "cannot remove `loans.bank`: `company.gap` and `funding.line.bank` still use it"


def test_what_is_removed_and_added_again_is_not_missed() -> None:
    loan = "{commitment: 1 MUSD, signed: 2000-01-15, matures: 2 years, rate: 9 %/year}"
    text = f"remove: [loans.bank]\nadd:\n  loans.bank: {loan}"

    assert variant(f"{text}\nchange: {{funding.line.bank: 0 USD}}").problems() == []


def test_a_removed_field_may_be_set_anew() -> None:
    plan = PLAN.replace("    adds:", "    ramp: {linear: 6 months}\n    adds:")

    assert (
        variant("remove: [projects.line.ramp]\nchange: {projects.line.ramp: {s_curve: 9 months}}", plan).problems()
        == []
    )


def test_an_unknown_loan_is_not_told_again_for_every_option() -> None:
    plan = plan_and("options: {more: {add: {loans.second: {like: bank}}}}\n").files["plan.yaml"]
    problems = alone(str(plan).replace("{bank: 2", "{bnk: 2")).problems()

    assert [problem.under for problem in problems] == [""]


def test_what_is_like_nothing_lacks_nothing_else_but_others_do() -> None:
    text = "add:\n  loans.second: {like: bnak}\n  loans.third: {like: second, rate: 9 %/year}\n  loans.fourth: {rate: 1 %/year}"
    problems = variant(text).problems()

    assert [problem.path for problem in problems if problem.code == "unknown_like"] == ["loans.second.like"]
    assert {problem.path.rsplit(".", 1)[0] for problem in problems if problem.code == "missing"} == {"loans.fourth"}


@pytest.mark.parametrize("around", ["add: {%s}", "options: {more: {add: {%s}}}"])
def test_what_a_refused_key_would_have_brought_is_not_missed(around: str) -> None:
    """In a file that is laid over another, as in an option."""
    added = around % "loans.second: {<<: {commitment: 3 MUSD}, rate: 9 %/year}"
    example = variant(added) if around.startswith("add") else plan_and(f"{added}\n")

    assert [problem.code for problem in example.problems()] == ["merge_key"]


@pytest.mark.parametrize(
    "block", ["products", "plants", "projects", "loans", "funding", "options", "claims", "sources"]
)
@pytest.mark.parametrize("text", ["0 USD", "rest", "none"])
def test_a_value_in_place_of_a_block_of_names_is_refused_and_nothing_else_is(block: str, text: str) -> None:
    """Checks across blocks look into none that is in error, whatever stands there."""
    with pytest.raises(ScenarioError, match="wanted a block of keys; ") as caught:
        read("fibercore", settings=[f"{block}={text}"])

    first, *others = str(caught.value).splitlines()
    assert first == "scenarios/fibercore.yaml cannot be used: 1 problem"
    assert others[1] == f"--set {block}={text}: {block}"
