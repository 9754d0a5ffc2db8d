"""Probabilities to decay in a volume with all photons over those with one.

On shell, one pass over photons, directions and energies serves every lifetime: further photons are
drawn, and the exact density of one photon is taken in what they leave. The same points without
further photons are the denominator, so that most of the error of the quadrature cancels; they are
the same for all masses, so that ratios are smooth. Off shell, a quadrature over the energy that is
left. Derived in docs/theory, section "Radiation".
"""

from functools import singledispatch
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.directions import Sky
from wayside.acceptance.rule import Level, Rule, Spectra, build_rule
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

POINTS = 8192
"""Points of a pass for beams of equal energies."""

POINTS_BOOSTED = 32768
"""The same for others, where photons move the caustic over a detector more often than not."""

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

_TRIED = 256
"""Points without photons that tell how much comes with the photon off either beam."""


@njit(error_model="numpy")
def _pass(flight, beams, directions, sides, u, side_weights, factors, lowest, highest):  # type: ignore[no-untyped-def]
    """Rapidities and weights: without photons, and with 0, 1, ... of them; shape (most + 2, n).

    Larger numbers of photons, which count less, take the first points alone.
    """
    n = len(u)
    room = make_room()
    gap = flight.constants.shape.gap
    most = len(factors) - 1
    photons = np.empty((most, 4))
    weights = np.empty(most)
    rapidity = np.zeros((most + 2, n))
    value = np.zeros((most + 2, n))
    for i in range(n):
        draw_photons(u[i, 4:], gap, lowest, highest, photons, weights)
        weight = side_weights[i]
        for k in range(most + 1):
            spread = 1.0
            if k > 0:
                weight *= weights[k - 1]
                spread = 2.0 ** (k * (k - 1) // 2)
                if i * spread >= n:
                    break
            eta, density, virtual = place_with_photons(
                flight, beams, directions[i], u[i, 1], u[i, 2], sides[i], photons, k, room
            )
            rapidity[k + 1, i] = eta
            value[k + 1, i] = density * virtual * weight * factors[k] * spread
            if k == 0:
                rapidity[0, i] = eta
                value[0, i] = density * weight
    return rapidity, value


class _Points:
    """Points of a pass over one volume: rays, and beams that the photon of the process is off."""

    def __init__(
        self, rule: Rule, flight: "RadiativeFlight", beams: FloatArray, number: int
    ) -> None:
        sky, spectra = rule.sky, rule.spectra
        self._rule, self._flight, self._beams = rule, flight, beams
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
        self._u = sobol(number)
        edges = np.cumsum(probability)
        self._rays = np.searchsorted(edges[:-1] / edges[-1], self._u[:, 0])
        self._over_density = (solid / probability)[self._rays] / number
        self._directions = np.ascontiguousarray(sky.directions[self._first[self._rays]])
        electrons = self._fraction_off_electrons(min(_TRIED, number))
        self._sides = np.where(self._u[:, 3] < electrons, 1.0, -1.0)
        self._side_weights = np.where(self._sides > 0.0, 1.0 / electrons, 1.0 / (1.0 - electrons))

    def _fraction_off_electrons(self, number: int) -> float:
        """Fraction of the points to take with the photon of the process off the electrons."""
        values = []
        for side in (1.0, -1.0):
            ones = np.ones(number)
            _, value = _pass(
                self._flight, self._beams, self._directions[:number], side * ones,
                self._u[:number], ones, np.ones(1), LOWEST, 0.5,
            )  # fmt: skip
            values.append(float(value[0] @ self._over_density[:number]))
        fraction = values[0] / sum(values) if sum(values) > 0.0 else 0.5
        return min(max(fraction, _LEAST_SIDE), 1.0 - _LEAST_SIDE)

    def run(self, factors: FloatArray, highest: float) -> tuple[FloatArray, FloatArray]:
        """Rapidities and weights; without further photons, and with 0, 1, ... of them."""
        rapidity, value = _pass(
            self._flight, self._beams, self._directions, self._sides, self._u,
            self._side_weights, factors, LOWEST, highest,
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


class PhotonRatio:
    """Probability to decay in a volume with all photons over that with one, by lifetime.

    Parameters
    ----------
    all_photons, one_photon
        Curves over the same points.
    norm
        Factor of their ratio.
    points
        Points of the quadrature behind them.
    total_difference
        Relative difference of the total before it was normalised.
    """

    total_difference: float = 0.0
    """Relative difference of the total from the closed form, before it was normalised."""

    def __init__(
        self,
        all_photons: DecayCurve,
        one_photon: DecayCurve,
        norm: float,
        points: int,
        total_difference: float = 0.0,
    ) -> None:
        self.points = points
        """Points of the quadrature over photons."""
        self.total_difference = total_difference
        self._curves = all_photons, one_photon
        self._norm = norm

    @property
    def hits(self) -> float:
        """Ratio of the probabilities to cross the volume."""
        every, one = self._curves
        if one.empty or every.empty:
            return 1.0
        return self._norm * every.hit_probability / one.hit_probability

    def __call__(self, ctau: ArrayLike) -> FloatArray:
        """Ratio at proper decay lengths in m, any shape; 1 where nothing reaches the volume.

        Parameters
        ----------
        ctau
            Positive, inf for a stable state.
        """
        lifetime = np.minimum(np.asarray(ctau, dtype=np.float64), 1e30)
        every, one = self._curves
        if one.empty or every.empty:
            return np.ones(lifetime.shape)
        logs = every.log_probability(lifetime) - one.log_probability(lifetime)
        return np.asarray(self._norm * np.exp(logs))


class SummedRatio(PhotonRatio):
    """The same from curves at energies that photons leave.

    Parameters
    ----------
    curves
        With weights that add up to one.
    one_photon
        The curve at the energy of the beams.
    points
        Nodes over the energy that is left.
    """

    def __init__(
        self, curves: list[tuple[float, DecayCurve]], one_photon: DecayCurve, points: int
    ) -> None:
        self.points = points
        self._parts = [(weight, curve) for weight, curve in curves if not curve.empty]
        self._one = one_photon

    @property
    def hits(self) -> float:
        """Ratio of the probabilities to cross the volume."""
        if self._one.empty:
            return 1.0
        hits = sum(weight * curve.hit_probability for weight, curve in self._parts)
        return hits / self._one.hit_probability

    def __call__(self, ctau: ArrayLike) -> FloatArray:
        """Ratio at proper decay lengths in m, any shape; 1 where nothing reaches the volume."""
        lifetime = np.minimum(np.asarray(ctau, dtype=np.float64), 1e30)
        if self._one.empty:
            return np.ones(lifetime.shape)
        one = self._one.log_probability(lifetime)
        ratios = [w * np.exp(curve.log_probability(lifetime) - one) for w, curve in self._parts]
        return np.asarray(sum(ratios, np.zeros(lifetime.shape)))


@singledispatch
def photon_ratio(
    process: Process, volume: Volume, rule: Rule, points: int | None = None
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

    Raises
    ------
    InputError
        If it is not known how the process radiates.
    """
    del volume, rule, points  # for those that are registered
    raise InputError(f'run.radiation = "all": it is not known how {process.name} radiates')


@photon_ratio.register
def _(
    process: RadiativeProcess, volume: Volume, rule: Rule, points: int | None = None
) -> PhotonRatio:
    from wayside.production.radiative_flight import radiative_flight

    del volume  # the rays are those of the rule
    model, beams = process.model, process.beams
    # The ratio is that of the exact kernel, whichever regulator the closed form has.
    flight = radiative_flight(model, beams)
    number = points or (POINTS if flight.symmetric else POINTS_BOOSTED)
    pass_over = _Points(rule, flight, beams.four_momenta / beams.sqrt_s, number)
    if pass_over.empty:
        nothing = DecayCurve(rule)
        return PhotonRatio(nothing, nothing, 1.0, number)
    factors = number_factors(strength(beams.sqrt_s), LOWEST, MOST)
    highest = (beams.sqrt_s - model.m_aprime) / beams.sqrt_s
    rapidity, value = pass_over.run(factors, highest)
    curves = [
        DecayCurve(pass_over.rule(rapidity[which], value[which]))
        for which in (slice(1, None), slice(0, 1))
    ]
    norm = 1.0 / scheme_total(model.m_aprime, beams.sqrt_s)
    difference = total_difference(model.m_aprime, beams.sqrt_s)
    return PhotonRatio(curves[0], curves[1], norm, number, difference)


@photon_ratio.register
def _(process: DirectProcess, volume: Volume, rule: Rule, points: int | None = None) -> PhotonRatio:
    from wayside.production.direct_flight import direct_flight

    del rule  # one order for all energies

    def curve_of(beams: Beams) -> DecayCurve:
        return DecayCurve(build_rule(direct_flight(process.model, beams), volume, _LEVEL))

    beams, number = process.beams, points or NODES
    one = curve_of(beams)
    if not process.radiates:
        return SummedRatio([(1.0, one)], one, number)
    curves = []
    for loss in process.weighted_losses(number):
        if loss.fraction < _UNFELT:
            curves.append((loss.weight, one))
            continue
        left = 1.0 - loss.fraction
        for factors in ((left, 1.0), (1.0, left)):
            slowed = Beams(
                beams.electron_energy * factors[0],
                beams.positron_energy * factors[1],
                beams.crossing_angle,
            )
            curves.append((0.5 * loss.weight, curve_of(slowed)))
    return SummedRatio(curves, one, number)
