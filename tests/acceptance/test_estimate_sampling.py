"""Against Monte Carlo events of Eq. 13: decay angles, boosts and boxes done event by event.

Agreement is asked for within 4 standard errors, and those are at most 1 per cent. The seeds are
fixed; a fresh seed would fail one comparison in 16,000 by chance.
"""

import numpy as np
import pytest
from reference import sampling
from reference.edge_points import edge_points

from wayside.acceptance.estimate import converged_rule, decay_curve, face_acceptance
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.acceptance.survey import is_crowded
from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.detector.box import Box
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.direct_flight import direct_flight
from wayside.production.radiative_flight import radiative_flight

BELLE2 = (7.007, 4.000, 0.083)
HEAD_ON = (7.007, 4.000, 0.0)
SYMMETRIC = (5.29, 5.29, 0.0)

BOX_A = ([1.0, 0.0, 7.0], [0.2, 0.3, 1.32])
BOX_B = ([1.4, 0.0, 7.0], [0.2, 0.4, 1.32])
BEHIND = ([-0.5, 0.8, -3.0], [1.0, 1.2, 0.7])
CENTRAL = ([0.0, 4.0, 0.3], [0.8, 0.9, 1.32])
NEAR = ([0.5, 0.3, 3.0], [0.9, 1.2, 1.0])
AHEAD = ([0.6, 0.3, 4.0], [0.8, 0.9, 2.0])


def events(model, beams, n, seed, *, on_shell):
    """Directions, gamma beta and weights in the laboratory."""
    rng = np.random.default_rng(seed)
    sqrt_s = Beams(*beams).sqrt_s
    if on_shell:
        masses = (model.m_aprime, model.m1, model.m2)
        tensor = model.pair_tensor(model.m_aprime**2)
        energy, momentum, weight = sampling.on_shell(n, rng, sqrt_s, M_ELECTRON, *masses, *tensor)
    else:
        tensor = model.pair_tensor(sqrt_s**2)
        energy, momentum, weight = sampling.off_shell(n, rng, sqrt_s, model.m1, model.m2, *tensor)
    _, momentum = sampling.laboratory(energy, momentum, *beams)
    p = np.linalg.norm(momentum, axis=1)
    return momentum / p[:, None], p / model.m1, weight


def flight_of(model, beams, *, on_shell):
    # The study's regulator: what Eq. 13 has.
    return (
        radiative_flight(model, Beams(*beams), "printed")
        if on_shell
        else direct_flight(model, Beams(*beams))
    )


def compare(model, beams, place, n, seed, *, on_shell=True, precision=0.01, rtol=1e-5):
    box = Box.place(*place)
    values = []
    chunk = 500_000
    flight = flight_of(model, beams, on_shell=on_shell)
    curve, bound = decay_curve(flight, box, rtol)
    ctaus = [50.0, 3.0]
    for k in range(0, n, chunk):
        directions, flown, weight = events(model, beams, chunk, [seed, k], on_shell=on_shell)
        near, far = sampling.crossings(directions, box.centre, box.size, box.axes)
        # The plane of the front face, entered from the front.
        distance = (box.position @ box.axes[2]) / (directions @ box.axes[2])
        offset = (directions * distance[:, None] - box.position) @ box.axes[:2].T
        front = (distance > 0) & np.all(np.abs(offset) <= box.size[:2] / 2, axis=1)
        hit = far > near
        rows = [weight * front, weight * hit]
        rows += [weight * (np.exp(-near / (flown * c)) - np.exp(-far / (flown * c))) for c in ctaus]
        values.append([[row.sum(), (row**2).sum()] for row in rows])
    first, second = np.sum(values, axis=0).T / n
    error = np.sqrt((second - first**2) / n)
    computed = np.array(
        [
            face_acceptance(flight, box, rtol).value,
            curve.hit_probability,
            *curve.probability(ctaus),
        ]
    )
    assert bound <= rtol
    # Decays weigh the hits, and so cost some of their precision.
    assert np.all(error <= precision * np.array([1, 1, 1.2, 1.2]) * first), error / first
    assert np.all(np.abs(computed - first) <= 4 * error), (computed - first) / error


SLOW = PseudoDirac(10.5, 5.6, 4.5)

EDGES = (
    # The caustic of the other beam crosses the box; excited states hardly faster than the boost.
    pytest.param(ScalarInelastic(8.0, 4.5858870, 3.4051130), 250_000, id="other caustic"),
    pytest.param(
        ScalarInelastic(10.4563903, 7.3227221, 3.1335793),
        900_000,
        id="slow",
        marks=pytest.mark.nightly,
    ),
    # Next to both thresholds: all go with the boost, on caustics narrower than the box.
    pytest.param(ScalarInelastic(10.336645, 6.098275, 4.238201), 800_000, id="both thresholds"),
)
"""Mass points at kinematic edges, and how many nodes they may have."""


@pytest.mark.parametrize(("model", "_most"), EDGES)
def test_at_a_kinematic_edge(model, _most):
    compare(model, BELLE2, BOX_A, 500_000, 21, rtol=1e-4)


@pytest.mark.parametrize(("model", "most"), EDGES)
def test_few_nodes_at_a_kinematic_edge(model, most):
    """Below 100 MB, at 24 bytes a node and room to grow; against a much higher order in azimuth."""
    flight, box = radiative_flight(model, Beams(*BELLE2)), Box.place(*BOX_A)
    rule, bound = converged_rule(flight, box, 1e-4)
    assert len(rule) < most
    assert bound <= 1e-4
    exact = build_rule(flight, box, Level(8, 20, 11))
    assert rule.hit_probability == pytest.approx(exact.hit_probability, rel=bound)
    assert rule.hit_path == pytest.approx(exact.hit_path, rel=bound)


def test_points_at_edges_are_as_exact_as_they_say():
    """Of 300 other points one was off by 2.5e-5, where 1.3e-5 was the bound before 3e-5 the least.

    At a rate of 1 in 300 a fresh seed would fail here once in 25 times.
    """
    for point in edge_points(12, 2):
        rule, bound = converged_rule(point.flight, point.box, 1e-4)
        exact, better = converged_rule(point.flight, point.box, 3e-6)
        assert better <= 3e-6
        assert bound <= 1e-4
        assert rule.hit_probability == pytest.approx(exact.hit_probability, rel=bound + better)
        assert rule.hit_path == pytest.approx(exact.hit_path, rel=bound + better)


def test_orders_where_many_panels_are_crowded():
    """Next to both thresholds the box is crowded; further on, and with equal beams, it is not."""
    box = Box.place(*BOX_A)
    near = ScalarInelastic(10.336645, 6.098275, 4.238201)
    assert is_crowded(radiative_flight(near, Beams(*BELLE2)), box)
    assert not is_crowded(radiative_flight(near, Beams(*SYMMETRIC)), box)
    assert not is_crowded(radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), Beams(*BELLE2)), box)


@pytest.mark.parametrize(
    ("model", "beams", "place", "n"),
    [
        (ScalarInelastic(8.0, 4.341, 3.65), BELLE2, BOX_A, 500_000),
        (PseudoDirac(8.0, 4.341, 3.65), SYMMETRIC, BOX_A, 2_000_000),
        (ScalarInelastic(8.0, 4.333, 3.65), SYMMETRIC, BOX_B, 3_000_000),
        (ScalarInelastic(5.0, 2.0, 1.0), BELLE2, BEHIND, 2_000_000),
        (SLOW, BELLE2, NEAR, 500_000),
    ],
)
def test_on_shell(model, beams, place, n):
    compare(model, beams, place, n, 20)


@pytest.mark.parametrize(
    ("model", "beams", "place"),
    [
        (ScalarInelastic(14.0, 5.0, 4.85), BELLE2, ([0.0, 4.0, 0.3], [2.0, 1.8, 1.32])),
        (PseudoDirac(14.0, 5.28, 5.25), BELLE2, AHEAD),  # slower than the boost
        (ScalarInelastic(14.0, 5.28, 5.25), HEAD_ON, NEAR),
    ],
)
def test_off_shell(model, beams, place):
    compare(model, beams, place, 1_500_000, 21, on_shell=False)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", [ScalarInelastic, PseudoDirac])
@pytest.mark.parametrize("beams", [BELLE2, SYMMETRIC])
@pytest.mark.parametrize(("place", "m1"), [(BOX_A, 4.341), (BOX_A, 4.333), (BOX_B, 4.333)])
def test_the_study_detectors(kind, beams, place, m1):
    compare(kind(8.0, m1, 3.65), beams, place, 10_000_000, 22)


@pytest.mark.nightly
@pytest.mark.parametrize("kind", [ScalarInelastic, PseudoDirac])
@pytest.mark.parametrize("beams", [BELLE2, SYMMETRIC])
def test_the_study_central_detector(kind, beams):
    place = ([4.0, 0.0, 0.0], [0.2, 0.3, 1.32])
    compare(kind(14.0, 5.0, 4.85), beams, place, 40_000_000, 23, on_shell=False)


@pytest.mark.nightly
@pytest.mark.parametrize("beams", [BELLE2, HEAD_ON])
@pytest.mark.parametrize("place", [AHEAD, BEHIND, CENTRAL])
@pytest.mark.parametrize(
    "masses", [(10.5, 5.6, 4.5), (10.0, 4.0, 2.0), (3.0, 2.0, 0.5), (8.0, 2e-3, 1e-3)]
)
def test_other_masses(masses, beams, place):
    # Fewest hits, 1e-4 to 1e-3 of all, where light states would have to go sideways.
    compare(ScalarInelastic(*masses), beams, place, 4_000_000, 24, precision=0.03)
