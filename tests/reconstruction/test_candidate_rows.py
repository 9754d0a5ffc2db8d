"""Rows of candidates against events whose every number is known."""

import json
from dataclasses import replace

import numpy as np
import pytest
from reference.straight_crossings import STACK, straight, through

import wayside
from wayside.candidates.schema import PLACES, ROW
from wayside.candidates.weights import Vetoes
from wayside.detector.physics import Physics
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.generator.pairs import DECAY
from wayside.generator.records import PRIMARY
from wayside.reconstruction.candidate_rows import Origin, describe
from wayside.reconstruction.job import Job, of_crossings, response_of
from wayside.reconstruction.pipeline import reconstruct
from wayside.reconstruction.run import read_result
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.selections.cuts import Cut, Cuts
from wayside.selections.selection import nearest_selection
from wayside.tables import write_table
from wayside.transport import datasets
from wayside.transport.biased_beams import Beam, FromPoint, LogRange
from wayside.transport.compact_crossings import compact, expand
from wayside.transport.plan import Plan, read_run
from wayside.transport.preselection import keepable
from wayside.transport.records import CROSSING
from wayside.transport.run import simulate

SHEETS = Sheets()
FIRST = 90
POINT = (5.0, -8.0, float(STACK.plates[FIRST, 0]) + 0.25)
SLOPES = ((0.3, 0.1), (-0.2, 0.05))
ENERGY = 900.0


def event(muon=True):
    """A pair in block 2 that crosses gaps 2 and 3, and a muon along the axis 3 mm beside it."""
    parts = {"film": [], "gas": [], "fibre": []}
    low, high = STACK.outer()
    for track, slope in enumerate(SLOPES, start=2):
        parts["film"].append(straight(0, track, range(FIRST, 160), POINT, slope, ENERGY))
        for gap in (2, 3):
            parts["gas"].append(
                through("gas", 0, track, gap, STACK.gas_gaps[gap], POINT, slope)["gas"]
            )
        # Out of the side: 110 + 1 mm beyond the blocks.
        z = POINT[2] + (high[0] - 5.0 - POINT[0] * np.sign(slope[0])) / abs(slope[0])
        parts["fibre"].append(through("fibre", 0, track, 0, (z - 1, z + 1), POINT, slope)["fibre"])
    if muon:
        beside = (POINT[0] + 3.0, POINT[1], 0.0)
        parts["film"].append(straight(0, 1, range(1320), beside, (0.0, 0.0), 5e3))
        for gap, z in enumerate(STACK.gas_gaps):
            parts["gas"].append(through("gas", 0, 1, gap, z, beside, (0.0, 0.0))["gas"])
        for z in ((low[2], low[2] + 10.0), (high[2] - 10.0, high[2])):
            parts["fibre"].append(through("fibre", 0, 1, 0, z, beside, (0.0, 0.0))["fibre"])
        # Another muon, a microsecond later.
        late = through("fibre", 0, 9, 0, (low[2], low[2] + 10.0), beside, (0.0, 0.0), 1e3)
        parts["fibre"].append(late["fibre"])
    return {kind: np.concatenate(rows) for kind, rows in parts.items()}


def described(crossings, decays=None, density=0.5):
    primaries = np.zeros(1, PRIMARY)
    primaries["pdg"], primaries["weight"] = 13, 1.0
    primaries["x"], primaries["y"], primaries["z"] = POINT[0] + 3.0, POINT[1], -112.0
    primaries["pz"] = 5e3
    job = Job(EmulsionSection(), ReconstructionSection(four_dimensional=True))
    rng = np.random.default_rng(4)
    silent = crossings | {"fibre": crossings["fibre"][:0]}
    response = response_of(silent, job, SHEETS, rng)
    setup = job.setup(SHEETS)
    result = reconstruct(response.rows, setup, response.gas, response.fibres)
    decays = np.zeros(0, DECAY) if decays is None else decays
    origin = Origin(primaries, np.array([density]), decays)
    return describe(result, response.gas, crossings, origin, setup, STACK)


@pytest.fixture(scope="module")
def fake():
    return described(event())


def test_what_is_around_and_before(fake):
    row = fake.rows[0]
    assert len(fake.rows) == 1
    assert (row["timed"], row["times"], row["block"], row["sheet"]) == (True, 1, 2, FIRST)
    assert PLACES[row["place"]] == "plate"
    assert row["passing"] == pytest.approx(3e-3, rel=0.01)
    assert row["before"] == pytest.approx(3e-3, rel=0.01)
    assert (row["companions"], row["begin"], row["secondary"]) == (0, 2, False)
    # The muon crosses gaps 0 and 1 before; 2 to 32 behind, the pair 2 and 3.
    assert (row["gaps_before"], row["gap_birth"], row["gaps_after"]) == (2, 0, 31)
    assert (row["gas_hits_1"], row["gas_hits_2"]) == (2, 2)
    assert (row["gas_gaps_1"], row["gas_gaps_2"]) == (2, 2)
    assert row["distinct_hits"]
    # One place in front, one behind, two where the pair leaves; the late muon is another event.
    assert (row["fibres_upstream"], row["fibres_downstream"]) == (1, 3)
    assert (row["exits_upstream"], row["exits_downstream"]) == (0, 2)
    assert row["delay"] == pytest.approx(3.0, abs=10.0)
    assert Vetoes(fibre_veto="upstream").silent(fake.rows)[0] == pytest.approx(0.02 * 0.03**2)
    assert Vetoes(gas_veto=False).silent(fake.rows)[0] == pytest.approx(0.02**2)


def test_lists_hold_places_and_gaps(fake):
    values = fake.fibres.values
    assert fake.fibres.offsets.tolist() == [0, 4]
    assert sorted(values["fibre_exit"].tolist()) == [False, False, True, True]
    front = values["fibre_z"].argmin()
    assert values["fibre_z"][front] == pytest.approx(-0.106, abs=1e-3)
    assert values["fibre_x"][front] == pytest.approx(8e-3, abs=1e-4)
    assert np.all(np.abs(values["fibre_delay"]) < 20.0)
    assert fake.gaps.values["gap"].tolist() == list(range(33))
    assert fake.gaps.values["gap_crossings"].tolist() == [1, 1, 3, 3] + [1] * 29


def test_kinematics_follow_from_the_tracks(fake):
    row = fake.rows[0]
    direction = np.array([[*slope, 1.0] for slope in SLOPES])
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    opening = np.arccos(direction[0] @ direction[1])
    assert row["opening"] == pytest.approx(opening, abs=2e-3)
    momentum = np.array([row["momentum_1"], row["momentum_2"]], dtype=float)
    slopes = np.array([[row[f"t{c}_{k}"] for c in "xy"] for k in (1, 2)])
    vectors = np.concatenate([slopes, np.ones((2, 1))], axis=1)
    vectors *= (momentum / np.linalg.norm(vectors, axis=1))[:, None]
    total = [row[f"sum_{axis}"] for axis in "xyz"]
    assert total == pytest.approx(vectors.sum(axis=0), rel=1e-5)
    # Straight lines are stiff: the mass is that of four-vectors of the fitted momenta.
    squared = momentum.sum() ** 2 - (vectors.sum(axis=0) ** 2).sum()
    assert row["mass"] == pytest.approx(np.sqrt(squared), rel=1e-3)
    true = np.sqrt(ENERGY * (ENERGY + 2 * 0.511)) * 1e-3
    assert row["true_momentum_1"] == pytest.approx(true, rel=1e-5)
    for axis, value in zip("xyz", POINT, strict=True):
        assert abs(row[axis] - 1e-3 * value) < 5.0 * row[f"sigma_{axis}"] + 1e-6
    # Films of 50 um: the deposit of 0.02 MeV is 0.4 keV/um, below that of 40 grains per 100 um.
    assert 25.0 < row["grains_1"] < 40.0


def test_truth_of_background(fake):
    row = fake.rows[0]
    assert (row["particle"], row["face"], row["prong_1"], row["at_origin"]) == (13, 4, False, False)
    assert row["sampling_density"] == 0.5
    assert row["kinetic_energy"] == pytest.approx(5.0 - 0.1056, rel=1e-3)
    assert [row[f"direction_{axis}"] for axis in "xyz"] == [0.0, 0.0, 1.0]
    assert np.isnan(row["splitting"])


def test_a_decay_has_its_truth_and_silent_layers_in_front():
    decays = np.zeros(1, DECAY)
    decays["energy"], decays["splitting"] = 1.8, 0.3
    for axis, value in zip("xyz", POINT, strict=True):
        decays[axis] = value
    signal = described(event(muon=False), decays, 7.0)
    row = signal.rows[0]
    assert (row["channel"], row["particle"], row["at_origin"]) == (0, 0, True)
    assert row["splitting"] == np.float32(0.3)
    assert row["sampling_density"] == 7.0
    assert (row["fibres_upstream"], row["gaps_before"]) == (0, 0)
    assert row["fibres_downstream"] == row["exits_downstream"] == 2
    assert np.isinf(row["passing"])
    assert Vetoes().silent(signal.rows)[0] == 1.0
    assert Vetoes(gas_veto=False, spare_exits=False).silent(signal.rows)[0] == pytest.approx(4e-4)


def test_an_untimed_vertex_is_described_at_its_true_time():
    crossings = event()
    crossings["gas"] = crossings["gas"][crossings["gas"]["track"] == 1]
    row = described(crossings).rows[0]
    assert (row["timed"], row["times"], row["distinct_hits"]) == (False, 0, False)
    assert row["delay"] == pytest.approx(3.0)
    assert (row["gaps_before"], row["fibres_upstream"]) == (2, 1)


def test_nothing():
    empty = {kind: np.zeros(0, CROSSING) for kind in ("film", "gas", "fibre")}
    nothing = described(empty)
    assert nothing.rows.dtype == ROW
    assert len(nothing.rows) == 0
    assert nothing.fibres.offsets.tolist() == [0]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    """Events 3 to 6 of a run: the pair with a muon, the pair alone, and both again."""
    folder = tmp_path_factory.mktemp("run")
    numbers = (3, 4, 5, 6)
    parts = [event(muon=number % 2 == 1) for number in numbers]
    beside = dict(zip(numbers, (-60.0, -20.0, 20.0, 60.0), strict=True))  # mm
    for kind in ("film", "gas", "fibre"):
        for number, part in zip(numbers, parts, strict=True):
            part[kind]["event"] = number
            for side in ("in", "out"):
                part[kind][f"y_{side}"] += beside[number]
        rows = np.concatenate([part[kind] for part in parts])
        write_table(folder / f"{kind}.parquet", rows)
    primaries = np.zeros(len(numbers), PRIMARY)
    primaries["event"], primaries["pdg"], primaries["weight"] = numbers, 13, 1.0
    primaries["pz"] = 5e3
    for axis, value in zip("xyz", POINT, strict=True):
        primaries[axis] = value
    primaries["y"] += list(beside.values())
    write_table(folder / "primaries.parquet", primaries)
    stack = {**vars(STACK), "size": list(STACK.size)}
    (folder / "run.json").write_text(json.dumps({"stack": stack}, default=repr))
    return folder


CUTS = {"mass": 0.02, "opening": 0.1}


def selection_file(folder, **cuts):
    """A selection with some cuts and two planes of fibres; what it keeps does not matter here."""
    known = nearest_selection(0.691)
    own = Cuts(tuple(Cut(*item) for item in cuts.items()), Vetoes(fibre_layers=2))
    path = folder / "selection.json"
    replace(known, cuts=own).write(path)
    return path


@pytest.mark.parametrize("together", [4, 1])
def test_a_run_gets_a_table_of_candidates(run_folder, tmp_path, together):
    chosen = selection_file(tmp_path, **CUTS)
    scenario = wayside.load_scenario("belle2-forward", {"run.selection": str(chosen)})
    out = tmp_path / "out"
    result = wayside.reconstruct(run_folder, out, scenario=scenario, together=together)
    rows = result.candidates
    assert [path.name for path in result.tables][-1] == "candidates.parquet"
    assert rows["event"].tolist() == [3, 4, 5, 6]
    assert rows["at_origin"].all()
    assert rows["timed"].all()
    assert rows["gaps_before"].tolist() == [2, 0, 2, 0]
    # The muon crosses two gaps before, and two places with two planes of fibres each.
    fake = 0.03**2 * 0.02**4
    assert rows["probability"] == pytest.approx([fake, 1.0, fake, 1.0], rel=1e-12)
    assert rows["delay"] == pytest.approx(np.full(4, 3.0), abs=10.0)
    report = result.report["result"]
    assert report["candidates_selected"] == pytest.approx(2.0, rel=1e-6)
    assert report["efficiency_selected"]["value"] == pytest.approx(0.5, rel=1e-6)
    assert result.report["about"]["selection"]["cuts"] == CUTS
    assert read_result(out)[1]["vetoed"].sum() >= 2


def test_a_cut_that_fails_leaves_nothing(run_folder, tmp_path):
    chosen = selection_file(tmp_path, opening=1.0)
    scenario = wayside.load_scenario("belle2-forward", {"run.selection": str(chosen)})
    result = wayside.reconstruct(run_folder, tmp_path / "out", scenario=scenario)
    assert (result.candidates["probability"] == 0.0).all()
    assert result.report["result"]["efficiency_selected"] == {"value": 0.0, "error": 0.0}


def test_without_a_selection_there_are_no_candidates(run_folder, tmp_path):
    result = wayside.reconstruct(run_folder, tmp_path / "out")
    assert not (tmp_path / "out" / "candidates.parquet").exists()
    with pytest.raises(InputError, match=r"no candidates; reconstruct it with run\.selection"):
        _ = result.candidates


@pytest.mark.nightly
def test_the_preselection_loses_no_vertex(tmp_path):
    """Neutrons through the whole chain, without the preselection and in double precision."""
    beam = Beam((2112,), (LogRange(1.0, 1.0, 6.0),), FromPoint(7000.0))
    primaries, density = beam.draw(STACK, 150, np.random.default_rng(8))
    simulate(Plan(primaries, STACK, Physics(), datasets.find(), 2027), tmp_path)
    run = read_run(tmp_path)
    crossings = {"film": run.film, "gas": run.gas, "fibre": run.fibre}
    job = Job(EmulsionSection(), ReconstructionSection())
    silent = crossings | {"fibre": run.fibre[:0]}
    result = of_crossings(silent, job, SHEETS, np.random.default_rng(9))
    events = np.unique(result.vertices["event"][result.vertices["event"] >= 0])
    # A third of such neutrons makes a vertex.
    assert len(events) > 25
    kept = keepable(run.film, STACK)
    assert np.isin(events, kept).all()
    assert len(kept) < 0.6 * len(primaries)
    # With the same random numbers single precision gives the same vertices.
    again = expand(compact(crossings, STACK), STACK)
    other = of_crossings(
        again | {"fibre": again["fibre"][:0]}, job, SHEETS, np.random.default_rng(9)
    )
    assert len(other.vertices) == pytest.approx(len(result.vertices), abs=2)
    both = np.intersect1d(events, other.vertices["event"])
    assert len(both) >= len(events) - 1
    assert np.all(density > 0.0)
