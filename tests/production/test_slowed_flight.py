"""Off-shell production with slowed beams, compiled: against a collider of the lower energies."""

import math

import numpy as np
import pytest

from wayside.collider.beams import Beams
from wayside.models.inelastic import PseudoDirac
from wayside.production.direct_flight import direct_flight
from wayside.production.direct_process import DirectProcess
from wayside.production.process import Treatment
from wayside.production.slowed_flight import cross_section_at, energies_of, place_slowed
from wayside.production.spectrum import MAX_SEGMENTS, place

MODEL = PseudoDirac(14.0, 3.6, 3.2)
BEAMS = Beams(7.007, 4.0, 0.083)


@pytest.mark.parametrize(
    ("electrons", "positrons"), [(1.0, 1.0), (0.85, 1.0), (1.0, 0.8), (1.001, 0.998)]
)
def test_a_slowed_collision_is_that_of_weaker_beams(electrons: float, positrons: float) -> None:
    """Rapidities, densities and cross-sections along rays all over the sky."""
    process = DirectProcess(MODEL, BEAMS, Treatment(radiation="all"))
    energies = energies_of(process, 1.01)
    slowed = Beams(7.007 * electrons, 4.0 * positrons, 0.083)
    flight = direct_flight(MODEL, slowed)
    parts = np.empty((4, MAX_SEGMENTS))
    for cos_theta in (-0.95, -0.3, 0.4, 0.98):
        sin_theta = math.sqrt(1.0 - cos_theta**2)
        for phi in (0.3, 2.5):
            ray = np.array([sin_theta * math.cos(phi), sin_theta * math.sin(phi), cos_theta])
            rapidity, density, s = place_slowed(
                process.flight, energies, slowed.four_momenta / BEAMS.sqrt_s, ray, 0.4, parts
            )
            expected = place(flight, ray, 0.4, parts)
            # The angular distribution is interpolated in the energy, on 512 places.
            assert (rapidity, density) == pytest.approx(expected, rel=1e-5)
    assert s == pytest.approx((slowed.sqrt_s / BEAMS.sqrt_s) ** 2, rel=1e-12)
    ratio = cross_section_at(energies, s) / cross_section_at(energies, 1.0)
    expected_ratio = process.relative_cross_section(slowed.sqrt_s / BEAMS.sqrt_s)
    assert ratio == pytest.approx(expected_ratio, rel=1e-4)
