"""A tape gives what its formulas give; equal nodes are one, numbers are folded, and what no result needs is left out."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fibercap.core.errors import FormulaError
from fibercap.core.formulas.formula import evaluate
from fibercap.core.formulas.rows import Block, Given, Row
from fibercap.core.program.graph import Graph
from fibercap.core.program.node import Node, Value
from fibercap.core.program.numpy_machine import run
from fibercap.core.program.operations import Do
from fibercap.core.program.tape import Tape, tape_of
from fibercap.core.program.unroll import Unroller
from fibercap.core.units import Array
from fibercap.model.returns.roots import only_rate

NAMES = ("x", "y", "z")
NUMBERS = {"half": 0.5, "none": 0.0, "minus": -1.0, "three": 3.0}
SAMPLES = 7


def block(rows: dict[str, str], *, undefined: tuple[str, ...] = (), length: int = 4, **before: str) -> Block:
    """Return a block of rows with formulas; `column` counts columns from 0, and is the same in every sample."""
    made = {
        path: Row(
            path, path, "", "flow", text, before.get(path, "0"), undefined="declared" if path in undefined else ""
        )
        for path, text in rows.items()
    }
    made["column"] = Row("column", "column", "", "flow")
    values = {path: np.zeros(length) for path in made} | {"column": np.arange(float(length))}
    scalars = {name: Given(name, "", np.asarray(NUMBERS.get(name, 1.0))) for name in (*NAMES, *NUMBERS)}
    return Block("b", length, made, values, scalars)


def cells_of(rows: Block) -> Unroller:
    graph = Graph(len(NAMES))
    return Unroller(graph, [rows], dict(zip(NAMES, graph.inputs, strict=True)), lambda _: "0")


def samples_of_inputs(seed: int = 1) -> Array:
    """Return samples of the inputs, (input, sample), zeros among them."""
    return np.random.default_rng(seed).integers(-3, 4, (len(NAMES), SAMPLES)) / 2.0


def results(tape: Tape, inputs: Array, together: int = 0) -> dict[str, Array]:
    values = run(tape, inputs, only_rate, together)
    return {name: values[first : first + count] for name, (first, count) in tape.results.items()}


def texts(depth: int = 3) -> st.SearchStrategy[str]:
    """Return formulas of a column, with every operation."""
    leaf = st.sampled_from([f"{{{name}}}" for name in (*NAMES, *NUMBERS, "column", "column@-1", "column@1")])
    if not depth:
        return leaf
    part = texts(depth - 1)
    signs = st.sampled_from(["+", "-", "*", "/", "<", "<=", ">", ">=", "="])
    return st.one_of(
        leaf,
        st.builds(lambda one, sign, other: f"(({one}) {sign} ({other}))", part, signs, part),
        st.builds(lambda one: f"-({one})", part),
        st.builds(lambda one: f"({one})^2", part),
        st.builds(
            lambda name, one, other: f"{name}({one}, {other})", st.sampled_from(["MIN", "MAX", "AND", "OR"]), part, part
        ),
        st.builds(lambda test, yes, no: f"IF({test}, {yes}, {no})", part, part, part),
        st.builds(_over_columns, st.sampled_from(["SUM", "MIN", "MAX"]), part),
        st.builds(lambda one: f"ROUND({one}, 1)", part),
        st.builds(lambda one: f"ROUNDUP({one}, 0)", part),
        st.builds(_by_key, st.lists(st.tuples(st.sampled_from(sorted(NUMBERS)), part), min_size=2, max_size=5)),
        st.builds(lambda one: f"SUMIFS({{column}}, {{column}}, {{half}} * 4) + ({one})", part),
    )


def _by_key(amounts: list[tuple[str, str]]) -> str:
    """Return a sum of amounts that each hold in the columns of one key."""
    return "(" + " + ".join(f"IF({{column}} = {{{key}}}, {part}, 0)" for key, part in amounts) + ")"


def _over_columns(name: str, part: str) -> str:
    """Return a function of all columns; a sum by keys alone has no columns, a row beside it gives it some."""
    return f"{name}({part})" if "SUMIFS" not in part else f"{name}(({part}) + {{none}} * {{column}})"


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(text=texts())
def test_a_tape_gives_what_its_formula_gives_undefined_cells_too(text: str) -> None:
    """Each column of a row of the formula, whatever the operations, equals the formula evaluated on arrays."""
    rows, inputs = block({"row": f"IF({{x}} > 9, {{x}}, {text})"}, undefined=("row",)), samples_of_inputs()
    cells = cells_of(rows)

    result = results(tape_of(cells.graph, {"row": cells.columns("row")}), inputs)["row"].T

    column = np.arange(4.0)
    arrays = dict(zip(NAMES, inputs[:, :, np.newaxis], strict=True)) | {
        name: np.array([number]) for name, number in NUMBERS.items()
    }
    moved = {0: column, -1: np.array([0.0, 0.0, 1.0, 2.0]), 1: np.array([1.0, 2.0, 3.0, 0.0])}
    with np.errstate(all="ignore"):
        wanted = evaluate(text, lambda path, shift: moved[shift] if path == "column" else arrays[path])
    assert result == pytest.approx(np.broadcast_to(wanted, (SAMPLES, 4)), rel=1e-12, abs=1e-12, nan_ok=True)


def test_equal_operations_are_one_node_and_numbers_are_folded() -> None:
    graph = Graph(2)
    x, y = graph.inputs

    total = graph.apply(Do.ADD, x, y)

    assert graph.apply(Do.ADD, y, x) is total
    assert graph.apply(Do.ADD, 2.0, 3.0) == 5.0
    assert graph.apply(Do.MULTIPLY, total, 1.0) is total
    assert graph.apply(Do.IF, graph.apply(Do.LESS, 1.0, 2.0), x, y) is x
    assert graph.apply(Do.SUBTRACT, total, total) == 0.0
    assert graph.apply(Do.ADD, graph.apply(Do.MULTIPLY, 3.0, x), 0.0) is not graph.apply(Do.MULTIPLY, x, y)
    assert len(graph.nodes) == 5


def test_amounts_by_day_are_read_on_their_day_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is worked out grows with the days, and not with days times columns."""
    worked_out: list[Do] = []
    apply = Graph.apply

    def note(graph: Graph, do: Do, *operands: Value) -> Value:
        worked_out.append(do)
        return apply(graph, do, *operands)

    monkeypatch.setattr(Graph, "apply", note)

    def operations(days: int) -> int:
        keys = {f"day_{k}": float(k) for k in range(days)}
        amounts = " + ".join(f"IF({{column}} = {{{key}}}, {{x}} * {{{key}}}, 0)" for key in keys)
        plain = block({"row": amounts, "sums": "SUMIFS({row}, {column}, {column})"}, length=days)
        given = {key: Given(key, "", np.asarray(number)) for key, number in keys.items()}
        cells = cells_of(replace(plain, given={**plain.given, **given}))
        worked_out.clear()
        tape = tape_of(cells.graph, {name: cells.columns(name) for name in ("row", "sums")})
        for result in results(tape, np.full((len(NAMES), 1), 2.0)).values():
            assert result[:, 0].tolist() == [2.0 * k for k in range(days)]
        return len(worked_out)

    assert operations(200) < 2.1 * operations(100)


def test_zero_times_what_may_be_undefined_is_no_zero() -> None:
    graph = Graph(2)
    x, y = graph.inputs
    ratio = graph.apply(Do.DIVIDE, x, y)

    assert graph.apply(Do.MULTIPLY, 0.0, x) == 0.0
    product = graph.apply(Do.MULTIPLY, 0.0, ratio)

    assert isinstance(product, Node)
    tape = tape_of(graph, {"product": [product]})
    assert results(tape, np.array([[1.0, 1.0], [0.0, 2.0]]))["product"][0] == pytest.approx([nan, 0.0], nan_ok=True)


def test_the_calendar_decides_branches_beforehand() -> None:
    """No node is made for a branch that the calendar rules out; an input that decides builds both."""
    by_calendar = cells_of(block({"row": "IF({column} < 2, {x}, {x} / {y})"}))
    by_input = cells_of(block({"row": "IF({z} < 2, {x}, {x} / {y})"}))

    assert len(tape_of(by_calendar.graph, {"row": by_calendar.columns("row")})) == 1
    assert len(tape_of(by_input.graph, {"row": by_input.columns("row")})) == 3


def test_what_no_result_needs_is_not_on_the_tape() -> None:
    cells = cells_of(block({"base": "{base@-1} + {x}", "other": "{base} * {y}", "fixed": "{half} + {column}"}))

    last = cells.columns("base")[-1]
    tape = tape_of(cells.graph, {"last": [last], "fixed": cells.columns("fixed")})
    cells.columns("other")

    assert len(tape) == 3
    assert results(tape, np.full((3, 2), 2.0))["last"].tolist() == [[8.0, 8.0]]
    assert results(tape, np.full((3, 2), 2.0))["fixed"][:, 0].tolist() == [0.0, 0.0, 0.0, 0.0]  # as in the projection


def test_slots_are_used_again_and_results_do_not_depend_on_what_is_together() -> None:
    text = " + ".join(f"({{x}} * {number} + {{y}})^2 / ({{z}} + {number})" for number in range(2, 30))
    cells = cells_of(block({"row": text}, undefined=("row",)))
    tape = tape_of(cells.graph, {"row": cells.columns("row")[:1]})

    all_at_once, in_parts = (results(tape, samples_of_inputs(), together)["row"] for together in (0, 2))

    assert len(tape) > 100
    assert tape.slots <= 4
    assert np.array_equal(all_at_once, in_parts, equal_nan=True)


def test_rows_that_rest_on_one_another_are_worked_out_from_column_to_column() -> None:
    rows = {
        "cash": "{cash@-1} + {x} - {paid}",
        "paid": "MIN({due}, {cash@-1})",
        "due": "IF({column} > 1, {paid@-1} + {y}, {y})",
    }
    cells = cells_of(block(rows, cash="{z}"))
    tape = tape_of(cells.graph, {"cash": cells.columns("cash")})
    cash, paid, wanted = 3.0, 0.0, []
    for column in range(4):
        paid = min(paid + 2.0 if column > 1 else 2.0, cash)
        cash += 1.0 - paid
        wanted.append(cash)

    assert results(tape, np.array([[1.0], [2.0], [3.0]]))["cash"][:, 0].tolist() == wanted


def test_a_cell_that_rests_on_itself_is_named() -> None:
    cells = cells_of(block({"one": "{other} + {x}", "other": "{one} * 2"}))

    with pytest.raises(FormulaError, match=r"`(one|other)` rests on itself in column 1"):
        cells.columns("one")


def test_a_rate_of_return_on_a_tape_follows_the_same_rule_as_everywhere() -> None:
    """Dust is no flow; a series with one sign or several rates has none."""
    graph = Graph(2)
    x, y = graph.inputs
    flows: list[Value] = [graph.apply(Do.MULTIPLY, -1.0, x), y, 66.0, 1e-9]
    tape = tape_of(graph, {"rate": [graph.rate(flows, (0.0, 1.0, 2.0, 3.0), 0.005)]})

    result = results(tape, np.array([[100.0, 0.0, -100.0], [60.0, 60.0, -170.0]]))["rate"][0]

    assert result[0] == pytest.approx(0.3 + 0.75**0.5 - 1, abs=1e-12)
    assert np.isnan(result[1:]).all()
