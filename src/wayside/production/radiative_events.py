"""What is produced with the excited state: the A' it came from, its partner, the photon.

Given the excited state's momentum, the A' lies on a cone around it; the azimuth on the cone follows
`wayside.production.density.tensor_terms`, the production amplitude squared before it is averaged.
Drawn by rejection from the two poles, 1/(a -+ b cos psi), each of which has a closed inverse.
"""

import math

import numpy as np

from wayside.collider.boosts import boost
from wayside.compiled import njit
from wayside.production.density import tensor_terms
from wayside.production.process import Companions
from wayside.production.radiative_flight import RadiativeFlight
from wayside.typing import FloatArray


@njit(error_model="numpy", inline="always")
def _quadratic(terms, u):  # type: ignore[no-untyped-def]
    return terms[0] + u * (terms[1] + u * terms[2])


@njit(error_model="numpy", inline="always")
def _most(terms):  # type: ignore[no-untyped-def]
    """Largest value on [-1, 1], or 0."""
    most = max(0.0, _quadratic(terms, 1.0), _quadratic(terms, -1.0))
    if terms[2] < 0.0:
        top = -0.5 * terms[1] / terms[2]
        if abs(top) < 1.0:
            most = max(most, _quadratic(terms, top))
    return most


@njit(error_model="numpy")
def draw_azimuth(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t, rng):  # type: ignore[no-untyped-def]
    """Azimuth of the A' around the excited state, 0 toward the electron beam.

    Parameters
    ----------
    shape, x, sin_x, cos_a, sin_a, cos_t, sin_t
        As for `wayside.production.density.averaged_tensor`.
    rng
        A NumPy generator.
    """
    single, minus, plus, poles = tensor_terms(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t)
    a_minus, a_plus, b, r_minus, r_plus = poles
    near_minus = r_minus * r_minus / (a_minus + b)
    near_plus = r_plus * r_plus / (a_plus + b)
    # Bounds of what stands over either pole.
    top = 0.5 * _most(single)
    over_minus = top + shape.mass2 * _most(minus) / near_minus
    over_plus = top + shape.mass2 * _most(plus) / near_plus
    weight_minus = over_minus / r_minus
    fraction = weight_minus / (weight_minus + over_plus / r_plus)
    while True:
        toward = rng.random() < fraction
        near = near_minus if toward else near_plus
        root = r_minus if toward else r_plus
        t = near / root * math.tan(math.pi * (rng.random() - 0.5))
        # cos(psi), psi counted from the pole at hand; 1 - cos(psi) would cancel.
        versine = 2.0 * t * t / (1.0 + t * t)
        u = 1.0 - versine if toward else versine - 1.0
        if toward:
            d_minus = near_minus + b * versine
            d_plus = a_plus + b * u
        else:
            d_minus = a_minus - b * u
            d_plus = near_plus + b * versine
        value = 0.5 * _quadratic(single, u) * (1.0 / d_minus + 1.0 / d_plus)
        value += shape.mass2 * (
            _quadratic(minus, u) / (d_minus * d_minus) + _quadratic(plus, u) / (d_plus * d_plus)
        )
        if rng.random() * (over_minus / d_minus + over_plus / d_plus) < value:
            psi = 2.0 * math.atan(t)
            return psi if toward else math.pi - psi


@njit(error_model="numpy")
def _mediators(shape, p_cm, e_cm, rng):  # type: ignore[no-untyped-def]
    """Momenta of the A' in units of sqrt(s), along the axes of the centre of mass."""
    out = np.empty((len(p_cm), 3))
    p_a = shape.gamma_a * shape.beta_a * math.sqrt(shape.q2)
    for i in range(len(p_cm)):
        x = (e_cm[i] / shape.gamma_a - shape.e_star) / (shape.beta_a * shape.p_star)
        x = min(1.0, max(-1.0, x))
        sin_x = math.sqrt((1.0 - x) * (1.0 + x))
        along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
        across = shape.p_star * sin_x
        size = math.sqrt(along * along + across * across)
        cos_a = along / size
        sin_a = across / size
        transverse = math.sqrt(p_cm[i, 0] ** 2 + p_cm[i, 1] ** 2)
        length = math.sqrt(transverse**2 + p_cm[i, 2] ** 2)
        cos_t = p_cm[i, 2] / length
        sin_t = transverse / length
        psi = draw_azimuth(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t, rng)
        cos_phi = p_cm[i, 0] / transverse if transverse > 0.0 else 1.0
        sin_phi = p_cm[i, 1] / transverse if transverse > 0.0 else 0.0
        # Axes across the excited state: toward the beam, and around it.
        c = sin_a * math.cos(psi)
        s = sin_a * math.sin(psi)
        out[i, 0] = p_a * (cos_a * sin_t * cos_phi - c * cos_t * cos_phi - s * sin_phi)
        out[i, 1] = p_a * (cos_a * sin_t * sin_phi - c * cos_t * sin_phi + s * cos_phi)
        out[i, 2] = p_a * (cos_a * cos_t + c * sin_t)
    return out


def mediators(
    flight: RadiativeFlight,
    sqrt_s: float,
    direction: FloatArray,
    rapidity: FloatArray,
    rng: np.random.Generator,
) -> Companions:
    """Momenta of the A' that excited states of e+ e- -> gamma A' -> gamma 1 2 came from.

    Parameters
    ----------
    flight
        The mass point at one collider.
    sqrt_s
        Centre-of-mass energy in GeV.
    direction, rapidity
        Of the excited states in the laboratory, shapes (n, 3) and (n,).
    rng
        Random numbers.
    """
    excited = direction * (flight.mass * sqrt_s * np.sinh(rapidity))[:, None]
    frames = flight.frames
    velocity = frames.boost / frames.gamma
    energy = flight.mass * np.cosh(rapidity)
    e_cm, moved = boost(energy, excited / sqrt_s, -velocity)
    p_cm = np.ascontiguousarray(moved @ frames.axes.T)
    q = _mediators(flight.shape, p_cm, e_cm, rng)
    e_a = 0.5 * (1.0 + flight.shape.q2)
    _, mediator = boost(np.full(len(q), e_a), q @ frames.axes, velocity)
    return Companions(excited, mediator * sqrt_s)
