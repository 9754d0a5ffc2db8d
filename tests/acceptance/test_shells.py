"""Cylinder shells against an integral in their own coordinates; states slower than the boost."""

import math

import numpy as np
import pytest
from reference.shell_sky import shell_integrals

from wayside.acceptance.estimate import converged_rule, face_acceptance
from wayside.collider.beams import Beams
from wayside.detector.cylinder import CylinderShell
from wayside.models.inelastic import ScalarInelastic
from wayside.production.radiative_flight import radiative_flight

COLLIDERS = {
    "crossing": Beams(7.007, 4.0, 0.083),
    "nearly symmetric": Beams(1.89, 1.89, 0.022),
    "strongly boosted": Beams(3.0, 15.0, 0.02),
}
ASKED = 1e-6


def cones_of(flight):
    """Every cone on which the density is not smooth: both caustics, and where ranges open."""
    rows = []
    for sign in (1.0, -1.0):
        axis = flight.polar_axis(sign * flight.frames.axes[2])
        caustic = flight.caustic(axis)
        if caustic.width > 0.0:
            rows.append([*axis, math.cos(caustic.angle)])
        rows += [list(row[:4]) for row in flight.edges(axis)]
    return np.unique(np.round(np.array(rows).reshape(-1, 4), 14), axis=0)


def drawn(beams, rng):
    """Masses between 0.6 and 0.9 of sqrt(s), and a shell beside the interaction point."""
    mass = beams.sqrt_s * rng.uniform(0.6, 0.9)
    m1 = mass * rng.uniform(0.5, 0.65)
    m2 = min((mass - m1) * rng.uniform(0.8, 0.97), 0.9 * m1)
    outer = rng.uniform(0.4, 1.5)
    axis = rng.normal(size=3)
    across = np.cross(axis, rng.normal(size=3))
    low, high = np.sort(rng.uniform(-2.0, 2.0, 2))
    shell = CylinderShell.place(
        outer_radius=outer,
        inner_radius=outer * rng.uniform(0.2, 0.9) * (rng.random() < 0.7),
        z_min=low,
        z_max=high + 0.2,
        position=outer * rng.uniform(1.05, 3.0) * across / np.linalg.norm(across),
        axis=axis,
    )
    return radiative_flight(ScalarInelastic(mass, m1, m2), beams), shell


def compare(flight, shell):
    """The reference gains a digit for some twenty nodes."""
    rule, bound = converged_rule(flight, shell, ASKED)
    assert bound <= ASKED
    cones = cones_of(flight)
    coarse, fine = (shell_integrals(flight, shell, cones, nodes) for nodes in (40, 72))
    assert coarse == pytest.approx(fine, rel=1e-5)
    assert (rule.hit_probability, rule.hit_path) == pytest.approx(fine, rel=ASKED)
    return fine[0]


@pytest.mark.nightly
def test_slow_states_beside_the_interaction_point():
    """Two narrow ridges at nearly one rapidity, a cone across the shell."""
    flight = radiative_flight(ScalarInelastic(8.0, 4.341, 3.65), COLLIDERS["crossing"])
    shell = CylinderShell.place(
        inner_radius=0.6, outer_radius=1.0, z_min=-1.0, z_max=2.0,
        position=(2.0, 0.5, 1.0), axis=(1.0, 2.0, -1.0),
    )  # fmt: skip
    expected = compare(flight, shell)
    face = face_acceptance(flight, shell, ASKED)
    assert face.relative_error <= ASKED
    assert face.value == pytest.approx(expected, rel=ASKED)


def compare_drawn(collider, number, seed):
    """Nothing random is left, so that any failure is one of the code."""
    rng = np.random.default_rng(seed)
    seen = 0
    while seen < number:
        flight, shell = drawn(COLLIDERS[collider], rng)
        if converged_rule(flight, shell, 1e-2)[0].hit_probability > 1e-3:
            compare(flight, shell)
            seen += 1


@pytest.mark.nightly
@pytest.mark.parametrize(
    "collider",
    ["nearly symmetric", pytest.param("strongly boosted", marks=pytest.mark.nightly)],
)
def test_a_random_shell(collider):
    compare_drawn(collider, 1, seed=11)


@pytest.mark.parametrize("collider", COLLIDERS)
def test_around_the_interaction_point_everything_crosses(collider):
    """A full cylinder, whatever the cones: all directions at once, of which the sum is one."""
    beams = COLLIDERS[collider]
    model = ScalarInelastic(*(beams.sqrt_s * fraction for fraction in (0.75, 0.41, 0.32)))
    shell = CylinderShell.place(
        outer_radius=1.0, z_min=-0.8, z_max=1.3, position=(0.3, 0.1, 0.0), axis=(1.0, 2.0, -1.0)
    )
    rule, bound = converged_rule(radiative_flight(model, beams), shell, ASKED)
    assert bound <= ASKED
    assert rule.hit_probability == pytest.approx(1.0, rel=ASKED)


@pytest.mark.nightly
@pytest.mark.parametrize("collider", COLLIDERS)
def test_many_random_shells(collider):
    compare_drawn(collider, 20, seed=12)
