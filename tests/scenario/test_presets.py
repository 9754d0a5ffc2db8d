"""Beams by the name of a collider, and drift chambers by the name of an experiment."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.collider.presets import PRESETS
from wayside.errors import InputError
from wayside.scenario import Scenario

# Nominal energies in GeV: the Y(4S), psi(3770), phi, and the Z.
ENERGIES = {
    "belle2": 10.579,
    "belle": 10.582,
    "babar": 10.580,
    "besiii": 3.780,
    "stcf": 3.998,
    "kloe2": 1.0197,
    "cepc-z": 90.99,
    "fcc-ee-z": 91.19,
}


def test_energies_of_presets():
    assert set(ENERGIES) == set(PRESETS)
    assert load_scenario("belle2-forward-beams").sqrt_s == pytest.approx(ENERGIES["belle2"], 1e-4)
    for name, preset in PRESETS.items():
        product = preset.electron_energy * preset.positron_energy
        sqrt_s = 2.0 * np.sqrt(product) * np.cos(0.5 * preset.crossing_angle)
        assert sqrt_s == pytest.approx(ENERGIES[name], rel=3e-4)


def test_a_preset_replaces_beams_but_not_those_set_with_it():
    scenario = load_scenario("belle2-forward-beams", ["collider.preset=babar"])
    assert scenario.sqrt_s == pytest.approx(10.58, rel=1e-4)
    assert scenario.collider.crossing_angle == 0.0
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    own = ["collider.preset=babar", "collider.electron_energy=8.99"]
    assert load_scenario("belle2-forward", own).collider.electron_energy == 8.99


def test_what_is_refused():
    with pytest.raises(InputError, match=r"collider.preset = 'babbar': must be .* \"babar\""):
        load_scenario("belle2-forward", ["collider.preset=babbar"])
    alp = ["model.kind=alp-photon", "model.mass=1", "model.g_photon=1e-4"]
    with pytest.raises(InputError, match=r"sqrt_s = 91.18.*Z exchange, which is not included"):
        load_scenario("gazelle", [*alp, "collider.preset=fcc-ee-z"])
    assert load_scenario("gazelle", ["collider.preset=fcc-ee-z"]).sqrt_s > 91.0


@pytest.mark.parametrize(
    ("shape", "radii", "point"),
    [
        ("belle2-cdc", (0.16, 1.13), (0.5, 0.0, 1.0)),
        ("besiii-mdc", (0.059, 0.81), (0.0, 0.4, -0.5)),
    ],
)
def test_drift_chambers(shape, radii, point):
    data = load_scenario("belle2-forward").to_dict()
    data["detectors"] = {"chamber": {"shape": shape}}
    data["run"]["signal"] = ["chamber"]
    volume = Scenario.from_dict(data).detectors["chamber"].build()
    assert volume.radii == radii
    assert volume.contains(point)
    assert not volume.contains((0.0, 0.0, 1.0))
    # A ray at 90 degrees crosses the gas from one radius to the other.
    crossings = volume.crossings(np.array([[0.6, 0.8, 0.0]]))
    assert (crossings.near.max(), crossings.far.max()) == pytest.approx(radii)
