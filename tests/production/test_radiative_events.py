"""The A' around the excited state, against spinor amplitudes and four-vectors.

Tests of distributions fail by chance once in a million; seeds are fixed.
"""

import math

import numpy as np
import pytest
from reference import sampling, spinors
from scipy.stats import ks_2samp, kstest

from wayside.collider.beams import Beams
from wayside.collider.boosts import boost
from wayside.constants import M_ELECTRON
from wayside.generator.flights import FlightSampler
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.process import Treatment
from wayside.production.radiative import radiative_shape
from wayside.production.radiative_events import draw_azimuth
from wayside.production.radiative_process import RadiativeProcess

UNLIKELY = 1e-6
SQRT_S = 10.58


def kinematics(model, x):
    """Decay of the A' at rest and in flight: angle between excited state and A'."""
    m, m1, m2 = model.m_aprime, model.m1, model.m2
    e = (m**2 + m1**2 - m2**2) / (2 * m)
    p = math.sqrt(e**2 - m1**2)
    e_a = (SQRT_S**2 + m**2) / (2 * SQRT_S)
    p_a = (SQRT_S**2 - m**2) / (2 * SQRT_S)
    along, across = (e_a * p * x + p_a * e) / m, p * math.sqrt(1 - x * x)
    size = math.hypot(along, across)
    return p_a, e_a, size, along / size, across / size


def squared_amplitude(model, x, theta, psi):
    """Of e+ e- -> gamma A' -> gamma 1 2 with the A' at azimuth psi around the excited state."""
    p_a, e_a, size, cos_a, sin_a = kinematics(model, x)
    n = np.array([math.sin(theta), 0, math.cos(theta)])
    toward = np.array([-math.cos(theta), 0, math.sin(theta)])
    around = np.array([0.0, 1.0, 0.0])
    a = cos_a * n + sin_a * (math.cos(psi) * toward + math.sin(psi) * around)
    p1 = np.array([math.hypot(size, model.m1), *(size * n)])
    mediator = np.array([e_a, *(p_a * a)])
    p2 = mediator - p1
    p2[0] = math.sqrt(model.m2**2 + p2[1:] @ p2[1:])
    k = math.sqrt(SQRT_S**2 / 4 - M_ELECTRON**2)
    k1, k2 = np.array([SQRT_S / 2, 0, 0, k]), np.array([SQRT_S / 2, 0, 0, -k])
    photon = np.array([p_a, *(-p_a * a)])
    tensor = spinors.radiative_tensor(k1, k2, photon, M_ELECTRON)
    return spinors.contract(tensor, spinors.dark_tensor(model.kind, p1, p2, model.m1, model.m2))


@pytest.mark.parametrize("model", [ScalarInelastic(8.0, 4.2, 3.5), PseudoDirac(6.0, 2.0, 1.0)])
@pytest.mark.parametrize(("x", "theta"), [(0.3, 0.2), (-0.7, 1.3), (0.95, 2.9), (-0.2, 0.05)])
def test_azimuth(model, x, theta) -> None:
    rng = np.random.default_rng(8)
    shape = radiative_shape(model, SQRT_S)
    _, _, _, cos_a, sin_a = kinematics(model, x)
    args = (shape, x, math.sqrt(1 - x * x), cos_a, sin_a, math.cos(theta), math.sin(theta))
    psi = np.array([draw_azimuth(*args, rng) for _ in range(20_000)])
    # Fold: the amplitude squared is even in psi. Nodes crowd where the A' is nearest to a beam.
    folded = np.abs(np.arctan2(np.sin(psi), np.cos(psi)))
    grid = math.pi * np.linspace(0, 1, 1201) ** 2
    value = np.array([squared_amplitude(model, x, theta, each) for each in grid])
    reached = np.concatenate([[0], np.cumsum(0.5 * (value[1:] + value[:-1]) * np.diff(grid))])
    assert kstest(np.interp(folded, grid, reached / reached[-1]), "uniform").pvalue > UNLIKELY
    # Both sides alike.
    side = np.mean(np.sin(psi) > 0)
    assert side == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(len(psi)))


@pytest.mark.parametrize(
    "beams", [(2.6, 1.4, 0.08), pytest.param((7.007, 4.0, 0.083), marks=pytest.mark.nightly)]
)
def test_whole_events(beams) -> None:
    model = ScalarInelastic(2.5, 1.0, 0.9)
    lab = Beams(*beams)
    from wayside.detector.box import Box

    box = Box.place((1.0, 0.3, 3.0), (1.2, 1.6, 2.0))
    process = RadiativeProcess(model, lab, Treatment("printed"))
    flights = FlightSampler([process.flight], {"A": box}, 1e9).draw(
        12_000, np.random.default_rng(9)
    )
    made = process.complete(flights.direction, flights.rapidity, np.random.default_rng(10))
    e1 = np.sqrt(1.0 + np.sum(made.flying**2, axis=1))
    e_a = np.sqrt(2.5**2 + np.sum(made.mediator**2, axis=1))
    # The photon is massless, the partner has its mass.
    total = np.array([lab.electron_energy + lab.positron_energy, 0, 0, 0])
    half = lab.crossing_angle / 2
    total[1] = total[0] * math.sin(half)
    total[3] = (lab.electron_energy - lab.positron_energy) * math.cos(half)
    photon = total[1:] - made.mediator
    assert np.linalg.norm(photon, axis=1) == pytest.approx(total[0] - e_a, rel=1e-6)
    partner2 = (e_a - e1) ** 2 - np.sum((made.mediator - made.flying) ** 2, axis=1)
    assert partner2 == pytest.approx(np.full(len(e1), 0.81), rel=1e-5)

    rng = np.random.default_rng(11)
    theirs = []
    for _ in range(3):
        energy, momentum, weight = sampling.on_shell(
            400_000, rng, lab.sqrt_s, M_ELECTRON, 2.5, 1.0, 0.9
        )
        _, moved = sampling.laboratory(energy, momentum, *beams)
        size = np.linalg.norm(moved, axis=1)
        near, far = sampling.crossings(moved / size[:, None], box.centre, box.size, box.axes)
        # Unweighted, and with the same long lifetime.
        weight = weight * np.where(far > near, (far - near) / size, 0)
        kept = rng.random(len(weight)) * weight.max() < weight
        theirs.append(moved[kept])
    theirs = np.concatenate(theirs)
    for k in range(3):
        assert ks_2samp(theirs[:, k], made.flying[:, k]).pvalue > UNLIKELY


def test_boost() -> None:
    rng = np.random.default_rng(12)
    p, v = rng.normal(size=(5, 3)), np.array([0.3, -0.5, 0.6])
    e = np.sqrt(1 + np.sum(p**2, axis=1))
    energy, momentum = boost(e, p, v)
    for i in range(5):
        expected = spinors.boosted(np.array([e[i], *p[i]]), v)
        assert np.array([energy[i], *momentum[i]]) == pytest.approx(expected, rel=1e-12)
