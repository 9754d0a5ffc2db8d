"""Vertices: the fit against least squares from scratch, pulls, cuts, showers."""

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy import optimize, stats

from reconstruction.conftest import EMULSION, SHEETS, TOY, WIDE, pairs, respond
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import BASETRACK
from wayside.reconstruction.films import Films
from wayside.reconstruction.material import Layer, highland
from wayside.reconstruction.pipeline import Setup, reconstruct
from wayside.reconstruction.records import TRACK, VERTEX
from wayside.reconstruction.vertex_fit import fit_pair, fronts, lines_of
from wayside.reconstruction.vertex_surroundings import begins_inside
from wayside.reconstruction.vertices import Vertexing, vertices

NOTHING = np.zeros(0, BASETRACK)


def track_at(point, slope, sheet, sheets=SHEETS, momentum=1000.0, variance=1e-7):
    """A track that a straight line from a point leaves behind, known with small errors."""
    track = np.zeros(1, TRACK)
    track["first_sheet"], track["last_sheet"], track["base_tracks"] = sheet, sheet + 9, 10
    track["z"] = sheets.middle(sheet)
    for c, t, start in zip("xy", slope, point, strict=False):
        track[c] = start + t * (track["z"] - point[2])
        track[f"t{c}"] = t
    size = np.hypot(*slope)
    track["ux"], track["uy"] = (slope[0] / size, slope[1] / size) if size > 0 else (1.0, 0.0)
    track["along"], track["across"] = [variance, -1e-8, 4e-6], [0.7 * variance, -1e-8, 3e-6]
    track["momentum"], track["electron"] = momentum, np.nan
    return track


def two_at(point, first, second, sheet=10, sheets=SHEETS, **options):
    return np.concatenate(
        [track_at(point, slope, sheet, sheets, **options) for slope in (first, second)]
    )


def end_at(sheet, x=0.0, slope=0.0):
    """The downstream end of a chain."""
    end = np.zeros(1, BASETRACK)
    end["sheet"], end["x"], end["tx"] = sheet, x, slope
    return end


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


def test_pulls_and_chi2_of_simulated_pairs(muon_pairs):
    """1200 pairs: nearly all found, chi-squared of one degree of freedom, pulls of unit width."""
    rows, true, _ = muon_pairs
    found = reconstruct(rows, Setup(Films(sheets=WIDE, layer=TOY))).vertices
    found = found[found["event"] >= 0]
    assert len(found) > 0.98 * 1200
    assert len(np.unique(found["event"])) == len(found)
    # Kolmogorov-Smirnov above 1e-4; the momentum that scatters is an estimate.
    assert stats.kstest(stats.chi2.sf(found["chi2"], 1), "uniform").pvalue > 1e-4
    for c, place in zip("xyz", true, strict=True):
        pull = (found[c] - place[found["event"]]) / found[f"sigma_{c}"]
        assert abs(pull.mean()) < 5 / np.sqrt(1200)
        # Five standard errors of a width, and 5 per cent for what is not Gaussian.
        assert pull.std() == pytest.approx(1.0, abs=5 / np.sqrt(2400) + 0.05)


def test_min_opening():
    near = two_at((0.0, 0.0, 8.2), (0.02, 0.0), (-0.02, 0.0), variance=1e-8)
    for least, expected in ((0.039, 1), (0.041, 0)):
        how = Vertexing(min_opening=least)
        assert len(vertices(near, NOTHING, how=how)) == expected


def test_a_track_serves_one_vertex_and_the_best_is_first_served():
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    third = track_at((0.0, 0.0, 8.2), (0.0, -0.15), 10)
    third["y"] += 8e-4
    found = vertices(np.concatenate([tracks, third]), NOTHING)
    assert len(found) == 1
    assert {int(found["track_1"][0]), int(found["track_2"][0])} == {0, 1}
    # The third one begins beside them.
    assert found["companions"][0] == 1
    assert not found["secondary"][0]


@pytest.mark.parametrize(
    ("sheet", "off", "slope", "vetoed"),
    [
        (9, 0.0, 0.0, True),
        (7, 0.0, 0.3, True),
        (6, 0.0, 0.0, False),  # too far in front: its sheets would have been seen
        (9, 0.1, 0.0, False),  # passes by
        (10, 0.0, 0.0, False),  # ends behind the vertex
    ],
)
def test_incoming_tracks_veto(sheet, off, slope, vetoed):
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    z = float(SHEETS.middle(sheet))
    ends = end_at(sheet, off + slope * (z - 8.2), slope)
    assert len(vertices(tracks, ends)) == (not vetoed)


def test_an_incoming_track_across_the_gap_vetoes():
    tracks = two_at((0.0, 0.0, 39.0), (0.1, 0.0), (-0.1, 0.05), sheet=40)
    assert len(vertices(tracks, NOTHING)) == 1
    assert len(vertices(tracks, end_at(39))) == 0


def test_begins_inside_at_the_edges():
    """Three sheets in front must be there, and the track must point into what was scanned."""
    how = Vertexing(veto_sheets=3)
    lots = np.zeros(7, TRACK)
    lots["first_sheet"] = [2, 3, 3, 3, 3, 40, 3]
    # 2.4 mm in front, a track of slope 0.5 is 1.2 mm further left.
    lots["x"] = [0, 0, -98.0, -99.0, 99.9, 0, 0]
    lots["tx"] = [0, 0, 0.5, 0.5, 0.5, 0, 0]
    lots["y"] = [0, 0, 0, 0, 0, 0, 151.0]
    expected = [False, True, True, False, True, True, False]
    assert begins_inside(lots, Films(), how).tolist() == expected
    assert begins_inside(lots, Films(), Vertexing(veto_sheets=0))[0]
    narrow = begins_inside(lots, Films(bounds=(-1.0, 1.0, -1.0, 1.0)), how)
    assert narrow.tolist() == [False, True, False, False, False, True, False]
    # Across the gap the way is longer: 10.4 mm, 5.2 mm sideways.
    edge = np.zeros(1, TRACK)
    edge["first_sheet"], edge["x"], edge["tx"] = 40, -95.5, 0.5
    assert not begins_inside(edge, Films(), how)[0]
    edge["first_sheet"] = 39
    assert begins_inside(edge, Films(), how)[0]


def test_nothing_enters_through_the_side_unseen():
    """Muons through the side of what was scanned do not make vertices."""
    rng = np.random.default_rng(5)
    n = 400
    particles = beam(-5.0 - rng.uniform(0, 4, n), rng.uniform(-5, 5, n), -0.1, 0.6, 0.0, 5000.0)
    rows = respond(transport(particles, 20, rng), rng)
    rows = rows[rows["x"] > -5.0]
    result = reconstruct(rows, Setup(Films(bounds=(-5.0, 5.0, -5.0, 5.0), layer=TOY)))
    late = np.count_nonzero(result.tracks["first_sheet"] > 3)
    assert late > 50
    assert len(result.vertices) == 0


def test_decays_in_the_gas_are_found():
    point = (3.0, 4.0, 36.0)
    found = vertices(two_at(point, (0.2, 0.0), (-0.1, 0.1), sheet=40), NOTHING)
    assert len(found) == 1
    assert found["z"][0] == pytest.approx(36.0, abs=5 * found["sigma_z"][0])
    assert found["sheet"][0] == 40
    # Without a gap the same lines meet ten sheets before the first one: no vertex.
    solid = Sheets(gap=0.0)
    z = float(solid.middle(40))
    far = (3.0, 4.0, z - (SHEETS.middle(40) - 36.0))
    tracks = two_at(far, (0.2, 0.0), (-0.1, 0.1), sheet=40, sheets=solid)
    assert len(vertices(tracks, NOTHING, Films(sheets=solid))) == 0


def test_pairs_along_a_track_of_a_vertex_are_secondary():
    origin = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.2, 0.0))
    # On the first track's line, 15.6 mm behind; and the same beside both.
    on = two_at((1.5, 0.1, 23.8), (0.15, 0.02), (0.07, -0.02), sheet=29)
    beside = two_at((30.0, 0.1, 23.8), (0.15, 0.02), (0.07, -0.02), sheet=29)
    found = vertices(np.concatenate([origin, on, beside]), NOTHING)
    assert found["x"] == pytest.approx([0.0, 1.5, 30.0], abs=0.01)
    assert found["secondary"].tolist() == [False, True, False]
    assert found["event"].tolist() == [0, 0, 0]
    # Too far behind for a shower.
    short = Vertexing(shower_length=10.0)
    assert not vertices(np.concatenate([origin, on]), NOTHING, how=short)["secondary"].any()


def test_truth_of_a_vertex():
    tracks = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))
    tracks["event"] = [3, 4]
    assert vertices(tracks, NOTHING)["event"].tolist() == [-1]


def test_no_vertex_from_one_track_or_none():
    assert len(vertices(np.zeros(0, TRACK), NOTHING)) == 0
    one = two_at((0.0, 0.0, 8.2), (0.1, 0.0), (-0.1, 0.05))[:1]
    none = vertices(one, NOTHING)
    assert len(none) == 0
    assert none.dtype == VERTEX


def test_vertices_by_brute_force():
    """All pairs of some tracks that begin close together: none is missed by the grid."""
    rng = np.random.default_rng(6)
    tracks = np.concatenate(
        [
            two_at((x, y, z), *rng.uniform(-0.4, 0.4, (2, 2)), sheet, variance=1e-6)
            for x, y, z, sheet in [
                (*rng.uniform(-3, 3, 2), 0.8 * s + rng.uniform(0, 0.5), s)
                for s in rng.integers(5, 60, 150)
                if s % 40
            ]
        ]
    )  # fmt: skip
    # Depths by number within a block only: shift those of the second one.
    second = tracks["first_sheet"] >= 40
    assert second.any()
    how = Vertexing()
    found = vertices(tracks[~second], NOTHING, how=how)
    chosen = tracks[~second]
    lines, absorber = lines_of(chosen), Layer().absorber(0.5)
    layers = fronts(SHEETS, 39)
    fits = []
    for i, a in enumerate(lines):
        for j, b in enumerate(lines):
            first, other = a["first_sheet"], b["first_sheet"]
            if i == j or not (first < other <= first + 2 or (first == other and i < j)):
                continue
            low, high = layers.plate[max(first - 3, 0)], layers.plate[first] + 0.5
            fit = fit_pair(a, b, low, high, layers, absorber)
            if not fit.solved:
                continue
            ok = fit.chi2 < how.largest_chi2 and fit.opening >= how.min_opening
            ok &= fit.sigma_z < 0.8 and fit.z >= low - 3 * fit.sigma_z
            if ok and fit.z <= min(high + 0.3 + 5 * fit.sigma_z, a["z"] + 0.3):
                fits.append((fit.chi2, i, j))
    used, expected = set(), set()
    for _, i, j in sorted(fits):
        if i not in used and j not in used:
            used |= {i, j}
            expected.add(frozenset((i, j)))
    got = {
        frozenset((int(a), int(b))) for a, b in zip(found["track_1"], found["track_2"], strict=True)
    }
    assert len(expected) > 60
    assert got == expected


def test_emulsion_pairs_of_electrons_begin_one_vertex_each():
    rows, _, _ = pairs(100, 500.0, 0.2, 25, 23, mass=0.511, pdg=11)
    found = reconstruct(rows, Setup(Films(EMULSION, WIDE, TOY))).vertices
    own = found[found["event"] >= 0]
    assert len(np.unique(own["event"])) == len(own) > 90
