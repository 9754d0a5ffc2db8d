"""Integrals over volumes: cut boxes add up, thin ones are faces, small ones are points."""

import numpy as np
import pytest

from tests.reference.decay_sum import direct_probability
from wayside.acceptance.estimate import converged_rule, face_acceptance
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.direct_flight import direct_flight
from wayside.production.radiative_flight import radiative_flight

SYMMETRIC = Beams.symmetric(10.58)
BELLE2 = Beams(7.007, 4.000, 0.083)


def cut(box, axis, share):
    """The two parts of a box on either side of a plane across one of its axes."""
    first, second = box.size.copy(), box.size.copy()
    first[axis] *= share
    second[axis] *= 1 - share
    # Along the depth the position is the front, across it the middle.
    anchor = 0.0 if axis == 2 else 0.5
    shifts = (
        (anchor * first[axis] - anchor * box.size[axis]),
        (first[axis] + anchor * second[axis] - anchor * box.size[axis]),
    )
    return [
        Box(box.position + shift * box.axes[axis], size, box.axes)
        for shift, size in zip(shifts, (first, second), strict=True)
    ]


CASES = {
    "forward": (
        radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), SYMMETRIC),
        Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32]),
    ),
    "forward, true beams": (
        radiative_flight(PseudoDirac(8.0, 4.341, 3.65), BELLE2),
        Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32], roll=0.2),
    ),
    "large and tilted": (
        radiative_flight(ScalarInelastic(5.0, 2.0, 1.0), SYMMETRIC),
        Box.place([1.0, 2.0, 1.5], [1.5, 1.0, 2.0], (-1.0, -0.4, -0.2)),
    ),
    "off shell, slow": (
        direct_flight(ScalarInelastic(14.0, 5.28, 5.25), BELLE2),
        Box.place([0.7, 0.0, 4.0], [0.5, 0.4, 1.32], "beam"),
    ),
    "off shell, central": (
        direct_flight(PseudoDirac(14.0, 5.0, 4.85), SYMMETRIC),
        Box.place([4.0, 0.0, 0.0], [0.2, 0.3, 1.32]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cut_boxes_add_up(name):
    """Different corners, edges, cuts and nodes, one sum: at any lifetime."""
    flight, box = CASES[name]
    whole, bound = converged_rule(flight, box, 1e-6)
    assert bound <= 1e-6
    nodes = whole.nodes()
    scale = np.median(whole.sky.near[nodes.direction] / np.exp(nodes.log_flight))
    for axis in range(3):
        parts = [converged_rule(flight, part, 1e-6)[0] for part in cut(box, axis, 0.37)]
        # Hits of the parts overlap, what is inside them does not.
        path = sum(part.hit_path for part in parts)
        assert path == pytest.approx(whole.hit_path, rel=3e-6)
        for factor, tolerance in ((1e3, 3e-6), (1.0, 3e-6), (0.1, 2e-5)):
            ctau = factor * scale
            total = sum(direct_probability(part, ctau) for part in parts)
            assert total == pytest.approx(direct_probability(whole, ctau), rel=tolerance)
    face = sum(face_acceptance(flight, part, 1e-6).value for part in cut(box, 0, 0.37))
    assert face == pytest.approx(face_acceptance(flight, box, 1e-6).value, rel=3e-6)


def test_three_cuts_of_the_hit_volume_share_a_front():
    """The first slice in depth is hit through its front and its sides, as the whole box is."""
    flight, box = CASES["large and tilted"]
    whole = face_acceptance(flight, box, 1e-6).value
    first = face_acceptance(flight, cut(box, 2, 0.2)[0], 1e-6).value
    assert first == pytest.approx(whole, rel=1e-12)
    hit = converged_rule(flight, box, 1e-6)[0].hit_probability
    assert hit > whole


def test_thin_boxes_are_linear_in_depth():
    flight, _ = CASES["forward"]
    values = []
    for depth in (4e-2, 2e-2, 1e-2):
        box = Box.place([1.0, 0.0, 7.0], [0.2, 0.3, depth], "beam")
        rule, _ = converged_rule(flight, box, 1e-6)
        values.append(direct_probability(rule, 5.0) / depth)
    # First order in the depth: halving it halves the distance from the limit.
    limit = 2 * values[2] - values[1]
    assert values[0] == pytest.approx(limit, rel=0.02)
    assert (values[1] - limit) / (values[0] - limit) == pytest.approx(0.5, rel=0.05)
    # The limit: each hit of the face flies depth/cos inside, decays at rate 1/(gamma beta ctau).
    face = Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1e-7], "beam")
    rule = build_rule(flight, face, Level(28, 10, 26))
    nodes = rule.nodes()
    cosine = (rule.sky.directions @ face.axes[2])[nodes.direction]
    near = rule.sky.near[nodes.direction]
    flown = 5.0 * np.exp(nodes.log_flight)
    expected = np.sum(nodes.weight * np.exp(-near / flown) / (cosine * flown))
    assert limit == pytest.approx(expected, rel=1e-4)


def test_a_far_box_sees_its_solid_angle():
    """Mean path times hits is volume times density over distance^2, once the box is small."""
    flight = direct_flight(ScalarInelastic(14.0, 5.0, 4.85), SYMMETRIC)
    for facing in ("ip", (0.3, 0.2, -1.0)):
        box = Box.place([200.0, 100.0, 150.0], [0.2, 0.3, 0.5], facing, roll=0.4)
        rule, _ = converged_rule(flight, box, 1e-8)
        r2 = box.centre @ box.centre
        sin2 = 1 - box.centre[2] ** 2 / r2
        density = 3 / (8 * np.pi) * sin2
        # Corrections are of order (size/distance)^2.
        assert rule.hit_path == pytest.approx(box.volume * density / r2, rel=1e-5)


def test_converged_rule_states_its_error():
    flight, box = CASES["forward"]
    dense = build_rule(flight, box, Level(72, 18, 50))
    for rtol in (1e-3, 1e-5):
        rule, bound = converged_rule(flight, box, rtol)
        assert bound <= rtol
        assert rule.hit_probability == pytest.approx(dense.hit_probability, rel=bound)
        assert rule.hit_path == pytest.approx(dense.hit_path, rel=bound)
