"""Results of a scenario's point and plane that save themselves."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from reference.background_sources import few_sources

import wayside
from wayside.errors import FigureWarning
from wayside.results.saving import Drawing, save_figures
from wayside.scenario import Scenario
from wayside.sensitivity.point import point_report
from wayside.sensitivity.result import Reach, reach


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return wayside.load_scenario(
        "belle2-central", {"plane.points": 20, "run.radiation": "one-photon"}
    )


def test_reach(scenario: Scenario, tmp_path: Path) -> None:
    """The face over the computation changes nothing of it, and adds figure and files."""
    result = wayside.reach(scenario)
    assert isinstance(result, Reach)
    assert repr(result) == repr(reach(scenario))
    written = result.save(tmp_path / "new")
    assert [path.name for path in written] == [
        "contours.csv", "yields.csv", "result.json", "workspace.json", "result.npz",
        "reach.png", "reach.pdf", "provenance.json",
    ]  # fmt: skip
    assert json.loads(written[2].read_text())["n_limit"] == result.n_limit
    assert result._repr_html_().startswith("<div><img")


def test_own_epsilon_moves_no_contour(scenario: Scenario) -> None:
    """Epsilon is an axis: the scenario's own one only raises flags."""
    here = wayside.reach(scenario)
    there = wayside.reach(scenario.with_values({"model.epsilon": 3e-2}))
    assert [line.points.tolist() for line in here.contour] == [
        line.points.tolist() for line in there.contour
    ]
    assert set(here.flags) != set(there.flags) or here.flags == there.flags


def test_point(scenario: Scenario, tmp_path: Path) -> None:
    report = wayside.point_report(scenario)
    assert report == point_report(scenario)
    assert repr(report).startswith("<point of belle2-central: ")
    names = [path.name for path in report.save(tmp_path)]
    assert names == [
        "arrivals.csv", "point.json", "result.npz", "arrivals.png", "arrivals.pdf",
        "provenance.json",
    ]  # fmt: skip


def test_relic(scenario: Scenario, tmp_path: Path) -> None:
    freeze_out = wayside.relic(scenario)
    assert repr(freeze_out).startswith("<relic density of belle2-central: Omega h^2 = ")
    names = [path.name for path in freeze_out.save(tmp_path)]
    assert names == [
        "freeze-out.csv", "result.npz", "freeze-out.png", "freeze-out.pdf", "provenance.json",
    ]  # fmt: skip
    plane = wayside.relic_plane(scenario)
    assert repr(plane).startswith("<relic density of belle2-central: ")
    assert [path.name for path in plane.save(tmp_path)] == [
        "relic-line.csv", "result.npz", "relic-line.png", "relic-line.pdf", "provenance.json",
    ]  # fmt: skip
    assert plane.summary()["axes"] == [plane.plane.x.name, "epsilon"]


def test_background(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wayside.plotting import background_figures
    from wayside.plotting.budget import budget_figure

    monkeypatch.setattr(
        background_figures,
        "background_figures",
        lambda each: [("background", lambda: budget_figure(each))],
    )
    report = wayside.background(wayside.load_scenario("belle2-forward"), few_sources, points=17)
    assert repr(report) == (
        "<background of belle2-forward: 3.4 +- 1.42 events in A,"
        f" N = {report.background.n_limit:.4g}>"
    )
    said: list[str] = []
    names = [path.name for path in report.save(tmp_path, said.append)]
    assert said == ["figure background"]
    assert names == [
        "background.csv", "luminosity.csv", "background.json", "workspace.json", "result.npz",
        "background.png", "background.pdf", "provenance.json",
    ]  # fmt: skip


def test_figures_that_cannot_be_drawn_end(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without Matplotlib, or with one that fails when it is imported: one warning, all tables."""
    report = wayside.point_report(scenario)
    monkeypatch.setitem(sys.modules, "wayside.plotting.files", None)
    with pytest.warns(FigureWarning) as caught:
        written = report.save(tmp_path)
    assert [path.name for path in written] == [
        "arrivals.csv", "point.json", "result.npz", "provenance.json",
    ]  # fmt: skip
    assert len(caught) == 1


def test_drawings_that_break_off(tmp_path: Path) -> None:
    def drawings() -> Iterator[Drawing]:
        yield Drawing("one", lambda: Figure())
        raise ValueError("no more")

    with pytest.warns(FigureWarning, match=r"one: cannot be drawn: ValueError: no more"):
        written = save_figures(tmp_path, drawings())
    assert [path.name for path in written] == ["one.png", "one.pdf"]
