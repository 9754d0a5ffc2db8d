"""The density of the excited state in e+ e- -> gamma A' with further photons of given momenta.

What the further photons leave of the collision, Q, takes the place of the beams: in its rest frame
the exact density of one photon holds, with the mass and the spin of the A' in full. The photon of
that density is to be the most energetic of all, so that every set of photons counts once. Derived
in docs/theory, section "Radiation". Energies are in units of sqrt(s); compiled, for the passes of
`wayside.acceptance.radiated`.
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.constants import ALPHA
from wayside.production.axes import set_axes
from wayside.production.density import tensor_terms
from wayside.production.frames import Frames, boost_in_place, in_centre_of_mass, line_of_sight
from wayside.production.radiative import RadiativeShape
from wayside.production.radiative_flight import RadiativeConstants, RadiativeFlight
from wayside.production.radiative_spectrum import segments
from wayside.production.spectrum import MAX_SEGMENTS, rapidity_at
from wayside.typing import FloatArray


class Room(NamedTuple):
    """Arrays that one evaluation after another fills."""

    axes: FloatArray
    boost: FloatArray
    """Four-velocity of what is left in the laboratory."""
    ridges: FloatArray
    parts: FloatArray
    mediator: FloatArray
    """Momentum of the A' in the rest frame of what is left, along the axes of the laboratory and in
    units of sqrt(s)."""
    vectors: FloatArray
    """Vectors on the way."""


@njit(error_model="numpy")
def make_room():  # type: ignore[no-untyped-def]
    """Room for one evaluation at a time."""
    ridges, parts = np.empty((2, 3)), np.empty((4, MAX_SEGMENTS))
    return Room(np.empty((3, 3)), np.empty(3), ridges, parts, np.empty(3), np.empty((4, 3)))


@njit(error_model="numpy")
def _shape(base, s):  # type: ignore[no-untyped-def]
    """Constants of the density in the rest frame of what is left, in units of its mass sqrt(s)."""
    unit = 1.0 / math.sqrt(s)
    q2 = base.q2 / s
    root = math.sqrt(q2)
    mu2 = base.mass2 / s
    beta = math.sqrt(1.0 - 4.0 * mu2)
    return RadiativeShape(
        q2,
        (1.0 + q2) / (2.0 * root),
        (1.0 - root) * (1.0 + root) / (1.0 + q2),
        base.e_star * unit,
        base.p_star * unit,
        beta,
        beta,
        4.0 * mu2 / (1.0 + beta),
        mu2,
        base.isotropic,
        base.polarised,
    )


@njit(error_model="numpy")
def _flight(flight, shape, s, gamma, room):  # type: ignore[no-untyped-def]
    """The flight of what is left; its axes and its boost are in the room."""
    unit = 1.0 / math.sqrt(s)
    along = shape.gamma_a * shape.beta_a
    boost_cm = room.vectors[3]
    for i in range(3):
        boost_cm[i] = 0.0
        for j in range(3):
            boost_cm[i] += room.axes[i, j] * room.boost[j]
    for side in range(2):
        for i in range(3):
            room.ridges[side, i] = (1.0 - 2.0 * side) * along * room.axes[2, i]
        boost_in_place(shape.gamma_a, room.ridges[side], gamma, room.boost)
    centre = (boost_cm[0], boost_cm[1], boost_cm[2])
    return RadiativeFlight(
        flight.mass * unit,
        Frames(room.axes, gamma, room.boost, centre),
        shape.gamma_a * (shape.e_star - shape.beta_a * shape.p_star),
        shape.gamma_a * (shape.e_star + shape.beta_a * shape.p_star),
        room.ridges,
        along * math.sqrt(shape.gap * (1.0 + shape.beta_bottom)),
        RadiativeConstants(shape, gamma, centre),
    )


@njit(error_model="numpy", inline="always")
def _quadratic(terms, u):  # type: ignore[no-untyped-def]
    return terms[0] + u * (terms[1] + u * terms[2])


@njit(error_model="numpy")
def place_with_photons(flight, beams_lab, ray, u, v, hard, photons, room):  # type: ignore[no-untyped-def]
    """Rapidity of the excited state along a ray and its density, with further photons.

    Parameters
    ----------
    flight : wayside.production.radiative_flight.RadiativeFlight
        Of the process without further photons, ``regulator = "exact"``.
    beams_lab
        Four-momenta of the electron and the positron beam in the laboratory, in units of sqrt(s),
        shape (2, 4), energies first. They may differ from those of the flight by their spread.
    ray
        Unit vector in the laboratory, shape (3,).
    u, v
        Fractions from 0 to 1 that choose the rapidity and the direction of the A'.
    hard
        Which beam the photon of the process is counted with: 1 for the electrons, -1 for the
        positrons. The density is the sum over both.
    photons
        Four-momenta of the further photons in the centre of mass, along its axes and in units of
        sqrt(s), shape (n, 4), energies first.
    room
        From `make_room`.

    Returns
    -------
    rapidity, value, virtual
        Density per steradian at the cross-section of the process without further photons, times
        the derivative of the rapidity with respect to u; averaged over v it is that of all
        directions of the A'. Both 0 where nothing is. The factor of
        virtual photons stands apart. The momentum of the A' and the four-velocity of what is left
        are in the room.
    """
    base = flight.constants.shape
    left, here, axis = room.vectors[0], room.vectors[1], room.vectors[2]
    taken = 0.0
    hardest = 0.0
    left[:] = 0.0
    for k in range(len(photons)):
        taken -= photons[k, 0]
        hardest = max(hardest, photons[k, 0])
        for i in range(3):
            for j in range(3):
                left[i] -= flight.frames.axes[j, i] * photons[k, 1 + j]
    taken = boost_in_place(taken, left, flight.frames.gamma, flight.frames.boost)
    for i in range(3):
        here[i] = beams_lab[0, 1 + i] + beams_lab[1, 1 + i]
        left[i] += here[i]
    total = beams_lab[0, 0] + beams_lab[1, 0]
    energy = total + taken
    s = energy * energy - left[0] * left[0] - left[1] * left[1] - left[2] * left[2]
    if not (energy > 0.0 and s > base.q2 * (1.0 + 1e-9)):
        return 0.0, 0.0, 1.0
    unit = 1.0 / math.sqrt(s)
    gamma = energy * unit
    for i in range(3):
        room.boost[i] = -left[i] * unit
    # Axis: the beam of the photon of the process, in the rest frame of what is left.
    which = 0 if hard > 0.0 else 1
    for i in range(3):
        axis[i] = beams_lab[which, 1 + i]
    boost_in_place(beams_lab[which, 0], axis, gamma, room.boost)
    for i in range(3):
        axis[i] *= hard
    set_axes(axis, room.axes)
    # The whole collision in that frame, for the energy of the photon of the process.
    total = boost_in_place(total, here, gamma, room.boost)
    for i in range(3):
        room.boost[i] = -room.boost[i]
    shape = _shape(base, s)
    moved = _flight(flight, shape, s, gamma, room)
    sight = line_of_sight(moved.frames, ray)
    rapidity, slope = rapidity_at(room.parts, segments(moved, ray, sight, room.parts), u)
    if rapidity <= 0.0:
        return 0.0, 0.0, 1.0
    momentum = moved.mass * math.sinh(rapidity)
    own_energy = math.sqrt(momentum * momentum + moved.mass * moved.mass)
    energy_cm, transverse, pz = in_centre_of_mass(
        gamma, moved.frames.boost_cm, sight, momentum, own_energy
    )
    p_cm = math.sqrt(transverse * transverse + pz * pz)
    x = (energy_cm / shape.gamma_a - shape.e_star) / (shape.beta_a * shape.p_star)
    x = min(1.0, max(-1.0, x))
    sin_x = math.sqrt((1.0 - x) * (1.0 + x))
    along = shape.gamma_a * (shape.p_star * x + shape.beta_a * shape.e_star)
    across = shape.p_star * sin_x
    p_a = math.sqrt(along * along + across * across)
    if p_cm == 0.0 or p_a == 0.0:
        return 0.0, 0.0, 1.0
    cos_a, sin_a = along / p_a, across / p_a
    cos_t, sin_t = pz / p_cm, transverse / p_cm
    single, minus, plus, poles = tensor_terms(shape, x, sin_x, cos_a, sin_a, cos_t, sin_t)
    a_minus, a_plus, b, r_minus, r_plus = poles
    # A photon off the positrons recoils against an A' along the electrons: the pole "minus".
    root = r_minus if hard < 0.0 else r_plus
    a_pole = a_minus if hard < 0.0 else a_plus
    near = root * root / (a_pole + b)
    t = near / root * math.tan(math.pi * (v - 0.5))
    versine = 2.0 * t * t / (1.0 + t * t)
    cos_psi = 1.0 - versine if hard < 0.0 else versine - 1.0
    distance = near + b * versine
    terms = minus if hard < 0.0 else plus
    value = 0.5 * _quadratic(single, cos_psi) + shape.mass2 * _quadratic(terms, cos_psi) / distance
    other = (a_plus + b * cos_psi) if hard < 0.0 else (a_minus - b * cos_psi)
    # Direction of the A': components toward the excited state, toward the axis and around.
    sin_psi = 2.0 * t / (1.0 + t * t)
    # The azimuth of the excited state in the rest frame of what is left.
    factor = sight[3] * momentum / (gamma + 1.0) - own_energy
    px = momentum * sight[0] + factor * moved.frames.boost_cm[0]
    py = momentum * sight[1] + factor * moved.frames.boost_cm[1]
    cos_phi = px / transverse if transverse > 0.0 else 1.0
    sin_phi = py / transverse if transverse > 0.0 else 0.0
    c = sin_a * cos_psi
    sn = sin_a * sin_psi
    ax = cos_a * sin_t * cos_phi - c * cos_t * cos_phi - sn * sin_phi
    ay = cos_a * sin_t * sin_phi - c * cos_t * sin_phi + sn * cos_phi
    az = cos_a * cos_t + c * sin_t
    half = 0.5 * (1.0 - shape.q2)
    toward = 0.0
    for i in range(3):
        along = ax * room.axes[0, i] + ay * room.axes[1, i] + az * room.axes[2, i]
        toward += here[i] * along
        room.mediator[i] = half * math.sqrt(s) * along
    # k.P of the photon of the process, which flies against the A'; it has to be the hardest.
    if half * math.sqrt(s) * (total + toward) < hardest:
        return 0.0, 0.0, 1.0
    value /= root * half * half
    value *= momentum * momentum / (shape.gamma_a * shape.beta_a * shape.p_star * p_cm)
    # Cross-section at the energy that is left, over that at the whole.
    value *= (1.0 - shape.q2) / (s * (1.0 - base.q2))
    # Virtual photons of a line that has lost energy to the photon of the process.
    virtual = ALPHA / math.pi * math.log(shape.q2) * math.log(min(distance, other))
    return rapidity, slope * value, math.exp(virtual)
