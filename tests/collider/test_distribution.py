"""Densities as functions of arrays: normalised, boost-invariant, and what a sample has."""

import itertools
import math

import numpy as np
import pytest
from reference import sampling

from wayside.acceptance.angular import angular_density
from wayside.acceptance.flight import off_shell_flight, on_shell_flight
from wayside.collider.beams import Beams
from wayside.collider.distribution import density, star_density
from wayside.collider.radiative import gamma_beta
from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac, ScalarInelastic

BEAMS = (2.6, 1.4, 0.08)
MASSES = (2.5, 1.0, 0.9)
MODELS = [ScalarInelastic(*MASSES), PseudoDirac(*MASSES)]
# A fast A' and slow excited states; and the other way round.
CASES = [
    (ScalarInelastic(8.0, 4.341, 3.55), 10.58),
    (PseudoDirac(3.0, 0.8, 0.5), 10.58),
    (ScalarInelastic(3.5, 0.5, 0.4), 3.78),
]


def kinematics(model, sqrt_s):
    """Energy and velocity of the A' over its mass, energy and momentum of 1 in its rest frame."""
    m, m1, m2 = model.m_aprime, model.m1, model.m2
    e_star = (m**2 + m1**2 - m2**2) / (2 * m)
    gamma = (sqrt_s**2 + m**2) / (2 * sqrt_s * m)
    return gamma, math.sqrt(1 - gamma**-2), e_star, math.sqrt(e_star**2 - m1**2)


def nodes(model, sqrt_s):
    """Cosines and weights of a rule that resolves the two ridges, (x, cos theta, weight)."""
    gamma, beta, e_star, p_star = kinematics(model, sqrt_s)
    u, w = np.polynomial.legendre.leggauss(64)
    for x, wx in zip(u, w, strict=True):
        ridge = math.atan2(p_star * math.sqrt(1 - x * x), gamma * (p_star * x + beta * e_star))
        # A ridge lies on the other side for an A' that goes along the positrons.
        cuts = sorted([0.0, ridge, 0.5 * math.pi, math.pi - ridge, math.pi])
        for low, high in itertools.pairwise(cuts):
            middle = 0.5 * (low + high)
            centre = min((ridge, math.pi - ridge), key=lambda c, at=middle: abs(c - at))
            a, b = (math.asinh((end - centre) / 1e-4) for end in (low, high))
            s = a + (b - a) * (u + 1) / 2
            theta = centre + 1e-4 * np.sinh(s)
            yield x, np.cos(theta), wx * w * (b - a) / 2 * 1e-4 * np.cosh(s) * np.sin(theta)


@pytest.mark.parametrize(("model", "sqrt_s"), CASES)
@pytest.mark.parametrize("regulator", ["exact", "printed"])
def test_normalised_and_what_a_sample_has(model, sqrt_s, regulator) -> None:
    names = {
        "1": lambda c, x: 1 + 0 * c * x,
        "c2": lambda c, x: c**2 + 0 * x,
        "x": lambda c, x: x + 0 * c,
        "xc2": lambda c, x: x * c**2,
        "sin4": lambda c, x: (1 - c**2) ** 2 + 0 * x,
    }
    found = dict.fromkeys(names, 0.0)
    for x, c, w in nodes(model, sqrt_s):
        values = 2 * math.pi * w * star_density(model, sqrt_s, c, x, regulator)
        for key, function in names.items():
            found[key] += float(np.sum(values * function(c, x)))
    assert found["1"] == pytest.approx(1.0, abs=2e-6)
    if regulator == "exact":
        return  # the sample is of Eq. 13 as printed
    gamma, beta, e_star, p_star = kinematics(model, sqrt_s)
    q2, delta, p2 = model.m_aprime**2, model.m1 - model.m2, p_star**2
    a, b = (0.0, 1.0) if model.kind == "scalar" else (2 * (q2 - delta**2), -8 * p2)
    energy, momentum, weight = sampling.on_shell(
        400_000, np.random.default_rng(7), sqrt_s, M_ELECTRON, model.m_aprime, model.m1, model.m2,
        isotropic=a, polarised=b,
    )  # fmt: skip
    c = momentum[:, 2] / np.linalg.norm(momentum, axis=1)
    x = (energy / gamma - e_star) / (beta * p_star)
    for key, function in names.items():
        mean, error = sampling.mean_and_error(weight * function(c, x))
        # Four standard errors: one in 16,000 fails, of twelve with a fixed seed.
        assert found[key] == pytest.approx(mean, abs=4 * error + 2e-6), key


@pytest.mark.parametrize("model", MODELS)
def test_energy_stands_for_the_decay_angle(model) -> None:
    sqrt_s = 4.0
    gamma, beta, e_star, p_star = kinematics(model, sqrt_s)
    cos_t, x = np.linspace(-0.97, 0.98, 9)[:, None], np.linspace(-0.99, 0.95, 7)
    energy = gamma * (e_star + beta * p_star * x)
    np.testing.assert_allclose(
        np.sqrt((energy / model.m1) ** 2 - 1), gamma_beta(model, sqrt_s, x), rtol=1e-12
    )
    turned = np.stack([0.6 * np.sqrt(1 - cos_t**2), 0.8 * np.sqrt(1 - cos_t**2), cos_t], axis=-1)
    here = density(model, Beams.symmetric(sqrt_s), 3.0 * turned, energy, "cm")
    assert here.shape == (9, 7)
    there = star_density(model, sqrt_s, cos_t, x)
    np.testing.assert_allclose(here * gamma * beta * p_star, there, rtol=1e-9)
    np.testing.assert_allclose(
        density(model, Beams.symmetric(sqrt_s), turned, energy), here, rtol=1e-12
    )


@pytest.mark.parametrize("model", MODELS)
def test_the_invariant_density_is_invariant(model) -> None:
    """E d^3P/dp^3 at one four-momentum in both frames; boosted by other code."""
    beams = Beams(*BEAMS)
    gamma, beta, e_star, p_star = kinematics(model, beams.sqrt_s)
    rng = np.random.default_rng(3)
    energy = gamma * (e_star + beta * p_star * rng.uniform(-1, 1, 500))
    size = np.sqrt(energy**2 - model.m1**2)
    direction = rng.normal(size=(500, 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    lab_energy, lab = sampling.laboratory(energy, size[:, None] * direction, *BEAMS)
    cm = density(model, beams, direction, energy, "cm") / size
    assert np.all(cm > 0)
    np.testing.assert_allclose(
        density(model, beams, lab, lab_energy) / np.linalg.norm(lab, axis=1), cm, rtol=1e-6
    )


@pytest.mark.parametrize("model", MODELS)
def test_laboratory_against_a_sample(model) -> None:
    """Chance of a range of directions and energies of the laboratory, both by drawing."""
    beams = Beams(*BEAMS)
    rng = np.random.default_rng(11)
    q2, delta = MASSES[0] ** 2, MASSES[1] - MASSES[2]
    p2 = kinematics(model, beams.sqrt_s)[3] ** 2
    a, b = (0.0, 1.0) if model.kind == "scalar" else (2 * (q2 - delta**2), -8 * p2)
    drawn = sampling.on_shell(
        400_000, rng, beams.sqrt_s, M_ELECTRON, *MASSES, isotropic=a, polarised=b
    )
    energy, momentum = sampling.laboratory(drawn[0], drawn[1], *BEAMS)
    cosines = momentum / np.linalg.norm(momentum, axis=1)[:, None]
    low, high, floor = 1.3, 1.8, 0.5
    inside = (energy > low) & (energy < high) & (cosines[:, 2] > floor) & (cosines[:, 0] > 0)
    sampled, error = sampling.mean_and_error(drawn[2] * inside)
    assert error < 0.02 * sampled
    n = 400_000
    c, phi = rng.uniform(floor, 1, n), rng.uniform(-math.pi / 2, math.pi / 2, n)
    sine = np.sqrt(1 - c**2)
    rays = np.stack([sine * np.cos(phi), sine * np.sin(phi), c], axis=1)
    values = density(model, beams, rays, rng.uniform(low, high, n), regulator="printed")
    mean, spread = sampling.mean_and_error(values * (1 - floor) * math.pi * (high - low))
    assert mean == pytest.approx(sampled, abs=4 * math.hypot(error, spread))


def test_all_energies_of_a_direction() -> None:
    """The energy integrated on a lattice finer than any peak, against the acceptances' rule."""
    model, beams = MODELS[0], Beams(*BEAMS)
    flight = on_shell_flight(model, beams)
    n = 2_000_000
    energies, step = model.m1 + (np.arange(n) + 0.5) * 2.0 / n, 2.0 / n
    for direction in ([0.2, 0.1, 1.0], [1.0, 0.0, 0.3], [-0.3, 0.4, -1.0]):
        values = density(model, beams, direction, energies)
        assert values[-1] == 0, "all energies are there"
        # Peaks are a thousand steps wide; the ends of the range are jumps of half a step.
        total = np.sum(values) * step
        assert angular_density(flight, direction) == pytest.approx(total, rel=2e-6)


def test_directions_off_shell() -> None:
    """At rest the closed form; in a boosted laboratory, the share of a cap in a sample."""
    model = ScalarInelastic(5.0, 1.3, 1.2)
    cosine = np.linspace(-1, 1, 11)
    rays = np.stack([np.sqrt(1 - cosine**2), 0 * cosine, cosine], axis=-1)
    found = angular_density(off_shell_flight(model, Beams.symmetric(4.0)), rays)
    np.testing.assert_allclose(found, 3 / (8 * math.pi) * (1 - cosine**2), atol=1e-12)
    beams = Beams(*BEAMS)
    energy, momentum, weight = sampling.off_shell(
        400_000, np.random.default_rng(5), beams.sqrt_s, model.m1, model.m2
    )
    _, momentum = sampling.laboratory(energy, momentum, *BEAMS)
    share = momentum[:, 2] / np.linalg.norm(momentum, axis=1) > 0.8
    mean, error = sampling.mean_and_error(weight * share)
    u, w = np.polynomial.legendre.leggauss(60)
    c, phi = 0.9 + 0.1 * u[:, None], 2 * np.pi * np.arange(60) / 60
    sine = np.sqrt(1 - c**2)
    rays = np.stack(
        np.broadcast_arrays(sine * np.cos(phi), sine * np.sin(phi), c + 0 * phi), axis=-1
    )
    values = angular_density(off_shell_flight(model, beams), rays)
    assert values.shape == (60, 60)
    total = np.sum(0.1 * w[:, None] * 2 * np.pi / 60 * values)
    assert total == pytest.approx(mean, abs=4 * error)


def test_what_cannot_be() -> None:
    model, beams = MODELS[0], Beams(*BEAMS)
    energies = np.array([0.5, 1.0, 50.0])
    np.testing.assert_array_equal(density(model, beams, [0, 0, 1], energies), 0.0)
    for direction in ([0, 0, 0], [0, np.nan, 1], [1, 0]):
        with pytest.raises(InputError, match="direction"):
            density(model, beams, direction, 1.2)
    with pytest.raises(InputError, match="energy"):
        density(model, beams, [0, 0, 1], np.nan)
    with pytest.raises(InputError, match="frame"):
        density(model, beams, [0, 0, 1], 1.2, "rest")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"cos_theta = 1\.5"):
        star_density(model, 4.0, [0.5, 1.5], 0.0)
    with pytest.raises(InputError, match="m_aprime"):
        density(ScalarInelastic(5.0, 1.0, 0.9), beams, [0, 0, 1], 1.2)
