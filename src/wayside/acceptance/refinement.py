"""Orders of a quadrature that go up where they have to: by panel of the polar angle, and in turn.

Two orders are compared in every panel. Those that still matter are attributed to polar angle,
azimuth and rapidity, and whichever leaves the largest step goes up the ladder, in these panels
alone. Next to a kinematic edge few of dozens are slow to converge; to raise all would multiply the
nodes. Steps of all panels are added by their sizes, so that none hides another.

A step is the error of the lower order. Where convergence is geometric, how small it is beside the
integral in its panel tells by how much the upper order is better known.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.acceptance.rule import Level
from wayside.typing import BoolArray, FloatArray, IndexArray

LADDERS: Final = (
    (4, 5, 6, 7, 8, 9, 12, 18, 28, 44, 72, 120),
    (2, 3, 4, 5, 7, 10, 14, 18, 24),
    (6, 7, 8, 10, 11, 14, 18, 26, 36, 50, 64),
)
"""Numbers of nodes in polar angle, azimuth and rapidity; convergence is geometric, so the step up
bounds the error."""

_POLAR, _AZIMUTH, _RAPIDITY = 0, 1, 2

_QUICK: Final = 2.0
"""An azimuth whose step is more than this many times what is allowed goes up by two."""

_LEFT: Final = 0.9
"""Fraction of what is allowed that panels which are left as they are may add up to."""

_BEST_RATIO: Final = 0.1
"""The error after a step is never taken for less than this fraction of the step."""

_NEGLIGIBLE: Final = 0.01
"""A step of less than this fraction of what is allowed leaves the order where it was."""


class Rungs(NamedTuple):
    """Places in `LADDERS`."""

    polar: int
    azimuth: int
    rapidity: int

    @property
    def level(self) -> Level:
        """Numbers of nodes."""
        return Level(*(ladder[rung] for ladder, rung in zip(LADDERS, self, strict=True)))

    def raised(self, which: int, steps: int) -> "Rungs":
        """Further up the ladder in one of the three, to its end at most."""
        rungs = list(self)
        rungs[which] = min(rungs[which] + steps, len(LADDERS[which]) - 1)
        return Rungs(*rungs)

    def all_raised(self) -> "Rungs":
        """Up by one in all three."""
        return self.raised(_POLAR, 1).raised(_AZIMUTH, 1).raised(_RAPIDITY, 1)


class Built(NamedTuple):
    """What one order gives over some panels."""

    sums: FloatArray
    """Integrals in every panel, shape (integrals, panels), 0 where there are no nodes."""
    nodes: IndexArray
    """Number of nodes in every panel."""
    payload: Any
    """What the caller makes its answer of."""


class Part(NamedTuple):
    """Panels whose answer is that of one order."""

    level: Level
    panels: BoolArray
    payload: Any


class Refined(NamedTuple):
    """What was settled on."""

    parts: list[Part]
    step: float
    """Sum of the relative steps of all panels."""


Build = Callable[[Level, BoolArray], Built]


class _Ladders:
    """Where every panel is on the ladder.

    Parameters
    ----------
    build
        Makes an order over some panels.
    loss
        By how much less an integral has to be known, shape (integrals,).
    lower, upper
        Two orders over all panels, and where they are on the ladder.
    geometric
        As of `refined`.
    """

    def __init__(
        self,
        build: Build,
        loss: FloatArray,
        lower: tuple[Rungs, Built],
        upper: tuple[Rungs, Built],
        geometric: bool,
    ) -> None:
        self._build, self._loss = build, loss
        (self._low, below), (self._high, built) = lower, upper
        self._lower, self._upper = below.sums, built.sums.copy()
        self._sums = built.sums.copy()
        self._nodes = built.nodes.copy()
        panels = self._nodes.shape[0]
        self.rungs = np.tile(np.array(self._high), (panels, 1))
        self._builds = [(self._high, built)]
        self._owner = np.zeros(panels, dtype=np.intp)
        self._attributed = np.zeros(panels, dtype=np.bool_)
        self._raised = np.full(panels, not geometric)
        self._geometric = geometric
        self.steps = np.zeros((3, panels))
        self.steps[_POLAR] = self._left_of_all()
        if geometric:
            self._low, self._lower = self._high, built.sums
            self._high = self._high.all_raised()

    def _relative(self, change: FloatArray) -> FloatArray:
        """Change of every panel relative to all of them, of every integral."""
        totals = np.abs(self._sums.sum(axis=1))
        scale = self._loss * np.where(totals > 0.0, totals, 1.0)
        return np.abs(change) / scale[:, None]

    def _step(self, now: FloatArray, before: FloatArray) -> FloatArray:
        """Step of every panel, the largest among the integrals."""
        return np.asarray(self._relative(now - before).max(axis=0))

    def _left(self, step: FloatArray, beside: FloatArray) -> FloatArray:
        """Error after a step, from how small it is beside what it is a part of.

        The power is that of QUADPACK, which takes the error of an integral for the step between two
        orders, relative to the size of the integrand, to the power 3/2.
        """
        if not self._geometric:
            return step
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(beside > 0.0, step / beside, 1.0)
        return np.asarray(step * np.clip(np.sqrt(ratio), _BEST_RATIO, 1.0))

    def _left_of_all(self) -> FloatArray:
        """Error of every panel after a step in all three, the largest among the integrals."""
        step = self._relative(self._upper - self._lower)
        return np.asarray(self._left(step, self._relative(self._upper)).max(axis=0))

    def slow(self, allowed: float) -> BoolArray:
        """Panels that cannot be left as they are: those that do most for their nodes."""
        by_panel = self.steps.sum(axis=0)
        order = np.argsort(by_panel / np.maximum(self._nodes, 1))
        slow = np.zeros(len(order), dtype=np.bool_)
        slow[order] = np.cumsum(by_panel[order]) > _LEFT * allowed
        return slow

    def raise_all(self, chosen: BoolArray) -> None:
        """Raise some panels in all three once, where convergence is geometric."""
        chosen = chosen & ~self._raised
        if not chosen.any():
            return
        self._raised |= chosen
        built = self._build(self._high.level, chosen)
        self._upper[:, chosen] = built.sums[:, chosen]
        self.steps[_POLAR, chosen] = self._left_of_all()[chosen]
        self._settle(chosen, self._high, built)

    def _settle(self, panels: BoolArray, place: Rungs, built: Built) -> None:
        """Let panels have the answer of an order."""
        self.rungs[panels] = place
        self._sums[:, panels] = built.sums[:, panels]
        self._nodes[panels] = built.nodes[panels]
        self._owner[panels] = len(self._builds)
        self._builds.append((place, built))

    def attribute(self, chosen: BoolArray) -> None:
        """Which of the three the first step of some panels was."""
        chosen = chosen & ~self._attributed
        if not chosen.any():
            return
        self._attributed |= chosen
        without_azimuth = self._build(
            self._high._replace(azimuth=self._low.azimuth).level, chosen
        ).sums
        with_polar = self._build(self._low._replace(polar=self._high.polar).level, chosen).sums
        self.steps[:, chosen] = np.stack(
            [
                self._step(with_polar, self._lower),
                self._step(self._upper, without_azimuth),
                self._step(without_azimuth, with_polar),
            ]
        )[:, chosen]

    def raise_orders(self, chosen: BoolArray, allowed: float, most: int) -> bool:
        """Raise each of some panels in what leaves its largest step; False where none can."""
        which = np.argmax(self.steps, axis=0)
        quick = (which == _AZIMUTH) & (self.steps[_AZIMUTH] > _QUICK * allowed)
        moves = np.concatenate([self.rungs, which[:, None], 1 + quick[:, None]], axis=1)
        some = False
        for move in np.unique(moves[chosen], axis=0):
            panels = chosen & np.all(moves == move, axis=1)
            place = Rungs(*(int(rung) for rung in move[:3]))
            up = place.raised(int(move[3]), int(move[4]))
            growth = np.prod(up.level) / np.prod(place.level) - 1.0
            if up == place or self._nodes.sum() + growth * self._nodes[panels].sum() > most:
                continue
            some = True
            built = self._build(up.level, panels)
            step = self._step(built.sums, self._sums)
            self.steps[move[3], panels] = self._left(step, self.steps[move[3]])[panels]
            # Where the lower order was right already, the nodes are better spent on the others.
            better = panels & (step > _NEGLIGIBLE * allowed / chosen.sum())
            self._settle(better, up, built)
        return some

    def settled(self) -> Refined:
        """What the panels have come to."""
        parts = []
        for number, (place, built) in enumerate(self._builds):
            panels = self._owner == number
            if panels.any():
                parts.append(Part(place.level, panels, built.payload))
        return Refined(parts, float(self.steps.sum()))


def refined(
    build: Build,
    loss: FloatArray,
    lower: tuple[Rungs, Built],
    upper: tuple[Rungs, Built],
    allowed: float,
    most: int,
    geometric: bool = False,
) -> Refined:
    """Raise orders until the steps of all panels add up to no more than is allowed.

    Parameters
    ----------
    build
        Makes an order over some panels, ``build(level, panels)``.
    loss
        By how much less each integral has to be known, shape (integrals,).
    lower, upper
        Two orders over all panels, and where they are on the ladder.
    allowed
        Relative step.
    most
        Number of nodes that are not to be exceeded.
    geometric
        Whether the error is taken for less than the step where that is small, and slow panels go up
        in all three before their step is attributed.

    Returns
    -------
    Refined
        Its step is more than is allowed where the ladder ends, or the nodes do.
    """
    ladders = _Ladders(build, loss, lower, upper, geometric)
    while float(ladders.steps.sum()) > allowed:
        slow = ladders.slow(allowed)
        ladders.raise_all(slow)
        if float(ladders.steps.sum()) <= allowed:
            break
        slow = ladders.slow(allowed)
        ladders.attribute(slow)
        if float(ladders.steps.sum()) <= allowed:
            break
        if not ladders.raise_orders(slow, allowed, most):
            break
    return ladders.settled()
