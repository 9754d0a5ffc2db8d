"""Links against brute force and against truth."""

import numpy as np
import pytest
from reference import linking_slow

from reconstruction.conftest import EMULSION, SHEETS, crowd
from wayside.reconstruction.films import Films
from wayside.reconstruction.link_comparison import (
    Segment,
    link_match,
    random_partners,
    step_between,
)
from wayside.reconstruction.linking import Linking, links
from wayside.reconstruction.material import Layer


def by_value(rows, following):
    """Links as pairs of positions: the same whatever the order of rows."""
    kept = np.flatnonzero(following >= 0)
    return sorted(zip(rows["x"][kept], rows["x"][following[kept]], strict=True))


@pytest.mark.nightly  # minutes of plain loops
@pytest.mark.parametrize("seed", [1, 2])
def test_links_equal_brute_force(seed):
    rows = crowd(2e3, 1.5, 9, seed, low=60.0)
    assert 500 < len(rows) < 3000
    how = Linking()
    fast, _ = links(rows, how=how)
    slow = linking_slow.link(rows, EMULSION, SHEETS, how, Layer())
    assert np.count_nonzero(fast >= 0) > 400
    np.testing.assert_array_equal(fast, slow)


def test_expected_number_of_random_partners():
    """Against base-tracks at random in a box around where the particle may be."""
    rng = np.random.default_rng(3)
    number, sigmas = 40_000, 4.0
    constants = Films().constants(2)
    step = step_between(0, 1, 60.0, constants.depths, constants.absorber)
    own = Segment(0.0, 0.0, 0.3, -0.2, 1.0)

    def beside(r, d):
        """A partner with residual r and turn d."""
        tx, ty = own.tx + d[0], own.ty + d[1]
        x, y = r[0] + 0.5 * step.dz * (own.tx + tx), r[1] + 0.5 * step.dz * (own.ty + ty)
        return Segment(x, y, tx, ty, 1.0)

    def chi2(r, d):
        return link_match(own, beside(r, d), step, constants.resolution).chi2

    # Widths from how chi-squared grows along each axis.
    width_r = sigmas * 1e-3 / np.sqrt(min(chi2((1e-3, 0.0), (0, 0)), chi2((0.0, 1e-3), (0, 0))))
    width_d = sigmas * 1e-3 / np.sqrt(min(chi2((0, 0), (1e-3, 0.0)), chi2((0, 0), (0.0, 1e-3))))
    r, d = rng.uniform(-width_r, width_r, (number, 2)), rng.uniform(-width_d, width_d, (number, 2))
    values = np.array([chi2(*both) for both in zip(r, d, strict=True)])
    one = link_match(own, beside((0.5 * width_r, 0.0), (0.0, 0.5 * width_d)), step,
                     constants.resolution)  # fmt: skip
    found = np.count_nonzero(values < one.chi2)
    assert found > 1000
    # Residuals and turns are volume-preserving coordinates of position and slope.
    expected = random_partners(one, number / (2.0 * width_r) ** 2 / (2.0 * width_d) ** 2)
    # Widths grow with the slope of the partner: its ellipsoid is not quite one, by 6 per cent here.
    # The count of 3,300 fluctuates by 2.
    assert expected == pytest.approx(found, rel=0.1)


def test_soft_tracks_are_not_continued_by_unrelated_ones():
    """Electrons of 40 MeV that begin among as many base-tracks as knock-on electrons leave."""
    half = 4.0
    soft = crowd(2e3, half, 8, 4, low=15.0)
    own = soft[soft["sheet"] >= 4]
    others = crowd(2e3, half, 8, 5, low=15.0)
    others["event"] += 1_000_000
    others = others[others["event"] % 8 == others["sheet"]]  # one base-track of each is left
    rows = np.concatenate([own, others])
    rows = rows[np.argsort(rows["sheet"], kind="stable")]
    films = Films(bounds=(-half, half, -half, half))
    extended = {}
    for limit in (0.1, np.inf):
        following, _ = links(rows, films, Linking(largest_random=limit))
        before = np.flatnonzero((following >= 0) & (rows["event"] >= 1_000_000))
        extended[limit] = np.count_nonzero(rows["event"][following[before]] < 1_000_000)
    starts = len(np.unique(own["event"]))
    assert extended[0.1] < 0.1 * starts
    assert extended[np.inf] > 3 * extended[0.1]


def test_wrong_links_do_not_grow_out_of_hand():
    wrong = []
    for density in (1e4, 1e5):
        half = 1.5
        rows = crowd(density, half, 6, 5)
        following, _ = links(rows, Films(bounds=(-half, half, -half, half)))
        kept = np.flatnonzero(following >= 0)
        core = kept[np.maximum(abs(rows["x"][kept]), abs(rows["y"][kept])) < half - 0.8]
        wrong.append(np.mean(rows["event"][core] != rows["event"][following[core]]))
    assert wrong[0] < 0.002
    assert wrong[1] < 0.004
