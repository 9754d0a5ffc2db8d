"""Expected events against calculations that share nothing with the quadrature under test."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from reference import sampling
from scipy.integrate import quad

from tests.reference.decay_sum import direct_probability
from wayside.acceptance.estimate import converged_rule
from wayside.collider.beams import Beams
from wayside.constants import ALPHA, GEV2_TO_FB, HBAR_C, M_ELECTRON
from wayside.detector.box import Box
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.paper import formulas
from wayside.sensitivity import mean_flight as approximation
from wayside.sensitivity.mass_point import MassPoint

LUMINOSITY = 100.0
BESIII = (1.89, 1.89, 0.0)
ASYMMETRIC = (2.6, 1.4, 0.08)
# Boxes large enough that a plain Monte Carlo sees thousands of decays in them.
LARGE = {
    "forward": Box.place((1.0, 0.3, 3.0), (1.2, 1.6, 2.0), "ip"),
    "tilted": Box.place((-1.5, 0.5, -2.0), (2.5, 2.0, 1.8), (0.3, 0.0, 1.0), roll=0.4),
    "central": Box.place((2.0, 0.0, 0.2), (1.6, 1.4, 1.2), "ip"),
}
# Splittings below 2 m_mu and 2 m_pi: only e+ e-, whose width is a one-line integral.
ON_SHELL = (2.5, 1.00, 0.90)
OFF_SHELL = (5.0, 1.30, 1.20)


def width_hat_by_hand(kind: str, m: float, m1: float, m2: float) -> float:
    """Width of 1 -> 2 e e over epsilon^2 g_D^2, physics of the three-body decay by scipy."""

    def rate(q: float) -> float:
        lam = (m1**2 - m2**2 - q**2) ** 2 - 4 * m2**2 * q**2
        pair = math.sqrt(max(0.0, 1 - 4 * M_ELECTRON**2 / q**2)) * (1 + 2 * M_ELECTRON**2 / q**2)
        # q^2 times the current of 1 -> 2 V* over the transverse states of V*, mean over spins of 1.
        fermion = ((m1 - m2) ** 2 - q**2) * ((m1 + m2) ** 2 + 2 * q**2)
        current = lam if kind == "scalar" else fermion
        return 2 * q * math.sqrt(lam) * current * pair / (q**2 - m**2) ** 2

    integral = quad(rate, 2 * M_ELECTRON, m1 - m2, epsabs=0, epsrel=1e-10, limit=500)[0]
    return ALPHA / (48 * math.pi**2 * m1**3) * integral


def dark_width_hat_by_hand(kind: str, m: float, m1: float, m2: float) -> float:
    up, down = 1 - ((m1 + m2) / m) ** 2, 1 - ((m1 - m2) / m) ** 2
    if kind == "scalar":
        return m / (48 * math.pi) * (up * down) ** 1.5
    return m / (12 * math.pi) * math.sqrt(up) * down**1.5 * (1 + 0.5 * ((m1 + m2) / m) ** 2)


def flights(kind, mode, beams, masses, n, seed):
    """Momenta in the laboratory and weights of mean 1."""
    rng = np.random.default_rng(seed)
    m, m1, m2 = masses
    sqrt_s = 2 * math.sqrt(beams[0] * beams[1]) * math.cos(beams[2] / 2)
    # Dark current: scalars couple along n n; fermions 2 (q^2 - dm^2) (-g) - 8 p*^2 n n.
    q2 = m**2 if mode == "on-shell" else sqrt_s**2
    p2 = ((q2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) / (4 * q2)
    a, b = (0.0, 1.0) if kind == "scalar" else (2 * (q2 - (m1 - m2) ** 2), -8 * p2)
    if mode == "on-shell":
        energy, momentum, weight = sampling.on_shell(
            n, rng, sqrt_s, M_ELECTRON, m, m1, m2, isotropic=a, polarised=b
        )
    else:
        energy, momentum, weight = sampling.off_shell(
            n, rng, sqrt_s, m1, m2, isotropic=a, polarised=b
        )
    return sampling.laboratory(energy, momentum, *beams)[1], weight


def mass_point(kind, mode, beams, masses, **options) -> MassPoint:
    model = {"scalar": ScalarInelastic, "pseudo-dirac": PseudoDirac}[kind](*masses)
    return MassPoint(model, Beams(*beams), LARGE, mode, regulator="printed", **options)


def crossings(momentum, box):
    directions = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    return sampling.crossings(directions, box.centre, box.size, box.axes)


CASES = [
    pytest.param("scalar", "on-shell", BESIII, ON_SHELL, id="scalar"),
    pytest.param("pseudo-dirac", "on-shell", BESIII, ON_SHELL, id="pseudo-dirac"),
    pytest.param("scalar", "on-shell", ASYMMETRIC, ON_SHELL, id="scalar-boosted"),
    pytest.param("scalar", "off-shell", BESIII, OFF_SHELL, id="scalar-off-shell"),
    pytest.param("pseudo-dirac", "off-shell", ASYMMETRIC, OFF_SHELL, id="fermion-off-boosted"),
]


@pytest.mark.parametrize(("kind", "mode", "beams", "masses"), CASES)
def test_expected_events_against_flights(kind, mode, beams, masses) -> None:
    m, m1, m2 = masses
    point = mass_point(kind, mode, beams, masses)
    sqrt_s = point.beams.sqrt_s
    width_hat = width_hat_by_hand(kind, *masses)
    # A lifetime that puts the decays where the boxes are: mean flight of about 3 m.
    epsilon, g_d = 1e-3, math.sqrt(HBAR_C / width_hat / (3.0 / point.mean_gamma_beta)) / 1e-3
    ctau = HBAR_C / (epsilon**2 * g_d**2 * width_hat)
    assert point.ctau(epsilon, g_d) == pytest.approx(ctau, rel=1e-6)

    if mode == "on-shell":
        cuts = np.array([-1, -0.999, -0.9, 0, 0.9, 0.999, 1])
        cross_section = epsilon**2 * sum(
            quad(formulas.equation_4, low, high, args=(sqrt_s**2, m**2, M_ELECTRON), epsrel=1e-10)[
                0
            ]
            for low, high in itertools.pairwise(cuts)
        )
        dark = g_d**2 * dark_width_hat_by_hand(kind, *masses)
        visible = epsilon**2 * sum(point.model.visible_width_hats().values())
        produced = cross_section * dark / (dark + visible)
    elif kind == "scalar":
        produced = (epsilon * g_d) ** 2 * quad(
            lambda c: formulas.equation_5(c, sqrt_s**2, m**2, m1, m2, denominator=16), -1, 1
        )[0]
    else:
        # e+ e- -> V* -> 1 2 from the partial width of a vector of mass sqrt_s.
        width = dark_width_hat_by_hand(kind, sqrt_s, m1, m2)
        s = sqrt_s**2
        produced = 4 * math.pi * ALPHA * width * sqrt_s / (s - m**2) ** 2 * (epsilon * g_d) ** 2
    produced *= GEV2_TO_FB * LUMINOSITY
    assert point.produced_fb(epsilon, g_d) * LUMINOSITY == pytest.approx(produced, rel=1e-8)

    n = 250_000
    momentum, weight = flights(kind, mode, beams, masses, n, seed=20)
    speed = np.linalg.norm(momentum, axis=1) / m1
    # Every flight ends somewhere: no exponential of the path is ever taken.
    flown = speed * ctau * np.random.default_rng(21).exponential(size=n)
    for name, box in LARGE.items():
        near, far = crossings(momentum, box)
        mean, error = sampling.mean_and_error(weight * ((flown > near) & (flown < far)))
        assert error < 0.08 * mean
        # Four standard errors: one in 16,000 fails, and there are fifteen with a fixed seed.
        exact = point.expected_events(name, epsilon, g_d, LUMINOSITY)
        assert exact == pytest.approx(produced * mean, abs=4 * produced * error)
        hits, error = sampling.mean_and_error(weight * (far > near))
        assert point.curve(name)[0].hit_probability == pytest.approx(hits, abs=4 * error)


def test_expected_events_against_a_plain_integral() -> None:
    """Off shell, at rest: one speed, a density of 3 sin^2/(8 pi), and the face as a lattice."""
    box = Box.place((0.4, 1.0, 1.5), (0.6, 0.5, 1.3), "ip")
    masses = (14.0, 5.0, 4.85)
    point = MassPoint(ScalarInelastic(*masses), Beams.symmetric(10.58), {"A": box}, "off-shell")
    epsilon, g_d = 5e-3, 2.0
    momentum = math.sqrt(((10.58**2 + 5.0**2 - 4.85**2) / (2 * 10.58)) ** 2 - 5.0**2)
    flight = momentum / 5.0 * float(point.ctau(epsilon, g_d))
    # Different numbers each way keep the lattice off the diagonals, where rays leave by an edge.
    n, k = 500, 491
    u, v = (np.arange(n) + 0.5) / n - 0.5, (np.arange(k) + 0.5) / k - 0.5
    a, b = (each.ravel() for each in np.meshgrid(u * box.size[0], v * box.size[1]))
    there = box.position + a[:, None] * box.axes[0] + b[:, None] * box.axes[1]
    distance = np.linalg.norm(there, axis=1)
    direction = there / distance[:, None]
    solid = box.size[0] * box.size[1] / (n * k) * (direction @ box.axes[2]) / distance**2
    density = 3 / (8 * math.pi) * (1 - direction[:, 2] ** 2)
    near, far = sampling.crossings(direction, box.centre, box.size, box.axes)
    # Seen from the origin all rays enter by the front face: they spread as they go in.
    np.testing.assert_allclose(near, distance, rtol=1e-12)
    expected = np.sum(solid * density * (np.exp(-near / flight) - np.exp(-far / flight)))
    # The lattice misses the kinks, where rays leave by a side, at the order of 1/n^2.
    assert point.decay_probability("A", epsilon, g_d) == pytest.approx(expected, rel=1e-4)
    assert point.face("A").value == pytest.approx(np.sum(solid * density), rel=1e-5)
    assert point.mean_gamma_beta == pytest.approx(momentum / 5.0, rel=1e-12)


@pytest.fixture(scope="module")
def on_shell() -> MassPoint:
    return mass_point("scalar", "on-shell", BESIII, ON_SHELL)


def test_couplings_enter_as_one_function_of_the_rate(on_shell: MassPoint) -> None:
    epsilon = np.geomspace(1e-5, 1e-2, 7)
    product = 2e-3
    events = on_shell.expected_events("forward", epsilon, product / epsilon, LUMINOSITY)
    dark = (product / epsilon) ** 2 * on_shell.dark_width_hat
    visible = epsilon**2 * sum(on_shell.visible_width_hats.values())
    chance = events / (LUMINOSITY * on_shell.cross_section_hat * epsilon**2 * dark)
    chance *= dark + visible
    np.testing.assert_allclose(chance, chance[0], rtol=1e-9)
    assert chance[0] == pytest.approx(
        on_shell.curve("forward")[0].probability(
            HBAR_C / (product**2 * sum(on_shell.excited_width_hats.values()))
        )
    )
    twice = on_shell.expected_events("forward", epsilon, product / epsilon, 2 * LUMINOSITY)
    np.testing.assert_allclose(twice, 2 * events, rtol=1e-14)


def test_off_shell_only_the_product_of_the_couplings_counts() -> None:
    point = mass_point("scalar", "off-shell", BESIII, OFF_SHELL)
    epsilon = np.geomspace(1e-4, 1e-1, 6)
    events = point.expected_events("central", epsilon, 3e-3 / epsilon, LUMINOSITY)
    np.testing.assert_allclose(events, events[0], rtol=1e-9)
    assert events[0] > 0


def test_arrays_broadcast(on_shell: MassPoint) -> None:
    epsilon, g_d = np.geomspace(1e-5, 1e-2, 5)[:, None], np.array([0.1, 1.0, 2.0])
    plane = on_shell.expected_events("forward", epsilon, g_d, LUMINOSITY)
    assert plane.shape == (5, 3)
    alone = on_shell.expected_events("forward", float(epsilon[3, 0]), 2.0, LUMINOSITY)
    assert alone.shape == ()
    assert plane[3, 2] == pytest.approx(float(alone), rel=1e-14)


def test_a_lifetime_can_be_set(on_shell: MassPoint) -> None:
    point = replace(on_shell, ctau_override=4.2)
    np.testing.assert_array_equal(point.ctau(np.array([1e-5, 1e-3]), 0.3), [4.2, 4.2])
    assert point.mean_flight(1e-4, 1.0) == pytest.approx(4.2 * on_shell.mean_gamma_beta)
    # Where the couplings give that lifetime by themselves nothing changes.
    g_d = math.sqrt(HBAR_C / 4.2 / sum(on_shell.excited_width_hats.values())) / 1e-3
    assert point.expected_events("forward", 1e-3, g_d, 1.0) == pytest.approx(
        float(on_shell.expected_events("forward", 1e-3, g_d, 1.0)), rel=1e-9
    )


@pytest.mark.parametrize("mode", ["on-shell", "off-shell"])
def test_a_stable_state_never_decays(mode) -> None:
    # A splitting of 1 MeV minus a little is below 2 m_e. Warnings are errors here.
    masses = (3.0, 1.4010, 1.4000) if mode == "on-shell" else (5.0, 1.4010, 1.4000)
    point = mass_point("scalar", mode, BESIII, masses)
    assert sum(point.excited_width_hats.values()) == 0.0
    assert point.ctau(1e-3, 1.0) == np.inf
    for name in LARGE:
        events = point.expected_events(name, np.array([1e-4, 1e-2]), 1.0, LUMINOSITY)
        np.testing.assert_array_equal(events, 0.0)
        assert point.curve(name)[0].hit_probability > 0


def test_long_lifetimes_are_linear_in_path_over_lifetime(on_shell: MassPoint) -> None:
    ctau = np.array([1e4, 1e6, 1e9, 1e25])
    events = np.array(
        [
            replace(on_shell, ctau_override=each).expected_events("forward", 1e-3, 1.0, 1.0)
            for each in ctau
        ]
    )
    # To first order in path/ctau, which is below 1e-3 at 10 km.
    np.testing.assert_allclose(events * ctau, events[-1] * ctau[-1], rtol=2e-3)
    np.testing.assert_allclose(events[1:] * ctau[1:], events[-1] * ctau[-1], rtol=2e-5)
    momentum, weight = flights("scalar", "on-shell", BESIII, ON_SHELL, 250_000, seed=22)
    near, far = crossings(momentum, LARGE["forward"])
    proper = (far - near) / (np.linalg.norm(momentum, axis=1) / ON_SHELL[1])
    mean, error = sampling.mean_and_error(weight * proper)
    produced = float(on_shell.produced_fb(1e-3, 1.0))
    assert events[-1] * ctau[-1] == pytest.approx(produced * mean, abs=4 * produced * error)


def test_short_lifetimes_fade_without_garbage(on_shell: MassPoint) -> None:
    ctau = np.geomspace(1e-3, 1.0, 60)
    curve, _ = on_shell.curve("tilted")
    logarithm = curve.log_probability(ctau)
    assert np.all(np.isfinite(logarithm))
    assert np.all(np.diff(logarithm) > 0)
    # The fastest by the shortest way decide: log P is close to -shortest/ctau.
    assert logarithm[0] == pytest.approx(-curve.shortest / ctau[0], rel=0.02)
    probability = curve.probability(ctau)
    assert np.all(probability >= 0)
    assert probability[0] == 0.0  # below the smallest double, and no warning
    # A much finer rule, summed node by node without any table.
    rule, _ = converged_rule(on_shell.flight, LARGE["tilted"], 1e-8)
    for each in ctau[probability > 1e-9 * curve.hit_probability]:
        assert curve.probability(each) == pytest.approx(direct_probability(rule, each), rel=1e-3)


def test_detectors_are_independent(on_shell: MassPoint) -> None:
    alone = replace(on_shell, volumes={"central": LARGE["central"]})
    assert alone.expected_events("central", 1e-3, 1.0, 1.0) == pytest.approx(
        float(on_shell.expected_events("central", 1e-3, 1.0, 1.0)), rel=1e-14
    )
    # Two halves of a box see what the whole sees.
    whole = LARGE["forward"]
    depth = whole.size[2]
    halves = {
        name: Box(
            whole.position + shift * depth * whole.axes[2], whole.size * [1, 1, 0.5], whole.axes
        )
        for name, shift in (("front", 0.0), ("back", 0.5))
    }
    split = replace(on_shell, volumes=halves)
    total = sum(float(split.expected_events(name, 1e-3, 1.0, 1.0)) for name in halves)
    # Each of the three to 1e-4.
    assert total == pytest.approx(
        float(on_shell.expected_events("forward", 1e-3, 1.0, 1.0)), rel=3e-4
    )


def test_the_way_of_decays_is_kept_and_can_be_overridden(on_shell: MassPoint) -> None:
    point = replace(on_shell, decays="mean-flight")
    couplings = (np.array([1e-4, 1e-3]), 1.0)
    exact = on_shell.expected_events("forward", *couplings, LUMINOSITY)
    rough = approximation.expected_events(on_shell, "forward", *couplings, LUMINOSITY)
    assert np.all(np.abs(rough / exact - 1) > 1e-3)
    for one, decays, expected in (
        (on_shell, None, exact),
        (on_shell, "mean-flight", rough),
        (point, None, rough),
        (point, "exact", exact),
    ):
        found = one.expected_events("forward", *couplings, LUMINOSITY, decays=decays)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(InputError, match="decays = 'both'"):
        on_shell.decay_probability("forward", 1e-3, 1.0, decays="both")  # type: ignore[arg-type]


def test_arrivals_are_those_of_the_lifetime(on_shell: MassPoint) -> None:
    arrivals = on_shell.arrivals("forward", 1e-3, 0.5, np.linspace(0, 1e4, 500))
    assert arrivals.probability.sum() == pytest.approx(
        float(on_shell.decay_probability("forward", 1e-3, 0.5)), rel=2e-4
    )
    assert on_shell.arrivals("forward", 1e-3, 0.5, bins=20).probability.shape == (20,)
    assert on_shell.timing("forward") is on_shell.timing("forward"), "made once"
    with pytest.raises(InputError, match="one number each"):
        on_shell.arrivals("forward", [1e-3, 1e-4], 0.5)  # type: ignore[arg-type]


def test_densities_are_those_of_the_acceptances(on_shell: MassPoint) -> None:
    """The density over a small box far away, against the chance to cross its face."""
    box = Box.place((30.0, 20.0, 60.0), (0.5, 0.5, 0.5), "ip")
    far = replace(on_shell, volumes={"far": box})
    density = float(far.angular_density(box.position))
    solid = 0.25 / float(box.position @ box.position)
    # The density changes by a fraction of the angle, which is 0.007.
    assert far.face("far").value == pytest.approx(density * solid, rel=0.01)
    assert float(far.angular_density(box.position, "cm")) == pytest.approx(density, rel=1e-9)
    energy = 1.3
    here = far.density(box.position, energy)
    assert far.density(box.position, energy, "cm") == pytest.approx(float(here), rel=1e-12)
    cos_theta = box.position[2] / np.linalg.norm(box.position)
    m, m1, m2 = ON_SHELL
    gamma = (3.78**2 + m**2) / (2 * 3.78 * m)
    e_star = (m**2 + m1**2 - m2**2) / (2 * m)
    slope = math.sqrt(gamma**2 - 1) * math.sqrt(e_star**2 - m1**2)
    star = far.star_density(cos_theta, (energy - gamma * e_star) / slope)
    assert star / slope == pytest.approx(float(here), rel=1e-9)
    with pytest.raises(InputError, match="frame"):
        far.angular_density(box.position, "rest")  # type: ignore[arg-type]
    off = mass_point("scalar", "off-shell", BESIII, OFF_SHELL)
    assert off.angular_density([1.0, 0.0, 0.0]) == pytest.approx(3 / (8 * math.pi), rel=1e-9)
    for ask in (lambda: off.density([0, 0, 1], 1.5), lambda: off.star_density(0.0, 0.0)):
        with pytest.raises(InputError, match="off-shell"):
            ask()


def test_a_detector_that_is_not_there(on_shell: MassPoint) -> None:
    for ask in (
        lambda: on_shell.face("A"),
        lambda: on_shell.curve("A"),
        lambda: on_shell.arrivals("A", 1e-3, 1.0),
        lambda: on_shell.expected_events("A", 1e-3, 1.0, 1.0, decays="mean-flight"),
    ):
        with pytest.raises(InputError, match="no detector 'A'; there are forward, tilted"):
            ask()


@pytest.mark.filterwarnings("error")
def test_couplings_of_zero() -> None:
    """The limit of small couplings: it lives for ever, and there is none."""
    point = MassPoint(ScalarInelastic(8.0, 4.341, 3.65), Beams.symmetric(10.58), {})
    assert point.ctau(0.0, 0.1) == point.ctau(1e-3, 0.0) == np.inf
    assert point.produced_fb(0.0, 0.1) == 0.0


@pytest.mark.parametrize("couplings", [(-1e-3, 0.1), (1e-3, -0.1), (np.array([1e-3, -2e-3]), 0.1)])
@pytest.mark.parametrize("quantity", ["ctau", "produced_fb", "branching_dark", "mean_flight"])
def test_negative_couplings_are_refused(quantity, couplings) -> None:
    point = MassPoint(ScalarInelastic(8.0, 4.341, 3.65), Beams.symmetric(10.58), {})
    with pytest.raises(InputError, match=r"= -(0.00[12]|0.1): must not be negative"):
        getattr(point, quantity)(*couplings)
    with pytest.raises(InputError, match="no detector"):
        point.expected_events("A", 1e-3, 0.1, 1.0)
