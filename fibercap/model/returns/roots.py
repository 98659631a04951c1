"""Every rate at which flows in time balance: the zeros of a sum of exponentials."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from fibercap.core.timeline import first_of_each
from fibercap.model.returns.irr_of_batches import quick_rates
from fibercap.model.returns.rate_choice import plausible_rate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from fibercap.core.units import Array

TOUCHING: Final = 1e-12
"""A sum that comes this near to zero, against its terms without signs, touches it."""
CHANGES: Final = 1000
"""Up to so many changes of sign the rates are isolated by derivatives, beyond it by looking at a grid."""
GRID: Final = 8192
MANY: Final = 64
"""Series from which on they are solved together, where they are ordinary."""
_EPS: Final = float(np.finfo(float).eps)


@dataclass(frozen=True)
class _Flows:
    """The sum of sign * exp(size - time * x) as a function of x; a sign of zero is no flow.

    Sizes are logarithms, so that neither money nor rates nor repeated derivatives overflow.
    """

    times: Array  # (event), ascending
    signs: Array  # (event) or (member, event)
    sizes: Array

    @cached_property
    def span(self) -> float:
        return float(self.times[-1] - self.times[0])

    @property
    def changes(self) -> NDArray[np.int_]:
        """Return the changes of sign in the order of time, zeros skipped: (...)."""
        position = np.where(self.signs != 0, np.arange(self.times.size), 0)
        lasting = np.take_along_axis(self.signs, np.maximum.accumulate(position, axis=-1), axis=-1)
        return np.asarray(np.count_nonzero(lasting[..., 1:] * lasting[..., :-1] < 0, axis=-1))

    def balance(self, x: Array) -> tuple[Array, Array]:
        """Return log(inflows / outflows) at each x, and its slope: (member,).

        It has the zeros and signs of the sum, but is nearly a straight line, which suits Newton's method.
        """
        exponents = self.sizes - self.times * x[:, np.newaxis]
        (inflows, early), (outflows, late) = (self._total(exponents, self.signs == sign) for sign in (1, -1))
        return inflows - outflows, late - early

    def _total(self, exponents: Array, chosen: Array) -> tuple[Array, Array]:
        """Return the logarithm of the chosen terms' sum, and their mean time."""
        chosen_exponents = np.where(chosen, exponents, -np.inf)
        peak = chosen_exponents.max(axis=-1)
        weights = np.exp(chosen_exponents - peak[:, np.newaxis])
        total = weights.sum(axis=-1)
        return peak + np.log(total), (weights @ self.times) / total

    def derivative(self) -> _Flows:
        """Return the derivative of exp(time * x) times the sum, `time` being that before the first change of sign.

        The term at that time becomes a constant and drops out, those after it turn their sign.
        """
        first = int(np.argmax(self.signs[1:] != self.signs[:-1]))
        ahead = np.delete(self.times[first] - self.times, first)
        signs, sizes = np.delete(self.signs, first), np.delete(self.sizes, first)
        return _Flows(np.delete(self.times, first), signs * np.sign(ahead), sizes + np.log(np.abs(ahead)))


def all_rates(times: ArrayLike, cash_flows: ArrayLike) -> Array:
    """Return every rate per unit of time, above -100 %, at which the flows are worth nothing.

    Parameters
    ----------
    times : (event,)
        When each flow happens, in any order and unit; flows at the same time count as one.
    cash_flows : (event,)
        Inflows positive, outflows negative; their scale does not matter.

    Returns
    -------
    (rate,), ascending [1 per unit of time]
        Empty where no rate exists. A rate counts once, whatever its multiplicity. A rate too large for a float is inf;
        one within rounding of -100 % is -1.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are no flows, or something is not finite.

    Notes
    -----
    The value only has to come within 1e-12 of zero, relative to the sum of the flows' present values without signs,
    for a rate at which it touches zero. So two rates closer than some 1e-6 / (span of the times) count as one, and a
    near miss of that size counts as a touch. Series with more than 1000 changes of sign are looked at on a grid of 8192
    rates instead: there, two rates between neighbors of the grid, or one that is only touched, can be missed.

    Source
    ------
    Own derivation. With x = log(1 + rate) the value is f(x) = sum of c_t exp(-t x), and its zeros are at most as many
    as the changes of sign of c in time (Descartes, for real exponents Laguerre 1883). For `a` the time before a
    change, exp(a x) f(x) has the derivative sum of (a - t) c_t exp((a - t) x), which changes sign once less. Its zeros,
    found the same way, cut the line into pieces on which exp(a x) f(x) is monotone, thus with one zero at most, seen
    from the signs at their ends. Without a change of sign there is no zero, where the descent ends.
    """
    flows, single = _prepared(times, cash_flows)
    if single.ndim != 1:
        raise ValueError(f"one series is wanted here, found cash flows of shape {single.shape}")
    return _rates(flows)


def only_rate(times: ArrayLike, cash_flows: ArrayLike) -> Array:
    """Return the rate per unit of time, above -100 %, at which each series is worth nothing.

    The only one is the rate wherever it lies. Of several it is the one from -50 % to 1,000 %, if there is just one.

    Parameters
    ----------
    times : (event,)
        When each flow happens, in any order and unit, the same for all series.
    cash_flows : (..., event)
        Inflows positive, outflows negative.

    Returns
    -------
    (...,) [1 per unit of time]
        nan where there is no such rate.

    Raises
    ------
    ValueError
        If the shapes do not fit, there are no flows, or something is not finite.

    Source
    ------
    As `all_rates`. Series with one change of sign have exactly one rate and are solved together.
    """
    when, given = np.asarray(times, dtype=float), np.asarray(cash_flows, dtype=float)
    if given.ndim == 2 and len(given) == 1 and when.shape == given.shape[1:]:  # (member, event)
        return _remembered(when.tobytes(), given.tobytes()).copy()
    many = given.ndim == 2 and len(given) >= MANY
    if not many or when.shape != given.shape[1:] or when.size < 2 or not (np.diff(when) > 0).all():
        return _only_rate(when, given)
    rates = _rate(quick_rates(when - when[0], given))
    left = np.isnan(rates)
    if left.any():
        rates[left] = _only_rate(when, given[left])
    return rates


@lru_cache(maxsize=256)
def _remembered(times: bytes, cash_flows: bytes) -> Array:
    """Return the rate of one series; ways of financing share the flows that they do not change."""
    return _only_rate(np.frombuffer(times), np.frombuffer(cash_flows)[np.newaxis])


def _only_rate(times: Array, cash_flows: Array) -> Array:
    """Return the same, thoroughly."""
    flows, given = _prepared(times, cash_flows)
    members = _Flows(flows.times, *(part.reshape(-1, flows.times.size) for part in (flows.signs, flows.sizes)))
    rates = np.full(len(members.signs), np.nan)
    changes = members.changes
    if (simple := changes == 1).any():
        chosen = _Flows(flows.times, members.signs[simple], members.sizes[simple])
        earliest = np.take_along_axis(chosen.signs, np.argmax(chosen.signs != 0, axis=-1)[:, np.newaxis], axis=-1)[:, 0]
        everywhere = np.full(earliest.size, np.inf)
        rates[simple] = _rate(_zeros(chosen, -everywhere, everywhere, earliest))
    for member in np.flatnonzero(changes > 1):
        found = _rates(_Flows(flows.times, members.signs[member], members.sizes[member]))
        rates[member] = plausible_rate(found)
    return rates.reshape(given.shape[:-1])


def _prepared(times: ArrayLike, cash_flows: ArrayLike) -> tuple[_Flows, Array]:
    """Return the flows in order of time, one for each time, as signs and sizes; and the cash flows as an array."""
    when, given = np.asarray(times, dtype=float), np.asarray(cash_flows, dtype=float)
    if when.ndim != 1 or given.ndim == 0 or when.size != given.shape[-1]:
        raise ValueError(f"times of shape {when.shape} do not fit cash flows of shape {given.shape}")
    if when.size == 0:
        raise ValueError("there are no cash flows")
    if not (np.isfinite(when).all() and np.isfinite(given).all()):
        raise ValueError("times and cash flows must be finite")
    largest = np.abs(given).max(axis=-1, keepdims=True, initial=0.0)
    scaled = given / np.where(largest == 0, 1.0, largest)
    order = np.argsort(when, kind="stable")
    ordered = when[order]
    starts = first_of_each(ordered)
    moments = ordered[starts]
    merged, gross = (np.add.reduceat(part[..., order], starts, axis=-1) for part in (scaled, np.abs(scaled)))
    merged = np.where(np.abs(merged) <= 4 * _EPS * gross, 0.0, merged)  # 0.1 + 0.2 - 0.3 on one day is no flow
    sizes = np.log(np.where(merged == 0, 1.0, np.abs(merged)))
    return _Flows(moments - moments[0], np.sign(merged), sizes), given


def _rate(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.expm1(x)


def _rates(flows: _Flows) -> Array:
    """Return the rates of one series."""
    kept = flows.signs != 0
    flows = _Flows(flows.times[kept], flows.signs[kept], flows.sizes[kept])
    if flows.changes == 0:
        return np.empty(0)
    if flows.changes > CHANGES:
        return _rate(_zeros_between(flows, _grid(flows)))
    ladder = [flows]
    while (lower := ladder[-1].derivative()).changes > 0:
        ladder.append(lower)
    zeros = np.empty(0)
    for step in reversed(ladder):
        zeros = _zeros_between(step, zeros)
    return _rate(zeros)


def _grid(flows: _Flows) -> Array:
    """Return points, dense around zero; beyond them the latest or the earliest flow outweighs all others together."""
    ends = []
    for edge, direction in ((-1, -1.0), (0, 1.0)):
        alone = np.full(flows.times.size, -1.0)
        alone[edge] = 1.0
        dominance = _Flows(flows.times, alone, flows.sizes)
        reach = 1.0 / flows.span
        while dominance.balance(np.array([direction * reach]))[0][0] <= 0:
            reach *= 2.0
        ends.append(direction * reach)
    low, high = np.arcsinh(np.multiply(ends, flows.span))
    return np.asarray(np.sinh(np.linspace(low, high, GRID)) / flows.span)


def _zeros_between(flows: _Flows, points: Array) -> Array:
    """Return the zeros at ascending points where the sum touches zero, and one for each change of sign between."""
    values = np.concatenate([flows.balance(part)[0] for part in np.array_split(points, points.size // 64 + 1)])
    inner = np.where(np.abs(values) <= 2 * TOUCHING, 0.0, np.sign(values))
    signs = np.concatenate([flows.signs[-1:], inner, flows.signs[:1]])
    ends = np.concatenate([[-np.inf], points, [np.inf]])
    crossed = signs[:-1] * signs[1:] < 0
    crossings = _zeros(flows, ends[:-1][crossed], ends[1:][crossed], signs[1:][crossed])
    return np.sort(np.concatenate([points[inner == 0], crossings]))


def _zeros(flows: _Flows, low: Array, high: Array, above: Array) -> Array:
    """Return the zero inside each bracket by Newton's method, safeguarded by halving; `above` is the sign at `high`.

    An end may be infinite: then steps that double lead towards it until the sign changes.
    """
    stride = 8.0 / flows.span
    least = 1.0 / flows.span
    start = np.clip(0.0, low, high)
    with np.errstate(invalid="ignore"):  # inf - inf, where it is not chosen
        x = np.where(np.isinf(low) | np.isinf(high), start, (low + high) / 2)
    moved, settled = np.full(x.size, np.inf), np.zeros(x.size, dtype=bool)
    while not settled.all():
        value, slope = flows.balance(x)
        beyond = value * above > 0
        low, high = np.where(beyond, low, x), np.where(beyond, x, high)
        unbounded = np.isinf(low) | np.isinf(high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
            halved = np.where(np.isinf(high), x + stride, np.where(np.isinf(low), x - stride, (low + high) / 2))
            limit = np.where(unbounded, stride, moved / 2)
            trusted = (low < newton) & (newton < high) & (np.abs(newton - x) <= limit)
        following = np.where(trusted, newton, halved)
        change = np.abs(following - x)
        near = ~unbounded & (high - low <= 2 * _EPS * np.maximum(np.abs(x), least))
        settled |= (np.abs(value) <= 2 * _EPS) | near | (trusted & (change <= 2 * _EPS * np.maximum(np.abs(x), least)))
        x = np.where(settled, x, following)
        moved = np.where(unbounded, np.inf, change)
        stride *= 2.0
    return x
