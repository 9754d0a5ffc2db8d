"""What the beams send to the detector, as the scenario gives it, behind the lead.

No public source gives rates of Touschek, beam-gas or radiative-Bhabha particles at these places:
the section ``[beam_backgrounds]`` takes them from the user.
"""

import math
from typing import TYPE_CHECKING, Final

from wayside.backgrounds import photons
from wayside.backgrounds.place import box_of
from wayside.backgrounds.source import Count, Source
from wayside.constants import SECONDS_PER_DAY

if TYPE_CHECKING:
    from wayside.scenario import Scenario
    from wayside.scenario.site import BeamBackgroundSection

LEAD_ERROR: Final = 0.3
"""Relative: right angles on a wide slab instead of what happens at the edges."""

COUNTED: Final[tuple[photons.Leaked, ...]] = ("hard_photons", "electrons", "neutrons")
"""What can make tracks long enough in the blocks, or start something that does."""


def behind_lead(each: "BeamBackgroundSection", lead: float) -> Count:
    """Photons above 20 MeV, electrons above 10 MeV and neutrons behind lead per particle.

    Parameters
    ----------
    each
        Particle and spectrum.
    lead
        Thickness in m.
    """
    weights = each.weights or (1.0,) * len(each.energy)
    value = variance = 0.0
    for energy, weight in zip(each.energy, weights, strict=True):
        share = weight / sum(weights)
        for what in COUNTED:
            number, error = photons.leaked(each.particle, energy, lead, what)
            value += share * number
            variance += (share * error) ** 2
    return Count(value, math.sqrt(variance), LEAD_ERROR * value if lead > 0.0 else 0.0)


def sources(scenario: "Scenario", detector: str) -> list[Source]:
    """Beam backgrounds of the scenario that reach one detector: none unless it gives some."""
    box = box_of(scenario, detector)
    lead = scenario.stack.shield
    seconds = scenario.site.exposure * SECONDS_PER_DAY
    found = []
    for name, each in scenario.beam_backgrounds.items():
        if each.detectors is not None and detector not in each.detectors:
            continue
        rate = each.rate
        if rate is None:
            rate = (each.flux or 0.0) * float(box.size[0] * box.size[1])
        found.append(
            Source(
                f"beam-{name}",
                f"{name} ({each.particle}s)",
                "time",
                behind_lead(each, lead).times(rate * seconds * each.duty),
                notes=(
                    "rate and spectrum as the scenario gives them, without error",
                    f"behind {100.0 * lead:g} cm of lead: photons above 20 MeV, electrons above 10"
                    " MeV, neutrons above 0.1 MeV",
                ),
            )
        )
    return found
