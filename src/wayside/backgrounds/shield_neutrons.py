"""Neutrons behind the shield: those that K_L0 make in it, and those of the collision itself.

More of both come out than K_L0, which are all that the study counts. From tables of Geant4 runs
through its shield (``klong_shield_neutrons``, ``neutron_shield_neutrons``);
docs/theory/backgrounds_klong.md.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.backgrounds.counts import Count
from wayside.backgrounds.klong import PRODUCTION_ERROR, attenuation_error, behind, shield_of
from wayside.backgrounds.klong_production import Hadron, entering, production_for
from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.data import read_table
from wayside.detector.materials import IRON, TUNGSTEN
from wayside.typing import FloatArray

THRESHOLDS: Final = (0.1, 0.2, 0.5, 1.0)
"""GeV, kinetic."""

MIDDLES: Final = (0.14, 0.32, 0.7, 1.4)
"""GeV, that stand for the neutrons between thresholds and above the last."""

MODEL_ERROR: Final = 0.5
"""Relative: neutrons below 2 GeV have stand-in cross-sections; spectra and sequences of metals are
not the table's."""

_COLUMNS: Final = ("n100", "n200", "n500", "n1000")
_IRON: Final = IRON.interaction_length / IRON.density / 100.0
_TUNGSTEN: Final = TUNGSTEN.interaction_length / TUNGSTEN.density / 100.0


def depth(iron: float, tungsten: float) -> float:
    """Nuclear interaction lengths in so many m of both."""
    return iron / _IRON + tungsten / _TUNGSTEN


def for_each(hadron: Hadron, shield: Shield) -> tuple[FloatArray, FloatArray]:
    """Neutrons above each of `THRESHOLDS` behind a shield for each particle that enters it.

    Parameters
    ----------
    hadron
        What enters.
    shield
        Shield that the particles enter; its lead does not count.

    Returns
    -------
    number, error
        Shape (4,); the error is relative and statistical. By the shield's depth in nuclear
        interaction lengths, the iron first; beyond the table its last quarter goes on, and before
        it numbers go on to those without shield in proportion.
    """
    table = read_table(f"{hadron}_shield_neutrons")
    depths = np.array([depth(i, t) for i, t in zip(table["iron"], table["tungsten"], strict=True)])
    thickness = depth(shield.iron, shield.tungsten)
    numbers = np.empty(len(_COLUMNS))
    errors = np.empty(len(_COLUMNS))
    early = int(0.75 * len(depths))
    open_air = float(hadron == "neutron")
    for k, name in enumerate(_COLUMNS):
        logs = np.log(np.maximum(table[name], 1e-30))
        errors[k] = np.interp(
            thickness, np.append(0.0, depths), np.append(0.0, table[f"{name}_error"])
        )
        if thickness < depths[0]:
            numbers[k] = open_air + (table[name][0] - open_air) * thickness / depths[0]
        elif thickness <= depths[-1]:
            numbers[k] = math.exp(np.interp(thickness, depths, logs))
        else:
            slope = (logs[-1] - logs[early]) / (depths[-1] - depths[early])
            numbers[k] = math.exp(logs[-1] + slope * (thickness - depths[-1]))
    return numbers, errors


@dataclass(frozen=True, eq=False)
class Neutrons:
    """Neutrons at the outside of the detector's lead over the exposure.

    Attributes
    ----------
    made_by
        What they come from.
    entering
        Particles that enter the shield.
    kinetic, number
        Energies in GeV and neutrons there, shape (n,).
    count
        Number of all neutrons above 0.1 GeV.
    """

    made_by: Hadron
    entering: float
    kinetic: FloatArray
    number: FloatArray
    count: Count


def neutrons(setup: DetectorSetup, made_by: Hadron) -> Neutrons:
    """Neutrons behind the shield of a scenario.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.
    made_by
        ``"klong"``: by K_L0 in the shield; ``"neutron"``: by neutrons and antineutrons of the
        collision, these included.

    Raises
    ------
    InputError
        If there is no table for the beams' energy.
    """
    shield = shield_of(setup)
    numbers, errors = for_each(made_by, shield)
    kinetic, fraction = np.array(MIDDLES), np.maximum(-np.diff(np.append(numbers, 0.0)), 0.0)
    if made_by == "klong":
        arriving = setup.once(behind).arriving
    else:
        points = entering(setup.beams, setup.box, hadron="neutron")
        spectrum = setup.luminosity_fb * points.sigma.sum(axis=(0, 2))
        arriving = float(spectrum.sum())
        if depth(shield.iron, shield.tungsten) == 0.0:
            fast = points.kinetic > THRESHOLDS[0]
            kinetic, fraction = points.kinetic[fast], spectrum[fast] / arriving
    value = arriving * float(fraction.sum())
    attenuation = attenuation_error(math.log(fraction.sum())) if fraction.sum() > 0.0 else 0.0
    model = MODEL_ERROR if depth(shield.iron, shield.tungsten) > 0.0 else PRODUCTION_ERROR
    count = Count(value, float(errors[0]) * value, math.hypot(model, attenuation) * value)
    return Neutrons(made_by, arriving, kinetic, arriving * fraction, count)


def sources(setup: DetectorSetup) -> list[Source]:
    """Neutrons made by K_L0 and by neutrons of the collision, where there are tables for it."""
    shield = shield_of(setup)
    listed = []
    if production_for(setup.beams) is not None and depth(shield.iron, shield.tungsten) > 0.0:
        listed.append(_source(setup.once(neutrons, "klong"), "neutron-shield", setup))
    if production_for(setup.beams, "neutron") is not None:
        listed.append(_source(setup.once(neutrons, "neutron"), "neutron-ip", setup))
    return listed


_TITLES: Final = {
    "neutron-shield": "neutrons that K_L0 make in the shield",
    "neutron-ip": "neutrons from the collision point",
}

_ENTERING: Final[dict[Hadron, str]] = {"klong": "K_L0", "neutron": "neutrons and antineutrons"}


def _source(behind_shield: Neutrons, key: str, setup: DetectorSetup) -> Source:
    kinetic, number = behind_shield.kinetic, behind_shield.number
    fraction = float(number[kinetic > 0.5].sum() / number.sum())
    neutrons_each = behind_shield.count.value / behind_shield.entering
    return Source(
        key,
        _TITLES[key],
        "luminosity",
        behind_shield.count,
        Spectrum("neutron-front", kinetic, number, target=setup.target),
        notes=(
            f"above 0.1 GeV; {100 * fraction:.0f} per cent of them above 0.5 GeV, counted outside"
            " of the detector's lead",
            f"{neutrons_each:.2g} for each of {behind_shield.entering:.3g}"
            f" {_ENTERING[behind_shield.made_by]} that come to the shield",
            "Geant4 through 30 cm of iron and then tungsten; other shields by their depth in"
            " interaction lengths",
        ),
    )
