"""Rays through boxes against points along the ray and against face-by-face intersection."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.sampling import crossings

from wayside.detector.box import Box
from wayside.detector.rays import cross_box, cross_front


def some_boxes():
    rng = np.random.default_rng(3)
    boxes = [Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32]), Box.place([0, 0, 5], [1, 1, 1], "beam")]
    for _ in range(15):
        position = rng.normal(size=3) * 3 + 2
        boxes.append(
            Box.place(position, rng.uniform(0.2, 3, 3), tuple(-position + rng.normal(size=3)))
        )
    return boxes


def toward(box, rng, n):
    """Rays that mostly hit, some that miss."""
    points = box.centre + (rng.uniform(-0.7, 0.7, (n, 3)) * box.size) @ box.axes
    return points / np.linalg.norm(points, axis=1)[:, None]


@pytest.mark.parametrize("box", some_boxes())
def test_against_points_along_the_ray(box):
    """The share of evenly spaced points that the box contains is the path over the length."""
    rng = np.random.default_rng(5)
    rays = toward(box, rng, 40)
    near, far = (column[:, 0] for column in box.crossings(rays))
    length = 1.01 * np.linalg.norm(box.corners, axis=1).max()
    n = 4000
    steps = (np.arange(n) + 0.5) * length / n
    for ray, a, b in zip(rays, near, far, strict=True):
        offset = (steps[:, None] * ray - box.centre) @ box.axes.T
        inside = np.all(np.abs(offset) <= box.size / 2, axis=1)
        # Each end is known to a step.
        assert inside.sum() * length / n == pytest.approx(b - a, abs=1.01 * length / n)
        if inside.any():
            assert steps[inside].min() == pytest.approx(a, abs=1.01 * length / n)


@pytest.mark.parametrize("box", some_boxes())
def test_against_intersection_with_faces(box):
    rays = toward(box, np.random.default_rng(7), 500)
    near, far = (column[:, 0] for column in box.crossings(rays))
    expected = crossings(rays, box.centre, box.size, box.axes)
    hit = far > near
    assert hit.any()
    # A ray within rounding of an edge may count either way; none here is.
    assert np.array_equal(hit, expected[1] > expected[0])
    assert near[hit] == pytest.approx(expected[0][hit], rel=1e-12)
    assert far[hit] == pytest.approx(expected[1][hit], rel=1e-12)


@pytest.mark.parametrize("box", some_boxes())
def test_front(box):
    for ray in toward(box, np.random.default_rng(9), 300):
        distance = cross_front(ray, box.position, box.size, box.axes)
        t = (box.position @ box.axes[2]) / (ray @ box.axes[2])
        offset = box.axes @ (t * ray - box.position)
        inside = t > 0 and abs(offset[0]) <= box.size[0] / 2 and abs(offset[1]) <= box.size[1] / 2
        assert (distance > 0) == inside
        if inside:
            assert distance == pytest.approx(t, rel=1e-13)


@settings(max_examples=200, deadline=None)
@given(
    st.tuples(*[st.floats(-5, 5)] * 3).filter(lambda v: np.linalg.norm(v) > 1.0),
    st.tuples(*[st.floats(0.01, 0.5)] * 3),
    st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1),
)
def test_entry_and_exit_lie_on_the_surface(position, size, ray):
    box = Box.place(position, size)
    ray = np.array(ray) / np.linalg.norm(ray)
    near, far = cross_box(ray, box.position, box.size, box.axes)
    if far <= near:
        return
    for distance in (near, far):
        offset = np.abs(box.axes @ (distance * ray - box.centre)) / (box.size / 2)
        # On at least one face, outside of none; rounding of a point metres away on a centimetre.
        assert offset.max() == pytest.approx(1.0, abs=1e-9)
    assert box.contains(0.5 * (near + far) * ray)


def test_parallel_rays_and_rays_backward():
    box = Box.place([0.0, 0.0, 5.0], [1.0, 1.0, 2.0], "beam")
    rays = np.array([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
    near, far = (column[:, 0] for column in box.crossings(rays))
    assert near[0] == pytest.approx(5.0)
    assert far[0] == pytest.approx(7.0)
    assert (far - near)[1:] == pytest.approx([0.0, 0.0])
    beside = Box.place([2.0, 0.0, 5.0], [1.0, 1.0, 2.0], "beam")
    near, far = (column[:, 0] for column in beside.crossings(rays[:1]))
    assert far[0] == near[0]
