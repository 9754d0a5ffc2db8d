"""The density with further photons: against that without, totals, and a tree amplitude of two."""

import math

import numpy as np
import pytest

from wayside.collider.beams import Beams
from wayside.constants import ALPHA
from wayside.models.inelastic import ScalarInelastic
from wayside.production import radiative
from wayside.production.extra_photons import make_room, place_with_photons
from wayside.production.photon_total import scheme_total
from wayside.production.radiative_flight import radiative_flight
from wayside.production.spectrum import MAX_SEGMENTS, place
from wayside.radiation.radiator import narrow_ratio
from wayside.typing import FloatArray

MODEL = ScalarInelastic(8.0, 4.341, 3.65)


@pytest.mark.parametrize("beams", [Beams.symmetric(10.58), Beams(7.007, 4.0, 0.083)])
def test_without_photons_it_is_the_closed_form(beams: Beams) -> None:
    """Averaged over the direction of the A' and summed over the beams of the photon."""
    flight = radiative_flight(MODEL, beams)
    room, parts = make_room(), np.empty((4, MAX_SEGMENTS))
    ray = np.array([0.14, 0.01, 1.0]) / math.hypot(0.14, 0.01, 1.0)
    azimuths = (np.arange(4000) + 0.5) / 4000
    for u in (0.2, 0.5, 0.7):
        rapidity, expected = place(flight, ray, u, parts)
        values = [
            place_with_photons(
                flight,
                beams.four_momenta / beams.sqrt_s,
                ray,
                u,
                v,
                side,
                np.empty((0, 4)),
                room,
            )
            for v in azimuths
            for side in (1.0, -1.0)
        ]
        assert values[0][0] == pytest.approx(rapidity, rel=1e-9)
        assert 2.0 * np.mean([value for _, value, _ in values]) == pytest.approx(expected, rel=1e-4)


def test_a_photon_along_a_beam_only_slows_it() -> None:
    """The closed form at beams of other energies, times the cross-section there."""
    beams, lost = Beams.symmetric(10.58), 0.1
    slowed = Beams(5.29 * (1.0 - lost), 5.29)
    flight, other = radiative_flight(MODEL, beams), radiative_flight(MODEL, slowed)
    room, parts = make_room(), np.empty((4, MAX_SEGMENTS))
    ray = np.array([0.12, 0.0, 1.0]) / math.hypot(0.12, 1.0)
    photon = np.array([[0.5 * lost, 0.0, 0.0, 0.5 * lost]])
    ratio = radiative.cross_section_hat(8.0, slowed.sqrt_s) / radiative.cross_section_hat(
        8.0, 10.58
    )
    for u in (0.3, 0.6):
        rapidity, expected = place(other, ray, u, parts)
        values = [
            place_with_photons(
                flight, beams.four_momenta / beams.sqrt_s, ray, u, v, side, photon, room
            )
            for v in (np.arange(4000) + 0.5) / 4000
            for side in (1.0, -1.0)
        ]
        assert values[0][0] == pytest.approx(rapidity, rel=1e-9)
        density = 2.0 * np.mean([value for _, value, _ in values])
        assert density == pytest.approx(expected * ratio, rel=1e-4)


@pytest.mark.parametrize(("mass", "sqrt_s"), [(8.0, 10.58), (10.0, 10.58), (2.0, 3.78)])
def test_the_scheme_has_nearly_the_total_of_the_closed_form(mass: float, sqrt_s: float) -> None:
    """What the results are normalised by is a few per mille."""
    constant = 1.0 + ALPHA / math.pi * (math.pi**2 / 3.0 - 0.5)
    total = constant * scheme_total(mass, sqrt_s)
    assert total == pytest.approx(narrow_ratio(mass, sqrt_s), rel=6e-3)


_METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_GAMMA = np.zeros((4, 4, 4), dtype=complex)
_GAMMA[0, :2, 2:] = _GAMMA[0, 2:, :2] = np.eye(2)
for _i in range(3):
    _GAMMA[1 + _i, :2, 2:], _GAMMA[1 + _i, 2:, :2] = _PAULI[_i], -_PAULI[_i]


def _slash(p: FloatArray) -> np.ndarray:
    return np.einsum("m,mab->ab", _METRIC @ p, _GAMMA)


def squared_amplitude(
    electron: FloatArray, positron: FloatArray, bosons: list[FloatArray]
) -> tuple[float, float]:
    """Sum over spins of the squared tree amplitude to vector bosons, massless electrons, charges 1.

    Also the same with the polarisation of the first boson replaced by its momentum: 0 by gauge
    invariance. All bosons couple to a conserved current, so -g sums over their polarisations.
    """
    from itertools import permutations

    count = len(bosons)
    axes = "mnr"[:count]
    amplitude = np.zeros((4,) * count + (4, 4), dtype=complex)
    for order in permutations(range(count)):
        chain = np.eye(4, dtype=complex)
        momentum = electron.copy()
        labels = ""
        for step, boson in enumerate(order):
            chain = np.einsum("xab,...bc->x...ac", _GAMMA, chain)
            labels = axes[boson] + labels
            if step < count - 1:
                momentum = momentum - bosons[boson]
                square = momentum @ _METRIC @ momentum
                chain = np.einsum("ab,...bc->...ac", _slash(momentum) / square, chain)
        amplitude += np.transpose(chain, [*(labels.index(axis) for axis in axes), count, count + 1])
    low = amplitude.copy()
    for axis in range(count):
        low = np.moveaxis(np.tensordot(-_METRIC, low, axes=(1, axis)), 0, axis)
    bar = np.einsum("ab,...cb,cd->...ad", _GAMMA[0], low.conj(), _GAMMA[0])
    pair = _slash(positron), _slash(electron)
    value = np.sum(np.einsum("ab,...bc,cd,...da->...", pair[0], amplitude, pair[1], bar))
    ward = np.tensordot(_METRIC @ bosons[0], amplitude, axes=(0, 0))
    bar = np.einsum("ab,...cb,cd->...ad", _GAMMA[0], ward.conj(), _GAMMA[0])
    zero = np.sum(np.abs(np.einsum("ab,...bc,cd,...da->...", pair[0], ward, pair[1], bar)))
    return float(value.real), float(zero)


def event(
    rng: np.random.Generator, q2: float, fraction: float, cosine: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Further photon, photon of the process and A' in the centre of mass, in units of sqrt(s)."""
    sin = math.sqrt(1.0 - cosine**2)
    extra = 0.5 * fraction * np.array([1.0, sin, 0.0, cosine])
    left = np.array([1.0, 0.0, 0.0, 0.0]) - extra
    s = float(left @ _METRIC @ left)
    c, phi = rng.uniform(-0.95, 0.95), rng.uniform(0.0, 2.0 * math.pi)
    direction = np.array(
        [math.sqrt(1 - c * c) * math.cos(phi), math.sqrt(1 - c * c) * math.sin(phi), c]
    )
    energy = 0.5 * (s - q2) / math.sqrt(s)
    velocity = left[1:] / left[0]
    gamma = left[0] / math.sqrt(s)
    along = gamma * (energy + velocity @ direction * energy)
    moved = energy * direction + velocity * gamma * (
        energy + gamma / (gamma + 1.0) * float(velocity @ direction) * energy
    )
    own = np.concatenate([[along], moved])
    return extra, own, left - own


def scheme(extra: FloatArray, own: FloatArray, q2: float) -> float:
    """What the scheme has for the squared amplitude of two photons."""
    beams = 0.5 * np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]])
    left = np.array([1.0, 0.0, 0.0, 0.0]) - extra
    s = float(left @ _METRIC @ left)
    r = q2 / s
    energy = own @ _METRIC @ left / math.sqrt(s)
    trace = 0.0
    for beam in beams:
        # Cosine of the photon to its own beam in the rest frame of what is left.
        beam_energy = beam @ _METRIC @ left / math.sqrt(s)
        c = 1.0 - float(own @ _METRIC @ beam) / (energy * beam_energy)
        numerator = 4.0 * ((1.0 + r) ** 2 + (1.0 - r) ** 2 * c * c) / (1.0 - r) ** 2
        trace += 0.5 * numerator / (1.0 - c)
    y, cosine = 2.0 * extra[0], extra[3] / extra[0]
    emission = (1.0 + (1.0 - y) ** 2) / (2.0 * y) * 2.0 / (1.0 - cosine**2)
    # alpha/pi emission dy dc dphi/2pi against d3k/((2 pi)^3 2 E), charges 1; fluxes 1 and s.
    return 4.0 * trace * emission / s * 16.0 / y * 0.5


def test_tree_amplitudes_are_gauge_invariant_and_that_of_one_photon_is_the_trace() -> None:
    """The spinors of the check, before they check anything."""
    q2, c = 0.57, 0.3
    beams = 0.5 * np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]])
    energy = 0.5 * (1.0 - q2)
    photon = energy * np.array([1.0, math.sqrt(1.0 - c * c), 0.0, c])
    value, zero = squared_amplitude(*beams, [photon, np.array([1.0, 0.0, 0.0, 0.0]) - photon])
    assert zero < 1e-12 * value
    trace = 4.0 * ((1.0 + q2) ** 2 + (1.0 - q2) ** 2 * c * c) / ((1.0 - q2) ** 2 * (1.0 - c * c))
    assert value / 4.0 == pytest.approx(trace, rel=1e-10)


def test_real_photons_against_the_tree_amplitude_of_two() -> None:
    """Soft photons exactly; hard ones on average over the direction of the A'."""
    rng, q2 = np.random.default_rng(1), 0.57
    beams = 0.5 * np.array([[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]])

    def ratios(fraction: float, cosine: float, count: int) -> FloatArray:
        out = []
        while len(out) < count:
            extra, own, mediator = event(rng, q2, fraction, cosine)
            if own[0] > extra[0]:
                exact, zero = squared_amplitude(*beams, [extra, own, mediator])
                assert zero < 1e-9 * exact
                out.append(scheme(extra, own, q2) / exact)
        return np.array(out)

    assert ratios(1e-4, 0.9, 5) == pytest.approx(1.0, rel=1e-3)
    assert ratios(0.15, 1.0 - 1e-6, 20).mean() == pytest.approx(1.0, rel=0.03)
    for fraction in (0.02, 0.1):
        for cosine in (0.7, 0.99, -0.99):
            assert ratios(fraction, cosine, 25).mean() == pytest.approx(1.0, abs=0.1)
