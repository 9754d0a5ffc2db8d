"""Quick decays in many volumes: against the exact acceptance, and against the whole sky."""

import numpy as np
import pytest

from wayside.acceptance.particle import part_acceptance
from wayside.acceptance.proper_distances import Points, proper_distances
from wayside.acceptance.samples import sampled_acceptance
from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.placement.sites import MAP, NEAR, stand_in
from wayside.production.frames import frames_of
from wayside.production.from_file import SampledFlight
from wayside.production.particle_process import FlightPart
from wayside.scenario import load_scenario
from wayside.sensitivity.key_plane import point_of
from wayside.sensitivity.mass_point import MassPoint

CASES = {
    "one photon, true beams": ("belle2-forward-beams", {}),
    "off shell": ("belle2-forward-beams", {"model.m_aprime": 14.0, "model.m1": 3.2, "model.m2": 3}),
    "dark photon": ("besiii-forward", {"model.kind": "dark-photon", "model.mass": 0.3,
                                        "model.epsilon": 1e-6}),
    "from taus": ("belle2-forward-beams", {"model.kind": "hnl", "model.mass": 0.5,
                                           "model.u2_tau": 1e-6}),
}  # fmt: skip


def parts_of(name: str, values: dict) -> tuple[FlightPart, ...]:
    process = point_of(load_scenario(name, values)).processes[0]
    return process.parts if hasattr(process, "parts") else (FlightPart(1.0, process.flight),)


def points_of(boxes: list, fineness=MAP) -> Points:
    places, weights = zip(*(stand_in(box, fineness) for box in boxes), strict=True)
    return Points(np.stack(places), np.stack(weights))


@pytest.mark.parametrize("case", CASES)
def test_random_positions_against_the_exact_acceptance(case: str) -> None:
    """Where a hundredth of the best lifetime is reached: half within 1 per cent, all within 25.

    The density is peaked at the cone of the fastest particles, some tenths of a degree wide, which
    a few points of a box know badly.
    """
    parts = parts_of(*CASES[case])
    rng = np.random.default_rng(17)
    boxes = []
    for _ in range(8):
        theta, phi, r = rng.uniform(0.05, 1.2), rng.uniform(0, 2 * np.pi), rng.uniform(3, 9)
        across = r * np.sin(theta)
        at = (across * np.cos(phi), across * np.sin(phi), r * np.cos(theta))
        boxes.append(Box.place(at, (0.2, 0.3, 1.32)))
    ctau = np.geomspace(1e-3, 1e5, 33)
    differences = []
    quick = {fine: proper_distances(parts, points_of(boxes, fine)).probability(ctau)
             for fine in (MAP, NEAR)}  # fmt: skip
    for number, box in enumerate(boxes):
        exact = sum(
            part.fraction * part_acceptance(part.flight, box, 1e-3).probability(ctau)
            for part in parts
        )
        some = exact > 0.01 * exact.max()
        if exact.max() > 0.0:
            relative = {fine: np.abs(found[number][some] / exact[some] - 1).max()
                        for fine, found in quick.items()}  # fmt: skip
            differences.append([relative[MAP], relative[NEAR]])
    coarse, fine = np.array(differences).T
    assert len(coarse) >= 6
    assert np.median(coarse) < 0.01
    assert coarse.max() < 0.25
    assert np.median(fine) < 0.005
    assert fine.max() < 0.12


def test_a_thin_shell_about_the_collision_is_crossed_by_all() -> None:
    """The whole sky at once: no direction or momentum is lost or counted twice.

    In a thin shell decays are 1/(gamma beta) of what crosses it, so that the histogram times
    gamma beta adds up to one, and times its square to the mean of gamma beta (Eq. 14 of the study).
    """
    point = point_of(load_scenario("belle2-forward"))
    assert isinstance(point, MassPoint)
    n, depth = 40_000, 1e-4
    directions = np.random.default_rng(2).normal(size=(n, 3))
    places = directions / np.linalg.norm(directions, axis=1)[:, None]
    weights = np.full((1, n), 4 * np.pi * depth / n)
    histogram = proper_distances((FlightPart(1.0, point.flight),), Points(places[None], weights))
    flight = np.exp(histogram.log_flight)
    # 40,000 directions of a density with a spread of about its mean: 5 standard errors are 3 %.
    assert histogram.weights[0] @ flight / depth == pytest.approx(1.0, rel=0.03)
    assert histogram.weights[0] @ flight**2 / depth == pytest.approx(
        point.mean_gamma_beta, rel=0.03
    )


@pytest.mark.nightly
def test_samples_against_their_own_acceptance() -> None:
    """Two-degree cells against directions drawn at the box: a smooth distribution, large boxes."""
    rng = np.random.default_rng(5)
    n = 4000
    cosine, momentum = rng.uniform(-1, 1, n), rng.uniform(1.0, 3.0, n)
    beams = load_scenario("belle2-forward-beams").collider.build()
    flight = SampledFlight(
        frames_of(beams), 0.5, np.full(n, 1 / n), momentum * np.sqrt(1 - cosine**2),
        momentum * cosine,
    )  # fmt: skip
    boxes = [Box.place(at, (2.0, 2.0, 2.0)) for at in ((2, 1, 8), (7, -1, 2), (3, 3, -6))]
    quick = proper_distances((FlightPart(1.0, flight),), points_of(boxes))
    ctau = np.array([0.5, 5.0, 500.0])
    probability = quick.probability(ctau)
    for number, box in enumerate(boxes):
        own = sampled_acceptance(flight, box)
        # Three standard errors of the samples, and 5 per cent of the nodes and cells.
        allowed = 3 * own.error(ctau) + 0.05 * own.probability(ctau)
        assert np.all(np.abs(probability[number] - own.probability(ctau)) < allowed)


def test_other_shapes_are_taken_by_points() -> None:
    shell = CylinderShell.place(
        outer_radius=1.0, inner_radius=0.3, z_min=-1, z_max=1, position=(2.5, 0.0, 5.0)
    )
    parts = parts_of(*CASES["off shell"])
    ctau = np.array([0.3, 3.0, 300.0])
    exact = part_acceptance(parts[0].flight, shell, 1e-3).probability(ctau)
    quick = proper_distances(parts, points_of([shell], NEAR)).probability(ctau)[0]
    # 256 points drawn evenly of a density that varies by a factor 5 or so: ten per cent.
    assert quick == pytest.approx(exact, rel=0.3)
