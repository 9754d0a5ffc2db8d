"""Points of single particles: probabilities in detectors, reports, and stages without meaning."""

from functools import cache

import numpy as np
import pytest

from tests.reference.particles import label, rows
from wayside import load_scenario
from wayside.constants import HBAR_C
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.registry import particle_class
from wayside.results.point import point_report
from wayside.sensitivity.particle_point import ParticlePoint, particle_point

FACE = (1.0, 0.0, 7.0)
SIZE = (0.2, 0.3, 1.32)


@cache
def reference_point(kind, mass):
    """Point with the detectors of the table; the mass alone counts."""
    gazelle = load_scenario("gazelle")
    volumes = {name: section.build() for name, section in gazelle.detectors.items()}
    volumes["small-ip"] = Box.place(position=FACE, size=SIZE, facing="ip")
    volumes["small-z"] = Box.place(position=FACE, size=SIZE, facing="beam")
    return ParticlePoint(particle_class(kind)(mass), gazelle.collider.build(), volumes)


@pytest.mark.parametrize("row", rows("crosses", "decays"), ids=label)
def test_probabilities_in_detectors(row):
    acceptance = reference_point(row.model, row.mass).acceptance(0, row.detail)
    if row.quantity == "crosses":
        value = acceptance.hit_probability
    else:
        value = float(acceptance.probability(np.array(row.ctau)))
    # Three standard errors of the reference, whose own accuracy ours is far below.
    assert value == pytest.approx(row.value, rel=3.0 * row.uncertainty)


# Decays of one process in 50/ab at given couplings and ctau in m, and what they are good to. All
# final states count, three neutrinos too, so that they are compared before the visible fraction.
YIELDS = [
    ("dark-photon", 0.3, {"epsilon": 1e-6}, 0.1421, "small-ip", 7.3756e-05, 2e-3),
    ("alp-photon", 0.5, {"g_photon": 1e-6}, 0.3174, "baby", 0.0015046, 2e-3),
    # The branching ratio of the reference has other form factors, which the test puts in.
    ("dark-higgs", 0.5, {"sin_theta": 1e-4}, 0.8095, "baby", 0.11163 * 0.45483 / 0.45967, 2e-3),
    ("hnl", 0.5, {"u2_tau": 1e-4}, 298.4, "baby", 20.372, 5e-3),
]


@pytest.mark.parametrize("row", YIELDS, ids=lambda row: row[0])
def test_yields(row):
    kind, mass, couplings, ctau, name, value, accuracy = row
    point = reference_point(kind, mass)
    defaults = {one.name: one.default or 0.0 for one in point.model.couplings}
    rate = float(point.processes[0].produced_fb({**defaults, **couplings}))
    probability = float(point.acceptance(0, name).probability(np.array(ctau)))
    assert 50e3 * rate * probability == pytest.approx(value, rel=accuracy)


@pytest.mark.parametrize("mass", [0.1, 0.5])
def test_decays_to_neutrinos_alone_are_no_events(mass):
    point = reference_point("hnl", mass)
    couplings = {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": np.array([1e-5, 1e-3])}
    # N of 0.1 GeV: three neutrinos, and electrons by the Z with g_L^2 + g_R^2 of their coupling.
    sine = 0.23121
    pairs = (sine - 0.5) ** 2 + sine**2
    if mass == 0.1:
        visible = point.visible_fraction(couplings)
        np.testing.assert_allclose(visible, pairs / (1.0 + pairs), rtol=2e-3)
    produced = sum(process.produced_fb(couplings) for process in point.processes)
    ratios = point.branching_ratios(couplings)
    seen = sum(value for channel, value in ratios.items() if channel != "nu nu nu")
    probability = point.decay_probability("baby", couplings)
    events = point.expected_events("baby", couplings, 50e3)
    np.testing.assert_allclose(events, 50e3 * produced * probability * seen, rtol=1e-9)


ALP = {"model.kind": "alp-photon", "model.mass": 0.5, "model.g_photon": 1e-6}


def test_report_of_a_point():
    report = point_report(load_scenario("belle2-forward-beams", ALP))
    particle = report["llp"]
    assert (particle["name"], particle["mass_gev"]) == ("a", 0.5)
    assert sum(particle["branching_ratios"].values()) == pytest.approx(1.0)
    (process,) = report["production"]
    assert process["process"] == "gamma a"
    detector = report["detectors"][0]
    produced = process["cross_section_fb"] * 50e3
    assert detector["expected_events"] == pytest.approx(
        produced * detector["decay_probability"], rel=1e-12
    )
    assert particle["visible_fraction"] == 1.0
    assert detector["face_acceptance"] == pytest.approx(detector["hit_probability"], rel=1e-6)
    assert report["relic"]["flags"] == ["not-applicable"]
    # Photons of g -> 2 g: four times as many, a quarter of the decay length.
    doubled = point_report(load_scenario("belle2-forward-beams", {**ALP, "model.g_photon": 2e-6}))
    assert doubled["production"][0]["cross_section_fb"] == pytest.approx(
        4.0 * process["cross_section_fb"], rel=1e-12
    )
    assert doubled["llp"]["ctau_m"] == pytest.approx(0.25 * particle["ctau_m"], rel=1e-12)


def test_a_pair_reports_what_flies_by_the_same_keys():
    report = point_report(load_scenario("belle2-forward"))
    assert report["llp"]["ctau_m"] == report["phi1"]["ctau_m"]
    assert report["llp"]["branching_ratios"] == report["phi1"]["branching_ratios"]


def test_couplings_broadcast_and_are_not_negative():
    point = particle_point(load_scenario("belle2-forward-beams", ALP))
    rest = {"g_electron": 0.0, "g_muon": 0.0, "g_tau": 0.0}
    g_photon = np.geomspace(1e-8, 1e-4, 5)[:, None]
    events = point.expected_events("A", {"g_photon": g_photon, **rest}, 1.0)
    assert events.shape == (5, 1)
    single = point.expected_events("A", {"g_photon": g_photon[2, 0], **rest}, 1.0)
    assert events[2, 0] == pytest.approx(float(single), rel=1e-6)
    with pytest.raises(InputError, match="g_photon = -1: must not be negative"):
        point.ctau({"g_photon": -1.0, **rest})
    with pytest.raises(InputError, match="no detector 'C'"):
        point.acceptance(0, "C")


def test_a_decay_length_can_be_given():
    computed = point_report(load_scenario("belle2-forward-beams", ALP))["llp"]
    given = point_report(load_scenario("belle2-forward-beams", {**ALP, "model.ctau_m": 2.0}))["llp"]
    assert given["ctau_m"] == 2.0
    assert given["ctau_overridden"]
    # The width is that of the lifetime in use, as for pairs; branching ratios stay.
    for particle in (computed, given):
        assert particle["width_gev"] * particle["ctau_m"] == pytest.approx(HBAR_C, rel=1e-12)
    assert given["branching_ratios"] == computed["branching_ratios"]


def test_yields_at_both_ends_of_what_is_known_of_the_widths():
    values = {"model.kind": "dark-higgs", "model.mass": 1.5}
    for mixing, long_lived in ((1e-7, True), (1e-4, False)):
        scenario = load_scenario("gazelle", {**values, "model.sin_theta": mixing})
        point = particle_point(scenario)
        factors = point.model.width_spread()
        assert set(factors.values()) == {2.0}
        wider = point.with_widths(factors)
        couplings = {"sin_theta": mixing}
        narrow = {name: float(one) for name, one in point.branching_ratios(couplings).items()}
        # Hadrons twice as wide, leptons as they were.
        leptons = narrow["e"] + narrow["mu"]
        expected = float(point.width(couplings)) * (2.0 - leptons)
        assert float(wider.width(couplings)) == pytest.approx(expected, rel=1e-12)
        more = float(wider.expected_events("baby", couplings, 1.0))
        less = float(point.expected_events("baby", couplings, 1.0))
        assert (more > less) == long_lived
        if long_lived:  # in proportion to the width
            assert more / less == pytest.approx(2.0 - leptons, rel=1e-3)
        assert wider.processes is point.processes
    report = point_report(scenario)
    _, high = report["llp"]["width_range_gev"]
    assert high / report["llp"]["width_gev"] == pytest.approx(2.0 - leptons, rel=1e-9)
    ends = report["detectors"][0]["expected_events_range"]
    assert ends[0] < report["detectors"][0]["expected_events"] < ends[1]
    alp = point_report(load_scenario("belle2-forward-beams", ALP))
    assert alp["llp"]["width_range_gev"] is None
    assert alp["detectors"][0]["expected_events_range"] is None
