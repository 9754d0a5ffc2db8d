"""Random mass points next to the kinematic edges of e+ e- -> gamma A', A' -> 1 2 at true beams."""

from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import brentq

from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import ScalarInelastic
from wayside.production.radiative_flight import RadiativeFlight, radiative_flight

BEAMS: Final = Beams(7.007, 4.000, 0.083)
BOXES: Final = (
    Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32)),
    Box.place((1.4, 0.0, 7.0), (0.2, 0.4, 1.32)),
)


class EdgePoint(NamedTuple):
    """A mass point and the box that looks at it."""

    model: ScalarInelastic
    flight: RadiativeFlight
    box: Box


def _flight(masses: tuple[float, float, float]) -> RadiativeFlight:
    return radiative_flight(ScalarInelastic(*masses), BEAMS)


def _beyond(masses: tuple[float, float, float], which: int) -> float:
    """Positive on one side of the mass at which a cone of the density appears."""
    flight = _flight(masses)
    if which < 2:
        energy = (flight.energy_low, flight.energy_high)[which] / flight.mass
        momentum, speed = max(energy**2 - 1.0, 0.0) ** 0.5, np.linalg.norm(flight.frames.boost)
    else:
        momentum = flight.shape.p_star / flight.mass
        speed = np.linalg.norm(flight.ridges[which - 2])
    return float(momentum - speed)


def _draw(rng: np.random.Generator) -> tuple[float, float, float] | None:
    sqrt_s = BEAMS.sqrt_s
    kind = int(rng.integers(8))
    near = 10.0 ** -rng.uniform(1.0, 5.0, 3)
    m_aprime = sqrt_s * (1.0 - near[0]) if kind in (0, 2) else rng.uniform(2.0, 0.999 * sqrt_s)
    pair = m_aprime * (1.0 - near[1] if kind in (1, 2) else rng.uniform(0.3, 0.9999))
    m1 = pair * rng.uniform(0.5, 0.95)
    m2 = pair * near[2] if kind == 3 else pair - m1
    if kind < 4:
        return m_aprime, pair - m2, m2
    grid = np.linspace(1.0001 * m2, m_aprime * (1.0 - 1e-7) - m2, 60)
    side = [_beyond((m_aprime, m1, m2), kind - 4) for m1 in grid]
    turns = np.flatnonzero(np.diff(np.sign(side)))
    if not len(turns):
        return None
    k = turns[0]
    root = brentq(lambda m1: _beyond((m_aprime, m1, m2), kind - 4), grid[k], grid[k + 1])
    m1 = root * (1.0 + near[0] * rng.choice([-1.0, 1.0]))
    return (m_aprime, m1, m2) if m2 < m1 < m_aprime - m2 else None


def edge_points(number: int, seed: int) -> list[EdgePoint]:
    """Mass points down to 1e-5 of an edge, in relative terms.

    The edges are both thresholds, a light ground state, and the masses at which the cones of the
    density appear: where the range of energies opens or splits, and the caustics of both beams.
    """
    rng = np.random.default_rng(seed)
    points = []
    while len(points) < number:
        masses = _draw(rng)
        if masses is not None:
            box = BOXES[rng.integers(len(BOXES))]
            points.append(
                EdgePoint(ScalarInelastic(*(float(mass) for mass in masses)), _flight(masses), box)
            )
    return points
