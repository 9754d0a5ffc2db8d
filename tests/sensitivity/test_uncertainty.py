"""Uncertainties of yields by source, and yields with all photons through the scenario."""

import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.acceptance import radiated
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.inelastic import ScalarInelastic
from wayside.models.protocol import WidthErrors
from wayside.production.radiative_process import RadiativeProcess
from wayside.scenario import Scenario
from wayside.sensitivity.background import expected_background
from wayside.sensitivity.curves import APPROXIMATE, yield_curves
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import reach
from wayside.sensitivity.scan import scan
from wayside.sensitivity.uncertainty import YieldErrors, total, yield_errors

SOURCES = (
    *("numerical", "from_r", "efficiency", "radiation"),
    *("luminosity", "beam_energy", "beam_spot", "total"),
)  # fmt: skip


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("belle2-forward").with_values({"run.radiation": "all"})


@pytest.fixture(scope="module")
def point(scenario: Scenario) -> MassPoint:
    return mass_point(scenario)


def test_total_is_the_quadratic_sum(scenario: Scenario, point: MassPoint) -> None:
    """With all photons the treatment of radiation is the largest but for R."""
    couplings = scenario.model.epsilon, scenario.model.g_d
    budget = YieldErrors(luminosity=0.03).plain(point, "A", *couplings)
    parts = [value for key, value in budget.items() if key != "total"]
    assert sorted(budget) == sorted(SOURCES)
    assert budget["luminosity"] == 0.03
    assert budget["total"] == pytest.approx(math.hypot(*parts), rel=1e-12)
    assert 0.004 <= budget["radiation"] < 0.005


def test_one_photon_has_no_error_of_radiation() -> None:
    """It leaves out more than an error."""
    scenario = load_scenario("belle2-forward", {"run.radiation": "one-photon"})
    couplings = scenario.model.epsilon, scenario.model.g_d
    assert yield_errors(scenario).plain(mass_point(scenario), "A", *couplings)["radiation"] is None


@pytest.mark.parametrize(
    ("beams", "masses", "g_d", "scheme"),
    [
        (Beams.symmetric(10.58), (8.0, 4.341, 3.65), 1.0, 0.004),
        (Beams(7.007, 4.0, 0.083), (8.0, 4.341, 3.65), 1.0, 0.004),
        # 0.14 m.
        (Beams.symmetric(10.58), (8.0, 4.341, 3.65), 6.0, 0.01),
        # The total of the scheme is 2 per cent above the closed form; docs/theory.
        (Beams.symmetric(10.58), (3.1, 1.7, 1.3), 1.0, 0.01995),
    ],
    ids=["equal beams", "boosted", "short-lived", "light mediator"],
)
def test_error_of_the_scheme(
    monkeypatch: pytest.MonkeyPatch,
    beams: Beams,
    masses: tuple[float, float, float],
    g_d: float,
    scheme: float,
) -> None:
    """What docs/theory lists; the quadrature over photons comes on top of it."""
    # Few points: the error of the scheme depends on none.
    monkeypatch.setattr(radiated, "POINTS", 512)
    monkeypatch.setattr(radiated, "POINTS_BOOSTED", 512)
    box = {"A": Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))}
    point = MassPoint(ScalarInelastic(*masses), beams, box, rtol=1e-2, radiation="all")
    ctau = 5.0 / g_d**2
    epsilon = math.sqrt(float(point.ctau(1.0, 1.0)) / 5.0)
    assert float(point.ctau(epsilon, g_d)) == pytest.approx(ctau)
    few = point.acceptances("A").photon_ratio()
    half, quarter = (point.acceptances("A").photon_ratio(few.points // n) for n in (2, 4))
    steps = [abs(float(coarse(ctau)) / float(few(ctau)) - 1.0) for coarse in (half, quarter)]
    step = max(steps[0], steps[1] / 3.0)
    expected = math.hypot(scheme, step)
    error = YieldErrors().plain(point, "A", epsilon, g_d)["radiation"]
    assert error == pytest.approx(expected, rel=5e-3)


def test_error_from_r_is_the_change_of_the_yield(scenario: Scenario, point: MassPoint) -> None:
    """Against yields at the lifetimes that widths a standard deviation apart have."""
    epsilon, g_d = scenario.model.epsilon, scenario.model.g_d
    model, total = point.model, sum(point.excited_width_hats.values())
    assert isinstance(model, WidthErrors)
    shift = model.excited_width_error_hat() / total
    ctau = float(point.ctau(epsilon, g_d))
    ends = [float(point.decay_probability_at("A", ctau / (1.0 + s))) for s in (-shift, shift)]
    width = model.dark_width_hat() * g_d**2 + epsilon**2 * sum(point.visible_width_hats.values())
    branching = epsilon**2 * model.visible_width_error_hat() / width
    expected = 0.5 * abs(math.log(ends[1] / ends[0])) + branching
    budget = YieldErrors().plain(point, "A", epsilon, g_d)
    assert budget["from_r"] == pytest.approx(expected, rel=0.01)


def test_mean_flights_are_of_one_photon(scenario: Scenario, point: MassPoint) -> None:
    """Asked of a mass point with all photons too; a scenario cannot ask for both."""
    with pytest.raises(InputError, match=r"run\.decays = .*run\.radiation = .all.") as caught:
        scenario.with_values({"run.decays": "mean-flight"})
    assert "\n" not in str(caught.value)
    one = mass_point(scenario.with_values({"run.radiation": "one-photon"}))
    for quantity, more in (("expected_events", (1.0,)), ("decay_probability", ())):
        values = [
            getattr(at, quantity)("A", 1e-4, 1.0, *more, decays="mean-flight")
            for at in (point, one)
        ]
        assert values[0] == values[1] > 0.0
    events = [at.expected_events("A", 1e-4, 1.0, 1.0) for at in (point, one)]
    assert events[0] != pytest.approx(events[1], rel=0.05)


def test_what_is_left_open_is_all_photons_where_they_are_known() -> None:
    """Not with mean flights and for single particles; the line of mean flights remains."""
    open_ = load_scenario("belle2-forward")
    assert open_.radiation == "all"
    assert mass_point(open_).radiates
    names = [curve.name for curve in yield_curves(open_, expected_background(open_))]
    assert APPROXIMATE in names
    mean_flights = open_.with_values({"run.decays": "mean-flight"})
    assert mean_flights.radiation == "one-photon"
    assert not mass_point(mean_flights).radiates
    single = {"model.kind": "dark-photon", "model.mass": 0.3, "model.epsilon": 1e-5}
    assert load_scenario("belle2-forward", single).radiation == "one-photon"


def test_what_has_no_further_photons_is_said() -> None:
    """A process that cannot radiate, and mean flights."""
    beams, model = Beams.symmetric(10.58), ScalarInelastic(8.0, 3.0, 2.9)
    point = MassPoint(model, beams, {}, ("on-shell", "off-shell"), radiation="all")
    assert point.flags(1e-4, 1e-2) == []

    class Alone(RadiativeProcess):
        name = "alone"
        choices = ("regulator",)

    point.__dict__["processes"] = (
        point.processes[0],
        Alone(model, beams, point.processes[0].treatment),
    )
    assert point.flags(1e-4, 1e-2) == ["radiation: yields of alone have no further photons"]
    flown = MassPoint(model, beams, {}, decays="mean-flight")
    assert any("mean flight have one photon" in flag for flag in flown.flags(1e-4, 1e-2))


def test_the_end_of_the_spectrum_is_flagged() -> None:
    """Where a spread of 5e-4 reaches it: independent points differ by 0.05 per cent at four of
    them, and by tens per cent at two."""
    said, box = [], {"A": Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))}
    for gap in (2.5e-3, 1.5e-3):
        m_aprime = 10.58 * (1.0 - gap)
        model = ScalarInelastic(m_aprime, 0.54 * m_aprime, 0.45 * m_aprime)
        point = MassPoint(model, Beams.symmetric(10.58), box, radiation="all", energy_spread=5e-4)
        error = YieldErrors().plain(point, "A", 1e-4, 1e-2)["radiation"]
        assert error is not None
        said.append((any("not known there" in flag for flag in point.flags(1e-4, 1e-2)), error))
    assert [flagged for flagged, _ in said] == [False, True]
    assert said[0][1] < 0.2 < 1.0 <= said[1][1]


@pytest.mark.nightly
def test_columns_at_the_end_of_the_spectrum_are_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    """All masses rise together, up to a thousandth below sqrt_s."""
    monkeypatch.setattr(radiated, "POINTS", 512)
    values = {"plane.kind": "epsilon-m2", "plane.hold": "ratios", "plane.points": 20}
    all_known = {"plane.m2": [3.0, 4.0], **values}
    for plane, said in ((values, True), (all_known, False)):
        flags = reach(load_scenario("belle2-forward", plane)).flags
        assert any("not known in" in flag for flag in flags) is said


def test_yields_of_a_scan_have_all_photons(scenario: Scenario) -> None:
    """Cross-section and probability to decay change by their own ratios."""
    one = scan(load_scenario("belle2-forward", {"run.radiation": "one-photon"}))
    every = scan(scenario)
    assert float(every.produced_fb / one.produced_fb) == pytest.approx(1.002, abs=0.001)
    ratio = {name: float(every.events[name] / one.events[name]) for name in one.events}
    # At 6.8 m: between the values of the independent treatment at 5 and 10 m.
    assert ratio["A"] == pytest.approx(0.8425, abs=0.006)
    assert np.isfinite(ratio["B"])


def test_arrays_are_the_numbers_one_by_one(point: MassPoint) -> None:
    """Over couplings from the long- to the short-lived edge of the contour."""
    errors = YieldErrors(0.01, 1e-3)
    epsilon, g_d = np.geomspace(3e-5, 1e-2, 4)[:, None], np.array([0.05, 1.0])
    by_source = errors.by_source(point, "A", epsilon, g_d)
    for i, j in np.ndindex(4, 2):
        single = errors.plain(point, "A", float(epsilon[i, 0]), float(g_d[j]))
        for key, value in by_source.items():
            assert value is not None
            assert value[i, j] == pytest.approx(single[key], rel=1e-12)
        assert total(by_source)[i, j] == pytest.approx(single["total"], rel=1e-12)


@pytest.mark.parametrize("name", ["belle2-forward", "belle2-forward-beams", "belle2-central"])
def test_error_of_the_beam_energies_is_the_change_of_the_yield(name: str) -> None:
    """Against scenarios with other beams, made from the beginning."""
    error = 2e-3
    scenario = load_scenario(name).with_values({"collider.energy_error": error})
    epsilon, g_d = scenario.pair.epsilon, scenario.pair.g_d
    yields = []
    for factor in (1.0 - error, 1.0 + error):
        beams = scenario.collider
        other = scenario.with_values(
            {
                "collider.electron_energy": factor * beams.electron_energy,
                "collider.positron_energy": factor * beams.positron_energy,
            }
        )
        yields.append(float(mass_point(other).expected_events("A", epsilon, g_d, 1.0)))
    expected = abs(yields[1] - yields[0]) / sum(yields)
    beam_energy = yield_errors(scenario).plain(mass_point(scenario), "A", epsilon, g_d)[
        "beam_energy"
    ]
    assert beam_energy == pytest.approx(expected, rel=1e-9)
    assert beam_energy > 0.0


def test_beams_that_cannot_make_the_particles_leave_no_yield() -> None:
    """An A' at 10.575 GeV, which beams a per mille lower cannot make."""
    values = {
        "collider.energy_error": 1e-3,
        "model.m_aprime": 10.575,
        "run.production": "on-shell",
    }
    scenario = load_scenario("belle2-forward").with_values(values)
    budget = yield_errors(scenario).plain(mass_point(scenario), "A", 1e-4, 1.0)
    assert budget["beam_energy"] == 1.0


def test_error_of_an_efficiency_comes_from_its_table() -> None:
    values = {"run.efficiency": "simulated"}
    scenario = load_scenario("belle2-forward").with_values(values)
    point = mass_point(scenario)
    epsilon, g_d = np.geomspace(1e-4, 1e-3, 3), np.full(3, 0.3)
    error = yield_errors(scenario).by_source(point, "A", epsilon, g_d)["efficiency"]
    assert error is not None
    for value, here in zip(error, epsilon, strict=True):
        ctau = float(point.ctau(here, 0.3))
        detected = point.detected("A")
        single = detected.error(ctau) / float(detected.efficiency(ctau))
        # Between lifetimes of the grid an error is interpolated.
        assert value == pytest.approx(single, rel=0.05)


def test_band_is_where_shifted_yields_meet_the_limit() -> None:
    values = {"plane.band": True, "run.luminosity_error": 0.1, "plane.points": 20}
    scenario = load_scenario("belle2-forward").with_values(values)
    result = reach(scenario)
    assert result.uncertainty["A"]["luminosity"] == 0.1
    point, errors = mass_point(scenario), yield_errors(scenario)
    for name, sign in (("lower", -1.0), ("upper", 1.0)):
        (line,) = result.band[name]
        g_d, epsilon = line.points[::7].T
        events = point.expected_events("A", epsilon, g_d, scenario.run.luminosity_fb)
        error = total(errors.by_source(point, "A", epsilon, g_d))
        assert np.all(error >= 0.1)
        assert events * (1.0 + error) ** sign == pytest.approx(
            np.full(len(events), result.n_limit), rel=1e-3
        )
    assert set(result.summary()["band"]) == {"lower", "upper"}
    assert reach(load_scenario("belle2-forward").with_values({"plane.points": 20})).band == {}
