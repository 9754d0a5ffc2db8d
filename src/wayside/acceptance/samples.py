"""Acceptance of a volume for samples that may be turned about the beams.

Every particle stands for a ring of azimuths in the centre of mass. Its ring is cut into pieces, one
direction is drawn in each, and pieces near the volume are cut finer: small volumes are filled by
what points at them. Probabilities are then smooth in the lifetime down to any size; what remains
is the spread between particles, which the standard error states (docs/theory/particles.md).
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.acceptance.directions import Sky
from wayside.acceptance.rule import Rule, Spectra
from wayside.compiled import njit
from wayside.detector.volume import Volume
from wayside.production.from_file import SampledFlight
from wayside.typing import FloatArray, IndexArray

COARSE = 48
FINE = 16
"""Pieces of a ring, and at most so many of each of those that come near the volume."""

NARROW = 0.05
"""Opening of a cone about a volume in radians up to which pieces are cut as fine as that."""

BEYOND = 745.0
"""Exponent beyond which an exponential is zero."""

SEED = 1234
"""Of the directions within pieces: the same yields at every call."""


class SampledAcceptance(NamedTuple):
    """Directions of samples that cross a volume."""

    particles: int
    """Number of all particles."""
    owner: IndexArray
    """Number of the particle, increasing, shape (n,)."""
    weight: FloatArray
    near: FloatArray
    far: FloatArray
    """Proper distances at entry and exit in m: distance over gamma beta."""
    directions: FloatArray
    """Unit vectors in the laboratory, shape (n, 3)."""
    rapidity: FloatArray
    """gamma beta is sinh of it."""

    @property
    def hit_probability(self) -> float:
        """Probability per produced particle to cross the volume if it lives on."""
        return float(self.weight.sum())

    @property
    def hit_error(self) -> float:
        """Standard error of it."""
        return self._error(self.weight)

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside; ``ctau`` in m, any shape."""
        ctau = np.asarray(ctau, dtype=np.float64)
        unique, places = np.unique(ctau, return_inverse=True)
        values = _sums(self.weight, self.near, self.far, 1.0 / unique)
        return np.asarray(values[places].reshape(ctau.shape))

    def error(self, ctau: FloatArray) -> FloatArray:
        """Standard error of `probability`, of the same shape."""
        ctau = np.asarray(ctau, dtype=np.float64)
        values = [self._error(self._decays(float(value))) for value in ctau.ravel()]
        return np.array(values).reshape(ctau.shape)

    def _decays(self, ctau: float) -> FloatArray:
        with np.errstate(under="ignore"):
            return np.asarray(
                self.weight * np.exp(-self.near / ctau) * -np.expm1((self.near - self.far) / ctau)
            )

    def _error(self, values: FloatArray) -> float:
        """Standard error of a sum over independent particles."""
        by_particle = np.bincount(self.owner, values, minlength=1)
        total = float(values.sum())
        variance = float(np.sum(by_particle**2)) - total**2 / self.particles
        return math.sqrt(max(variance, 0.0))


@njit(error_model="numpy")
def laboratory(frames, along, x, y, energy, out):  # type: ignore[no-untyped-def]
    """Momentum in the laboratory of one in the centre of mass; returns its size."""
    product = x * frames.boost_cm[0] + y * frames.boost_cm[1] + along * frames.boost_cm[2]
    factor = product / (frames.gamma + 1.0) + energy
    size = 0.0
    for i in range(3):
        out[i] = (
            x * frames.axes[0, i]
            + y * frames.axes[1, i]
            + along * frames.axes[2, i]
            + factor * frames.boost[i]
        )
        size += out[i] * out[i]
    return math.sqrt(size)


@njit(error_model="numpy")
def _near(ring, axis, opening):  # type: ignore[no-untyped-def]
    """Which pieces of a ring of directions may come into a cone: from an end to the next."""
    coarse = len(ring)
    least = 1.0
    cosine = np.empty(coarse)
    for j in range(coarse):
        after = (j + 1) % coarse
        turn = 0.0
        cosine[j] = 0.0
        for k in range(3):
            turn += ring[j, k] * ring[after, k]
            cosine[j] += ring[j, k] * axis[k]
        least = min(least, turn)
    # The longest piece: its middle is no further from an end than its own length.
    reach = opening + math.acos(max(-1.0, min(1.0, least)))
    level = math.cos(reach) if reach < math.pi else -2.0
    near = np.empty(coarse, dtype=np.bool_)
    for j in range(coarse):
        near[j] = max(cosine[j], cosine[(j + 1) % coarse]) > level
    return near


@njit(error_model="numpy")
def _directions(flight, axis, opening, draws, coarse, fine):  # type: ignore[no-untyped-def]
    """Directions near a cone: owners, weights as fractions of a ring, momenta (n, 3)."""
    room = 4096
    owner = np.empty(room, dtype=np.intp)
    part = np.empty(room)
    momenta = np.empty((room, 3))
    count = 0
    ray = np.empty(3)
    ring = np.empty((coarse, 3))
    step = 2.0 * math.pi / coarse
    turned = np.empty((coarse, 2))
    for j in range(coarse):
        turned[j, 0] = math.cos(step * j)
        turned[j, 1] = math.sin(step * j)
    for i in range(len(flight.weight)):
        along = flight.along[i]
        across = flight.transverse[i]
        energy = math.sqrt(flight.mass**2 + along * along + across * across)
        for j in range(coarse):
            x = across * turned[j, 0]
            y = across * turned[j, 1]
            size = laboratory(flight.frames, along, x, y, energy, ray)
            ring[j] = ray / size
        near = _near(ring, axis, opening)
        for j in range(coarse):
            if not near[j]:
                continue
            if count + fine > room:
                owner = np.concatenate((owner, np.empty(room, dtype=np.intp)))
                part = np.concatenate((part, np.empty(room)))
                momenta = np.concatenate((momenta, np.empty((room, 3))))
                room *= 2
            for m in range(fine):
                phi = step * (j + (m + draws[count % len(draws)]) / fine)
                x = across * math.cos(phi)
                y = across * math.sin(phi)
                laboratory(flight.frames, along, x, y, energy, ray)
                momenta[count] = ray
                owner[count] = i
                part[count] = flight.weight[i] / (coarse * fine)
                count += 1
    return owner[:count], part[:count], momenta[:count]


@njit(error_model="numpy")
def _sums(weight, near, far, rates):  # type: ignore[no-untyped-def]
    """Sum of weight (exp(-rate near) - exp(-rate far)) for every rate."""
    out = np.zeros(len(rates))
    for k in range(len(rates)):
        rate = rates[k]
        for i in range(len(weight)):
            exponent = rate * near[i]
            if exponent < BEYOND:
                inside = math.expm1(-rate * (far[i] - near[i]))
                out[k] -= weight[i] * math.exp(-exponent) * inside
    return out


def sampled_acceptance(flight: SampledFlight, volume: Volume) -> SampledAcceptance:
    """Acceptance of a volume for samples.

    Parameters
    ----------
    flight
        Particles in the centre of mass.
    volume
        The detector.
    """
    axis, opening = _cone(volume)
    draws = np.random.default_rng(SEED).random(65537)
    fine = max(1, round(FINE * min(1.0, NARROW / opening)))
    owner, part, momenta = _directions(flight, axis, opening, draws, COARSE, fine)
    size = np.linalg.norm(momenta, axis=1)
    directions = momenta / size[:, None]
    crossings = volume.crossings(directions)
    pieces = crossings.far > crossings.near
    row, column = np.nonzero(pieces)
    slowness = flight.mass / size[row]
    return SampledAcceptance(
        len(flight.weight),
        owner[row],
        part[row],
        crossings.near[row, column] * slowness,
        crossings.far[row, column] * slowness,
        directions[row],
        np.arcsinh(1.0 / slowness),
    )


def sampled_rule(flight: SampledFlight, volume: Volume) -> Rule:
    """Directions of samples that cross a volume as nodes of a rule.

    Parameters
    ----------
    flight
        Particles in the centre of mass.
    volume
        The detector.
    """
    sampled = sampled_acceptance(flight, volume)
    gamma_beta = np.sinh(sampled.rapidity)
    number = np.arange(len(gamma_beta), dtype=np.intp)
    near, far = sampled.near * gamma_beta, sampled.far * gamma_beta
    sky = Sky(sampled.directions, sampled.weight, near, far, number, number)
    ends = np.arange(len(gamma_beta) + 1, dtype=np.intp)
    spectra = Spectra(number, ends, sampled.rapidity, np.ones(len(gamma_beta)), np.log(gamma_beta))
    path = float(np.sum(sampled.weight * (far - near)))
    return Rule(sky, spectra, sampled.hit_probability, path, volume.nearest)


def _cone(volume: Volume) -> tuple[FloatArray, float]:
    """Axis and opening of a cone that holds a volume; all directions where it is not beside."""
    if not volume.nearest > 0.0 or not volume.convex:
        return np.array([0.0, 0.0, 1.0]), math.pi
    directions = volume.outline.directions
    axis = directions.mean(axis=0)
    length = float(np.linalg.norm(axis))
    if length < 0.2:
        return np.array([0.0, 0.0, 1.0]), math.pi
    axis /= length
    # Curves are known by points: a degree more than they need.
    return axis, float(np.max(np.arccos(np.clip(directions @ axis, -1.0, 1.0)))) + 0.02
