"""What the size of the luminous region, which Wayside takes to be a point, changes of yields."""

import math
from dataclasses import replace

import numpy as np
import pytest

from wayside import load_scenario
from wayside.sensitivity.planes import mass_point

SUPERKEKB = (7e-6, 4e-8, 3.5e-4)
BEPCII = (2.7e-4, 4e-6, 1.1e-2)
"""Standard deviations of the luminous region in m, from the sizes of the bunches at the crossing.

Bunches of the same size overlap in 1/sqrt(2) of it; at SuperKEKB the crossing angle leaves
sigma_x / (crossing angle / 2) of the length. 10 and 0.06 um, 83 mrad (1011.0352); 380 and 5.7 um,
15 mm (0911.4960).
"""

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
