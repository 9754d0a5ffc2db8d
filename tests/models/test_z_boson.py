"""Where the Z may be left out, by couplings of the hypercharge boson and of chiralities."""

import numpy as np
import pytest

from wayside import MassPoint, PseudoDirac, load_scenario
from wayside.collider.beams import Beams
from wayside.constants import M_Z, SINE_SQUARED
from wayside.errors import InputError
from wayside.models import z_boson
from wayside.models.mediator import visible_width_hats

# Hypercharge (Q = T3 + Y), colours times families: neutrinos and leptons, quarks without the top.
LEFT = ((-0.5, 3), (-0.5, 3), (1 / 6, 6), (1 / 6, 9))
RIGHT = ((0.0, 3), (-1.0, 3), (2 / 3, 6), (-1 / 3, 9))


def test_far_above_the_z_it_is_the_hypercharge():
    squares = sum(n * y**2 for y, n in (*LEFT, *RIGHT)) / 2 / (1 - SINE_SQUARED) ** 2
    photon = 3 + 6 * 4 / 9 + 9 / 9
    assert z_boson.relative_change(1e6) == pytest.approx(squares / photon - 1, rel=1e-6)


def test_by_vector_and_axial_couplings():
    # (T3/2 - Q sin^2)/cos^2 and T3/2/cos^2, of the Z; Q of the photon.
    q = np.array([3.0, 10.58, 30.0])
    r = q**2 / (q**2 - M_Z**2)
    total, photon = np.zeros(3), 0.0
    for charge, isospin, n in ((0, 0.5, 3), (-1, -0.5, 3), (2 / 3, 0.5, 6), (-1 / 3, -0.5, 9)):
        vector = (isospin / 2 - charge * SINE_SQUARED) / (1 - SINE_SQUARED)
        axial = isospin / 2 / (1 - SINE_SQUARED)
        total += n * ((charge - r * vector) ** 2 + (r * axial) ** 2)
        photon += n * charge**2
    assert z_boson.relative_change(q) == pytest.approx(total / photon - 1, rel=1e-10)
    assert z_boson.relative_change(10.58) < 0.006


def test_limits():
    assert z_boson.relative_change(z_boson.HIGHEST) == pytest.approx(z_boson.NEGLECTED)
    below = np.linspace(0.1, z_boson.HIGHEST, 50)
    assert np.all(np.abs(z_boson.relative_change(below)) <= z_boson.NEGLECTED * (1 + 1e-12))
    low, high = z_boson.MIXED
    assert low < M_Z < high


def test_library_refuses():
    model = PseudoDirac(30.0, 6.0, 5.0)
    with pytest.raises(InputError, match=r"sqrt_s = 91.19 GeV: must be at most 38.1 GeV; .*Z"):
        MassPoint(model, Beams.symmetric(91.19), {}).require_produced()
    with pytest.raises(InputError, match=r"m_aprime = 90 GeV: must not be from 61.3 to 113 GeV"):
        MassPoint(model.with_masses(90.0, 5.0, 4.0), Beams.symmetric(10.58), {}).require_produced()
    with pytest.raises(InputError, match=r"m_aprime = 40 GeV: its visible width is known up to"):
        visible_width_hats([8.0, 40.0])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"collider.electron_energy": 45.6, "collider.positron_energy": 45.6},
            r"collider: sqrt_s = 91.2: must be at most 38.1 GeV; beyond, Z exchange",
        ),
        ({"model.m_aprime": 91.0}, r"model.m_aprime = 91: must not be from 61.3 to 113 GeV"),
    ],
)
def test_scenarios_refuse(values, message):
    with pytest.raises(InputError, match=message):
        load_scenario("belle2-central", values)
    assert load_scenario("belle2-central", {"model.m_aprime": 30.0})
