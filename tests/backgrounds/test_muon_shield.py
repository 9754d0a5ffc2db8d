"""Muons through metal: mean losses against small steps, and Geant4 through slabs."""

import numpy as np
import pytest

from wayside.backgrounds.klong_shield import Shield
from wayside.backgrounds.muon_loss import Medium, energy_after, energy_before, loss
from wayside.backgrounds.muon_shield import (
    LOSS_ERROR,
    energy_before_shield,
    energy_behind,
    scattering_angle,
    threshold,
)
from wayside.constants import M_MUON
from wayside.detector.materials import IRON, TUNGSTEN

STUDY = Shield(iron=0.3, tungsten=1.3)


@pytest.mark.parametrize(
    ("medium", "minimum"), [("iron", 1.451), ("tungsten", 1.145), ("lead", 1.122)]
)
def test_minimum_loss_is_that_of_the_pdg(medium: Medium, minimum: float) -> None:
    """PDG, Atomic and nuclear properties of materials: minimum ionisation in MeV cm^2/g."""
    assert loss(np.geomspace(0.05, 5.0, 400), medium).min() == pytest.approx(minimum, rel=0.01)


def test_there_and_back() -> None:
    for medium in ("rock", "lead", "iron", "tungsten"):
        energies = np.array([0.5, 2.0, 20.0, 200.0])
        behind = energy_after(energies, 100.0, medium)
        assert energy_before(behind, 100.0, medium) == pytest.approx(energies, rel=1e-6)
        assert float(energy_after(0.1, 100.0, medium)) == 0.0
    assert energy_before_shield(energy_behind([4.5, 7.0], STUDY), STUDY) == pytest.approx(
        [4.5, 7.0]
    )
    assert float(energy_behind(3.0, Shield())) == 3.0
    assert threshold(Shield()) == 0.0


def test_small_steps() -> None:
    """Energy loss step by step: no ranges, and no interpolation of them."""
    energy = 5.0
    for medium, grammage in (("iron", 30.0 * IRON.density), ("tungsten", 130.0 * TUNGSTEN.density)):
        for _ in range(2000):
            step = grammage / 2000
            half = energy - 0.5e-3 * float(loss(energy, medium)) * step
            energy -= 1e-3 * float(loss(half, medium)) * step
    assert float(energy_behind(5.0, STUDY)) == pytest.approx(energy, rel=1e-3)


def test_threshold_separates() -> None:
    least = threshold(STUDY)
    assert float(energy_behind(1.001 * least, STUDY)) > 0.0
    assert float(energy_behind(0.999 * least, STUDY)) == 0.0
    # Minimum-ionising in 2,750 g/cm^2, and the relativistic rise.
    assert 1.2e-3 * 2745.0 < least < 1.5e-3 * 2745.0


def test_scattering_of_a_thin_layer() -> None:
    """Highland's formula where no energy is lost: 13.6 MeV / (p beta) for one radiation length."""
    thin = Shield(tungsten=0.01 * TUNGSTEN.radiation_length / TUNGSTEN.density)
    momentum = np.sqrt(50.0 * (50.0 + 2.0 * M_MUON))
    expected = 13.6e-3 / (momentum**2 / (50.0 + M_MUON))
    assert float(scattering_angle(50.0, thin)[0]) == pytest.approx(expected, rel=1e-3)
    assert float(scattering_angle(50.0, Shield())[0]) == 0.0
    assert float(scattering_angle(3.0, STUDY)[0]) == 0.0


@pytest.mark.nightly
@pytest.mark.parametrize("kinetic", [4.2, 5.0])
def test_geant4_through_slabs(kinetic: float) -> None:
    pytest.importorskip("calzone")
    from wayside.detector.physics import Physics
    from wayside.transport import datasets
    from wayside.transport.slab import Slab, beam

    number = 300
    data, physics = datasets.find(), Physics(production_cut=1.0)
    iron = Slab(IRON, 300.0, (4000.0, 4000.0), physics, data)
    tungsten = Slab(TUNGSTEN, 1300.0, (4000.0, 4000.0), physics, data)
    inside = iron.through(beam(13, 1e3 * kinetic, number), 11)
    inside = inside[(inside["pdg"] == 13) & (inside["track"] == 1)]
    inside["position"][:, 2] = 0.0
    behind = tungsten.through(inside, 13)
    behind = behind[(behind["pdg"] == 13) & (behind["track"] == 1)]
    assert len(behind) > 0.85 * number
    mean, spread = 1e-3 * behind["energy"].mean(), 1e-3 * behind["energy"].std()
    # The stated error of the loss, and four standard errors of the mean.
    tolerance = LOSS_ERROR * (kinetic - mean) + 4.0 * spread / np.sqrt(len(behind))
    assert float(energy_behind(kinetic, STUDY)) == pytest.approx(mean, abs=tolerance)
    slope = behind["direction"][:, :2] / behind["direction"][:, 2:]
    # Large angles, which Highland's formula leaves out, and the slow ones that scatter most.
    measured = float(np.sqrt(np.mean(np.square(np.arctan(slope)))))
    assert float(scattering_angle(kinetic, STUDY)[0]) == pytest.approx(measured, rel=0.2)


@pytest.mark.nightly
def test_half_of_the_muons_at_the_threshold_pass_in_geant4() -> None:
    pytest.importorskip("calzone")
    from wayside.detector.physics import Physics
    from wayside.transport import datasets
    from wayside.transport.slab import Slab, beam

    number = 300
    data, physics = datasets.find(), Physics(production_cut=1.0)
    slab = Slab(TUNGSTEN, 1300.0, (4000.0, 4000.0), physics, data)
    for scale, low, high in (
        (1.0 - 2.0 * LOSS_ERROR, 0.0, 0.3),
        (1.0 + 2.0 * LOSS_ERROR, 0.7, 1.0),
    ):
        energy = 1e3 * scale * threshold(Shield(tungsten=1.3))
        out = slab.through(beam(13, energy, number), 17)
        passed = np.count_nonzero((out["pdg"] == 13) & (out["track"] == 1)) / number
        assert low <= passed <= high
