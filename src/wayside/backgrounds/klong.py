"""K_L0 from the collision point behind a shield: how many come, decay and interact.

Section 9.3 and fig. 13 of the study; docs/theory/backgrounds_klong.md.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from wayside.backgrounds.counts import Count
from wayside.backgrounds.klong_production import entering, production_for
from wayside.backgrounds.klong_shield import LENGTH_ERROR, Shield
from wayside.backgrounds.passage import passage
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.constants import CTAU_KLONG, M_KAON_NEUTRAL
from wayside.scenario.shielding import HALL
from wayside.typing import FloatArray

PRODUCTION_ERROR: Final = 0.15
"""Relative, of numbers of K_L0: the generator agrees with ARGUS' K0 multiplicity of the continuum
within its 7 per cent; of the Y(4S) it makes 1.53 K0, where 1.28 +- 0.08 are measured (PDG)."""

STACK_ERROR: Final = 0.10
"""Relative, of the interaction length of K_L0 in the stack, taken to be the nuclear one: Geant4 has
0.8 to 1.0 times that in iron, against the energy."""


@dataclass(frozen=True, eq=False)
class Behind:
    """K_L0 at the outside of the detector's lead, behind the shielding, over the exposure.

    Attributes
    ----------
    kinetic
        Energies in GeV, of what is left there, shape (n,).
    number
        Numbers of K_L0 with these energies, shape (n,).
    bare
        Number without shielding and decays.
    arriving
        Number without shielding.
    relative
        Relative errors of the total, statistical and systematic.
    decays, interactions
        Inside the detector, behind its lead.
    """

    kinetic: FloatArray
    number: FloatArray
    bare: float
    arriving: float
    relative: tuple[float, float]
    decays: Count
    interactions: Count

    @property
    def total(self) -> Count:
        """K_L0 that come to the lead."""
        value = float(self.number.sum())
        return self._count(value)

    def _count(self, value: float) -> Count:
        return Count(value, self.relative[0] * value, self.relative[1] * value)


def shield_of(setup: DetectorSetup) -> Shield:
    """The shielding in front of a detector, without the detector's lead.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in; where ``shielding.iron`` is ``"hall"``, the
        iron is that of `wayside.backgrounds.passage.Passage.effective_iron`.
    """
    shielding = setup.scenario.shielding
    iron = shielding.iron
    if iron == HALL:
        iron = setup.once(_hall_iron)
    return Shield(float(iron), shielding.tungsten)


def _hall_iron(setup: DetectorSetup) -> float:
    hall = setup.scenario.hall
    assert hall is not None, "a scenario refuses the word without a hall"
    return passage(hall.build(), setup.volume).effective_iron()


def attenuation_error(logarithm: float) -> float:
    """Relative error of a transmission from that of the attenuation length.

    d ln T = (L / lambda) d lambda / lambda; the upper one of the two that follow from it.
    """
    return math.expm1(abs(logarithm) * LENGTH_ERROR)


def behind(setup: DetectorSetup, order: int = 8) -> Behind:
    """K_L0 from the collision point at one detector.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.
    order
        Number of directions along each side of a face.

    Raises
    ------
    InputError
        If there is no table for the beams' energy.
    """
    scenario, luminosity = setup.scenario, setup.luminosity_fb
    points = entering(setup.beams, setup.box, order)
    kinetic = points.kinetic
    shield = shield_of(setup)
    at_stack = Shield(shield.iron, shield.tungsten, scenario.stack.shield)
    bare = luminosity * points.sigma.sum(axis=0)
    arriving = bare * points.arriving()
    number = arriving.sum(axis=1) * shield.transmission(kinetic)
    inside = arriving * at_stack.transmission(kinetic)[:, None]
    energy = at_stack.energy_behind(kinetic)
    lengths = np.sqrt(energy * (energy + 2.0 * M_KAON_NEUTRAL)) / M_KAON_NEUTRAL * CTAU_KLONG
    path = (points.far - points.near)[None, :]
    stack = scenario.stack.build()
    free = 1e-3 * stack.depth / stack.interaction_lengths
    # Both compete along the path; what interacts no longer decays.
    rate = 1.0 / free + 1.0 / lengths[:, None]
    gone = -np.expm1(-path * rate)
    interactions = float((inside * gone / (rate * free)).sum())
    decays = float((inside * gone / (rate * lengths[:, None])).sum())
    total = float(number.sum())
    fraction = number / total
    thickness = math.log(total / arriving.sum())
    statistical = float(fraction @ shield.statistical(kinetic))
    systematic = math.hypot(PRODUCTION_ERROR, attenuation_error(thickness))
    deeper = math.log(inside.sum() / arriving.sum())
    deep = math.hypot(PRODUCTION_ERROR, attenuation_error(deeper))
    kept = shield.energy_behind(kinetic)
    return Behind(
        kept,
        number,
        float(bare.sum()),
        float(arriving.sum()),
        (statistical, systematic),
        Count(decays, statistical * decays, math.hypot(deep, STACK_ERROR) * decays),
        Count(interactions, statistical * interactions, deep * interactions),
    )


def sources(setup: DetectorSetup) -> list[Source]:
    """K_L0 from the collision point; none where no table has the energy."""
    table = production_for(setup.beams)
    if table is None:
        return []
    kaons = setup.once(behind)
    shield = shield_of(setup)
    return [
        Source(
            "klong-ip",
            "K_L0 from the collision point",
            "luminosity",
            kaons.total,
            Spectrum("klong-front", kaons.kinetic, kaons.number, target=setup.target),
            notes=(
                f"{kaons.bare:.3g} head for the detector, {kaons.arriving:.3g} do not decay before",
                f"behind {100 * shield.iron:g} cm of iron and {100 * shield.tungsten:g} cm of"
                f" tungsten (shielding) {kaons.total.value / kaons.arriving:.2g} of them are left:"
                " counted outside of the detector's lead",
                f"inside {kaons.interactions.value:.2g} interact and {kaons.decays.value:.2g}"
                " decay",
                f"attenuation lengths to {100 * LENGTH_ERROR:g} per cent",
                f"Pythia at {table.sqrt_s:g} GeV, Geant4",
            ),
        )
    ]
