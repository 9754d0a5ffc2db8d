"""Existing searches recast on the couplings of a mass point.

Every function returns a margin, ln(epsilon/limit) or alike: positive where a search excludes the
point (or covers it), minus infinity where it says nothing.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams
from wayside.collider.radiative import gamma_beta
from wayside.limits import babar, displaced, lep
from wayside.limits.curve import LimitCurve, margin
from wayside.sensitivity.mass_point import Array, MassPoint

BABAR = Beams.symmetric(10.58)
"""Collisions of the BaBar data sets in their centre of mass."""

PHOTON_COSINE = 0.6
"""Directions of the single photon in the centre of mass that the search takes, about."""

Recast = Literal["exact", "study"]

TITLES = {
    "babar-visible": "BaBar A′→ℓℓ",
    "babar-invisible": "BaBar invisible",
    "lep": "LEP",
    "displaced": "displaced vertices (d < 1 m)",
}
"""Searches by key, with the words for a figure."""


class Existing:
    """The searches, with their tables read once.

    Parameters
    ----------
    recast
        ``"exact"``, or ``"study"`` for Eqs. 22 and 23 of the study as printed.
    """

    def __init__(self, recast: Recast = "exact") -> None:
        self.recast = recast

    @cached_property
    def _visible(self) -> LimitCurve:
        return babar.visible_curve()

    @cached_property
    def _invisible(self) -> LimitCurve:
        return babar.invisible_curve()

    @cached_property
    def _likelihood(self) -> babar.InvisibleLikelihood:
        return babar.InvisibleLikelihood.from_table()

    def margins(self) -> dict[str, Callable[[MassPoint, ArrayLike, ArrayLike], Array]]:
        """Margin functions of (mass point, epsilon, g_d) by the keys of `TITLES`."""
        return {
            "babar-visible": self.babar_visible,
            "babar-invisible": self.babar_invisible,
            "lep": self.lep,
            "displaced": self.displaced,
        }

    def babar_visible(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> Array:
        """BaBar's search for A' -> e e, mu mu."""
        m_aprime = point.model.m_aprime
        if not np.isfinite(self._visible(m_aprime)):
            return _nothing(epsilon, g_d)
        widths = point.visible_width_hats
        leptons = (widths["e"] + widths["mu"]) / sum(widths.values())
        branching = leptons * (1.0 - point.branching_dark(epsilon, g_d))
        if self.recast == "study":
            return babar.visible_margin_study(m_aprime, epsilon, branching, curve=self._visible)
        return babar.visible_margin(m_aprime, epsilon, branching, leptons, curve=self._visible)

    def babar_invisible(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> Array:
        """BaBar's search for a single photon, if the excited state flies 2 m undecayed."""
        m_aprime = point.model.m_aprime
        limit = float(self._invisible(m_aprime))
        if not np.isfinite(limit) or not point.model.m1 + point.model.m2 < m_aprime:
            return _nothing(epsilon, g_d)
        there = replace(point, beams=BABAR, mode="on-shell")
        ctau = point.ctau(epsilon, g_d)
        if self.recast == "study":
            flight = there.mean_gamma_beta * ctau
            return babar.invisible_margin_study(m_aprime, epsilon, flight, curve=self._invisible)
        branching = point.branching_dark(epsilon, g_d)
        escape = escape_probability(there, ctau)
        if np.isfinite(self._likelihood.upper_limit(m_aprime)):
            return babar.invisible_margin(
                m_aprime, epsilon, branching, escape, likelihood=self._likelihood
            )
        # The published contour goes on a little beyond the likelihood, and agrees where both are.
        with np.errstate(divide="ignore"):
            return margin(np.asarray(epsilon) * np.sqrt(branching * escape), limit)

    def lep(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> Array:
        """Electroweak precision observables, whatever the A' decays to."""
        value = lep.lep_margin(point.model.m_aprime, epsilon)
        return np.asarray(
            np.broadcast_to(value, np.broadcast_shapes(np.shape(value), np.shape(g_d)))
        )

    def displaced(self, point: MassPoint, epsilon: ArrayLike, g_d: ArrayLike) -> Array:
        """Where the average flight length is below 1 m: best for displaced-vertex searches."""
        return displaced.displaced_margin(point.mean_flight(epsilon, g_d))


def escape_probability(point: MassPoint, ctau: ArrayLike) -> Array:
    """Chance that an excited state flies 2 m before it decays, averaged over its boost.

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
    nodes, weights = np.polynomial.legendre.leggauss(24)
    weights = weights * _decay_density(point, nodes)
    flown = babar.ESCAPE_LENGTH / gamma_beta(point.model, point.beams.sqrt_s, nodes)
    ctau = np.asarray(ctau, dtype=np.float64)
    return np.asarray(np.exp(-flown / ctau[..., None]) @ (weights / np.sum(weights)))


def _decay_density(point: MassPoint, x: Array) -> Array:
    """Density in x = cos theta*, not normalised, for photons with |cos theta| < PHOTON_COSINE."""
    s, q2 = point.beams.sqrt_s**2, point.model.m_aprime**2
    isotropic, polarised = point.model.pair_tensor(q2)
    # Integrals of 1/(1 - c^2) and c^2/(1 - c^2): away from the beams the electron has no mass.
    even0 = 2.0 * math.atanh(PHOTON_COSINE)
    even2 = even0 - 2.0 * PHOTON_COSINE
    trace = (s + q2) ** 2 * even0 + (s - q2) ** 2 * even2
    along = (s - q2) ** 2 * even0 + (s + q2) ** 2 * even2
    across = 2.0 * s * q2 * 2.0 * PHOTON_COSINE
    return 2.0 * isotropic * trace + polarised * (trace - along * x**2 - across * (1.0 - x**2))


def _nothing(epsilon: ArrayLike, g_d: ArrayLike) -> Array:
    return np.full(np.broadcast_shapes(np.shape(epsilon), np.shape(g_d)), -np.inf)
