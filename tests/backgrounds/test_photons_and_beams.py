"""Photons in lead and in the blocks, beam backgrounds from the scenario, and the registry."""

import math

import pytest

from tests.reference.photons import (
    conversion_probability,
    pair_production,
    shower_leakage,
)
from wayside import load_scenario
from wayside.backgrounds import beam_backgrounds, photons
from wayside.backgrounds.setup import DetectorSetup
from wayside.data import read_table
from wayside.detector.materials import LEAD
from wayside.detector.stack import Stack


def test_attenuation_at_both_ends() -> None:
    # 7/9 per radiation length at high energy, where pairs are all there is; Tsai's length is known
    # to 1 per cent, and 1 more is missing at 100 GeV.
    assert photons.attenuation(100.0) == pytest.approx(7.0 / 9.0 / LEAD.radiation_length, rel=0.02)
    assert pair_production(100.0) / photons.attenuation(100.0) == pytest.approx(1, rel=2e-3)
    # Klein-Nishina at 1 MeV: 0.2112 barn an electron, besides 20 per cent of photoelectric effect.
    compton = 0.2112 * 0.60221 * LEAD.electrons_per_nucleon
    photoelectric, coherent = 0.0181, 0.0030
    assert photons.attenuation(1e-3) == pytest.approx(compton + photoelectric + coherent, rel=0.01)


def test_ten_centimetres_of_lead() -> None:
    """Lead is most transparent near 4 MeV: 0.85 per cent cross 10 cm untouched, less elsewhere."""
    energy = [1e-3, 4e-3, 1e-2, 0.1, 1.0]
    transmission = photons.transmission(energy, 0.10)
    assert transmission[1] == max(transmission)
    assert transmission[1] == pytest.approx(math.exp(-0.04198 * 113.5), rel=1e-6)
    assert transmission[4] < 3e-6
    assert photons.transmission(4e-3, 0.2) == pytest.approx(transmission[1] ** 2)


def test_leakage_table_against_attenuation() -> None:
    """Photons of 3 MeV behind 5 cm: those untouched, and about as many again that scattered."""
    leaked, error = photons.leaked("photon", 3e-3, 0.05, "photons")
    untouched = float(photons.transmission(3e-3, 0.05))
    assert untouched + 3.0 * error < leaked < 3.0 * untouched


@pytest.mark.parametrize("energy", [1.0, 3.0, 7.0])
@pytest.mark.parametrize("thickness", [0.05, 0.10, 0.15])
def test_leakage_against_the_shower_profile(energy: float, thickness: float) -> None:
    """Energy behind lead by Geant4 against the PDG's gamma distribution.

    The tail follows photons of least attenuation, b about 0.4 and not 0.5: a factor 3 at 15 cm.
    """
    leaked, _ = photons.leaked("photon", energy, thickness, "energy")
    profile = float(shower_leakage(energy, thickness))
    assert profile / 1.5 < leaked < 4.0 * profile


def test_the_study_s_claim_about_lead() -> None:
    """Of photons of a GeV, 10 cm of lead keep 98 per cent of the energy, but not the number."""
    energy = photons.leaked("photon", 1.0, 0.10, "energy")[0]
    soft = photons.leaked("photon", 1.0, 0.10, "photons")[0]
    hard = photons.leaked("photon", 1.0, 0.10, "hard_photons")[0]
    assert 0.005 < energy < 0.04
    assert soft > 1.0
    assert hard < 0.15


def test_leakage_between_and_beyond_the_table() -> None:
    inside = [photons.leaked("photon", e, 0.10, "photons")[0] for e in (0.1, 0.17, 0.3)]
    assert inside == sorted(inside)
    deep = [photons.leaked("photon", 1.0, t, "photons")[0] for t in (0.15, 0.17, 0.2, 0.3, 1.0)]
    assert deep == sorted(deep, reverse=True)
    assert photons.leaked("electron", 1.0, 0.0, "electrons")[0] == 1.0
    assert photons.leaked("photon", 1e-2, 0.0, "hard_photons")[0] == 0.0
    table = read_table("lead_leakage")
    for row in range(0, len(table), 7):
        if table["photons"][row] == 0.0:
            continue
        particle = {22: "photon", 11: "electron", 2112: "neutron"}[int(table["pdg"][row])]
        at = (float(table["kinetic"][row]), float(table["thickness"][row]))
        leaked = photons.leaked(particle, *at, "photons")[0]
        assert leaked == pytest.approx(table["photons"][row], rel=1e-6)


def test_conversions() -> None:
    stack = Stack()
    high = conversion_probability(stack, 100.0)
    assert high == pytest.approx(1.0 - math.exp(-7.0 / 9.0 * stack.radiation_lengths))
    assert conversion_probability(stack, 1e-3) == 0.0
    thin = Stack(blocks=1, layers=2)
    assert 0.5 < (
        conversion_probability(thin, 0.05) / conversion_probability(thin, 100.0)
    ) < 0.8  # fmt: skip


TOUSCHEK = (
    'beam_backgrounds.touschek={particle="photon", flux="2 Hz/cm^2", energy=[1.0, 3.0],'
    ' weights=[3, 1], duty=0.5, detectors="A"}'
)


def test_no_beam_background_unless_given() -> None:
    assert beam_backgrounds.sources(DetectorSetup(load_scenario("belle2-forward"), "A")) == []


def test_beam_background_without_lead_is_what_was_given() -> None:
    scenario = load_scenario("belle2-forward", [TOUSCHEK, "stack.shield=0"])
    (source,) = beam_backgrounds.sources(DetectorSetup(scenario, "A"))
    # 2 Hz/cm^2 on 600 cm^2, half of ten years.
    assert source.entering.value == pytest.approx(1200.0 * 0.5 * 3652.5 * 86400.0, rel=1e-9)
    assert source.entering.error == 0.0
    assert (source.key, source.scaling) == ("beam-touschek", "time")
    assert beam_backgrounds.sources(DetectorSetup(scenario, "B")) == []


def test_beam_background_behind_lead() -> None:
    scenario = load_scenario("belle2-forward", [TOUSCHEK])
    (source,) = beam_backgrounds.sources(DetectorSetup(scenario, "A"))
    per_photon = 0.0
    for energy, weight in ((1.0, 0.75), (3.0, 0.25)):
        for what in beam_backgrounds.COUNTED:
            per_photon += weight * photons.leaked("photon", energy, 0.1, what)[0]
    assert source.entering.value == pytest.approx(per_photon * 1200.0 * 0.5 * 3652.5 * 86400.0)
    assert source.entering.systematic == pytest.approx(0.3 * source.entering.value)
    assert source.entering.statistical > 0.0


def test_rate_instead_of_flux() -> None:
    scenario = load_scenario(
        "belle2-forward",
        ['beam_backgrounds.n={particle="neutron", rate=2, energy="10 MeV"}', "stack.shield=0"],
    )
    (source,) = beam_backgrounds.sources(DetectorSetup(scenario, "B"))
    assert source.entering.value == pytest.approx(2.0 * 3652.5 * 86400.0)
