"""The tabulated decay probability against the sum over nodes, term by term and at any precision."""

import mpmath as mp
import numpy as np
import pytest

from tests.reference.decay_sum import direct_probability
from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.direct_flight import direct_flight
from wayside.production.radiative_flight import radiative_flight

SYMMETRIC = Beams.symmetric(10.58)
BELLE2 = Beams(7.007, 4.000, 0.083)
BOX_A = Box.place([1.0, 0.0, 7.0], [0.2, 0.3, 1.32])
CENTRAL = Box.place([4.0, 0.0, 0.0], [0.2, 0.3, 1.32])
LONG = Box.place([0.3, 0.2, 0.5], [1.0, 1.0, 30.0])

CASES = {
    "collinear": (radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), SYMMETRIC), BOX_A),
    "wide energies": (radiative_flight(PseudoDirac(5.0, 2.0, 1.0), SYMMETRIC), BOX_A),
    "one energy": (direct_flight(ScalarInelastic(14.0, 5.0, 4.85), SYMMETRIC), CENTRAL),
    "slow": (direct_flight(ScalarInelastic(14.0, 5.28, 5.25), BELLE2), BOX_A),
    "long box": (radiative_flight(ScalarInelastic(5.0, 2.0, 1.0), BELLE2), LONG),
    "light": (radiative_flight(ScalarInelastic(8.0, 2e-3, 1e-3), SYMMETRIC), BOX_A),
}


@pytest.fixture(scope="module", params=CASES)
def rule(request):
    flight, box = CASES[request.param]
    return build_rule(flight, box, Level(8, 4, 10))


def proper_distances(rule):
    nodes = rule.nodes()
    flown = np.exp(nodes.log_flight)
    return rule.sky.near[nodes.direction] / flown, rule.sky.far[nodes.direction] / flown


def test_against_the_sum_over_twelve_decades(rule):
    """From stable to decays within a fortieth of the shortest way."""
    curve = DecayCurve(rule)
    near, _ = proper_distances(rule)
    scale = near[rule.nodes().weight > 0].min()
    ctaus = np.geomspace(scale / 40, scale / 40 * 1e12, 80)
    values = curve.probability(ctaus)
    expected = [direct_probability(rule, ctau) for ctau in ctaus]
    assert values == pytest.approx(expected, rel=1e-5)


def test_against_mpmath(rule):
    """Also where doubles would underflow before the sum is taken."""
    curve = DecayCurve(rule)
    near, far = proper_distances(rule)
    used = rule.nodes().weight > 0
    near, far, weight = near[used], far[used], rule.nodes().weight[used]
    # Terms more than e^35 below the largest do not count. The grid of distances is made to keep
    # e^-40; at e^-300 a tenth of such a probability may go.
    shortest = near.min()
    for exponent, tolerance in ((30.0, 1e-5), (300.0, 0.1)):
        ctau = shortest / exponent
        keep = (near - shortest) / ctau < 35
        if keep.sum() > 60_000:
            pytest.skip("half a minute of mpmath: the other cases are alike")
        with mp.workdps(30):
            total = mp.fsum(
                mp.mpf(w) * (mp.exp(-mp.mpf(a) / ctau) - mp.exp(-mp.mpf(b) / ctau))
                for w, a, b in zip(weight[keep], near[keep], far[keep], strict=True)
            )
            expected = float(mp.log(total))
        # A small error of the logarithm is a relative one of the probability.
        assert float(curve.log_probability(ctau)) == pytest.approx(expected, abs=tolerance)


def test_direct_sum_against_plain_exponentials(rule):
    near, far = proper_distances(rule)
    for ctau in (0.3 * near.min(), 3 * near.max()):
        plain = np.sum(rule.nodes().weight * (np.exp(-near / ctau) - np.exp(-far / ctau)))
        assert direct_probability(rule, ctau) == pytest.approx(plain, rel=1e-9)


def test_long_lifetimes_are_linear_in_path_over_ctau(rule):
    curve = DecayCurve(rule)
    near, far = proper_distances(rule)
    path = np.sum(rule.nodes().weight * (far - near))
    assert curve.mean_path * curve.hit_probability == pytest.approx(path, rel=1e-7)
    # Next term: one half of the square of distance over ctau.
    for factor in (1e6, 1e12):
        ctau = factor * far.max()
        assert float(curve.probability(ctau)) == pytest.approx(path / ctau, rel=1e-6 + 2 / factor)


def test_short_lifetimes_never_become_garbage(rule):
    curve = DecayCurve(rule)
    near, _ = proper_distances(rule)
    shortest = near[rule.nodes().weight > 0].min()
    ctaus = shortest / np.geomspace(0.01, 1e7, 300)
    logs = curve.log_probability(ctaus)
    assert np.all(np.isfinite(logs))
    # Past the maximum the logarithm falls, and for very short lifetimes like -shortest/ctau.
    assert np.all(np.diff(logs[120:]) < 0)
    assert logs[-1] == pytest.approx(-1e7, rel=1e-4)
    assert np.all(logs <= np.log(curve.hit_probability) + 1e-6)


def test_nothing_reaches_the_volume():
    flight = direct_flight(ScalarInelastic(14.0, 5.28, 5.25), BELLE2)
    behind = Box.place([0.0, 0.0, -5.0], [0.2, 0.3, 1.0])
    curve = DecayCurve(build_rule(flight, behind, Level(6, 3, 8)))
    assert curve.empty
    assert np.array_equal(curve.probability([0.1, 10.0]), [0.0, 0.0])
