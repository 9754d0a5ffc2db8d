"""Detected decays of single particles: by quadrature against drawn ones that are looked up."""

from dataclasses import replace

import numpy as np
import pytest
from reference.toy_map import EDGES, toy_map

from wayside.efficiency.axes import AXES
from wayside.efficiency.channels import OTHER_PAIRS, PAIRS, pair_name
from wayside.efficiency.narrow import narrow_pairs
from wayside.efficiency.shipped import all_pairs, charged_pairs
from wayside.generator.events import EventGenerator
from wayside.generator.pairs import prongs
from wayside.models.final_states import charge
from wayside.results.point import point_report
from wayside.scenario import load_scenario
from wayside.sensitivity.background_report import background_report
from wayside.sensitivity.key_reach import key_reach
from wayside.sensitivity.particle_efficiency import ParticleDetected, not_simulated_words
from wayside.sensitivity.particle_point import particle_point

WIDE = {**EDGES, "softer": (1e-4, 0.05, 0.3, 2.0), "slope": (0.0, 0.4, 1.0, 3.0)}
TABLE = toy_map(seed=1, channels=(*PAIRS, *OTHER_PAIRS), edges=WIDE)

PARTICLES = {
    "dark photon": {"model.kind": "dark-photon", "model.mass": 0.6, "model.epsilon": 1e-6},
    "dark Higgs": {"model.kind": "dark-higgs", "model.mass": 0.6, "model.sin_theta": 1e-4},
    "hnl": {"model.kind": "hnl", "model.mass": 0.4, "model.u2_mu": 1e-3, "model.u2_e": 1e-4},
    "light dark photon": {
        "model.kind": "dark-photon",
        "model.mass": 0.03,
        "model.epsilon": 1e-6,
    },
    "alp": {
        "model.kind": "alp-photon",
        "model.mass": 0.5,
        "model.g_photon": 1e-6,
        "model.g_muon": 3e-7,
        "model.g_electron": 2e-7,
    },
}


def scenario_of(case, **more):
    return load_scenario("belle2-forward-beams", {**PARTICLES[case], **more})


def drawn(scenario, number):
    """Efficiency of drawn decays in A and its error, by the toy table."""
    box = scenario.detectors["A"].build()
    values = np.zeros(number)
    done = 0
    for block in EventGenerator(scenario, ("A",)).blocks(number, 3):
        charged = [int(k) for k in np.flatnonzero([charge(int(code)) for code in block.pdg])]
        of_event = np.searchsorted(block.offsets, charged, side="right") - 1
        two = np.flatnonzero(np.bincount(of_event, minlength=len(block.event)) == 2)
        first = np.searchsorted(of_event, two)
        prong = np.stack([np.array(charged)[first], np.array(charged)[first + 1]], axis=1)
        rows = prongs(block.momentum[prong] @ box.axes.T, block.mass[prong])
        rows["depth"] = ((block.vertex - box.position) @ box.axes[2])[two]
        names = np.array([str(pair_name(*codes)) for codes in block.pdg[prong].tolist()])
        for name in TABLE.channels:
            mine = (names == name) & (rows["slope"] < np.inf)
            places = [rows[axis][mine] for axis in AXES]
            narrow = narrow_pairs("vertex", (name,))
            at = np.log(np.maximum(rows["opening"][mine], 1e-9))
            factor = np.interp(at, narrow.log_opening, narrow.factors[0])
            values[done + two[mine]] = factor * TABLE.at(name, "vertex", *places)
        done += len(block.event)
    return values.mean(), values.std() / np.sqrt(number)


@pytest.mark.parametrize("case", PARTICLES)
def test_efficiency_is_that_of_drawn_decays(case):
    scenario = scenario_of(case)
    point = replace(
        particle_point(scenario), efficiency="simulated", selection="vertex", table=TABLE
    )
    value = float(point.detected_fraction("A", scenario.model.couplings))
    expected, error = drawn(scenario, 8_000)
    # 3 per cent is what the rule is known to; 4 errors of drawing fail once in 16,000 tests.
    assert value == pytest.approx(expected, abs=4 * error, rel=0.03)


def drawn_photons(scenario, table, number):
    """Efficiency of drawn decays to two photons in A and its error; where one is lost by another.

    Returns how many decays there are with one photon alone as well.
    """
    box = scenario.detectors["A"].build()
    values, ones = [], 0
    for block in EventGenerator(scenario, ("A",)).blocks(number, 4):
        momentum = block.momentum.reshape(-1, 2, 3) @ box.axes.T
        depth = (block.vertex - box.position) @ box.axes[2]
        energy = np.linalg.norm(momentum, axis=2)
        with np.errstate(divide="ignore"):
            slope = np.hypot(momentum[..., 0], momentum[..., 1]) / momentum[..., 2]
        good = (momentum[..., 2] > 0.0) & (slope <= table.edges["slope"][-1])
        good &= energy >= table.edges["softer"][0]
        rows = prongs(momentum, np.zeros((len(momentum), 2)))
        rows["depth"] = depth
        both = good.all(axis=1)
        value = np.zeros(len(both))
        value[both] = table.at("gammagamma", "vertex", *(rows[axis][both] for axis in AXES))
        for k in range(2):
            alone = good[:, k] & ~good[:, 1 - k]
            ones += int(alone.sum())
            places = energy[alone, k], 0.0, energy[alone, k], slope[alone, k], depth[alone]
            value[alone] = table.at("gamma", "vertex", *places)
        values.append(value)
    every = np.concatenate(values)
    return every.mean(), every.std() / np.sqrt(len(every)), ones


def test_one_photon_alone_counts_by_its_own_table():
    edges = {**WIDE, "slope": EDGES["slope"]}
    table = toy_map(seed=2, channels=("gammagamma", "gamma"), edges=edges)
    photons = {"model.mass": 4.0, "model.g_photon": 1e-8}
    only = {"model.g_muon": 0.0, "model.g_electron": 0.0, **photons}
    scenario = scenario_of("alp", **only)
    point = replace(
        particle_point(scenario), efficiency="simulated", selection="vertex", table=table
    )
    value = float(point.detected_fraction("A", scenario.model.couplings))
    expected, error, ones = drawn_photons(scenario, table, 6_000)
    assert ones > 400
    # As above.
    assert value == pytest.approx(expected, abs=4 * error, rel=0.03)
    # Without the channel of one photon those decays are lost.
    pairs = toy_map(seed=2, channels=("gammagamma",), edges=edges)
    fewer = float(replace(point, table=pairs).detected_fraction("A", scenario.model.couplings))
    assert fewer < 0.97 * value


def test_events_are_those_of_every_width():
    """With a table of ones what is seen is every decay to a pair that the table has."""
    ones = replace(TABLE, passed={"vertex": TABLE.tried}, edges={**TABLE.edges})
    scenario = scenario_of("alp")
    point = replace(
        particle_point(scenario), efficiency="simulated", selection="vertex", table=ones
    )
    muons, photons = np.array([0.0, 1e-8, 2e-8]), np.array([1e-6, 1e-6, 1e-7])
    couplings = {"g_photon": photons, "g_electron": 0.0, "g_muon": muons, "g_tau": 0.0}
    fraction = point.detected_fraction("A", couplings)
    ratio = point.branching_ratios(couplings)["mu"]
    # The same part of all muon pairs is within the table at any lifetime that is not short.
    assert fraction[0] == 0.0
    assert fraction[1] / ratio[1] == pytest.approx(fraction[2] / ratio[2], rel=1e-3)
    assert 0.1 < fraction[2] <= 1.0
    assert point.expected_events("A", couplings, 2.0)[1] == pytest.approx(
        2.0 * fraction[1] * point.decays_per_fb("A", couplings)[1]
    )


@pytest.mark.parametrize("case", PARTICLES)
def test_nothing_is_left_out_in_silence(case):
    scenario = scenario_of(case, **{"run.efficiency": "simulated"})
    point, couplings = particle_point(scenario), scenario.model.couplings
    missing = point.not_simulated(couplings)
    table = point.table
    ones = replace(point, table=replace(table, passed={"vertex": table.tried}), selection="vertex")
    known = sum(
        pair.fraction * float(ratio)
        for group, ratio in zip(ones.groups, _ratios(point, couplings), strict=True)
        for pair in group.pairs(16)
    )
    visible = float(point.visible_fraction(couplings))
    assert known + sum(missing.values()) == pytest.approx(visible, rel=1e-9)
    words = " ".join(not_simulated_words(missing))
    assert all(name in words for name, ratio in missing.items() if ratio > 0.01)


def _ratios(point, couplings):
    total = float(point.width(couplings))
    return [group.hat * float(group.powers.of(**couplings)) / total for group in point.groups]


def test_photons_of_a_search_are_not_simulated():
    values = {"run.efficiency": "simulated", "run.selection": "search"}
    report = point_report(scenario_of("alp", **values))
    missing = report["efficiency_not_simulated"]
    assert missing == {"gamma gamma": report["llp"]["branching_ratios"]["gamma gamma"]}
    assert any("gamma gamma" in flag for flag in report["flags"])
    detector = report["detectors"][0]
    assert 0.0 < detector["efficiency"] < 1.0 - missing["gamma gamma"]
    assert detector["expected_events"] == pytest.approx(detector["efficiency"] * detector["decays"])
    only = {**PARTICLES["alp"], "model.g_muon": 0.0, "model.g_electron": 0.0}
    scenario = load_scenario("belle2-forward-beams", {**only, **values})
    point = particle_point(scenario)
    assert point.expected_events("A", scenario.model.couplings, 1.0) == 0.0
    assert point.decays_per_fb("A", scenario.model.couplings) > 0.0
    # A vertex of a photon that converts counts without a search.
    timed = particle_point(scenario.with_values(["run.selection=timed"]))
    assert timed.not_simulated(scenario.model.couplings) == {}
    assert 0.0 < timed.detected_fraction("A", scenario.model.couplings) < 1.0


TAUS = {"model.kind": "dark-higgs", "model.mass": 3.7, "model.sin_theta": 1e-4}


@pytest.mark.parametrize("model", [PARTICLES["alp"], TAUS], ids=["photons", "taus"])
def test_what_a_search_could_keep_at_most(model):
    """Timed decays of all tables without those of charged pairs: what photons and taus leave."""
    values = {"run.efficiency": "simulated", "run.selection": "search"}
    scenario = load_scenario("belle2-forward-beams", {**model, **values})
    couplings = scenario.model.couplings
    report = point_report(scenario)
    point = particle_point(scenario)
    for detector in report["detectors"]:
        timed = [
            float(
                replace(point, table=table, selection="timed").detected_fraction(
                    detector["name"], couplings
                )
            )
            for table in (all_pairs(), charged_pairs())
        ]
        expected = detector["efficiency"] + timed[0] - timed[1]
        assert timed[0] > timed[1] + 0.02
        # Decays that are drawn and those of a quadrature are the same in all tables; points of
        # groups with more pairs are fewer, 2 per cent.
        assert detector["efficiency_at_most"] == pytest.approx(expected, rel=0.06)
        kept = report["efficiency"]["detectors"][detector["name"]]
        assert kept["efficiency_at_most"] == detector["efficiency_at_most"]


def test_without_a_search_nothing_is_unmeasured():
    for values in ({"run.efficiency": "simulated"}, {}):
        detector = point_report(scenario_of("alp", **values))["detectors"][0]
        assert detector["efficiency_at_most"] is None
    # The dark photon has charged pairs alone.
    search = {"run.efficiency": "simulated", "run.selection": "search"}
    detector = point_report(scenario_of("light dark photon", **search))["detectors"][0]
    assert detector["efficiency_at_most"] is None


@pytest.mark.parametrize("values", [{}, {"model.kind": "scalar"}])
def test_a_selection_without_efficiencies_is_said_to_keep_all(values):
    model = values or PARTICLES["alp"]
    scenario = load_scenario("belle2-forward-beams", {**model, "run.selection": "search"})
    (flag,) = [flag for flag in point_report(scenario)["flags"] if "run.selection" in flag]
    assert "every decay counts" in flag
    plain = load_scenario("belle2-forward-beams", model)
    assert not any("run.selection" in flag for flag in point_report(plain)["flags"])


def test_reach_says_what_is_not_simulated():
    plane = {"plane.x": "model.g_photon", "plane.y": "model.g_muon", "plane.points": 20}
    unity = key_reach(scenario_of("alp", **plane))
    more = {"run.efficiency": "simulated", "run.background": "simulated"}
    result = key_reach(scenario_of("alp", **plane, **more))
    assert any("gamma gamma" in flag for flag in result.flags)
    assert list(result.summary()["efficiency_not_simulated"]) == ["gamma gamma"]
    assert unity.summary()["efficiency_not_simulated"] == {}
    assert result.scenario.selection == "search"
    some = unity.events["A"] > 0.0
    assert some.any()
    assert np.all(result.events["A"][some] < unity.events["A"][some])


def test_background_against_luminosity():
    scenario = scenario_of("dark Higgs", **{"run.efficiency": "simulated"})
    report = background_report(scenario, points=3)
    scan = report.scan
    assert scan.strength.name == "sin_theta"
    point = particle_point(scenario)
    for curve in scan.curves.values():
        reached = np.isfinite(curve.smallest)
        couplings = {"sin_theta": curve.smallest[reached]}
        events = point.expected_events("A", couplings, 1.0) * scan.luminosity_fb[reached]
        # The grid of couplings is a hundredth of a decade wide, along which yields are powers.
        np.testing.assert_allclose(events, curve.n_limit[reached], rtol=1e-3)
    summary = report.summary()
    assert "g_d" not in summary["luminosity"]
    assert "sin_theta" in summary["luminosity"]["curves"]["zero"]
    assert "sin_theta_zero" in report.tables()["luminosity.csv"]


# Decays of beams of SuperKEKB in box A that were simulated and reconstructed one by one, and
# found: `python scripts/check_efficiency_map.py`, docs/theory/efficiency.md. Number, vertex, timed.
DIRECT = {
    "A' of 0.03": ({**PARTICLES["light dark photon"]}, 150, 75, 63),
    "A' of 0.3": ({**PARTICLES["light dark photon"], "model.mass": 0.3}, 300, 282, 250),
    "N": ({"model.kind": "hnl", "model.mass": 0.5, "model.u2_mu": 1e-3}, 406, 228, 193),
}


@pytest.mark.parametrize("selection", ["vertex", "timed"])
@pytest.mark.parametrize("case", DIRECT)
def test_closure_with_direct_simulation(case, selection):
    values, number, *found = DIRECT[case]
    direct = dict(zip(("vertex", "timed"), found, strict=True))[selection] / number
    values = {**values, "run.efficiency": "simulated", "run.selection": selection}
    scenario = load_scenario("belle2-forward-beams", values)
    # Of photons a vertex where they convert counts, which was not asked for there.
    point = replace(particle_point(scenario), table=charged_pairs())
    couplings = scenario.model.couplings
    value = float(point.detected_fraction("A", couplings))
    error = point.detected_error("A", couplings)
    # Binomial error of the direct sample, that of the table, 5% for its bins (docs/theory), and for
    # narrow pairs 10% from some 40 in each bin; three of them fail once in 370.
    narrow = 0.10 if case == "A' of 0.03" else 0.0
    binomial = np.sqrt(direct * (1.0 - direct) / number)
    total = np.sqrt(binomial**2 + error**2 + ((0.05 + narrow) * direct) ** 2)
    assert value == pytest.approx(direct, abs=3.0 * total)


def test_varied_widths_are_those_of_a_new_point():
    """Widths that change proportions alone, at the points of the unchanged ones."""
    scenario = scenario_of("dark Higgs", **{"run.efficiency": "simulated"})
    point, couplings = particle_point(scenario), scenario.model.couplings
    factors = {point.widths[0].channel: 0.3, point.widths[-1].channel: 2.0}
    varied = point.with_widths(factors)
    value = float(varied.detected_fraction("A", couplings))
    anew = ParticleDetected(
        varied.groups, varied.processes, varied.volume("A"), varied.table, varied.selection
    )
    alone = replace(varied)
    alone.__dict__.update(widths=varied.widths, processes=varied.processes, _detected={"A": anew})
    # Points in other proportions: 2 per cent, docs/theory/efficiency.md; three of them.
    assert value == pytest.approx(float(alone.detected_fraction("A", couplings)), rel=0.06)
    same = point.with_widths({})
    assert float(same.detected_fraction("A", couplings)) == pytest.approx(
        float(point.detected_fraction("A", couplings)), rel=1e-12
    )


def test_errors_of_processes_are_added_in_the_cells():
    scenario = scenario_of("dark Higgs", **{"run.efficiency": "simulated"})
    point, couplings = particle_point(scenario), scenario.model.couplings
    detected, ctau = point.detected("A"), float(point.ctau(couplings))
    groups = len(point.groups)
    weights = [[0.3 + number] * groups for number in range(len(point.processes))]
    cells = sum(
        weight * part.fractions(ctau)
        for row, parts in zip(weights, detected._by_process, strict=True)
        for weight, part in zip(row, parts, strict=True)
    )
    expected = point.table.weighted(point.selection, cells)[1]
    assert len(point.processes) > 1
    assert detected.error(weights, ctau) == pytest.approx(expected, rel=1e-9)
