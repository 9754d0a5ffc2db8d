"""Decays of single particles: conservation, fractions, and Dalitz plots against integrals.

Tests of distributions fail by chance once in a million; seeds are fixed.
"""

import math

import numpy as np
import pytest
from scipy.stats import chi2, kstest

from wayside.constants import M_ELECTRON, M_MUON, M_OMEGA, M_PION, M_TAU
from wayside.decays.particle_decays import ParticleDecaySampler, visible
from wayside.decays.three_body import ThreeBodySampler, three_products
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.final_states import charge
from wayside.models.hnl_final_states import leptons_squared, neutral_couplings, rho_squared
from wayside.models.kinematics import pair_momentum
from wayside.models.particle import ParticleModel, Width, widths_by_channel
from wayside.models.registry import particle_class

UNLIKELY = 1e-6
COUPLINGS = {
    "dark-photon": {"epsilon": 1e-4},
    "alp-photon": {"g_photon": 1e-4, "g_electron": 1e-5, "g_muon": 1e-4, "g_tau": 2e-4},
    "dark-higgs": {"sin_theta": 1e-3},
    "hnl": {"u2_e": 1e-4, "u2_mu": 2e-4, "u2_tau": 1e-3},
}
CASES = [
    ("dark-photon", 0.3),
    ("dark-photon", 1.3),
    ("alp-photon", 4.0),
    ("dark-higgs", 0.6),
    ("dark-higgs", 1.2),
    ("dark-higgs", 2.5),
    ("hnl", 0.3),
    ("hnl", 0.95),
]


def drawn(kind, mass, n=4000, seed=5):
    sampler = ParticleDecaySampler(particle_class(kind)(mass), COUPLINGS[kind])
    return sampler, sampler.draw(n, np.random.default_rng(seed))


@pytest.mark.parametrize(("kind", "mass"), CASES)
def test_conservation_and_fractions(kind, mass):
    n = 4000
    sampler, decays = drawn(kind, mass, n)
    owner = np.repeat(np.arange(n), np.diff(decays.offsets))
    energy = np.sqrt(decays.mass**2 + np.sum(decays.momentum**2, axis=1))
    assert np.bincount(owner, energy) == pytest.approx(np.full(n, mass), rel=1e-12)
    for k in range(3):
        assert np.max(np.abs(np.bincount(owner, decays.momentum[:, k]))) < 1e-12 * mass
    charges = np.bincount(owner, [charge(int(code)) for code in decays.pdg])
    assert not np.any(charges)
    seen = visible(decays.pdg)
    square = np.bincount(owner, energy * seen) ** 2
    for k in range(3):
        square -= np.bincount(owner, decays.momentum[:, k] * seen) ** 2
    assert decays.q == pytest.approx(np.sqrt(square), rel=1e-6)
    widths = widths_by_channel(sampler.model.widths(), COUPLINGS[kind])
    visible_ones = np.array([float(widths[name]) for name in sampler.channels])
    expected = n * visible_ones / visible_ones.sum()
    counts = np.bincount(decays.channel, minlength=len(expected))
    # Rare ones together, so that the sum of squares is a chi square.
    rare = expected < 10.0
    pull = np.sum((counts - expected)[~rare] ** 2 / expected[~rare])
    assert chi2.sf(pull, max(np.sum(~rare) - (not rare.any()), 1)) > UNLIKELY
    assert counts[rare].sum() <= expected[rare].sum() + 6.0 * math.sqrt(expected[rare].sum()) + 6.0


def test_isotropic_in_the_rest_frame():
    for kind, mass in (("alp-photon", 1.0), ("hnl", 0.4), ("dark-photon", 1.3)):
        _, decays = drawn(kind, mass, 20_000)
        first = decays.momentum[decays.offsets[:-1]]
        for k in range(3):
            cosine = first[:, k] / np.linalg.norm(first, axis=1)
            assert kstest(cosine, "uniform", (-1.0, 2.0)).pvalue > UNLIKELY


def test_charges_of_a_heavy_neutral_lepton_are_even():
    _, decays = drawn("hnl", 0.4, 20_000)
    for code in (13, 211):
        plus, minus = np.sum(decays.pdg == code), np.sum(decays.pdg == -code)
        assert abs(plus - minus) < 5.0 * math.sqrt(plus + minus)
        assert plus > 1000


DALITZ = {
    "nu mu mu, Z and W": (
        0.5, (0.0, M_MUON, M_MUON), leptons_squared(*neutral_couplings(same_flavour=True))
    ),
    "nu mu mu, Z": (
        0.25, (0.0, M_MUON, M_MUON), leptons_squared(*neutral_couplings(same_flavour=False))
    ),
    "nu e e": (
        0.1, (0.0, M_ELECTRON, M_ELECTRON), leptons_squared(*neutral_couplings(same_flavour=True))
    ),
    "nu e mu": (0.4, (0.0, M_ELECTRON, M_MUON), leptons_squared(1.0, 0.0)),
    "mu pi pi0": (0.95, (M_MUON, M_PION, M_PION), rho_squared),
    "nu pi pi, at the edge": (0.776, (0.0, M_PION, M_PION), rho_squared),
}  # fmt: skip


@pytest.mark.parametrize("name", DALITZ)
def test_dalitz_plot(name):
    """Squared masses of two pairs against integrals over cells of the plane, chi square."""
    total, masses, squared = DALITZ[name]
    n, bins = 60_000, 8
    momentum = ThreeBodySampler(total, masses, squared).draw(n, np.random.default_rng(11))
    energy = np.sqrt(np.array(masses) ** 2 + np.sum(momentum**2, axis=2))

    def pair_mass2(i, j):
        p = momentum[:, i] + momentum[:, j]
        return (energy[:, i] + energy[:, j]) ** 2 - np.sum(p**2, axis=1)

    ranges = [
        [(masses[i] + masses[j]) ** 2, (total - masses[3 - i - j]) ** 2]
        for i, j in ((1, 2), (0, 1))
    ]
    counts = np.histogram2d(pair_mass2(1, 2), pair_mass2(0, 1), bins, ranges)[0]
    # Even points of the plane: density there is the squared amplitude.
    fine = 120
    s23, s12 = (
        np.linspace(low, high, bins * fine + 1)[:-1] + 0.5 * (high - low) / (bins * fine)
        for low, high in ranges
    )
    s23, s12 = np.meshgrid(s23, s12, indexing="ij")
    q = np.sqrt(s23)
    one, two, three = masses
    inside, along = pair_momentum(q, two, three), pair_momentum(total, q, one) * total / q
    middle = one**2 + two**2 + 2.0 * np.hypot(one, along) * np.hypot(two, inside)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = (s12 - middle) / (2.0 * along * inside)
    allowed = np.abs(cosine) < 1.0
    fraction = (q - two - three) / (total - one - two - three)
    products = three_products(total, masses, fraction[allowed], cosine[allowed])
    density = np.zeros_like(q)
    density[allowed] = squared(products)
    expected = density.reshape(bins, fine, bins, fine).sum(axis=(1, 3))
    expected *= n / expected.sum()
    cells = expected > 25.0
    pull = np.sum((counts - expected)[cells] ** 2 / expected[cells])
    assert cells.sum() > 10
    assert chi2.sf(pull, cells.sum() - 1) > UNLIKELY
    assert counts[~cells].sum() == pytest.approx(expected[~cells].sum(), abs=30.0)


def test_mean_energies_of_a_light_heavy_neutral_lepton():
    """Massless, left-handed alone: the antiparticle has 3/10 of the energy, others 7/20 each."""
    momentum = ThreeBodySampler(1.0, (0.0, 1e-6, 1e-6), leptons_squared(1.0, 0.0)).draw(
        100_000, np.random.default_rng(3)
    )
    means = np.linalg.norm(momentum, axis=2).mean(axis=0)
    # x = 2E/m of the one that pairs with N goes as x^2 (1 - x), of the others as x^2 (3 - 2 x).
    assert means == pytest.approx([0.35, 0.35, 0.3], abs=5.0 * 0.12 / math.sqrt(100_000))


def test_omega_decays_here():
    _, decays = drawn("hnl", 0.99, 40_000, 9)
    assert not np.any(decays.pdg == 223)
    sampler = ParticleDecaySampler(
        particle_class("hnl")(0.99), {"u2_e": 0.0, "u2_mu": 0.0, "u2_tau": 1.0}
    )
    n = 60_000
    decays = sampler.draw(n, np.random.default_rng(4))
    mine = decays.channel == sampler.channels.index("nu omega")
    assert decays.q[mine] == pytest.approx(np.full(mine.sum(), M_OMEGA), rel=1e-9)
    counts = np.diff(decays.offsets)[mine]
    three, photon = np.sum(counts == 4), 0.0835 / (0.892 + 0.0835 + 0.0153)
    of_photons = sum(
        22 in decays.pdg[decays.offsets[i] : decays.offsets[i + 1]] for i in np.flatnonzero(mine)
    )
    total = int(mine.sum())
    assert total > 300
    for count, fraction in ((three, 0.892 / 0.9908), (of_photons, photon)):
        assert abs(count - fraction * total) < 5.0 * math.sqrt(fraction * (1 - fraction) * total)


def test_pions_of_a_dark_higgs():
    _, decays = drawn("dark-higgs", 0.6, 20_000)
    pions = np.isin(np.abs(decays.pdg[decays.offsets[:-1]]), (111, 211))
    pairs = pions & (np.diff(decays.offsets) == 2)
    neutral = pairs & (decays.pdg[decays.offsets[:-1]] == 111)
    share, total = neutral.sum() / pairs.sum(), pairs.sum()
    assert abs(share - 1 / 3) < 5.0 * math.sqrt(2 / 9 / total)


class Silent(ParticleModel):
    kind, name, pdg_id, couplings = "silent", "X", 54, ()

    def widths(self):
        return (Width("jets", Powers(), 1.0),)


class Heavy(Silent):
    kind = "heavy"

    def widths(self):
        return (Width("tau tau", Powers(), 1.0),)


def test_refusals():
    with pytest.raises(InputError, match='channel "jets": its products are not known: "jets"'):
        ParticleDecaySampler(Silent(1.0), {})
    with pytest.raises(InputError, match='"heavy": channel "tau tau" has no final states that a'):
        ParticleDecaySampler(Heavy(1.9 * M_TAU), {})
    with pytest.raises(InputError, match="N: it decays to nothing visible, so no events"):
        ParticleDecaySampler(
            particle_class("hnl")(9e-4), {"u2_e": 1.0, "u2_mu": 0.0, "u2_tau": 0.0}
        )


def test_decays_to_neutrinos_alone_are_no_events():
    sampler, decays = drawn("dark-photon", 50.0, 400)
    assert set(sampler.channels) == {"e", "mu", "tau", "hadrons"}
    seen = np.add.reduceat(visible(decays.pdg), decays.offsets[:-1])
    assert np.all(seen >= 2)
