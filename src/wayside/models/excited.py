r"""Decay of the excited state, 1 -> 2 f fbar through a virtual A', over epsilon^2 g_D^2.

With q the invariant mass of the fermion pair, Sigma = m1 + m2 and Delta = m1 - m2,

    dGamma/dq^2 = alpha C(q) r(q) / (48 pi^2 m1^3 (q^2 - M^2)^2),

r being `lepton_factor` or R, and C = sqrt(lambda) q^2 (3 a + b)/g_1 with the tensor (a, b) of the
dark current (`wayside.models.currents`), g_1 the number of spin states of 1, and
lambda = (Delta^2 - q^2)(Sigma^2 - q^2). For two scalars (Eq. 10 of the study integrated over the
angle) C = lambda^(3/2), for two Majorana fermions with an off-diagonal vector current
C = sqrt(lambda) (Delta^2 - q^2)(Sigma^2 + 2 q^2). Derived in docs/theory.
"""

import numpy as np
import numpy.typing as npt

from wayside.constants import LEPTON_MASSES
from wayside.errors import InputError
from wayside.models import hadron_grid
from wayside.models.currents import PairLike, current_of
from wayside.models.excited_integrals import (
    Spectrum,
    continuum_integrals,
    lepton_width,
    narrow_widths,
)
from wayside.models.mediator import lepton_factor
from wayside.models.r_ratio import continuum, narrow_states
from wayside.typing import FloatArray

__all__ = [
    "dgamma_dmff",
    "hadronic_width_error",
    "narrow_width_hats",
    "rate_below_top",
    "width_hats",
]

_BLOCK = 64  # mass points at a time: keeps temporary arrays in the cache, and memory flat


def dgamma_dmff(
    pair: PairLike,
    channel: str,
    m_ff: npt.ArrayLike,
    m_aprime: npt.ArrayLike,
    m1: npt.ArrayLike,
    m2: npt.ArrayLike,
) -> FloatArray:
    """Return dGamma/dm_ff of the excited state over epsilon^2 g_D^2.

    Parameters
    ----------
    pair : model class, model or Current
        The dark pair; masses that it has itself are not used.
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
        For an unknown channel, or masses that are not allowed.
    """
    shape, (mass, heavy, light, q) = _flat(m_aprime, m1, m2, m_ff)
    spectrum = Spectrum(current_of(pair), mass, heavy, light)
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
    return np.where(inside, spectrum.rate(below)[:, 0] * r, 0.0).reshape(shape)


def width_hats(
    pair: PairLike, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike
) -> dict[str, FloatArray]:
    """Return the partial widths of the excited state over epsilon^2 g_D^2.

    Parameters
    ----------
    pair : model class, model or Current
        The dark pair; masses that it has itself are not used.
    m_aprime, m1, m2 : array_like
        Masses in GeV, broadcast together, with m_aprime > m1 - m2 > 0.

    Returns
    -------
    dict of str to ndarray
        GeV, by channel ``e``, ``mu``, ``tau``, ``hadrons``; 0 where a channel is closed.

    Raises
    ------
    InputError
        For masses that are not allowed.
    """
    current = current_of(pair)
    shape, (mass, heavy, light) = _flat(m_aprime, m1, m2)
    widths = {name: np.zeros(mass.size) for name in [*LEPTON_MASSES, "hadrons"]}
    for start in range(0, mass.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        spectrum = Spectrum(current, mass[part], heavy[part], light[part])
        # All leptons in one pass: at a single mass point the calls cost more than the numbers.
        leptons = np.repeat(list(LEPTON_MASSES.values()), len(spectrum))[:, None]
        tiled = (np.tile(x[part], len(LEPTON_MASSES)) for x in (mass, heavy, light))
        repeated = Spectrum(current, *tiled)
        by_lepton = lepton_width(repeated, leptons).reshape(len(LEPTON_MASSES), -1)
        for name, width in zip(LEPTON_MASSES, by_lepton, strict=True):
            widths[name][part] = width
        widths["hadrons"][part] = continuum_integrals(spectrum)[:, 0]
        widths["hadrons"][part] += narrow_widths(spectrum).sum(axis=1)
    return {name: width.reshape(shape) for name, width in widths.items()}


def rate_below_top(
    pair: PairLike, below: npt.ArrayLike, m_aprime: float, m1: float, m2: float
) -> FloatArray:
    """Return dGamma/dm_ff over r(m_ff) and epsilon^2 g_D^2 at m_ff = m1 - m2 - below.

    Parameters
    ----------
    pair : model class, model or Current
        The dark pair; masses that it has itself are not used.
    below : array_like
        Distance from the upper end in GeV, any shape; keeps its digits there.
    m_aprime, m1, m2 : float
        Masses in GeV.
    """
    _, (mass, heavy, light) = _flat(m_aprime, m1, m2)
    distance = np.asarray(below, dtype=np.float64)
    spectrum = Spectrum(current_of(pair), mass, heavy, light)
    return spectrum.rate(distance.reshape(1, -1)).reshape(distance.shape)


def narrow_width_hats(pair: PairLike, m_aprime: float, m1: float, m2: float) -> FloatArray:
    """Return the widths by way of each of ``narrow_states``, over epsilon^2 g_D^2, in GeV."""
    _, (mass, heavy, light) = _flat(m_aprime, m1, m2)
    return np.asarray(narrow_widths(Spectrum(current_of(pair), mass, heavy, light))[0])


def hadronic_width_error(
    pair: PairLike, m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike
) -> FloatArray:
    """Return the standard uncertainty of the hadronic width that comes from R.

    Parameters
    ----------
    pair, m_aprime, m1, m2
        As for `width_hats`.

    Returns
    -------
    ndarray
        GeV, over epsilon^2 g_D^2: correlated errors of R integrated like R, those that vary from
        knot to knot and those of the narrow states added in quadrature.
    """
    shape, (mass, heavy, light) = _flat(m_aprime, m1, m2)
    error = np.zeros(mass.size)
    relative = np.array([state.relative_error for state in narrow_states()])
    knot, sigma = hadron_grid.independent_errors()
    for start in range(0, mass.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        spectrum = Spectrum(current_of(pair), mass[part], heavy[part], light[part])
        at_knots = spectrum.rate(np.maximum(spectrum.delta - knot, 0.0))
        pieces = [
            continuum_integrals(spectrum)[:, 1:],
            at_knots * sigma,
            narrow_widths(spectrum) * relative,
        ]
        error[part] = np.sqrt(sum((piece**2).sum(axis=1) for piece in pieces))
    return error.reshape(shape)


def _flat(
    m_aprime: npt.ArrayLike, m1: npt.ArrayLike, m2: npt.ArrayLike, *more: npt.ArrayLike
) -> tuple[tuple[int, ...], list[FloatArray]]:
    """Check the arguments, broadcast them, and flatten them."""
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
