"""Particles that a collision makes beside one other: one energy, angles as a + b sin^2."""

import math

from wayside.collider.beams import Beams
from wayside.models.kinematics import pair_momentum
from wayside.production.particle_process import FlightPart


def beside(
    mass: float, other: float, beams: Beams, isotropic: float, polarised: float
) -> tuple[FlightPart, ...]:
    """How the particles of e+ e- -> particle + other fly, as ``parts`` of a process.

    Parameters
    ----------
    mass, other
        Masses in GeV of what flies and of what it is made beside.
    beams
        The collider.
    isotropic, polarised
        Density a + b sin^2 of the polar angle in the centre of mass, in any unit.
    """
    # A compiled density, which names and rates of a process do without.
    from wayside.production.direct import DirectShape
    from wayside.production.direct_flight import DirectFlight
    from wayside.production.frames import frames_of

    root = mass / beams.sqrt_s
    momentum = float(pair_momentum(beams.sqrt_s, mass, other)) / beams.sqrt_s
    norm = 4.0 * math.pi * (isotropic + 2.0 / 3.0 * polarised)
    shape = DirectShape(
        energy=math.hypot(root, momentum),
        momentum=momentum,
        isotropic=isotropic / norm,
        polarised=polarised / norm,
    )
    return (FlightPart(1.0, DirectFlight(root, frames_of(beams), shape)),)
