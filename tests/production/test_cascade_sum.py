"""Several decays as one density: against one decay after the other, each with nodes of its own."""

import numpy as np
import pytest

from wayside import load_scenario
from wayside.acceptance.particle import CombinedAcceptance, acceptance, part_acceptance, prepared
from wayside.acceptance.quadrature import gauss_legendre
from wayside.production.cascade_sum import by_speed, cascade_sum, is_within_cone
from wayside.production.spectrum import MAX_SEGMENTS, spectrum
from wayside.sensitivity.particle_point import ParticlePoint, particle_point

HNL = {"model.kind": "hnl", "model.u2_tau": 1e-4, "model.u2_e": 1e-5}
HIGGS = {"model.kind": "dark-higgs", "model.sin_theta": 1e-4}
POINTS = [
    ("belle2-forward-beams", {**HNL, "model.mass": 0.5}),
    ("belle2-forward", {**HNL, "model.mass": 1.1}),
    ("gazelle", {**HIGGS, "model.mass": 0.7}),
    ("besiii-forward", {**HNL, "model.mass": 0.8}),
]


def point_at(name: str, values: dict) -> ParticlePoint:
    return particle_point(load_scenario(name, values))


def along(flight, direction, order, rate):
    """Sums of the density, and of it weighted with exp(-rate/(gamma beta)), along a direction."""
    out = np.empty((3, MAX_SEGMENTS * order))
    number = spectrum(flight, direction, gauss_legendre(order), out)
    weights, flown = out[1, :number], np.exp(out[2, :number])
    return weights.sum(), (weights * np.exp(-rate / flown)).sum()


@pytest.mark.parametrize("place", POINTS, ids=lambda place: place[0])
def test_along_directions(place):
    point = point_at(*place)
    parts = [part for process in point.processes for part in process.parts]
    parts = [part for part in parts if by_speed(part.flight)[1] is None]
    assert len(parts) > 3
    rng = np.random.default_rng(3)
    fractions = rng.uniform(0.1, 1.0, len(parts))
    summed = cascade_sum(fractions.tolist(), [part.flight for part in parts], 11)
    assert np.all(summed.weights[0] > 0.0)
    assert np.all(summed.weights.sum(axis=0) > 0.0)
    for direction in rng.normal(size=(8, 3)):
        # Toward the boost, where detectors are and the density is smooth in the rapidity.
        direction = np.abs(direction) / np.linalg.norm(direction)
        for rate in (0.3, 10.0):
            one_by_one = sum(
                fraction * np.array(along(part.flight, direction, 48, rate))
                for fraction, part in zip(fractions, parts, strict=True)
            )
            assert along(summed, direction, 1, rate) == pytest.approx(one_by_one, rel=3e-5)


@pytest.mark.parametrize("place", POINTS, ids=lambda place: place[0])
def test_acceptances(place):
    point = point_at(*place)
    name = next(iter(point.volumes))
    parts = point.processes[-1].parts + point.processes[0].parts
    parts = tuple(part._replace(fraction=0.5 * part.fraction) for part in parts)
    alone = CombinedAcceptance(
        tuple(part.fraction for part in parts),
        tuple(part_acceptance(part.flight, point.volumes[name], 1e-6) for part in parts),
    )
    together = acceptance(parts, point.volumes[name])
    assert together.hit_probability == pytest.approx(alone.hit_probability, rel=1e-5)
    ctau = np.geomspace(1e-3, 1e4, 60)
    ctau = ctau[alone.probability(ctau) > np.exp(-25.0) * alone.hit_probability]
    expected = alone.probability(ctau)
    depth = np.log(alone.hit_probability / expected)
    assert np.count_nonzero(depth < 8.0) > 20
    # As of other acceptances: ten times less well where exp(-15) of the particles survive.
    error = 1e-4 * np.maximum(1.0, depth / 1.5)
    assert np.all(np.abs(together.probability(ctau) / expected - 1.0) < error)


SLOW = ("belle2-forward-beams", {**HNL, "model.mass": 0.3})


def test_fast_and_slow_are_all():
    """A flight is the sum of its two parts along a direction, with cones in the slow one alone."""
    flights = [part.flight for process in point_at(*SLOW).processes for part in process.parts]
    divided = [by_speed(flight) for flight in flights]
    assert {(fast is None, slow is None) for fast, slow in divided} == {
        (False, True), (False, False),
    }  # fmt: skip
    axis = np.zeros(3)
    direction = np.array([0.12, 0.03, 1.0])
    direction /= np.linalg.norm(direction)
    for flight, (fast, slow) in zip(flights, divided, strict=True):
        assert len(fast.edges(axis)) == 0
        assert (slow is None) == (len(flight.edges(axis)) == 0)
        if slow is None:
            assert fast is flight
            continue
        for rate in (0.0, 0.3):
            parts = np.array(along(fast, direction, 48, rate)) + along(slow, direction, 48, rate)
            assert parts == pytest.approx(along(flight, direction, 64, rate), rel=1e-9)


def test_sum_of_slow_ones_inside_of_their_cones():
    """Both momenta of a direction, against one decay after the other; cones by their edges."""
    flights = [part.flight for process in point_at(*SLOW).processes for part in process.parts]
    slow = [flight for flight in (by_speed(flight)[1] for flight in flights) if flight is not None]
    boost = slow[0].polar_axis(np.zeros(3))
    directions = boost + np.random.default_rng(7).normal(size=(6, 3)) * 0.05
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    inside = [flight for flight in slow if is_within_cone(flight, directions)]
    assert 2 < len(inside) < len(slow)
    for flight in inside:
        (cone,) = flight.edges(boost)
        assert np.all(directions @ cone[:3] > cone[3])
    assert not is_within_cone(inside[0], -directions)
    summed = cascade_sum(np.full(len(inside), 0.3).tolist(), inside, 11)
    for direction in directions:
        for rate in (0.0, 0.3):
            one_by_one = sum(
                0.3 * np.array(along(flight, direction, 64, rate)) for flight in inside
            )
            assert along(summed, direction, 1, rate) == pytest.approx(one_by_one, rel=1e-5)


def test_slow_ones_are_as_exact_as_the_sum():
    """With mass bins of one channel, a part of which is slower than the boost, one by one."""
    point = point_at(*SLOW)
    name = next(iter(point.volumes))
    process = next(p for p in point.processes if len(prepared(p.parts).slow) > 1)
    alone = CombinedAcceptance(
        tuple(part.fraction for part in process.parts),
        tuple(part_acceptance(part.flight, point.volumes[name], 1e-6) for part in process.parts),
    )
    together = acceptance(process.parts, point.volumes[name])
    ctau = np.geomspace(0.1, 1e6, 20)
    expected = alone.probability(ctau)
    assert together.probability(ctau) == pytest.approx(expected, rel=2e-5)
    assert np.all(together.error(ctau) < 1e-4 * expected)


@pytest.mark.parametrize("place", POINTS[:3], ids=lambda place: place[0])
def test_points_add_up_processes(place):
    point = point_at(*place)
    name = next(iter(point.volumes))
    rng = np.random.default_rng(5)
    couplings = {one.name: 10 ** rng.uniform(-6, -4, 9) for one in point.model.couplings}
    ctau = point.ctau(couplings)
    each = range(len(point.processes))
    decays = sum(
        process.produced_fb(couplings) * point.acceptance(number, name).probability(ctau)
        for number, process in zip(each, point.processes, strict=True)
    )
    found = point.decays_per_fb(name, couplings)
    assert found == pytest.approx(point.visible_fraction(couplings) * decays, rel=1e-5)
    numbers = {key[0] for key in point.computed()}
    assert max(len(one) for one in numbers) > 1, "processes that scale alike come together"


def test_nothing_is_computed_of_what_is_not_produced():
    point = point_at("belle2-forward", {**HNL, "model.mass": 0.5})
    point.decays_per_fb("A", {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 1e-4})
    (numbers,) = {key[0] for key in point.computed()}
    assert all("nu_tau" not in point.processes[number].name for number in numbers)
