"""The search for pairs against all pairs."""

import numpy as np

from reconstruction.conftest import SHEETS
from reconstruction.toy_lines import NOTHING, two_at
from wayside.reconstruction.material import Layer
from wayside.reconstruction.vertex_fit import fit_pair, fronts, lines_of
from wayside.reconstruction.vertices import Vertexing, vertices


def test_vertices_by_brute_force():
    """All pairs of some tracks that begin close together: none is missed by the grid."""
    rng = np.random.default_rng(6)
    tracks = np.concatenate(
        [
            two_at((x, y, z), *rng.uniform(-0.4, 0.4, (2, 2)), sheet, variance=1e-6)
            for x, y, z, sheet in [
                (*rng.uniform(-3, 3, 2), 0.8 * s + rng.uniform(0, 0.5), s)
                for s in rng.integers(5, 60, 150)
                if s % 40
            ]
        ]
    )  # fmt: skip
    # Depths by number within a block only: shift those of the second one.
    second = tracks["first_sheet"] >= 40
    assert second.any()
    how = Vertexing()
    found = vertices(tracks[~second], NOTHING, how=how)
    chosen = tracks[~second]
    lines, absorber = lines_of(chosen), Layer().absorber(0.5)
    layers = fronts(SHEETS, 39)
    fits = []
    for i, a in enumerate(lines):
        for j, b in enumerate(lines):
            first, other = a["first_sheet"], b["first_sheet"]
            if i == j or not (first < other <= first + 2 or (first == other and i < j)):
                continue
            low, high = layers.plate[max(first - 3, 0)], layers.plate[first] + 0.5
            fit = fit_pair(a, b, low, high, layers, absorber)
            if not fit.solved:
                continue
            ok = fit.chi2 < how.largest_chi2 and fit.opening >= how.min_opening
            ok &= fit.sigma_z < 0.8 and fit.z >= low - 3 * fit.sigma_z
            if ok and fit.z <= min(high + 0.3 + 5 * fit.sigma_z, a["z"] + 0.3):
                fits.append((fit.chi2, i, j))
    used, expected = set(), set()
    for _, i, j in sorted(fits):
        if i not in used and j not in used:
            used |= {i, j}
            expected.add(frozenset((i, j)))
    got = {
        frozenset((int(a), int(b))) for a, b in zip(found["track_1"], found["track_2"], strict=True)
    }
    assert len(expected) > 60
    assert got == expected
