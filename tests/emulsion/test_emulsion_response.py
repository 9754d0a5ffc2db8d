"""Grains, micro-tracks, fog and hits."""

import numpy as np
import pytest
from reference.fog import basetrack_rate, fog_microtracks, microtrack_rate
from reference.toy_transport import beam, transport
from scipy import stats

from wayside.emulsion.alignment import misalign
from wayside.emulsion.grains import draw_grains, fit_lines, grain_microtracks
from wayside.emulsion.microtracks import microtracks
from wayside.emulsion.readout import hits
from wayside.emulsion.response import UM, Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import MICROTRACK
from wayside.errors import InputError
from wayside.transport.records import CROSSING

EMULSION, SHEETS = Emulsion(), Sheets()


def crossings(n, slope=0.0, loss=0.52, seed=1):
    """Straight tracks through sheet 0, far apart."""
    particles = beam(10.0 * np.arange(n), 0.0, -1.0, slope, 0.0, 1e4)
    rng = np.random.default_rng(seed)
    return transport(particles, 1, rng, scatter=False, lose=False, loss_kev_per_um=loss)


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


def test_fog_rate_by_brute_force():
    """Triples of fog grains on a line, counted one by one; 25 per cent, or 4 sigma.

    With a threshold of 3 the formula asks for a third grain in the tube between two others.
    """
    dense = Emulsion(fog=2e-3, threshold=3, tube=0.5, largest_slope=0.3)
    side, depth, count, pairs = 60.0, 50.0, 0, 0
    rng = np.random.default_rng(10)
    samples = 40
    for _ in range(samples):
        points = rng.random((rng.poisson(dense.fog * side * side * depth), 3))
        points *= (side, side, depth)
        # An outermost pair begins inside; its partner may be anywhere, so the sides wrap.
        step = points[None] - points[:, None]
        step[..., :2] -= side * np.round(step[..., :2] / side)
        dz = step[..., 2]
        near = (dz > 0) & (np.hypot(step[..., 0], step[..., 1]) < 0.3 * dz)
        for i, j in np.argwhere(near):
            pairs += 1
            share = step[i, :, 2] / dz[i, j]
            off = step[i, :, :2] - share[:, None] * step[i, j, :2]
            inside = (share > 0) & (share < 1) & (np.hypot(off[:, 0], off[:, 1]) < 0.5)
            inside[[i, j]] = False
            count += bool(inside.any())
    expected = microtrack_rate(dense, SHEETS) * (side * UM) ** 2 * samples
    assert count > 100
    assert count == pytest.approx(expected, abs=4 * np.sqrt(expected) + 0.05 * expected)


def test_fog_is_rare_and_drawn_at_its_rate():
    rate = microtrack_rate(EMULSION, SHEETS)
    assert 0.0 < 100 * rate < 1e3  # per cm^2, where 1e6 real tracks may be
    assert basetrack_rate(EMULSION, SHEETS) < 1e-6 * rate
    films = np.arange(40)
    drawn = fog_microtracks(
        EMULSION, SHEETS, films, (0.0, 20.0, 0.0, 10.0), np.random.default_rng(11)
    )
    assert len(drawn) == pytest.approx(rate * 8000, abs=4 * np.sqrt(rate * 8000))
    assert np.all(np.hypot(drawn["tx"], drawn["ty"]) <= 1.0)


def test_misalignment_is_a_function_of_place():
    micro = np.zeros(40000, MICROTRACK)
    micro["film"] = np.arange(40000) // 10
    micro["x"] = 20.0 * (np.arange(40000) % 10)
    moved = misalign(micro, 0.3, 1)
    shift = np.stack([moved[c] - micro[c] for c in "xy"])
    np.testing.assert_array_equal(misalign(micro[::-1], 0.3, 1)[::-1], moved)
    assert not np.array_equal(misalign(micro, 0.3, 2), moved)
    # Both films of a sheet move together.
    both = shift.reshape(2, 2000, 2, 10)
    np.testing.assert_allclose(both[:, :, 0], both[:, :, 1], atol=1e-12)
    own = both[:, :, 0].reshape(2, -1) / (0.3 * UM)
    for values in own:
        assert stats.kstest(values, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(own)[0, 1]) < 4 / np.sqrt(20000)


def test_hits_are_smeared_and_lost():
    rows = np.zeros(20000, CROSSING)
    rows["z_in"], rows["z_out"], rows["deposit"], rows["time"] = 32.0, 38.0, 1e-3, 25.0
    got = hits(rows, 0.05, 5.0, 0.97, np.random.default_rng(12))
    assert len(got) == pytest.approx(19400, abs=4 * np.sqrt(20000 * 0.97 * 0.03))
    assert np.all(got["z"] == 35.0)
    # Standard deviations to 4 / sqrt(2 n).
    assert got["x"].std() == pytest.approx(0.05, rel=0.02)
    assert (got["time"] - 25.0).std() == pytest.approx(5.0, rel=0.02)
    rows["deposit"] = 0.0
    assert len(hits(rows, 0.05, 5.0, 0.97, np.random.default_rng(12))) == 0


def test_nothing_in_nothing_out():
    rng = np.random.default_rng(0)
    empty = np.zeros(0, CROSSING)
    assert len(microtracks(empty, EMULSION, SHEETS, rng)) == 0
    assert len(grain_microtracks(empty, EMULSION, SHEETS, rng)) == 0
    assert len(misalign(np.zeros(0, MICROTRACK), 0.3, 1)) == 0
    assert len(hits(empty, 0.05, 5.0, 0.9, rng)) == 0
