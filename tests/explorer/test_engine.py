"""What the page is sent is what the library computes."""

import json

import numpy as np
import pytest

import wayside
from wayside.errors import InputError
from wayside.explorer.details import distributions
from wayside.explorer.engine import Engine
from wayside.explorer.state import State
from wayside.explorer.superseded import NoLongerWanted
from wayside.scenario import load_scenario

BASE = "belle2-forward"
QUERY = State(BASE, {"plane.points": 40}).query()


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine((BASE,))


def points(paths) -> np.ndarray:
    return np.stack([np.concatenate(paths["xs"]), np.concatenate(paths["ys"])], axis=1)


def test_exact_lines_are_those_of_reach(engine: Engine) -> None:
    scenario = engine.state(QUERY).scenario()
    sent = engine.exact(scenario)
    result = wayside.reach(scenario)
    assert sent["exact"]
    for name, lines in (
        ("contour", result.contour),
        ("discovery", result.discovery),
        ("approximate", result.approximate),
    ):
        np.testing.assert_array_equal(
            points(sent["lines"][name]), np.concatenate([line.points for line in lines])
        )
    for key, lines in result.existing.items():
        assert len(sent["borders"][key]["xs"]) == len(lines)
    relic = engine.relic(scenario)["relic"]
    np.testing.assert_array_equal(
        points(relic["lines"]), np.concatenate([b.line.points for b in result.relic.branches])
    )
    before = engine.relic_preview(scenario)["relic"]
    assert before["known"]
    assert len(before["lines"]["xs"]) == len(relic["lines"]["xs"])
    json.dumps({"exact": sent, "relic": relic, "before": before}, allow_nan=False)


@pytest.mark.parametrize(
    "changes",
    [{}, {"run.luminosity_fb": "500"}, {"model.m_aprime": "8.4"}, {"run.background": "9"}],
)
def test_preview_is_near(engine: Engine, changes: dict[str, str]) -> None:
    """Off by a small part of a grid step: the events on the preview's line are the limit."""
    applied = engine.applied(QUERY, {"run.radiation": "one-photon", **changes})
    assert not applied.errors
    sent = engine.preview(applied.scenario, events=True)
    assert not sent["exact"]
    assert not sent["one_photon"]
    x, epsilon = points(sent["lines"]["contour"]).T
    scenario, point = applied.scenario, wayside.mass_point(applied.scenario)
    found = point.expected_events("A", epsilon, x, scenario.run.luminosity_fb)
    limit = wayside.reach(scenario).n_limit
    # A step of the grid is a factor 1.12 in epsilon, and yields go with up to its fourth power
    # and, where flights are short, exponentially.
    assert np.median(np.abs(np.log(found / limit))) < 0.01
    assert np.max(np.abs(np.log(found / limit))) < 0.5
    json.dumps(sent, allow_nan=False)


def test_preview_has_one_photon_until_yields_with_all_are_there() -> None:
    """And says so; the lines that follow, and previews after them, have all photons."""
    engine = Engine((BASE,))
    scenario = engine.state(QUERY).scenario()
    one = scenario.with_values({"run.radiation": "one-photon"})
    first = engine.preview(scenario)
    assert first["one_photon"]
    assert first["lines"]["contour"] == engine.preview(one)["lines"]["contour"]
    engine.exact(scenario)
    then = engine.preview(scenario)
    assert not then["one_photon"]
    x, epsilon = points(then["lines"]["contour"]).T
    events = wayside.mass_point(scenario).expected_events(
        "A", epsilon, x, scenario.run.luminosity_fb
    )
    assert np.median(np.abs(np.log(events / wayside.reach(scenario).n_limit))) < 0.01


def test_glance_is_the_point_report(engine: Engine) -> None:
    scenario = load_scenario(BASE, {"model.epsilon": 3e-4, "model.g_d": 0.2})
    rows = dict(engine.glance(scenario, 0.2, 3e-4)["rows"])
    report = wayside.point_report(scenario)
    assert rows["expected events"] == f"{report['expected_events']:.4g}"
    assert rows["cτ"] == f"{report['phi1']['ctau_m']:.4g} m"
    assert rows["mean flight length"] == f"{report['phi1']['mean_flight_m']:.4g} m"
    assert rows["relic density Ωh²"] == f"{report['relic']['omega_h2']:.4g}"
    produced = report["production"]["cross_section_fb"]
    produced *= report["production"]["processes"][0]["branching_ratio"]
    assert rows["cross-section × branching ratio"] == f"{produced:.4g} fb"
    assert rows["A: acceptance"] == f"{report['detectors'][0]['hit_probability']:.4g}"
    assert rows["decays to mu"] == f"{report['phi1']['branching_ratios']['mu']:.3g}"


@pytest.mark.parametrize("kind", ["epsilon-g_d", "epsilon-m2", "epsilon-delta"])
def test_pointing_moves_the_point_and_nothing_else(engine: Engine, kind: str) -> None:
    query = State(BASE, {"plane.kind": kind}).query()
    x = {"epsilon-g_d": 0.3, "epsilon-m2": 3.6, "epsilon-delta": 0.2}[kind]
    applied = engine.applied(query, engine.pinned(query, x, 2e-4))
    assert not applied.errors
    assert engine.page(applied)["point"] == pytest.approx({"x": x, "y": 2e-4}, rel=1e-5)
    before = engine.preview(engine.state(query).scenario())
    after = engine.preview(applied.scenario)
    assert after["x"]["high"] == pytest.approx(before["x"]["high"], rel=1e-4)
    for side in (np.min, np.max):
        np.testing.assert_allclose(
            side(points(after["lines"]["contour"]), axis=0),
            side(points(before["lines"]["contour"]), axis=0),
            rtol=1e-3,
        )


CHANGES = {
    "run.recast": "printed",
    "run.confidence_level": "0.95",
    "run.luminosity_fb": "700",
    "model.g_d": "0.2",
    "model.m_aprime": "8.1",
    "model.splitting": "0.5",
    "collider.electron_energy": "6.0",
    "detectors.A.size[0]": "0.5",
}


@pytest.mark.parametrize("kind", ["epsilon-g_d", "epsilon-m2"])
@pytest.mark.parametrize("key", CHANGES)
def test_what_is_kept_is_what_would_be_made_anew(engine: Engine, kind: str, key: str) -> None:
    """Planes, searches over them and the scenario before a change are kept from others."""
    # With all photons what is kept has them, and what is made anew for a preview has one.
    query = State(BASE, {"plane.kind": kind, "run.radiation": "one-photon"}).query()
    engine.preview(engine.applied(query, {}).scenario)
    applied = engine.applied(query, {key: CHANGES[key]})
    assert not applied.errors
    assert applied.scenario == applied.state.scenario()
    assert engine.preview(applied.scenario) == Engine((BASE,)).preview(applied.scenario)


def test_prepared_previews_are_those_made_anew() -> None:
    """And the curves that they need are there."""
    engine, values = Engine((BASE,)), {"run.efficiency": "simulated", "run.radiation": "one-photon"}
    query = State(BASE, values).query()
    engine.prepare(engine.applied(query, {}).scenario)
    for name in ("auto", "vertex", "timed", "search"):
        scenario = engine.applied(query, {"run.selection": name}).scenario
        centre = engine._preview_planes.plane_of(scenario).centre
        assert "_curves" in vars(centre.detected("A"))
        assert engine.preview(scenario) == Engine((BASE,)).preview(scenario)
    calls = iter([False] * 3)
    with pytest.raises(NoLongerWanted):
        Engine((BASE,)).prepare(scenario, lambda: next(calls, True))


def test_what_is_refused_leaves_the_rest(engine: Engine) -> None:
    applied = engine.applied(
        QUERY, {"model.m1": "banana", "run.luminosity_fb": "3 ab^-1", "model.epsilon": "2"}
    )
    assert set(applied.errors) == {"model.m1", "model.epsilon"}
    assert applied.errors["model.m1"].startswith("model.m1 = 'banana': must be an energy")
    assert applied.state.values == {"plane.points": 40, "run.luminosity_fb": "3 ab^-1"}
    assert applied.scenario == applied.state.scenario()


def test_single_particle(engine: Engine) -> None:
    state = State(
        "gazelle",
        {
            "model.kind": "dark-photon", "model.mass": 0.3, "model.epsilon": 1e-5,
            "plane.points": 20,
        },
    )  # fmt: skip
    applied = engine.applied(state.query(), {})
    page, sent = engine.page(applied), engine.preview(applied.scenario)
    assert page["point"] == {"x": 0.3, "y": 1e-5}
    assert sent["borders"] == {}
    assert engine.relic(applied.scenario) == {"relic": None}
    assert engine.relic_preview(applied.scenario) == {"relic": None}
    rows = dict(engine.glance(applied.scenario, 0.3, 1e-5)["rows"])
    report = wayside.point_report(applied.scenario)
    assert float(rows["expected events"]) == pytest.approx(report["expected_events"], rel=1e-3)
    json.dumps({"page": page, "plane": sent}, allow_nan=False)
    found = distributions(applied.scenario)
    assert found["histograms"][0]["title"] == "energy of the A' [GeV]"
    for histogram in found["histograms"]:
        assert np.all(np.diff(histogram["edges"]) > 0.0)
        assert sum(histogram["events"]) == pytest.approx(report["expected_events"], rel=1e-3)
    assert sum(found["channels"].values()) == pytest.approx(1.0)


def test_no_longer_wanted(engine: Engine) -> None:
    scenario = engine.state(QUERY).scenario()
    for question in (engine.exact, engine.relic):
        with pytest.raises(NoLongerWanted):
            question(scenario, superseded=lambda: True)
    columns = load_scenario(BASE, {"plane.kind": "epsilon-m2", "plane.points": 20})
    calls = iter([False] * 5)
    with pytest.raises(NoLongerWanted):  # in the midst of the columns
        engine.exact(columns, superseded=lambda: next(calls, True))


def test_unknown_scenarios_are_not_read(engine: Engine) -> None:
    with pytest.raises(InputError, match="not one that the explorer was started with"):
        engine.state("scenario=%2Fetc%2Fpasswd")
