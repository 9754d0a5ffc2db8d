"""Momenta of electrons against a toy whose plates radiate as Bethe and Heitler have it."""

import numpy as np
import pytest

from reconstruction.conftest import EMULSION, SHEETS, TOY, straight_rows
from wayside.emulsion.signals import BASETRACK
from wayside.reconstruction.chains import Chains
from wayside.reconstruction.electron_momenta import electron_momenta
from wayside.reconstruction.films import Films
from wayside.reconstruction.material import highland
from wayside.reconstruction.resolution import line_variances, resolution_of
from wayside.reconstruction.tracks import fit_tracks

FILMS = Films(EMULSION, SHEETS, TOY)
N, LENGTH = 400, 40


def electrons(momentum, seed):
    """Base-tracks of electrons along z that radiate: -ln of what is left is gamma-distributed."""
    rng = np.random.default_rng(seed)
    t = TOY.radiation_lengths
    rows = np.zeros((N, LENGTH), BASETRACK)
    p = np.full(N, momentum)
    place, slope = np.zeros((N, 2)), np.zeros((N, 2))
    resolution = resolution_of(EMULSION, SHEETS)
    grains = 20
    error = resolution.grain * np.sqrt(line_variances(grains)[0])
    for k in range(LENGTH):
        rows["sheet"][:, k] = k
        measured = place + np.hypot(error / np.sqrt(2.0), resolution.alignment) * rng.normal(
            size=(N, 2)
        )
        turned = slope + error * np.sqrt(2.0) / resolution.base * rng.normal(size=(N, 2))
        rows["x"][:, k], rows["y"][:, k] = measured.T
        rows["tx"][:, k], rows["ty"][:, k] = turned.T
        # Half of the loss before the scattering, half behind.
        left = np.exp(-0.5 * rng.gamma(t / np.log(2.0), size=N))
        p = p * left
        theta = np.array([highland(t, max(own, 0.1), 1.0) for own in p])[:, None]
        turn = theta * rng.normal(size=(N, 2))
        # The plate's own offset: correlated with the turn by sqrt(3)/2.
        offset = theta * SHEETS.plate / np.sqrt(12.0) * rng.normal(size=(N, 2))
        place = place + SHEETS.pitch * slope + 0.5 * SHEETS.pitch * turn + offset
        slope = slope + turn
        p = p * left
    rows["front_grains"] = rows["back_grains"] = grains
    rows["event"] = np.arange(N)[:, None]
    return rows.ravel(), Chains(np.arange(N * LENGTH), LENGTH * np.arange(N + 1))


def width(ratio):
    low, high = np.percentile(np.log(ratio), [16, 84])
    return 0.5 * (high - low)


@pytest.mark.parametrize("momentum", [300.0, 1000.0])
def test_the_beginning_of_a_track_measures_an_electron_better(momentum):
    rows, chains = electrons(momentum, 1)
    estimate = electron_momenta(rows, chains, np.arange(N), FILMS)
    ratio = estimate.momentum / momentum
    whole = fit_tracks(rows, chains, FILMS)["momentum"] / momentum
    # Two standard errors of a median are 1.25 width / sqrt(N) times two: 4 per cent.
    assert abs(np.median(np.log(ratio))) < 0.08
    assert np.median(whole) < 0.85
    assert width(ratio) < 0.7 * width(whole)
    # The stated error is that of the spread.
    pull = np.log(ratio) / estimate.log_error
    assert 0.7 < 0.5 * np.diff(np.percentile(pull, [16, 84]))[0] < 1.3


def test_without_radiation_only_the_correction_is_left():
    rows = straight_rows(300, 800.0, 12, 0.2, 31, mass=0.511)
    order = np.lexsort((rows["sheet"], rows["event"]))
    rows = rows[order]
    numbers, first = np.unique(rows["event"], return_index=True)
    chains = Chains(np.arange(len(rows)), np.append(first, len(rows)))
    estimate = electron_momenta(rows, chains, np.arange(len(numbers)), FILMS)
    # Half of what is crossed between the first base-track and the eighth.
    expected = np.exp(0.5 * TOY.radiation_lengths * 7 * np.hypot(1.0, 0.2))
    assert np.median(estimate.momentum / 800.0) == pytest.approx(expected, rel=0.06)


def test_no_tracks():
    estimate = electron_momenta(
        np.zeros(0, BASETRACK), Chains(np.zeros(0, int), np.zeros(1, int)), np.zeros(0, int)
    )
    assert len(estimate.momentum) == len(estimate.log_error) == 0
