"""Decays to two charged particles as points of a quadrature against decays that are drawn."""

import numpy as np
import pytest

from wayside.decays.particle_decays import ParticleDecaySampler
from wayside.models.final_states import FinalState, charge, mass_of
from wayside.models.particle import Width
from wayside.models.prong_points import named, prong_points, prongs_of
from wayside.models.registry import particle_class

COUPLINGS = {
    "dark-photon": {"epsilon": 1.0},
    "dark-higgs": {"sin_theta": 1.0},
    "alp-photon": {"g_photon": 0.0, "g_electron": 0.0, "g_muon": 1.0, "g_tau": 0.0},
    "hnl": {"u2_e": 0.0, "u2_mu": 1.0, "u2_tau": 0.0},
}

CASES = [
    ("dark-photon", 0.5, "mu", 2),
    ("dark-photon", 0.785, "hadrons", 3),  # three pions: that of a vector
    ("hnl", 0.5, "mu pi", 2),
    ("hnl", 0.9, "nu mu mu", 3),  # a W and a Z
    ("hnl", 0.9, "nu e mu", 3),  # a W alone, unlike leptons
    ("hnl", 0.95, "mu rho", 3),
    ("dark-higgs", 1.2, "K K", 2),
]


def states_of(model, channel, couplings):
    widths = [one for one in model.widths() if one.channel == channel]
    width = next(one for one in widths if one.powers.of(**couplings) > 0.0)
    states = named(model.mass, model.final_states(width))
    return width, [s for s in states if prongs_of(s) and s.least_mass < model.mass]


def summaries(energy, momentum):
    """Energies, mass of the pair squared and its angle, by decay."""
    pair = energy.sum(axis=1) ** 2 - np.sum(momentum.sum(axis=1) ** 2, axis=1)
    across = np.sum(momentum[:, 0] * momentum[:, 1], axis=1)
    return energy[:, 0], energy[:, 1], energy[:, 0] ** 2, pair, across


@pytest.mark.parametrize(("kind", "mass", "channel", "products"), CASES)
def test_means_are_those_of_drawn_decays(kind, mass, channel, products):
    model = particle_class(kind)(mass)
    width, states = states_of(model, channel, COUPLINGS[kind])
    state = next(each for each in states if len(each.products) == products)
    prongs = prongs_of(state)
    points = prong_points(mass, state, 4_000)
    assert points.weight.sum() == pytest.approx(1.0, abs=5e-3)
    for k, code in enumerate(prongs.codes):
        own2 = points.energy[:, k] ** 2 - np.sum(points.momentum[:, k] ** 2, axis=1)
        np.testing.assert_allclose(own2, mass_of(code) ** 2, atol=1e-12)
    # What is left of the particle at rest is the neutral product.
    left = mass - points.energy.sum(axis=1)
    away = np.linalg.norm(points.momentum.sum(axis=1), axis=1)
    neutral = 0.0 if prongs.neutral is None else mass_of(prongs.neutral)
    np.testing.assert_allclose(left, np.hypot(away, neutral), atol=1e-9)
    # Drawn by the generator, which knows nothing of these points.
    sampler = ParticleDecaySampler(model, COUPLINGS[kind], (Width(channel, width.powers, 1.0),))
    drawn = sampler.draw(40_000, np.random.default_rng(1))
    wanted = sorted(map(abs, state.products))
    rows = [
        slice(a, b)
        for a, b in zip(drawn.offsets[:-1], drawn.offsets[1:], strict=True)
        if sorted(abs(drawn.pdg[a:b])) == wanted
    ]
    charged = np.array(
        [[k for k in range(r.start, r.stop) if charge(int(drawn.pdg[k]))] for r in rows]
    )
    # By the modulus of the code, then as they come: charge conjugates alike.
    order = np.argsort(np.abs(drawn.pdg[charged]), axis=1, kind="stable")
    charged = np.take_along_axis(charged, order, axis=1)
    momentum = drawn.momentum[charged]
    energy = np.sqrt(drawn.mass[charged] ** 2 + np.sum(momentum**2, axis=2))
    mine = np.argsort(np.abs(prongs.codes), kind="stable")
    ours = summaries(points.energy[:, mine], points.momentum[:, mine])
    for expected, own in zip(summaries(energy, momentum), ours, strict=True):
        found = float(points.weight @ own) / points.weight.sum()
        error = expected.std() / np.sqrt(len(expected))
        # 5 errors of drawing fail once in 2e6; the rule is good to half a per cent.
        assert found == pytest.approx(expected.mean(), rel=5e-3, abs=5 * error)


def test_directions_are_even():
    for state in (FinalState(1.0, (11, -211)), FinalState(1.0, (14, 13, -13))):
        points = prong_points(0.9, state, 20_000)
        axis = points.momentum[:, 0] / np.linalg.norm(points.momentum[:, 0], axis=1)[:, None]
        np.testing.assert_allclose(points.weight @ axis, 0.0, atol=5e-3)
        np.testing.assert_allclose(points.weight @ axis**2, 1.0 / 3.0, atol=5e-3)


def test_prongs_are_two_charged_products():
    assert prongs_of(FinalState(1.0, (211, -211, 111, 111))) is None
    assert prongs_of(FinalState(1.0, (211, -211, 211, -211))) is None
    assert prongs_of(FinalState(1.0, (22, 22))).codes == (22, 22)
    assert prongs_of(FinalState(1.0, (22, 111))) is None
    assert prongs_of(FinalState(1.0, (-11, 211))).codes == (-11, 211)
