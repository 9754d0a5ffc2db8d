"""Probability that an excited state leaves BaBar's detector unseen."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.quadrature import gauss_legendre
from wayside.collider.beams import Beams
from wayside.limits import babar
from wayside.models.protocol import Model
from wayside.production.radiative import gamma_beta
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray

BABAR = Beams.symmetric(10.58)
"""Collisions of the BaBar data sets in their centre of mass."""

PHOTON_COSINE = 0.6
"""Directions of the single photon in the centre of mass that the search takes, about."""


class EscapeRule(NamedTuple):
    """Directions of the excited state in the A' frame, to average over."""

    flown: FloatArray
    """Escape length over momentum per mass, in m."""
    weights: FloatArray
    """Their fractions."""

    def probability(self, ctau: ArrayLike) -> FloatArray:
        """Probability to fly 2 m at a proper decay length in m, any shape."""
        ctau = np.asarray(ctau, dtype=np.float64)
        return np.asarray(np.exp(-self.flown / ctau[..., None]) @ self.weights)


def escape_rule(point: MassPoint) -> EscapeRule:
    """Nodes for `escape_probability`, the same for all couplings."""
    model, sqrt_s = point.model, point.beams.sqrt_s
    nodes, weights = gauss_legendre(24)
    weights = weights * _decay_density(model, sqrt_s, nodes)
    flown = babar.ESCAPE_LENGTH / gamma_beta(model, sqrt_s, nodes)
    return EscapeRule(flown, weights / np.sum(weights))


def escape_probability(point: MassPoint, ctau: ArrayLike) -> FloatArray:
    """Probability that an excited state flies 2 m before it decays, averaged over its boost.

    Parameters
    ----------
    point
        Mass point at the collider of the search.
    ctau
        Proper decay length in m, any shape.

    Notes
    -----
    Eq. 13 of the study over azimuths, and over directions whose photon the calorimeter takes:
    the A' are polarised, and excited states not evenly spread in cos theta*.
    """
    return escape_rule(point).probability(ctau)


def _decay_density(model: Model, sqrt_s: float, x: FloatArray) -> FloatArray:
    """Density in x = cos theta*, not normalised, for photons with |cos theta| < PHOTON_COSINE."""
    s, q2 = sqrt_s**2, model.m_aprime**2
    isotropic, polarised = model.pair_tensor(q2)
    # Integrals of 1/(1 - c^2) and c^2/(1 - c^2): away from the beams the electron has no mass.
    even0 = 2.0 * math.atanh(PHOTON_COSINE)
    even2 = even0 - 2.0 * PHOTON_COSINE
    trace = (s + q2) ** 2 * even0 + (s - q2) ** 2 * even2
    along = (s - q2) ** 2 * even0 + (s + q2) ** 2 * even2
    across = 2.0 * s * q2 * 2.0 * PHOTON_COSINE
    return 2.0 * isotropic * trace + polarised * (trace - along * x**2 - across * (1.0 - x**2))
