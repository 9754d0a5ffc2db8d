"""Probabilities to decay in a volume with all photons over those with one.

On shell, one pass over photons, directions and energies serves every lifetime: further photons are
drawn, and the exact density of one photon is taken in what they leave. The same points without
further photons are the denominator, so that most of the error of the quadrature cancels; they are
the same for all masses, so that ratios are smooth. Off shell, a quadrature over the energy that is
left. Derived in docs/theory, section "Radiation".
"""

import math
from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.directions import Sky
from wayside.acceptance.rule import Level, Rule, Spectra, build_rule, merged
from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.detector.volume import Volume
from wayside.errors import InputError
from wayside.production.direct_process import DirectProcess
from wayside.production.extra_photons import make_room, place_with_photons
from wayside.production.photon_total import LOWEST, MOST, scheme_total, total_difference
from wayside.production.process import Process
from wayside.production.radiative_process import RadiativeProcess
from wayside.radiation.emission import draw_photons, number_factors
from wayside.radiation.radiator import strength
from wayside.radiation.sobol import sobol
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.production.radiative_flight import RadiativeFlight

POINTS = 16384
"""Points of a pass for beams of equal energies."""

POINTS_BOOSTED = 32768
"""The same for others, where photons move the caustic over a detector more often than not."""

HALF = ((2, 1.0),)
HALF_OR_QUARTER = ((2, 1.0), (4, 1.0 / 3.0))
"""Of a quadrature whose error falls steeply, and of one where it falls with the points: there one
step alone may be small by chance, and that from a quarter is three times as large."""

_EVEN = 0.5
"""Fraction of the directions drawn by solid angle, the rest by the density without photons."""

_LEAST_SIDE = 0.05
"""Least fraction of the points with the photon of the process off either beam."""

NODES = 12
"""Nodes over the energy that photons take, off shell."""

_LEVEL = Level(12, 5, 14)
"""Order of the quadrature over a volume at each of these nodes."""

_UNFELT = 1e-5
"""Fraction of the energy squared whose loss no yield notices."""

_FAST = 0.3
"""Fraction of the points with rapidities drawn toward the highest, which a short lifetime asks for:
with a density (1 - u)^(1/_STEEP - 1)."""

_STEEP = 4.0

_LARGEST = 700.0
"""Logarithm of a ratio that numbers hold."""

_TRIED = 256
"""Points without photons that tell how much comes with the photon off either beam."""


@njit(error_model="numpy")
def _pass(flight, nominal, beams, directions, sides, u, point_weights, factors, lowest, highest):  # type: ignore[no-untyped-def]
    """Rapidities and weights: without photons, with 0, 1, ... of them, and again with one.

    A single photon is taken off one beam and off the other. Larger numbers of photons, which count
    less, take the first points alone. Shape (most + 3, n). The beams (n, 2, 4) differ by their
    spread from the nominal ones (2, 4), which the first row has.
    """
    n = len(u)
    spread_out = np.any(beams != nominal)
    room = make_room()
    gap = flight.constants.shape.gap
    most = len(factors) - 1
    photons = np.empty((most, 4))
    weights = np.empty(most)
    rapidity = np.zeros((most + 3, n))
    value = np.zeros((most + 3, n))
    for i in range(n):
        draw_photons(u[i, 4:], gap, lowest, highest, photons, weights)
        weight = point_weights[i]
        for k in range(most + 1):
            spread = 1.0
            if k > 0:
                weight *= weights[k - 1]
                spread = 2.0 ** (k * (k - 1) // 2)
                if i * spread >= n:
                    break
            eta, density, virtual = place_with_photons(
                flight, beams[i], directions[i], u[i, 1], u[i, 2], sides[i], photons, k, room
            )
            rapidity[k + 1, i] = eta
            value[k + 1, i] = density * virtual * weight * factors[k] * spread
            if k == 1:
                value[k + 1, i] *= 0.5
                photons[0, 3] = -photons[0, 3]
                eta, density, virtual = place_with_photons(
                    flight, beams[i], directions[i], u[i, 1], u[i, 2], sides[i], photons, k, room
                )
                photons[0, 3] = -photons[0, 3]
                rapidity[most + 2, i] = eta
                value[most + 2, i] = 0.5 * density * virtual * weight * factors[k]
            if k == 0:
                if spread_out:
                    eta, density, virtual = place_with_photons(
                        flight, nominal, directions[i], u[i, 1], u[i, 2], sides[i], photons, 0, room
                    )
                rapidity[0, i] = eta
                value[0, i] = density * weight
    return rapidity, value


def _toward_fast(u: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points with the fractions that choose rapidities drawn toward the highest; weights."""
    from_top = u[:, 1].copy()
    asked = from_top.copy()
    for _ in range(60):  # by Newton, whose steps are cut where the slope is infinite
        root = from_top ** (1.0 / _STEEP)
        reached = (1.0 - _FAST) * from_top + _FAST * root
        slope = 1.0 - _FAST + _FAST * root / (_STEEP * from_top)
        from_top = np.maximum(from_top - (reached - asked) / slope, 0.1 * from_top)
    moved = u.copy()
    moved[:, 1] = 1.0 - from_top
    slope = 1.0 - _FAST + _FAST * from_top ** (1.0 / _STEEP - 1.0) / _STEEP
    return moved, 1.0 / slope


class _Points:
    """Points of a pass over one volume: rays, and beams that the photon of the process is off."""

    def __init__(
        self, rule: Rule, flight: "RadiativeFlight", process: RadiativeProcess, u: FloatArray
    ) -> None:
        number = len(u)
        sky, spectra = rule.sky, rule.spectra
        self._rule, self._flight = rule, flight
        self._nominal = process.beams.four_momenta / process.beams.sqrt_s
        self._first = np.flatnonzero(np.diff(sky.rays, prepend=-1))
        """First row of each ray: those that leave a volume and enter it again have several."""
        self._rows = np.diff(self._first, append=len(sky.rays))
        sums = np.concatenate([[0.0], np.cumsum(spectra.weight)])[spectra.offsets]
        solid = sky.weights[self._first]
        density = np.diff(sums)[spectra.of_direction[self._first]] * solid
        self.empty = not density.sum() > 0.0
        if self.empty:
            return
        probability = (1.0 - _EVEN) * density / density.sum() + _EVEN * solid / solid.sum()
        self._u, fast_weights = _toward_fast(u)
        factor = 1.0 + process.treatment.energy_spread * ndtri(self._u[:, -2:])
        self._beams = np.ascontiguousarray(factor[:, :, None] * self._nominal)
        edges = np.cumsum(probability)
        self._rays = np.searchsorted(edges[:-1] / edges[-1], self._u[:, 0])
        self._over_density = (solid / probability)[self._rays] / number
        self._directions = np.ascontiguousarray(sky.directions[self._first[self._rays]])
        electrons = self._fraction_off_electrons(min(_TRIED, number))
        self._sides = np.where(self._u[:, 3] < electrons, 1.0, -1.0)
        probability = np.where(self._sides > 0.0, electrons, 1.0 - electrons)
        self._point_weights = fast_weights / probability

    def _fraction_off_electrons(self, number: int) -> float:
        """Fraction of the points to take with the photon of the process off the electrons."""
        values = []
        for side in (1.0, -1.0):
            ones = np.ones(number)
            _, value = _pass(
                self._flight, self._nominal, self._beams[:number], self._directions[:number],
                side * ones,
                self._u[:number], ones, np.ones(1), LOWEST, 0.5,
            )  # fmt: skip
            values.append(float(value[0] @ self._over_density[:number]))
        fraction = values[0] / sum(values) if sum(values) > 0.0 else 0.5
        return min(max(fraction, _LEAST_SIDE), 1.0 - _LEAST_SIDE)

    def run(self, factors: FloatArray, highest: float) -> tuple[FloatArray, FloatArray]:
        """Rapidities and weights; without further photons, and with 0, 1, ... of them."""
        rapidity, value = _pass(
            self._flight, self._nominal, self._beams, self._directions, self._sides, self._u,
            self._point_weights, factors, LOWEST, highest,
        )  # fmt: skip
        return rapidity, value * self._over_density

    def rule(self, rapidity: FloatArray, weight: FloatArray) -> Rule:
        """Nodes with weights of any number of photons, shapes (numbers, points), as a rule."""
        kept = weight > 0.0
        number, point = np.nonzero(kept)
        rays = self._rays[point]
        counts = self._rows[rays]
        node = np.repeat(np.arange(len(point)), counts)
        rows = np.repeat(self._first[rays] - (np.cumsum(counts) - counts), counts)
        rows += np.arange(len(rows))
        eta, values = rapidity[number, point][node], weight[number, point][node]
        old, count = self._rule.sky, np.arange(len(rows), dtype=np.intp)
        sky = Sky(old.directions[rows], np.ones(len(rows)), old.near[rows], old.far[rows],
                  count, node.astype(np.intp))  # fmt: skip
        ends = np.arange(len(rows) + 1, dtype=np.intp)
        spectra = Spectra(count, ends, eta, values, np.log(np.sinh(eta)))
        hits = float(weight[kept].sum())
        path = float(values @ (sky.far - sky.near))
        return Rule(sky, spectra, hits, path, self._rule.nearest)


class SpreadFactor:
    """What the spread of the beam energies does to a probability to decay, by lifetime.

    Parameters
    ----------
    nominal
        The curve at the energies of the beams.
    ends
        Weights and curves at other energies, as differences from it.
    """

    def __init__(self, nominal: DecayCurve, ends: list[tuple[float, float, DecayCurve]]) -> None:
        self._nominal = nominal
        self._ends = ends

    def log(self, ctau: FloatArray) -> FloatArray:
        """Logarithm of the factor at proper decay lengths in m."""
        nominal = self._nominal.log_probability(ctau)
        middle = np.full(ctau.shape, 1.0 - sum(weight for weight, _, _ in self._ends))
        logs = [np.log(middle)]
        for weight, rate, curve in self._ends:
            logs.append(math.log(weight * rate) + curve.log_probability(ctau) - nominal)
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
        coarser: tuple[tuple[int, float], ...] = HALF,
        total_difference: float = 0.0,
        spread: SpreadFactor | None = None,
    ) -> None:
        self.rule: Rule | None = rule
        """Nodes with all photons: flights of the excited states that reach the volume. They are
        megabytes: whoever keeps many ratios sets them to None."""
        self.points = points
        """Points of the quadrature over photons."""
        self.coarser = tuple((points // part, weight) for part, weight in coarser)
        """Numbers of points that tell the error, and the weight of the step from each."""
        self.total_difference = total_difference
        """Relative difference of the total from the closed form, before it was normalised."""
        self._curves = DecayCurve(rule), one_photon
        self._spread = spread

    @property
    def hits(self) -> float:
        """Ratio of the probabilities to cross the volume."""
        every, one = self._curves
        if one.empty or every.empty:
            return 1.0
        return every.hit_probability / one.hit_probability

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
        every, one = self._curves
        if one.empty or every.empty:
            return np.zeros(lifetime.shape)
        logs = every.log_probability(lifetime) - one.log_probability(lifetime)
        return np.asarray(logs if self._spread is None else logs + self._spread.log(lifetime))


@singledispatch
def photon_ratio(
    process: Process, volume: Volume, rule: Rule, points: int | None = None, shift: int = 0
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
    shift
        Seed of the shift of the points: others give independent estimates.

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    del volume, rule, points, shift  # for those that are registered
    raise InputError(f'run.radiation = "all": it is not known how {process.name} radiates')


@photon_ratio.register
def _(
    process: RadiativeProcess, volume: Volume, rule: Rule, points: int | None = None, shift: int = 0
) -> PhotonRatio:
    from wayside.production.radiative_flight import radiative_flight

    del volume  # the rays are those of the rule
    model, beams = process.model, process.beams
    # The ratio is that of the exact kernel, whichever regulator the closed form has.
    flight = radiative_flight(model, beams)
    number = points or (POINTS if flight.symmetric else POINTS_BOOSTED)
    pass_over = _Points(rule, flight, process, sobol(number, shift))
    if pass_over.empty:
        return PhotonRatio(rule, DecayCurve(rule), number)
    factors = number_factors(strength(beams.sqrt_s), LOWEST, MOST)
    highest = (beams.sqrt_s - model.m_aprime) / beams.sqrt_s
    rapidity, value = pass_over.run(factors, highest)
    value[1:] /= scheme_total(model.m_aprime, beams.sqrt_s)
    every, one = (
        pass_over.rule(rapidity[which], value[which]) for which in (slice(1, None), slice(0, 1))
    )
    difference = total_difference(model.m_aprime, beams.sqrt_s)
    return PhotonRatio(every, DecayCurve(one), number, HALF_OR_QUARTER, difference)


@photon_ratio.register
def _(
    process: DirectProcess, volume: Volume, rule: Rule, points: int | None = None, shift: int = 0
) -> PhotonRatio:
    from wayside.production.direct_flight import direct_flight

    del rule, shift  # one order for all energies, nothing random

    def rule_of(electrons: float, positrons: float) -> Rule:
        beams = process.beams
        electron, positron = electrons * beams.electron_energy, positrons * beams.positron_energy
        slowed = Beams(electron, positron, beams.crossing_angle)
        return build_rule(direct_flight(process.model, slowed), volume, _LEVEL)

    number, one = points or NODES, rule_of(1.0, 1.0)
    nominal = DecayCurve(one)
    if nominal.empty or not process.radiates:
        return PhotonRatio(one, nominal, number)
    parts = []
    for loss in process.weighted_losses(number):
        if loss.fraction < _UNFELT:
            parts.append((loss.weight, one))
            continue
        left = 1.0 - loss.fraction
        parts += [(0.5 * loss.weight, rule_of(left, 1.0)), (0.5 * loss.weight, rule_of(1.0, left))]
    ends = []
    spread = math.sqrt(3.0) * process.treatment.energy_spread
    # Each beam by itself, three nodes of a Gaussian.
    for electrons, positrons in ((spread, 0.0), (-spread, 0.0), (0.0, spread), (0.0, -spread)):
        if spread > 0.0:
            factor = (1.0 + electrons) * (1.0 + positrons)
            curve = DecayCurve(rule_of(1.0 + electrons, 1.0 + positrons))
            if not curve.empty:
                ends.append((1.0 / 6.0, process.relative_cross_section(math.sqrt(factor)), curve))
    return PhotonRatio(merged(parts), nominal, number, spread=SpreadFactor(nominal, ends))
