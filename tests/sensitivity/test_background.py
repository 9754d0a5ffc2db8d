"""The background of a scenario, and what it does to limits as luminosity grows."""

import json
import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from reference.background_sources import few_sources, no_vertices

from wayside.backgrounds.budget import budget
from wayside.backgrounds.counts import Count
from wayside.backgrounds.fake_counts import Contribution
from wayside.limits import control as two_detectors
from wayside.limits import statistics, uncertain
from wayside.limits.control import Control
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity import background as background_module
from wayside.sensitivity.background import (
    ASSUMED_NONE,
    Background,
    control_of,
    expected_background,
    simulated_background,
)
from wayside.sensitivity.background_report import BackgroundReport, background_report
from wayside.sensitivity.luminosity import luminosity_scan
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import reach


def scenario(**changes: object) -> Scenario:
    return load_scenario("belle2-forward", changes)


@pytest.fixture(scope="module")
def report() -> BackgroundReport:
    return background_report(scenario(), few_sources, 33)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_module, "budget", partial(budget, find=few_sources))


def test_a_number_is_taken_as_it_is() -> None:
    background = expected_background(
        scenario(**{"run.background": 2.0, "run.background_error": 0.7})
    )
    assert (background.value, background.error, background.kind, background.flags) == (
        2.0,
        0.7,
        "number",
        (),
    )
    assert background.n_limit == float(uncertain.upper_limit(2, 2.0, 0.7, method="cls"))
    assert background.n_limit_with_more == float(uncertain.upper_limit(3, 2.7, 0.7, method="cls"))
    assert background.n_discovery == uncertain.discovery_signal(2.0, 0.7)


@pytest.mark.usefixtures("simulated")
def test_simulated() -> None:
    timed = {"run.background": "simulated", "run.selection": "timed"}
    background = expected_background(scenario(**timed))
    assert background.value == pytest.approx(3.4)
    assert background.error == pytest.approx(
        math.hypot(math.hypot(0.1, 1.0, 0.1), math.hypot(0.1, 1.0))
    )
    assert background.kind == "simulated"
    assert background.flags == ("background not counted: photons",)
    other = expected_background(
        scenario(**{"run.background": "simulated", "run.selection": "vertex"})
    )
    assert other.value == pytest.approx(30_006.0)
    both = scenario(**{**timed, "run.signal": ["A", "B"]})
    assert expected_background(both).value == pytest.approx(3.4 * 2.3)


def test_fakes_behind_another_lead_are_flagged() -> None:
    """Sources that are extrapolated say so, in the result and once for all of them."""
    scenario_ = scenario()
    parts = [
        replace(part, outside=("50 cm of lead: a law",) if k < 2 else ())
        for k, part in enumerate(few_sources(scenario_, "A"))
    ]
    flags = simulated_background(scenario_, budget(scenario_, lambda *_: parts)).flags
    assert [flag for flag in flags if "lead" in flag] == [
        "extrapolated: 50 cm of lead: a law (cosmic muons, K_L0 from the collision point)"
    ]
    few = scenario(**{"detectors.A.size": [0.2, 0.3, 1.0]})
    flags = simulated_background(few, budget(few, few_sources)).flags
    assert "A: 25 of 33 blocks fit into 1 m" in flags


def test_nothing_counted_is_not_no_background() -> None:
    background = simulated_background(scenario(), budget(scenario(), no_vertices))
    assert background.value == 0.0
    assert math.isnan(background.zero_until())
    assert background.summary()["zero_background_until_fb"] is None
    assert background.flags == ("background not counted: photons",)


def test_nothing_seen_in_a_simulation_has_an_error() -> None:
    only = budget(scenario(), lambda *given: few_sources(*given)[2:3])
    background = simulated_background(scenario(), only)
    assert (background.value, background.error) == (0.0, pytest.approx(0.1))
    assert "0 +- 0.1" in background.flags[0]
    assert background.n_limit == pytest.approx(math.log(10))
    assert math.isinf(background.zero_until())
    # One event's worth of simulation more would end it.
    assert background.zero_until(more=1.0) == pytest.approx(50_000.0 * 1.58, rel=0.02)


def test_a_background_that_is_not_known_is_told() -> None:
    def make(case: Scenario, name: str) -> list[Contribution]:
        first, _, third, _ = few_sources(case, name)
        assert third.vertices is not None
        poor = replace(third, vertices={**third.vertices, "timed": Count(0.0, 0.5)})
        return [first, poor]

    background = simulated_background(scenario(), budget(scenario(), make))
    assert background.error > background.value > 0.0
    assert background.flags == (
        "background less well known than it is large, most of all fast neutrons from the rock"
        " above",
    )


def test_no_background_is_an_assumption() -> None:
    none = expected_background(scenario(**{"run.background": 0.0}))
    assert none.assumed_none
    assert none.flags == (ASSUMED_NONE,)
    for given in ({"run.background": 2.0}, {"run.background_error": 0.5}):
        other = expected_background(scenario(**given))
        assert not other.assumed_none
        assert other.flags == ()


def test_how_far_zero_background_holds() -> None:
    background = Background(0.8, 0.24, "number", 0.9, 1000.0)
    until = background.zero_until()
    # Where the mean of the limits is 10 per cent above that without background, by its own sum.
    factor = until / 1000.0
    n = np.arange(12)
    b = 0.8 * factor
    chance = np.exp(-b) * b**n / np.array([math.factorial(k) for k in n])
    mean = chance @ uncertain.upper_limit(n, b, 0.3 * b, method="cls")
    assert mean == pytest.approx(1.1 * math.log(10), rel=1e-6)
    assert background.zero_until(more=1.0) < until
    assert Background(0.0, 0.0, "number", 0.9, 1000.0).zero_until() == math.inf
    # Ten times the background, a tenth of the luminosity.
    more = Background(8.0, 2.4, "number", 0.9, 1000.0)
    assert more.zero_until() == pytest.approx(until / 10.0)


def test_scan_follows_its_parts(report: BackgroundReport) -> None:
    scan = report.scan
    at = int(np.argmin(np.abs(scan.luminosity_fb - 50_000.0)))
    assert scan.luminosity_fb[at] == pytest.approx(50_000.0, rel=0.2)
    assert scan.luminosity_fb[-1] == pytest.approx(500_000.0)
    np.testing.assert_allclose(scan.background, 3.4 * scan.luminosity_fb / 50_000.0)
    assert np.all(scan.curves["zero"].n_limit == statistics.expected_upper_limit(0.0))
    relative = report.background.relative_error
    for i in range(0, len(scan.background), 8):
        b = float(scan.background[i])
        expected = float(uncertain.expected_upper_limit(b, relative * b))
        assert scan.curves["background"].n_limit[i] == expected
    # Every epsilon is a root of the yield: to the spacing of the grid, along a power law.
    point = mass_point(report.scenario)
    for curve in scan.curves.values():
        reached = np.isfinite(curve.smallest)
        assert 5 < np.count_nonzero(reached) < len(reached)
        events = point.expected_events("A", curve.smallest[reached], 1.0, 1.0)
        np.testing.assert_allclose(
            events * scan.luminosity_fb[reached], curve.n_limit[reached], rtol=1e-3
        )
    most = float(np.max(point.expected_events("A", np.geomspace(1e-6, 0.1, 2000), 1.0, 1.0)))
    for curve in scan.curves.values():
        none = np.isnan(curve.smallest)
        assert np.all(most * scan.luminosity_fb[none] < curve.n_limit[none])


def test_scan_with_a_control(report: BackgroundReport) -> None:
    scan = report.scan
    assert scan.control == "B"
    assert report.control is not None
    assert report.control.background_ratio == pytest.approx(1.3)
    assert report.control.ratio_error == pytest.approx(0.0, abs=1e-12)
    point = mass_point(report.scenario)
    a, b = (float(point.expected_events(name, 1e-4, 1.0, 1.0)) for name in "AB")
    assert report.control.signal_ratio == pytest.approx(b / a, rel=0.02)
    i = len(scan.background) - 1
    epsilon = float(scan.curves["zero"].smallest[i])
    a, b = (float(point.expected_events(name, epsilon, 1.0, 1.0)) for name in "AB")
    expected = two_detectors.expected_upper_limit(
        float(scan.background[i]),
        report.background.relative_error * float(scan.background[i]),
        Control(1.3, b / a),
    )
    assert scan.curves["control"].n_limit[i] == pytest.approx(expected, rel=0.01)
    assert scan.curves["control"].n_limit[i] < 0.7 * scan.curves["background"].n_limit[i]


def test_no_control_without_a_second_detector_or_background() -> None:
    both = scenario(**{"run.signal": ["A", "B"]})
    assert control_of(both, budget(both, few_sources), 0.0) is None
    three = scenario(
        **{
            "run.signal": ["A", "B"],
            "detectors.C.position": [2.0, 0.0, 7.0],
            "detectors.C.size": [0.2, 0.3, 1.32],
        }
    )
    assert control_of(three, budget(three, few_sources), 0.0) is None
    alone = load_scenario("besiii-forward")
    assert control_of(alone, budget(alone, few_sources), 0.0) is None
    nothing = budget(scenario(), no_vertices)
    assert control_of(scenario(), nothing, 0.0) is None
    scan = luminosity_scan(scenario(), Background(0.0, 0.0, "number", 0.9, 50_000.0), nothing)
    assert list(scan.curves) == ["zero", "background"]
    np.testing.assert_array_equal(scan.curves["zero"].smallest, scan.curves["background"].smallest)


def test_report_survives_json(report: BackgroundReport) -> None:
    from wayside.text import json_text

    again = json.loads(json_text(report.summary()))
    assert Scenario.from_dict(again["scenario"]) == report.scenario
    detector = again["detectors"]["A"]
    assert detector["sources"][0]["key"] == "cosmic-muons"
    assert detector["sources"][0]["entering_per_s"] == pytest.approx(1e9 / 3652.5 / 86400.0)
    assert detector["sources"][1]["entering_per_fb"] == pytest.approx(0.02)
    assert detector["sources"][3]["vertices"] is None
    assert detector["total"]["timed"]["value"] == pytest.approx(3.4)
    assert detector["not_counted"] == ["photons"]
    stages = detector["after_each_veto"]
    assert set(stages) == {"cosmic-muons", "klong-ip", "neutron-rock"}
    assert stages["klong-ip"]["quiet"]["value"] == pytest.approx(3e-4)
    assert again["background"]["expected"] == pytest.approx(3.4)
    assert again["control"]["detector"] == "B"
    assert len(again["luminosity"]["curves"]["control"]["n_limit"]) == len(report.scan.background)
    assert again["flags"] == [
        "background not counted: photons",
        "run.background = 0: reach takes that and not this total",
    ]


def test_tables_are_read_by_numpy(report: BackgroundReport) -> None:
    tables = report.tables()
    header = [line for line in tables["background.csv"].splitlines() if line.startswith("#")]
    rows = np.genfromtxt(
        tables["background.csv"].splitlines(), delimiter=",", names=True, dtype=None,
        skip_header=len(header), encoding=None,
    )  # fmt: skip
    assert rows["source"].tolist()[:5] == [
        "cosmic-muons", "klong-ip", "neutron-rock", "beam-photons-of-a-long-name", "total",
    ]  # fmt: skip
    assert rows["timed"][4] == pytest.approx(3.4)
    assert np.isnan(rows["timed"][3])
    header = [line for line in tables["luminosity.csv"].splitlines() if line.startswith("#")]
    columns = np.genfromtxt(
        tables["luminosity.csv"].splitlines(), delimiter=",", names=True, skip_header=len(header)
    )
    np.testing.assert_allclose(columns["luminosity_fb"], report.scan.luminosity_fb, rtol=1e-9)
    np.testing.assert_allclose(
        columns["n_limit_control"], report.scan.curves["control"].n_limit, rtol=1e-9
    )


@pytest.mark.usefixtures("simulated")
def test_contours_move_as_the_limit() -> None:
    small = {"plane.points": 30}
    none = reach(scenario(**small))
    with_background = reach(
        scenario(**{**small, "run.background": "simulated", "run.selection": "timed"})
    )
    wanted = float(uncertain.upper_limit(3, 3.4, with_background.background.error, method="cls"))
    assert with_background.n_limit == pytest.approx(wanted)
    point = mass_point(with_background.scenario)
    for result in (none, with_background):
        g_d, epsilon = result.contour[0].points.T
        events = point.expected_events("A", epsilon, g_d, 50_000.0)
        np.testing.assert_allclose(events, result.n_limit, rtol=1e-3)
    low, high = (each.contour[0].points[:, 1].min() for each in (none, with_background))
    assert high > 1.1 * low
    assert "background not counted: photons" in with_background.flags
    summary = with_background.summary()["background"]
    assert summary["expected"] == pytest.approx(3.4)
    assert summary["error"] == pytest.approx(with_background.background.error)
    assert summary["from"] == "simulated"
    assert summary["n_limit"] == with_background.n_limit < summary["n_limit_one_error_more"]
    assert summary["zero_background_until_fb"] == pytest.approx(
        50_000.0 * uncertain.negligible_background(with_background.background.relative_error) / 3.4
    )
