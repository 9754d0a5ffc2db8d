"""Three products with a squared amplitude: masses of a pair, then its direction, by rejection.

In the mass q of products 2 and 3 and the cosine of the angle between 2 and the pair's direction, as
seen in the pair's rest frame, phase space is p_1 p_2 dq dcos, p_1 in the frame of what decays.
Derived in docs/theory, section "Events".
"""

from typing import Final

import numpy as np

from wayside.collider.boosts import boost_by
from wayside.decays.phase_space import isotropic, turned, two_body_momentum
from wayside.decays.staircase import Staircase
from wayside.models.final_states import Products, SquaredAmplitude
from wayside.typing import FloatArray

_STEPS: Final = 512
"""Steps of the staircase in the mass of the pair."""

_NODES: Final = np.polynomial.legendre.leggauss(8)
"""Of the integral over the cosine, exact to its power 15; currents of spin 1 have 2."""

_PROBES: Final = np.linspace(-1.0, 1.0, 17)
_MARGIN: Final = 1.05
"""Bound over the largest value at the probes: parabolas exceed it by 0.4 per cent at most."""


def three_products(
    total: float, masses: tuple[float, float, float], fraction: FloatArray, cosine: FloatArray
) -> Products:
    """Three products at points of their phase space.

    Parameters
    ----------
    total, masses
        Masses in GeV of what decays and of the products.
    fraction
        Where the mass of products 2 and 3 lies in its range, from 0 to 1.
    cosine
        Of the angle between 2 and the pair's direction in the pair's rest frame.
    """
    low, high = masses[1] + masses[2], total - masses[0]
    return _at(total, masses, low + (high - low) * fraction, cosine)


def _at(
    total: float, masses: tuple[float, float, float], q: FloatArray, cosine: FloatArray
) -> Products:
    """Scalar products at the mass of a pair and a cosine in its rest frame."""
    first, second, third = masses
    inside = two_body_momentum(q, second, third)
    # In the rest frame of the pair, product 1 flies against the pair's direction.
    size = two_body_momentum(total, q, first) * total / q
    energy = np.sqrt(first**2 + size**2)
    turn = size * inside * cosine
    p12 = energy * np.sqrt(second**2 + inside**2) + turn
    p13 = energy * np.sqrt(third**2 + inside**2) - turn
    return Products(masses, p12, p13, 0.5 * (q * q - second**2 - third**2) + 0.0 * turn)


class ThreeBodySampler:
    """Draws momenta of three products of a particle at rest.

    Parameters
    ----------
    total
        Mass of the particle in GeV, above the sum of the others.
    masses
        Masses of the products in GeV.
    squared_amplitude
        Not negative, and smooth in the angle: up to its second power a polynomial.
    """

    def __init__(
        self, total: float, masses: tuple[float, float, float], squared_amplitude: SquaredAmplitude
    ) -> None:
        self._total = total
        self._masses = masses
        self._squared = squared_amplitude
        self._low = masses[1] + masses[2]
        self._high = total - masses[0]
        self._stairs = Staircase(self._marginal, np.linspace(0.0, 1.0, _STEPS + 1))

    def _pair_mass(self, t: FloatArray) -> FloatArray:
        """Mass of the pair at a coordinate from 0 to 1, in which roots at both ends are smooth."""
        return np.asarray(self._low + (self._high - self._low) * np.sin(0.5 * np.pi * t) ** 2)

    def _momenta(self, q: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Momentum of product 1, and of products 2 and 3 in their own rest frame."""
        first, second, third = self._masses
        return two_body_momentum(self._total, q, first), two_body_momentum(q, second, third)

    def _value(self, q: FloatArray, cosine: FloatArray) -> FloatArray:
        """Squared amplitude at pair masses and cosines, shapes that broadcast."""
        return self._squared(_at(self._total, self._masses, q, cosine))

    def _marginal(self, t: FloatArray) -> FloatArray:
        q = self._pair_mass(t)
        along, inside = self._momenta(q)
        nodes, weights = _NODES
        return np.asarray(
            along * inside * np.sin(np.pi * t) * (self._value(q[:, None], nodes) @ weights)
        )

    def _cosines(self, q: FloatArray, rng: np.random.Generator) -> FloatArray:
        most = _MARGIN * np.max(self._value(q[:, None], _PROBES), axis=1)
        out = np.empty(len(q))
        todo = np.arange(len(q))
        while todo.size:
            cosine = rng.uniform(-1.0, 1.0, todo.size)
            kept = rng.random(todo.size) * most[todo] < self._value(q[todo], cosine)
            out[todo[kept]] = cosine[kept]
            todo = todo[~kept]
        return out

    def draw(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Draw momenta in the rest frame of the particle in GeV, shape (n, 3, 3)."""
        q = self._pair_mass(self._stairs.draw(n, rng))
        cosine = self._cosines(q, rng)
        along, inside = self._momenta(q)
        _, second, third = self._masses
        momentum = np.zeros((n, 3, 3))
        momentum[:, 0, 2] = -along
        across = inside * np.sqrt((1.0 - cosine) * (1.0 + cosine))
        for place, mass, sign in ((1, second, 1.0), (2, third, -1.0)):
            in_pair = np.stack([sign * across, np.zeros(n), sign * inside * cosine], axis=1)
            velocity = np.stack([np.zeros(n), np.zeros(n), along / q], axis=1)
            energy = np.sqrt(mass**2 + inside**2)
            gamma = np.sqrt(1.0 + (along / q) ** 2)
            momentum[:, place] = boost_by(energy, in_pair, gamma, velocity)[1]
        return turned(momentum, isotropic(n, rng), rng)
