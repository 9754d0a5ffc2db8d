"""Quick decays in many volumes with all photons, against the exact acceptance."""

import numpy as np
import pytest

from wayside.acceptance.proper_distances import Points
from wayside.acceptance.radiated_sky import decay_densities, radiated_distances, sky_ratio
from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.errors import InputError
from wayside.placement.sites import MAP, stand_in
from wayside.scenario import load_scenario
from wayside.sensitivity.acceptances import Acceptances
from wayside.sensitivity.key_plane import point_of

OFF_SHELL = {"model.m_aprime": 14.0, "model.m1": 3.2, "model.m2": 3}


def process_of(name: str, values: dict):
    process = point_of(load_scenario(name, values)).processes[0]
    assert process.radiates
    return process


@pytest.mark.parametrize(
    ("name", "values", "median", "most"),
    [
        # The cone of the fastest lies within a cap: some per cent of a factor of up to 1.4.
        ("besiii-forward", {}, 0.05, 0.15),
        ("belle2-forward-beams", OFF_SHELL, 0.005, 0.02),
        pytest.param("belle2-forward-beams", {}, 0.05, 0.15, marks=pytest.mark.nightly),
    ],
)
def test_random_positions(name: str, values: dict, median: float, most: float) -> None:
    process = process_of(name, values)
    rng = np.random.default_rng(17)
    boxes = []
    for _ in range(8):
        theta, phi, r = rng.uniform(0.05, 1.2), rng.uniform(0, 2 * np.pi), rng.uniform(3, 9)
        across = r * np.sin(theta)
        at = (across * np.cos(phi), across * np.sin(phi), r * np.cos(theta))
        boxes.append(Box.place(at, (0.2, 0.3, 1.32)))
    places, weights = zip(*(stand_in(box, MAP) for box in boxes), strict=True)
    quick = radiated_distances(process, Points(np.stack(places), np.stack(weights)))
    assert quick.volumes == len(boxes)
    ctau = np.geomspace(1e-3, 1e5, 17)
    of_all, of_one = quick.probability(ctau), quick.one_photon.probability(ctau)
    differences = []
    for number, box in enumerate(boxes):
        exact = Acceptances(process, box, 1e-3).decay_probability(ctau)
        some = exact > 0.01 * exact.max()
        assert exact.max() > 0.0
        differences.append(
            [
                np.abs(row[some] / exact[some] - 1.0).max()
                for row in (of_all[number], of_one[number])
            ]
        )
    with_all, with_one = np.array(differences).T
    assert np.median(with_all) < median
    assert with_all.max() < most
    # One photon alone is farther off.
    assert np.median(with_all) < 0.5 * np.median(with_one)


def test_the_sky_is_its_mirror_image() -> None:
    """Beams cross in the plane of x and z: half of the sky is tabulated."""
    process = process_of("belle2-forward-beams", OFF_SHELL)
    axes = np.array([[0.3, 0.2, 0.9], [0.3, -0.2, 0.9], [-0.5, 0.6, -0.4], [-0.5, -0.6, -0.4]])
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    with_all, with_one = decay_densities(process, axes, np.array([0.1, 1.0]))
    ratio = with_all / with_one
    np.testing.assert_allclose(ratio[::2], ratio[1::2], rtol=0.02)
    assert np.abs(ratio[0] / ratio[2] - 1.0).max() > 0.02


def test_points_of_a_volume_about_the_beams() -> None:
    """The mean of the ratio over directions, where the middle of the volume is no direction."""
    process = process_of("besiii-forward", {})
    ratio = sky_ratio(process)
    ring = CylinderShell.place(
        position=(0.0, 0.0, 3.0), inner_radius=1.0, outer_radius=1.01, z_min=-0.01, z_max=0.01
    )
    places, weights = stand_in(ring, MAP)
    mean = ratio.mean_over(Points(places[None], weights[None]))[0]
    angle = np.arctan(1.005 / 3.0)
    column = np.array([np.interp(angle, ratio.theta, row) for row in ratio.log_ratio[:, 0].T])
    np.testing.assert_allclose(mean, column, rtol=0.02, atol=0.003)


def test_unknown_process() -> None:
    with pytest.raises(InputError, match="not known how"):
        decay_densities(type("Other", (), {"name": "other"})(), np.eye(3), np.ones(2))
