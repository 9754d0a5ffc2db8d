"""How particles of a two-body decay fly whose parents come in pairs from the collision.

A parent has one energy in the centre of mass, and the angular density
``isotropic + polarised sin^2`` about the electrons; it decays evenly in its rest frame. The energy
of the particle then fixes its angle to the parent, and the average over the parents around it is a
closed form: no integral is left (docs/theory/particles.md). Energies are in units of sqrt(s).
"""

import math
from typing import Final, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.errors import InputError
from wayside.models.kinematics import pair_momentum
from wayside.production.flight import AboutBoost
from wayside.production.frames import Frames, frames_of, in_centre_of_mass, rapidity_offset
from wayside.production.spectrum import register_segments
from wayside.typing import FloatArray

LEAST_SPEED = 1e-6
"""Velocity of a parent below which its decay is as good as monoenergetic, and not handled here."""


_NEAR: Final = 0.1
"""A segment nearer than this many times its length to the root of the momentum in the centre of
mass is mapped about it."""

_NARROWEST: Final = 1e-9
"""Least width in rapidity of a map, along the boost."""


class CascadeConstants(NamedTuple):
    """Numbers that the density along a direction needs."""

    energy_star: float
    """Of the particle in the rest frame of the parent."""
    gamma: float
    beta: float
    """Lorentz factor and velocity of the parent in the centre of mass."""
    spread: float
    """Largest less least energy of the particle in the centre of mass."""
    isotropic: float
    polarised: float
    """Density of parents per steradian is ``isotropic + polarised sin^2``, normalised to one."""
    gamma_cm: float
    boost_cm: tuple[float, float, float]
    """Four-velocity of the centre of mass, of `Frames`."""


class _Fields(NamedTuple):
    mass: float
    """Mass of the particle."""
    frames: Frames
    energy_low: float
    energy_high: float
    """Limits of its energy in the centre of mass."""
    constants: CascadeConstants


class CascadeFlight(AboutBoost, _Fields):
    """Density of the particles of one decay, energies in units of sqrt(s).

    There are no peaks: parents go everywhere.
    """

    __slots__ = ()

    def edges(self, axis: FloatArray) -> FloatArray:
        """Cones where the range of rapidities opens or splits, below the speed of the boost."""
        speed = float(np.linalg.norm(self.frames.boost))
        rows = []
        for energy in (self.energy_low, self.energy_high):
            ratio = math.sqrt(max(0.0, (energy / self.mass) ** 2 - 1.0))
            if speed > 1e-12 and ratio < speed:
                cosine = math.sqrt(1.0 - (ratio / speed) ** 2)
                rows.append([*(self.frames.boost / speed), cosine, 0.0])
        return np.array(rows).reshape(-1, 5)


@njit(error_model="numpy", forceinline=True)
def _density(constants, sight, momentum, energy):  # type: ignore[no-untyped-def]
    """Probability per steradian and unit rapidity in the laboratory, per produced particle."""
    energy_cm, transverse, along = in_centre_of_mass(
        constants.gamma_cm, constants.boost_cm, sight, momentum, energy
    )
    p_cm = math.sqrt(transverse * transverse + along * along)
    over_cm = 1.0 / p_cm if p_cm > 0.0 else 0.0
    cos_parent = (energy_cm - constants.energy_star / constants.gamma) / constants.beta * over_cm
    cos2 = min(1.0, cos_parent * cos_parent)
    cos2_beam = (along * over_cm) ** 2
    # Mean of cos^2 of the parent about the electrons, over its azimuth about the particle.
    mean = cos2 * cos2_beam + 0.5 * (1.0 - cos2) * (1.0 - cos2_beam)
    value = constants.isotropic + constants.polarised * (1.0 - mean)
    # d^3p/E is invariant: dOmega dE becomes p^2 d(eta) dOmega over the momentum below.
    return value * momentum * momentum * over_cm / constants.spread


@njit(error_model="numpy")
def _add(low, high, centre, width, out, count):  # type: ignore[no-untyped-def]
    low = max(low, 0.0)
    if not high > low:
        return count
    distance = max(low - centre, centre - high, width)
    if distance < _NEAR * (high - low):
        low = math.asinh((low - centre) / width)
        high = math.asinh((high - centre) / width)
    else:
        centre = 0.0
        width = 0.0
    out[0, count] = low
    out[1, count] = high
    out[2, count] = centre
    out[3, count] = width
    return count + 1


@njit(error_model="numpy")
def _segments(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Segments of rapidity that the limits of the energy in the centre of mass leave."""
    scale, origin = rapidity_offset(flight.frames.boost, direction)
    # Where the momentum in the centre of mass, which the density is divided by, has its root.
    width = max(math.acos(1.0 / scale), _NARROWEST)
    scale *= flight.mass
    if flight.energy_high <= scale:
        return 0
    outer = math.acosh(flight.energy_high / scale)
    if flight.energy_low > scale:
        inner = math.acosh(flight.energy_low / scale)
        count = _add(origin - outer, origin - inner, origin, width, out, 0)
        return _add(origin + inner, origin + outer, origin, width, out, count)
    return _add(origin - outer, origin + outer, origin, width, out, 0)


register_segments(CascadeFlight, _segments, CascadeConstants, _density)


class Parents(NamedTuple):
    """A pair of parents that shares the energy of the collision."""

    mass: float
    """Mass in GeV."""
    isotropic: float
    polarised: float
    """Angular density ``isotropic + polarised sin^2`` about the electrons, of any norm."""


def cascade_flight(parents: Parents, mass: float, recoil: float, beams: Beams) -> CascadeFlight:
    """Flight of a particle from the two-body decay of one of a pair of parents.

    Parameters
    ----------
    parents
        Mass and angles of the parents.
    mass, recoil
        Masses of the particle that flies and of what it recoils against, in GeV.
    beams
        The collider.

    Raises
    ------
    InputError
        If the parents, or the decay, have no phase space.
    """
    sqrt_s = beams.sqrt_s
    if not mass + recoil < parents.mass:
        raise InputError(
            f"mass = {mass:.10g}: must be below {parents.mass - recoil:.10g} GeV,"
            f" the masses of parent ({parents.mass:g}) and recoil ({recoil:g})"
        )
    gamma = 0.5 * sqrt_s / parents.mass
    if not gamma > 1.0 + LEAST_SPEED**2:
        raise InputError(
            f"sqrt_s = {sqrt_s:.10g} GeV: must be above two parents of {parents.mass:g} GeV"
        )
    beta = math.sqrt(1.0 - 1.0 / gamma**2)
    p_star = float(pair_momentum(parents.mass, mass, recoil)) / sqrt_s
    e_star = math.hypot(mass / sqrt_s, p_star)
    frames = frames_of(beams)
    norm = 4.0 * math.pi * (parents.isotropic + 2.0 * parents.polarised / 3.0)
    return CascadeFlight(
        mass=mass / sqrt_s,
        frames=frames,
        energy_low=gamma * (e_star - beta * p_star),
        energy_high=gamma * (e_star + beta * p_star),
        constants=CascadeConstants(
            energy_star=e_star,
            gamma=gamma,
            beta=beta,
            spread=2.0 * gamma * beta * p_star,
            isotropic=parents.isotropic / norm,
            polarised=parents.polarised / norm,
            gamma_cm=frames.gamma,
            boost_cm=frames.boost_cm,
        ),
    )
