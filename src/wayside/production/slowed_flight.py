"""The density of the excited state in e+ e- -> A'* -> 1 2 with beams that have lost energy.

Compiled, for draws of events one by one: each has beams of its own. Energies are in units of the
sqrt(s) of the whole collision. Derived in docs/theory, sections "In the laboratory" and
"Radiation".
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.production.axes import set_axes
from wayside.production.direct import DirectShape, direct_shape
from wayside.production.direct_flight import DirectFlight
from wayside.production.direct_process import DirectProcess
from wayside.production.frames import Frames, boost_in_place
from wayside.production.spectrum import place
from wayside.typing import FloatArray

_NODES = 512


class Energies(NamedTuple):
    """What depends on the energy of a collision, on a grid; shapes (n,)."""

    s: FloatArray
    """Over the square of the energy of the whole collision, increasing."""
    isotropic: FloatArray
    polarised: FloatArray
    """As in `wayside.production.direct.DirectShape`."""
    cross_section: FloatArray
    """Cross-section in any unit, which is the same for all."""


def energies_of(process: DirectProcess, most: float) -> Energies:
    """Tabulate a process from its threshold on, or from where the pole is too near.

    Parameters
    ----------
    process
        At one mass point and collider.
    most
        Largest s, over that of the beams.
    """
    model, sqrt_s = process.model, process.beams.sqrt_s
    least = 1.0 - process.largest_loss
    # Even in the root of what is above the threshold, where the cross-section sets in.
    roots = np.linspace(1e-6, 1.0, _NODES)
    s = least + (most - least) * roots**2
    rows = []
    for value in s.tolist():
        energy = sqrt_s * math.sqrt(value)
        shape = direct_shape(model, energy)
        rows.append((shape.isotropic, shape.polarised, process.cross_section_at(energy)))
    return Energies(s, *np.array(rows).T.copy())


@njit(error_model="numpy")
def cross_section_at(energies, s):  # type: ignore[no-untyped-def]
    """Cross-section at an energy; 0 below the threshold."""
    if s <= energies.s[0]:
        return 0.0
    return np.interp(s, energies.s, energies.cross_section)


@njit(error_model="numpy")
def place_slowed(flight, energies, beams_lab, ray, u, parts):  # type: ignore[no-untyped-def]
    """Rapidity of the excited state along a ray and its density, with other beams.

    Parameters
    ----------
    flight : wayside.production.direct_flight.DirectFlight
        Of the whole collision.
    energies
        From `energies_of`.
    beams_lab
        Four-momenta of the electron and the positron in the laboratory, shape (2, 4), energies
        first.
    ray
        Unit vector in the laboratory, shape (3,).
    u
        From 0 to 1, which chooses among the rapidities.
    parts
        Room, shape (4, MAX_SEGMENTS).

    Returns
    -------
    rapidity, density, s
        Density per steradian and excited state made at that energy, as of
        `wayside.production.spectrum.place`; the square of the energy. 0 where nothing is.
    """
    total = beams_lab[0] + beams_lab[1]
    s = total[0] ** 2 - total[1] ** 2 - total[2] ** 2 - total[3] ** 2
    if s <= energies.s[0]:
        return 0.0, 0.0, 0.0
    unit = 1.0 / math.sqrt(s)
    gamma = total[0] * unit
    boost = total[1:] * unit
    # The electrons in the rest frame of the collision.
    axis = beams_lab[0, 1:].copy()
    boost_in_place(beams_lab[0, 0], axis, gamma, -boost)
    axes = np.empty((3, 3))
    set_axes(axis, axes)
    x = 0.0
    y = 0.0
    z = 0.0
    for i in range(3):
        x += axes[0, i] * boost[i]
        y += axes[1, i] * boost[i]
        z += axes[2, i] * boost[i]
    # m1^2 - m2^2 from the energy of the excited state at s = 1.
    difference = 2.0 * flight.shape.energy - 1.0
    mass = flight.mass * unit
    energy = 0.5 * (1.0 + difference / s)
    momentum = math.sqrt(max(0.0, (energy - mass) * (energy + mass)))
    if momentum == 0.0:
        return 0.0, 0.0, 0.0
    shape = DirectShape(
        energy,
        momentum,
        np.interp(s, energies.s, energies.isotropic),
        np.interp(s, energies.s, energies.polarised),
    )
    moved = DirectFlight(mass, Frames(axes, gamma, boost, (x, y, z)), shape)
    rapidity, density = place(moved, ray, u, parts)
    return rapidity, density, s
