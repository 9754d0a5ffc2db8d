"""The rate of fog: false micro-tracks and base-tracks are too few to be simulated."""

import numpy as np
import pytest
from reference.fog import basetrack_rate, fog_microtracks, microtrack_rate

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.sheets import Sheets

EMULSION, SHEETS = Emulsion(), Sheets()


def test_fog_rate_by_brute_force():
    """Triples of fog grains on a line, counted one by one; 25 per cent, or 4 sigma.

    With a threshold of 3 the formula asks for a third grain in the tube between two others.
    """
    dense = Emulsion(fog=2e-3, threshold=3, tube=0.5, largest_slope=0.3)
    side, depth, count, pairs = 60.0, 50.0, 0, 0
    rng = np.random.default_rng(10)
    samples = 40
    for _ in range(samples):
        points = rng.random((rng.poisson(dense.fog * side * side * depth), 3))
        points *= (side, side, depth)
        # An outermost pair begins inside; its partner may be anywhere, so the sides wrap.
        step = points[None] - points[:, None]
        step[..., :2] -= side * np.round(step[..., :2] / side)
        dz = step[..., 2]
        near = (dz > 0) & (np.hypot(step[..., 0], step[..., 1]) < 0.3 * dz)
        for i, j in np.argwhere(near):
            pairs += 1
            share = step[i, :, 2] / dz[i, j]
            off = step[i, :, :2] - share[:, None] * step[i, j, :2]
            inside = (share > 0) & (share < 1) & (np.hypot(off[:, 0], off[:, 1]) < 0.5)
            inside[[i, j]] = False
            count += bool(inside.any())
    expected = microtrack_rate(dense, SHEETS) * (side * UM) ** 2 * samples
    assert count > 100
    assert count == pytest.approx(expected, abs=4 * np.sqrt(expected) + 0.05 * expected)


def test_fog_is_rare_and_drawn_at_its_rate():
    rate = microtrack_rate(EMULSION, SHEETS)
    assert 0.0 < 100 * rate < 1e3  # per cm^2, where 1e6 real tracks may be
    assert basetrack_rate(EMULSION, SHEETS) < 1e-6 * rate
    films = np.arange(40)
    drawn = fog_microtracks(
        EMULSION, SHEETS, films, (0.0, 20.0, 0.0, 10.0), np.random.default_rng(11)
    )
    assert len(drawn) == pytest.approx(rate * 8000, abs=4 * np.sqrt(rate * 8000))
    assert np.all(np.hypot(drawn["tx"], drawn["ty"]) <= 1.0)
