"""Faces of boxes against rays, a closed form and the divergence theorem."""

import math

import numpy as np
import pytest

from wayside.backgrounds.faces import directions_into
from wayside.detector.box import Box


def some_boxes() -> list[Box]:
    return [
        Box.place([1.0, 0.0, 7.0], [2.0, 3.0, 1.32]),
        Box.place([-2.0, 1.0, 3.0], [1.5, 1.0, 2.0], [0.2, 0.5, -1.0], 0.4),
        Box.place([4.0, 0.0, 0.0], [2.0, 3.0, 1.32]),
    ]


@pytest.mark.parametrize("box", some_boxes())
def test_solid_angle_against_rays(box: Box) -> None:
    rng = np.random.default_rng(1)
    rays = rng.normal(size=(400_000, 3))
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    hit = float(np.mean(box.crossings(rays).hit))
    # Four standard deviations: one in 16,000 seeds fails.
    error = 4.0 * math.sqrt(hit * (1.0 - hit) / len(rays))
    assert directions_into(box)[1].sum() / (4.0 * math.pi) == pytest.approx(hit, abs=error)


def test_solid_angle_of_a_rectangle() -> None:
    """In closed form: 4 arcsin(ab / sqrt((a^2 + d^2)(b^2 + d^2))), half sides a and b."""
    box = Box.place([0.0, 0.0, 2.0], [1.0, 3.0, 1e-3], "beam")
    a, b, d = 0.5, 1.5, 2.0
    exact = 4.0 * math.asin(a * b / math.sqrt((a * a + d * d) * (b * b + d * d)))
    assert directions_into(box, 30)[1].sum() == pytest.approx(exact, rel=1e-10)


def test_faces_close_the_box() -> None:
    box = some_boxes()[1]
    found = box.faces
    assert sum(each.area * each.normal for each in found) == pytest.approx(np.zeros(3), abs=1e-12)
    # The divergence theorem: the flux of x/3 out of the surface is the volume.
    flux = 0.0
    for each in found:
        places, _, areas = each.patches(3)
        flux += float(areas @ (places @ each.normal)) / 3.0
    assert flux == pytest.approx(box.volume, rel=1e-12)
    assert sorted(each.area for each in found) == pytest.approx(
        sorted(2 * [1.5, 3.0, 2.0]), rel=1e-12
    )
