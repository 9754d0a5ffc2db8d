"""Flights of excited states with all photons off the beams, to be drawn one by one.

On shell with the photons, the density and the order of `wayside.acceptance.radiated`; off shell
with one photon along a beam that takes all of the loss. The energies of both beams vary by their
spread. Derived in docs/theory, section "Radiation".
"""

import math
from functools import singledispatch
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from scipy.special import ndtri

from wayside.compiled import njit
from wayside.detector.volume import Volume
from wayside.generator.contour_aim import ContourAim, contour_aim
from wayside.production.direct_process import DirectProcess
from wayside.production.extra_photons import make_room, place_with_photons
from wayside.production.frames import boost_in_place
from wayside.production.photon_total import LOWEST, MOST, scheme_total
from wayside.production.process import Process
from wayside.production.radiative_process import RadiativeProcess
from wayside.production.slowed_flight import (
    Energies,
    cross_section_at,
    energies_of,
    place_slowed,
)
from wayside.production.spectrum import MAX_SEGMENTS
from wayside.radiation.emission import draw_photons, number_factors
from wayside.radiation.radiator import radiator, strength
from wayside.typing import FloatArray

ELECTRON, POSITRON, MEDIATOR, PHOTONS = 0, 1, 2, 3
"""Rows of the momenta of `Made`; photons beyond that of the process from the last on."""

ROWS: Final = PHOTONS + MOST

_LOSSES: Final = 4096
"""Steps of the distribution of the energy that photons take off shell."""

_UNSEEN: Final = 0.5 * LOWEST
"""Fraction of s that a photon takes below which it is left out, off shell."""


class Made(NamedTuple):
    """Excited states along given directions, and what is made with them."""

    rapidity: FloatArray
    density: FloatArray
    """Per steradian and unit volume of the numbers behind it, shape (n,)."""
    momenta: FloatArray
    """In GeV in the laboratory, shape (n, ROWS, 3); 0 where there is no photon."""


class _Aimed(NamedTuple):
    """Beams, a direction and the number that chooses the rapidity of each excited state."""

    beams: FloatArray
    """With their spread, in units of sqrt(s), shape (n, 2, 4)."""
    rays: FloatArray
    """Unit vectors, shape (n, 3)."""
    u: FloatArray
    """From 0 to 1, shape (n,)."""


class Part(NamedTuple):
    """Photons beyond that of the process, and the beams that photons are off."""

    photons: int
    hard: float = 1.0
    """Beam of the photon of the process: 1 for the electrons, -1 for the positrons."""
    first: float = 1.0
    """Beam of the first photon beyond."""


class RadiatedFlight:
    """Base of flights with all photons.

    Parameters
    ----------
    process
        At one mass point and collider.
    """

    numbers: ClassVar[int]
    """How many numbers from 0 to 1 an excited state takes beside the three that matter most."""

    parts: tuple[Part, ...] = (Part(0),)
    """What is proposed apart."""

    log_norm: float = 0.0
    """Logarithm of the factor from densities to those per produced excited state."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._spread = process.treatment.energy_spread
        self._beams = process.beams.four_momenta / process.beams.sqrt_s

    def aim(self, volume: Volume, ctau: float, part: Part) -> ContourAim:
        """Map from the unit square to directions into a volume."""
        return contour_aim(self._process.flight, volume, ctau, smooth=part.photons > 0)

    def fly(self, part: Part, rays: FloatArray, cube: FloatArray, numbers: FloatArray) -> Made:
        """Excited states along rays.

        Parameters
        ----------
        part
            Which part.
        rays
            Unit vectors, shape (n, 3).
        cube
            From 0 to 1, shape (n, 2): the first chooses the rapidity, the second what matters most
            of all else.
        numbers
            From 0 to 1, shape (n, numbers).
        """
        raise NotImplementedError

    def _beams_of(self, numbers: FloatArray) -> FloatArray:
        """Beams with their spread, in units of sqrt(s), from two numbers each: (n, 2, 4)."""
        factor = 1.0 + self._spread * ndtri(np.clip(numbers, 1e-15, 1.0 - 1e-15))
        return np.ascontiguousarray(factor[:, :, None] * self._beams)


@njit(error_model="numpy")
def _with_photons(flight, aimed, numbers, side, photons, limits, made):  # type: ignore[no-untyped-def]
    """Fill rapidities, densities without the factor of the number, and momenta."""
    beams, rays, u = aimed
    rapidity, density, momenta = made
    room = make_room()
    frames = flight.frames
    gap = flight.constants.shape.gap
    number = len(photons)
    weights = np.empty(number)
    for i in range(len(u)):
        draw_photons(numbers[i, 3:], gap, limits[0], limits[1], photons, weights)
        weight = 1.0
        for k in range(number):
            weight *= weights[k]
        eta, value, virtual = place_with_photons(
            flight, beams[i], rays[i], u[i], numbers[i, 2], side, photons, room
        )
        rapidity[i] = eta
        density[i] = value * virtual * weight
        if eta <= 0.0:
            continue
        square = flight.constants.shape.q2
        gamma = 1.0
        for j in range(3):
            square += room.mediator[j] ** 2
            gamma += room.boost[j] ** 2
            momenta[i, 0, j] = beams[i, 0, 1 + j]
            momenta[i, 1, j] = beams[i, 1, 1 + j]
            momenta[i, 2, j] = room.mediator[j]
        boost_in_place(math.sqrt(square), momenta[i, 2], math.sqrt(gamma), room.boost)
        for k in range(number):
            for j in range(3):
                for axis in range(3):
                    momenta[i, 3 + k, j] += frames.axes[axis, j] * photons[k, 1 + axis]
            boost_in_place(photons[k, 0], momenta[i, 3 + k], frames.gamma, frames.boost)


class RadiatedOnShell(RadiatedFlight):
    """Flights of e+ e- -> gamma A' with further photons."""

    numbers = 3 + 4 * MOST
    parts = (
        Part(0, 1.0),
        Part(0, -1.0),
        *(Part(k + 1, a, b) for k in range(MOST) for a in (1.0, -1.0) for b in (1.0, -1.0)),
    )

    def __init__(self, process: RadiativeProcess) -> None:
        from wayside.production.radiative_flight import radiative_flight

        super().__init__(process)
        m_aprime, sqrt_s = process.model.m_aprime, process.beams.sqrt_s
        # The exact kernel, whichever regulator the closed form has.
        self._flight = radiative_flight(process.model, process.beams)
        self._factors = number_factors(strength(sqrt_s), LOWEST, MOST)
        self._limits = LOWEST, (sqrt_s - m_aprime) / sqrt_s
        self._sqrt_s = sqrt_s
        self.log_norm = -math.log(scheme_total(m_aprime, sqrt_s))

    def fly(self, part: Part, rays: FloatArray, cube: FloatArray, numbers: FloatArray) -> Made:
        """Excited states along rays with the photons of a part."""
        n, numbers = len(cube), numbers.copy()
        weight = self._factors[part.photons]
        if part.photons == 0:
            numbers[:, 2] = cube[:, 1]  # direction of the A'
        else:
            numbers[:, 3] = cube[:, 1]  # energy of the first photon
            numbers[:, 6] = 0.25 if part.first > 0.0 else 0.75
            weight *= 0.5
        aimed = _Aimed(self._beams_of(numbers[:, :2]), rays, np.ascontiguousarray(cube[:, 0]))
        made = Made(np.empty(n), np.empty(n), np.zeros((n, ROWS, 3)))
        photons = np.empty((part.photons, 4))
        _with_photons(self._flight, aimed, numbers, part.hard, photons, self._limits, made)
        return Made(made.rapidity, made.density * weight, made.momenta * self._sqrt_s)


@njit(error_model="numpy")
def _with_loss(flight, energies, aimed, sides, losses, made):  # type: ignore[no-untyped-def]
    """Fill rapidities, densities and momenta; the loss is that of one beam or the other."""
    beams, rays, u = aimed
    rapidity, density, momenta = made
    parts = np.empty((4, MAX_SEGMENTS))
    for i in range(len(u)):
        which = 0 if sides[i] < 0.5 else 1
        loss = losses[i]
        expected = cross_section_at(energies, 1.0 - loss)
        for j in range(3):
            momenta[i, 0, j] = beams[i, 0, 1 + j]
            momenta[i, 1, j] = beams[i, 1, 1 + j]
        if loss > _UNSEEN:
            for j in range(3):
                momenta[i, 3, j] = loss * beams[i, which, 1 + j]
            for j in range(4):
                beams[i, which, j] *= 1.0 - loss
        for j in range(3):
            momenta[i, 2, j] = beams[i, 0, 1 + j] + beams[i, 1, 1 + j]
        rapidity[i], value, s = place_slowed(flight, energies, beams[i], rays[i], u[i], parts)
        density[i] = 0.0
        if value > 0.0 and expected > 0.0:
            density[i] = value * cross_section_at(energies, s) / expected


class RadiatedOffShell(RadiatedFlight):
    """Flights of e+ e- -> A'* -> 1 2 with what photons take of the energy."""

    numbers = 3

    def __init__(self, process: DirectProcess) -> None:
        super().__init__(process)
        sqrt_s = self._sqrt_s = process.beams.sqrt_s
        self._flight = process.flight
        self._energies: Energies = energies_of(process, (1.0 + 8.0 * self._spread) ** 2)
        beta = strength(sqrt_s)
        most = 1.0 - float(self._energies.s[0])
        # Even in x^beta, where the radiator is flat.
        flat = np.linspace(0.0, most**beta, _LOSSES + 1)
        x = (0.5 * (flat[1:] + flat[:-1])) ** (1.0 / beta)
        sigma = np.interp(1.0 - x, self._energies.s, self._energies.cross_section)
        steps = sigma * radiator(x, sqrt_s) * x ** (1.0 - beta)
        reached = np.concatenate([[0.0], np.cumsum(steps)])
        self._power = 1.0 / beta
        self._reached, self._flat = reached / reached[-1], flat

    def fly(self, part: Part, rays: FloatArray, cube: FloatArray, numbers: FloatArray) -> Made:
        """Excited states along rays."""
        del part  # there is one
        n = len(cube)
        losses = np.interp(cube[:, 1], self._reached, self._flat) ** self._power
        aimed = _Aimed(self._beams_of(numbers[:, :2]), rays, np.ascontiguousarray(cube[:, 0]))
        made = Made(np.zeros(n), np.zeros(n), np.zeros((n, ROWS, 3)))
        _with_loss(self._flight, self._energies, aimed, numbers[:, 2], losses, made)
        return Made(made.rapidity, made.density, made.momenta * self._sqrt_s)


@singledispatch
def event_flight(process: Process) -> Any:
    """What events of a process are drawn from.

    Parameters
    ----------
    process
        At one mass point and collider.

    Returns
    -------
    Flight or RadiatedFlight
        The density of one photon where ``process.radiates`` is false.
    """
    return process.flight


@event_flight.register
def _(process: RadiativeProcess) -> Any:
    return RadiatedOnShell(process) if process.radiates else process.flight


@event_flight.register
def _(process: DirectProcess) -> Any:
    return RadiatedOffShell(process) if process.radiates else process.flight
