"""Yields with all photons: errors along contours and over planes of masses, against many points."""

import math

import numpy as np
import pytest

from wayside import load_scenario
from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.radiated import photon_ratio
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.result import reach
from wayside.sensitivity.uncertainty import YieldErrors
from wayside.typing import FloatArray

WITH_COUPLINGS = (
    "belle2-forward", "belle2-forward-beams", "besiii-forward", "belle2-central", "gazelle",
    "study-fig14a", "study-fig14b", "study-fig14c", "study-fig14d", "study-fig16a", "study-fig16b",
)  # fmt: skip
"""Built-in scenarios with a plane of couplings."""

ALL = {"run.radiation": "all", "run.decays": "exact"}

MANY = {"on-shell": 2**18, "off-shell": 48}
"""Points of the quadratures that others are compared with, an eighth and a quarter of whose own
error remains."""

SEED = 7
"""Of the points that others are compared with: no part of them is a part of those."""


def converged(point: MassPoint, name: str, ctau: FloatArray) -> FloatArray:
    """Ratio of yields with many points to that of the mass point, at lifetimes."""
    process, volume = point.process, point.volume(name)
    rule, _ = converged_rule(process.flight, volume, 1e-4)
    many = photon_ratio(process, volume, rule, MANY[process.name], SEED)
    return np.asarray(many(ctau) / point.acceptances(name).photon_ratio()(ctau))


def at_lifetimes(point: MassPoint, ctau: FloatArray) -> tuple[FloatArray, float]:
    """Kinetic mixings that give these lifetimes at g_D = 1."""
    return np.sqrt(float(point.ctau(1.0, 1.0)) / ctau), 1.0


@pytest.mark.nightly
@pytest.mark.parametrize("name", WITH_COUPLINGS)
def test_yields_along_a_contour_are_known_to_half_a_per_cent(name: str) -> None:
    """Thirteen lifetimes from end to end: within what is stated, and that within 0.5 per cent."""
    scenario = load_scenario(name, {"plane.points": 40, **ALL})
    one = scenario.with_values({"run.radiation": "one-photon"})
    point = mass_point(scenario)
    lines = [line.points.T for line in reach(one).contour]
    own = np.concatenate([point.ctau(epsilon, g_d) for g_d, epsilon in lines])
    ctau = np.geomspace(own.min(), own.max(), 13)
    for detector in scenario.signal:
        stated = YieldErrors().by_source(point, detector, *at_lifetimes(point, ctau))["radiation"]
        off = np.abs(converged(point, detector, ctau) - 1.0)
        assert stated is not None
        print(f"{name} {detector}: {100 * off.max():.2f} of {100 * stated.max():.2f} per cent")
        assert np.all(off < 0.005)
        assert np.all(off < stated)
        assert np.all(stated < 0.005)


@pytest.mark.parametrize("m_aprime", [30.0, 200.0])
def test_photons_at_the_z(m_aprime: float) -> None:
    """Pairs from the Z, below and above the mass of the A': as with twice as many energies."""
    values = {"collider.preset": "fcc-ee-z", "model.m_aprime": m_aprime, **ALL}
    point = mass_point(load_scenario("belle2-central", values | {"run.production": "off-shell"}))
    process, volume = point.process, point.volume("A")
    rule, _ = converged_rule(process.flight, volume, 1e-4)
    ctau = np.geomspace(1.0, 1e3, 4)
    own = point.acceptances("A").photon_ratio()
    more = photon_ratio(process, volume, rule, 2 * own.points)
    assert more(ctau) == pytest.approx(own(ctau), rel=0.005)


def with_masses(
    scenario: Scenario, m_aprime: float, share: float, splitting: float
) -> MassPoint | None:
    """Mass point at (m1 + m2)/m_aprime and (m1 - m2)/m2; None where nothing is produced."""
    ground = share * m_aprime / (2.0 + splitting)
    values = {
        "model.m_aprime": m_aprime,
        "model.m1": ground * (1.0 + splitting),
        "model.m2": ground,
    }
    try:
        return mass_point(scenario.with_values(values))
    except InputError:
        return None


def roughness(logs: FloatArray) -> FloatArray:
    """Scatter along the first axis, from third differences, of which smooth functions have none."""
    return np.asarray(np.sqrt(np.mean(np.diff(logs, 3, axis=0) ** 2, axis=0) / 20.0))


LIFETIMES = np.geomspace(0.3, 1e4, 8)


def logs_along(scenario: Scenario, which: int, steps: int) -> FloatArray:
    """Logarithms of yields over those with one photon along a line of masses.

    Shape (steps, lifetimes): the mass of the A' in steps of 2e-4 (``which`` 0), the splitting in
    steps of 2e-3 of itself (1): in larger ones the caustic crosses a box at 10 GeV.
    Lifetimes at which one in 1e12 decays inside or fewer are left out.
    """
    m1, m2 = scenario.masses
    start = np.array([scenario.pair.m_aprime, (m1 - m2) / m2])
    share = (m1 + m2) / scenario.pair.m_aprime
    rows = []
    for step in np.arange(steps) - steps // 2:
        masses = start.copy()
        masses[which] *= 1.0 + (2e-4, 2e-3)[which] * step
        point = with_masses(scenario, masses[0], share, masses[1])
        assert point is not None
        acceptances = point.acceptances(scenario.signal[0])
        deep = acceptances.curve[0].log_probability(LIFETIMES) < math.log(1e-12)
        rows.append(np.where(deep, np.nan, acceptances.photon_ratio().log(LIFETIMES)))
    logs = np.array(rows)
    return np.asarray(logs[:, np.all(np.isfinite(logs), axis=0)])


@pytest.mark.parametrize(("name", "scatter"), [("belle2-forward", 2e-3), ("belle2-central", 2e-4)])
def test_yields_are_smooth_along_a_line_of_masses(name: str, scatter: float) -> None:
    """From mass to mass less than the error of a yield."""
    logs = logs_along(load_scenario(name, ALL), 0, 6)
    assert np.all(np.ptp(logs, axis=0) > 1e-5)
    assert np.all(roughness(logs) < scatter)


@pytest.mark.nightly
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("name", WITH_COUPLINGS)
def test_yields_are_smooth_in_masses_and_splitting(name: str, which: int) -> None:
    """The same along both axes in all built-in scenarios; box A with any beams."""
    scatter = roughness(logs_along(load_scenario(name, ALL), which, 16))
    print(f"{name} {which}: {100 * scatter.max():.3f} per cent")
    assert np.all(scatter < 2.5e-3)


@pytest.mark.nightly
@pytest.mark.parametrize("name", WITH_COUPLINGS)
def test_yields_over_a_plane_of_masses_are_those_of_many_points(name: str) -> None:
    """At random masses, also where the pair is nearly too heavy for the A' or the collider.

    Half of them may be further off than the step that states the error of the points, which is one
    standard deviation; all are within 0.5 per cent (0.75 with boosted beams, whose photons move the
    caustic over a detector) or three times what is stated.
    """
    scenario, rng = load_scenario(name, ALL), np.random.default_rng(5)
    boosted = np.any(scenario.collider.build().boost != 0.0)
    bound = 0.0075 if boosted else 0.005
    detector, off, step = scenario.signal[0], [], []
    on_shell = mass_point(scenario).process.name == "on-shell"
    for number in range(8):
        low, high = (0.35, 0.97) if on_shell else (1.05, 1.6)
        m_aprime = scenario.sqrt_s * rng.uniform(low, high)
        largest = 1.0 if on_shell else scenario.sqrt_s / m_aprime
        share = largest * (rng.uniform(0.6, 0.98) if number else 0.999)
        point = with_masses(scenario, m_aprime, share, rng.uniform(0.02, 0.4))
        if point is None or point.acceptances(detector).curve[0].empty:
            continue
        ratio = point.acceptances(detector).photon_ratio()
        logs = ratio.log(LIFETIMES)
        coarser = [
            weight * np.abs(point.acceptances(detector).photon_ratio(n).log(LIFETIMES) - logs)
            for n, weight in ratio.coarser
        ]
        off.append(np.abs(np.log(converged(point, detector, LIFETIMES))))
        step.append(np.max(coarser, axis=0))
        worst = 100.0 * off[-1].max(), 100.0 * step[-1].max()
        print(f"{name} {m_aprime:.3f} {share:.3f}: {worst[0]:.2f}, stated {worst[1]:.2f}")
    differences, steps = np.array(off), np.array(step)
    assert len(off) > 2
    assert np.all(differences < np.maximum(bound, 3.0 * steps))
    assert np.mean(differences < 2.0 * steps + 1e-4) > 0.5
