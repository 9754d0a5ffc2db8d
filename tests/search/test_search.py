"""The whole search on toy candidates, in the library and from the command line."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq, minimize_scalar
from selections.toy import background_rows, candidates, decays_of, signal_rows

from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.setup import DetectorSetup
from wayside.candidates.samples import Samples, read_samples
from wayside.cli.main import cli
from wayside.results.search import search
from wayside.scenario import load_scenario
from wayside.search.build import problem
from wayside.search.curves import UPPER
from wayside.search.environment import LONG, environment
from wayside.search.kept import SPLITTINGS, kept_by_splitting
from wayside.search.prediction import predictions
from wayside.search.regions import regions
from wayside.selections.cuts import Cut, Cuts
from wayside.selections.film_density import kept_in_films
from wayside.selections.kinds import KINDS
from wayside.selections.names import SELECTED, TIMED
from wayside.sensitivity.planes import mass_point

pytest.importorskip("pyarrow")
pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Muons whose pairs have small masses, neutrons with many grains; decays to electrons."""
    rng = np.random.default_rng(41)
    backgrounds = {}
    for number, kind in enumerate(KINDS):
        size = {"muon-above": 4000, "neutron-above": 1000}.get(kind, 200)
        rows = background_rows(kind, size, rng, number)
        if kind.startswith("neutron"):
            rows["mass"] = rows["electron_mass"] = rng.normal(0.3, 0.1, size).clip(0.01)
            rows["grains_1"] = 80.0
        else:
            # Charged particles, and what comes with them.
            rows["fibres_upstream"], rows["gaps_before"] = 1, 1
        # Fakes are rare: one of ten thousand particles.
        rows["sampling_density"] *= 1e4
        backgrounds[kind] = rows
    signal = signal_rows(4000, rng, len(KINDS))
    return Samples(candidates(backgrounds, signal), decays_of(signal))


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("belle2-forward-beams")


@pytest.fixture(scope="module")
def result(scenario, samples):
    return search(scenario, samples)


def test_finds_what_tells_them_apart(result):
    names = {cut.variable for cut in result.selection.cuts.cuts}
    assert names & {"mass", "electron_mass"}
    assert "grains" in names
    selected, timed = result.flow[-1], result.flow[0]
    assert selected.signal > 0.9 * timed.signal
    assert sum(selected.background.values()) < 1e-3 * sum(timed.background.values())


def test_two_routes_to_the_efficiency(result):
    """The efficiency map times the ratio, and the sum over candidates that pass."""
    assert result.efficiency == pytest.approx(result.flow[-1].signal, rel=1e-3)
    assert 0.0 < result.efficiency_error < result.efficiency


def test_two_routes_to_the_background(result):
    """Sources folded with the tables of the selection, and the sum over candidates that pass."""
    by_sources = result.budget.total(result.scenario.signal, SELECTED).value
    direct = float(result.untouched.of(result.selection.cuts.cuts).background)
    assert by_sources == pytest.approx(direct, rel=1e-6, abs=1e-9)
    first = result.flow[0].background
    assert first["muon-above"] > 0.0


def test_better_than_timed_alone(result):
    selected, none = (result.epsilon(name) for name in (SELECTED, "no background"))
    assert np.isfinite(selected)
    assert selected >= none * 0.99
    assert result.epsilon(UPPER) >= selected
    timed = result.epsilon("timed")
    assert np.isnan(timed) or selected < timed


def test_the_file_does_the_same_in_a_scenario(result, scenario, tmp_path):
    """`run.selection`: the background and the efficiency of the search, in the usual way."""
    from wayside.sensitivity.background import expected_background
    from wayside.sensitivity.point import point_report

    path = tmp_path / "selection.json"
    result.selection.write(path)
    own = scenario.with_values(
        {
            "run.selection": str(path),
            "run.background": "simulated",
            "run.efficiency": "simulated",
            "model.ctau_m": 1e12,
        }
    )
    background = expected_background(own)
    assert background.value == pytest.approx(result.backgrounds[SELECTED].value, rel=1e-9)
    report = point_report(own)
    (detector,) = [d for d in report["detectors"] if d["name"] == scenario.signal[0]]
    assert detector["efficiency"] == pytest.approx(result.efficiency, rel=1e-3)
    assert report["efficiency"]["selection"] == str(path)


def test_prediction_on_the_untouched_half(result, scenario, samples):
    """Muons cross a fibre and a gap; neutrons, which do not, fail the cut on grains."""
    cuts = Cuts((Cut("mass", 0.02), Cut("grains", 45.0)), result.selection.cuts.vetoes)
    around = environment(scenario, samples)
    prediction = predictions(regions(around, samples, cuts, "untouched"), 100.0)
    tag = prediction.methods["fibre-tag"]
    assert tag.predicted == pytest.approx(tag.true, rel=1e-9)
    own = problem(around, samples, cuts.vetoes, "untouched")
    assert prediction.selected == pytest.approx(float(own.of(cuts.cuts).background) - own.other[0])
    assert prediction.methods["without-beam"].true < prediction.selected
    assert prediction.control.background_ratio > 0.0


def test_smallest_epsilon_by_another_route(result, scenario):
    """Roots along epsilon and a minimum along g_D, without the grid of either.

    Neighbours of the 81 values of g_D are 11 per cent apart; at a parabola's minimum that is less
    than a per cent in epsilon.
    """
    own = scenario.with_values({"run.efficiency": "simulated", "run.selection": "timed"})
    point = mass_point(own, result.selection)
    luminosity, limit = scenario.run.luminosity_fb, result.backgrounds[SELECTED].n_limit
    grid = np.linspace(np.log(1e-6), np.log(1e-2), 200)

    def root(log_g_d):
        def excess(log_epsilon):
            couplings = np.exp(log_epsilon), np.exp(log_g_d)
            return np.asarray(point.expected_events("A", *couplings, luminosity)) / limit - 1.0

        above = np.flatnonzero(excess(grid) > 0.0)
        return brentq(excess, grid[above[0] - 1], grid[above[0]]) if len(above) else 0.0

    best = minimize_scalar(root, bounds=(np.log(0.05), np.log(3.5)), method="bounded")
    assert result.epsilon() == pytest.approx(np.exp(best.fun), rel=0.01)


def test_timed_fraction_by_another_route(result, scenario):
    """The map along the flights, without its cells."""
    own = scenario.with_values({"run.efficiency": "simulated", "run.selection": "timed"})
    direct = float(mass_point(own).detected("A").efficiency(LONG))
    kept = kept_in_films(result.untouched.tracks, TIMED).fraction
    # The finer grid has the values of the map at its nodes; between them both are linear.
    assert result.timed == pytest.approx(kept * direct, rel=0.02)


def test_tracks_in_the_films(result, scenario):
    """What is scanned of the tracks of the occupancy, per m^2, in half a year."""
    (name,) = scenario.signal
    per_day = occupancy(DetectorSetup(scenario, name)).scanned
    expected = 1e4 * per_day * scenario.site.film_replacement
    assert result.untouched.tracks == pytest.approx(expected, rel=1e-9)


def test_kept_by_splitting(samples):
    """All toy decays have a splitting of 0.691 GeV and go to electrons; half of them is counted."""
    kept = kept_by_splitting(samples, Cuts((Cut("mass", 0.3),)), "untouched")
    at = int(np.searchsorted(SPLITTINGS, 0.691)) - 1
    assert kept["ee"].timed.sum() == kept["ee"].timed[at] == 2000
    # Of masses around 0.3 GeV half pass: binomial error 22 decays, at 4 deviations 1 in 16,000.
    assert abs(kept["ee"].passed[at] - 1000) < 90
    low, high = kept["ee"].errors
    assert low[at] < kept["ee"].fraction[at] < high[at]
    assert kept["mumu"].timed.sum() == 0


def test_files_and_json(result, tmp_path):
    written = result.save(tmp_path)
    names = {path.name for path in written}
    assert {"selection.json", "search.json", "cut_flow.csv", "workspace.json"} <= names
    assert {"cut-flow.png", "variables.png", "sources.pdf", "limits.png", "kept.png"} <= names
    values = json.loads((tmp_path / "search.json").read_text())
    assert values["validation"]["untouched"] is True
    assert values["signal"]["relative_to_timed"] == pytest.approx(result.efficiency / result.timed)
    assert values["background"]["by_source"]["cosmic-muons"]["selected"]["value"] >= 0.0
    assert values["background"]["effective_counts"]["muon-above"]["timed_effective"] > 500
    assert values["limit"]["epsilon_min"] == pytest.approx(result.epsilon())
    prediction = result.prediction
    assert set(values["prediction"]) == set(prediction.methods)
    assert ("pulls.png" in names) == bool(prediction.methods)
    channels = json.loads((tmp_path / "workspace.json").read_text())["channels"]
    assert ("control" in [own["name"] for own in channels]) == (prediction.control is not None)
    assert repr(result).startswith("<search of belle2-forward-beams:")


def test_command(samples, tmp_path):
    from wayside.candidates.files import write_candidates, write_decays

    folder = tmp_path / "candidates"
    folder.mkdir()
    write_candidates(folder / "candidates.parquet", samples.candidates)
    write_decays(folder / "decays.parquet", samples.decays, {"samples": [], "about": {}})
    np.testing.assert_array_equal(read_samples(folder).decays, samples.decays)
    args = ["search", "belle2-forward-beams", "--candidates", str(folder), "--cuts", "2", "--tree"]
    ran = CliRunner().invoke(cli, args)
    assert ran.exit_code == 0, ran.output
    assert "cut flow on the untouched half" in ran.stdout
    assert max(len(line) for line in ran.stdout.splitlines()) <= 80
    assert "smallest epsilon" in ran.stdout
    assert "tree, same signal" in ran.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--candidates", "nowhere"), "nowhere: no folder with candidates.parquet"),
        (("--folds", "1"), "--folds"),
        (("--set", "run.selection=best"), "run.selection = 'best'"),
    ],
)
def test_bad_input_is_one_line(args, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(cli, ["search", "belle2-forward-beams", *args])
    assert ran.exit_code == 2
    assert words in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
