"""Results in axes, data frames, data sets and histograms of the caller's."""

import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from reference.background_sources import few_sources

import wayside
from wayside.errors import InputError
from wayside.placement.grid import Grid
from wayside.placement.place import place
from wayside.plotting.look import Look
from wayside.results.placement import placement_result
from wayside.results.reach import Reach
from wayside.results.relic import RelicPlane
from wayside.results.saving import Plotted, Saved
from wayside.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return wayside.load_scenario("belle2-central", {"plane.points": 20})


@pytest.fixture(scope="module")
def reach(scenario: Scenario) -> Reach:
    made = wayside.reach(scenario)
    assert isinstance(made, Reach)
    return made


def axes() -> Axes:
    return Figure().add_subplot(1, 2, 2)


def lines(drawn: Axes) -> int:
    return len(drawn.lines) + len(drawn.patches) + len(drawn.collections)


def test_reach(reach: Reach, tmp_path: Path) -> None:
    ours = axes()
    assert reach.plot(ours) is ours
    ends = [line.points for line in reach.contour]
    drawn = [np.column_stack(line.get_data()) for line in ours.lines]
    assert all(any(np.array_equal(end, line) for line in drawn) for end in ends)
    fewer = reach.plot(axes(), look=Look(hide=("limits", "relic")))
    assert lines(fewer) < lines(ours)
    with pytest.raises(InputError, match="no layer"):
        reach.plot(axes(), look=Look(hide=("x",)))
    limit = tmp_path / "own.csv"
    limit.write_text("g_d,epsilon\n0.01,1e-3\n1,1e-3\n")
    more = reach.plot(axes(), look=Look(limits=(f"mine={limit}",)))
    assert len(more.lines) == len(ours.lines) + 1
    legend = more.get_legend()
    assert legend is not None
    assert "mine" in [text.get_text() for text in legend.get_texts()]


def test_current_axes(reach: Reach) -> None:
    figure, ours = pyplot.subplots()
    try:
        assert reach.plot() is ours
    finally:
        pyplot.close(figure)


def test_others(scenario: Scenario) -> None:
    plane = wayside.relic_plane(scenario)
    assert isinstance(plane, RelicPlane)
    results: list[Plotted] = [
        wayside.point_report(scenario),
        wayside.relic(scenario),
        plane,
        wayside.background(wayside.load_scenario("belle2-forward"), few_sources, points=9),
        wayside.scan_keys(scenario, {"model.epsilon": [1e-4, 1e-3, 1e-2]}, ["events", "ctau"]),
        wayside.compare([scenario, scenario.with_values({"run.luminosity_fb": 10.0})], ["a", "b"]),
    ]
    for result in results:
        drawn = result.plot(axes())
        assert lines(drawn) > 0, result
        assert drawn.get_xlabel() or drawn.get_ylabel()


def test_places_by_detector(scenario: Scenario) -> None:
    """The colours of the map are the best values over distances; stars and point are marked."""
    names = list(scenario.detectors)
    small = Grid((6, 4, 2), (3.0, 9.0))
    result = placement_result([place(scenario, name, grid=small, count=2) for name in names])
    for number, (name, one) in enumerate(zip(names, result.placements, strict=True)):
        drawn = result.plot(axes(), detector=name)
        (mesh,) = [each for each in drawn.collections if isinstance(each, QuadMesh)]
        found = np.ma.filled(np.ma.asarray(mesh.get_array()), np.nan)
        best = np.max(one.values.reshape(6, 4, 2), axis=2)
        np.testing.assert_array_equal(found, np.where(best > 0.0, best, np.nan))
        assert len(drawn.lines) == len(one.best) + 1
        assert len(drawn.figure.axes) == 2, "the map and its bar"
        if number == 0:
            assert lines(result.plot(axes())) == lines(drawn)
    with pytest.raises(InputError, match=r'no map of detector "x"; there are A'):
        result.plot(axes(), detector="x")


def test_design_by_name() -> None:
    pytest.importorskip("optuna")
    scenario = wayside.load_scenario("belle2-forward")
    settings = wayside.DesignSettings(cost_is_objective=True)
    vary = {"detectors.A.position.0": (0.6, 1.4)}
    result = wayside.design(scenario, vary, settings, evaluations=8)
    search = result.plot(axes())
    (dots,) = [line for line in search.lines if line.get_label() == "allowed designs"]
    values = [trial.value for trial in result.design.trials if trial.allowed]
    assert np.array_equal(dots.get_ydata(), values)
    (front,) = [
        line for line in result.plot(axes(), name="front").lines if line.get_marker() == "*"
    ]
    assert result.best is not None
    assert front.get_ydata() == [result.best.value]
    with pytest.raises(InputError, match=r'no figure "x"; there are search'):
        result.plot(axes(), name="x")


def test_scan_by_name(scenario: Scenario) -> None:
    scan = wayside.scan_keys(scenario, {"model.epsilon": [1e-4, 1e-3]}, ["events", "ctau"])
    assert "m" in scan.plot(axes(), name="ctau").get_ylabel()
    with pytest.raises(InputError, match=r'no drawing of "x"; there are events, ctau'):
        scan.plot(axes(), name="x")


def test_frames(reach: Reach, scenario: Scenario) -> None:
    """Frames hold what the files hold."""
    contours = reach.to_pandas()
    ours = contours[contours["contour"] == "exclusion"]
    points = np.concatenate([line.points for line in reach.contour])
    np.testing.assert_allclose(ours[["g_d", "epsilon"]], points, rtol=1e-9)
    assert contours.attrs["scenario"] == "belle2-central"
    yields = reach.to_pandas("yields.csv")
    np.testing.assert_allclose(yields["events_signal"], reach.total.ravel(), rtol=1e-9)
    with pytest.raises(InputError, match=r"no table x; there are: contours\.csv, yields\.csv"):
        reach.to_pandas("x")
    results: list[Saved] = [wayside.point_report(scenario), wayside.relic(scenario)]
    for result in results:
        assert len(result.to_pandas()) > 2


def test_grid(reach: Reach) -> None:
    grid = reach.to_xarray()
    assert grid["events_signal"].dims == ("epsilon", "g_d")
    one = grid.sel(epsilon=reach.plane.epsilon.values[3], g_d=reach.plane.x.values[5])
    assert float(one["events_signal"]) == reach.total[3, 5]
    assert grid.attrs["scenario"] == "belle2-central"


def test_grid_of_a_scan(scenario: Scenario) -> None:
    from wayside.scanning.axes import grid_axis
    from wayside.scanning.designs import Grid

    texts = ("model.epsilon=1e-4:1e-3:3:log", "model.g_d=0.1:0.5:2")
    scan = wayside.scan_keys(scenario, Grid(tuple(map(grid_axis, texts))), ["events"])
    grid = scan.to_xarray()
    for number in range(len(scan)):
        at = {key: scan[key][number] for key in ("model.epsilon", "model.g_d")}
        assert float(grid.sel(at)["events_signal"]) == scan["events_signal"][number]
    table = wayside.scan_keys(scenario, {"model.epsilon": [1e-4]}, ["events"])
    with pytest.raises(InputError, match="only a complete scan over a grid"):
        table.to_xarray()


def test_histograms(scenario: Scenario) -> None:
    report = wayside.point_report(scenario)
    for detector in report["detectors"]:
        histogram = report.to_hist()[detector["name"]]
        total = sum(detector["arrival_histogram"]["decay_probability"])
        assert histogram.sum() == pytest.approx(total)


def test_what_is_not_installed(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, call in (("pandas", reach.to_pandas), ("xarray", reach.to_xarray)):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(InputError, match=rf'{name} is not installed: pip install "wayside'):
            call()
