"""What particles decay to: names, charges, and squared amplitudes against traces and widths."""

import numpy as np
import pytest
from numpy.polynomial.legendre import leggauss

from wayside.constants import LEPTON_MASSES, M_MUON, M_PION, M_PION_NEUTRAL, M_RHO
from wayside.decays.three_body import three_products
from wayside.errors import InputError
from wayside.models.final_states import (
    MASSES,
    FinalState,
    charge,
    conjugate,
    mass_of,
    named_states,
    with_conjugates,
)
from wayside.models.hnl import HeavyNeutralLepton, neutral_leptons_factor
from wayside.models.hnl_final_states import (
    leptons_squared,
    neutral_couplings,
    rho_shape,
    rho_squared,
)
from wayside.models.kinematics import pair_momentum
from wayside.models.particle import ParticleModel
from wayside.models.weak import three_body_factor, vector_width

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
ZERO, ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = np.array(
    [np.block([[ONE, ZERO], [ZERO, -ONE]])]
    + [np.block([[ZERO, sigma], [-sigma, ZERO]]) for sigma in PAULI]
)
FIVE = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT, RIGHT = 0.5 * (np.eye(4) - FIVE), 0.5 * (np.eye(4) + FIVE)


def slash(p):
    return np.einsum("m,mij->ij", METRIC @ p, GAMMA)


def dot(p, q):
    return p @ METRIC @ q


def three_momenta(total, masses, rng):
    """Any three momenta that add up to (total, 0, 0, 0)."""
    first, second, third = masses
    q = rng.uniform(second + third, total - first)

    def pair(mass, one, two):
        size = float(pair_momentum(mass, one, two))
        direction = rng.normal(size=3)
        p = size * direction / np.linalg.norm(direction)
        return np.array([np.hypot(one, size), *p]), np.array([np.hypot(two, size), *-p])

    p1, both = pair(total, first, q)
    velocity = both[1:] / both[0]
    gamma = both[0] / q
    boosted = []
    for p in pair(q, second, third):
        along = velocity @ p[1:]
        space = p[1:] + velocity * (gamma**2 / (gamma + 1.0) * along + gamma * p[0])
        boosted.append(np.array([gamma * (p[0] + along), *space]))
    return p1, *boosted


def products_of(momenta, masses):
    from wayside.models.final_states import Products

    one, two, three = momenta
    return Products(masses, dot(one, two), dot(one, three), dot(two, three))


@pytest.mark.parametrize(("left", "right"), [(0.73, 0.23), (-0.27, 0.23), (1.0, 0.0)])
def test_leptons_against_traces(left, right):
    rng = np.random.default_rng(1)
    masses = (0.0, M_MUON, M_MUON)
    squared = leptons_squared(left, right)
    ratios = []
    for _ in range(20):
        p1, p2, p3 = three_momenta(0.4, masses, rng)
        parent = p1 + p2 + p3
        vertex = [GAMMA[m] @ (left * LEFT + right * RIGHT) for m in range(4)]
        back = [(left * RIGHT + right * LEFT) @ GAMMA[n] for n in range(4)]
        total = 0.0
        for m in range(4):
            for n in range(4):
                dark = np.trace(
                    slash(p1) @ GAMMA[m] @ LEFT @ (slash(parent) + 0.4 * np.eye(4)) @ RIGHT
                    @ GAMMA[n]
                )  # fmt: skip
                seen = np.trace(
                    (slash(p2) + M_MUON * np.eye(4)) @ vertex[m]
                    @ (slash(p3) - M_MUON * np.eye(4)) @ back[n]
                )  # fmt: skip
                total += METRIC[m, m] * METRIC[n, n] * dark * seen
        ratios.append(float(total.real / squared(products_of((p1, p2, p3), masses))))
    assert ratios == pytest.approx([ratios[0]] * 20, rel=1e-9)


def test_rho_against_traces():
    """Unequal pions too: the current of the rho is conserved."""
    rng = np.random.default_rng(2)
    masses = (M_MUON, M_PION, M_PION_NEUTRAL)
    ratios = []
    for _ in range(20):
        p1, p2, p3 = three_momenta(0.95, masses, rng)
        parent, pair = p1 + p2 + p3, p2 + p3
        s = dot(pair, pair)
        current = (p2 - p3) - pair * dot(p2 - p3, pair) / s
        dark = np.trace(
            (slash(p1) + M_MUON * np.eye(4)) @ slash(current) @ LEFT
            @ (slash(parent) + 0.95 * np.eye(4)) @ RIGHT @ slash(current)
        )  # fmt: skip
        shape = float(rho_shape(np.array(s)))
        ratios.append(
            float(dark.real) * shape / float(rho_squared(products_of((p1, p2, p3), masses)))
        )
    assert ratios == pytest.approx([ratios[0]] * 20, rel=1e-9)


def phase_space_integral(total, masses, squared):
    """Of a squared amplitude over three-body phase space, in any unit."""
    nodes, weights = leggauss(80)
    t, cosine = 0.5 * (nodes[:, None] + 1.0), nodes[None, :]
    fraction = np.sin(0.5 * np.pi * t) ** 2
    low, high = masses[1] + masses[2], total - masses[0]
    q = low + (high - low) * fraction
    values = squared(three_products(total, masses, fraction, cosine))
    density = pair_momentum(total, q, masses[0]) * pair_momentum(q, masses[1], masses[2])
    return float(weights @ (density * np.sin(np.pi * t) * values) @ weights) * (high - low)


@pytest.mark.parametrize("mass", [0.22, 0.3, 1.0])
def test_integrals_over_phase_space_are_the_widths(mass):
    """Channels by their own matrix elements, relative to each other, as the closed forms say."""
    widths = {}
    for same in (True, False):
        squared = leptons_squared(*neutral_couplings(same_flavour=same))
        integral = phase_space_integral(mass, (0.0, M_MUON, M_MUON), squared)
        widths[same] = integral / neutral_leptons_factor(M_MUON / mass, same_flavour=same)
    electron = LEPTON_MASSES["e"]
    crossed = phase_space_integral(mass, (0.0, electron, M_MUON), leptons_squared(1.0, 0.0))
    other = crossed / three_body_factor(electron / mass, M_MUON / mass)
    assert widths[True] == pytest.approx(other, rel=1e-5)
    assert widths[False] == pytest.approx(other, rel=1e-5)


def test_rho_has_the_spectrum_of_a_vector_meson():
    """At every mass of the pions the width is that to a meson of this mass."""
    total, lepton = 0.95, M_MUON
    nodes, weights = leggauss(8)
    q = np.linspace(0.3, 0.84, 9)
    fraction = (q - M_PION - M_PION) / (total - lepton - 2.0 * M_PION)
    masses = (lepton, M_PION, M_PION)
    values = rho_squared(three_products(total, masses, fraction[:, None], nodes[None, :])) @ weights
    values = values * pair_momentum(total, q, lepton)
    inside = pair_momentum(q, M_PION, M_PION)
    expected = np.array([vector_width(total, lepton, m, 1.0) for m in q.tolist()])
    ratio = values / (expected / q**2 * inside**2 * rho_shape(q**2))
    assert ratio == pytest.approx(np.full(9, ratio[0]), rel=1e-9)


def test_rho_shape_peaks_at_the_rho():
    s = np.linspace(0.6, 0.95, 2001) ** 2
    assert np.sqrt(s[np.argmax(rho_shape(s) * np.sqrt(s))]) == pytest.approx(M_RHO, abs=0.02)


def test_charges_are_those_of_the_particles():
    from particle import Particle

    for code in MASSES:
        assert charge(code) == Particle.from_pdgid(code).charge
        assert conjugate((code,)) == (int(Particle.from_pdgid(code).invert().pdgid),)
        assert mass_of(-code) == mass_of(code)


def test_named_states():
    assert [state.products for state in named_states("nu mu mu")] == [(12, 13, -13), (-12, -13, 13)]
    assert [state.weight for state in named_states("pi pi pi0 pi0")] == [0.5, 0.5]
    with pytest.raises(InputError, match='"other" is none of e, mu'):
        named_states("other")
    with pytest.raises(InputError, match="one word"):
        named_states("mu")
    with pytest.raises(InputError, match="odd number of charged"):
        named_states("mu gamma")
    with pytest.raises(InputError, match='""'):
        named_states("")


def test_conjugates_share_the_weight():
    both = with_conjugates(FinalState(3.0, (13, 211)))
    assert [(state.weight, state.products) for state in both] == [
        (1.5, (13, 211)),
        (1.5, (-13, -211)),
    ]


def test_the_w_of_a_heavy_neutral_lepton():
    """N -> e mu nu by the mixing with e: the muon and its neutrino are those of the W."""
    model = HeavyNeutralLepton(0.3)
    found = {}
    for width in model.widths():
        if width.channel == "nu e mu":
            (mixing,) = width.powers
            found[mixing] = {state.products for state in model.final_states(width)}
    assert found == {
        "u2_e": {(14, 11, -13), (-14, -11, 13)},
        "u2_mu": {(12, 13, -11), (-12, -13, 11)},
    }


def test_a_model_that_says_nothing_has_products_by_name():
    class Plain(ParticleModel):
        kind, name, pdg_id, couplings = "plain", "X", 54, ()

        def widths(self):
            from wayside.models.couplings import Powers
            from wayside.models.particle import Width

            return (Width("mu mu", Powers(), 1.0),)

    model = Plain(1.0)
    assert [state.products for state in model.final_states(model.widths()[0])] == [
        (13, -13),
        (-13, 13),
    ]
