"""When excited states arrive: slow ones come after everything prompt."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wayside.acceptance.rule import Rule
from wayside.constants import SPEED_OF_LIGHT


class Arrivals(NamedTuple):
    """Distribution of the arrival time at a detector, after the collision."""

    edges: NDArray[np.float64]
    """Bin edges in ns, shape (n + 1,)."""
    probability: NDArray[np.float64]
    """Chance per produced excited state to decay in the volume and to have entered it in a bin."""
    prompt: float
    """Arrival of light at the nearest point of the volume's front, in ns."""


def arrival_times(
    rule: Rule, ctau: float, edges: ArrayLike | None = None, *, bins: int = 60
) -> Arrivals:
    """When excited states that decay inside a volume enter it.

    Parameters
    ----------
    rule
        Nodes over the volume, from `wayside.acceptance.estimate.converged_rule`.
    ctau
        Proper decay length in m.
    edges
        Bin edges in ns; chosen around the distribution if None.
    bins
        Number of bins to choose.

    Notes
    -----
    Arrival is path over velocity, with the chance to decay between entry and exit as weight.
    """
    times, logarithms = _nodes(rule, ctau)
    prompt = float(np.min(rule.sky.near)) / SPEED_OF_LIGHT
    if edges is None:
        low, high = quantiles(rule, ctau, (0.0, 0.999)) if times.size else (prompt, 10.0 * prompt)
        edges = np.linspace(0.98 * low, 1.02 * high, bins + 1)
    borders = np.asarray(edges, dtype=np.float64)
    probability, _ = np.histogram(times, bins=borders, weights=np.exp(logarithms))
    return Arrivals(borders, probability, prompt)


def quantiles(rule: Rule, ctau: float, levels: ArrayLike) -> NDArray[np.float64]:
    """Quantiles of the arrival time in ns, however short the lifetime; see `arrival_times`."""
    times, logarithms = _nodes(rule, ctau)
    if not times.size:
        return np.full(np.shape(levels), np.nan)
    order = np.argsort(times)
    reached = np.cumsum(np.exp(logarithms[order] - np.max(logarithms)))
    at = np.searchsorted(reached, np.asarray(levels, dtype=np.float64) * reached[-1])
    return np.asarray(times[order][np.minimum(at, len(times) - 1)])


def _nodes(rule: Rule, ctau: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Arrival times in ns and logarithms of the chances, of nodes with a chance."""
    nodes = rule.nodes()
    used = nodes.weight > 0.0
    direction, rapidity, weight, log_flight = (column[used] for column in nodes)
    flight = np.exp(log_flight) * ctau
    near = rule.sky.near[direction]
    inside = (rule.sky.far - rule.sky.near)[direction]
    with np.errstate(divide="ignore"):
        logarithms = np.log(weight) + np.log(-np.expm1(-inside / flight))
    return near / (SPEED_OF_LIGHT * np.tanh(rapidity)), logarithms - near / flight
