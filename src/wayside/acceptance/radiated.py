"""Probabilities to decay in a volume with all photons over those with one.

On shell, one pass over photons, directions and energies (`wayside.acceptance.photon_pass`) serves
every lifetime. The same points without further photons are the denominator, so that most of the
error of the quadrature cancels; they are the same for all masses, so that ratios are smooth. Off
shell, a quadrature over the energy that is left. Derived in docs/theory, section "Radiation".
"""

import math
from collections.abc import Callable
from functools import partial, singledispatch

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.panels import build_rule
from wayside.acceptance.photon_pass import PassPoints, drawn_points
from wayside.acceptance.rule import Level, Rule, merged
from wayside.acceptance.tail import COARSE
from wayside.collider.beams import Beams
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.production.direct_process import DirectProcess
from wayside.production.photon_total import LOWEST, MOST, scheme_total, total_difference
from wayside.production.process import Process
from wayside.production.radiative_process import RadiativeProcess
from wayside.radiation.emission import number_factors
from wayside.radiation.radiator import strength
from wayside.typing import FloatArray

POINTS = 16384
"""Points of a pass for beams of equal energies."""

POINTS_BOOSTED = 32768
"""The same for others, where photons move the caustic over a detector more often than not."""

TWO_THIRDS = ((2.0 / 3.0, 1.0),)
HALF_OR_QUARTER = ((0.5, 1.0), (0.25, 1.0 / 3.0))
"""Parts of the points that tell the error, and the weight of the step from each: of a quadrature
whose error falls geometrically, and of one where it falls with the points: there one step alone may
be small although the error is not, and that from a quarter is three times as large."""

NODES = 12
"""Nodes over the energy that photons take, off shell."""

NODES_TO_POLE = 128
"""The same where they lead to a pole: near it the cross-section rises, and pairs fly as those of an
A' on its mass shell, whose caustic may lie on the detector."""

_LEVEL = Level(12, 5, 14)
"""Order of the quadrature over a volume at each of these nodes."""

_OUTER = 1.0 / 6.0
"""Weight of either outer node of three for a Gaussian, which lie root 3 deviations away."""

_UNFELT = 1e-5
"""Fraction of the energy squared whose loss no yield notices."""

_LARGEST = 700.0
"""Logarithm of a ratio that numbers hold."""


class SpreadFactor:
    """What the spread of the beam energies does to a probability to decay, by lifetime.

    Parameters
    ----------
    nominal
        The curve at the energies of the beams.
    ends
        Cross-sections, relative to that of the nominal energies, and curves at the outer two of
        three nodes of a Gaussian for each beam by itself; those that make no pair left out.
    """

    def __init__(self, nominal: DecayCurve, ends: list[tuple[float, DecayCurve]]) -> None:
        self._nominal = nominal
        self._ends = ends

    def log(self, ctau: FloatArray) -> FloatArray:
        """Logarithm of the factor at proper decay lengths in m."""
        nominal = self._nominal.log_probability(ctau)
        logs = [np.full(ctau.shape, math.log(1.0 - 4.0 * _OUTER))]
        for rate, curve in self._ends:
            logs.append(math.log(_OUTER * rate) + curve.log_probability(ctau) - nominal)
        return np.asarray(np.logaddexp.reduce(logs, axis=0))


class PhotonRatio:
    """Probability to decay in a volume with all photons over that with one, by lifetime.

    Parameters
    ----------
    rule
        Nodes with all photons.
    one_photon
        The curve over the same points with one.
    points
        Points of the quadrature behind them.
    coarser
        Other numbers of points that tell the error, as fractions of these, and for what part of it
        the step from each of them stands.
    total_difference
        Relative difference of the total before it was normalised.
    spread
        Factor for the spread of the beam energies, where the nodes do not have it.
    """

    def __init__(
        self,
        rule: Rule,
        one_photon: DecayCurve,
        points: int,
        coarser: tuple[tuple[float, float], ...] = TWO_THIRDS,
        total_difference: float = 0.0,
        spread: SpreadFactor | None = None,
    ) -> None:
        self.rule: Rule | None = rule
        """Nodes with all photons: flights of the excited states that reach the volume. They are
        megabytes: None once `make_again` was called."""
        self.points = points
        """Points of the quadrature over photons."""
        self.coarser = tuple((round(part * points), weight) for part, weight in coarser)
        """Numbers of points that tell the error, and the weight of the step from each."""
        self.total_difference = total_difference
        """Relative difference of the total from the closed form, before it was normalised."""
        self._curves = DecayCurve(rule, tail=COARSE), one_photon
        self._spread = spread

    def make_again(self, again: "Callable[[], PhotonRatio]") -> None:
        """Keep no nodes once many lifetimes were asked for.

        Parameters
        ----------
        again
            Makes the same ratio once more, for the lifetimes that ask for its nodes.
        """
        self.rule = None
        for which, curve in enumerate(self._curves):
            curve.make_again(partial(self._nodes_of, again, which))

    @staticmethod
    def _nodes_of(again: "Callable[[], PhotonRatio]", which: int) -> Rule:
        return again()._curves[which].nodes()

    @property
    def hits(self) -> float:
        """Ratio of the probabilities to cross the volume."""
        all_photons, one_photon = self._curves
        if one_photon.empty or all_photons.empty:
            return 1.0
        return all_photons.hit_probability / one_photon.hit_probability

    def __call__(self, ctau: ArrayLike) -> FloatArray:
        """Ratio at proper decay lengths in m, any shape; 1 where nothing reaches the volume.

        Parameters
        ----------
        ctau
            Positive, inf for a stable state.
        """
        return np.asarray(np.exp(np.minimum(self.log(ctau), _LARGEST)))

    def log(self, ctau: ArrayLike) -> FloatArray:
        """Logarithm of the ratio: where next to nothing survives the spread makes it large.

        Parameters
        ----------
        ctau
            Positive, inf for a stable state.
        """
        lifetime = np.minimum(np.asarray(ctau, dtype=np.float64), 1e30)
        all_photons, one_photon = self._curves
        if one_photon.empty or all_photons.empty:
            return np.zeros(lifetime.shape)
        logs = all_photons.log_probability(lifetime) - one_photon.log_probability(lifetime)
        return np.asarray(logs if self._spread is None else logs + self._spread.log(lifetime))


@singledispatch
def photon_ratio(
    process: Process, volume: Volume, rule: Rule, points: int | None = None, seed: int = 0
) -> PhotonRatio:
    """Ratio of the probabilities to decay in a volume with all photons to those with one.

    Parameters
    ----------
    process
        Production process at one mass point.
    volume
        The detector.
    rule
        Nodes over the volume without further photons.
    points
        Points of the pass, a power of two; None for as many as yields take.
    seed
        Of the scrambling of the points: others give independent estimates.

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    del volume, rule, points, seed  # for those that are registered
    raise InputError(f'run.radiation = "all": it is not known how {process.name} radiates')


@photon_ratio.register
def _(
    process: RadiativeProcess, volume: Volume, rule: Rule, points: int | None = None, seed: int = 0
) -> PhotonRatio:
    from wayside.production.radiative_flight import radiative_flight

    del volume  # the rays are those of the rule
    model, beams = process.model, process.beams
    # The ratio is that of the exact kernel, whichever regulator the closed form has.
    flight = radiative_flight(model, beams)
    number = points or (POINTS if flight.symmetric else POINTS_BOOSTED)
    pass_over = PassPoints(rule, flight, process, drawn_points(number, seed))
    if pass_over.empty:
        return PhotonRatio(rule, DecayCurve(rule), number)
    factors = number_factors(strength(beams.sqrt_s), LOWEST, MOST)
    highest = (beams.sqrt_s - model.m_aprime) / beams.sqrt_s
    rapidity, value = pass_over.run(factors, highest)
    value[1:] /= scheme_total(model.m_aprime, beams.sqrt_s)
    all_photons, single = (
        pass_over.rule(rapidity[which], value[which]) for which in (slice(1, None), slice(0, 1))
    )
    difference = total_difference(model.m_aprime, beams.sqrt_s)
    one_photon = DecayCurve(single, tail=COARSE)
    return PhotonRatio(all_photons, one_photon, number, HALF_OR_QUARTER, difference)


@photon_ratio.register
def _(
    process: DirectProcess, volume: Volume, rule: Rule, points: int | None = None, seed: int = 0
) -> PhotonRatio:
    from wayside.production.direct_flight import direct_flight

    del rule, seed  # one order for all energies, nothing random

    def rule_of(electrons: float, positrons: float) -> Rule:
        beams = process.beams
        electron, positron = electrons * beams.electron_energy, positrons * beams.positron_energy
        slowed = Beams(electron, positron, beams.crossing_angle)
        return build_rule(direct_flight(process.model, slowed), volume, _LEVEL)

    number = points or (NODES_TO_POLE if process.has_peak else NODES)
    without_loss = rule_of(1.0, 1.0)
    nominal = DecayCurve(without_loss)
    if nominal.empty or not process.radiates:
        return PhotonRatio(without_loss, nominal, number)
    parts = []
    for loss in process.weighted_losses(number):
        if loss.fraction < _UNFELT:
            parts.append((loss.weight, without_loss))
            continue
        left = 1.0 - loss.fraction
        parts += [(0.5 * loss.weight, rule_of(left, 1.0)), (0.5 * loss.weight, rule_of(1.0, left))]
    return PhotonRatio(
        merged(parts), nominal, number, spread=_spread_factor(process, nominal, rule_of)
    )


def _spread_factor(
    process: DirectProcess, nominal: DecayCurve, rule_of: Callable[[float, float], Rule]
) -> SpreadFactor | None:
    """Of nodes at other energies of the electrons or of the positrons; None without a spread."""
    step = math.sqrt(3.0) * process.treatment.energy_spread
    if not step > 0.0:
        return None
    ends = []
    low, high = 1.0 - step, 1.0 + step
    for electrons, positrons in ((high, 1.0), (low, 1.0), (1.0, high), (1.0, low)):
        rate = process.relative_cross_section(math.sqrt(electrons * positrons))
        if rate > 0.0:
            ends.append((rate, DecayCurve(rule_of(electrons, positrons))))
    return SpreadFactor(nominal, ends)
