"""Spectra of the sources folded with the tables of fakes."""

import numpy as np
import pytest

from wayside.backgrounds import fakes, registry, survivors
from wayside.backgrounds.cosmic_muons import shower, site_of
from wayside.backgrounds.place import box_of
from wayside.scenario import load_scenario

BEAM = {
    "beam_backgrounds.touschek.particle": "photon",
    "beam_backgrounds.touschek.flux": 1000.0,
    "beam_backgrounds.touschek.energy": [0.5, 2.0],
    "beam_backgrounds.touschek.weights": [3.0, 1.0],
    "beam_backgrounds.touschek.duty": 0.25,
}


@pytest.mark.parametrize("name", ["belle2-forward", "besiii-forward"])
def test_cosmic_spectrum_adds_up_to_the_rate(name: str) -> None:
    """Above 0.1 GeV outside of the lead: all of the flux through the faces without lead."""
    scenario = load_scenario(name)
    energies, rates = survivors.cosmic_energies(scenario, "A")
    bare = shower(box_of(scenario, "A"), site_of(scenario.with_values({"stack.shield": 0.0})))
    # Below 0.1 GeV: 1 per cent; a sum over 64 energies that is no quadrature, as much.
    assert rates.sum() == pytest.approx(bare.entering, rel=0.03)
    assert np.all(np.diff(energies) > 0.0)
    assert np.all(rates >= 0.0)


def test_mean_energies_of_cosmic_muons() -> None:
    means = [
        float(np.average(*survivors.cosmic_energies(load_scenario(name), "A")[:1], weights=w))
        for name in ("besiii-forward", "belle2-forward")
        for w in [survivors.cosmic_energies(load_scenario(name), "A")[1]]
    ]
    # Review of Particle Physics, section on cosmic rays: about 4 GeV at the ground for vertical
    # muons, more at angles; rock takes away the soft ones.
    assert 3.0 < means[0] < 8.0
    assert means[1] > 1.5 * means[0]


def test_vetoes_choose_the_stage() -> None:
    scenario = load_scenario("belle2-forward")
    cosmic = next(s for s in registry.sources(scenario, "A") if s.key == "cosmic-muons")
    energies, rates = survivors.cosmic_energies(scenario, "A")
    stages = {}
    for values, stage in (
        ({}, "timed"),
        ({"reconstruction.fibre_veto": "all"}, "closed"),
        ({"reconstruction.gas_veto": True}, "quiet"),
    ):
        case = scenario.with_values(values)
        assert survivors.timed_stage(case) == stage
        found = survivors.vertices(case, "A", cosmic)
        number = rates.sum() * scenario.site.exposure * 86400.0
        expected = fakes.per_particle("muon-above", energies, rates, stage)
        stages[stage] = found["timed"].value * cosmic.entering.value
        assert stages[stage] == pytest.approx(number * expected.value, rel=1e-9)
    assert stages["quiet"] <= stages["timed"]
    assert stages["closed"] <= stages["timed"]


def test_other_settings_are_told() -> None:
    scenario = load_scenario("belle2-forward")
    assert survivors.other_settings(scenario) == []
    values = {"reconstruction.gas_veto": True, "stack.shield": 0.0}
    assert survivors.other_settings(scenario.with_values(values)) == []
    values = {"reconstruction.vertex_chi2": 5.0, "emulsion.fog": 10.0, "stack.blocks": 20}
    found = survivors.other_settings(scenario.with_values(values))
    assert found == ["stack", "emulsion", "reconstruction"]


def test_vertices_are_rates_times_chances() -> None:
    scenario = load_scenario("belle2-forward")
    by_key = {each.key: each for each in survivors.sources(scenario, "A")}
    known = {each.key for each in registry.sources(scenario, "A")}
    assert set(by_key) == known | {"unrelated-tracks"}
    assert all(each.vertices is not None for each in by_key.values())
    energies, rates = survivors.cosmic_energies(scenario, "A")
    number = rates.sum() * scenario.site.exposure * 86400.0
    for selection in ("vertex", "timed"):
        chance = fakes.per_particle("muon-above", energies, rates, selection)
        assert by_key["cosmic-muons"].vertices[selection].value == pytest.approx(
            number * chance.value, rel=1e-9
        )
    # Muons of 5.29 GeV, and few that photons left less.
    each = fakes.vertices_per_entering("muon-front", 5.29, "vertex")
    muons = by_key["collider-muons"]
    assert muons.vertices["vertex"].value == pytest.approx(
        muons.entering.value * each.value, rel=0.1
    )


def test_twice_the_time_is_twice_the_background() -> None:
    """Films are replaced as often: unrelated tracks, too, grow with time and not its square."""
    once = load_scenario("belle2-forward")
    twice = once.with_values(
        {"site.exposure": 2.0 * once.site.exposure, "run.luminosity_fb": 2.0 * 50_000.0}
    )
    few, many = (
        {each.key: each for each in survivors.sources(scenario, "A")} for scenario in (once, twice)
    )
    assert set(few) == set(many)
    for key, source in few.items():
        assert many[key].entering.value == pytest.approx(2.0 * source.entering.value)
        for selection, count in source.vertices.items():
            assert many[key].vertices[selection].value == pytest.approx(2.0 * count.value)


def test_beams_count_from_outside_of_the_lead() -> None:
    scenario = load_scenario("besiii-forward", BEAM)
    source = next(s for s in registry.sources(scenario, "A") if s.key == "beam-touschek")
    found = survivors.vertices(scenario, "A", source)
    outside = 1000.0 * 0.2 * 0.3 * 0.25 * scenario.site.exposure * 86400.0
    chance = fakes.per_particle("photon-front", [0.5, 2.0], [3.0, 1.0], "vertex")
    total = source.entering.value * found["vertex"].value
    assert total == pytest.approx(outside * chance.value, abs=1e-9)
    bare = scenario.with_values({"stack.shield": 0.0})
    source = next(s for s in registry.sources(bare, "A") if s.key == "beam-touschek")
    chance = fakes.per_particle("photon-bare", [0.5, 2.0], [3.0, 1.0], "vertex")
    got = survivors.vertices(bare, "A", source)["vertex"].value
    assert got * source.entering.value == pytest.approx(outside * chance.value, abs=1e-9)
    # No table for other shields: not known.
    thin = scenario.with_values({"stack.shield": 0.05})
    source = next(s for s in registry.sources(thin, "A") if s.key == "beam-touschek")
    assert survivors.vertices(thin, "A", source) is None
