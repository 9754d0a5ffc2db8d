"""Sampled flights against exact yields of sub-boxes, quadrature over nodes, and a plain sampler.

Every chi-square or Kolmogorov test fails by chance once in a million, a comparison of one number at
5 standard errors once in two million; seeds are fixed.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import sampling
from scipy.stats import chi2, kstest

from wayside.acceptance.estimate import decay_curve
from wayside.acceptance.panels import build_rule
from wayside.acceptance.rule import Level
from wayside.acceptance.timing import arrival_times
from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.generator.flights import FlightSampler
from wayside.generator.foam import build_foam
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.radiative_flight import RadiativeFlight
from wayside.sensitivity.mass_point import MassPoint

UNLIKELY = 1e-6
BELLE2 = Beams(7.007, 4.000, 0.083)
HEAD_ON = Beams.symmetric(10.58)
BOX_A = Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))
CENTRAL = Box.place((0.0, 4.0, 0.3), (2.0, 1.8, 1.32))
AHEAD = Box.place((0.6, 0.3, 4.0), (0.8, 0.9, 2.0))
ON_AXIS = Box.place((0.0, 0.0, 3.0), (0.5, 0.4, 1.0))
STUDY = ScalarInelastic(8.0, 4.341, 3.65)

CASES = {
    "study": (STUDY, HEAD_ON, BOX_A, 6.8),
    "true beams": (STUDY, BELLE2, BOX_A, 6.8),
    "fermions": (PseudoDirac(8.0, 4.341, 3.65), BELLE2, BOX_A, 0.3),
    "short": (STUDY, BELLE2, BOX_A, 0.1),
    "long": (STUDY, BELLE2, BOX_A, 1e15),
    "slower than the boost": (PseudoDirac(10.5, 5.6, 4.5), BELLE2, AHEAD, 2.0),
    "light": (ScalarInelastic(0.05, 0.02, 0.01), BELLE2, AHEAD, 0.01),
    "on the axis": (STUDY, HEAD_ON, ON_AXIS, 2.0),
    "off shell": (ScalarInelastic(14.0, 5.0, 4.85), BELLE2, CENTRAL, 5.0),
    "off shell, slow": (PseudoDirac(14.0, 5.28, 5.25), BELLE2, AHEAD, 1.0),
}


def point_of(model, beams):
    mode = "on-shell" if model.m_aprime < beams.sqrt_s else "off-shell"
    return MassPoint(model, beams, {}, production=mode)


def draw(model, beams, box, ctau, seed=1, n=60_000):
    sampler = FlightSampler([point_of(model, beams).flight], {"A": box}, ctau)
    return sampler, sampler.draw(n, np.random.default_rng(seed))


def assert_counts(counts, expected):
    """Pearson's chi-square of counts against expectations that share their sum."""
    expected = np.asarray(expected) * np.sum(counts) / np.sum(expected)
    few = expected < 10
    assert np.sum(counts[few]) <= np.sum(expected[few]) + 10 * math.sqrt(1 + np.sum(expected[few]))
    value = np.sum((counts - expected)[~few] ** 2 / expected[~few])
    assert chi2.sf(value, max(1, np.sum(~few) - 1)) > UNLIKELY, (counts, expected)


DAILY = ("fermions", "slower than the boost", "on the axis", "off shell")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[] if name in DAILY else pytest.mark.nightly) for name in CASES
    ],
)
def case(request):
    model, beams, box, ctau = CASES[request.param]
    return model, beams, box, ctau, *draw(model, beams, box, ctau)


def part_of(box, cuts, i, axis):
    """Slice i of equal slices of a box along one of its axes."""
    size = box.size.copy()
    size[axis] /= cuts
    offset = i * size[axis] if axis == 2 else (i + 0.5) * size[axis] - 0.5 * box.size[axis]
    return Box(box.position + offset * box.axes[axis], size, box.axes)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_of_the_box(case, axis) -> None:
    model, beams, box, ctau, _, flights = case
    local = (flights.vertex - box.position) @ box.axes.T
    low = 0.0 if axis == 2 else -0.5 * box.size[axis]
    where = np.floor(4 * (local[:, axis] - low) / box.size[axis] * (1 - 1e-12)).astype(int)
    assert where.min() >= 0
    assert where.max() <= 3
    flight = point_of(model, beams).flight
    logs = [
        float(decay_curve(flight, part_of(box, 4, i, axis), 1e-3)[0].log_probability(ctau))
        for i in range(4)
    ]
    assert_counts(np.bincount(where, minlength=4), np.exp(np.array(logs) - max(logs)))


def test_normalisation(case) -> None:
    # The share of proposals that is kept times their integral is the decay probability.
    model, beams, box, ctau, sampler, flights = case
    curve, _ = decay_curve(point_of(model, beams).flight, box, 1e-3)
    kept = len(flights.rapidity) / flights.proposed
    exact = math.exp(float(curve.log_probability(ctau)) - sampler.log_total)
    error = math.sqrt(kept / flights.proposed)
    assert kept == pytest.approx(exact, abs=5 * error + 1e-3 * exact)
    # Efficient, and next to nothing is used twice.
    assert kept > 0.4
    assert flights.repeated < 1e-3 * len(flights.rapidity)


def test_rapidity_and_arrival(case) -> None:
    model, beams, box, ctau, _, flights = case
    flight = point_of(model, beams).flight
    rule = build_rule(flight, box, Level(36, 12, 36))
    near, far = (column[:, 0] for column in box.crossings(flights.direction))
    # Rounding puts a ray on an edge inside or outside.
    hit = far > near
    assert np.mean(hit) > 1 - 1e-3
    assert np.all(flights.length[hit] >= near[hit] * (1 - 1e-9))
    assert np.all(flights.length[hit] <= far[hit] * (1 + 1e-9))

    nodes = rule.nodes()
    flown = np.exp(nodes.log_flight) * ctau
    inside = (rule.sky.far - rule.sky.near)[nodes.direction] / flown
    with np.errstate(divide="ignore"):
        logs = np.log(nodes.weight) + np.log(-np.expm1(-inside))
    logs -= rule.sky.near[nodes.direction] / flown
    weight = np.exp(logs - np.max(logs))
    # Light excited states have a narrow range of rapidity along every direction: all lumps.
    if isinstance(flight, RadiativeFlight) and model.m1 > 1:
        edges = np.quantile(flights.rapidity, np.linspace(0, 1, 9))
        edges[0], edges[-1] = 0.0, np.inf
        expected, _ = np.histogram(nodes.rapidity, bins=edges, weights=weight)
        counts, _ = np.histogram(flights.rapidity, bins=edges)
        # Half a per cent beside the statistics: nodes are lumps.
        expected *= np.sum(counts) / np.sum(expected)
        spread2 = expected + (0.005 * np.sum(counts) / 8) ** 2
        assert chi2.sf(np.sum((counts - expected) ** 2 / spread2), 7) > UNLIKELY

    entry = flights.time[hit] * near[hit] / flights.length[hit]
    edges = np.quantile(entry, np.linspace(0, 1, 7))
    edges[0], edges[-1] = 0.0, 1e30
    expected = arrival_times(rule, ctau, edges).probability
    if np.sum(expected) > 0:
        counts, _ = np.histogram(entry, bins=edges)
        expected = expected * np.sum(counts) / np.sum(expected)
        # Light ones arrive at once, and those off shell have a line of energies.
        lump = 0.005 if isinstance(flight, RadiativeFlight) and model.m1 > 1 else 0.05
        spread2 = expected + (lump * np.sum(counts) / 6) ** 2
        assert chi2.sf(np.sum((counts - expected) ** 2 / spread2), 5) > UNLIKELY


def test_against_plain_sampling() -> None:
    # Four-vectors of Eq. 13, event by event, weighted with their chance to decay inside.
    masses, beams = (2.5, 1.0, 0.9), (2.6, 1.4, 0.08)
    box, ctau = Box.place((1.0, 0.3, 3.0), (1.2, 1.6, 2.0)), 2.0
    point = MassPoint(ScalarInelastic(*masses), Beams(*beams), {}, regulator="printed")
    sampler = FlightSampler([point.flight], {"A": box}, ctau)
    flights = sampler.draw(50_000, np.random.default_rng(5))
    rng = np.random.default_rng(6)
    energy, momentum, weight = sampling.on_shell(
        400_000, rng, point.beams.sqrt_s, M_ELECTRON, *masses
    )
    _, momentum = sampling.laboratory(energy, momentum, *beams)
    size = np.linalg.norm(momentum, axis=1)
    near, far = sampling.crossings(momentum / size[:, None], box.centre, box.size, box.axes)
    hit = far > near
    flown = size[hit] / masses[1] * ctau
    weight = weight[hit] * (np.exp(-near[hit] / flown) - np.exp(-far[hit] / flown))
    direction = momentum[hit] / size[hit][:, None]
    for ours, theirs in (
        (flights.rapidity, np.arcsinh(size[hit] / masses[1])),
        (flights.direction[:, 0], direction[:, 0]),
        (flights.direction[:, 1], direction[:, 1]),
    ):
        edges = np.quantile(ours, np.linspace(0, 1, 11))
        edges[0], edges[-1] = -np.inf, np.inf
        counts, _ = np.histogram(ours, bins=edges)
        first, _ = np.histogram(theirs, bins=edges, weights=weight)
        second, _ = np.histogram(theirs, bins=edges, weights=weight**2)
        scale = np.sum(counts) / np.sum(first)
        value = np.sum((counts - scale * first) ** 2 / (counts + scale**2 * second))
        assert chi2.sf(value, 9) > UNLIKELY


def test_decay_point_is_exponential() -> None:
    # Along each flight by itself, cut off where it leaves the box.
    for ctau in (1e-4, 0.5, 1e9):
        _, flights = draw(STUDY, HEAD_ON, BOX_A, ctau, n=20_000)
        near, far = (column[:, 0] for column in BOX_A.crossings(flights.direction))
        flown = ctau * np.sinh(flights.rapidity)
        inside = far > near
        share = np.expm1(-(flights.length - near)[inside] / flown[inside])
        share /= np.expm1(-(far - near)[inside] / flown[inside])
        assert kstest(share, "uniform").pvalue > UNLIKELY


def test_detectors_share_by_yield() -> None:
    boxes = {"A": BOX_A, "B": Box.place((1.4, 0.0, 7.0), (0.2, 0.4, 1.32))}
    flight = point_of(STUDY, BELLE2).flight
    flights = FlightSampler([flight], boxes, 6.8).draw(60_000, np.random.default_rng(3))
    expected = [float(decay_curve(flight, box, 1e-4)[0].probability(6.8)) for box in boxes.values()]
    assert_counts(np.bincount(flights.detector), expected)
    for i, box in enumerate(boxes.values()):
        local = (flights.vertex[flights.detector == i] - box.centre) @ box.axes.T
        assert np.all(np.abs(local) <= 0.5 * box.size * (1 + 1e-9))


def test_bounds_that_are_too_low_cost_copies_not_truth(monkeypatch) -> None:
    monkeypatch.setattr("wayside.generator.foam.SAFETY", 0.5)
    sampler, flights = draw(STUDY, BELLE2, BOX_A, 6.8)
    assert flights.repeated > 0.1 * len(flights.rapidity)
    exact = float(decay_curve(point_of(STUDY, BELLE2).flight, BOX_A, 1e-4)[0].probability(6.8))
    mean = len(flights.rapidity) / flights.proposed
    # Copies come in pairs at the most here: twice the variance covers them.
    error = math.sqrt(2 * mean / flights.proposed)
    assert mean * math.exp(sampler.log_total) == pytest.approx(exact, rel=5 * error / mean)


def test_foam_integral() -> None:
    # A step and a steep corner; the integral of the bounds is above that of the density.
    def log_values(points):
        return np.where(points[:, 0] < 1 / 3, -np.inf, -200.0 * points[:, 1])

    foam = build_foam(log_values)
    assert foam is not None
    exact = math.log(2 / 3 * -math.expm1(-200) / 200)
    assert foam.log_integral == pytest.approx(exact, abs=0.1)
    assert exact < foam.log_total < exact + 0.6
    assert np.prod(foam.width, axis=1).sum() == pytest.approx(1, rel=1e-12)
    assert build_foam(lambda points: np.full(len(points), -np.inf)) is None


@pytest.mark.parametrize("ctau", [0.0, -1.0, math.inf, math.nan])
def test_refuses_lifetimes(ctau: float) -> None:
    with pytest.raises(InputError, match="never decays"):
        FlightSampler([point_of(STUDY, BELLE2).flight], {"A": BOX_A}, ctau)


def test_refuses_what_cannot_be_reached() -> None:
    behind = Box.place((1.0, 0.0, -7.0), (0.2, 0.3, 1.0))
    point = replace(point_of(STUDY, Beams(20.0, 1.4)))
    with pytest.raises(InputError, match="no excited state can reach A"):
        FlightSampler([point.flight], {"A": behind}, 1.0)
