"""Sampled decays against dGamma/dq, and against squared amplitudes from explicit spinors.

Tests of distributions fail by chance once in a million; seeds are fixed.
"""

import itertools
import math

import numpy as np
import pytest
from reference import spinors
from scipy.integrate import quad
from scipy.stats import chi2, kstest

from wayside.constants import LEPTON_MASSES, M_ELECTRON
from wayside.decays.hadrons import NAMES
from wayside.errors import InputError
from wayside.generator.decays import CHANNELS, DecaySampler, _cosine
from wayside.models.excited import dgamma_dmff, width_hats
from wayside.models.final_states import CHARGED_LEPTONS, mass_of
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.r_ratio import knots

UNLIKELY = 1e-6
STUDY = (8.0, 4.341, 3.65)
WIDE = (6.0, 5.0, 0.7)
BARE = (4.0, 3.65 + 2 * M_ELECTRON + 1e-6, 3.65)  # 1 keV above two electrons
POLE = (2.0001, 2.3, 0.3)  # A' a tenth of an MeV off its shell
MODELS = [
    (kind, masses) for kind in (ScalarInelastic, PseudoDirac) for masses in (STUDY, WIDE, BARE)
] + [(ScalarInelastic, POLE)]


def draw(model, n=40_000, seed=1):
    return DecaySampler(model).draw(n, np.random.default_rng(seed))


@pytest.fixture(scope="module", params=MODELS, ids=lambda p: f"{p[0].__name__}{p[1]}")
def drawn(request):
    kind, masses = request.param
    model = kind(*masses)
    return model, draw(model)


def test_conservation_and_mass_shells(drawn) -> None:
    model, decays = drawn
    n = len(decays.q)
    owner = np.repeat(np.arange(n), np.diff(decays.offsets))
    energy = np.sqrt(decays.mass**2 + np.sum(decays.momentum**2, axis=1))
    visible = np.bincount(owner, energy)
    partner = np.sqrt(model.m2**2 + np.sum(decays.partner**2, axis=1))
    assert visible + partner == pytest.approx(np.full(n, model.m1), rel=1e-13)
    for k in range(3):
        total = np.bincount(owner, decays.momentum[:, k]) + decays.partner[:, k]
        assert np.max(np.abs(total)) < 1e-13 * model.m1
    # Charge, and lepton number by pairs.
    charged = np.isin(np.abs(decays.pdg), [11, 13, 15, 211, 321])
    assert not np.any(np.bincount(owner, np.where(charged, np.sign(decays.pdg), 0)))
    q2 = visible**2 - np.sum(decays.partner**2, axis=1)
    assert np.sqrt(q2) == pytest.approx(decays.q, rel=1e-9)
    masses = [*LEPTON_MASSES.values(), mass_of(211)]
    for k in range(4):
        mine = decays.channel == k
        # All below the splitting, and above threshold but for rounding (keV on GeV).
        assert np.all(decays.q[mine] <= (model.m1 - model.m2) * (1 + 1e-15))
        assert np.all(decays.q[mine] >= 2 * masses[k] * (1 - 1e-12))


def test_branching_fractions(drawn) -> None:
    model, decays = drawn
    widths = width_hats(model, model.m_aprime, model.m1, model.m2)
    share = np.array([float(widths[name]) for name in CHANNELS])
    expected = share / np.sum(share) * len(decays.q)
    found = np.bincount(decays.channel, minlength=4)
    assert not np.any(found[expected == 0])
    some = expected > 5
    value = np.sum((found - expected)[some] ** 2 / expected[some])
    assert chi2.sf(value, max(1, np.sum(some) - 1)) > UNLIKELY


@pytest.mark.parametrize("channel", ["e", "mu", "tau", "hadrons"])
def test_invariant_mass(drawn, channel) -> None:
    model, decays = drawn
    q = decays.q[decays.channel == CHANNELS.index(channel)]
    if len(q) < 100:
        pytest.skip("closed or rare")
    args = (model, channel)
    masses = (model.m_aprime, model.m1, model.m2)
    delta = model.m1 - model.m2
    low = 2 * LEPTON_MASSES.get(channel, mass_of(211))
    # Widths in narrow states are not in the continuum.
    narrow = np.isin(q, np.unique(q)[np.unique(q, return_counts=True)[1] > 3])
    edges = np.quantile(q[~narrow], np.linspace(0, 1, 11))
    edges[0], edges[-1] = low, delta
    found, _ = np.histogram(q[~narrow], bins=edges)
    expected = []
    for a, b in itertools.pairwise(edges):
        # Square roots at the ends vanish in the angle; R bends at its knots.
        bends = knots().sqrt_s if channel == "hadrons" else np.array([])
        stops = [a, *bends[(bends > a) & (bends < b)], b]
        total = 0.0
        for start, stop in itertools.pairwise(stops):
            half, middle = 0.5 * (stop - start), 0.5 * (stop + start)
            total += quad(
                lambda t, h=half, m=middle: (
                    float(dgamma_dmff(*args, m + h * math.sin(t), *masses)) * h * math.cos(t)
                ),
                -0.5 * math.pi,
                0.5 * math.pi,
                epsrel=1e-7,
                limit=200,
            )[0]
        expected.append(total)
    expected = np.array(expected) * np.sum(found) / np.sum(expected)
    assert chi2.sf(np.sum((found - expected) ** 2 / expected), 9) > UNLIKELY


def squared_amplitude(model, pair, q, cosine):
    """Spin sums by explicit spinors, in the rest frame of the visible pair, up to constants."""
    m1, m2 = model.m1, model.m2
    lam = (m1 - m2 - q) * (m1 - m2 + q) * (m1 + m2 - q) * (m1 + m2 + q)
    p = math.sqrt(lam) / (2 * q)
    p1 = np.array([math.hypot(p, m1), 0, 0, p])
    p2 = np.array([math.hypot(p, m2), 0, 0, p])
    mass = mass_of(211) if pair == "pions" else LEPTON_MASSES[pair]
    size = math.sqrt((q / 2 - mass) * (q / 2 + mass))
    n = size * np.array([math.sqrt(1 - cosine**2), 0, cosine])
    k, kbar = np.array([q / 2, *n]), np.array([q / 2, *-n])
    if pair == "pions":
        visible = np.outer(k - kbar, k - kbar)
    else:
        visible = spinors.dark_tensor("fermions", k, kbar, mass, mass)
    if model.kind == "scalar":
        dark = np.outer(p1 + p2, p1 + p2)
    else:
        dark = 0
        for u1 in spinors.u_spinors(p1, m1):
            for u2 in spinors.u_spinors(p2, m2):
                current = np.array([spinors.bar(u2) @ g @ u1 for g in spinors.GAMMA])
                dark = dark + np.outer(current, np.conjugate(current))
    return spinors.contract(visible, np.conjugate(dark))


@pytest.mark.parametrize("kind", [ScalarInelastic, PseudoDirac])
@pytest.mark.parametrize("masses", [STUDY, WIDE, (2.0, 1.6, 0.3)])
@pytest.mark.parametrize("pair", ["e", "mu", "tau", "pions"])
def test_angle_in_the_pair_frame(kind, masses, pair) -> None:
    model = kind(*masses)
    decays = draw(model, 120_000, 7)
    codes = CHARGED_LEPTONS | {"pions": 211}
    first = decays.offsets[:-1]
    chosen = (np.diff(decays.offsets) == 2) & (decays.pdg[first] == codes[pair])
    if np.sum(chosen) < 200:
        pytest.skip("closed or rare")
    # Nothing but an invariant: (k - k').(p1 + p2) = -4 k P cos(theta) in the pair's frame.
    at, q = first[chosen], decays.q[chosen]
    k, kbar = decays.momentum[at], decays.momentum[at + 1]
    mass = decays.mass[at]
    e, ebar = (
        np.hypot(mass, np.linalg.norm(k, axis=1)),
        np.hypot(mass, np.linalg.norm(kbar, axis=1)),
    )
    partner = decays.partner[chosen]
    recoil = np.linalg.norm(partner, axis=1)
    e_sum = model.m1 + np.hypot(model.m2, recoil)
    product = (e - ebar) * e_sum - np.sum((k - kbar) * partner, axis=1)
    size = np.sqrt((q / 2 - mass) * (q / 2 + mass))
    cosine = -product / (4 * size * recoil * model.m1 / q)
    assert np.max(np.abs(cosine)) < 1 + 1e-6

    # |M|^2 = flat + bend cos^2, from amplitudes at two angles; a third one checks the form.
    grid = np.quantile(q, np.linspace(0, 1, 60))
    grid[0] += 1e-9
    grid[-1] -= 1e-9
    values = np.array(
        [[squared_amplitude(model, pair, x, c) for c in (0.0, 1.0, -0.6)] for x in grid]
    )
    flat, bend = values[:, 0], values[:, 1] - values[:, 0]
    assert values[:, 2] == pytest.approx(flat + 0.36 * bend, rel=1e-6, abs=1e-9 * values.max())
    share = np.interp(q, grid, flat / (flat + bend / 3))
    reached = 0.5 + 0.5 * (share * cosine + (1 - share) * cosine**3)
    assert kstest(reached, "uniform").pvalue > UNLIKELY


def test_directions_are_isotropic() -> None:
    decays = draw(ScalarInelastic(*STUDY), 40_000, 3)
    for k in range(3):
        n = decays.partner[:, k] / np.linalg.norm(decays.partner, axis=1)
        assert kstest(n, "uniform", args=(-1, 2)).pvalue > UNLIKELY
        # Around the recoil, too: odd moments of the triple products vanish.
    first = decays.momentum[decays.offsets[:-1]]
    phi = np.arctan2(first[:, 1], first[:, 0])
    assert kstest(phi, "uniform", args=(-math.pi, 2 * math.pi)).pvalue > UNLIKELY


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.0), (0.0, 2.0), (1.0, -1.0), (2.0, -0.5), (0.3, 1.0)])
def test_cosine(a: float, b: float) -> None:
    rng = np.random.default_rng(4)
    c = _cosine(np.full(20_000, a), np.full(20_000, b), rng)
    reached = 0.5 + (a * c + b * c**3 / 3) / (2 * (a + b / 3))
    assert kstest(reached, "uniform").pvalue > UNLIKELY


def test_narrow_states() -> None:
    model = ScalarInelastic(8.0, 5.0, 1.5)
    decays = draw(model, 100_000, 5)
    at_peak = np.abs(decays.q - 3.0969) < 1e-9
    from wayside.models.excited import narrow_width_hats

    widths = width_hats(ScalarInelastic, 8.0, 5.0, 1.5)
    expected = narrow_width_hats(ScalarInelastic, 8.0, 5.0, 1.5)[0] / sum(
        float(w) for w in widths.values()
    )
    n = expected * 100_000
    assert n > 10
    assert np.sum(at_peak) == pytest.approx(n, abs=5 * math.sqrt(n))
    assert np.all(decays.hadron_channel[at_peak] == NAMES.index("multi-pion"))


def test_refuses_a_stable_state() -> None:
    with pytest.raises(InputError, match=r"never decays"):
        DecaySampler(ScalarInelastic(8.0, 3.6509, 3.65))
