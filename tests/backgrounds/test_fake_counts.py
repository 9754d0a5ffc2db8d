"""Spectra of the sources folded with the tables of fakes."""

import numpy as np
import pytest

from wayside.backgrounds import fakes, unrelated_tracks
from wayside.backgrounds.cosmic_muons import energies_at, shower, site_of
from wayside.backgrounds.counts import STAGES, Count
from wayside.backgrounds.fake_counts import (
    Contribution,
    contribution,
    contributions,
    other_settings,
    signal_vetoes,
    signal_words,
    timed_stage,
    total,
)
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import BackgroundSource, Source, Spectrum
from wayside.data import read_table
from wayside.scenario import Scenario, load_scenario

BEAM = {
    "beam_backgrounds.touschek.particle": "photon",
    "beam_backgrounds.touschek.flux": 1000.0,
    "beam_backgrounds.touschek.energy": [0.5, 2.0],
    "beam_backgrounds.touschek.weights": [3.0, 1.0],
    "beam_backgrounds.touschek.duty": 0.25,
}


TIMED = 0.125


def energies_of(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    return energies_at(DetectorSetup(scenario, "A"))


def source_of(scenario: Scenario, key: str) -> BackgroundSource:
    (source,) = (one for one in sources(DetectorSetup(scenario, "A")) if one.key == key)
    return source


def by_key(scenario: Scenario) -> dict[str, Contribution]:
    return {part.key: part for part in contributions(scenario, "A")}


@pytest.fixture
def linear_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many fakes as a particle has GeV, so that what is folded shows; ten times without lead."""

    def per_particle(kind: str, energies: object, weights: object, stage: str, _: object) -> Count:
        value = float(np.average(energies, weights=weights))
        value *= (1.0 if stage == "vertex" else TIMED) * (10.0 if kind.endswith("bare") else 1.0)
        return Count(value, 0.1 * value)

    monkeypatch.setattr(fakes, "per_particle", per_particle)
    monkeypatch.setattr(fakes, "simulated", lambda _: True)


@pytest.mark.parametrize("name", ["belle2-forward", "besiii-forward"])
def test_cosmic_spectrum_adds_up_to_the_rate(name: str) -> None:
    """Above 0.1 GeV outside of the lead: all of the flux through the faces without lead."""
    scenario = load_scenario(name)
    energies, rates = energies_of(scenario)
    box = DetectorSetup(scenario, "A").box
    bare = shower(box, site_of(scenario.with_values({"stack.shield": 0.0})))
    # Below 0.1 GeV: 1 per cent; a sum over 64 energies that is no quadrature, as much.
    assert rates.sum() == pytest.approx(bare.entering, rel=0.03)
    assert np.all(np.diff(energies) > 0.0)
    assert np.all(rates >= 0.0)


def test_mean_energies_of_cosmic_muons() -> None:
    means = [
        float(np.average(energies, weights=rates))
        for name in ("besiii-forward", "belle2-forward")
        for energies, rates in [energies_of(load_scenario(name))]
    ]
    # Review of Particle Physics, section on cosmic rays: about 4 GeV at the ground for vertical
    # muons, more at angles; rock takes away the soft ones.
    assert 3.0 < means[0] < 8.0
    assert means[1] > 1.5 * means[0]


def test_vetoes_choose_the_stage() -> None:
    scenario = load_scenario("belle2-forward")
    cosmic = source_of(scenario, "cosmic-muons")
    energies, rates = energies_of(scenario)
    stages = {}
    for values, stage in (
        ({}, "timed"),
        ({"reconstruction.fibre_veto": "all"}, "closed"),
        ({"reconstruction.gas_veto": True}, "quiet"),
        ({"reconstruction.gas_veto": True, "reconstruction.fibre_veto": "all"}, "closed_quiet"),
    ):
        case = scenario.with_values(values)
        assert timed_stage(case) == stage
        part = contribution(cosmic, case)
        assert part.vertices is not None
        number = rates.sum() * scenario.site.exposure * 86400.0
        expected = fakes.per_particle("muon-above", energies, rates, stage)
        stages[stage] = part.vertices["timed"].value
        assert stages[stage] == pytest.approx(number * expected.value, rel=1e-9)
    assert stages["quiet"] <= stages["timed"]
    assert stages["closed"] <= stages["timed"]
    # A muon that enters also leaves through fibres, which miss it once more.
    assert stages["closed_quiet"] < 0.03 * stages["quiet"]


def test_the_signal_of_vetoes_is_stated() -> None:
    scenario = load_scenario("belle2-forward")
    assert signal_vetoes(scenario) is None
    assert signal_words(scenario) == []
    both = {"reconstruction.gas_veto": True, "reconstruction.fibre_veto": "all"}
    case = scenario.with_values(both)
    stated = signal_vetoes(case)
    table = read_table("fake_vertices")
    rows = table["kind"] == fakes.KINDS.index("signal")
    kept = table["closed_quiet"][rows].sum() / table["timed"][rows].sum()
    assert stated is not None
    assert (stated["stage"], stated["applied"]) == ("closed_quiet", False)
    assert stated["efficiency"] == ("timed" if case.run.efficiency == "simulated" else "unity")
    assert stated["kept"] == pytest.approx(kept)
    assert f"keep {kept:.2f} +-" in signal_words(case)[0]
    assert signal_vetoes(case.with_values({"run.selection": "vertex"})) is None


def test_sections_with_other_settings_are_named() -> None:
    scenario = load_scenario("belle2-forward")
    assert other_settings(scenario) == []
    values = {"reconstruction.gas_veto": True, "stack.shield": 0.0, "stack.blocks": 20}
    assert other_settings(scenario.with_values(values)) == []
    values = {"reconstruction.vertex_chi2": 5.0, "emulsion.fog": 10.0, "stack.layers": 20}
    sections = other_settings(scenario.with_values(values))
    assert sections == ["stack", "emulsion", "reconstruction"]


@pytest.mark.usefixtures("linear_fakes")
def test_vertices_are_rates_times_fakes_of_one_particle() -> None:
    scenario = load_scenario("belle2-forward")
    parts = by_key(scenario)
    assert all(part.vertices is not None for part in parts.values())
    energies, rates = energies_of(scenario)
    number = rates.sum() * scenario.site.exposure * 86400.0
    mean = float(np.average(energies, weights=rates))
    vertices = parts["cosmic-muons"].vertices
    assert vertices["vertex"].value == pytest.approx(number * mean, rel=1e-9)
    assert vertices["timed"].value == pytest.approx(number * mean * TIMED, rel=1e-9)
    assert vertices["vertex"].statistical == pytest.approx(0.1 * vertices["vertex"].value)
    # Muons of 5.29 GeV, less photons off the beams, behind 1.3 m of tungsten.
    muons = parts["collider-muons"]
    assert 0.5 < muons.vertices["vertex"].value / muons.entering.value < 1.15
    for key in parts:
        if key.startswith(("klong", "neutron")):
            source = parts[key]
            mean = source.vertices["vertex"].value / source.entering.value
            assert 0.05 < mean < 5.3, "a mean energy"
            veto = source.vertices["timed"].value / source.vertices["vertex"].value / TIMED
            assert veto <= 1.0 + 1e-12
            assert key.endswith("rock") or veto == pytest.approx(1.0)


@pytest.mark.usefixtures("linear_fakes")
def test_after_each_veto() -> None:
    scenario = load_scenario("belle2-forward")
    parts = by_key(scenario)
    stages = parts["cosmic-muons"].after_veto
    assert list(stages) == list(STAGES)
    assert stages["vertex"].value == pytest.approx(TIMED**-1 * stages["gas"].value)
    rock = parts["neutron-rock"].after_veto
    # The muon that comes along vetoes only where fibres are asked.
    assert rock["timed"].value == rock["closed"].value < rock["gas"].value


def test_what_nobody_simulated_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fakes, "simulated", lambda kind: kind.startswith("muon"))
    parts = by_key(load_scenario("besiii-forward", BEAM))
    known = {key for key, part in parts.items() if part.vertices is not None}
    assert known == {"collider-muons", "cosmic-muons", "unrelated-tracks"}


@pytest.mark.usefixtures("linear_fakes")
def test_twice_the_time_is_twice_the_background() -> None:
    """Films are replaced as often: unrelated tracks, too, grow with time and not its square."""
    once = load_scenario("belle2-forward")
    twice = once.with_values(
        {"site.exposure": 2.0 * once.site.exposure, "run.luminosity_fb": 2.0 * 50_000.0}
    )
    few, many = by_key(once), by_key(twice)
    assert set(few) == set(many)
    for key, source in few.items():
        assert many[key].entering.value == pytest.approx(2.0 * source.entering.value)
        for selection, count in source.vertices.items():
            assert many[key].vertices[selection].value == pytest.approx(2.0 * count.value)


@pytest.mark.usefixtures("linear_fakes")
def test_beams_count_from_outside_of_the_lead() -> None:
    scenario = load_scenario("besiii-forward", BEAM)
    outside = 1000.0 * 0.2 * 0.3 * 0.25 * scenario.site.exposure * 86400.0
    for shield, mean in ((0.1, 0.875), (0.0, 10.0 * 0.875)):
        case = scenario.with_values({"stack.shield": shield})
        count = source_of(case, "beam-touschek").fakes("vertex")
        assert count.value == pytest.approx(outside * mean)
    # Other shields by a law: known, and in the result as long as they are near to the table's.
    for shield, lines in ((0.05, 0), (0.03, 1)):
        thin = scenario.with_values({"stack.shield": shield})
        assert source_of(thin, "beam-touschek").fakes("vertex") is not None
        assert len(source_of(thin, "beam-touschek").outside) == lines


@pytest.mark.parametrize(("overburden", "law"), [(0.0, "of 0 m"), (0.5, "of 0 m"), (8.0, "27.5 m")])
def test_unrelated_tracks_take_the_nearer_spectrum_and_state_it(
    overburden: float, law: str
) -> None:
    scenario = load_scenario("belle2-forward", {"site.overburden": overburden})
    (source,) = unrelated_tracks.sources(DetectorSetup(scenario, "A"))
    (note,) = (text for text in source.notes if "law" in text)
    assert law in note
    assert f"here {2.5 * overburden:.3g}" in note


def test_unrelated_tracks_have_no_stages() -> None:
    """Vetoes beyond the fibres upstream are not applied: the same number, on the safe side."""
    scenario = load_scenario("belle2-forward")
    part = by_key(scenario)["unrelated-tracks"]
    assert part.after_veto is None
    quiet = by_key(scenario.with_values({"reconstruction.gas_veto": True}))["unrelated-tracks"]
    assert quiet.vertices == part.vertices


def test_errors_of_a_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative errors of the number of particles and of the fakes of one add in quadrature."""
    monkeypatch.setattr(fakes, "per_particle", lambda *_: Count(2e-6, 3e-7, 1e-7))
    spectrum = Spectrum("muon-above", [1.0], [1.0], per_entering=2.0, tagged=0.25)
    source = Source("haze", "a haze", "time", Count(1e6, 0.0, 1e5), spectrum)
    everything, timed = source.fakes("vertex"), source.fakes("timed")
    assert everything.value == pytest.approx(4.0)
    assert timed.value == pytest.approx(3.0)
    assert everything.statistical == pytest.approx(4.0 * 0.15)
    # The exact variance of a product, less the statistical part.
    variance = (1.0 + 0.15**2 + 0.05**2) * (1.0 + 0.1**2) - 1.0 - 0.15**2
    assert everything.systematic == pytest.approx(4.0 * np.sqrt(variance))
    assert Source("haze", "a haze", "time", Count(1e6)).fakes("vertex") is None


def test_errors_of_a_product_against_sampled_numbers() -> None:
    rng = np.random.default_rng(12)
    for value in (0.0, 2.0):
        fakes_each, flux = Count(value, 0.5, 0.4), Count(3.0, 0.0, 3.0)
        drawn = [
            count.value
            + rng.normal(0.0, 1.0, (2, 400_000)).T @ [count.statistical, count.systematic]
            for count in (fakes_each, flux)
        ]
        # The spread of a product of normal numbers is known to half a per cent; four of it.
        assert fakes_each.product(flux).error == pytest.approx(
            np.std(drawn[0] * drawn[1]), rel=0.02
        )
        assert fakes_each.times(3.0, 1.0).error == pytest.approx(fakes_each.product(flux).error)
    # None of the simulated ones: errors of model and flux remain.
    assert Count(0.0, 1.0).times(2.0, 0.5).systematic == pytest.approx(1.0)


def test_fakes_of_one_kind_have_one_error() -> None:
    """What few simulated particles say is wrong for all sources that use them."""
    counts = [Count(10.0, 4.0, 3.0), Count(5.0, 2.0, 1.0), Count(0.0, 2.5, 8.0)]
    kinds = ("neutron-above", "neutron-above", "muon-front")
    parts = [
        Contribution(kind + str(k), kind, "time", Count(1.0), {"timed": count}, kind=kind)
        for k, (kind, count) in enumerate(zip(kinds, counts, strict=True))
    ]
    whole = total(parts, "timed")
    assert whole.value == 15.0
    assert whole.statistical == pytest.approx(np.hypot(4.0 + 2.0, 2.5))
    assert whole.systematic == pytest.approx(np.hypot(3.0 + 1.0, 8.0))
    # Halves of a source are not better known than the whole of it.
    half = Count(5.0, 2.0, 1.5)
    halves = [
        Contribution(key, key, "time", Count(1.0), {"timed": half}, kind="photon-front")
        for key in ("beam-one", "beam-other")
    ]
    assert total(halves, "timed").error == pytest.approx(counts[0].error)


def test_sources_say_which_fakes_they_use() -> None:
    kinds = {part.key: part.kind for part in contributions(load_scenario("besiii-forward"), "A")}
    assert kinds["cosmic-neutrons"] == kinds["cosmic-protons"] == "neutron-above"
    assert kinds["collider-muons"] == "muon-front"
    assert kinds["unrelated-tracks"] is None
