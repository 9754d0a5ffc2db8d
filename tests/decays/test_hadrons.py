"""Hadronic final states: fractions, masses, phase space."""

import math

import numpy as np
import pytest
from particle import Particle
from scipy.stats import ks_2samp, kstest

from wayside.decays import hadrons, phase_space
from wayside.models import hadron_channels
from wayside.models.final_states import MASSES, mass_of
from wayside.models.r_ratio import continuum

UNLIKELY = 1e-6


def test_masses() -> None:
    for code, mass in MASSES.items():
        assert mass == pytest.approx((Particle.from_pdgid(code).mass or 0.0) / 1000, rel=1e-5)


def test_table_adds_up_to_the_measured_sum() -> None:
    # The table is good to 20 to 30 per cent an entry, the sum should be better than that.
    q = np.linspace(1.0, 2.0, 101)
    q = q[np.abs(q - 1.0195) > 0.03]
    ratio = sum(hadron_channels.channel_r(q).values()) / continuum(q)
    assert np.all(np.abs(np.log(ratio)) < math.log(1.4)), ratio
    assert np.mean(ratio) == pytest.approx(1, abs=0.15)


def test_fractions() -> None:
    q = np.linspace(0.2792, 3.5, 400)
    fractions = hadron_channels.channel_fractions(q)
    assert fractions.sum(axis=1) == pytest.approx(np.ones(len(q)), rel=1e-12)
    pions = fractions[:, hadron_channels.NAMES.index("pipi")]
    assert np.all(pions[q < 0.6] == 1)
    assert np.all(pions[q < 0.74] > 0.98)
    at = {name: fractions[:, i] for i, name in enumerate(hadron_channels.NAMES)}
    # At the peaks of omega and phi: the branching fractions of those, and pi+ pi- beside omega.
    peak = hadron_channels.channel_fractions(np.array([0.78266, 1.019461]))
    named = dict(zip(hadron_channels.NAMES, peak.T, strict=True))
    assert 0.45 < named["3pi"][0] < 0.7
    assert named["kpkm"][1] == pytest.approx(0.49, abs=0.06)
    assert named["kskl"][1] == pytest.approx(0.34, abs=0.05)
    assert named["3pi"][1] == pytest.approx(0.15, abs=0.03)
    assert np.all(at["multi-pion"][q > 2.0] == 1)
    for name in hadron_channels.NAMES[:-1]:
        assert not np.any(at[name][q < hadron_channels.threshold(name)])


def test_conservation() -> None:
    rng = np.random.default_rng(2)
    q = np.concatenate([rng.uniform(0.28, 2.0, 20_000), rng.uniform(2.0, 9.0, 2_000)])
    channel, groups = hadrons.draw_hadrons(q, rng)
    assert sorted(np.concatenate([g.rows for g in groups])) == list(range(len(q)))
    for group in groups:
        mass = np.array([mass_of(pdg) for pdg in group.pdg])
        energy = np.sqrt(mass**2 + np.sum(group.momentum**2, axis=2))
        assert energy.sum(axis=1) == pytest.approx(q[group.rows], rel=1e-12)
        assert np.max(np.abs(group.momentum.sum(axis=1))) < 1e-12 * q.max()
        charges = [0 if abs(pdg) in (22, 111, 130, 221, 310) else np.sign(pdg) for pdg in group.pdg]
        assert sum(charges) == 0
    # More hadrons at higher masses, as measured: 6 to 10 charged at 9 to 10 GeV.
    high = channel == hadron_channels.NAMES.index("multi-pion")
    assert np.all(high[q > 2.0])


def test_three_bodies_fill_the_dalitz_plot() -> None:
    # Even over both invariant masses squared: one of them has the density of its chord.
    rng = np.random.default_rng(3)
    m = np.array([0.14, 0.5, 0.9])
    x = phase_space.draw_momenta(np.full(30_000, 2.0), m, rng)
    e = np.sqrt(m**2 + np.sum(x**2, axis=2))
    m12 = np.sqrt((e[:, 0] + e[:, 1]) ** 2 - np.sum((x[:, 0] + x[:, 1]) ** 2, axis=1))
    grid = np.linspace(m[0] + m[1], 2.0 - m[2], 20_001)
    chord = phase_space.two_body_momentum(grid, m[0], m[1]) * phase_space.two_body_momentum(
        2.0, grid, m[2]
    )
    reached = np.cumsum(chord) / np.sum(chord)
    assert kstest(np.interp(m12, grid, reached), "uniform").pvalue > UNLIKELY


@pytest.mark.parametrize("total", [0.7, 1.5, 6.0])
def test_two_ways_to_four_bodies(total) -> None:
    rng = np.random.default_rng(4)
    m = np.full(4, 0.1396)
    ways = [phase_space._scaled, phase_space.draw_momenta]
    x, y = (way(np.full(20_000, total), m, rng) for way in ways)

    def numbers(p):
        pair = np.sum(p[:, :2], axis=1)
        e = np.sqrt(m[:2] ** 2 + np.sum(p[:, :2] ** 2, axis=2)).sum(axis=1)
        return np.linalg.norm(p[:, 3], axis=1), np.sqrt(e**2 - np.sum(pair**2, axis=1)), p[:, 1, 2]

    for a, b in zip(numbers(x), numbers(y), strict=True):
        assert ks_2samp(a, b).pvalue > UNLIKELY


@pytest.mark.parametrize(("total", "k"), [(0.8, 5), (1.6, 6), (4.0, 10), (9.0, 8)])
def test_scaled_weights_stay_below_their_bound(total, k) -> None:
    # Rejection is exact only if they do; pions of both masses.
    rng = np.random.default_rng(5)
    masses = np.array([0.13957, 0.13498] * (k // 2) + [0.13498] * (k % 2))
    p = phase_space._massless(50_000, k, rng)
    assert np.linalg.norm(p, axis=2).sum(axis=1) == pytest.approx(np.ones(50_000), rel=1e-10)
    assert np.max(np.abs(p.sum(axis=1))) < 1e-12
    size = np.linalg.norm(p, axis=2)
    scale = np.full(50_000, total)
    for _ in range(60):
        energy = np.sqrt(masses**2 + (scale[:, None] * size) ** 2)
        slope = np.sum(scale[:, None] * size**2 / energy, axis=1)
        scale -= (energy.sum(axis=1) - total) / slope
    moving = scale[:, None] * size
    energy = np.sqrt(masses**2 + moving**2)
    weight = (scale / total) ** (2 * k - 3) * np.prod(moving / energy, axis=1)
    weight /= np.sum(moving**2 / energy, axis=1) / total
    most = 1.05 * (1 - (masses.sum() / total) ** 2) ** (0.5 * (3 * k - 5))
    assert np.max(weight) < most


def test_three_pions_of_a_vector() -> None:
    rng = np.random.default_rng(6)
    m = np.array([0.13957, 0.13957, 0.13498])
    p = hadrons._three_pions(np.full(20_000, 0.7827), m, rng)
    # In the plane across z, and zero at the edge of the Dalitz plot: compare with weighted draws.
    assert np.max(np.abs(p[:, :, 2])) < 1e-12
    flat = phase_space.draw_momenta(np.full(200_000, 0.7827), m, rng)
    weight = np.sum(np.cross(flat[:, 0], flat[:, 1]) ** 2, axis=1)
    kept = rng.random(len(weight)) * weight.max() < weight
    ours, theirs = (np.linalg.norm(x[:, 2], axis=1) for x in (p, flat[kept]))
    assert ks_2samp(ours, theirs).pvalue > UNLIKELY
    assert np.max(weight) < 1.1 * 0.75 * ((m[0] + (0.7827 - m.sum()) / 3) ** 2 - m[2] ** 2) ** 2
