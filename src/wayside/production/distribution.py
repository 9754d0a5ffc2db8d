"""Where the excited state of e+ e- -> gamma A', A' -> 1 2 goes, as functions of arrays.

`wayside.production.density` holds the closed form, compiled and in units of sqrt(s); here are its
faces. Every density integrates to one over its variables, per A' that decays to the dark pair.
Derived in docs/theory, sections "Direction and energy of the excited state"
and "In the laboratory".
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.errors import InputError
from wayside.models.protocol import Model
from wayside.production.density import averaged_tensor
from wayside.production.process import Frame
from wayside.production.radiative import REGULATOR, Regulator, radiative_shape
from wayside.typing import FloatArray


def star_density(
    model: Model,
    sqrt_s: float,
    cos_theta: ArrayLike,
    cos_theta_star: ArrayLike,
    regulator: Regulator = REGULATOR,
) -> FloatArray:
    """Density of the excited state in its direction and its decay angle, in the centre of mass.

    Parameters
    ----------
    model, sqrt_s
        Mass point, and centre-of-mass energy in GeV.
    cos_theta
        Cosine of the polar angle of the excited state about the electrons, -1 to 1.
    cos_theta_star
        Cosine of its polar angle in the A' rest frame about the flight of the A', -1 to 1; any
        shapes that broadcast.
    regulator
        Treatment of the electron mass.

    Returns
    -------
    density
        d^2P/(dOmega dcos theta*) per steradian; integrates to one over the sphere and -1 to 1.
        `wayside.production.radiative.gamma_beta` has the momentum that goes with a decay angle.

    Raises
    ------
    InputError
        If ``m1 + m2 < m_aprime < sqrt_s`` does not hold, or a cosine is not within -1 to 1.

    Notes
    -----
    Eq. 13 of the study with the directions of the A' integrated out, all of m_e kept.
    """
    shape = radiative_shape(model, sqrt_s, regulator)
    cos_t, cos_x = np.broadcast_arrays(
        _cosine("cos_theta", cos_theta), _cosine("cos_theta_star", cos_theta_star)
    )
    sin_t = np.sqrt((1.0 - cos_t) * (1.0 + cos_t))
    flat = [np.ascontiguousarray(values).ravel() for values in (cos_x, cos_t, sin_t)]
    return np.asarray(_star_densities(shape, *flat).reshape(cos_t.shape))


def density(
    model: Model,
    beams: Beams,
    direction: ArrayLike,
    energy: ArrayLike,
    frame: Frame = "lab",
    regulator: Regulator = REGULATOR,
) -> FloatArray:
    """Density of the excited state in its direction and energy.

    Parameters
    ----------
    model, beams
        Mass point and collider.
    direction
        Where it goes, shape (..., 3), in the axes of the frame; of any length but zero.
    energy
        Its energy in GeV, shapes (...) that broadcast.
    frame
        Frame of both, see `Frame`.
    regulator
        Treatment of the electron mass.

    Returns
    -------
    density
        d^2P/(dOmega dE) per steradian and GeV; 0 for energies that do not occur. Integrates to one
        over the sphere and all energies, in either frame.

    Raises
    ------
    InputError
        If ``m1 + m2 < m_aprime < sqrt_s`` does not hold, a direction has no length, or an energy is
        not a number.

    Notes
    -----
    E d^3P/dp^3 = (1/p) d^2P/(dOmega dE) is the same in all frames.
    """
    shape = radiative_shape(model, beams.sqrt_s, regulator)
    ray = unit(direction)
    energies = np.asarray(energy, dtype=np.float64)
    if not np.all(np.isfinite(energies)):
        raise InputError("energy: must be finite (GeV)")
    if frame == "lab":
        axes, velocity = beams.frame, beams.boost
    elif frame == "cm":
        axes, velocity = np.eye(3), np.zeros(3)
    else:
        raise InputError(f"frame = {frame!r}: must be lab or cm")
    common = np.broadcast_shapes(ray.shape[:-1], energies.shape)
    rays = np.ascontiguousarray(np.broadcast_to(ray, (*common, 3))).reshape(-1, 3)
    scaled = np.ascontiguousarray(np.broadcast_to(energies, common)).ravel() / beams.sqrt_s
    gamma = 1.0 / math.sqrt(1.0 - float(velocity @ velocity))
    boost = gamma * velocity
    densities = _densities(
        shape, model.m1 / beams.sqrt_s, gamma, boost, np.ascontiguousarray(axes), rays, scaled
    )
    return np.asarray(densities.reshape(common) / beams.sqrt_s)


def unit(direction: ArrayLike) -> FloatArray:
    """Directions of unit length, shape (..., 3).

    Raises
    ------
    InputError
        If the last axis does not have three components, or one has no length.
    """
    ray = np.asarray(direction, dtype=np.float64)
    if ray.ndim < 1 or ray.shape[-1] != 3:
        raise InputError(f"direction: shape {ray.shape}, must end in 3")
    length = np.linalg.norm(ray, axis=-1, keepdims=True)
    if not np.all(np.isfinite(length) & (length > 0.0)):
        raise InputError("direction: must be finite and not zero")
    return np.asarray(ray / length)


def _cosine(key: str, value: ArrayLike) -> FloatArray:
    cosine = np.asarray(value, dtype=np.float64)
    inside = np.abs(cosine) <= 1.0
    if not np.all(inside):
        raise InputError(f"{key} = {cosine[~inside].flat[0]:g}: must be from -1 to 1")
    return cosine


@njit(error_model="numpy")
def _star_density(shape, x, cos_t, sin_t):  # type: ignore[no-untyped-def]
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across = shape.p_star * sin_x
    momentum = math.sqrt(along * along + across * across)
    if momentum == 0.0:
        return 0.0
    return averaged_tensor(shape, x, sin_x, along / momentum, across / momentum, cos_t, sin_t)


@njit(error_model="numpy")
def _star_densities(shape, x, cos_t, sin_t):  # type: ignore[no-untyped-def]
    out = np.empty(len(x))
    for i in range(len(x)):
        out[i] = _star_density(shape, x[i], cos_t[i], sin_t[i])
    return out


@njit(error_model="numpy")
def _densities(shape, mass, gamma, boost, axes, rays, energies):  # type: ignore[no-untyped-def]
    """Per steradian and unit of energy in sqrt(s); ``boost`` is the four-velocity's space part."""
    out = np.zeros(len(energies))
    here = np.empty(3)
    for i in range(len(energies)):
        energy = energies[i]
        if energy <= mass:
            continue
        momentum = math.sqrt((energy - mass) * (energy + mass))
        along = 0.0
        for k in range(3):
            along += boost[k] * rays[i, k]
        factor = along * momentum / (gamma + 1.0) - energy
        for k in range(3):
            here[k] = 0.0
            for j in range(3):
                here[k] += axes[k, j] * (momentum * rays[i, j] + factor * boost[j])
        across = math.hypot(here[0], here[1])
        p_cm = math.hypot(across, here[2])
        x = (gamma * energy - along * momentum) / shape.gamma_a - shape.e_star
        x /= shape.beta_a * shape.p_star
        if not -1.0 <= x <= 1.0 or p_cm == 0.0:
            continue
        value = _star_density(shape, x, here[2] / p_cm, across / p_cm)
        # d^3p/E is invariant: dOmega dcos* in the centre of mass against p dE dOmega here.
        out[i] = value * momentum / (shape.gamma_a * shape.beta_a * shape.p_star * p_cm)
    return out
