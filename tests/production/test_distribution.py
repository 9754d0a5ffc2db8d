"""The public densities: norm, frames, and four-vectors drawn one by one."""

import numpy as np
import pytest
from reference import sampling
from scipy.integrate import quad
from scipy.stats import chi2

from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.errors import InputError
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.distribution import density, star_density
from wayside.production.radiative import radiative_shape
from wayside.sensitivity.mass_point import MassPoint

MASSES = (3.0, 1.6, 1.2)
BEAMS = Beams(2.6, 2.2, 0.08)
MODELS = [ScalarInelastic(*MASSES), PseudoDirac(*MASSES)]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("regulator", ["exact", "printed"])
def test_norm_of_the_star_density(model, regulator) -> None:
    shape = radiative_shape(model, 4.8, regulator)
    x, weights = np.polynomial.legendre.leggauss(8)
    total = 0.0
    for each, weight in zip(x, weights, strict=True):
        along = shape.gamma_a * (shape.p_star * each + shape.beta_a * shape.e_star)
        ridge = np.arctan2(shape.p_star * np.sqrt(1 - each**2), along)
        value, _ = quad(
            lambda t, x=each: np.sin(t) * float(star_density(model, 4.8, np.cos(t), x, regulator)),
            0.0,
            np.pi,
            points=[ridge, np.pi - ridge],
            limit=500,
            epsrel=1e-8,
        )
        total += 2 * np.pi * weight * value
    # What is left is a parabola in the decay angle: the rule is exact.
    assert total == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_the_two_variables_of_a_frame(model) -> None:
    """dE is linear in dcos theta*: the two densities are one, point by point."""
    point = MassPoint(model, BEAMS, {})
    shape = point.flight.shape
    cos_t, x = np.meshgrid([-0.9, -0.2, 0.6], [-0.7, 0.1, 0.8])
    energy = BEAMS.sqrt_s * shape.gamma_a * (shape.e_star + shape.beta_a * shape.p_star * x)
    slope = BEAMS.sqrt_s * shape.gamma_a * shape.beta_a * shape.p_star
    sin_t = np.sqrt(1 - cos_t**2)
    rays = np.stack([0.6 * sin_t, 0.8 * sin_t, cos_t], axis=-1)
    found = point.density(3.0 * rays, energy, "cm")
    np.testing.assert_allclose(found * slope, point.star_density(cos_t, x), rtol=1e-10)
    assert point.density([0.0, 0.3, 1.0], 1.0, "cm") == 0.0, "below the mass"


@pytest.mark.parametrize("model", MODELS)
def test_invariance(model) -> None:
    """E d^3P/dp^3 = (1/p) d^2P/dOmega dE does not know the frame."""
    rng = np.random.default_rng(2)
    energy, momentum, _ = sampling.on_shell(300, rng, BEAMS.sqrt_s, M_ELECTRON, *MASSES)
    there_energy, there = sampling.laboratory(energy, momentum, 2.6, 2.2, 0.08)
    cm = density(model, BEAMS, momentum, energy, "cm") / np.linalg.norm(momentum, axis=1)
    lab = density(model, BEAMS, there, there_energy) / np.linalg.norm(there, axis=1)
    assert np.all(cm > 0)
    # Rounding of a boosted direction against a ridge of 1e-4: a few digits go.
    np.testing.assert_allclose(lab, cm, rtol=1e-6)


def test_against_drawn_four_vectors() -> None:
    """Counts in bins of direction and energy in the laboratory, against the mean density."""
    model = MODELS[0]
    rng = np.random.default_rng(7)
    n = 1_000_000
    energy, momentum, weight = sampling.on_shell(n, rng, BEAMS.sqrt_s, M_ELECTRON, *MASSES)
    energy, momentum = sampling.laboratory(energy, momentum, 2.6, 2.2, 0.08)
    cos_t = momentum[:, 2] / np.linalg.norm(momentum, axis=1)
    phi = np.arctan2(momentum[:, 1], momentum[:, 0])
    edges = [np.linspace(-0.8, 0.8, 9), np.linspace(-np.pi, np.pi, 4), np.linspace(1.6, 2.6, 11)]
    sample = np.stack([cos_t, phi, energy], axis=1)
    drawn, _ = np.histogramdd(sample, edges, weights=weight / n)
    square, _ = np.histogramdd(sample, edges, weights=(weight / n) ** 2)

    # Midpoints, many of them across the ridges.
    numbers = (160, 4, 16)
    fine, steps = [], []
    for e, number in zip(edges, numbers, strict=True):
        step = (e[1] - e[0]) / number
        fine.append(e[0] + step * (np.arange(number * (len(e) - 1)) + 0.5))
        steps.append(step)
    c, p, e = np.meshgrid(*fine, indexing="ij")
    sin_t = np.sqrt(1 - c**2)
    rays = np.stack([sin_t * np.cos(p), sin_t * np.sin(p), c], axis=-1)
    values = density(model, BEAMS, rays, e, regulator="printed")
    expected = np.prod(steps) * values.reshape(8, 160, 3, 4, 10, 16).sum(axis=(1, 3, 5))
    used = (drawn > 0) & (drawn**2 > 100 * square)  # a hundred effective draws
    assert np.count_nonzero(used) > 60
    # Bins that a limit or a ridge crosses are integrated to some three per cent.
    error2 = square[used] + (0.03 * expected[used]) ** 2
    statistic = np.sum((drawn[used] - expected[used]) ** 2 / error2)
    assert statistic < chi2.isf(1e-6, np.count_nonzero(used)), "fails once in a million seeds"
    assert abs(drawn[used].sum() / expected[used].sum() - 1) < 0.01


@pytest.mark.parametrize("frame", ["lab", "cm"])
@pytest.mark.parametrize("cls", [ScalarInelastic, PseudoDirac])
def test_norm_over_directions(frame, cls) -> None:
    # Head-on, so that all around the beams is the same.
    beams = Beams(3.0, 1.9)
    for m_aprime, mode in ((3.0, "on-shell"), (14.0, "off-shell")):
        point = MassPoint(cls(m_aprime, 1.6, 1.2), beams, {}, production=mode)
        total, _ = quad(
            lambda t, p=point: (
                np.sin(t) * float(p.angular_density([np.sin(t), 0.0, np.cos(t)], frame))
            ),
            0.0,
            np.pi,
            limit=2000,
            epsrel=1e-6,
        )
        assert 2 * np.pi * total == pytest.approx(1.0, rel=1e-5)


def test_direction_is_the_integral_over_energy() -> None:
    for model in MODELS:
        point = MassPoint(model, BEAMS, {})
        shape = point.flight.shape
        rays = np.array([[0.3, 0.1, 1.0], [1.0, -0.4, 0.2], [0.5, 0.5, -1.0]])
        n = 400_000  # steps of 5e-6, against ridges of 1e-4
        x = (np.arange(n) + 0.5) * 2 / n - 1
        middle = BEAMS.sqrt_s * shape.gamma_a * shape.e_star
        half = BEAMS.sqrt_s * shape.gamma_a * shape.beta_a * shape.p_star
        values = point.density(rays[:, None], middle + half * x, "cm")
        np.testing.assert_allclose(
            half * values.sum(axis=1) * 2 / n, point.angular_density(rays, "cm"), rtol=1e-4
        )


def test_refusals() -> None:
    point = MassPoint(MODELS[0], BEAMS, {})
    for call, text in (
        (lambda: point.density([0, 0, 0], 2.0), "direction"),
        (lambda: point.density([0, 1], 2.0), "must end in 3"),
        (lambda: point.density([0, 0, 1], np.nan), "energy"),
        (lambda: point.density([0, 0, 1], 2.0, "rest"), "must be lab or cm"),
        (lambda: point.star_density(1.5, 0.0), "cos_theta = 1.5"),
    ):
        with pytest.raises(InputError, match=text):
            call()
