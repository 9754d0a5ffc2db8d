"""Kalman fits: pulls, chi-squared, momentum; material against what is known."""

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy import stats

from reconstruction.conftest import EMULSION, SHEETS, apart, respond, straight_rows
from wayside.reconstruction.chains import chains
from wayside.reconstruction.kalman import filter_line
from wayside.reconstruction.link import links
from wayside.reconstruction.material import Layer, after, bethe, highland
from wayside.reconstruction.tracks import ELECTRON, M_MUON, fit_tracks
from wayside.simulation.sheets import Sheets

WIDE = (-1e4, 1e4, -1e4, 1e4)


def fitted(rows, shortest, **options):
    following, _ = links(rows, EMULSION, SHEETS, bounds=WIDE)
    members, first = chains(following, shortest)
    return fit_tracks(rows, members, first, EMULSION, SHEETS, **options)


def test_bethe_at_published_points():
    # PDG, Atomic and nuclear properties, muons in iron: minimum 1.451 MeV cm^2/g at 0.30 GeV;
    # 100 MeV/c: 2.274 (p = 0.1 GeV), within 1 per cent; ionisation only at 10 GeV: 2.0 within 3.
    grid = np.geomspace(50, 5000, 200)
    losses = [bethe(p, M_MUON) for p in grid]
    assert min(losses) == pytest.approx(1.451, rel=0.005)
    assert 330 < grid[int(np.argmin(losses))] < 390


@pytest.mark.xfail(reason="not understood yet: the range comes out different")
def test_a_muon_stops_where_geant4_says():
    # 100 MeV muons cross 88.3 sheets, pions 65; by mean loss the number varies little.
    for mass, sheets, tolerance in ((M_MUON, 88.3, 0.03), (139.57, 73.0, 0.06)):
        p = np.sqrt((100 + mass) ** 2 - mass**2)
        layer, count = Layer(), 0
        while p > 0:
            p = after(p, mass, layer.mass, layer.radiation_lengths, False)
            count += 1
        if mass == M_MUON:
            assert count == pytest.approx(sheets, rel=tolerance)
        else:
            # Pions' mean of 65 is cut by reactions; unhindered they go farther than that.
            assert count > 65


def test_highland_is_the_formula():
    # 13.6 MeV / 100 MeV sqrt(0.03) (1 + 0.038 ln 0.03) by hand.
    assert highland(0.03, 100.0, 1.0) == pytest.approx(0.0235558 * (1 - 0.1332513), rel=1e-5)


def test_filter_equals_least_squares():
    """One projection against the full covariance of all measurements at once."""
    rng = np.random.default_rng(1)
    n, dz = 7, 0.8
    depth = dz * np.arange(n)
    scatter = np.zeros((n, 3))
    theta2, lever = 1e-5, 0.4
    scatter[:, 0], scatter[:, 1] = theta2, theta2 * lever
    scatter[:, 2] = theta2 * (lever**2 + 0.25 / 12)
    errors = np.tile([1e-7, 2e-8, 1e-6], (n, 1))
    stretch = np.full(n, 1.3)
    # Parameters: state at the first plane. Noise: each step's pair of offset and turn.
    design, noise = np.zeros((2 * n, 2)), np.zeros((2 * n, 2 * n))
    step = 1.3 * np.array(
        [
            [theta2 * ((dz - lever) ** 2 + 0.25 / 12), theta2 * (dz - lever)],
            [theta2 * (dz - lever), theta2],
        ]
    )
    for i in range(n):
        design[2 * i : 2 * i + 2] = [[1, depth[i]], [0, 1]]
    for k in range(n - 1):
        spread = np.zeros((2 * n, 2))
        for i in range(k + 1, n):
            spread[2 * i : 2 * i + 2] = [[1, depth[i] - depth[k + 1]], [0, 1]]
        noise += spread @ step @ spread.T
    for i in range(n):
        noise[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] += [[1e-7, 2e-8], [2e-8, 1e-6]]
    data = np.linalg.cholesky(noise) @ rng.standard_normal(2 * n)
    weight = np.linalg.inv(noise)
    covariance = np.linalg.inv(design.T @ weight @ design)
    best = covariance @ design.T @ weight @ data
    expected = data - design @ best
    chi2 = float(expected @ weight @ expected)
    state = np.empty(8)
    got, logs = filter_line(
        data[0::2].copy(), data[1::2].copy(), errors, depth, scatter, stretch, True, 0.0, state
    )
    assert got == pytest.approx(chi2, rel=1e-6)
    assert state[:2] == pytest.approx(best, rel=1e-6)
    assert state[2:5] == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]], rel=1e-6)
    forward, same = filter_line(
        data[0::2].copy(), data[1::2].copy(), errors, depth, scatter, stretch, False, 0.0, state
    )
    assert forward == pytest.approx(chi2, rel=1e-6)
    assert same == pytest.approx(logs, rel=1e-9)


def test_shared_part_of_the_covariance():
    """Shift all sheets at random: states move by what is called shared, and by no more."""
    rng = np.random.default_rng(2)
    n, shared = 6, 9e-8
    depth = 0.8 * np.arange(n)
    scatter = np.zeros((n, 3))
    scatter[:, 0], scatter[:, 1], scatter[:, 2] = 1e-5, 4e-6, 1.8e-6
    errors = np.tile([1e-8 + shared, 0.0, 1e-6], (n, 1))
    state, moved = np.empty(8), []
    for _ in range(4000):
        shift = rng.normal(0, np.sqrt(shared), n)
        filter_line(shift, np.zeros(n), errors, depth, scatter, np.ones(n), True, shared, state)
        moved.append(state[:2].copy())
    found = np.cov(np.array(moved).T)
    # Variances to 4 sqrt(2 / 4000).
    assert np.sqrt(state[5]) == pytest.approx(np.sqrt(found[0, 0]), rel=0.05)
    assert np.sqrt(state[7]) == pytest.approx(np.sqrt(found[1, 1]), rel=0.05)
    assert state[6] == pytest.approx(found[0, 1], rel=0.15)
    assert state[5] < state[2]


@pytest.mark.parametrize(("momentum", "slope"), [(3000.0, 0.0), (1000.0, 0.0), (1000.0, 0.5)])
def test_chi2_is_flat_and_pulls_are_unit_normal(momentum, slope):
    """1200 tracks of known momentum: Kolmogorov-Smirnov above 1e-4, widths to 5 standard errors.

    Each step of links cuts the last 5e-4 of chi-squared; Highland's angle changes by half a per
    cent on the way.
    """
    rows = straight_rows(1200, momentum, 15, slope, 11)
    tracks = fitted(rows, 13, momentum=np.full(1200, momentum))
    assert len(tracks) == 1200
    p = stats.chi2.sf(tracks["chi2"], tracks["degrees"])
    assert stats.kstest(p, "uniform").pvalue > 1e-4
    true = np.random.default_rng(11).uniform(0, 2 * np.pi, 1200)
    order = tracks["event"]
    along = tracks["tx"] * np.cos(true)[order] + tracks["ty"] * np.sin(true)[order]
    theta = highland(Layer().radiation_lengths, momentum, 1.0)
    # The first plate turns before the first base-track.
    error = np.sqrt(tracks["along"][:, 2] + theta**2 * (1 + slope**2) ** 2.5)
    pull = (along - slope) / error
    assert pull.std() == pytest.approx(1.0, abs=5 / np.sqrt(2 * 1200) + 0.02)
    assert abs(pull.mean()) < 5 / np.sqrt(1200)


@pytest.mark.parametrize(
    ("momentum", "sheets", "slope"),
    [
        (400.0, 15, 0.0),
        pytest.param(400.0, 35, 0.0, marks=pytest.mark.xfail(reason="4 per cent too high")),
        (700.0, 15, 0.5),
    ],
)
def test_momentum_is_unbiased_and_as_sharp_as_can_be(momentum, sheets, slope):
    """ln p against 1 / sqrt(2 N), N = 2 (sheets - 1) measured angles where scattering rules.

    Errors of slopes make it wider, positions narrower; 25 per cent and 4 standard errors of 1000.
    """
    rows = straight_rows(1000, momentum, sheets, slope, 12)
    tracks = fitted(rows, sheets - 4, as_electron=np.zeros(1000, bool))
    off = np.log(tracks["momentum"] / momentum)
    expected = 1 / np.sqrt(2 * 2 * (sheets - 1))
    assert abs(np.median(off)) < 4 * 1.25 * expected / np.sqrt(1000) + 0.02
    width = 1.4826 * np.median(np.abs(off - np.median(off)))
    assert width == pytest.approx(expected, rel=0.25)
    assert np.median(tracks["log_momentum_error"]) == pytest.approx(width, rel=0.2)


def test_a_track_that_only_starts_to_lose_energy_is_not_an_electron():
    rows = straight_rows(500, 800.0, 25, 0.2, 13)
    tracks = fitted(rows, 20)
    assert np.mean(tracks["electron"] > ELECTRON) < 0.05


def test_an_electron_that_radiates_is_told_apart():
    """Toy electrons lose their mean energy in three lumps on 38 sheets."""
    rng = np.random.default_rng(14)
    n = 300
    x, y = apart(n)
    parts, state = [], beam(x, y, -0.1, 0.1, 0.1, 800.0, 0.511, 11)
    parts.append(transport(state, 38, rng, lose=False))
    # Softer by e^-(radiation lengths) per stretch: scattering alone is replaced sheet by sheet.
    soft = transport(beam(x, y, -0.1, 0.1, 0.1, 250.0, 0.511, 11), 38, rng, lose=False)
    hard = parts[0]
    joined = []
    for event in range(n):
        a, b = hard[hard["event"] == event], soft[soft["event"] == event].copy()
        cut = 38
        a, b = a[a["layer"] < cut], b[b["layer"] >= cut]
        if not len(a) or not len(b):
            continue
        # Turn and shift the soft half so that it goes on where the hard one ends.
        end, begin = a[-1], b[0]
        dz = begin["z_in"] - end["z_out"]
        for c in "xy":
            slope = (end[f"{c}_out"] - end[f"{c}_in"]) / 0.05
            turn = slope - (begin[f"{c}_out"] - begin[f"{c}_in"]) / 0.05
            shift = end[f"{c}_out"] + dz * slope - begin[f"{c}_in"]
            for w in ("in", "out"):
                b[f"{c}_{w}"] += shift + turn * (b[f"z_{w}"] - begin["z_in"])
        joined += [a, b]
    rows = respond(np.concatenate(joined), rng)
    tracks = fitted(rows, 25)
    assert np.mean(tracks["electron"] > ELECTRON) > 0.5


def test_depths_of_the_stack():
    # Films of sheet s at 0.5-0.55 and 0.75-0.80 of its layer; 40 mm from block to block.
    sheets = Sheets()
    assert sheets.pitch == pytest.approx(0.8)
    assert sheets.count == 1320
    assert sheets.face([0, 1]) == pytest.approx([0.55, 0.75])
    assert sheets.middle(41) - sheets.middle(1) == pytest.approx(40.0)
    assert sheets.gas_middle(0) == pytest.approx(36.0)
