"""Grain density of a film."""

import numpy as np
import pytest

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError

EMULSION, SHEETS = Emulsion(), Sheets()


def test_crystals_met_by_throwing_spheres():
    # Second route to 3 f / (2 d): count sphere centres within a radius of a line. 4 sigma: 1e-4.
    rng = np.random.default_rng(2)
    d, f, box, length = 0.2, 0.45, 2.0, 200.0
    number = rng.poisson(6 * f / (np.pi * d**3) * box**2 * length)
    x, y = rng.uniform(-box / 2, box / 2, (2, number))
    met = np.count_nonzero(np.hypot(x, y) < d / 2)
    expected = Emulsion(crystal=d, halide_fraction=f).crystals_met * length
    assert met == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_grain_density_rises_and_saturates():
    density = EMULSION.grains_per_um([0.0, 0.52, 1.04, 1e4])
    assert density[0] == 0.0
    assert density[1] == pytest.approx(0.40, rel=1e-12)
    # Twice the loss develops 1 - (1 - p)^2 of the crystals met.
    p = 0.40 / EMULSION.crystals_met
    assert density[2] == pytest.approx(EMULSION.crystals_met * (1 - (1 - p) ** 2), rel=1e-12)
    assert density[3] == pytest.approx(1.5 * 0.45 / 0.2, rel=1e-9)


def test_more_grains_than_crystals_are_refused():
    with pytest.raises(InputError, match=r"emulsion\.grain_density = 400: must be below 337\.5"):
        Emulsion(grain_density=4.0)
