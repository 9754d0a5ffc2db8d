"""Planes over any two keys of a scenario."""

import numpy as np
import pytest

import wayside
from wayside import load_scenario
from wayside.errors import InputError
from wayside.results.key_reach import KeyReach
from wayside.sensitivity.key_plane import key_plane, named_plane
from wayside.sensitivity.particle_point import particle_point

ALP = {
    "model.kind": "alp-photon",
    "model.mass": 0.5,
    "model.g_photon": 1e-6,
    "plane.points": 20,
    "run.luminosity_fb": 1e9,
}
RANGES = {"plane.x_range": [0.1, 0.5], "plane.y_range": [1e-7, 1e-4]}


def test_yields_of_a_plane_are_those_of_points():
    scenario = load_scenario("belle2-forward-beams", {**ALP, **RANGES})
    plane = key_plane(scenario)
    assert (plane.x.name, plane.y.name) == ("model.mass", "model.g_photon")
    assert (plane.x_is_coupling, plane.y_is_coupling) == (False, True)
    x, y = plane.x.values[[3, 11]], plane.y.values[[5, 17]]
    events = plane.events(x, y[:, None])["A"]
    assert len(plane.kept) == 2
    for column, mass in enumerate(x):
        point = particle_point(scenario.with_values({"model.mass": float(mass)}))
        for row, coupling in enumerate(y):
            couplings = {**scenario.model.couplings, "g_photon": coupling}
            expected = float(point.expected_events("A", couplings, 1e9))
            assert events[row, column] == pytest.approx(expected, rel=1e-4)


def test_contours_solve_the_equation():
    result = wayside.reach(load_scenario("belle2-forward-beams", {**ALP, **RANGES}))
    assert isinstance(result, KeyReach)
    assert result.contour
    points = np.concatenate([line.points for line in result.contour])
    events = result.plane.events(points[:, 0], points[:, 1], ["A"])
    np.testing.assert_allclose(events["A"], result.n_limit, rtol=2e-3)
    written = result.texts()
    assert {"contours.csv", "yields.csv", "result.json", "workspace.json"} == set(written)
    assert result.summary()["axes"] == ["model.mass", "model.g_photon"]


@pytest.mark.nightly
def test_contours_with_the_costly_axis_upward(tmp_path):
    scenario = load_scenario("belle2-forward-beams", {**ALP, **RANGES})
    swapped = {
        "plane.x": "model.g_photon",
        "plane.y": "model.mass",
        "plane.x_range": [1e-7, 1e-4],
        "plane.y_range": [0.1, 0.5],
    }
    other = wayside.reach(scenario.with_values(swapped))
    np.testing.assert_allclose(other.total, wayside.reach(scenario).total.T, rtol=1e-9)
    points = np.concatenate([line.points for line in other.contour])
    events = other.plane.events(points[:, 0], points[:, 1])["A"]
    np.testing.assert_allclose(events, other.n_limit, rtol=2e-3)
    assert {"reach.png", "reach.pdf"} < {path.name for path in other.save(tmp_path)}


def test_named_planes():
    keys = {"plane.x": "model.g_d", "plane.y": "model.epsilon", "plane.points": 20}
    scenario = load_scenario("belle2-forward", {**keys, "plane.x_range": [0.01, 1]})
    named = named_plane(scenario)
    assert (named.plane.kind, named.plane.g_d) == ("epsilon-g_d", (0.01, 1.0))
    masses = load_scenario("belle2-forward", {**keys, "plane.x": "model.m2"})
    assert (named_plane(masses).plane.kind, named_plane(masses).plane.hold) == ("epsilon-m2", "m1")
    plain = load_scenario("belle2-forward")
    assert named_plane(plain) is plain


def test_keys_that_are_no_couplings_make_scenarios_of_their_own():
    keys = {
        "plane.x": "model.ctau_m",
        "plane.y": "run.luminosity_fb",
        "plane.x_range": [0.1, 10],
        "plane.y_range": [1e9, 1e10],
    }
    plane = key_plane(load_scenario("belle2-forward-beams", {**ALP, **keys}))
    events = plane.events([1.0, 1.0], [2e9, 4e9])["A"]
    assert events[1] == pytest.approx(2.0 * events[0], rel=1e-12)
    # Masses that cannot be produced are gaps.
    heavy = {"plane.x_range": [1.0, 20.0]}
    plane = key_plane(load_scenario("belle2-forward-beams", {**ALP, **heavy}))
    assert plane.events(15.0, 1e-6)["A"] == 0.0
    assert (plane.refused.count, plane.refused.of) == (1, 1)
    assert plane.refused.first.startswith("model.mass = 15: must be below sqrt_s = 10.579")


def test_refused_values_are_counted():
    ranges = {**RANGES, "plane.x_range": [10.0, 20.0]}
    result = wayside.reach(load_scenario("belle2-forward-beams", {**ALP, **ranges}))
    gaps = int(np.sum(result.plane.x.values >= load_scenario("belle2-forward-beams").sqrt_s))
    assert 0 < gaps < 20
    assert (result.refused.count, result.refused.of) == (gaps, 20)
    assert result.summary()["refused"]["first"].startswith("model.mass = 10.")
    assert any(f"no events at {gaps} of 20 values of model.mass" in flag for flag in result.flags)
    assert np.all(result.total[:, -gaps:] == 0.0)
    ranges["plane.x_range"] = [12.0, 20.0]
    with pytest.raises(InputError, match=r"the whole plane is refused; .* model.mass = 12: must"):
        wayside.reach(load_scenario("belle2-forward-beams", {**ALP, **ranges}))
    whole = wayside.reach(load_scenario("belle2-forward-beams", {**ALP, **RANGES}))
    assert whole.refused is None
    assert whole.summary()["refused"] is None


@pytest.mark.parametrize(
    ("kind", "coupling", "heaviest"),
    [
        ("hnl", "u2_mu", 1.776),
        ("dark-higgs", "sin_theta", 4.78576),
        ("alp-photon", "g_photon", 10.4),
    ],
)
def test_the_axis_of_masses_ends_where_the_model_does(kind, coupling, heaviest):
    values = {"model.kind": kind, "model.mass": 0.5, f"model.{coupling}": 1e-5, "plane.points": 20}
    plane = key_plane(load_scenario("gazelle", values))
    assert plane.y.name == f"model.{coupling}"
    assert plane.x.values[-1] == pytest.approx(heaviest, rel=5e-3)
    for mass in plane.x.values[[0, -1]]:
        plane.scenario.with_values({"model.mass": float(mass)})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"plane.x": "run.background", "plane.x_range": [1, 2]}, "changes the limit itself"),
        ({"plane.y": "run.confidence_level", "plane.y_range": [0.5, 0.9]}, "changes the limit"),
        ({"plane.y": "run.background_error", "plane.y_range": [1, 2]}, "changes the limit itself"),
        (
            {
                "run.background": "simulated",
                "plane.x": "run.luminosity_fb",
                "plane.x_range": [1e3, 1e4],
            },
            "may change the simulated background",
        ),
    ],
)
def test_planes_have_one_limit(values, message):
    with pytest.raises(InputError, match=rf'^plane.[xy] = "run.*": {message}') as caught:
        wayside.reach(load_scenario("belle2-forward-beams", {**ALP, **values}))
    assert "\n" not in str(caught.value)
    # With a number of background events the luminosity changes the yields alone.
    free = {"plane.x": "run.luminosity_fb", "plane.x_range": [1e3, 1e4]}
    assert key_plane(load_scenario("belle2-forward-beams", {**ALP, **free})).x.name.endswith("_fb")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"plane.x": "model.mass", "plane.y": "model.mass"}, r"must differ from plane.x"),
        ({"plane.x": "model.kind", "plane.x_range": [1, 2]}, r"must be a key of one number"),
        ({"plane.x": "model.m7", "plane.x_range": [1, 2]}, r"model.m7: unknown key"),
        ({"plane.x": "run.luminosity_fb"}, r"plane.x_range: missing"),
    ],
)
def test_planes_that_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        key_plane(load_scenario("belle2-forward-beams", {**ALP, **values}))


def test_a_pair_needs_both_keys():
    with pytest.raises(InputError, match=r"plane.y: missing"):
        key_plane(load_scenario("belle2-forward", {"plane.x": "model.m1"}))


def test_slow_particles_at_rest_do_not_end_a_plane():
    """Some masses have nodes of no momentum: of no weight, they must not be a distance."""
    values = {
        "model.kind": "hnl", "model.mass": 1.0, "model.u2_mu": 1e-7, "plane.points": 20,
        "run.signal": ["baby"],
    }  # fmt: skip
    result = wayside.reach(load_scenario("gazelle", values))
    assert np.all(np.isfinite(result.total))
    assert result.total.max() > 0.0
