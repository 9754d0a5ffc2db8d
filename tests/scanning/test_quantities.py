"""Every quantity of a scan against another way to the same number."""

import numpy as np
import pytest

from wayside import load_scenario, mass_point, point_report
from wayside.cosmology.relic import relic_density
from wayside.errors import InputError
from wayside.models.registry import particle_class
from wayside.results.scan import table
from wayside.scanning.evaluation import Block, evaluate
from wayside.scanning.plan import plan
from wayside.scanning.quantities import QUANTITIES, columns_of
from wayside.scenario import Scenario
from wayside.sensitivity.background import expected_background

PAIR = ("events", "events_B", "n_limit", "epsilon_min", "epsilon_max", "ctau", "mean_flight",
        "cross_section", "produced", "acceptance", "acceptance_B", "decay_probability",
        "efficiency", "yield_error", "relic", "excluded_by", "margin")  # fmt: skip


def computed(scenario: Scenario, points: dict, quantities: tuple[str, ...]) -> Block:
    made = plan(scenario, table(points), quantities)
    return evaluate(made.study, made.design.points(0, made.design.size))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("belle2-forward")


def test_against_point(scenario: Scenario) -> None:
    """All of it against `wayside point`, whose accuracy is 1e-6, that of a scan 1e-4."""
    points = {
        "model.m2": [3.64, 3.65],
        "model.g_d": [0.3, 0.3],
        "model.epsilon": [2e-4, 1e-3],
        "detectors.A.position.2": [7.0, 5.0],
        "run.luminosity_fb": [5e4, 1e3],
    }
    scanned = computed(scenario, points, PAIR)
    assert scanned.errors == ["", ""]
    for row in range(2):
        at_point = scenario.with_values({key: values[row] for key, values in points.items()})
        report = point_report(at_point)
        a, b = report["detectors"]
        expected = {
            "events_A": a["expected_events"],
            "events_B": b["expected_events"],
            "events_signal": report["expected_events"],
            "n_limit": expected_background(at_point).n_limit,
            "ctau": report["phi1"]["ctau_m"],
            "mean_flight": report["phi1"]["mean_flight_m"],
            "cross_section": report["production"]["cross_section_fb"],
            "acceptance_A": a["hit_probability"],
            "acceptance_B": b["hit_probability"],
            "decay_probability_A": a["decay_probability"],
            "efficiency_A": 1.0,
            "relic": report["relic"]["omega_h2"],
        } | {f"margin_{key}": value["margin"] for key, value in report["existing_limits"].items()}
        for name, value in expected.items():
            assert scanned.columns[name][row] == pytest.approx(value, rel=2e-4), name
        error = a["uncertainty"]["total"]
        assert scanned.columns["yield_error_A"][row] == pytest.approx(error, rel=1e-3)
        excluding = {
            key for key, value in report["existing_limits"].items() if value.get("excluded")
        }
        assert set(filter(None, scanned.columns["excluded_by"][row].split(","))) == excluding
        produced = a["decays"] / a["decay_probability"] / at_point.run.luminosity_fb
        assert scanned.columns["produced"][row] == pytest.approx(produced, rel=1e-6)


def test_excluded_couplings_solve_the_equation(scenario: Scenario) -> None:
    """At both ends there are as many events as are excluded, and no crossing outside."""
    names = ("epsilon_min", "epsilon_max", "g_d_min", "g_d_max", "n_limit")
    points = {"model.m2": [3.65] * 3, "model.g_d": [0.05, 0.1, 1.0], "model.epsilon": 1e-4}
    columns = computed(scenario, points, names).columns
    point = mass_point(scenario.with_values({"model.m2": 3.65}))
    luminosity = scenario.run.luminosity_fb
    for row, g_d in enumerate(points["model.g_d"]):
        low, high = columns["epsilon_min"][row], columns["epsilon_max"][row]
        ends = point.expected_events("A", [low, high], g_d, luminosity)
        assert ends == pytest.approx(2.302585, rel=1e-6)
        outside = np.concatenate(
            [np.geomspace(1e-8, low, 999)[:-1], np.geomspace(high, 0.9, 999)[1:]]
        )
        assert np.all(point.expected_events("A", outside, g_d, luminosity) < 2.302585)
        inside = np.geomspace(low, high, 999)[1:-1]
        assert np.all(point.expected_events("A", inside, g_d, luminosity) > 2.302585)
    ends = [columns["g_d_min"][0], columns["g_d_max"][0]]
    assert point.expected_events("A", 1e-4, ends, luminosity) == pytest.approx(2.302585, rel=1e-6)
    # Whatever g_D a point has itself.
    assert columns["g_d_min"][0] == columns["g_d_min"][2]


def test_nothing_excluded_is_no_value(scenario: Scenario) -> None:
    scanned = computed(scenario, {"run.luminosity_fb": [1e-6, 5e4]}, ("epsilon_min", "n_limit"))
    assert np.isnan(scanned.columns["epsilon_min"][0])
    assert scanned.columns["epsilon_min"][1] < 1e-3
    assert scanned.errors == ["", ""]


def test_simulated_background_belongs_to_the_luminosity() -> None:
    """Half of the exposure has half of a background that is given for it."""
    scenario = load_scenario("belle2-forward", {"run.background": 4.0, "run.background_error": 1.0})
    points = {"run.background": [0.0, 4.0, 9.0], "run.confidence_level": [0.95, 0.9, 0.9]}
    scanned = computed(scenario.with_values({"run.background_error": 0.0}), points, ("n_limit",))
    for row in range(3):
        values = {key: column[row] for key, column in points.items()} | {
            "run.background_error": 0.0
        }
        expected = expected_background(scenario.with_values(values)).n_limit
        assert scanned.columns["n_limit"][row] == expected
    assert scanned.columns["n_limit"][0] == pytest.approx(-np.log(0.05))


def test_single_particle() -> None:
    values = {"model.kind": "alp-photon", "model.mass": 0.5, "model.g_photon": 1e-5}
    scenario = load_scenario("belle2-forward-beams", values)
    points = {"model.mass": [0.3, 0.5], "model.g_photon": [1e-5, 3e-5]}
    names = ("events", "ctau", "cross_section", "produced", "acceptance", "decay_probability",
             "efficiency", "coupling_min", "n_limit")  # fmt: skip
    scanned = computed(scenario, points, names)
    assert scanned.errors == ["", ""]
    for row in range(2):
        report = point_report(
            scenario.with_values({key: each[row] for key, each in points.items()})
        )
        a = report["detectors"][0]
        total = sum(each["cross_section_fb"] for each in report["production"])
        for name, value in {
            "events_A": a["expected_events"],
            "ctau": report["llp"]["ctau_m"],
            "cross_section": total,
            "acceptance_A": a["hit_probability"],
            "decay_probability_A": a["decay_probability"],
            "efficiency_A": 1.0,
        }.items():
            assert scanned.columns[name][row] == pytest.approx(value, rel=3e-4), name
    unit = {column.name: column.unit for column in columns_of(scenario, ["coupling_min"])}
    declared = particle_class("alp-photon").couplings[0]
    assert unit == {f"{declared.name}_min": declared.unit}
    with pytest.raises(InputError, match="relic: not known of a single particle"):
        columns_of(scenario, ["relic"])


def test_relic_that_fails_leaves_the_rest(scenario: Scenario) -> None:
    """Above 38 GeV the width of A' is not known: no relic density, events all the same."""
    heavy = {
        "model.m_aprime": 60.0,
        "model.m1": 4.4,
        "model.m2": 3.7,
        "run.production": "off-shell",
    }
    made = scenario.with_values(heavy)
    scanned = computed(made, {"model.epsilon": [1e-3, 1e-2]}, ("relic", "ctau"))
    with pytest.raises(InputError) as caught:
        relic_density(made.pair.build(), 1e-3, made.pair.g_d)
    assert np.isnan(scanned.columns["relic"]).all()
    assert np.isfinite(scanned.columns["ctau"]).all()
    assert scanned.errors == [f"relic: {caught.value}"] * 2


def test_points_that_fail_are_rows(scenario: Scenario) -> None:
    points = {
        "model.m2": [3.65, 3.9, 3.65, -1.0],
        "model.epsilon": [1e-4, 1e-4, 2.0, 1e-4],
    }
    scanned = computed(scenario, points, ("events", "ctau", "excluded_by"))
    assert scanned.errors[0] == ""
    assert "above m1 + m2" in scanned.errors[1]
    assert scanned.errors[2] == "model.epsilon = 2.0: must be at least 1e-30 and below 1"
    assert scanned.errors[3].startswith("model.m2 = -1")
    assert np.isfinite(scanned.columns["events_A"]).tolist() == [True, False, False, False]
    assert scanned.columns["excluded_by"] == ["", None, None, None]


def test_only_what_is_asked_for_is_computed(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wayside.sensitivity.mass_point import MassPoint

    asked = []
    own = MassPoint.acceptances
    monkeypatch.setattr(
        MassPoint, "acceptances", lambda self, name: asked.append(name) or own(self, name)
    )
    computed(scenario, {"model.epsilon": [1e-4]}, ("events", "ctau"))
    assert set(asked) == {"A"}
    asked.clear()
    computed(scenario, {"model.epsilon": [1e-4]}, ("ctau", "produced", "relic"))
    assert not asked


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "quantities: none"),
        (["event"], 'did you mean "events"'),
        (["events_C"], "no quantity"),
        (["relic", ""], "no quantity"),
        (["epsilon_mim"], 'did you mean "epsilon_min"'),
    ],
)
def test_bad_quantities(scenario: Scenario, names: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        columns_of(scenario, names)


def test_names_of_columns_are_all_different(scenario: Scenario) -> None:
    names = [
        quantity.column_of(subject)
        for quantity in QUANTITIES.values()
        for subject in quantity.subjects(scenario).all
    ]
    assert len(set(names)) == len(names)
    with pytest.raises(InputError, match="stands for the sum"):
        columns_of(
            scenario.with_values({"detectors.signal": scenario.to_dict()["detectors"]["A"]}),
            ["events"],
        )
