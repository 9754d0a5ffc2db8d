r"""Decay of the excited state, 1 -> 2 f fbar through a virtual A', over epsilon^2 g_D^2.

With q the invariant mass of the fermion pair, Sigma = m1 + m2 and Delta = m1 - m2,

    dGamma/dq^2 = alpha C(q) r(q) / (48 pi^2 m1^3 (q^2 - M^2)^2),

r being `lepton_factor` or R. For two scalars (Eq. 10 of the study integrated over the angle)
C = lambda^(3/2), for two Majorana fermions with an off-diagonal vector current
C = sqrt(lambda) (Delta^2 - q^2)(Sigma^2 + 2 q^2), where
lambda = (Delta^2 - q^2)(Sigma^2 - q^2). Derived in docs/theory.

Everything is integrated over the distance of q from its ends rather than over q, in variables in
which the integrand has no square roots: q = 2 m cosh(y) from the threshold, Delta - q = c
sinh(t)^2 from the upper end, with c the distance from there to the nearest singularity beyond it
(the pole at M, or Sigma). Gauss-Legendre rules then converge geometrically, however close the
pole.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.errors import InputError
from wayside.models import hadron_grid
from wayside.models.mediator import lepton_factor
from wayside.models.r_ratio import continuum, narrow_states
from wayside.typing import FloatArray

__all__ = [
    "Kind",
    "dgamma_dmff",
    "hadronic_width_error",
    "narrow_width_hats",
    "rate_below_top",
    "width_hats",
]

Kind = Literal["scalar", "pseudo-dirac"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_UNIT_NODES = (1 + _NODES) / 2
_UNIT_WEIGHTS = _WEIGHTS / 2
_BLOCK = 64  # mass points at a time: keeps temporary arrays in the cache, and memory flat


class _Masses:
    """Columns of masses and of the differences that must not be formed from rounded sums."""

    def __init__(self, m_aprime: FloatArray, m1: FloatArray, m2: FloatArray) -> None:
        self.m1 = m1[:, None]
        self.m2 = m2[:, None]
        self.delta = (m1 - m2)[:, None]
        self.gap = ((m_aprime - m1) + m2)[:, None]  # M - Delta
        self.scale = np.minimum(self.gap, 2 * self.m2)

    def __len__(self) -> int:
        return len(self.m1)

    def rate(self, kind: Kind, below: FloatArray) -> FloatArray:
        """Return dGamma/dq over r(q) at q = Delta - below, in units of 1."""
        q = self.delta - below
        d = below * (self.delta + q)
        s = (2 * self.m2 + below) * (self.m1 + self.m2 + q)
        root = np.sqrt(d * s)
        current = root * d * s if kind == "scalar" else root * d * (s + 3 * q * q)
        pole = (self.gap + below) * (self.gap + self.delta + q)
        return ALPHA / (24 * np.pi**2) * q * current / (self.m1**3 * pole**2)

    def from_top(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return nodes and weights in Delta - q between two values of it, on a new last axis."""
        c = self.scale
        start, end = np.arcsinh(np.sqrt(low / c)), np.arcsinh(np.sqrt(high / c))
        t = start[..., None] + (end - start)[..., None] * _UNIT_NODES
        sinh = np.sinh(t)
        below = c[..., None] * sinh**2
        jacobian = 2 * c[..., None] * sinh * np.sqrt(1 + sinh**2)
        return below, jacobian * (end - start)[..., None] * _UNIT_WEIGHTS


def dgamma_dmff(
    kind: Kind,
    channel: str,
    m_ff: npt.ArrayLike,
    m_aprime: npt.ArrayLike,
    m1: npt.ArrayLike,
    m2: npt.ArrayLike,
) -> FloatArray:
    """Return dGamma/dm_ff of the excited state over epsilon^2 g_D^2.

    Parameters
    ----------
    kind : {"scalar", "pseudo-dirac"}
        The dark pair.
    channel : {"e", "mu", "tau", "hadrons"}
        For hadrons the continuum of R alone, without the narrow states.
    m_ff : array_like
        Invariant mass of the visible pair in GeV.
    m_aprime, m1, m2 : array_like
        Masses in GeV; all arrays are broadcast together.

    Returns
    -------
    ndarray
        Dimensionless (GeV per GeV); 0 outside 2 m_f < m_ff < m1 - m2 (Eq. 11 of the study).

    Raises
    ------
    InputError
        For an unknown kind or channel, or masses that are not allowed.
    """
    shape, (mass, heavy, light, q) = _flat(kind, m_aprime, m1, m2, m_ff)
    masses = _Masses(mass, heavy, light)
    inside = (q > 0) & (q < heavy - light)
    q = np.where(inside, q, (heavy - light) / 2)
    below = ((heavy - q) - light)[:, None]
    if channel == "hadrons":
        r = continuum(q)
    elif channel in LEPTON_MASSES:
        r = lepton_factor(q, LEPTON_MASSES[channel])
    else:
        known = ", ".join(LEPTON_MASSES)
        raise InputError(f"channel = {channel!r}: must be one of {known}, hadrons")
    return np.where(inside, masses.rate(kind, below)[:, 0] * r, 0.0).reshape(shape)


def width_hats(
    kind: Kind, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike
) -> dict[str, FloatArray]:
    """Return the partial widths of the excited state over epsilon^2 g_D^2.

    Parameters
    ----------
    kind : {"scalar", "pseudo-dirac"}
        The dark pair.
    m_aprime, m1, m2 : array_like
        Masses in GeV, broadcast together, with m_aprime > m1 - m2 > 0.

    Returns
    -------
    dict of str to ndarray
        GeV, by channel ``e``, ``mu``, ``tau``, ``hadrons``; 0 where a channel is closed.

    Raises
    ------
    InputError
        For an unknown kind or masses that are not allowed.
    """
    shape, (mass, heavy, light) = _flat(kind, m_aprime, m1, m2)
    widths = {name: np.zeros(mass.size) for name in [*LEPTON_MASSES, "hadrons"]}
    for start in range(0, mass.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        masses = _Masses(mass[part], heavy[part], light[part])
        # All leptons in one pass: at a single mass point the calls cost more than the numbers.
        leptons = np.repeat(list(LEPTON_MASSES.values()), len(masses))[:, None]
        repeated = _Masses(*(np.tile(x[part], len(LEPTON_MASSES)) for x in (mass, heavy, light)))
        by_lepton = _lepton_width(kind, repeated, leptons).reshape(len(LEPTON_MASSES), -1)
        for name, width in zip(LEPTON_MASSES, by_lepton, strict=True):
            widths[name][part] = width
        widths["hadrons"][part] = _continuum_integrals(kind, masses)[:, 0]
        widths["hadrons"][part] += _narrow_widths(kind, masses).sum(axis=1)
    return {name: width.reshape(shape) for name, width in widths.items()}


def rate_below_top(
    kind: Kind, below: npt.ArrayLike, m_aprime: float, m1: float, m2: float
) -> FloatArray:
    """Return dGamma/dm_ff over r(m_ff) and epsilon^2 g_D^2 at m_ff = m1 - m2 - below.

    Parameters
    ----------
    kind : {"scalar", "pseudo-dirac"}
        The dark pair.
    below : array_like
        Distance from the upper end in GeV, any shape; keeps its digits there.
    m_aprime, m1, m2 : float
        Masses in GeV.
    """
    _, (mass, heavy, light) = _flat(kind, m_aprime, m1, m2)
    distance = np.asarray(below, dtype=np.float64)
    masses = _Masses(mass, heavy, light)
    return masses.rate(kind, distance.reshape(1, -1)).reshape(distance.shape)


def narrow_width_hats(kind: Kind, m_aprime: float, m1: float, m2: float) -> FloatArray:
    """Return the widths by way of each of `narrow_states`, over epsilon^2 g_D^2, in GeV."""
    _, (mass, heavy, light) = _flat(kind, m_aprime, m1, m2)
    return np.asarray(_narrow_widths(kind, _Masses(mass, heavy, light))[0])


def hadronic_width_error(
    kind: Kind, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike
) -> FloatArray:
    """Return the standard uncertainty of the hadronic width that comes from R.

    Parameters
    ----------
    kind, m_aprime, m1, m2
        As for `width_hats`.

    Returns
    -------
    ndarray
        GeV, over epsilon^2 g_D^2: correlated errors of R integrated like R, those that vary from
        knot to knot and those of the narrow states added in quadrature.
    """
    shape, (mass, heavy, light) = _flat(kind, m_aprime, m1, m2)
    error = np.zeros(mass.size)
    relative = np.array([state.relative_error for state in narrow_states()])
    knot, sigma = hadron_grid.independent_errors()
    for start in range(0, mass.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        masses = _Masses(mass[part], heavy[part], light[part])
        at_knots = masses.rate(kind, np.maximum(masses.delta - knot, 0.0))
        pieces = [
            _continuum_integrals(kind, masses)[:, 1:],
            at_knots * sigma,
            _narrow_widths(kind, masses) * relative,
        ]
        error[part] = np.sqrt(sum((piece**2).sum(axis=1) for piece in pieces))
    return error.reshape(shape)


def _lepton_width(kind: Kind, masses: _Masses, lepton: FloatArray) -> FloatArray:
    """Integrate from threshold to the middle in y, from the top to the middle in t.

    ``lepton`` has the shape of the columns of masses.
    """
    half = (masses.delta - 2 * lepton) / 2
    open_ = half[:, 0] > 0
    half = np.maximum(half, 0.0)

    end = 2 * np.arcsinh(np.sqrt(half / (4 * lepton)))
    y = end * _UNIT_NODES
    above = 4 * lepton * np.sinh(y / 2) ** 2
    threshold = np.tanh(y) * (1 + 0.5 / np.cosh(y) ** 2)
    weights = end * _UNIT_WEIGHTS * 2 * lepton * np.sinh(y)
    lower = (weights * threshold * masses.rate(kind, np.maximum(2 * half - above, 0.0))).sum(axis=1)

    below, weights = (x[:, 0] for x in masses.from_top(np.zeros_like(half), half))
    q, above = masses.delta - below, 2 * half - below
    threshold = np.sqrt(above * (q + 2 * lepton)) / q * (1 + 2 * (lepton / q) ** 2)
    upper = (weights * threshold * masses.rate(kind, below)).sum(axis=1)
    return np.where(open_, lower + upper, 0.0)


def _continuum_integrals(kind: Kind, masses: _Masses) -> FloatArray:
    """Integrate the rate over R's continuum and over its correlated error, shape (n, 2).

    R is piecewise linear. The few pieces next to the upper end take the mapped rule; further
    down the rate is smooth on the scale of a piece, and nodes common to all masses serve.
    """
    grid = hadron_grid.grid()
    delta = masses.delta
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
    below, weights = masses.from_top(low, high)
    flat = (len(masses), -1)
    q = delta - below.reshape(flat)
    rate = masses.rate(kind, below.reshape(flat)) * weights.reshape(flat)
    near = [(rate * np.interp(q, grid.ends, values)).sum(axis=1) for values in grid.values]

    used = grid.nodes_per_piece * max(int(first.max()), 0)
    nodes = grid.nodes[:used]
    inside = nodes < grid.ends[first][:, None]
    rate = masses.rate(kind, np.where(inside, delta - nodes, 0.0))
    return np.asarray(np.stack(near, axis=1) + rate @ grid.weights[:used])


def _narrow_widths(kind: Kind, masses: _Masses) -> FloatArray:
    """Return the width by way of each narrow state, shape (n, states): area times dGamma/dq^2."""
    mass = np.array([state.mass for state in narrow_states()])
    area = np.array([state.area for state in narrow_states()])
    below = np.maximum(masses.delta - mass, 0.0)
    return np.asarray(masses.rate(kind, below) * area / (2 * mass))


def _flat(
    kind: Kind, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike, *more: npt.ArrayLike
) -> tuple[tuple[int, ...], list[FloatArray]]:
    """Check the arguments, broadcast them, and flatten them."""
    if kind not in ("scalar", "pseudo-dirac"):
        raise InputError(f"kind = {kind!r}: must be scalar or pseudo-dirac")
    arrays = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (m_aprime, m1, m2, *more))
    )
    shape, flat = arrays[0].shape, [array.ravel() for array in arrays]
    mass, heavy, light = flat[:3]
    allowed = np.isfinite(mass) & (light > 0) & (heavy > light) & ((mass - heavy) + light > 0)
    if not allowed.all():
        i = int(np.argmin(allowed))
        raise InputError(
            f"m_aprime = {mass[i]:g}, m1 = {heavy[i]:g}, m2 = {light[i]:g} GeV: "
            "must obey m_aprime > m1 - m2 > 0 and m2 > 0"
        )
    return shape, flat
