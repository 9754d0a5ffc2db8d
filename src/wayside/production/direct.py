"""Off-shell production e+ e- -> A'* -> 1 2: cross-section and angular distribution.

Derived in docs/theory from the Lagrangian (Eq. 2 of the study); Eq. 5 of the study prints half of
it. The sixteen of the denominator follows from the matrix element, and from detailed balance with
the study's Eq. 3.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.constants import ALPHA, GEV2_TO_FB
from wayside.errors import InputError
from wayside.models.kinematics import pair_momentum
from wayside.models.protocol import Model
from wayside.typing import FloatArray


class DirectShape(NamedTuple):
    """What the angular distribution needs of one mass point, in units of sqrt(s)."""

    energy: float
    momentum: float
    """Energy and momentum of the excited state in the centre of mass."""
    isotropic: float
    polarised: float
    """Density per steradian is ``isotropic + polarised sin^2``, normalised to one."""


def _pair(model: Model, sqrt_s: float) -> tuple[float, float, float]:
    """Momentum in GeV and the two components of the dark current."""
    if not model.m1 + model.m2 < sqrt_s:
        raise InputError(
            f"model.m1 + model.m2 = {model.m1 + model.m2:.6g} GeV: must be below"
            f" sqrt_s = {sqrt_s:.6g} GeV for off-shell production"
        )
    a, b = model.pair_tensor(sqrt_s**2)
    return float(pair_momentum(sqrt_s, model.m1, model.m2)), a, b


def direct_shape(model: Model, sqrt_s: float) -> DirectShape:
    """Angular distribution of the excited state in the centre of mass.

    Raises
    ------
    InputError
        If ``m1 + m2`` is not below ``sqrt_s``.
    """
    momentum, a, b = _pair(model, sqrt_s)
    norm = 4.0 * math.pi * (a + b / 3.0)
    return DirectShape(
        energy=math.hypot(model.m1, momentum) / sqrt_s,
        momentum=momentum / sqrt_s,
        isotropic=a / norm,
        polarised=0.5 * b / norm,
    )


def dsigma_dcos_hat(cos_theta: ArrayLike, model: Model, sqrt_s: float) -> FloatArray:
    """Differential cross-section of the excited state over epsilon^2 g_D^2, in fb.

    Parameters
    ----------
    cos_theta
        Cosine of its polar angle in the centre of mass, any shape.
    model, sqrt_s
        Mass point, and centre-of-mass energy in GeV.

    Raises
    ------
    InputError
        If the pair is too heavy, or ``sqrt_s`` sits on the mediator's pole.

    Notes
    -----
    Eq. 5 of the study with 16 for 32 in the scalar case; derived in docs/theory.
    """
    shape = direct_shape(model, sqrt_s)
    sin2 = 1.0 - np.asarray(cos_theta, dtype=np.float64) ** 2
    density = 2.0 * math.pi * (shape.isotropic + shape.polarised * sin2)
    return np.asarray(cross_section_hat(model, sqrt_s) * density)


def cross_section_hat(model: Model, sqrt_s: float) -> float:
    """Cross-section of e+ e- -> 1 2 by a virtual A' without the Z over epsilon^2 g_D^2, in fb.

    The mediator's width is left out of the propagator: use it where
    ``|s - m_aprime^2|`` is large against ``m_aprime`` times the width.

    Raises
    ------
    InputError
        If the pair is too heavy, or ``sqrt_s`` sits on the mediator's pole.
    """
    distance = (sqrt_s - model.m_aprime) * (sqrt_s + model.m_aprime)
    value = off_pole_hat(model, sqrt_s)
    if distance == 0.0:
        raise InputError(
            f"model.m_aprime = {model.m_aprime} GeV: equals sqrt_s; off-shell production needs"
            " the propagator away from its pole"
        )
    return value * (sqrt_s**2 / distance) ** 2


def off_pole_hat(model: Model, sqrt_s: float) -> float:
    """`cross_section_hat` times (1 - m_aprime^2/s)^2: without the propagator, in fb.

    Raises
    ------
    InputError
        If the pair is too heavy.
    """
    momentum, a, b = _pair(model, sqrt_s)
    value = ALPHA * momentum * (a + b / 3.0) / (2.0 * sqrt_s * sqrt_s**4)
    return value * GEV2_TO_FB
