"""Placement: pasted lines give the numbers of the table, forbidden positions are refused ones."""

import numpy as np
import pytest

from wayside.backgrounds.surroundings import all_obstructed
from wayside.errors import InputError
from wayside.placement.grid import Grid
from wayside.placement.place import Placement, place
from wayside.placement.sites import Mover
from wayside.scenario import load_scenario
from wayside.sensitivity.key_plane import expected_events, point_of
from wayside.sensitivity.point import point_report

SMALL = Grid((10, 8, 3), (3.0, 9.0))
HALL = {"hall.preset": "belle2"}


@pytest.fixture(scope="module")
def placement() -> Placement:
    """With one photon, which takes a tenth of the time of all."""
    one = {"run.radiation": "one-photon"}
    return place(load_scenario("belle2-forward", HALL | one), "A", grid=SMALL, count=3)


def test_a_pasted_line_gives_the_number_of_the_table(placement: Placement) -> None:
    couplings = {"epsilon": np.array(1e-4), "g_d": np.array(1.0)}
    photon = "run.radiation=one-photon"
    for one in (*placement.best, placement.own):
        pasted = load_scenario("belle2-forward", ["hall.preset=belle2", photon, one.setting("A")])
        events = expected_events(point_of(pasted), "A", couplings, pasted.run.luminosity_fb)
        assert one.value == pytest.approx(float(events), rel=1e-9)
        assert one.events == one.value == one.decays
    best = load_scenario("belle2-forward", [photon, placement.best[0].setting("A")])
    report = point_report(best.with_values({"detectors.B": None}))
    # The table to 1e-4, the report to 1e-6.
    assert placement.best[0].value == pytest.approx(report["expected_events"], rel=3e-4)


def test_all_photons() -> None:
    """At a recommended place exactly those of `wayside point`; the map knows what they change."""
    grid = Grid((5, 1, 2), (3.0, 9.0))
    scenario = load_scenario("besiii-forward")
    assert scenario.radiation == "all"
    with_all = place(scenario, "A", grid=grid, count=2)
    with_one = place(scenario.with_values({"run.radiation": "one-photon"}), "A", grid=grid, count=2)
    best = with_all.best[0]
    there = scenario.with_values([best.setting("A")])
    # The table to 1e-4, the report to 1e-6.
    assert best.events == pytest.approx(point_report(there)["expected_events"], rel=3e-4)
    couplings = {name: np.array(value) for name, value in there.model.couplings.items()}

    def events(radiation: str) -> float:
        other = there.with_values({"run.radiation": radiation})
        luminosity = other.run.luminosity_fb
        return float(expected_events(point_of(other), "A", couplings, luminosity))

    assert best.events == pytest.approx(events("all"), rel=1e-9)
    assert abs(best.events / events("one-photon") - 1.0) > 0.02
    for one in with_all.best:
        assert abs(one.map_difference) < 0.15
    changed = with_all.values / with_one.values
    assert np.nanmax(np.abs(changed - 1.0)) > 0.03


def test_the_order_and_the_map(placement: Placement) -> None:
    values = [one.value for one in placement.best]
    assert values == sorted(values, reverse=True)
    assert placement.gain == values[0] / placement.own.value > 1.0
    for one in placement.best:
        assert one.map_value == pytest.approx(one.value, rel=0.3)
    # The best place lies between points of this coarse map, and is no worse than any of them.
    assert values[0] > 0.7 * np.nanmax(placement.values)
    assert placement.cube().shape == SMALL.counts
    assert np.all(np.isfinite(placement.values) == placement.allowed)
    for one in placement.contour:  # the grid holds a position at least about as good as its own
        assert one.decays == pytest.approx(one.gain * one.own_decays)
        # What it just excludes where it stands, by points in place of the exact acceptance.
        assert one.own_decays == pytest.approx(placement.background.n_limit, rel=0.3)
        assert one.gain > 0.3


def test_nothing_to_see() -> None:
    """No position is recommended where nothing is seen, and there is no gain."""
    grid = Grid((4, 3, 2), (4.0, 7.0))
    for values, objective in (
        ({"model.ctau_m": 1e-6}, "events"),
        ({"run.background": 1e9, "plane.epsilon": [1e-7, 1e-6]}, "epsilon"),
    ):
        placement = place(load_scenario("belle2-forward", values), grid=grid, objective=objective)
        assert placement.best == ()
        assert np.isnan(placement.gain)


@pytest.mark.nightly
def test_with_the_efficiency_of_the_scenario() -> None:
    """The map is of all decays: it agrees with those, and values have the efficiency."""
    scenario = load_scenario("belle2-forward-beams", HALL | {"run.efficiency": "simulated"})
    placement = place(scenario, grid=SMALL, count=2)
    for one in placement.best:
        assert 0.01 * one.decays < one.value == one.events < 0.5 * one.decays
        assert abs(one.map_difference) < 0.3


def test_detectors_at_the_best_places_do_not_overlap(placement: Placement) -> None:
    values = {"run.signal": ["A", "other"], "detectors.B": None} | HALL
    values["detectors.A.position"] = placement.best[0].position
    values["detectors.other"] = {"position": placement.best[1].position, "size": [0.2, 0.3, 1.32]}
    load_scenario("belle2-forward", values)  # a warning, an error in tests, if they overlap


def test_forbidden_positions_are_those_that_a_scenario_refuses() -> None:
    scenario = load_scenario("belle2-forward", HALL)
    rng = np.random.default_rng(8)
    positions = np.concatenate(
        [rng.uniform([-3.5, -3.5, -6], [3.5, 3.5, 8], (120, 3)), rng.uniform(-7, 7, (30, 3))]
    )
    allowed = Mover(scenario, "A").sites(positions).allowed
    assert 20 < np.count_nonzero(allowed) < 130
    refused = crowded = 0
    for position, good in zip(positions, allowed, strict=True):
        values = HALL | {"detectors.A.position": position.tolist()}
        try:
            lead = all_obstructed(load_scenario("belle2-forward", values), ["A"])
        except InputError:
            assert not good
            refused += 1
        else:
            assert good == (not lead)
            crowded += bool(lead)
    assert refused > 20
    assert crowded > 2, "positions at which the lead alone stands in a body"


def test_lead_in_a_body_where_the_scenario_has_it() -> None:
    """It is said, and the place has its value as any other."""
    wall = {"shape": "box", "material": "concrete", "position": [0, 0, 4.0], "size": [9, 9, 1]}
    values = {"hall.volumes": {"wall": wall}, "detectors.A.position": [0.5, 0.0, 5.05]}
    values |= {"detectors.A.facing": "beam", "detectors.B": None}
    placement = place(load_scenario("belle2-forward", values), grid=Grid((4, 3, 2), (6.0, 9.0)))
    assert (
        "detectors.A: its lead or fibres stand in wall of the hall where the scenario has it"
        in (placement.notes)
    )
    assert placement.own.value > 0.0
    assert placement.contour
    assert all(one.own_decays > 0.0 for one in placement.contour)


def test_a_shape_whose_position_is_not_in_it() -> None:
    """A hollow cylinder about the beam behind the yoke, by a position inside of the yoke."""
    ring = {"shape": "cylinder", "inner_radius": 4.0, "outer_radius": 5.0, "z_min": -1, "z_max": 1,
            "position": [0, 0, 0]}  # fmt: skip
    values = {"detectors.B": None, "detectors.A": ring} | HALL
    mover = Mover(load_scenario("belle2-forward", values), "A")
    allowed = mover.sites(np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2.0], [1.5, 0.0, 0.0]])).allowed
    assert allowed.tolist() == [True, True, False]


def test_the_smallest_coupling_and_the_area_against_exact_yields() -> None:
    scenario = load_scenario("belle2-forward-beams")
    grid = Grid((6, 4, 2), (4.0, 7.0))
    smallest = place(scenario, objective="epsilon", grid=grid, count=2)
    best = smallest.best[0]
    there = scenario.with_values([best.setting("A")])
    couplings = {"epsilon": np.array([best.value]), "g_d": np.array([1.0])}
    events = expected_events(point_of(there), "A", couplings, 50_000.0)
    # Between two couplings a straight line in logarithms of the yield.
    assert events == pytest.approx(smallest.background.n_limit, rel=5e-3)
    # At the cone of the fastest points of a box are off by a fifth and the ratio of all photons
    # to one by a tenth, of a yield that goes as the fourth power.
    assert best.map_value == pytest.approx(best.value, rel=0.08)
    one_photon = scenario.with_values({"run.radiation": "one-photon"})
    area = place(one_photon, objective="area", grid=grid, count=2)
    assert area.best[0].map_value == pytest.approx(area.best[0].value, rel=0.05)
    assert area.best[0].value > area.own.value * 0.5
    assert smallest.best[0].value <= smallest.best[1].value


def test_single_particles_other_shapes_and_orientations() -> None:
    values = {"model.kind": "dark-photon", "model.mass": 0.3, "model.epsilon": 1e-6}
    values |= {"detectors.A.facing": [0, 0, -1], "detectors.A.roll": 0.3}
    scenario = load_scenario("besiii-forward", values)
    placement = place(scenario, grid=Grid((6, 4, 2), (4.0, 7.0)), count=1)
    one = placement.best[0]
    report = point_report(scenario.with_values([one.setting("A")]))
    assert one.value == pytest.approx(report["detectors"][0]["expected_events"], rel=3e-4)
    assert one.value > placement.own.value
    cylinder = {"shape": "cylinder", "outer_radius": 0.5, "z_min": 0, "z_max": 1,
                "position": [2, 0, 5]}  # fmt: skip
    other = load_scenario("belle2-forward", {"detectors.B": None, "detectors.A": cylinder})
    moved = place(other, grid=Grid((6, 4, 2), (4.0, 7.0)), count=1)
    assert moved.best[0].map_value == pytest.approx(moved.best[0].value, rel=0.3)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ({}, {"detector": "C"}, "no detector 'C'"),
        ({}, {"objective": "beauty"}, "must be one of events"),
        (HALL, {"grid": Grid((2, 2, 1), (1.0, 1.0))}, "may stand at none of 4 positions"),
        ({"detectors.A": {"shape": "belle2-cdc"}}, {}, "cannot be placed"),
    ],
)
def test_refused_in_one_line(values: dict, options: dict, message: str) -> None:
    scenario = load_scenario("belle2-forward", {"detectors.B": None, **values})
    with pytest.raises(InputError, match=message) as error:
        place(scenario, **options)
    assert "\n" not in str(error.value)
