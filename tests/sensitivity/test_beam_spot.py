"""What the size of the luminous region, which Wayside takes to be a point, changes of yields."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from wayside import load_scenario
from wayside.collider.presets import PRESETS
from wayside.detector.cylinder import CylinderShell
from wayside.detector.moved import moved
from wayside.detector.polyhedron import Polyhedron
from wayside.sensitivity.planes import mass_point
from wayside.sensitivity.uncertainty import YieldErrors, yield_errors

SUPERKEKB = PRESETS["belle2"].beam_spot
BEPCII = PRESETS["besiii"].beam_spot

LIFETIMES = np.geomspace(0.3, 1e4, 10)
"""Proper decay lengths in m; the contours of the scenarios are from 1 m on but for their ends."""


@pytest.mark.parametrize(
    ("name", "spot", "bound"),
    [
        ("belle2-forward", SUPERKEKB, 1e-6),
        ("belle2-forward-beams", SUPERKEKB, 1e-6),
        ("besiii-forward", BEPCII, 1e-4),
        ("study-fig14a", BEPCII, 1e-4),
        ("belle2-central", SUPERKEKB, 1e-6),
    ],
)
def test_yields_do_not_know_the_beam_spot(
    name: str, spot: tuple[float, float, float], bound: float
) -> None:
    """Averages by three nodes for each axis; a collision that is elsewhere is a box elsewhere.

    With one photon, with which the caustic that the collision moves over the box is sharpest.
    """
    scenario = load_scenario(name, {"run.radiation": "one-photon", "run.decays": "exact"})
    detector = scenario.signal[0]
    point = replace(mass_point(scenario), rtol=1e-7)
    box = point.box(detector)
    own = point.decay_probability_at(detector, LIFETIMES)
    change = np.zeros(len(LIFETIMES))
    for axis, size in enumerate(spot):
        step = math.sqrt(3.0) * size * np.eye(3)[axis]
        ends = [
            replace(
                point, volumes={detector: replace(box, position=box.position + sign * step)}
            ).decay_probability_at(detector, LIFETIMES)
            for sign in (1.0, -1.0)
        ]
        change += (ends[0] + ends[1] - 2.0 * own) / (6.0 * own)
    print(name, np.abs(change).max(), np.abs(change[LIFETIMES > 1.0]).max())
    assert 1e-9 < np.abs(change).max() < 10.0 * bound
    assert np.abs(change[LIFETIMES > 1.0]).max() < bound


def test_the_stated_error_is_the_change_of_the_mean() -> None:
    """Against Gauss and Hermite in two dimensions, with a spot three times that of BEPCII."""
    spot = (1e-2, 0.0, 3e-2)
    values = {"run.radiation": "one-photon", "collider.beam_spot": list(spot)}
    scenario = load_scenario("besiii-forward", values)
    point, couplings = replace(mass_point(scenario), rtol=1e-6), (1e-3, 1.0)
    stated = float(yield_errors(scenario).by_source(point, "A", *couplings)["beam_spot"])
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights /= weights.sum()
    mean = 0.0
    for (x, of_x), (z, of_z) in itertools.product(zip(nodes, weights, strict=True), repeat=2):
        box = moved(point.volume("A"), np.array([x, 0.0, z]) * spot)
        elsewhere = replace(point, volumes={"A": box})
        mean += of_x * of_z * float(elsewhere.expected_events("A", *couplings, 1.0))
    change = mean / float(point.expected_events("A", *couplings, 1.0)) - 1.0
    # What three nodes leave out is of the next order: a sixth for a spot twice as large.
    assert stated == pytest.approx(abs(change), rel=0.07)
    assert stated > 5e-4


def test_presets_and_what_is_not_known() -> None:
    scenario = load_scenario("belle2-forward-beams", ["collider.preset=belle2"])
    assert scenario.collider.beam_spot == SUPERKEKB
    assert load_scenario("belle2-forward-beams").collider.beam_spot == (0.0, 0.0, 0.0)
    point = mass_point(load_scenario("besiii-forward", {"run.radiation": "one-photon"}))
    # Below a hundred-thousandth of the distance nothing is computed.
    tiny = YieldErrors(beam_spot=(1e-6, 1e-6, 1e-6)).by_source(point, "A", 1e-3, 1.0)
    assert float(tiny["beam_spot"]) == 0.0
    assert moved(object(), np.zeros(3)) is None


def test_moved_volumes() -> None:
    by, inside = np.array([0.2, -0.1, 0.3]), np.array([0.1, 0.1, 4.0])
    shell = CylinderShell.place(position=(0.0, 0.0, 4.0), outer_radius=0.3, z_min=-0.2, z_max=0.2)
    wedge = Polyhedron.place(corners=[(0, 0, 3.8), (0.4, 0, 3.8), (0, 0.4, 3.8), (0.1, 0.1, 5)])
    for volume in (shell, wedge):
        other = moved(volume, by)
        assert volume.contains(inside)
        assert other.contains(inside + by)
        assert other.volume == pytest.approx(volume.volume)
        assert np.allclose(other.centre, volume.centre + by)
