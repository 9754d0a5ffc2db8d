"""Designs of real scenarios: the same numbers as a scan and as `reach`, and what is not allowed."""

import math
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import poisson

from wayside import load_scenario, mass_point
from wayside.designing.assumptions import ASSUMPTIONS, levels
from wayside.designing.evaluation import Evaluator
from wayside.designing.knowledge import known
from wayside.designing.measures import Signal, area, ratio, smallest
from wayside.designing.plan import plan
from wayside.designing.settings import DesignSettings
from wayside.designing.space import dimensions, follow
from wayside.errors import InputError
from wayside.limits.uncertain import upper_limit
from wayside.results.design import design
from wayside.scanning.axes import key_range
from wayside.sensitivity.background import Background
from wayside.sensitivity.plane_axes import G_D

SIMULATED = {"run.background": "simulated", "run.efficiency": "simulated"}


def background(value: float, error: float) -> Background:
    return Background(value, error, "number", 0.9, 50_000.0)


def test_best_depth_and_place_against_a_scan() -> None:
    """At one g_D the smallest epsilon is that of `scan`, and no point of its grid is better.

    The last tenth of a per cent is the interpolation of the last zoom.
    """
    pytest.importorskip("optuna")
    pytest.importorskip("pyarrow")
    from wayside.results.scan import scan_keys

    one = {"run.radiation": "one-photon"}
    scenario = load_scenario("belle2-forward", {"plane.g_d": [0.999, 1.001], **one})
    x = "detectors.A.position.0"
    result = design(scenario, {x: (0.4, 2.0)}, evaluations=24)
    best = result.best
    assert best is not None
    grid = np.linspace(0.4, 2.0, 13)
    points = np.append(grid, best.values[x])
    least = scan_keys(scenario, {x: points}, ["epsilon_min"])["epsilon_min"]
    assert best.value == pytest.approx(float(least[-1]), rel=2e-3)
    assert best.value < 1.003 * float(np.nanmin(least))
    assert abs(best.values[x] - grid[int(np.nanargmin(least[:-1]))]) < 0.14


def test_measures_against_brute_force() -> None:
    """On a grid ten times as fine in both couplings."""
    scenario = load_scenario("belle2-forward-beams")
    point = mass_point(scenario)
    signal, level = Signal(scenario, point), 2.3
    epsilon = np.geomspace(1e-6, 1e-1, 1601)
    g_d = np.geomspace(*G_D, 401)[:, None]
    events = point.expected_events("A", epsilon, g_d, scenario.run.luminosity_fb)
    inside = events > level
    reached = smallest(signal, level)
    step = math.log(epsilon[1] / epsilon[0])
    assert abs(math.log(reached.value / epsilon[inside.any(axis=0)].min())) < 1.01 * step
    at = {name: np.array(value) for name, value in reached.couplings.items()}
    assert float(signal.events(at)) == pytest.approx(level, rel=5e-3)
    cells = np.log10(epsilon[1] / epsilon[0]) * np.log10(g_d[1, 0] / g_d[0, 0])
    assert area(signal, level).value == pytest.approx(float(inside.sum() * cells), rel=0.02)
    assert ratio(signal, level).value == pytest.approx(float(events.max()) / level, rel=0.05)
    assert math.isnan(smallest(signal, 1e9).value)
    assert math.isnan(area(signal, 1e9).value)


def test_assumptions_by_hand() -> None:
    """CLs of the median count of 4, without errors; the less is known the weaker the limit."""
    limits = levels(background(4.0, 0.0))
    assert limits["nominal"] == limits["exact"] == limits["error-doubled"]
    assert limits["none"] == pytest.approx(math.log(10.0))
    cls = brentq(lambda s: poisson.cdf(4, 4.0 + s) / poisson.cdf(4, 4.0) - 0.1, 0.1, 20.0)
    assert limits["nominal"] == pytest.approx(cls, rel=1e-6)
    uncertain = levels(background(4.0, 2.0))
    order = ("none", "exact", "error-halved", "nominal", "error-doubled")
    assert sorted(uncertain[name] for name in order) == [uncertain[name] for name in order]
    assert set(uncertain) == set(ASSUMPTIONS)


def test_numbers_are_those_of_the_scenario() -> None:
    """Background and limit of the pasted scenario, simulated with the selection of the search."""
    scenario = load_scenario("belle2-forward-beams", SIMULATED)
    asked = plan(scenario, [key_range("detectors.A.size.2=0.4:2")])
    assert list(asked.scenario.detectors) == ["A"], "B does not count, and costs time"
    trial = asked.evaluator({"detectors.A.size.2": 0.9})
    assert trial.settings == {"detectors.A.size.2": 0.88, "stack.blocks": 22}
    from wayside.sensitivity.background import expected_background

    pasted = expected_background(scenario.with_values(dict(trial.settings)))
    assert trial.background == pytest.approx(pasted.value, rel=1e-12)
    assert trial.n_limit_median == pytest.approx(pasted.n_limit, rel=1e-9)
    point = mass_point(scenario.with_values(dict(trial.settings)))
    events = point.expected_events("A", **trial.couplings, luminosity_fb=50_000.0)
    assert float(events) == pytest.approx(trial.n_limit, rel=5e-3)
    signal = Signal(scenario.with_values(dict(trial.settings)), point)
    assert trial.median_value == smallest(signal, pasted.n_limit).value


def test_limit_of_the_search_is_the_mean_over_counts() -> None:
    """Summed here over counts; counts above 40 have a probability below 1e-15."""
    value, error = 5.3, 2.1
    counts = np.arange(41)
    limits = upper_limit(counts, value, error, method="cls")
    expected = float(poisson.pmf(counts, value) @ limits)
    mean_limits = levels(background(value, error), "mean")
    assert mean_limits["nominal"] == pytest.approx(expected, rel=1e-7)
    assert mean_limits["none"] == pytest.approx(math.log(10.0))


def test_limit_of_the_search_has_no_steps() -> None:
    """The median count increases at 1.678 expected events (P(N <= 1) = 1/2), its limit by 0.3.

    The mean has a slope there, one signal event for a background event, and no step: equal
    differences of the background change it equally, to the curvature over this interval.
    """
    step = brentq(lambda b: poisson.cdf(1, b) - 0.5, 1.0, 3.0)
    values = step + np.linspace(-0.01, 0.01, 6)
    median, mean = (
        np.array([levels(background(b, 3.0), kind)["nominal"] for b in values])
        for kind in ("median", "mean")
    )
    assert np.max(np.diff(np.log(median))) > 0.2
    differences = np.diff(mean)
    assert np.all(differences > 0.0)
    assert np.ptp(differences) < 0.02 * differences.mean()


def test_blocks_fill_the_depth() -> None:
    scenario = load_scenario("belle2-forward")
    deep = follow(scenario.with_values({"detectors.A.size.2": 2.0}), ["detectors.A.size.2"])
    assert (deep.stack.blocks, deep.detectors["A"].size[2]) == (50, 2.0)
    few = follow(scenario.with_values({"stack.blocks": 10}), ["stack.blocks"])
    assert few.detectors["A"].size[2] == pytest.approx(0.4)
    wide = follow(scenario.with_values({"stack.plate": 1e-3}), ["stack.plate"])
    assert wide.stack.blocks == int(1.32 / 0.06)
    assert follow(scenario, ["stack.shield"]) is scenario
    with pytest.raises(InputError, match=r"detectors\.A: 0\.03 m hold no block of 0\.04 m"):
        follow(scenario.with_values({"detectors.A.size.2": 0.03}), ["detectors.A.size.2"])


def test_the_hall_is_respected() -> None:
    """A detector in a body of the hall is refused, and tungsten for which there is no room."""
    scenario = load_scenario("belle2-forward-beams", {"hall.preset": "belle2"})
    tried = Evaluator(scenario.to_dict())
    inside = tried({"detectors.A.position.0": 2.3})
    assert not inside.allowed
    assert "stands in" in inside.reason
    thick = tried({"shielding.tungsten": 6.9})
    assert not thick.allowed
    assert "too thick for what is free" in thick.reason
    assert thick.violation < inside.violation
    assert tried({"shielding.tungsten": 1.3}).allowed


def test_cost_is_a_limit_and_nothing_excluded_is_no_answer() -> None:
    plain = load_scenario("belle2-forward").to_dict()
    free = Evaluator(plain)({"detectors.A.size.2": 1.0})
    half = DesignSettings(most_cost=0.5 * free.cost)
    dear = Evaluator(plain, half)({"detectors.A.size.2": 1.0})
    assert dear.violation == pytest.approx(math.log(2.0))
    assert dear.value == free.value
    far = Evaluator(plain)({"detectors.A.position.2": 5000.0})
    assert math.isnan(far.value)
    assert "nothing is excluded" in far.reason
    assert far.violation > 0.0
    ratios = Evaluator(plain, DesignSettings(objective="ratio"))
    assert ratios({"detectors.A.position.2": 5000.0}).allowed


def test_what_was_simulated() -> None:
    values = {
        **SIMULATED,
        "detectors.A.size": [0.15, 0.3, 1.32],
        "stack.shield": 0.3,
        "stack.mpgd": 0.012,
        "site.film_replacement": 3652.5,
        "site.overburden": 0.0,
    }
    scenario = load_scenario("belle2-forward-beams", {**values, "run.signal": ["A"]})
    keys = (
        *("detectors.A.size.0", "detectors.A.size.2", "stack.shield", "stack.mpgd", "stack.plate"),
        *("stack.fibre_planes", "site.film_replacement", "shielding.tungsten"),
        "detectors.A.position.2",
    )
    statuses = {key: one.status for key, one in known(scenario, keys).items()}
    assert statuses == {
        "detectors.A.size.0": "extrapolated",
        "detectors.A.size.2": "law",
        "stack.shield": "extrapolated",
        "stack.mpgd": "extrapolated",
        "stack.plate": "computed",
        "stack.fibre_planes": "computed",
        "site.film_replacement": "extrapolated",
        "shielding.tungsten": "computed",
        "detectors.A.position.2": "computed",
    }
    timed = scenario.with_values({"run.selection": "timed"})
    assert known(timed, ["stack.fibre_planes"])["stack.fibre_planes"].status == "extrapolated"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model.epsilon=1e-5:1e-3", "model.epsilon: not for a design to choose"),
        ("plane.points=20:30", "plane.points: not for a design to choose"),
        ("stack.blocks=5:10.5", "stack.blocks from 5 to 10.5: whole numbers only"),
        ("run.efficiency=0:1", "run.efficiency: must be a key of one number"),
        ("stack.blcks=5:10", 'stack.blcks: unknown key; did you mean "stack.blocks"?'),
    ],
)
def test_keys_that_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match="^" + words.replace(".", r"\.").replace("?", r"\?")):
        dimensions(load_scenario("belle2-forward"), [key_range(text)])


def test_plans_that_are_refused() -> None:
    scenario = load_scenario("belle2-forward")
    depth = [key_range("detectors.A.size.2=0.4:2")]
    with pytest.raises(InputError, match="a design needs a key"):
        plan(scenario, [])
    with pytest.raises(InputError, match="is to vary twice"):
        plan(scenario, depth * 2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"objective": "x"}, "objective = 'x': must be one of epsilon_min"),
        ({"background": "x"}, "background = 'x': must be one of nominal"),
        ({"sampler": "x"}, "sampler = 'x': must be one of tpe"),
        ({"statistic": "x"}, "statistic = 'x': must be one of median, asimov, mean"),
        ({"most_cost": 0.0}, "most cost = 0: must be above 0"),
        ({"tolerance": -0.1}, "tolerance = -0.1: must be 0 or more, and below 1"),
    ],
)
def test_settings_that_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        DesignSettings(**settings)


def test_luminosity_follows_the_exposure() -> None:
    """Half of the time has half of the collisions; both are settings to paste."""
    scenario = load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    evaluator = Evaluator(scenario.to_dict(), priced=False)
    own, half = scenario.site.exposure, 0.5 * scenario.site.exposure
    luminosity = scenario.run.luminosity_fb
    made = evaluator.scenario({"site.exposure": half})
    assert (made.site.exposure, made.run.luminosity_fb) == (half, 0.5 * luminosity)
    shorter = evaluator({"site.exposure": half})
    assert shorter.settings["run.luminosity_fb"] == 0.5 * luminosity
    assert shorter.value > evaluator({"site.exposure": own}).value
    both = evaluator.scenario({"site.exposure": half, "run.luminosity_fb": luminosity})
    assert both.run.luminosity_fb == luminosity
    pasted = scenario.with_values([f"{key}={value!r}" for key, value in shorter.settings.items()])
    assert pasted.to_dict() == made.to_dict()
