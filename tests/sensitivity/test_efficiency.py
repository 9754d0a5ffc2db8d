"""Simulated efficiency in yields, reports and contours."""

from dataclasses import replace

import numpy as np
import pytest

import wayside
from wayside.acceptance.detected import Detected
from wayside.efficiency.csv_file import csv_of, read_csv
from wayside.efficiency.shipped import SETTINGS, differences, settings_text, shipped
from wayside.efficiency.table import EfficiencyMap
from wayside.errors import InputError
from wayside.scenario import load_scenario
from wayside.sensitivity.efficiency import flags
from wayside.sensitivity.export import tables
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.point import point_report
from wayside.sensitivity.result import reach

SIMULATED = {"run.efficiency": "simulated"}
SMALL = {"plane.points": 24, "plane.epsilon": (1e-6, 1e-2), "plane.g_d": (0.1, 3.0)}


def test_the_table_that_comes_with_wayside():
    table = shipped()
    assert table is shipped()
    assert table.channels == ("ee", "mumu", "pipi")
    assert table.selections == ("vertex", "timed")
    assert table.tried.sum() > 10_000
    for name in table.selections:
        value, variance = table.filled(name)
        assert ((value >= 0) & (value <= 1)).all()
        assert (variance > 0).all()
    # Made with what scenarios have by default.
    plain = load_scenario("belle2-forward").to_dict()
    assert differences(table, {name: plain[name] for name in SETTINGS}) == []
    # 10 MeV electrons make no track; muons of a few hundred MeV nearly always do.
    assert table.at("ee", "vertex", 0.1, 0.5, 0.01, 0.4, 0.6) < 0.05
    assert table.at("mumu", "vertex", 1.2, 0.5, 0.4, 0.4, 0.6) > 0.85
    assert table.at("mumu", "vertex", 1.2, 0.5, 0.4, 1.2, 0.6) < 0.1


@pytest.mark.parametrize("name", ["belle2-forward", "belle2-central", "besiii-forward"])
def test_seen_decays_are_a_share_of_all(name):
    one = {"run.radiation": "one-photon"}  # as mean flights have
    point = mass_point(load_scenario(name, SIMULATED | one))
    epsilon = np.geomspace(1e-6, 1e-2, 30)
    every = point.expected_events("A", epsilon, 1.0, 100.0, efficiency="unity")
    timed = point.expected_events("A", epsilon, 1.0, 100.0)
    vertex = replace(point, selection="vertex").expected_events("A", epsilon, 1.0, 100.0)
    with np.errstate(invalid="ignore"):
        share = timed / every
    known = every > 0
    assert share[known] == pytest.approx(point.detected_fraction("A", epsilon, 1.0)[known])
    assert ((share[known] > 0) & (share[known] < 0.2)).all()
    assert (timed[known] < vertex[known]).all()
    # The approximate yield times the same efficiency.
    study = point.expected_events(
        "A", epsilon, 1.0, 100.0, decays="mean-flight", efficiency="unity"
    )
    seen = point.expected_events("A", epsilon, 1.0, 100.0, decays="mean-flight")
    assert seen == pytest.approx(study * point.detected_fraction("A", epsilon, 1.0))
    with pytest.raises(InputError, match="efficiency = 'half': must be unity or simulated"):
        point.expected_events("A", 1e-4, 1.0, 1.0, efficiency="half")


def test_unity_is_what_it_was_and_reads_no_table(monkeypatch):
    monkeypatch.setattr("wayside.sensitivity.yields.shipped", lambda: 1 / 0)
    monkeypatch.setattr("wayside.sensitivity.efficiency.shipped", lambda: 1 / 0)
    scenario = load_scenario("belle2-forward")
    report = point_report(scenario)
    assert report["efficiency"] == {"efficiency": "unity", "selection": None, "flags": []}
    for detector in report["detectors"]:
        assert (detector["efficiency"], detector["efficiency_error"]) == (1.0, 0.0)
        assert detector["expected_events"] == pytest.approx(detector["decays"], rel=1e-12)


def test_point_tells_efficiency_and_error():
    scenario = load_scenario("belle2-forward").with_values(SIMULATED)
    report = point_report(scenario)
    for detector in report["detectors"]:
        assert 0.01 < detector["efficiency"] < 0.1
        assert 0 < detector["efficiency_error"] < 0.1 * detector["efficiency"]
        expected = detector["decays"] * detector["efficiency"]
        assert detector["expected_events"] == pytest.approx(expected, rel=1e-9)
    about = report["efficiency"]
    assert (about["efficiency"], about["selection"]) == ("simulated", "timed")
    assert about["table"]["date"] == shipped().header["date"]
    assert any(flag.startswith("efficiency: simulated, timed") for flag in report["flags"])


def test_scan_follows_the_scenario():
    values = {"model.epsilon": 2e-4, **SIMULATED}
    scenario = load_scenario("besiii-forward").with_values(values)
    every = wayside.scan(load_scenario("besiii-forward"), epsilon=[1e-4, 1e-3])
    detected = wayside.scan(scenario, epsilon=[1e-4, 1e-3])
    share = mass_point(scenario).detected_fraction("A", [1e-4, 1e-3], 1.0)
    assert detected.events["A"] == pytest.approx(every.events["A"] * share, rel=1e-6)


def test_the_contour_moves_as_the_yield_scales(monkeypatch):
    monkeypatch.setattr(Detected, "efficiency", lambda _, ctau: np.full(np.shape(ctau), 0.05))
    monkeypatch.setattr(Detected, "error", lambda *_: 0.001)
    scenario = load_scenario("belle2-forward").with_values(SMALL | SIMULATED)
    result = reach(scenario)
    every = reach(load_scenario("belle2-forward").with_values(SMALL))
    assert result.total == pytest.approx(0.05 * every.total, rel=1e-9)
    assert result.contour
    for line in result.contour:
        events = result.plane.evaluate(
            lambda p, e, g: p.expected_events(
                "A", e, g, scenario.run.luminosity_fb, efficiency="unity"
            ),
            line.points[:, 0],
            line.points[:, 1],
        )
        # The contour's own accuracy: ln(N) to 1e-4 at its points.
        assert events == pytest.approx(np.full(len(events), result.n_limit / 0.05), rel=2e-3)
    # The line of efficiency 1 is the contour of a run without.
    assert len(result.unity) == len(every.contour)
    for one, other in zip(result.unity, every.contour, strict=True):
        assert one.points == pytest.approx(other.points, rel=1e-6)
    assert every.unity == []
    lowest = [
        min(line.points[:, 1].min() for line in lines) for lines in (result.contour, result.unity)
    ]
    # The lifetime follows epsilon g_D: along the best one N is proportional to epsilon^2.
    assert lowest[0] / lowest[1] == pytest.approx(0.05**-0.5, rel=0.01)
    text = tables(result)["contours.csv"]
    assert "\nexclusion-unity,0," in text
    assert "# efficiency: simulated (timed)\n" in text
    assert "exclusion-unity" not in tables(every)["contours.csv"]
    summary = result.summary()
    assert summary["efficiency"]["detectors"]["A"]["efficiency"] == 0.05
    assert len(summary["contour_unity"]) == len(result.unity)
    assert "efficiency_map" in [each["name"] for each in summary["tables"]]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["detector of 0.2 x 0.3 x 1.32 m is used for B"]),
        (
            {"stack.plate": "1 mm", "stack.mpgd": "0 mm"},
            ["other values of stack.mpgd, stack.plate"],
        ),
        ({"emulsion.grain_density": 30}, ["other values of emulsion.grain_density"]),
        ({"reconstruction.fibre_veto": "all"}, ["other values of reconstruction.fibre_veto"]),
        (
            {"reconstruction.four_dimensional": True},
            ["other values of reconstruction.four_dimensional"],
        ),
        ({"stack.blocks": 30, "stack.film": "50 um", "geant4.data": "stand-in"}, []),
        (
            {"model.m_aprime": 9.8, "model.m1": 5.5, "model.m2": 4.2},
            ["all hadrons", "pairs of pions"],
        ),
        (
            {"model.m_aprime": 9.8, "model.m1": 7.0, "model.m2": 2.0},
            ["decays to taus count as lost"],
        ),
    ],
)
def test_what_does_not_fit_is_told(values, words):
    scenario = load_scenario("belle2-forward").with_values({"run.signal": ["A", "B"], **values})
    told = " ".join(flags(scenario, mass_point(scenario)))
    for phrase in words:
        assert phrase in told
    assert ("other values" in told) == any("other values" in phrase for phrase in words)
    assert "is used for A" not in told


def test_settings_survive_the_header():
    plain = load_scenario("belle2-forward").to_dict()
    line = settings_text(plain)
    assert "\n" not in line
    table = shipped()
    bare = EfficiencyMap(table.channels, table.edges, table.tried, table.passed, {"settings": line})
    assert differences(read_csv(csv_of(bare)), plain) == []


def test_directions_without_nodes_at_the_end() -> None:
    """Near threshold the last directions of a box can lie beyond the cone of the excited states."""
    scenario = load_scenario(
        "belle2-forward-beams",
        {
            "run.efficiency": "simulated",
            "run.production": "off-shell",
            "model.m_aprime": 14.0,
            "model.m1": 5.78471,
            "model.m2": 4.78471,
            "detectors.A.position": [2.0686, 0.0, 6.6874],
            "run.signal": "A",
        },
    )
    fraction = float(mass_point(scenario).detected_fraction("A", 1e-3, 0.1))
    assert 0.0 <= fraction <= 1.0
