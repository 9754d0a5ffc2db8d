"""The fast response against the grains."""

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy import stats

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.alignment import misalign
from wayside.emulsion.grains import grain_microtracks
from wayside.emulsion.microtracks import microtracks
from wayside.emulsion.readout import hits
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import MICROTRACK
from wayside.transport.records import CROSSING

EMULSION, SHEETS = Emulsion(), Sheets()


def crossings(n, slope=0.0, loss=0.52, seed=1):
    """Straight tracks through sheet 0, far apart."""
    particles = beam(10.0 * np.arange(n), 0.0, -1.0, slope, 0.0, 1e4)
    rng = np.random.default_rng(seed)
    return transport(particles, 1, rng, scatter=False, lose=False, loss_kev_per_um=loss)


@pytest.mark.parametrize("slope", [0.0, 0.4, 0.9])
def test_parametrised_response_follows_the_grains(slope):
    """Efficiency, biases, errors and correlation of both responses, and what geometry says.

    6000 micro-tracks a film: the error of a standard deviation is 1 per cent; fog in the tube and
    the moments to second order in 1/n may add 4 per cent.
    """
    rows = crossings(6000, slope, seed=4)
    found = {}
    for name, make in (("slow", grain_microtracks), ("fast", microtracks)):
        micro = make(rows, EMULSION, SHEETS, np.random.default_rng(5))
        assert micro.dtype == MICROTRACK
        own = micro[micro["film"] == 1]
        true = 10.0 * own["event"] + slope * (SHEETS.face(1) + 1.0)
        residuals = {
            "x": (own["x"] - true) / UM,
            "y": own["y"] / UM,
            "tx": own["tx"] - slope,
            "ty": own["ty"],
        }
        for key, values in residuals.items():
            assert abs(values.mean()) < 5 * values.std() / np.sqrt(len(own)), key
        correlation = np.corrcoef(residuals["x"], residuals["tx"])[0, 1]
        # Of a line's position at its front end and its slope; distortion takes its part.
        found[name] = (
            len(micro) / len(rows),
            *(float(np.std(v)) for v in residuals.values()),
            correlation,
        )
    assert found["fast"][0] == pytest.approx(found["slow"][0], abs=0.005)
    assert found["fast"][1:5] == pytest.approx(found["slow"][1:5], rel=0.06)
    assert found["fast"][5] == pytest.approx(found["slow"][5], abs=0.05)
    # Position at the end of a line: 2 sigma / sqrt(n), if n is large and uniform.
    n = 0.4 * 50 * np.sqrt(1 + slope**2)
    sigma = np.sqrt(0.3**2 + 0.05**2 + slope**2)
    assert found["slow"][1] == pytest.approx(2 * sigma / np.sqrt(n), rel=0.12)


def test_efficiency_is_the_poisson_tail_and_depends_on_angle():
    # 4 sigma of a binomial with 8000 tries; thin tracks, so that it is far from 1.
    thin = Emulsion(grain_density=0.16)
    for slope in (0.0, 0.8):
        rows = crossings(4000, slope, seed=6)
        mean = (0.16 + np.pi * 0.7**2 * 3e-3) * 50.0 * np.sqrt(1 + slope**2)
        expected = stats.poisson.sf(7, mean)
        got = len(microtracks(rows, thin, SHEETS, np.random.default_rng(7))) / len(rows)
        error = np.sqrt(expected * (1 - expected) / len(rows))
        assert got == pytest.approx(expected, abs=4 * error)


def test_steep_tracks_are_not_looked_for():
    assert len(microtracks(crossings(50, 1.05), EMULSION, SHEETS, np.random.default_rng(1))) == 0
    assert len(microtracks(crossings(50, 0.95), EMULSION, SHEETS, np.random.default_rng(1))) > 90


def test_particles_that_travel_backward_leave_the_same_line():
    rows = crossings(300, 0.3, seed=8)
    back = rows.copy()
    for c in "xyz":
        back[f"{c}_in"], back[f"{c}_out"] = rows[f"{c}_out"], rows[f"{c}_in"]
    one = microtracks(rows, EMULSION, SHEETS, np.random.default_rng(9))
    two = microtracks(back, EMULSION, SHEETS, np.random.default_rng(9))
    for name in ("x", "tx"):
        np.testing.assert_allclose(one[name], two[name], rtol=0, atol=1e-9)


def test_nothing_in_nothing_out():
    rng = np.random.default_rng(0)
    empty = np.zeros(0, CROSSING)
    assert len(microtracks(empty, EMULSION, SHEETS, rng)) == 0
    assert len(grain_microtracks(empty, EMULSION, SHEETS, rng)) == 0
    assert len(misalign(np.zeros(0, MICROTRACK), 0.3, 1)) == 0
    assert len(hits(empty, 0.05, 5.0, 0.9, rng)) == 0
