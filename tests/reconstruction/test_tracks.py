"""Fitted tracks: pulls, chi-squared, momentum, electrons."""

from dataclasses import replace

import numpy as np
import pytest
from reference.toy_transport import beam, transport
from scipy import stats

from reconstruction.conftest import EMULSION, SHEETS, TOY, apart, respond, straight_rows
from wayside.reconstruction.chains import chains
from wayside.reconstruction.films import Films
from wayside.reconstruction.linking import links
from wayside.reconstruction.material import highland
from wayside.reconstruction.track_fit import ELECTRON
from wayside.reconstruction.tracks import fit_tracks

WIDE = (-1e4, 1e4, -1e4, 1e4)


def fitted(rows, shortest, layer=TOY, **options):
    films = Films(EMULSION, SHEETS, layer)
    following, _ = links(rows, Films(bounds=WIDE))
    return fit_tracks(rows, chains(following, shortest), films, **options)


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
