"""Beams against explicit four-vectors."""

import math

import numpy as np
import pytest
from reference import spinors

from wayside.collider.beams import Beams, boosted
from wayside.errors import InputError

BEAMS = [
    (7.007, 4.000, 0.083),
    (1.89, 1.89, 0.022),
    (5.29, 5.29, 0.0),
    (9.0, 3.1, 0.0),
    (2.0, 11.0, 1.2),
]


def four_vectors(electron, positron, crossing):
    """The beams of a machine, both tilted toward +x."""
    half = crossing / 2
    return (
        electron * np.array([1, math.sin(half), 0, math.cos(half)]),
        positron * np.array([1, math.sin(half), 0, -math.cos(half)]),
    )


@pytest.mark.parametrize("energies", BEAMS)
def test_invariant_mass_and_boost(energies):
    beams = Beams(*energies)
    total = sum(four_vectors(*energies))
    assert beams.sqrt_s == pytest.approx(math.sqrt(spinors.dot(total, total)), rel=1e-13)
    assert beams.boost == pytest.approx(total[1:] / total[0], abs=1e-15)


def test_belle2_invariant_mass():
    # 2 sqrt(7.007 x 4.000) = 10.58829, times cos(41.5 mrad) = 0.99913900
    assert Beams(7.007, 4.000, 0.083).sqrt_s == pytest.approx(10.57918, abs=5e-6)


@pytest.mark.parametrize("energies", BEAMS)
def test_beams_are_back_to_back_along_z_in_their_frame(energies):
    beams = Beams(*energies)
    axes = np.vstack([np.zeros(3), beams.frame.T]).T
    for beam, sign in zip(four_vectors(*energies), (1, -1), strict=True):
        rest = spinors.boosted(beam, -beams.boost) if beams.boost.any() else beam
        expected = 0.5 * beams.sqrt_s * np.array([0, 0, sign])
        assert axes @ rest == pytest.approx(expected, abs=1e-13)
        assert rest[0] == pytest.approx(0.5 * beams.sqrt_s, rel=1e-13)
    assert beams.frame @ beams.frame.T == pytest.approx(np.eye(3), abs=1e-15)
    assert np.linalg.det(beams.frame) == pytest.approx(1.0)
    # No rotation in the plane across the beams: y is the laboratory's.
    assert beams.frame[1] == pytest.approx([0, 1, 0], abs=0)


@pytest.mark.parametrize("energies", BEAMS)
def test_a_tilt_toward_plus_x_moves_the_centre_of_mass_toward_plus_x(energies):
    beams = Beams(*energies)
    assert beams.boost[0] == pytest.approx(math.sin(energies[2] / 2))
    assert np.sign(beams.boost[2]) == np.sign(energies[0] - energies[1])


def test_boost_is_active_and_undone_by_its_inverse():
    rng = np.random.default_rng(1)
    for _ in range(20):
        momentum, velocity = rng.normal(size=3), rng.uniform(-0.55, 0.55, size=3)
        energy = math.sqrt(1.7**2 + momentum @ momentum)
        moved = boosted(momentum, energy, velocity)
        expected = spinors.boosted(np.array([energy, *momentum]), velocity)
        assert moved == pytest.approx(expected[1:], rel=1e-12)
        back = boosted(moved, float(expected[0]), -velocity)
        assert back == pytest.approx(momentum, rel=1e-11)
    at_rest = boosted(np.zeros(3), 1.0, np.array([0.6, 0.0, 0.0]))
    assert at_rest == pytest.approx([0.75, 0.0, 0.0])
    assert boosted(momentum, energy, np.zeros(3)) == pytest.approx(momentum, rel=1e-15)


def test_symmetric():
    beams = Beams.symmetric(10.58)
    assert beams.sqrt_s == pytest.approx(10.58, rel=1e-15)
    assert not beams.boost.any()
    assert np.array_equal(beams.frame, np.eye(3))


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((0.0, 4.0), "electron_energy"),
        ((7.0, -4.0), "positron_energy"),
        ((math.nan, 4.0), "electron_energy"),
        ((7.0, math.inf), "positron_energy"),
        ((7.0, 4.0, -0.1), "crossing_angle"),
        ((7.0, 4.0, math.pi / 2), "crossing_angle"),
        ((7.0, 4.0, math.nan), "crossing_angle"),
    ],
)
def test_refusals_name_the_key(arguments, key):
    with pytest.raises(InputError, match=key):
        Beams(*arguments)


def test_reference_frame_of_superkekb():
    """Four-vectors of both beams without electron mass, computed without Wayside."""
    beams = Beams(7.007, 4.0, 0.083)
    assert beams.sqrt_s == pytest.approx(10.5791789, rel=1e-8)
    np.testing.assert_allclose(beams.boost, [0.041488, 0.0, 0.272954572], atol=5e-7)
    assert beams.boost[2] == pytest.approx(0.272954572, rel=1e-8)
    assert beams.frame[2, 0] == pytest.approx(0.0057793778, rel=1e-7)
