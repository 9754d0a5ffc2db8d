"""Grains, and lines through them."""

import numpy as np
import pytest
from reference.toy_transport import beam, transport

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.grains import draw_grains, fit_lines
from wayside.emulsion.sheets import Sheets

EMULSION, SHEETS = Emulsion(), Sheets()


def crossings(n, slope=0.0, loss=0.52, seed=1):
    """Straight tracks through sheet 0, far apart."""
    particles = beam(10.0 * np.arange(n), 0.0, -1.0, slope, 0.0, 1e4)
    rng = np.random.default_rng(seed)
    return transport(particles, 1, rng, scatter=False, lose=False, loss_kev_per_um=loss)


@pytest.mark.parametrize("loss", [0.52, 2.0])
def test_grains_are_poisson(loss):
    # Mean and variance of 4000 counts; each within 4 standard errors, 1e-4 to fail.
    rows = crossings(2000, loss=loss)
    grains = draw_grains(rows, EMULSION, SHEETS, np.random.default_rng(3))
    number = np.bincount(grains["crossing"], minlength=len(rows))
    mean = float(EMULSION.grains_per_um(loss)) * 50.0 + np.pi * 0.7**2 * 3e-3 * 50.0
    n = len(rows)
    assert number.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    assert number.var() == pytest.approx(mean, abs=4 * mean * np.sqrt((2 + 1 / mean) / n))


def test_line_through_exact_grains():
    grains = np.zeros(5, [("crossing", "i8"), ("x", "f8"), ("y", "f8"), ("z", "f8")])
    grains["z"] = [-50.0, -40.0, -25.0, -10.0, -2.0]
    grains["x"], grains["y"] = 3.0 + 0.5 * grains["z"], -1.0 - 0.25 * grains["z"]
    number, x, y, tx, ty = fit_lines(grains, 2, 0.0)
    assert number.tolist() == [5, 0]
    assert (x[0], y[0], tx[0], ty[0]) == pytest.approx((3.0, -1.0, 0.5, -0.25))
    assert np.isnan(tx[1])
