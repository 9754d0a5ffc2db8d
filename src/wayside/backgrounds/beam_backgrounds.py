"""What the beams send to the detector, as the scenario gives it, behind the lead.

No public source gives rates of Touschek, beam-gas or radiative-Bhabha particles at these places:
the section ``[beam_backgrounds]`` takes them from the user.
"""

import math
from typing import TYPE_CHECKING, Final

from wayside.backgrounds import fakes, photons
from wayside.backgrounds.counts import Count
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum

if TYPE_CHECKING:
    from wayside.scenario.site import BeamBackgroundSection, BeamParticle

LEAD_ERROR: Final = 0.3
"""Relative: right angles on a wide slab instead of what happens at the edges."""

_BEHIND_LEAD: Final[dict["BeamParticle", fakes.Kind]] = {
    "photon": "photon-front",
    "electron": "electron-front",
    "neutron": "neutron-front",
}

COUNTED: Final[tuple[photons.Leaked, ...]] = ("hard_photons", "electrons", "neutrons")
"""What can make tracks long enough in the blocks, or start something that does."""


def behind_lead(section: "BeamBackgroundSection", lead: float) -> Count:
    """Photons above 20 MeV, electrons above 10 MeV and neutrons behind lead per particle.

    Parameters
    ----------
    section
        Particle and spectrum.
    lead
        Thickness in m.
    """
    weights = _weights(section)
    value = variance = 0.0
    for energy, weight in zip(section.energy, weights, strict=True):
        fraction = weight / sum(weights)
        for counted in COUNTED:
            number, error = photons.leaked(section.particle, energy, lead, counted)
            value += fraction * number
            variance += (fraction * error) ** 2
    return Count(value, math.sqrt(variance), LEAD_ERROR * value if lead > 0.0 else 0.0)


def sources(setup: DetectorSetup) -> list[Source]:
    """Beam backgrounds of the scenario that reach one detector: none unless it gives some."""
    return [
        _source(name, section, setup)
        for name, section in setup.scenario.beam_backgrounds.items()
        if section.detectors is None or setup.detector in section.detectors
    ]


def _source(name: str, section: "BeamBackgroundSection", setup: DetectorSetup) -> Source:
    lead = setup.scenario.stack.shield
    rate = section.rate
    if rate is None:
        rate = (section.flux or 0.0) * float(setup.box.size[0] * setup.box.size[1])
    outside = rate * setup.seconds * section.duty
    entering = behind_lead(section, lead).times(outside)
    per_entering = outside / entering.value if entering.value else 0.0
    spectrum = Spectrum(
        _kind(section.particle, lead),
        section.energy,
        _weights(section),
        per_entering,
        target=setup.target,
    )
    return Source(
        f"beam-{name}",
        f"{name} ({section.particle}s)",
        "time",
        entering,
        spectrum,
        notes=(
            "rate and spectrum as the scenario gives them, without error",
            f"behind {100.0 * lead:g} cm of lead: photons above 20 MeV, electrons above 10"
            " MeV, neutrons above 0.1 MeV",
        ),
    )


def _kind(particle: "BeamParticle", lead: float) -> fakes.Kind:
    """Particles of the tables of fakes: those bare of lead where there are, or behind it."""
    bare = lead == 0.0 and particle == "photon"
    return "photon-bare" if bare else _BEHIND_LEAD[particle]


def _weights(section: "BeamBackgroundSection") -> tuple[float, ...]:
    return section.weights or (1.0,) * len(section.energy)
