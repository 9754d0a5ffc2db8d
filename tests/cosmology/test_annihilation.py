import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.cosmology.annihilation import Strength, cross_section, strength, visible_width_hat
from wayside.cosmology.bessel import LEAST_ARGUMENT, coefficients, scaled_k
from wayside.cosmology.dof import dof
from wayside.cosmology.nodes import MAX_NODES, Nodes, build
from wayside.cosmology.pairs import Widths, cusp, pair_factor, pair_numbers
from wayside.cosmology.tables import tables
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.kinematics import pair_momentum
from wayside.models.mediator import visible_width_hats
from wayside.models.r_ratio import r_ratio

ONE = Strength(
    np.array([0.0, 1e3]),
    np.array([1.0, 1.0]),
    np.array([False, False]),
    np.zeros(0),
    np.zeros(0),
    np.zeros((0, 3)),
    1e3,
)
"""One massless lepton of unit charge."""

SCALARS = pair_numbers(ScalarInelastic.current, 1.0, 0.5)


def test_study_near_threshold():
    # Eq. 3 of the study: 8 pi eps^2 alpha alphaD m1 m2 v^2 / (3 [(m1+m2)^2 - M^2]^2).
    model, eps, g_d = ScalarInelastic(3.0, 1.0, 0.9), 1e-3, 0.5
    y = 1e-7
    q = model.m1 + model.m2 + y
    p = float(pair_momentum(q, model.m1, model.m2))
    v = p / math.hypot(model.m1, p) + p / math.hypot(model.m2, p)
    top = 8 * math.pi * eps**2 * ALPHA * g_d**2 / (4 * math.pi) * model.m1 * model.m2 * v**2
    expected = top / (3 * ((model.m1 + model.m2) ** 2 - model.m_aprime**2) ** 2)
    # p* loses digits by the difference q - m1 - m2: seven of sixteen.
    assert cross_section(model, q, eps, g_d, ONE) * v == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_detailed_balance_with_production(cls):
    # g1 g2 p*^2 sigma(12 -> l l) = g_l^2 p_l^2 sigma(l l -> 12); the latter for a massless lepton
    # by the spin average of |eps e gD|^2/s^2 L.T over two-body phase space.
    model, eps, g_d, q = cls(3.0, 1.4, 1.2), 1e-2, 0.3, 5.0
    s = q * q
    a, b = model.pair_tensor(s)
    p = float(pair_momentum(q, model.m1, model.m2))
    visible = eps**2 * float(visible_width_hat(3.0, ONE))
    dark = g_d**2 * model.with_masses(q, model.m1, model.m2).dark_width_hat()
    pole = (s - 9) ** 2 + (3 * visible + q * dark) ** 2
    # Lepton tensor summed over spins with beams along z: 2 s (delta_ij - z_i z_j).
    # Contracted with a delta_ij + b n_i n_j: 2 s (2 a + b sin^2).
    square = (eps * g_d) ** 2 * 4 * math.pi * ALPHA * 2 * s * (2 * a + b * 2 / 3) / 4 / pole
    produced = square / (16 * math.pi * s) * (2 * p / q)
    spins = {"scalar": 1, "pseudo-dirac": 4}[model.kind]
    back = 4 * (q / 2) ** 2 * produced / (spins * p**2)
    assert cross_section(model, q, eps, g_d, ONE) == pytest.approx(back, rel=1e-10)


@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_fast_pair_factor(cls):
    model = cls(8.0, 4.341, 3.65)
    for y in (1e-3, 0.2, 5.0):
        q = model.m1 + model.m2 + y
        a, b = model.pair_tensor(q * q)
        p = float(pair_momentum(q, model.m1, model.m2))
        mine = pair_factor(y, model.m1, model.m2, pair_numbers(model.current, model.m1, model.m2))
        assert mine == pytest.approx((a + b / 3) * p * q * q, rel=1e-9)


def test_strength_with_r():
    visible = strength()
    q = np.array([0.2, 0.5, 1.5, 3.0, 4.2, 9.0, 12.0, 60.0])
    leptons = [
        sum(
            math.sqrt(1 - 4 * m**2 / x**2) * (1 + 2 * m**2 / x**2)
            for m in LEPTON_MASSES.values()
            if x > 2 * m
        )
        for x in q
    ]
    assert visible(q) == pytest.approx(np.array(leptons) + r_ratio(q), rel=1e-6)
    assert visible_width_hat(3.5, visible) == pytest.approx(
        sum(float(w) for w in visible_width_hats(3.5).values()), rel=1e-9
    )
    with pytest.raises(InputError, match=r"up to 38\.1"):
        visible_width_hat(200.0, visible)
    with pytest.raises(InputError, match="must be one of r-ratio, quarks"):
        strength("partons")


def test_strength_with_quarks():
    # Far above all thresholds three leptons and 3 sum Q^2 = 11/3 of five quarks.
    assert strength("quarks")(500.0) == pytest.approx(3 + 11 / 3, rel=1e-6)


def test_moved_r():
    assert strength("r-ratio", 1.0)(5.0) > strength()(5.0)


@pytest.mark.parametrize("order", [1, 2])
def test_bessel(order):
    from scipy.special import kve

    z = np.geomspace(LEAST_ARGUMENT[order], 1e6, 200)
    mine = [scaled_k(each, coefficients(order)) for each in z]
    assert mine == pytest.approx(kve(order, z), rel=1e-7)


@pytest.mark.parametrize("hadrons", ["r-ratio", "quarks"])
@pytest.mark.parametrize("width", [1e-10, 1e-7, 1e-3, 0.5])
@pytest.mark.parametrize("masses", [(8.0, 4.341, 3.65), (3.09, 1.5, 1.4), (7.9, 4.341, 3.65)])
def test_nodes_against_adaptive_quadrature(hadrons, width, masses):
    visible = strength(hadrons)
    m_aprime, m1, m2 = masses
    y, c = np.empty(MAX_NODES), np.empty(MAX_NODES)
    n = build(
        m_aprime,
        m1,
        m2,
        Widths(width, 0.0),
        SCALARS,
        (1e-3, 2.0),
        tables(visible, dof("drees2015")),
        Nodes(y, c),
    )
    assert n < MAX_NODES / 2
    temperature = 0.15
    total = m1 + m2
    above = m_aprime - total

    def f(root):
        at = root * root
        q = total + at
        pole = ((at - above) * (q + m_aprime)) ** 2 + (m_aprime * width) ** 2
        value = pair_factor(at, m1, m2, SCALARS) * float(visible(q)) / pole
        return 2 * root * 2 * q * value * math.exp(-at / temperature)

    edges = [0.0, 4.0]
    for at, spread in [(above, width), *((r[0] - total, r[1]) for r in visible.narrow)]:
        edges += [at, *(at + s * spread * 4.0**k for s in (-1, 1) for k in range(-1, 30))]
    edges += (visible.breaks - total).tolist()
    edges = np.sqrt(sorted({e for e in edges if 0 <= e <= 4.0}))
    exact = sum(quad(f, a, b, epsrel=1e-6, epsabs=0)[0] for a, b in itertools.pairwise(edges))
    mine = float(np.sum(c[:n] * np.exp(-y[:n] / temperature)))
    # Narrow states as peaks without tails: some 1e-4 next to one of them.
    assert mine == pytest.approx(exact, rel=3e-4 if hadrons == "r-ratio" else 2e-5)


def test_real_part_at_threshold():
    # The vacuum polarisation of a pair of equal masses, by its dispersion relation with the charge
    # at q^2 = 0: H(s) = s^2/pi int ds' F(s')/s'^2/(s' - s), F = sqrt(s) Gamma(s) over g_D^2.
    model = PseudoDirac(3.0, 0.5 + 1e-9, 0.5 - 1e-9)
    pair = pair_numbers(model.current, model.m1, model.m2)

    def polarisation(s):
        def integrand(speed):  # s' = 1/(1 - v^2), ds'/s' = 2 v dv s'
            q2 = 1 / (1 - speed**2)
            width = model.with_masses(math.sqrt(q2), model.m1, model.m2).dark_width_hat()
            return math.sqrt(q2) * width * 2 * speed / (q2 - s)

        return s**2 / math.pi * quad(integrand, 0, 1, limit=200)[0]

    at_threshold = polarisation(1.0)
    for mass, close in ((0.9999, 0.01), (0.99, 0.04), (0.9, 0.1), (0.7, 0.1), (0.5, 0.1)):
        exact = at_threshold - polarisation(mass**2)
        mine = cusp(mass, model.m1, model.m2, pair, Widths(0.0, 1.0))
        assert mine == pytest.approx(exact, rel=close)
    assert cusp(1.1, model.m1, model.m2, pair, Widths(0.0, 1.0)) == 0.0
    scalars = pair_numbers(ScalarInelastic.current, model.m1, model.m2)
    assert cusp(0.9, model.m1, model.m2, scalars, Widths(0.0, 1.0)) == 0.0
