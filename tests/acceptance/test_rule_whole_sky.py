"""Six faces of a cube around the collision: everything produced goes somewhere, with its momentum.

The sum of probabilities is 1, whatever the boost; mean energy and momentum follow from the A' by
angular averages and one Lorentz transformation.
"""

import math

import numpy as np
import pytest

from wayside.acceptance.directions import polar_frame
from wayside.acceptance.panels import build_rule, face_probability
from wayside.acceptance.rule import Level
from wayside.acceptance.survey import is_mirrored
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.production.direct_flight import direct_flight
from wayside.production.radiative_flight import radiative_flight

SYMMETRIC = Beams.symmetric(10.58)
BELLE2 = Beams(7.007, 4.000, 0.083)
HEAD_ON = Beams(7.007, 4.000)

ON_SHELL = [
    ScalarInelastic(8.0, 4.341, 3.65),
    PseudoDirac(8.0, 4.341, 3.65),
    ScalarInelastic(5.0, 2.0, 1.0),
    ScalarInelastic(8.0, 4.34999, 3.65),  # m1 + m2 up to the A'
    PseudoDirac(10.5787, 6.0, 4.5),  # the A' up to sqrt_s
    ScalarInelastic(10.5, 5.6, 4.5),  # 1 slower than the boost
    PseudoDirac(8.0, 2e-3, 1e-3),
]
OFF_SHELL = [
    ScalarInelastic(14.0, 5.0, 4.85),
    PseudoDirac(14.0, 5.28, 5.25),
    PseudoDirac(30.0, 2e-3, 1e-3),
]


def cube():
    faces = [sign * axis for axis in np.eye(3) for sign in (1, -1)]
    return [Box.place(2.0 * face, [4.0, 4.0, 0.5]) for face in faces]


# A sixth of the sky holds every ridge and caustic there is. Where the boost keeps the symmetry
# about the beams that converges fast; crossing beams cost a spectrum per direction.
FINE, MEDIUM, COARSE = Level(18, 7, 18), Level(12, 5, 14), Level(8, 4, 10)


@pytest.mark.parametrize("beams", [SYMMETRIC, HEAD_ON])
@pytest.mark.parametrize("regulator", ["exact", "printed"])
@pytest.mark.parametrize("model", ON_SHELL)
def test_on_shell_norm(model, beams, regulator):
    check_norm(radiative_flight(model, beams, regulator), FINE, 1e-6)


@pytest.mark.parametrize("beams", [SYMMETRIC, HEAD_ON])
def test_on_shell_norm_of_a_light_mediator(beams):
    """Everything within m_e/sqrt(s) to m_A'/sqrt(s) of the beam, in one corner of the panels."""
    flight = radiative_flight(ScalarInelastic(0.05, 2e-3, 1e-3), beams)
    check_norm(flight, Level(44, 4, 26), 1e-5)


@pytest.mark.parametrize("model", ON_SHELL)
def test_on_shell_norm_with_crossing_beams(model):
    check_norm(radiative_flight(model, BELLE2), MEDIUM, 1e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("regulator", ["exact", "printed"])
@pytest.mark.parametrize("model", ON_SHELL)
def test_on_shell_norm_with_crossing_beams_finer(model, regulator):
    check_norm(radiative_flight(model, BELLE2, regulator), FINE, 2e-5)


@pytest.mark.parametrize("beams", [SYMMETRIC, BELLE2, HEAD_ON])
@pytest.mark.parametrize("model", OFF_SHELL)
def test_off_shell_norm(model, beams):
    check_norm(direct_flight(model, beams), FINE, 1e-5)


def check_norm(flight, level, tolerance):
    total = sum(face_probability(flight, box, level)[0] for box in cube())
    assert total == pytest.approx(1.0, abs=tolerance)


def test_mean_momentum():
    check_mean_momentum(ON_SHELL[0], SYMMETRIC)


@pytest.mark.nightly
@pytest.mark.parametrize("beams", [SYMMETRIC, BELLE2, HEAD_ON])
@pytest.mark.parametrize("model", ON_SHELL[:6])
def test_mean_momentum_of_more_masses(model, beams):
    check_mean_momentum(model, beams)


def check_mean_momentum(model, beams):
    """Means over the volume rules of the six boxes, which fill the sky as their faces do.

    In the centre of mass both beams are alike, so the mean momentum vanishes, and so does the mean
    decay cosine: the mean energy is the A' Lorentz factor times E*.
    """
    flight = radiative_flight(model, beams)
    total = np.zeros(4)
    norm = 0.0
    for box in cube():
        rule = build_rule(flight, box, COARSE)
        nodes = rule.nodes()
        if not nodes.weight.size:
            continue
        p = model.m1 * np.exp(nodes.log_flight)
        assert p == pytest.approx(model.m1 * np.sinh(nodes.rapidity), rel=1e-12)
        directions = rule.sky.directions[nodes.direction]
        axis = flight.polar_axis(box.centre)
        if is_mirrored(flight, box, axis):
            # They count for their images as well: what is across the mirror cancels.
            normal = polar_frame(axis, box.centre)[1]
            directions = directions - np.outer(directions @ normal, normal)
        norm += rule.hit_probability
        total[0] += nodes.weight @ np.hypot(p, model.m1)
        total[1:] += (nodes.weight * p) @ directions
        assert nodes.weight.min() > -1e-30  # rounding at the ends of the spectrum
    # What the order of the rule allows, as the norm shows.
    tolerance = 1e-3
    assert norm == pytest.approx(1.0, abs=tolerance)
    mass, root_s = model.m_aprime, beams.sqrt_s
    e_star = (mass**2 + model.m1**2 - model.m2**2) / (2 * mass)
    energy = e_star * (root_s**2 + mass**2) / (2 * root_s * mass)
    gamma = (beams.electron_energy + beams.positron_energy) / root_s
    expected = gamma * energy * np.array([1.0, *beams.boost])
    assert total == pytest.approx(expected, rel=tolerance, abs=tolerance * energy)
    assert math.isclose(gamma, 1 / math.sqrt(1 - beams.boost @ beams.boost), rel_tol=1e-12)
