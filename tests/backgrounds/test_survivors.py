"""Spectra of the sources folded with the tables of fakes."""

import numpy as np
import pytest

from wayside.backgrounds import fakes, registry, survivors
from wayside.backgrounds.cosmic_muons import shower, site_of
from wayside.backgrounds.place import box_of
from wayside.backgrounds.source import Count
from wayside.scenario import load_scenario

BEAM = {
    "beam_backgrounds.touschek.particle": "photon",
    "beam_backgrounds.touschek.flux": 1000.0,
    "beam_backgrounds.touschek.energy": [0.5, 2.0],
    "beam_backgrounds.touschek.weights": [3.0, 1.0],
    "beam_backgrounds.touschek.duty": 0.25,
}


TIMED = 0.125


@pytest.fixture
def chances(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many fakes as a particle has GeV, so that what is folded shows; ten times without lead."""

    def per_particle(kind: str, energies: object, weights: object, stage: str) -> Count:
        value = float(np.average(energies, weights=weights))
        value *= (1.0 if stage == "vertex" else TIMED) * (10.0 if kind.endswith("bare") else 1.0)
        return Count(value, 0.1 * value)

    monkeypatch.setattr(fakes, "per_particle", per_particle)
    monkeypatch.setattr(survivors, "simulated", lambda _: True)


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


@pytest.mark.usefixtures("chances")
def test_vertices_are_rates_times_chances() -> None:
    scenario = load_scenario("belle2-forward")
    by_key = {each.key: each for each in survivors.sources(scenario, "A")}
    known = {each.key for each in registry.sources(scenario, "A")}
    assert set(by_key) == known | {"unrelated-tracks"}
    assert all(each.vertices is not None for each in by_key.values())
    energies, rates = survivors.cosmic_energies(scenario, "A")
    number = rates.sum() * scenario.site.exposure * 86400.0
    mean = float(np.average(energies, weights=rates))
    found = by_key["cosmic-muons"].vertices
    assert found["vertex"].value == pytest.approx(number * mean, rel=1e-9)
    assert found["timed"].value == pytest.approx(number * mean * TIMED, rel=1e-9)
    assert found["vertex"].statistical == pytest.approx(0.1 * found["vertex"].value)
    # Muons of 5.29 GeV, less photons off the beams, which leave pairs of any mass.
    muons = by_key["collider-muons"]
    assert 0.5 * 5.29 < muons.vertices["vertex"].value / muons.entering.value < 5.29
    for key in known:
        if key.startswith(("klong", "neutron")):
            source = by_key[key]
            mean = source.vertices["vertex"].value / source.entering.value
            assert 0.05 < mean < 5.3, "a mean energy"
            veto = source.vertices["timed"].value / source.vertices["vertex"].value / TIMED
            assert veto <= 1.0 + 1e-12
            assert key.endswith("rock") or veto == pytest.approx(1.0)


@pytest.mark.usefixtures("chances")
def test_after_each_veto() -> None:
    scenario = load_scenario("belle2-forward")
    found = {each.key: each for each in registry.sources(scenario, "A")}
    stages = survivors.after_each_veto(scenario, "A", found["cosmic-muons"])
    assert stages["vertex"].value == pytest.approx(TIMED**-1 * stages["gas"].value)
    rock = survivors.after_each_veto(scenario, "A", found["neutron-rock"])
    # The muon that comes along vetoes only where fibres are asked.
    assert rock["timed"].value == rock["closed"].value < rock["gas"].value


def test_what_nobody_simulated_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survivors, "simulated", lambda kind: kind == "muon-front")
    found = survivors.sources(load_scenario("besiii-forward", BEAM), "A")
    known = {each.key for each in found if each.vertices is not None}
    assert known == {"collider-muons", "unrelated-tracks"}


@pytest.mark.usefixtures("chances")
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


@pytest.mark.usefixtures("chances")
def test_beams_count_from_outside_of_the_lead() -> None:
    scenario = load_scenario("besiii-forward", BEAM)
    outside = 1000.0 * 0.2 * 0.3 * 0.25 * scenario.site.exposure * 86400.0
    for shield, mean in ((0.1, 0.875), (0.0, 10.0 * 0.875)):
        case = scenario.with_values({"stack.shield": shield})
        source = next(s for s in registry.sources(case, "A") if s.key == "beam-touschek")
        found = survivors.vertices(case, "A", source)
        assert source.entering.value * found["vertex"].value == pytest.approx(outside * mean)
    # No table for other shields: not known.
    thin = scenario.with_values({"stack.shield": 0.05})
    source = next(s for s in registry.sources(thin, "A") if s.key == "beam-touschek")
    assert survivors.vertices(thin, "A", source) is None


@pytest.mark.parametrize(("overburden", "law"), [(0.0, "of 0 m"), (0.5, "of 0 m"), (8.0, "27.5 m")])
def test_unrelated_tracks_take_the_nearer_spectrum_and_say_so(overburden: float, law: str) -> None:
    scenario = load_scenario("belle2-forward", {"site.overburden": overburden})
    (note,) = (each for each in survivors.unrelated_tracks(scenario, "A").notes if "law" in each)
    assert law in note
    assert f"here {2.5 * overburden:.3g}" in note
