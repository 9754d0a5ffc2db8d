"""The common point of two tracks against least squares from scratch."""

import numpy as np
import pytest
from scipy import optimize

from reconstruction.conftest import SHEETS
from reconstruction.toy_lines import track_at, two_at
from wayside.reconstruction.material import Layer, highland
from wayside.reconstruction.vertex_fit import fit_pair, fronts, lines_of


def position_covariance(track, z, layer, sheets):
    """From scratch: the line's covariance, and every plate on the way cut into a hundred."""
    dz = z - track["z"]
    slope2 = track["tx"] ** 2 + track["ty"] ** 2
    secant = np.sqrt(1 + slope2)
    beta_p = track["momentum"] ** 2 / np.hypot(track["momentum"], 105.658)
    scatter = 0.0
    for sheet in range(int(track["first_sheet"]), -1, -1):
        slabs = [(sheets.plate_front(sheet), sheets.plate, layer.radiation_lengths)]
        if sheet % sheets.layers == 0 and sheet > 0:
            front = sheets.plate_front(sheet) - sheets.gap
            slabs.append((front, sheets.gap, layer.gap_radiation_lengths))
        for front, thick, lengths in slabs:
            low, back = max(float(front), z), float(front) + thick
            if back <= low:
                continue
            share = lengths * secant * (back - low) / thick
            places = low + (np.arange(100) + 0.5) * (back - low) / 100
            scatter += highland(share, beta_p, 1.0) ** 2 * np.mean((places - z) ** 2)
    unit = np.array([track["ux"], track["uy"]])
    normal = np.array([-unit[1], unit[0]])
    total = np.zeros((2, 2))
    for name, way, stretch in (("along", unit, secant**4), ("across", normal, secant**2)):
        a, b, c = track[name] - track["shared"]
        total += np.outer(way, way) * (a + 2 * dz * b + dz * dz * c + scatter * stretch)
    return total


@pytest.mark.parametrize(
    ("z", "sheet", "late", "slopes"),
    [
        (8.2, 10, 0, ((0.1, 0.02), (-0.08, 0.05))),
        (8.4, 10, 1, ((0.3, -0.4), (0.25, -0.2))),
        (7.9, 10, 2, ((0.01, 0.0), (-0.04, 0.02))),
        (36.0, 40, 0, ((0.2, 0.1), (-0.1, 0.3))),
    ],
)
def test_fit_is_least_squares(z, sheet, late, slopes):
    """A minimiser over x, y, z with the covariances at the solution; a vertex late by a hole."""
    rng = np.random.default_rng(4)
    layer = Layer()
    tracks = two_at((1.0, -2.0, z), *slopes, sheet)
    late_one = track_at((1.0, -2.0, z), slopes[1], sheet + late)
    tracks[1] = late_one[0]
    tracks["x"] += rng.normal(0, 4e-4, 2)
    tracks["y"] += rng.normal(0, 4e-4, 2)
    tracks["shared"] = [2e-8, 0.0, 0.0]
    layers = fronts(SHEETS, sheet + late)
    lines = lines_of(tracks)
    low, high = layers.plate[sheet - 3], layers.plate[sheet] + 0.5
    fit = fit_pair(lines[0], lines[1], low, high, layers, layer.absorber(0.5))
    assert fit.solved
    inverse = [np.linalg.inv(position_covariance(t, fit.z, layer, SHEETS)) for t in tracks]

    def chi2(point):
        total = 0.0
        for t, weight in zip(tracks, inverse, strict=True):
            dz = point[2] - t["z"]
            off = np.array([t["x"] + dz * t["tx"], t["y"] + dz * t["ty"]]) - point[:2]
            total += off @ weight @ off
        return total

    best = optimize.minimize(chi2, [1.0, -2.0, z], method="Nelder-Mead",
                             options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000})  # fmt: skip
    # The last step of the fit moves z by under 1e-4 mm, and with it its own covariances.
    assert (fit.x, fit.y) == pytest.approx(best.x[:2], abs=2e-5)
    assert fit.z == pytest.approx(best.x[2], abs=2e-4)
    assert fit.chi2 == pytest.approx(best.fun, rel=0.02, abs=3e-3)
    # Errors: half the second derivatives of chi-squared, and what is shared.
    step, hesse = 1e-4, np.empty((3, 3))
    for i, j in np.ndindex(3, 3):
        e, f = np.eye(3)[i] * step, np.eye(3)[j] * step
        x = best.x
        hesse[i, j] = (
            chi2(x + e + f) - chi2(x + e - f) - chi2(x - e + f) + chi2(x - e - f)
        ) / (8 * step**2)  # fmt: skip
    error = np.sqrt(np.diag(np.linalg.inv(hesse)))
    assert fit.sigma_z == pytest.approx(error[2], rel=0.02)
    assert (fit.sigma_x, fit.sigma_y) == pytest.approx(np.hypot(error[:2], np.sqrt(2e-8)), rel=0.02)
    # The opening angle from the directions themselves.
    one, two = (np.array([t["tx"], t["ty"], 1.0]) for t in tracks)
    cosine = one @ two / np.linalg.norm(one) / np.linalg.norm(two)
    assert fit.opening == pytest.approx(np.arccos(cosine), rel=1e-6)


def test_parallel_tracks_have_no_vertex():
    lines = lines_of(two_at((0.0, 0.0, 8.2), (0.1, 0.0), (0.1, 0.0)))
    absorber = Layer().absorber(0.5)
    assert not fit_pair(lines[0], lines[1], 5.6, 8.5, fronts(SHEETS, 10), absorber).solved
