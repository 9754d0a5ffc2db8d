"""The radiator against structure functions of both beams, draws against integrals."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import qmc

from wayside.constants import ALPHA, M_ELECTRON
from wayside.radiation import radiator
from wayside.radiation.emission import draw_cosine, draw_photons, number_factors
from wayside.radiation.sobol import DIMENSIONS, sobol

EULER_GAMMA = 0.5772156649015329


def loss_density(y: float, beta: float) -> float:
    """Structure function of one electron, M. Skrzypek, S. Jadach, Z. Phys. C 49 (1991) 577."""
    half, z = 0.5 * beta, 1.0 - y
    soft = math.exp(half * (0.75 - EULER_GAMMA)) / math.gamma(1.0 + half)
    second = (1.0 + z) * (3.0 * math.log(z) - 4.0 * math.log(y)) - 4.0 * math.log(z) / y - 5.0 - z
    return soft * half * y ** (half - 1.0) - 0.25 * beta * (1.0 + z) + beta**2 / 32.0 * second


def loss_below(y: float, beta: float) -> float:
    """Its integral from 0 to y << 1."""
    half = 0.5 * beta
    soft = math.exp(half * (0.75 - EULER_GAMMA)) / math.gamma(1.0 + half)
    return soft * y**half - 0.5 * beta * y + beta**2 / 32.0 * y * (10.0 - 8.0 * math.log(y))


def test_the_structure_function_is_normalised() -> None:
    """No electron is lost, to third order."""
    beta, cut = radiator.strength(10.58), 1e-3
    above = quad(
        lambda t: math.exp(t) * loss_density(math.exp(t), beta), math.log(cut), -1e-12, limit=200
    )[0]
    assert above + loss_below(cut, beta) == pytest.approx(1.0, abs=2e-5)


@pytest.mark.parametrize(
    ("mass", "sqrt_s"), [(5.0, 10.58), (8.0, 10.58), (10.0, 10.58), (2.0, 3.78)]
)
def test_the_total_against_structure_functions_of_both_beams(mass: float, sqrt_s: float) -> None:
    """All photons of a narrow state: two routes to 0.3 per cent."""
    beta, left = radiator.strength(sqrt_s), (mass / sqrt_s) ** 2
    cut = 1e-10

    def other_beam(t: float) -> float:
        y = math.exp(t)
        return y * loss_density(y, beta) * loss_density(1.0 - left / (1.0 - y), beta) / (1.0 - y)

    # Twice the half where one beam loses less than the other.
    inner = quad(other_beam, math.log(cut), math.log(1.0 - math.sqrt(left)), limit=200)[0]
    soft = loss_below(cut, beta) * loss_density(1.0 - left, beta)
    constant = 1.0 + ALPHA / math.pi * (math.pi**2 / 3.0 - 0.5)
    second_route = constant * 2.0 * (inner + soft)
    first_order = float(radiator.first_order(1.0 - left, sqrt_s))
    assert radiator.narrow_ratio(mass, sqrt_s) == pytest.approx(
        second_route / first_order, rel=3e-3
    )


def test_nodes_in_one_piece_against_direct_quadrature() -> None:
    """The radiator with a cross-section that vanishes at a threshold."""
    beta, end = radiator.strength(10.58), 0.134

    def sigma(x: float) -> float:
        return max(0.0, end - x) ** 1.5

    x, w = radiator.nodes_below(10.58, end, 24)
    soft = quad(lambda u: sigma(u ** (1.0 / beta)), 0.0, end**beta, epsabs=1e-12)[0]
    hard = quad(lambda x: sigma(x) * float(radiator.hard(x, 10.58)), 0.0, end)[0]
    expected = radiator.soft(10.58) * soft + hard
    assert float(w @ np.maximum(end - x, 0.0) ** 1.5) == pytest.approx(expected, rel=1e-5)


def test_scrambled_points_fill_the_boxes_of_those_of_sobol() -> None:
    """SciPy has the sequence: boxes that its points fill evenly keep one point each."""
    with np.errstate(all="ignore"):
        plain = qmc.Sobol(DIMENSIONS, scramble=False).random(1024)
    for first, second in ((0, 1), (0, 2), (4, 8), (16, 17)):
        for across in (1, 4, 32, 256, 1024):
            cells = []
            for points in (plain, sobol(1024, 3)):
                one, two = ((points[:, [first, second]] * [across, 1024 // across]).astype(int)).T
                cells.append(np.unique(one * 1024 + two).size)
            assert cells[0] == cells[1]


def test_scrambled_points_are_even_and_independent() -> None:
    """Means of u and u^2 over seeds: 20 of them, four standard errors for 18 dimensions."""
    means = np.array([sobol(64, seed).mean(axis=0) for seed in range(20)])
    assert np.all(np.abs(means - 0.5) < 1.0 / 64)
    firsts = np.array([sobol(64, seed)[0] for seed in range(200)])
    assert np.all(np.abs(firsts.mean(axis=0) - 0.5) < 4.0 / math.sqrt(12 * 200))
    assert np.all(np.abs(np.corrcoef(firsts.T) - np.eye(DIMENSIONS)) < 4.5 / math.sqrt(200))


def test_angles_are_those_of_the_dipole() -> None:
    """Mean of 1 - c against the integral of the dipole's density."""
    gap = 2.0 * (M_ELECTRON / 10.58) ** 2
    v = 1.0 - gap
    draws = [draw_cosine((k + 0.5) / 2000, gap) for k in range(2000)]
    c, weight = np.array(draws).T
    log = math.log((2.0 - gap) / gap)
    norm = (1.0 + v * v) / v * log - 2.0  # of 1/(1 - v c) and 1/(1 - v c)^2
    mean = 2.0 * (1.0 + v * v) / v - gap * (2.0 - gap) * log / v**2
    assert weight.mean() == pytest.approx(1.0, rel=1e-5)
    assert (weight * (1.0 - v * c)).mean() == pytest.approx(mean / norm, rel=1e-3)


def test_numbers_of_photons_add_up_to_one() -> None:
    """Nothing is lost: probabilities of all numbers, photons of any energy allowed."""
    beta, lowest, most = radiator.strength(10.58), 2e-4, 3
    factors = number_factors(beta, lowest, most)
    photons, weights = np.empty((most, 4)), np.empty(most)
    total = np.zeros(most + 1)
    for u in sobol(2048)[:, 4:]:
        draw_photons(u, 2.0 * (M_ELECTRON / 10.58) ** 2, lowest, 1.0, photons, weights)
        total += factors * np.concatenate([[1.0], np.cumprod(weights)])
    assert total.sum() / 2048 == pytest.approx(1.0, abs=2e-3)
