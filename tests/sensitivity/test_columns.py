"""Columns of planes of masses: where something sets in, where lines turn, and no more than that."""

import math

import numpy as np
import pytest

from wayside.constants import M_MUON
from wayside.limits import babar
from wayside.models.r_ratio import narrow_states
from wayside.scenario import load_scenario
from wayside.sensitivity.columns import LEAST_STEP, resolved
from wayside.sensitivity.planes import mass_point, masses_at, plane_of
from wayside.sensitivity.result import reach
from wayside.sensitivity.thresholds import threshold_columns


def plane_for(name: str, kind: str, hold: str, points: int = 20, **more: object):
    one = {"run.radiation": "one-photon"}
    values = {"plane.kind": kind, "plane.hold": hold, "plane.points": points, **one, **more}
    return plane_of(load_scenario(name, values))


def nearest(columns, x: float) -> float:
    return float(np.min(np.abs(columns - x)))


def test_the_muon_threshold_has_a_column() -> None:
    plane = plane_for("belle2-forward", "epsilon-m2", "sum")
    columns = threshold_columns(plane)
    assert np.all(np.diff(columns) > 0)
    assert plane.x.values[0] < columns[0] < columns[-1] < plane.x.values[-1]
    # m1 + m2 = S and m1 - m2 = 2 m_mu.
    assert nearest(columns, 4.341 / 2 + 3.650 / 2 - M_MUON) < 1e-9


def test_narrow_states_and_gaps_of_tables_have_columns() -> None:
    plane = plane_for("belle2-forward", "epsilon-m2", "ratios")
    columns = threshold_columns(plane)
    ratio = 8.0 / 3.65
    jpsi = narrow_states()[0]
    for widths in (0, -1, 1, 10):
        assert nearest(columns, (jpsi.mass + widths * jpsi.width) / ratio) < 1e-9
    # One column on either side of every end of a gap, so that the wall of a limit stands upright.
    curve = babar.visible_curve()
    for mass in curve.gaps.ravel():
        x = mass / ratio
        if not plane.x.values[0] < x < plane.x.values[-1]:
            continue
        close = columns[np.abs(columns / x - 1) < 1e-5]
        assert len(close) == 2
        assert np.isfinite(curve(close * ratio)).sum() == 1


def opening_by_sampling(scenario, x: float, side: float) -> tuple[float, np.ndarray]:
    """Largest angle to an A' along a beam in the laboratory: all directions, one by one."""
    m_aprime, m1, m2 = masses_at(scenario, x)
    s = scenario.sqrt_s**2
    p = math.sqrt(((m_aprime**2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (4 * m_aprime**2))
    c = np.linspace(-1, 1, 4001)[:, None]
    phi = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    sine = np.sqrt(1 - c**2)
    vectors = np.stack([sine * np.cos(phi), sine * np.sin(phi), c + 0 * phi], axis=-1) * p
    energy = np.full(vectors.shape[:2], math.hypot(p, m1))
    collider = scenario.collider
    half = 0.5 * collider.crossing_angle
    beams = [
        energy_ * np.array([1.0, math.sin(half), 0.0, sign * math.cos(half)])
        for energy_, sign in ((collider.electron_energy, 1), (collider.positron_energy, -1))
    ]
    total = beams[0] + beams[1]

    def boost(e, v, by):
        """From the rest frame of the four-vector ``by`` into the frame that ``by`` is given in."""
        mass = math.sqrt(by[0] ** 2 - by[1:] @ by[1:])
        along = v @ by[1:]
        new = v + by[1:] * (along / (mass * (by[0] + mass)) + e / mass)[..., None]
        return (by[0] * e + along) / mass, new

    # The electrons' direction in the centre of mass, and the A' along it.
    back = np.array([total[0], *-total[1:]])
    _, beam = boost(np.array(beams[0][0]), beams[0][1:], back)
    beam = beam / np.linalg.norm(beam)
    momentum = side * (s - m_aprime**2) / (2 * math.sqrt(s)) * beam
    aprime = np.array([math.hypot(m_aprime, np.linalg.norm(momentum)), *momentum])
    energy, vectors = boost(energy, vectors, aprime)
    _, vectors = boost(energy, vectors, total)
    _, axis = boost(np.array(aprime[0]), aprime[1:], total)
    axis = axis / np.linalg.norm(axis)
    cosine = vectors @ axis / np.linalg.norm(vectors, axis=-1)
    return math.acos(cosine.min()), axis


@pytest.mark.parametrize("name", ["belle2-forward", "belle2-forward-beams"])
def test_caustics_across_a_box_have_columns(name: str) -> None:
    plane = plane_for(name, "epsilon-delta", "m2")
    columns = threshold_columns(plane)
    box = plane.centre.volumes["A"]
    for side in (1.0, -1.0):
        shares = []
        for x in columns[columns > 0.15]:
            opening, axis = opening_by_sampling(plane.scenario, float(x), side)
            angles = np.arccos(box.outline.directions @ axis)
            shares.append((opening - angles.min()) / (angles.max() - angles.min()))
        if side < 0 and "beams" not in name:
            assert min(np.abs(shares)) > 1  # the box stands on the electrons' side
            continue  # but the boost turns slow A' of the other side toward it
        # Where the cone of excited states touches either side of the box, and between.
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            assert nearest(np.array(shares), share) < 2e-3


def test_planes_of_couplings_stay_as_they_are() -> None:
    plane = plane_of(load_scenario("belle2-forward", {"plane.points": 20}))
    assert threshold_columns(plane).size == 0
    assert resolved(plane, [], []) is plane


ISLAND = {
    "plane.kind": "epsilon-delta",
    "plane.hold": "m2",
    "plane.points": 20,
    "plane.delta": [0.05, 0.19178],
    "run.radiation": "one-photon",
}


def test_an_island_between_columns() -> None:
    """The caustic sweeps over a box within 2 per cent of a mass: a grid of 20 steps over it."""
    scenario = load_scenario("belle2-forward", ISLAND)
    own = 4.341 / 3.65 - 1
    plain = plane_of(scenario)
    log_limit = math.log(-math.log(0.1))

    def excess(point, epsilon, g_d):
        with np.errstate(divide="ignore"):
            return np.log(point.expected_events("A", epsilon, g_d, 50_000.0)) - log_limit

    around = (plain.x.values > 0.12) & (plain.x.values < 0.1917)
    grid = plain.evaluate(excess, plain.x.values, plain.epsilon.values[:, None])
    assert around.sum() >= 6
    assert np.all(grid[:, around] < 0), "the plain grid sees nothing there"
    # Yet there is something: the scenario's own point.
    point = mass_point(scenario)
    assert excess(point, 1e-4, 1.0) > 1
    result = reach(scenario)
    island = [line for line in result.contour if line.points[:, 0].min() > 0.15]
    assert [line.closed for line in island] == [True]
    x, epsilon = island[0].points.T
    assert x.min() < own < x.max()
    assert epsilon.min() < 1e-4 < epsilon.max()
    # Its ends, by a scan a hundred times finer than the grid.
    scan = np.geomspace(0.18, 0.1917, 200)
    seen = [
        bool(np.any(excess(plain._make(float(each)), plain.epsilon.values, 1.0) > 0))
        for each in scan
    ]
    ends = scan[np.flatnonzero(seen)[[0, -1]]]
    step = scan[1] / scan[0] - 1
    np.testing.assert_allclose([x.min(), x.max()], ends, rtol=6 * step)


class Counted:
    """A function of the place along the axis alone, and how many columns asked for it."""

    def __init__(self, plane, function) -> None:
        self.plane, self.function = plane, function
        self.asked: set[float] = set()

    def __call__(self, point, epsilon, _):
        # hold = "m2": the splitting gives the column away.
        x = point.model.m1 / point.model.m2 - 1
        self.asked.add(x)
        return self.function(math.log(x)) + 0.0 * epsilon


def test_trends_that_cross_in_between() -> None:
    """A peak that no column of the grid sees above zero, but whose slopes meet above it."""
    plane = plane_for("belle2-forward", "epsilon-delta", "m2", 25, **{"plane.delta": [0.01, 0.1]})
    t = plane.x.coordinates
    top = 0.5 * (t[12] + t[13])
    cell = t[1] - t[0]
    plain = np.abs(t - top).min()
    half = 0.4 * cell
    assert plain > half
    peak = Counted(plane, lambda at: 1.0 - ((at - top) / half) ** 2)
    dip = Counted(plane, lambda at: ((at - top) / half) ** 2 - 1.0)
    low = Counted(plane, lambda at: -40.0 - ((at - top) / half) ** 2)
    for function in (peak, dip):
        refined = resolved(plane, [function], [])
        inside = np.abs(refined.x.coordinates - top) < half
        assert inside.any()
        assert len(refined.x.values) <= 50
        # Old columns are still there, to the last bit, and their mass points with them.
        assert set(plane.x.values.tolist()) <= set(refined.x.values.tolist())
        assert refined.kept is plane.kept
    # Far below zero the same trend is no reason for a column.
    expected = plane.with_columns(threshold_columns(plane)).x.values
    np.testing.assert_array_equal(resolved(plane, [low], []).x.values, expected)
    # And a limit that scatters, as margins may, is none either.
    noise = Counted(plane, lambda at: -0.1 * (1 + math.sin(1e5 * at)))
    np.testing.assert_array_equal(resolved(plane, [], [noise]).x.values, expected)


def test_lines_that_move_far() -> None:
    """A wall at no known place: closed in on until its columns are a thousandth apart."""
    plane = plane_for("belle2-forward", "epsilon-delta", "m2", 25, **{"plane.delta": [0.01, 0.1]})
    t = plane.x.coordinates
    wall = t[7] + 0.37 * (t[8] - t[7])
    margin = Counted(plane, lambda at: 1.0 if at > wall else -np.inf)
    coordinates = resolved(plane, [], [margin]).x.coordinates
    i = int(np.searchsorted(coordinates, wall))
    assert coordinates[i] - coordinates[i - 1] <= LEAST_STEP * (t[-1] - t[0])
    assert len(margin.asked) == len(coordinates), "no column is looked at twice"


def test_the_number_of_columns_is_bounded() -> None:
    plane = plane_for("belle2-forward", "epsilon-m2", "ratios", 20)
    assert len(threshold_columns(plane)) > 40
    quiet = Counted(plane, lambda _: -1.0)
    assert len(resolved(plane, [quiet], []).x.values) == 40
    wild = Counted(plane, lambda at: math.sin(1e6 * at))
    for_all = plane_for("belle2-forward", "epsilon-delta", "m2", 25, **{"plane.delta": [0.01, 0.1]})
    assert len(resolved(for_all, [wild], []).x.values) == 50
