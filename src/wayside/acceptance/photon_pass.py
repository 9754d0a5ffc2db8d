"""One pass over photons, directions and energies, on shell: points that serve every lifetime.

The exact density of one photon is taken in what further photons, drawn, leave of the collision. The
same points without further photons are the denominator of `wayside.acceptance.radiated`. Derived in
docs/theory, section "Radiation".
"""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from wayside.acceptance.directions import Sky
from wayside.acceptance.rule import Rule, Spectra
from wayside.compiled import njit
from wayside.production.extra_photons import make_room, place_with_photons
from wayside.production.photon_total import LOWEST
from wayside.production.radiative_process import RadiativeProcess
from wayside.radiation.emission import draw_photons
from wayside.radiation.sobol import sobol
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.production.radiative_flight import RadiativeFlight

_EVEN = 0.5
"""Fraction of the directions drawn by solid angle, the rest by the density without photons."""

_LEAST_SIDE = 0.05
"""Least fraction of the points with the photon of the process off either beam."""

_FAST = 0.3
"""Fraction of the points with rapidities drawn toward the highest, which a short lifetime asks for:
with a density (1 - u)^(1/_STEEP - 1)."""

_STEEP = 4.0

_TRIED = 256
"""Points without photons that tell how much comes with the photon off either beam."""


class AimedPoints(NamedTuple):
    """Points with their beams and directions."""

    beams: FloatArray
    """With their spread, in units of sqrt(s), shape (n, 2, 4)."""
    directions: FloatArray
    """Unit vectors in the laboratory, shape (n, 3)."""
    sides: FloatArray
    """Beam that the photon of the process is off, 1 for the electrons, -1 for the positrons."""
    u: FloatArray
    """Points of the unit cube, one a row."""
    weights: FloatArray


@njit(error_model="numpy")
def _differ(beams, nominal):  # type: ignore[no-untyped-def]
    """Whether any beams (n, 2, 4) are not the nominal ones (2, 4)."""
    for i in range(len(beams)):
        for side in range(2):
            for k in range(4):
                if beams[i, side, k] != nominal[side, k]:
                    return True
    return False


@njit(error_model="numpy")
def follow_points(flight, nominal, points, factors, lowest, highest):  # type: ignore[no-untyped-def]
    """Rapidities and weights: without photons, with 0, 1, ... of them, and again with one.

    A single photon is taken off one beam and off the other. Larger numbers of photons, which count
    less, take the first points alone. Shape (most + 3, n). The beams (n, 2, 4) differ by their
    spread from the nominal ones (2, 4), which the first row has.
    """
    beams, directions, sides, u, point_weights = points
    n = len(u)
    spread_out = _differ(beams, nominal)
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
                spread = 2.0 ** (k - 1)
                if i * spread >= n:
                    break
            eta, density, virtual = place_with_photons(
                flight, beams[i], directions[i], u[i, 1], u[i, 2], sides[i], photons[:k], room
            )
            rapidity[k + 1, i] = eta
            value[k + 1, i] = density * virtual * weight * factors[k] * spread
            if k == 1:
                value[k + 1, i] *= 0.5
                photons[0, 3] = -photons[0, 3]
                eta, density, virtual = place_with_photons(
                    flight, beams[i], directions[i], u[i, 1], u[i, 2], sides[i], photons[:k], room
                )
                photons[0, 3] = -photons[0, 3]
                rapidity[most + 2, i] = eta
                value[most + 2, i] = 0.5 * density * virtual * weight * factors[k]
            if k == 0:
                if spread_out:
                    eta, density, virtual = place_with_photons(
                        flight,
                        nominal,
                        directions[i],
                        u[i, 1],
                        u[i, 2],
                        sides[i],
                        photons[:0],
                        room,
                    )
                rapidity[0, i] = eta
                value[0, i] = density * weight
    return rapidity, value


class Drawn(NamedTuple):
    """Points of the unit cube that a pass takes, the same for all masses."""

    u: FloatArray
    """Shape (n, `wayside.radiation.sobol.DIMENSIONS`), rapidities drawn toward the highest."""
    weights: FloatArray
    """What that asks for, shape (n,)."""
    deviations: FloatArray
    """Of the energies of electrons and positrons, in standard deviations, shape (n, 2)."""


@lru_cache(maxsize=4)
def drawn_points(points: int, seed: int = 0) -> Drawn:
    """Points of a pass, a power of two of them; other seeds give independent estimates."""
    u = sobol(points, seed)
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
    return Drawn(moved, 1.0 / slope, ndtri(u[:, -2:]))


class PassPoints:
    """Points of a pass over one volume: rays, and beams that the photon of the process is off.

    Parameters
    ----------
    rule
        Nodes over the volume without further photons, whose rays are taken.
    flight
        Of the process without further photons, ``regulator = "exact"``.
    process
        The process, for its beams and their spread.
    drawn
        From `drawn_points`.
    """

    def __init__(
        self, rule: Rule, flight: "RadiativeFlight", process: RadiativeProcess, drawn: Drawn
    ) -> None:
        number = len(drawn.u)
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
        self._u = drawn.u
        factor = 1.0 + process.treatment.energy_spread * drawn.deviations
        self._beams = np.ascontiguousarray(factor[:, :, None] * self._nominal)
        edges = np.cumsum(probability)
        self._rays = np.searchsorted(edges[:-1] / edges[-1], self._u[:, 0])
        self._over_density = (solid / probability)[self._rays] / number
        self._directions = np.ascontiguousarray(sky.directions[self._first[self._rays]])
        electrons = self._fraction_off_electrons(min(_TRIED, number))
        self._sides = np.where(self._u[:, 3] < electrons, 1.0, -1.0)
        probability = np.where(self._sides > 0.0, electrons, 1.0 - electrons)
        self._point_weights = drawn.weights / probability

    def _fraction_off_electrons(self, number: int) -> float:
        """Fraction of the points to take with the photon of the process off the electrons."""
        values = []
        for side in (1.0, -1.0):
            ones = np.ones(number)
            aimed = AimedPoints(
                self._beams[:number], self._directions[:number], side * ones, self._u[:number], ones
            )
            _, value = follow_points(self._flight, self._nominal, aimed, np.ones(1), LOWEST, 0.5)
            values.append(float(value[0] @ self._over_density[:number]))
        fraction = values[0] / sum(values) if sum(values) > 0.0 else 0.5
        return min(max(fraction, _LEAST_SIDE), 1.0 - _LEAST_SIDE)

    def run(self, factors: FloatArray, highest: float) -> tuple[FloatArray, FloatArray]:
        """Rapidities and weights; without further photons, and with 0, 1, ... of them."""
        aimed = AimedPoints(
            self._beams, self._directions, self._sides, self._u, self._point_weights
        )
        rapidity, value = follow_points(
            self._flight, self._nominal, aimed, factors, LOWEST, highest
        )
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
