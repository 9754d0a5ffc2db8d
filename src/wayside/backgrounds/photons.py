"""Photons through lead, and what they do in the blocks behind it.

Attenuation from NIST's XCOM; what leaks out of the showers they start, from Geant4
(``lead_leakage``, written by ``scripts/make_lead_leakage.py``). Docs: docs/theory/backgrounds.md.
"""

import functools
import math
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.data import read_table
from wayside.detector.materials import LEAD
from wayside.typing import FloatArray

Leaked = Literal["photons", "hard_photons", "electrons", "neutrons", "energy"]

PDG: Final = {"photon": 22, "electron": 11, "neutron": 2112}


def attenuation(energy: ArrayLike) -> FloatArray:
    """Mass attenuation coefficient of lead in cm^2/g, energies in GeV from 1e-4 to 100."""
    table = read_table("lead_attenuation")
    energies, values = np.log(table["energy"]), np.log(table["total"])
    return np.asarray(np.exp(np.interp(np.log(energy), energies, values)))


def transmission(energy: ArrayLike, thickness: float) -> FloatArray:
    """Fraction of photons that cross lead without any interaction.

    Parameters
    ----------
    energy
        Energies in GeV, of any shape.
    thickness
        Thickness of the lead in m.
    """
    return np.asarray(np.exp(-attenuation(energy) * LEAD.density * 100.0 * thickness))


@functools.cache
def _leakage(pdg: int, column: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Logarithms of energies, thicknesses, values on that grid, and their statistical errors."""
    table = read_table("lead_leakage")
    mine = table["pdg"] == pdg
    energies = np.unique(table["kinetic"][mine])
    thicknesses = np.unique(table["thickness"][mine])
    shape = (len(energies), len(thicknesses))
    values = table[column][mine].reshape(shape)
    events = table["events"][mine].reshape(shape)
    # A shower's particles come together: relative error of the mean about one over the square root
    # of the events that leak, and one event where none did.
    errors = np.maximum(values, 1.0 / events) / np.sqrt(np.clip(values * events, 1.0, events))
    return np.log(energies), thicknesses, values, errors


def leaked(particle: str, kinetic: float, thickness: float, what: Leaked) -> tuple[float, float]:
    """What comes out behind lead for each particle that goes in at right angles, and its error.

    Parameters
    ----------
    particle
        ``"photon"``, ``"electron"`` or ``"neutron"``.
    kinetic
        Kinetic energy in GeV; beyond the ends of the table the value there.
    thickness
        In m; without lead the particle itself, beyond the table (20 cm) falling as between its last
        two thicknesses.
    what
        ``"photons"`` above 1 MeV, ``"hard_photons"`` above 20 MeV, ``"electrons"`` above 10 MeV,
        ``"neutrons"`` above 0.1 MeV, or their ``"energy"`` over that of the particle.
    """
    logs, depths, values, errors = _leakage(PDG[particle], what)
    at = float(np.clip(math.log(kinetic), logs[0], logs[-1]))
    # Interpolated in the logarithm; a tenth of an event stands for none.
    columns = np.array([_log_interp(at, logs, values[:, k]) for k in range(len(depths))])
    spread = np.array([np.interp(at, logs, errors[:, k]) for k in range(len(depths))])
    first = float(_itself(particle, kinetic, what))
    depths = np.concatenate([[0.0], depths])
    heights = np.log(np.concatenate([[max(first, 1e-9)], np.maximum(columns, 1e-9)]))
    spread = np.concatenate([[0.0], spread])
    if thickness > depths[-1]:
        slope = (heights[-1] - heights[-2]) / (depths[-1] - depths[-2])
        value = math.exp(heights[-1] + min(slope, 0.0) * (thickness - depths[-1]))
        return value, max(value, float(spread[-1]) * value / math.exp(heights[-1]))
    value = math.exp(float(np.interp(thickness, depths, heights)))
    return (0.0 if value < 2e-9 else value), float(np.interp(thickness, depths, spread))


def _log_interp(at: float, logs: FloatArray, values: FloatArray) -> float:
    return math.exp(float(np.interp(at, logs, np.log(np.maximum(values, 1e-9)))))


def _itself(particle: str, kinetic: float, what: Leaked) -> bool:
    """Whether a particle in front of the lead counts as what is asked for behind it."""
    return {
        "photons": particle == "photon" and kinetic > 1e-3,
        "hard_photons": particle == "photon" and kinetic > 20e-3,
        "electrons": particle == "electron" and kinetic > 10e-3,
        "neutrons": particle == "neutron" and kinetic > 1e-4,
        "energy": True,
    }[what]
