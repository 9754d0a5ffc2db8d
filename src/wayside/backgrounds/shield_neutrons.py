"""Neutrons that K_L0 from the collision point make in their shield.

More of them come out than K_L0, which is all that the study counts. From a table of Geant4 runs
through its shield (`klong_shield_neutrons`); docs/theory/backgrounds_klong.md.
"""

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from wayside.backgrounds.klong import Behind, attenuation_error, behind, shield_of
from wayside.backgrounds.klong_production import production_for
from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.place import beams_of
from wayside.backgrounds.source import Count, Source
from wayside.data import read_table
from wayside.detector.materials import IRON, TUNGSTEN

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Array = NDArray[np.float64]

THRESHOLDS: Final = (0.1, 0.2, 0.5, 1.0)
"""GeV, kinetic."""

MODEL_ERROR: Final = 0.5
"""Relative: neutrons below 2 GeV have stand-in cross-sections; another spectrum of K_L0 and another
sequence of metals than the table's."""

_COLUMNS: Final = ("n100", "n200", "n500", "n1000")
_IRON: Final = IRON.interaction_length / IRON.density / 100.0
_TUNGSTEN: Final = TUNGSTEN.interaction_length / TUNGSTEN.density / 100.0


def depth(iron: float, tungsten: float) -> float:
    """Nuclear interaction lengths in so many m of both."""
    return iron / _IRON + tungsten / _TUNGSTEN


def per_klong(shield: Shield) -> tuple[Array, Array]:
    """Neutrons above each of `THRESHOLDS` behind a shield for each K_L0 that enters it.

    Returns
    -------
    number, error
        Shape (4,); the error is relative and statistical. By the shield's depth in nuclear
        interaction lengths, the iron first; beyond the table its last quarter goes on.
    """
    table = read_table("klong_shield_neutrons")
    depths = np.array([depth(i, t) for i, t in zip(table["iron"], table["tungsten"], strict=True)])
    here = depth(shield.iron, shield.tungsten)
    numbers = np.empty(len(_COLUMNS))
    errors = np.empty(len(_COLUMNS))
    early = int(0.75 * len(depths))
    for k, name in enumerate(_COLUMNS):
        logs = np.log(table[name])
        errors[k] = np.interp(here, depths, table[f"{name}_error"])
        if here < depths[0]:
            numbers[k] = table[name][0] * here / depths[0]
        elif here <= depths[-1]:
            numbers[k] = math.exp(np.interp(here, depths, logs))
        else:
            slope = (logs[-1] - logs[early]) / (depths[-1] - depths[early])
            numbers[k] = math.exp(logs[-1] + slope * (here - depths[-1]))
    return numbers, errors


def spectrum(shield: Shield) -> tuple[Array, Array]:
    """Kinetic energies in GeV between `THRESHOLDS`, and neutrons there for each K_L0."""
    numbers, _ = per_klong(shield)
    each = -np.diff(np.append(numbers, 0.0))
    return np.array([0.14, 0.32, 0.7, 1.4]), np.maximum(each, 0.0)


def entering(found: Behind, shield: Shield) -> Count:
    """Neutrons above 0.1 GeV at the outside of the detector's lead."""
    numbers, errors = per_klong(shield)
    value = found.arriving * float(numbers[0])
    # Neutrons are absorbed over lengths known as badly.
    attenuation = attenuation_error(math.log(numbers[0])) if numbers[0] > 0.0 else 0.0
    return Count(value, float(errors[0]) * value, math.hypot(MODEL_ERROR, attenuation) * value)


def sources(scenario: "Scenario", detector: str) -> list[Source]:
    """Neutrons from K_L0 in the shield; none without shield, or without a table for the energy."""
    shield = shield_of(scenario)
    if production_for(beams_of(scenario)) is None or depth(shield.iron, shield.tungsten) == 0.0:
        return []
    numbers, _ = per_klong(shield)
    count = entering(behind(scenario, detector), shield)
    return [
        Source(
            "neutron-shield",
            "neutrons that K_L0 make in the shield",
            "luminosity",
            count,
            notes=(
                f"above 0.1 GeV; {numbers[2] / numbers[0]:.0%} of them above"
                f" {THRESHOLDS[2]:g} GeV, counted outside of the detector's lead",
                f"{numbers[0]:.2g} for each K_L0 that enters the shield",
                "Geant4 through 30 cm of iron and tungsten; other shields by their depth in"
                " interaction lengths",
                "not in it: neutrons that come from the collision themselves",
            ),
        )
    ]
