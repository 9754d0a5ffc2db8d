"""What films with unrelated tracks keep: the law, and where it enters."""

import math

import numpy as np
import pytest

from wayside.backgrounds.occupancy import scanned_tracks
from wayside.data import read_table
from wayside.errors import InputError
from wayside.scenario import load_scenario
from wayside.selections.cuts import uncrowded
from wayside.selections.film_density import STEPS, kept_in_films, measured_loss
from wayside.selections.names import SELECTED
from wayside.selections.selection import nearest_selection
from wayside.sensitivity.efficiency import film_flags
from wayside.sensitivity.selected import selected_map


@pytest.mark.parametrize("step", STEPS)
def test_at_the_measured_density_the_table(step) -> None:
    table = read_table("dense_films")
    rows = table["step"] == STEPS.index(step)
    alone, ratios, errors = (table[name][rows] for name in ("alone", "ratio", "error"))
    loss = measured_loss(step)
    # The mean over splittings, weighted with the decays of each.
    assert loss.ratio == pytest.approx(np.average(ratios, weights=alone), abs=1e-4)
    together = math.sqrt(float(np.sum((errors * alone) ** 2))) / alone.sum()
    assert loss.error == pytest.approx(together, rel=1e-3)
    kept = kept_in_films(loss.tracks, step)
    assert kept.fraction == pytest.approx(min(loss.ratio, 1.0))
    assert kept.relative_error == pytest.approx(loss.error / loss.ratio)


@pytest.mark.parametrize("step", STEPS)
def test_two_films_one_after_the_other(step) -> None:
    """What survives n tracks and then m more survives n + m."""
    first, second, both = (kept_in_films(tracks, step) for tracks in (2e7, 9e7, 11e7))
    assert first.fraction * second.fraction == pytest.approx(both.fraction)
    assert first.relative_error + second.relative_error == pytest.approx(both.relative_error)


def test_the_table_is_of_the_same_decays() -> None:
    """Splittings stand for themselves: their ratios agree within their errors.

    Three steps that share decays, chi^2 of each with two degrees of freedom: beyond 13.8 with a
    probability of 1e-3 each.
    """
    table = read_table("dense_films")
    for number, step in enumerate(STEPS):
        rows = table["step"] == number
        pulls = (table["ratio"][rows] - measured_loss(step).ratio) / table["error"][rows]
        assert float(np.sum(pulls**2)) < 13.8, step


def test_enters_the_efficiency_of_a_selection() -> None:
    scenario = load_scenario("belle2-forward-beams")
    selection = nearest_selection(0.691)
    tracks = scanned_tracks(scenario)
    kept = kept_in_films(tracks, SELECTED)
    here, empty = selected_map(scenario, selection), selection.efficiency_map()
    factor = kept.fraction * uncrowded(selection.cuts.cuts, tracks)
    values, without = here.filled(SELECTED)[0], empty.filled(SELECTED)[0]
    np.testing.assert_allclose(values, factor * without)
    fraction = np.full(here.shape, 1.0 / np.prod(here.shape))
    (mean, error), (_, alone) = (
        here.weighted(SELECTED, fraction),
        empty.weighted(SELECTED, fraction),
    )
    assert error == pytest.approx(math.hypot(factor * alone, mean * kept.relative_error))


def test_density_of_the_table_is_per_square_centimetre() -> None:
    """7,000 tracks per cm^2, which is 7e7 per m^2, and the counts of the table by hand."""
    assert measured_loss(SELECTED).tracks == pytest.approx(7e7)
    assert kept_in_films(7e7, SELECTED).fraction == pytest.approx(82 / 103)
    assert kept_in_films(7e7, "timed").fraction == pytest.approx(94 / 113)


def test_many_tracks_are_said() -> None:
    """A detector at the surface has far more tracks than those in which losses were measured."""
    values = {"run.efficiency": "simulated", "run.selection": "search"}
    (line,) = film_flags(load_scenario("besiii-forward", values))
    assert "extrapolated from 7e+03 tracks per cm^2" in line
    assert not film_flags(load_scenario("belle2-forward-beams", values))


def test_no_such_step() -> None:
    with pytest.raises(InputError, match="no step 'reconstructed'"):
        kept_in_films(1.0, "reconstructed")
