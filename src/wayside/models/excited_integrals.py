"""Quadratures over the spectrum of the excited state's decay.

Everything is integrated over the distance of q from its ends rather than over q, in variables in
which the integrand has no square roots: q = 2 m cosh(y) from the threshold, Delta - q = c
sinh(t)^2 from the upper end, with c the distance from there to the nearest singularity beyond it
(the pole at M, or Sigma). Gauss-Legendre rules then converge geometrically, however close the
pole.
"""

import numpy as np

from wayside.constants import ALPHA
from wayside.errors import InputError
from wayside.models import hadron_grid
from wayside.models.currents import Current
from wayside.models.r_ratio import narrow_states
from wayside.typing import FloatArray

__all__ = ["Spectrum", "continuum_integrals", "lepton_width", "narrow_widths"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_UNIT_NODES = (1 + _NODES) / 2
_UNIT_WEIGHTS = _WEIGHTS / 2


class Spectrum:
    """dGamma/dq over r(q), one row for each choice of masses.

    Parameters
    ----------
    current : Current
        Of the dark pair.
    m_aprime, m1, m2 : ndarray
        Masses in GeV, shape (n,).
    """

    def __init__(
        self, current: Current, m_aprime: FloatArray, m1: FloatArray, m2: FloatArray
    ) -> None:
        # Differences that must not be formed from rounded sums.
        self.current = current
        self.m1 = m1[:, None]
        self.m2 = m2[:, None]
        self.delta = (m1 - m2)[:, None]
        self.gap = ((m_aprime - m1) + m2)[:, None]  # M - Delta
        self.scale = np.minimum(self.gap, 2 * self.m2)

    def __len__(self) -> int:
        """Return the number of choices of masses."""
        return len(self.m1)

    def rate(self, below: FloatArray) -> FloatArray:
        """Return dGamma/dq over r(q) at q = Delta - below, in units of 1."""
        q = self.delta - below
        d = below * (self.delta + q)
        s = (2 * self.m2 + below) * (self.m1 + self.m2 + q)
        ds = d * s
        trace = self.current.decay_trace(d, s, ds, q, self.m1, self.m2)
        pole = (self.gap + below) * (self.gap + self.delta + q)
        factor = ALPHA / (24 * np.pi**2)
        return np.asarray(factor * q * np.sqrt(ds) * trace / (self.m1**3 * pole**2))

    def from_top(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return nodes and weights in Delta - q between two values of it, on a new last axis."""
        c = self.scale
        start, end = np.arcsinh(np.sqrt(low / c)), np.arcsinh(np.sqrt(high / c))
        t = start[..., None] + (end - start)[..., None] * _UNIT_NODES
        sinh = np.sinh(t)
        below = c[..., None] * sinh**2
        jacobian = 2 * c[..., None] * sinh * np.sqrt(1 + sinh**2)
        return below, jacobian * (end - start)[..., None] * _UNIT_WEIGHTS


def lepton_width(spectrum: Spectrum, lepton: FloatArray) -> FloatArray:
    """Return widths into lepton pairs, shape (n,).

    Integrated from threshold to the middle in y, from the top to the middle in t.

    Parameters
    ----------
    spectrum : Spectrum
        Of n choices of masses.
    lepton : ndarray
        Lepton masses in GeV, shape (n, 1).
    """
    half = (spectrum.delta - 2 * lepton) / 2
    open_ = half[:, 0] > 0
    half = np.maximum(half, 0.0)

    end = 2 * np.arcsinh(np.sqrt(half / (4 * lepton)))
    y = end * _UNIT_NODES
    above = 4 * lepton * np.sinh(y / 2) ** 2
    threshold = np.tanh(y) * (1 + 0.5 / np.cosh(y) ** 2)
    weights = end * _UNIT_WEIGHTS * 2 * lepton * np.sinh(y)
    lower = (weights * threshold * spectrum.rate(np.maximum(2 * half - above, 0.0))).sum(axis=1)

    below, weights = (x[:, 0] for x in spectrum.from_top(np.zeros_like(half), half))
    q, above = spectrum.delta - below, 2 * half - below
    threshold = np.sqrt(above * (q + 2 * lepton)) / q * (1 + 2 * (lepton / q) ** 2)
    upper = (weights * threshold * spectrum.rate(below)).sum(axis=1)
    return np.where(open_, lower + upper, 0.0)


def continuum_integrals(spectrum: Spectrum) -> FloatArray:
    """Integrate the rate over R's continuum and over its correlated error, shape (n, 2).

    R is piecewise linear. The few pieces next to the upper end take the mapped rule; further
    down the rate is smooth on the scale of a piece, and nodes common to all masses serve.
    """
    grid = hadron_grid.grid()
    delta = spectrum.delta
    if (delta > grid.ends[-1]).any():
        raise InputError(
            f"m1 - m2 = {delta.max():g} GeV: R is known up to {grid.ends[-1]:g} GeV only"
        )
    # Every piece has its number; the one that contains Delta is `last`.
    last = np.searchsorted(grid.ends, delta[:, 0]) - 1
    first = np.maximum(last - hadron_grid.MAPPED_PIECES + 1, 0)

    pieces = last[:, None] - np.arange(hadron_grid.MAPPED_PIECES)
    ends = grid.ends[np.clip(np.stack([pieces, pieces + 1]), 0, len(grid.ends) - 1)]
    high, low = np.where(pieces >= 0, np.maximum(delta - ends, 0.0), 0.0)
    below, weights = spectrum.from_top(low, high)
    flat = (len(spectrum), -1)
    q = delta - below.reshape(flat)
    rate = spectrum.rate(below.reshape(flat)) * weights.reshape(flat)
    near = [(rate * np.interp(q, grid.ends, values)).sum(axis=1) for values in grid.values]

    used = grid.nodes_per_piece * max(int(first.max()), 0)
    nodes = grid.nodes[:used]
    inside = nodes < grid.ends[first][:, None]
    rate = spectrum.rate(np.where(inside, delta - nodes, 0.0))
    return np.asarray(np.stack(near, axis=1) + rate @ grid.weights[:used])


def narrow_widths(spectrum: Spectrum) -> FloatArray:
    """Return the width by way of each narrow state, shape (n, states): area times dGamma/dq^2."""
    mass = np.array([state.mass for state in narrow_states()])
    area = np.array([state.area for state in narrow_states()])
    below = np.maximum(spectrum.delta - mass, 0.0)
    return np.asarray(spectrum.rate(below) * area / (2 * mass))
