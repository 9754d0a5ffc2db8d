"""Kalman fits: pulls, chi-squared, momentum; material against what is known."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy import stats

from reconstruction.conftest import EMULSION, SHEETS, TOY, apart, respond, straight_rows
from wayside.detector.materials import Material
from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.chains import chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.kalman import Projection, Scatter, filter_line
from wayside.reconstruction.linking import links
from wayside.reconstruction.material import Layer, Tail, after, bethe, highland, iron_equivalent
from wayside.reconstruction.track_fit import ELECTRON
from wayside.reconstruction.tracks import M_MUON, fit_tracks

WIDE = (-1e4, 1e4, -1e4, 1e4)
NO_TAIL = Tail(0.0, 1.0)


def line_of(value, slope, elements, stretch=1.0):
    """A projection whose base-tracks all have the same errors: variance, covariance, slope's."""
    n = len(value)
    constant = (np.full(n, each) for each in (*elements, stretch))
    return Projection(np.array(value), np.array(slope), *constant)


def scatter_of(n, theta2, lever, lever2):
    """The same scattering in all steps."""
    return Scatter(*(np.full(n, each) for each in (theta2, lever, lever2)))


def covariance_of(state):
    return [state.variance, state.covariance, state.slope_variance]


def fitted(rows, shortest, layer=TOY, **options):
    films = Films(EMULSION, SHEETS, layer)
    following, _ = links(rows, Films(bounds=WIDE))
    return fit_tracks(rows, chains(following, shortest), films, **options)


def test_bethe_at_published_points():
    # PDG, Atomic and nuclear properties, muons in iron: minimum 1.451 MeV cm^2/g at 0.30 GeV;
    # 100 MeV/c: 2.274 (p = 0.1 GeV), within 1 per cent; ionisation only at 10 GeV: 2.0 within 3.
    grid = np.geomspace(50, 5000, 200)
    losses = [bethe(p, M_MUON) for p in grid]
    assert min(losses) == pytest.approx(1.451, rel=0.005)
    assert 330 < grid[int(np.argmin(losses))] < 390


@pytest.mark.parametrize(("mass", "path", "sheets"), [(M_MUON, 73.0, 88.3), (139.57, None, 65.0)])
def test_a_muon_stops_where_geant4_says(mass, path, sheets):
    """100 MeV muons go 73.0+-0.1 mm and cross 88.3+-0.1 sheets: the path is longer by detours.

    Steps of a twentieth of a layer; the mean cosine to the first direction falls by theta^2, the
    variance of one projection, on the way. The range to 1 per cent (Bethe's formula at the end of
    the range), the depth to 2 (Highland's angle there).
    """
    layer, parts = Layer(), 20
    p = np.sqrt((100 + mass) ** 2 - mass**2)
    way = depth = 0.0
    cosine = 1.0
    while True:
        left = after(p, mass, layer.mass / parts, layer.radiation_lengths / parts, False)
        if left <= 0:
            break
        mean = 0.5 * (p + left)
        theta = highland(layer.radiation_lengths, mean, mean / np.hypot(mean, mass))
        way += 0.8 / parts
        depth += 0.8 / parts * cosine
        cosine *= np.exp(-(theta**2) / parts)
        p = left
    # From the middle of a plate; the last sheet is half crossed on average.
    crossed = (depth + 0.25) / 0.8 - 0.5
    if path is not None:
        assert way == pytest.approx(path, rel=0.01)
        assert crossed == pytest.approx(sheets, rel=0.02)
    else:
        # Pions' mean is cut by reactions; unhindered they go farther than that.
        assert 1.1 * sheets < crossed < 1.3 * sheets


def test_layer_is_that_of_the_stack():
    stack = Stack()
    got = Layer.from_stack(stack)
    for name in Layer.__dataclass_fields__:
        assert getattr(got, name) == pytest.approx(getattr(Layer(), name), rel=1e-3)
    # Radiation lengths of everything, by the stack's own sum.
    total = stack.blocks * (stack.layers * got.radiation_lengths + got.gap_radiation_lengths)
    assert total == pytest.approx(stack.radiation_lengths, rel=1e-9)
    # The spread by throwing places of scattering, each in proportion to its radiation lengths.
    plate, film, base, _ = stack.emulsion_layer
    slabs = [base, film, plate, film, base]
    thick = np.array([0.5 * base.thickness, *(s.thickness for s in slabs[1:4]), 0.1])
    weight = thick * [s.material.density / s.material.radiation_length for s in slabs]
    rng = np.random.default_rng(5)
    which = rng.choice(5, 200_000, p=weight / weight.sum())
    z = (np.cumsum(thick) - thick)[which] + rng.random(200_000) * thick[which]
    assert z.std() == pytest.approx(got.spread, rel=0.01)
    bare = Layer.from_stack(Stack(mpgd=0.0))
    assert bare.gap_radiation_lengths == bare.gap_mass == 0.0
    double = Layer.from_stack(Stack(plate=1.0))
    assert double.radiation_lengths == pytest.approx(got.radiation_lengths + 0.0302, abs=2e-4)


@pytest.mark.parametrize(
    ("stack", "loss", "tolerance"),
    [
        # PDG, Atomic and nuclear properties: smallest losses in MeV cm^2/g; iron has 1.451.
        ({"Fe": 1.0}, 1.451, 0.005),
        ({"Cu": 1.0}, 1.403, 0.01),
        ({"Al": 1.0}, 1.615, 0.02),
        ({"W": 1.0}, 1.145, 0.03),
        ({"H": 0.077418, "C": 0.922582}, 1.936, 0.03),
    ],
)
def test_iron_that_takes_as_much(stack, loss, tolerance):
    assert 1.451 * iron_equivalent(Material("M", 1.0, stack)) == pytest.approx(loss, rel=tolerance)


def test_highland_is_the_formula():
    # 13.6 MeV / 100 MeV sqrt(0.03) (1 + 0.038 ln 0.03) by hand.
    assert highland(0.03, 100.0, 1.0) == pytest.approx(0.0235558 * (1 - 0.1332513), rel=1e-5)


def test_filter_equals_least_squares():
    """One projection against the full covariance of all measurements at once."""
    rng = np.random.default_rng(1)
    n, dz = 7, 0.8
    depth = dz * np.arange(n)
    theta2, lever = 1e-5, 0.4
    scatter = scatter_of(n, theta2, theta2 * lever, theta2 * (lever**2 + 0.25 / 12))
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
    line = line_of(data[0::2], data[1::2], (1e-7, 2e-8, 1e-6), 1.3)
    got, logs, state = filter_line(line, depth, scatter, NO_TAIL, 0.0, True)
    assert got == pytest.approx(chi2, rel=1e-6)
    assert (state.value, state.slope) == pytest.approx(best, rel=1e-6)
    assert covariance_of(state) == pytest.approx(covariance[[0, 0, 1], [0, 1, 1]], rel=1e-6)
    forward, same, _ = filter_line(line, depth, scatter, NO_TAIL, 0.0, False)
    assert forward == pytest.approx(chi2, rel=1e-6)
    assert same == pytest.approx(logs, rel=1e-9)


def test_a_tail_is_a_sum_over_histories():
    """Three base-tracks, two steps: four histories of small and large angles, summed exactly.

    One step is exact; of two, the filter takes a mixture for a normal one after the first, which
    makes 0.1 in the typical case.
    """
    theta2, lever, tail, width2 = 3e-5, 0.4, 0.1, 9.0
    rng = np.random.default_rng(3)
    for n in (2, 3):
        depth = 0.8 * np.arange(n)
        scatter = scatter_of(n, theta2, theta2 * lever, theta2 * (lever**2 + 0.25 / 12))
        off = []
        for _ in range(20):
            line = line_of(rng.normal(0, 2e-3, n), rng.normal(0, 6e-3, n), (1e-7, 0.0, 4e-6))
            total = 0.0
            for history in itertools.product((1.0, width2), repeat=n - 1):
                wider = np.array([*history, 1.0])
                own = Scatter(*(moment * wider for moment in scatter))
                chi2, logs, _ = filter_line(line, depth, own, NO_TAIL, 0.0, False)
                large = sum(h > 1 for h in history)
                weight = tail**large * (1 - tail) ** (n - 1 - large)
                total += weight * np.exp(-0.5 * (chi2 + logs))
            got = filter_line(line, depth, scatter, Tail(tail, width2), 0.0, False)
            off.append(abs(sum(got[:2]) + 2 * np.log(total)))
        assert max(off) < 1e-9 if n == 2 else np.median(off) < 0.2


def test_shared_part_of_the_covariance():
    """Shift all sheets at random: states move by what is called shared, and by no more."""
    rng = np.random.default_rng(2)
    n, shared = 6, 9e-8
    depth = 0.8 * np.arange(n)
    scatter = scatter_of(n, 1e-5, 4e-6, 1.8e-6)
    moved = []
    for _ in range(4000):
        shift = rng.normal(0, np.sqrt(shared), n)
        line = line_of(shift, np.zeros(n), (1e-8 + shared, 0.0, 1e-6))
        _, _, state = filter_line(line, depth, scatter, NO_TAIL, shared, True)
        moved.append((state.value, state.slope))
    found = np.cov(np.array(moved).T)
    # Variances to 4 sqrt(2 / 4000).
    assert np.sqrt(state.shared_variance) == pytest.approx(np.sqrt(found[0, 0]), rel=0.05)
    assert np.sqrt(state.shared_slope_variance) == pytest.approx(np.sqrt(found[1, 1]), rel=0.05)
    assert state.shared_covariance == pytest.approx(found[0, 1], rel=0.15)
    assert state.shared_variance < state.variance


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
    theta = highland(TOY.radiation_lengths, momentum, 1.0)
    # The first plate turns before the first base-track.
    error = np.sqrt(tracks["along"][:, 2] + theta**2 * (1 + slope**2) ** 2.5)
    pull = (along - slope) / error
    assert pull.std() == pytest.approx(1.0, abs=5 / np.sqrt(2 * 1200) + 0.02)
    assert abs(pull.mean()) < 5 / np.sqrt(1200)


@pytest.mark.parametrize(
    ("momentum", "sheets", "slope"),
    [
        (400.0, 15, 0.0),
        (400.0, 35, 0.0),
        (700.0, 15, 0.5),
    ],
)
@pytest.mark.parametrize("tails", [False, True])
def test_momentum_is_unbiased_and_as_sharp_as_can_be(momentum, sheets, slope, tails):
    """ln p against 1 / sqrt(2 N), N = 2 (sheets - 1) measured angles where scattering rules.

    Errors of slopes make it wider, positions narrower; 25 per cent and 4 standard errors of 1000.
    """
    layer = replace(TOY, core=0.965, tail_fraction=0.065, tail_width=2.45) if tails else TOY
    tail = (layer.core, layer.tail_fraction, layer.tail_width)
    rows = straight_rows(1000, momentum, sheets, slope, 12, tail=tail)
    tracks = fitted(rows, sheets - 4, as_electron=np.zeros(1000, bool), layer=layer)
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
