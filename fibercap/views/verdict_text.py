"""The verdict on options in words: with names and paths for a terminal, with titles and labels for a report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from fibercap.studies.verdict.numbers_of_options import RATE
from fibercap.views.sentences import lever_text, measure_text, quantity_text, share_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fibercap.studies.compare import Comparison
    from fibercap.studies.findings import Finding
    from fibercap.studies.verdict.choice_flips import ChoiceFlip
    from fibercap.studies.verdict.footing import Footing
    from fibercap.studies.verdict.verdict import Verdict

MOST: Final = 5
"""The most flips that are listed one by one."""
LEADING: Final = (
    "equity_npv", "fcfe_npv", "all_in_cost", "min_dscr", "min_llcr", "max_debt_to_ebitda", "equity_called",
    "peak_debt", "owed_at_horizon", "total_interest", "lowest_cash",
)  # fmt: skip
"""Measures for which the text says that an option is best or worst; JSON has all."""
WHY_APART: Final = "cash that stays in the company earns nothing for owners, where free cash flow is all paid out"
SHOWN: Final = 3
"""The most inputs, other than those of financing, that are listed for an option that changes them."""
ALONE: Final = "maturity, grace and lives of maintenance in the first two options only"
"""A note: these inputs are moved in two options only, because each move takes another projection."""


@dataclass(frozen=True)
class Speech:
    """How the text names options, inputs and findings."""

    option: Callable[[str], str]
    number: Callable[[str], str]
    finding: Callable[[Finding], str]


PLAIN: Final = Speech(str, str, lambda finding: finding.fault)


def join_names(names: Sequence[str], last: str = "and") -> str:
    """Return names as a list in a sentence: `a, b and c`."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def money_text(amount: float, money: str) -> str:
    """Return an amount of money with its unit."""
    return " ".join(quantity_text(amount, money))


def choice_text(verdict: Verdict, speech: Speech) -> str:
    """Return which option is recommended and how far ahead it is, or that options tie, or that none is recommended."""
    if not verdict.recommended:
        return f"no option is recommended: {why_none(verdict)}"
    first, count = verdict.recommended[0], len(verdict.ranked) + len(verdict.undefined)
    less = ", less than doing nothing new" if verdict.worth[first] < 0 else ""
    worth = f"worth {money_text(verdict.worth[first], verdict.currency)} to the owners{less}"
    if verdict.tie:
        names = [speech.option(name) for name in verdict.recommended]
        text = f"a tie between {join_names(names)}: they differ by less than 0.01 % of uses; {worth}"
        others = [name for name in verdict.ranked if name not in (*verdict.recommended, *verdict.excluded)]
        behind = verdict.worth[first] - verdict.worth[others[0]] if others else 0.0
        return f"{text}, {behind:,.0f} {verdict.currency} more than {speech.option(others[0])}" if others else text
    name = speech.option(first)
    if verdict.distance is None:
        alone = "the only option" if count == 1 else "the only option that may be recommended"
        return f"{name}, {alone}: {worth}"
    close = ", close" if verdict.close else ""
    return f"{name}{close}: {worth}, more than {speech.option(verdict.runner_up)} by {distance_text(verdict)}"


def distance_text(verdict: Verdict) -> str:
    """Return the distance to the runner-up, in money and as shares of its worth and of uses."""
    shares = [
        f"{share_text(share)} of {of}"
        for share, of in ((verdict.share_of_worth, "what that is worth"), (verdict.share_of_uses, "uses"))
        if share is not None
    ]
    shares_text = f" ({', '.join(shares)})" if shares else ""
    return f"{verdict.distance or 0.0:,.0f} {verdict.currency}{shares_text}"


def why_none(verdict: Verdict) -> str:
    """Return why no option is recommended."""
    reasons = dict.fromkeys(verdict.undefined.values())
    if not verdict.ranked:
        return f"what they are worth to the owners is undefined, for {join_names([*reasons])}"
    return "each breaks a covenant, runs out of cash or leaves uses unfunded"


def names_by_text(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return each text with the names that have it, both in the order in which they come first."""
    names: dict[str, list[str]] = {}
    for name, text in texts.items():
        names.setdefault(text, []).append(name)
    return names


def excluded_lines(verdict: Verdict, speech: Speech) -> Iterator[str]:
    """Yield the options that may not be recommended with their reasons; options with the same reasons share a line."""
    reasons = {}
    for name, stops in verdict.excluded.items():
        more = "; it would be worth more than the one recommended" if name in verdict.better_excluded else ""
        reasons[name] = f"{'; '.join(speech.finding(finding) for finding in stops)}{more}"
    for name, reason in verdict.undefined.items():
        if name not in verdict.excluded and verdict.ranked:
            reasons[name] = f"it cannot be ranked: {reason}"
    for text, names in names_by_text(reasons).items():
        yield f"{', '.join(speech.option(name) for name in names)}: {text}"


def flip_text(flip: ChoiceFlip, verdict: Verdict, speech: Speech) -> str:
    """Return at which value of a number another option is first."""
    number, other = f"{moved_number_text(flip, speech)}{_where(flip, verdict, speech)}", speech.option(flip.first)
    if flip.fault:
        return f"{number}: {speech.option(verdict.recommended[0])} {flip.fault}, and {other} is first"
    return f"{number} makes {other} first"


def moved_number_text(flip: ChoiceFlip, speech: Speech) -> str:
    """Return how a number is moved: to which value, or by how much if it stands for several numbers."""
    name = speech.number(flip.path)
    if flip.present is not None and flip.value is not None:
        now, then = (_value(flip, value) for value in (flip.present, flip.value))
        if now != then:
            return f"{name} at {then} (now {now})"
    points = " points" if flip.path == RATE else " %"
    size = f"{100 * abs(flip.change):.2g}{points} {'higher' if flip.change > 0 else 'lower'}"
    return f"{name} {size}{'' if flip.lever.alone else ' throughout'}"


def _where(flip: ChoiceFlip, verdict: Verdict, speech: Speech) -> str:
    """Return in which options a number is moved, if others have another number in its place."""
    if not flip.only_in:
        return ""
    inside = [speech.option(name) for name in verdict.ranked if name in flip.only_in]
    outside = [speech.option(name) for name in verdict.ranked if name not in flip.only_in]
    return f" in {join_names(inside)}" if len(inside) <= len(outside) else f", but not in {join_names(outside, 'or')},"


def _value(flip: ChoiceFlip, value: float) -> str:
    if flip.unit == "month":
        return f"{value:g} months"
    return " ".join(lever_text(flip.lever, value)).rstrip()


def not_close_text(verdict: Verdict) -> str:
    """Return that no single number changes the choice, and how numbers were moved."""
    also = f"; {ALONE}" if moves_only_two(verdict) else ""
    return f"no one number, moved by a tenth of itself (the discount rate by a point{also}), makes another option first"


def moves_only_two(verdict: Verdict) -> bool:
    """Tell whether there are options beyond the first two, whose maturity and grace were not moved."""
    sound = [name for name in verdict.ranked if name not in verdict.excluded]
    return len(sound) > len(verdict.recommended) + 1


def footing_text(stands: Footing, speech: Speech) -> str:
    """Return a note if the owners' measures deduct another reference company than the verdict; else ""."""
    if not any(stands.beside.values()):
        return ""
    base = speech.option(stands.base)
    text = "the owners' measures here deduct the company that does nothing new as each option has it"
    return f"{text}; the verdict deducts that of {base} from all options"


def rates_text(verdict: Verdict, speech: Speech, *, only_first: bool = False) -> str:
    """Return the ranking, or only the first, at discount rates from 3 to 15 %, and where the first changes."""
    ranked = {rate: names[:1] if only_first else names for rate, names in verdict.at_rates.items()}
    spans = [(names, [rate for rate, _ in group]) for names, group in groupby(ranked.items(), key=lambda item: item[1])]
    parts = [f"{_span(rates)}: {', '.join(map(speech.option, names))}" for names, rates in spans]
    turns = [
        f"from {speech.option(t.below)} to {speech.option(t.above)} at {100 * t.rate:.2f} %" for t in verdict.turnings
    ]
    return "; ".join(parts) + (f"; the first changes {join_names(turns)}" if turns else "")


def _span(rates: Sequence[float]) -> str:
    low, high = (f"{100 * rate:.0f}" for rate in (rates[0], rates[-1]))
    return f"{low} %" if low == high else f"{low} to {high} %"


def free_cash_flow_text(verdict: Verdict, speech: Speech) -> str:
    """Return a note if free cash flow to equity ranks options differently, with the reason; else ""."""
    if not verdict.apart:
        return ""
    one, other = map(speech.option, verdict.apart)
    best = speech.option(verdict.free[0])
    return f"free cash flow to equity ranks otherwise ({best} first; {other} before {one}): {WHY_APART}"


def beside_lines(verdict: Verdict, speech: Speech) -> Iterator[tuple[str, str]]:
    """Yield the ranked options that change more than the financing, with what that is worth to the owners."""
    stands = verdict.footing
    for name in verdict.ranked:
        paths = [speech.number(path) for path in stands.aside.get(name, ())]
        parts = [
            f"changes {join_names([*paths[:SHOWN], *_more(len(paths) - SHOWN)])}, which is not a way of financing"
        ] * bool(paths)
        if amount := stands.beside[name]:
            does = f"{'adds' if amount > 0 else 'takes'} {money_text(abs(amount), verdict.currency)}"
            parts.append(f"{'that ' if parts else ''}{does} beside the projects, against {speech.option(stands.base)}")
        if parts:
            yield name, "; ".join(parts)


def _more(count: int) -> list[str]:
    return [f"{count} more"] if count > 0 else []


def caution_lines(verdict: Verdict, comparison: Comparison, speech: Speech) -> Iterator[str]:
    """Yield cautions about the options that are recommended."""
    first = next(iter(verdict.recommended), "")
    if first and verdict.owners_lose:
        amount = money_text(verdict.footing.owners[first], verdict.currency)
        yield f"owners get back less than they pay in: all that they pay and get is worth {amount}"
    loss = comparison.cases[first].measures["project_npv"].value if first else None
    if loss is not None and loss < 0 <= verdict.worth[first]:
        amount = money_text(loss, verdict.currency)
        yield f"before financing, the projects are worth {amount}: all that owners gain comes from the financing"
    cover = comparison.cases[first].measures["min_dscr"] if first else None
    if cover is not None and cover.value is not None and cover.value < 1:
        times = f"covers debt service {cover.value:.2f} times" if cover.value > 0 else "leaves nothing for debt service"
        yield f"with {speech.option(first)} cash flow {times} in the twelve months to the end of {cover.when}"
    if verdict.first_later:
        text = "if debts and grants due after the horizon are discounted to the days on which they are paid, "
        yield f"{text}{speech.option(verdict.first_later)} is first"
    for name in verdict.recommended:
        never_tested = [tested.says for tested in comparison.cases[name].covenants.values() if tested.holds is None]
        if never_tested:
            yield f"{speech.option(name)} has covenants that are tested on no date: {join_names(never_tested)}"


def extremes_lines(verdict: Verdict, comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Yield the options that alone are best on some leading measures and worst on others, with both."""
    for name, sides in verdict.extremes.items():
        labels = [", ".join(_distinct_labels(comparison, name, side)) for side in sides]
        if all(labels):
            yield name, f"best on {labels[0]}; worst on {labels[1]}"


def _distinct_labels(comparison: Comparison, name: str, keys: Sequence[str]) -> list[str]:
    """Return the labels of leading measures among `keys` whose text differs from that of every other option."""
    labels = []
    for key in (key for key in keys if key in LEADING):
        among = [case.measures[key] for case in comparison.cases.values()]
        texts = {other: measure_text(case.measures[key], among) for other, case in comparison.cases.items()}
        if list(texts.values()).count(texts[name]) == 1:
            labels.append(comparison.cases[name].measures[key].label)
    return labels


def verdict_lines(verdict: Verdict, comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Yield the lines for a terminal, each with its head."""
    yield "VERDICT", choice_text(verdict, PLAIN)
    if verdict.recommended and len(verdict.ranked) > 1:
        yield from _flip_lines(verdict)
    yield from (("excluded", text) for text in excluded_lines(verdict, PLAIN))
    if len(verdict.ranked) > 1:
        yield "rates", rates_text(verdict, PLAIN)
    yield from (("beside", f"{name} {changes}") for name, changes in beside_lines(verdict, PLAIN))
    yield from (
        ("but", text)
        for text in (*caution_lines(verdict, comparison, PLAIN), free_cash_flow_text(verdict, PLAIN))
        if text
    )
    yield from (("extremes", f"{name}: {sides}") for name, sides in extremes_lines(verdict, comparison))


def _flip_lines(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield how close the choice is: the numbers that change it, or that none does."""
    for flip in verdict.flips[:MOST]:
        yield "close", flip_text(flip, verdict, PLAIN)
    if len(verdict.flips) > MOST:
        yield "close", f"so do {len(verdict.flips) - MOST} more numbers, which `--json` lists"
    if not verdict.close:
        yield "not close", not_close_text(verdict)
    if verdict.not_moved:
        yield "not moved", f"{verdict.not_moved:,} numbers, because there are too many; those of financing came first"
