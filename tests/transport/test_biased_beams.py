"""Biased beams: every weight against an integral, or against an unbiased sample."""

import numpy as np
import pytest

from wayside.detector.stack import Stack
from wayside.reconstruction.incoming import cosmic_lines
from wayside.transport.beam_directions import SHAPES, Directions
from wayside.transport.biased_beams import (
    M2,
    Beam,
    Diffuse,
    FromPoint,
    LogRange,
    boxes,
    meets_blocks,
)
from wayside.transport.engine import kinetic_energies

STACK = Stack()
N = 40_000
ENERGIES = (LogRange(0.4, 0.3, 1000.0), LogRange(0.6, 8.0, 300.0))
MIXTURE = Diffuse(
    (Directions(0.5, "downward", 0.9), Directions(0.3, "sky", 0.9), Directions(0.2, "sky"))
)


def lines_of(primaries):
    u = np.stack([primaries[name] for name in ("px", "py", "pz")], axis=1)
    u /= np.linalg.norm(u, axis=1)[:, None]
    return np.stack([primaries[name] for name in "xyz"], axis=1), u


def total(weights):
    return weights.sum(), np.sqrt((weights**2).sum())


@pytest.mark.parametrize(
    ("shape", "angle"), [("uniform", 1.1), ("downward", 0.7), ("sky", 0.7), ("sky", np.pi)]
)
def test_densities_of_directions_integrate_to_one(shape, angle):
    rng = np.random.default_rng(1)
    draw, density = SHAPES[shape]
    sphere = SHAPES["uniform"].draw(np.pi, N, rng)
    values = 4.0 * np.pi * density(sphere, angle)
    assert abs(values.mean() - 1.0) < 5.0 * values.std() / np.sqrt(N)
    u = draw(angle, N, rng)
    # And directions are drawn with it: the mean of the inverse is the solid angle.
    inverse = 1.0 / density(u, angle)
    solid = 2.0 * np.pi * (1.0 - np.cos(angle)) * (1.0 if shape == "uniform" else 0.5)
    if shape != "sky":
        assert inverse.mean() == pytest.approx(solid)
    bounded = np.where(u[:, 1] ** 2 > 0.01, inverse, 0.0)
    seen = 4.0 * np.pi * ((density(sphere, angle) > 0.0) & (sphere[:, 1] ** 2 > 0.01)).mean()
    assert abs(bounded.mean() - seen) < 5.0 * np.hypot(bounded.std(), 2.0 * np.pi) / np.sqrt(N)


def test_weights_give_the_rate_through_the_blocks():
    beam = Beam((13, -13), ENERGIES, MIXTURE)
    primaries, density = beam.draw(STACK, N, np.random.default_rng(2))
    points, u = lines_of(primaries)
    energy = 1e-3 * kinetic_energies(primaries)
    # 1 / (E m^2 s sr) cos^2 from 1 to 100 GeV: ln(100) times the rate of cos^2 through the faces.
    intensity = np.where((energy > 1.0) & (energy < 100.0), u[:, 1] ** 2 / energy, 0.0)
    weights = np.where(meets_blocks(STACK, points, u) & (u[:, 1] < 0.0), intensity, 0.0)
    rate, error = total(weights / (N * density))
    x, y, z = M2 * boxes(STACK)[0].areas
    # Flux of cos^2: pi/2 through a horizontal area, pi/8 through each side of a vertical one.
    expected = np.log(100.0) * (0.5 * np.pi * y + 0.25 * np.pi * (x + z))
    assert error < 0.03 * expected
    assert abs(rate - expected) < 4.0 * error


def test_weighted_distributions_are_those_of_an_unbiased_sample():
    beam = Beam((13, -13), (LogRange(1.0, 1.0, 2.0),), MIXTURE)
    primaries, density = beam.draw(STACK, N, np.random.default_rng(3))
    points, u = lines_of(primaries)
    inside = meets_blocks(STACK, points, u)
    weights = np.where(inside, u[:, 1] ** 2 / 1e-3 / kinetic_energies(primaries), 0.0) / density
    entered = points + boxes(STACK)[0].met(points, u)[:, :1] * u
    other, v = cosmic_lines(STACK, N, np.random.default_rng(4))
    for biased, unbiased in (
        (u[:, 2], v[:, 2]),
        (u[:, 1], v[:, 1]),
        (entered[:, 1], other[:, 1]),
        (entered[:, 2], other[:, 2]),
    ):
        edges = np.quantile(unbiased, np.linspace(0.0, 1.0, 9))
        edges[0], edges[-1] = -np.inf, np.inf
        edges = np.unique(edges)
        got, _ = np.histogram(biased, edges, weights=weights)
        squares, _ = np.histogram(biased, edges, weights=weights**2)
        expected, _ = np.histogram(unbiased, edges)
        scale = weights.sum() / N
        variance = squares + scale**2 * expected
        chi2 = (((got - scale * expected) ** 2) / variance).sum()
        assert chi2 < len(expected) + 4.0 * np.sqrt(2.0 * len(expected)), (chi2, edges)


def test_no_weight_is_large():
    beam = Beam((13, -13), ENERGIES, MIXTURE)
    primaries, density = beam.draw(STACK, N, np.random.default_rng(5))
    points, u = lines_of(primaries)
    energy = 1e-3 * kinetic_energies(primaries)
    # Muons below 11 m of rock, which make vertices in proportion to their energy above 3 GeV.
    fakes = u[:, 1] ** 2 * (energy + 9.7) ** -3.0 * energy * (energy > 3.0) / density
    fakes[u[:, 1] >= 0.0] = 0.0
    forward = (u[:, 2] > np.cos(np.pi / 4.0)) & meets_blocks(STACK, points, u)
    assert fakes[forward].sum() ** 2 / (fakes[forward] ** 2).sum() > 0.3 * N * forward.mean()
    assert fakes[forward].max() < 20.0 * fakes.sum() / N


def test_lines_beside_the_blocks_are_counted_once():
    """However much is aimed beside the blocks, lines through everything have one weight in all."""
    areas = []
    for around in (0.1, 0.6):
        beam = Beam(
            (2112,), (LogRange(1.0, 1.0, np.e),), Diffuse((Directions(1.0, "uniform"),)), around
        )
        primaries, density = beam.draw(STACK, N, np.random.default_rng(6))
        energy = 1e-3 * kinetic_energies(primaries)
        points, u = lines_of(primaries)
        weights = 1.0 / (N * density * energy)
        # The mean projection of a convex body is a quarter of its surface; all start outside.
        sides = [2.0 * M2 * box.areas.sum() / 4.0 for box in boxes(STACK)]
        for own, side in zip(
            (weights * meets_blocks(STACK, points, u), weights), sides, strict=True
        ):
            rate, error = total(own)
            assert error < 0.03 * rate
            assert abs(rate - 4.0 * np.pi * side) < 4.0 * error
        areas.append(total(weights)[0])


def test_a_point_in_front_gives_fluence_in_the_plane_of_the_front():
    beam = Beam((22,), (LogRange(1.0, 1.0, np.e),), FromPoint(7000.0), 0.3)
    primaries, density = beam.draw(STACK, N, np.random.default_rng(7))
    points, u = lines_of(primaries)
    energy = 1e-3 * kinetic_energies(primaries)
    weights = 1.0 / (N * density * energy)
    inside = meets_blocks(STACK, points, u)
    for own, area in (
        (inside, 0.06),
        (np.ones(N, dtype=bool), 0.422 * 0.522 * (7000.0 / (7000.0 - 111.0)) ** 2),
    ):
        rate, error = total(weights * own)
        assert abs(rate - area) < 4.0 * error + 1e-9
    # All lines meet in the point, and start outside of everything.
    back = points - (points[:, 2:] + 7000.0) / u[:, 2:] * u
    assert np.allclose(back, [0.0, 0.0, -7000.0], atol=1e-6)
    assert np.all(points[:, 2] < STACK.outer()[0][2])


@pytest.mark.parametrize("aim", [MIXTURE, FromPoint(7000.0)])
def test_density_is_known_again_from_energy_and_line(aim):
    """What other samples need to tell how likely they would have drawn a particle."""
    beam = Beam((13,), ENERGIES, aim, 0.4)
    primaries, density = beam.draw(STACK, 500, np.random.default_rng(8))
    points, u = lines_of(primaries)
    meets = meets_blocks(STACK, points, u)
    assert 0.2 < meets.mean() < 0.9
    again = beam.density(STACK, 1e-3 * kinetic_energies(primaries), u, meets)
    np.testing.assert_allclose(again, density, rtol=1e-9)
