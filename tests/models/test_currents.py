"""Currents against traces of Dirac matrices, and the two ways of writing them down."""

import math

import numpy as np
import pytest
from reference.spinors import GAMMA

from wayside.cosmology.pairs import has_s_wave, pair_factor, pair_numbers
from wayside.errors import InputError
from wayside.models.currents import Current, Term, current_of
from wayside.models.inelastic import PseudoDirac, ScalarInelastic
from wayside.models.kinematics import pair_momentum

M1, M2 = 4.341, 3.65
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
GAMMA5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
AXIAL = Current((Term(-2.0, s=1),), (Term(-2.0),), spin_states=(2, 2), fermions=True)
MIXED = Current(
    (Term(-1.5, d=1), Term(-0.5, s=1)), (Term(-2.0),), spin_states=(2, 2), fermions=True
)
CURRENTS = {
    "scalar": (ScalarInelastic.current, None),
    "vector": (PseudoDirac.current, (1j, 0.0)),
    "axial": (AXIAL, (0.0, 1.0)),
    # Majorana: the vector coupling is imaginary, the axial one real.
    "mixed": (MIXED, (1j * math.sqrt(0.75), 0.5)),
}


def slash(p):
    return np.einsum("m,mij->ij", METRIC @ p, GAMMA)


def tensor(couplings, p1, p2, sign):
    """Sum over spins of J J*; ``sign`` = -1 makes 2 an outgoing antifermion, +1 crosses it."""
    if couplings is None:
        k = p1 + sign * p2
        return np.outer(k, k)
    vertex = np.array([g @ (couplings[0] * np.eye(4) + couplings[1] * GAMMA5) for g in GAMMA])
    barred = np.array([GAMMA[0] @ v.conj().T @ GAMMA[0] for v in vertex])
    first, second = slash(p1) + M1 * np.eye(4), slash(p2) + sign * M2 * np.eye(4)
    return np.einsum("ij,mjk,kl,nli->mn", first, vertex, second, barred)


def both_in_the_frame_of_q(q, p, sign):
    axis = np.array([0.6, 0.0, 0.8])
    p1 = np.array([math.hypot(p, M1), *(p * axis)])
    # Outgoing back to back; or 1 decays, and both move alike.
    p2 = np.array([math.hypot(p, M2), *(sign * p * axis)])
    assert p1[0] - sign * p2[0] == pytest.approx(q)
    return p1, p2, np.outer(axis, axis)


@pytest.mark.parametrize("name", CURRENTS)
@pytest.mark.parametrize("q", [8.0, 9.5, 40.0])
def test_pair_from_traces(name, q):
    current, couplings = CURRENTS[name]
    p1, p2, nn = both_in_the_frame_of_q(q, float(pair_momentum(q, M1, M2)), -1)
    full = tensor(couplings, p1, p2, -1)[1:, 1:]
    a, b = current.pair(q - M1 - M2, M1, M2)
    # What is antisymmetric does not meet a symmetric visible current.
    expected = (full + full.T) / 2
    assert a * np.eye(3) + b * nn == pytest.approx(expected, rel=1e-9, abs=1e-9 * q**2)


@pytest.mark.parametrize("name", CURRENTS)
@pytest.mark.parametrize("q", [0.002, 0.3, 0.69])
def test_decay_from_traces(name, q):
    current, couplings = CURRENTS[name]
    p = float(pair_momentum(M1, q, M2)) * M1 / q
    p1, p2, nn = both_in_the_frame_of_q(q, p, 1)
    full = tensor(couplings, p1, p2, 1)[1:, 1:]
    a, b = current.decay((M1 - M2) - q, M1, M2)
    scale = float(np.abs(full).max())
    assert a * np.eye(3) + b * nn == pytest.approx((full + full.T).real / 2, abs=1e-7 * scale)
    d, s = (M1 - M2) ** 2 - q**2, (M1 + M2) ** 2 - q**2
    trace = current.decay_trace(d, s, d * s, q, M1, M2) * current.spin_states[0]
    assert trace == pytest.approx(q**2 * float(3 * a + b), rel=1e-9)


@pytest.mark.parametrize("name", CURRENTS)
def test_compiled_numbers_are_the_same_current(name):
    current = CURRENTS[name][0]
    numbers = pair_numbers(current, M1, M2)
    for above in (1e-9, 0.3, 30.0):
        q = M1 + M2 + above
        a, b = current.pair(above, M1, M2)
        expected = float(a + b / 3) * float(pair_momentum(q, M1, M2)) * q**2
        # The momentum loses digits of q - m1 - m2 next to threshold.
        assert pair_factor(above, M1, M2, numbers) == pytest.approx(expected, rel=1e-5)
    assert has_s_wave(M1, M2, numbers) == (name in ("vector", "mixed"))


def test_coefficients_that_depend_on_masses():
    # s = d + 4 m1 m2, so an axial current can be written either way.
    other = Current((Term(-2.0, d=1), Term(-8.0, m1=1, m2=1)), (Term(-2.0),), (2, 2), fermions=True)
    m1, m2 = np.array([2.0, 3.0]), np.array([1.5, 1.0])
    isotropic, along = other.coefficients(m1, m2)
    assert isotropic.shape == (2, 2, 1)
    assert along.shape == (2, 1, 1)
    assert np.allclose(isotropic[:, 0, 0], -8 * m1 * m2)
    for ours, theirs in zip(other.pair(0.5, m1, m2), AXIAL.pair(0.5, m1, m2), strict=True):
        assert np.allclose(ours, theirs, rtol=1e-12)


def test_static_charges():
    assert ScalarInelastic.current.static_charges(M1, M2) == (1.0, 0.0)
    assert PseudoDirac.current.static_charges(M1, M2) == (1.0, 0.0)
    assert AXIAL.static_charges(M1, M2) == (0.0, 1.0)
    assert MIXED.static_charges(M1, M2) == pytest.approx((0.75, 0.25), rel=1e-12)


def test_where_a_current_comes_from():
    model = PseudoDirac(8.0, M1, M2)
    assert current_of(PseudoDirac) is current_of(model) is current_of(PseudoDirac.current)
    with pytest.raises(InputError, match="object: has no current by itself"):
        current_of(object)
