"""On-shell production e+ e- -> gamma A': cross-section, and constants of the phi1 density.

With y = (1 - q2)(1 +- beta c)/2, q2 = m_aprime^2/s and mu2 = m_e^2/s the production tensor is exact
in the electron mass; its trace gives the cross-section, whose integral over c is elementary.
Massless limit: Eq. 4 of the study. Derived in docs/theory and compared with an explicit-spinor
amplitude in the tests.
"""

import math
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import ALPHA, GEV2_TO_FB, M_ELECTRON, NEAREST_POLE
from wayside.errors import InputError
from wayside.models.kinematics import pair_momentum
from wayside.models.protocol import Model
from wayside.models.z_boson import electron_factor
from wayside.typing import FloatArray

Regulator = Literal["exact", "printed"]
"""``exact``: all of m_e in the tree amplitude. ``printed``: Eq. 4 of the study, whose 4 m_e^2 in
the denominator of the massless formula overshoots the total by some five per cent."""

REGULATOR: Final[Regulator] = "exact"
"""Unless the study's is asked for."""


class RadiativeShape(NamedTuple):
    """What the density needs of one mass point, in units of sqrt(s).

    ``beta_top`` and ``beta_bottom`` are the electron velocities in the numerators and in the
    denominators, ``mass2`` is m_e^2/s in the double-pole terms: the exact tensor has both
    velocities equal, the printed regulator has (1, (1 + 4 m_e^2/s)^(-1/2), 0).
    """

    q2: float
    """(m_aprime/sqrt(s))^2."""
    gamma_a: float
    beta_a: float
    """Lorentz factor and velocity of the A' in the centre of mass."""
    e_star: float
    p_star: float
    """Energy and momentum of the excited state in the A' rest frame."""
    beta_top: float
    beta_bottom: float
    gap: float
    """1 - beta_bottom, which would cancel if it were taken later."""
    mass2: float
    isotropic: float
    polarised: float
    """Weights of the trace and of the longitudinal projection, scaled to the unit norm."""


def _electron(sqrt_s: float, regulator: Regulator) -> tuple[float, float, float, float]:
    """Velocities in numerator and denominator, 1 - the latter, and m_e^2/s of the extra terms."""
    mu2 = (M_ELECTRON / sqrt_s) ** 2
    if regulator == "printed":
        b = math.sqrt(1.0 + 4.0 * mu2)
        return 1.0, 1.0 / b, 4.0 * mu2 / (b * (b + 1.0)), 0.0
    beta = math.sqrt(1.0 - 4.0 * mu2)
    return beta, beta, 4.0 * mu2 / (1.0 + beta), mu2


def _require_on_shell(m_aprime: float, sqrt_s: float) -> float:
    if not 0.0 < m_aprime < sqrt_s * (1.0 - NEAREST_POLE):
        raise InputError(
            f"model.m_aprime = {m_aprime} GeV: must be positive and below sqrt_s = {sqrt_s:.6g} GeV"
            " for on-shell production"
        )
    return (m_aprime / sqrt_s) ** 2


def trace(
    cos_theta: ArrayLike, m_aprime: float, sqrt_s: float, regulator: Regulator = REGULATOR
) -> FloatArray:
    """Trace of the production tensor against the cosine of the A' polar angle, dimensionless.

    The cross-section is ``prefactor * trace``; in the massless limit the trace is
    4 [(1 + q2)^2 + (1 - q2)^2 c^2] / [(1 - q2)^2 (1 - c^2)].
    """
    q2 = _require_on_shell(m_aprime, sqrt_s)
    top, bottom, gap, mu2 = _electron(sqrt_s, regulator)
    c = np.asarray(cos_theta, dtype=np.float64)
    half = 0.5 * (1.0 - q2)
    numerator, double = trace_terms(q2, half, mu2)
    y2 = (top * c) ** 2
    # (1 - beta c)(1 + beta c) without cancellation at the beams
    minus = (1.0 - c) + gap * c
    plus = (1.0 + c) - gap * c
    poles = np.zeros_like(c)
    if mu2 > 0.0:
        for pole in (minus, plus):
            soft = q2 / pole + half
            poles = poles + double / pole**2 + 2.0 * mu2 / q2 * soft**2
    scale = bottom**2 if regulator == "printed" else 1.0
    result = scale * ((numerator[0] + numerator[1] * y2) / (minus * plus) + poles) / half**2
    return np.asarray(result)


def trace_terms(q2: float, half: float, mu2: float) -> tuple[tuple[float, float], float]:
    """Numerator of the simple poles, even in beta c, and the constant over the double poles."""
    soft0 = 1.0 - half
    even0 = 6.0 * q2 + 6.0 * half**2 - 2.0 * soft0**2
    even0 += mu2 * (8.0 * (1.0 - 2.0 * mu2) - 4.0 * soft0**2 / q2 - 4.0 * q2)
    even2 = 4.0 * half**2 + 4.0 * mu2 * half**2 / q2
    return (even0, even2), -2.0 * mu2 * (3.0 * q2 + 4.0 * mu2)


def trace_integral(m_aprime: float, sqrt_s: float, regulator: Regulator = REGULATOR) -> float:
    """Integral of `trace` over the cosine from -1 to 1, in closed form."""
    q2 = _require_on_shell(m_aprime, sqrt_s)
    top, bottom, gap, mu2 = _electron(sqrt_s, regulator)
    half = 0.5 * (1.0 - q2)
    (even0, even2), double = trace_terms(q2, half, mu2)
    log = math.log((2.0 - gap) / gap) / bottom
    result = even0 * log + even2 * top**2 * (log - 2.0) / bottom**2
    if mu2 > 0.0:
        square = 2.0 / (gap * (2.0 - gap))
        result += 2.0 * double * square
        result += 4.0 * mu2 / q2 * (q2**2 * square + 2.0 * q2 * half * log + 2.0 * half**2)
    return (bottom**2 if regulator == "printed" else 1.0) * result / half**2


def _prefactor(m_aprime: float, sqrt_s: float, regulator: Regulator) -> float:
    """Factor from trace to fb, per epsilon^2: pi alpha^2 (1 - q2)/(2 s beta), and the Z's."""
    q2 = _require_on_shell(m_aprime, sqrt_s)
    beta = _electron(sqrt_s, regulator)[0]
    value = math.pi * ALPHA**2 * (1.0 - q2) / (2.0 * sqrt_s**2 * beta) * GEV2_TO_FB
    return value * electron_factor(m_aprime)


def cross_section_hat(m_aprime: float, sqrt_s: float, regulator: Regulator = REGULATOR) -> float:
    """Cross-section of e+ e- -> gamma A' over epsilon^2, in fb.

    Parameters
    ----------
    m_aprime, sqrt_s
        Mediator mass and centre-of-mass energy in GeV, ``m_aprime < sqrt_s``.
    regulator
        Treatment of the electron mass, see `Regulator`.

    Raises
    ------
    InputError
        If the mediator is too heavy to be produced on shell.

    Notes
    -----
    The integral of Eq. 4 of the study for ``regulator="printed"``; derived in docs/theory.
    """
    return _prefactor(m_aprime, sqrt_s, regulator) * trace_integral(m_aprime, sqrt_s, regulator)


def dsigma_dcos_hat(
    cos_theta: ArrayLike, m_aprime: float, sqrt_s: float, regulator: Regulator = REGULATOR
) -> FloatArray:
    """Differential cross-section d sigma / d cos theta of A' over epsilon^2, in fb.

    Eq. 4 of the study for ``regulator="printed"``; ``cos_theta`` of any shape, in the
    centre-of-mass frame.
    """
    return _prefactor(m_aprime, sqrt_s, regulator) * trace(cos_theta, m_aprime, sqrt_s, regulator)


def radiative_shape(
    model: Model, sqrt_s: float, regulator: Regulator = REGULATOR
) -> RadiativeShape:
    """Constants of the excited state's density at one mass point, in units of ``sqrt_s``.

    The density they describe is normalised to one excited state per produced A' that decays to
    the dark pair.

    Raises
    ------
    InputError
        If ``m1 + m2 < m_aprime < sqrt_s`` does not hold.
    """
    m_aprime = model.m_aprime
    q2 = _require_on_shell(m_aprime, sqrt_s)
    if not model.m1 + model.m2 < m_aprime:
        raise InputError(
            f"model.m_aprime = {m_aprime} GeV: must be above"
            f" m1 + m2 = {model.m1 + model.m2:.6g} GeV for on-shell production"
        )
    p_star = float(pair_momentum(m_aprime, model.m1, model.m2))
    top, bottom, gap, mu2 = _electron(sqrt_s, regulator)
    a, b = model.pair_tensor(m_aprime**2)
    norm = 4.0 * math.pi * (a + b / 3.0) * trace_integral(m_aprime, sqrt_s, regulator)
    if regulator == "printed":
        norm /= bottom**2
    root = m_aprime / sqrt_s
    return RadiativeShape(
        q2=q2,
        gamma_a=(1.0 + q2) / (2.0 * root),
        beta_a=(1.0 - root) * (1.0 + root) / (1.0 + q2),
        e_star=math.hypot(model.m1, p_star) / sqrt_s,
        p_star=p_star / sqrt_s,
        beta_top=top,
        beta_bottom=bottom,
        gap=gap,
        mass2=mu2,
        isotropic=a / norm,
        polarised=b / norm,
    )


def gamma_beta(model: Model, sqrt_s: float, cos_theta_star: ArrayLike) -> FloatArray:
    """Momentum over mass of the excited state in the centre of mass.

    Parameters
    ----------
    model, sqrt_s
        Mass point, and centre-of-mass energy in GeV.
    cos_theta_star
        Cosine of its polar angle in the A' rest frame, any shape.

    Notes
    -----
    Eq. 14 of the study.
    """
    shape = radiative_shape(model, sqrt_s)
    x = np.asarray(cos_theta_star, dtype=np.float64)
    along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across2 = shape.p_star**2 * (1.0 - x) * (1.0 + x)
    return np.asarray(np.sqrt(along**2 + across2) * (sqrt_s / model.m1))


class MediatorShape(NamedTuple):
    """Angular distribution of the A' itself in the centre of mass, as compiled code takes it.

    Per steradian, normalised to 1. The fields are the terms of `trace` over their norm.
    """

    constant: float
    """Numerator of the simple poles, and the coefficient of cos^2 in it."""
    square: float
    double: float
    """Numerator of the double poles."""
    soft: float
    """Factor of (q2/pole + half)^2."""
    q2: float
    half: float
    gap: float
    """1 less the velocity of the electrons in the denominators."""


def mediator_shape(
    m_aprime: float, sqrt_s: float, regulator: Regulator = REGULATOR
) -> MediatorShape:
    """Angular distribution of the A' of e+ e- -> gamma A'; parameters as `cross_section_hat`."""
    q2 = _require_on_shell(m_aprime, sqrt_s)
    top, bottom, gap, mu2 = _electron(sqrt_s, regulator)
    half = 0.5 * (1.0 - q2)
    (even0, even2), double = trace_terms(q2, half, mu2)
    norm = 2.0 * math.pi * half**2 * trace_integral(m_aprime, sqrt_s, regulator)
    scale = (bottom**2 if regulator == "printed" else 1.0) / norm
    poles = scale if mu2 > 0.0 else 0.0
    return MediatorShape(
        constant=scale * even0,
        square=scale * even2 * top**2,
        double=poles * double,
        soft=poles * 2.0 * mu2 / q2,
        q2=q2,
        half=half,
        gap=gap,
    )
