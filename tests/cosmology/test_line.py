"""The crossings of a column against scans of epsilon, and their bounds against the solver."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

from wayside.cosmology.column import density_of
from wayside.cosmology.line import Crossings, relic_epsilons, solve_column
from wayside.errors import InputError, NumericalError
from wayside.models.couplings import Powers
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.registry import model_class

LOW, HIGH = 1e-6, 0.9


@dataclass
class Falling:
    """A density that falls all along."""

    value: float
    power: float = 0.0
    at: float = 1.0
    turns_at: float = math.inf
    steepest: int = 2

    def __call__(self, epsilon):
        return self.value * (epsilon / self.at) ** -self.power

    def rises_at(self, epsilon, ln_factor):
        raise AssertionError(epsilon, ln_factor)


@dataclass
class Wavy:
    """An ln-density with given slope 1.5 up and down between corners, of four roots."""

    corners: tuple[float, ...]
    turns_at: float
    steepest: int = 2

    def __call__(self, epsilon):
        u, value, at, slope = math.log(epsilon), 2.0, math.log(LOW), -1.5
        for corner in (*self.corners, math.inf):
            if u < corner:
                return 0.12 * math.exp(value + slope * (u - at))
            value, at, slope = value + slope * (corner - at), corner, -slope
        raise AssertionError

    def rises_at(self, epsilon, ln_factor):
        return epsilon * math.exp(0.5 * ln_factor)


@pytest.mark.parametrize("guess", [1e-7, 1e-4, 0.5])
@pytest.mark.parametrize("power", [0.3, 1.0, 2.0])
def test_power_laws(power, guess):
    column = solve_column(Falling(0.12, power, 3e-4), 1e-8, 1.0, guess)
    assert column.starts_above
    assert column.sides() == ("below",)
    assert column.roots == pytest.approx([3e-4], rel=1e-5)


def test_no_root():
    roots = relic_epsilons([Falling(5.0), None, Falling(0.01)], 1e-6, 1e-1)
    assert roots == [Crossings((), True), None, Crossings((), False)]
    assert roots[0].overabundant(1e-6, 1e-1) == ((1e-6, 1e-1),)
    assert roots[2].overabundant(1e-6, 1e-1) == ()


def test_infinite_density():
    # Without a dark coupling nothing annihilates at any epsilon.
    density = density_of(ScalarInelastic(8.0, 4.341, 3.65), 0.0)
    assert solve_column(density, LOW, HIGH, 1e-3) == Crossings((), True)


@pytest.mark.parametrize("bad", [math.nan, 0.0, -1.0])
def test_what_is_no_density(bad):
    # Neither a loop without end nor a root.
    with pytest.raises(NumericalError, match=r"epsilon = .*: Omega h.2 = .* is no density"):
        solve_column(Falling(bad), LOW, HIGH, 1e-3)
    assert relic_epsilons([Falling(bad), Falling(5.0)], LOW, HIGH) == [None, Crossings((), True)]


def test_four_roots():
    # Slopes of 1.5 stay within the bounds of 2 that the search is told.
    corners = np.log(LOW) + np.array([2.5, 4.5, 7.0, 9.5])
    wave = Wavy(tuple(corners.tolist()), LOW)
    column = solve_column(wave, LOW, HIGH, 1e-3)
    # 2 - 1.5 u crosses at 4/3; up from -1.75 at 2.5 at 2.5 + 7/6; 1.25 at 4.5, and so on.
    expected = np.array([4 / 3, 2.5 + 3.5 / 3, 4.5 + 2.5 / 3, 7.0 + 5 / 3, 9.5 + 2.5 / 3])
    u = np.log(np.array(column.roots) / LOW)
    assert_allclose(u, expected, atol=1e-5)
    assert column.sides() == ("below", "above", "below", "above", "below")
    assert column.overabundant(LOW, HIGH)[0] == (LOW, column.roots[0])
    assert column.overabundant(LOW, HIGH)[2] == (column.roots[3], column.roots[4])


@dataclass
class Valley:
    """An ln-density with its least value, 1e-3 below the target, at a given place."""

    least_at: float
    turns_at: float
    steepest: int = 2

    def __call__(self, epsilon):
        away = abs(math.log(epsilon / self.least_at))
        height = 0.5 * away**2 if away < 2.0 else 2.0 * (away - 1.0)
        return 0.12 * math.exp(height - 1e-3)

    def rises_at(self, epsilon, ln_factor):
        return epsilon * math.exp(0.5 * ln_factor)


@pytest.mark.parametrize("after", [0.0, 0.05, 0.2, 1.0, 5.0])
@pytest.mark.parametrize("before_end", [0.05, 2.0])
def test_a_narrow_valley(after, before_end):
    # Also next to where the search begins and where it ends.
    least_at = 1e-3
    column = Valley(least_at, least_at * math.exp(-after))
    solved = solve_column(column, LOW, least_at * math.exp(before_end), 1e-4)
    half = math.sqrt(2e-3)
    assert solved.sides() == ("below", "above")
    assert_allclose(np.log(np.array(solved.roots) / least_at), [-half, half], atol=1e-6)


def random_columns(seed, n):
    """Next to the pole on either side, from far above to far below, with all kinds of widths."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        m_aprime = 10 ** rng.uniform(-0.5, 1.5)
        gap = 10 ** rng.uniform(-7, -0.5) * m_aprime
        total = m_aprime + gap * (-1 if rng.random() < 0.8 else 1)
        delta = 10 ** rng.uniform(-5, -0.3)
        m2 = total / (2 + delta)
        kind = ("scalar", "pseudo-dirac")[int(rng.random() < 0.5)]
        yield model_class(kind)(m_aprime, total - m2, m2), 10 ** rng.uniform(-5.5, 0)


def compare_with_scan(model, g_d, target, points=400):
    """Crossings against the changes of sign on a grid of epsilon."""
    density = density_of(model, g_d)
    column = solve_column(density, LOW, HIGH, 1e-3, target)
    epsilon = np.geomspace(LOW, HIGH, points)
    too_much = np.array([density(e) for e in epsilon.tolist()]) > target
    inside = np.zeros(points, dtype=bool)
    for low, high in column.overabundant(LOW, HIGH):
        inside |= (epsilon >= low) & (epsilon <= high)
    unlike = np.flatnonzero(inside != too_much)
    # An extremum that touches the target is found to 1e-3 in ln(epsilon): what it passes the target
    # by may be lost if it is as small as the accuracy of the density.
    for i in unlike:
        assert density(float(epsilon[i])) == pytest.approx(target, rel=1e-3), (model, g_d, target)
    for root in column.roots:
        assert density(root) == pytest.approx(target, rel=1e-5)
    return column


def test_two_roots_just_above_the_pole():
    # The visible width outgrows the dark one, and a wider A' annihilates less late.
    column = compare_with_scan(PseudoDirac(8.0, 3.9999501, 3.9999299), 4.3e-5, 0.12)
    assert column.sides() == ("below", "above")
    assert column.roots[0] == pytest.approx(1.1e-5, rel=0.03)
    assert column.roots[1] == pytest.approx(0.03, rel=0.1)


def test_random_columns_against_scans():
    # Every column is asked for a target between its least and its usual density as well, which
    # makes for two roots or more in most.
    counts = []
    for model, g_d in random_columns(4, 25):
        density = density_of(model, g_d)
        values = [density(e) for e in np.geomspace(LOW, HIGH, 60).tolist()]
        target = 1.3 * min(values)
        counts.append(len(compare_with_scan(model, g_d, target, 150).roots))
    assert np.count_nonzero(np.array(counts) >= 2) >= 5


@pytest.mark.nightly
def test_many_random_columns_against_scans():
    rng = np.random.default_rng(6)
    for model, g_d in random_columns(5, 150):
        compare_with_scan(model, g_d, 0.12 * 10 ** rng.uniform(-3, 3), 300)


def test_bounds():
    # Nowhere a faster fall than epsilon^-2, no rise below turns_at, none faster than rises_at says:
    # to the accuracy of the density, 1e-3.
    for model, g_d in random_columns(7, 12):
        density = density_of(model, g_d)
        epsilon = np.geomspace(LOW, HIGH, 40)
        ln = np.log([density(e) for e in epsilon.tolist()])
        assert np.all(np.diff(ln) >= -2 * np.diff(np.log(epsilon)) - 1e-3)
        falls = epsilon[1:] <= density.turns_at
        assert np.all(np.diff(ln)[falls] <= 1e-3)
        for i in np.flatnonzero(epsilon >= density.turns_at):
            for j in range(i + 1, len(epsilon)):
                rise = ln[j] - ln[i] - 1e-3
                if rise > 0:
                    assert density.rises_at(float(epsilon[i]), rise) <= epsilon[j]


@pytest.mark.parametrize("power", [1, 4])
def test_other_powers_of_epsilon(power):
    """Rates that go with another power have their roots where that power is as large."""

    class Other(PseudoDirac):
        visible_powers = Powers(epsilon=power)
        excited_powers = Powers(epsilon=power, g_d=2)

    counts = []
    for masses, g_d in (((8.0, 3.9999501, 3.9999299), 4.3e-5), ((8.0, 4.2, 3.6), 0.5)):
        two, many = (density_of(kind(*masses), g_d) for kind in (PseudoDirac, Other))
        assert many.turns_at**power == pytest.approx(two.turns_at**2, rel=1e-9)
        start = 3.0 * two.turns_at
        end = many.rises_at(start ** (2.0 / power), 1.5)
        assert end**power == pytest.approx(two.rises_at(start, 1.5) ** 2, rel=1e-9)
        target = 1.3 * min(two(e) for e in np.geomspace(LOW, HIGH, 60).tolist())
        expected = solve_column(two, LOW, HIGH, 1e-4, target)
        low, high, guess = (value ** (2.0 / power) for value in (LOW, HIGH, 1e-4))
        crossings = solve_column(many, low, high, guess, target)
        assert crossings.starts_above == expected.starts_above
        assert_allclose(
            np.array(crossings.roots) ** power, np.array(expected.roots) ** 2, rtol=1e-5
        )
        counts.append(len(crossings.roots))
    assert max(counts) >= 2


def test_rates_that_scale_otherwise_than_the_width_are_refused():
    class Other(PseudoDirac):
        excited_powers = Powers(epsilon=4, g_d=2)

    with pytest.raises(InputError, match="the powers of epsilon must be the same"):
        density_of(Other(8.0, 4.2, 3.6), 0.5)


def test_a_bound_that_holds_with_equality():
    # Values of s at the pole: epsilon^2/D is all, and its inverse what the density goes as.
    density = density_of(PseudoDirac(8.0, 3.99, 3.98), 0.1)
    ratio = density.visible_hat / density.dark

    def inverse(e):
        return (1 + ratio * e * e) ** 2 / e**2

    start = 2 * density.turns_at
    for factor in (1.1, 3.0, 50.0):
        end = density.rises_at(start, math.log(factor))
        # The dark width is a little smaller below the pole, where the pair is as near to it.
        assert inverse(end) / inverse(start) == pytest.approx(factor, rel=1e-5)
        assert inverse(end) / inverse(start) <= factor


def test_barely_two_roots():
    # A target a few per mille above the least density: two roots next to each other.
    for model, g_d in random_columns(8, 12):
        density = density_of(model, g_d)
        epsilon = np.geomspace(LOW, HIGH, 600)
        values = np.array([density(e) for e in epsilon.tolist()])
        least = int(np.argmin(values))
        if 0 < least < len(values) - 1:
            column = compare_with_scan(model, g_d, 1.003 * values[least], 600)
            assert {"below", "above"} <= set(column.sides())


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_through_the_resonance(cls):
    # m1 + m2 sweeps across m_aprime: the root moves by decades, and each point solves the equation.
    sums = np.linspace(7.0, 9.0, 60)
    columns = [density_of(cls(8.0, 0.505 * s, 0.495 * s), 0.5) for s in sums]
    solved = relic_epsilons(columns, 1e-8, 1.0)
    assert all(answer.sides() == ("below",) for answer in solved)
    roots = np.array([answer.roots[0] for answer in solved])
    assert roots.max() / roots.min() > 50
    for column, root in zip(columns, roots.tolist(), strict=True):
        assert column(root) == pytest.approx(0.12, rel=1e-5)
        assert column(0.9 * root) > 0.12 > column(1.1 * root)
