"""Runs reconstructed group by group: killed and continued, by any number of workers, refused."""

import dataclasses
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from reconstruction.conftest import pairs
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.generator.records import PRIMARY
from wayside.reading import file_checksum, read_json, sealed_json
from wayside.reconstruction import run
from wayside.reconstruction.files import Run, spans
from wayside.reconstruction.job import Job
from wayside.reconstruction.material import Layer
from wayside.reconstruction.records import VERTEX
from wayside.reconstruction.run import TABLES, origins, read_result, reconstruct_run
from wayside.reconstruction.truth_matching import at_origin
from wayside.scenario.emulsion import EmulsionSection, ReconstructionSection
from wayside.tables import read_table, write_table
from wayside.transport.plan import TABLE_FILES
from wayside.transport.records import CROSSING

EVENTS = 36


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Pairs of muons through twelve sheets, as `wayside simulate` would leave them."""
    folder = tmp_path_factory.mktemp("simulated")
    _, (x, y, z), crossings = pairs(EVENTS, 1000.0, 0.2, 18, 31)
    primaries = np.zeros(EVENTS, PRIMARY)
    primaries["event"], primaries["pdg"] = np.arange(EVENTS), 13
    primaries["x"], primaries["y"], primaries["z"] = x, y, z
    write_table(folder / "primaries.parquet", primaries)
    film = crossings[np.argsort(crossings["event"], kind="stable")]
    write_table(folder / "film.parquet", film)
    for kind in ("gas", "fibre"):
        write_table(folder / f"{kind}.parquet", np.zeros(0, CROSSING))
    (folder / "run.json").write_text(json.dumps({"stack": {"plate": 0.5, "blocks": 33}}))
    return folder


def job(**options):
    return Job(EmulsionSection(), ReconstructionSection(), **{"together": 6, **options})


@pytest.fixture(scope="module")
def reference(simulated, tmp_path_factory):
    out = tmp_path_factory.mktemp("reference")
    seen = []
    result = reconstruct_run(simulated, out, job(), progress=lambda *now: seen.append(now))
    assert seen == [(n, 6) for n in range(1, 7)]
    return out, result


def same(one, other):
    for a, b in zip(read_result(one), read_result(other), strict=True):
        assert len(a) > 0
        assert a.tobytes() == b.tobytes()


def test_what_is_found(simulated, reference):
    out, result = reference
    assert {path.name for path in out.iterdir()} == {
        *(f"{name}.parquet" for name in TABLES),
        "reconstruction.json",
    }
    assert result == read_json(out / "reconstruction.json")
    numbers = result["result"]
    tracks, vertices, particles = read_result(out)
    assert numbers["events"] == EVENTS
    assert numbers["tracks"] == len(tracks)
    assert numbers["vertices"] == len(vertices)
    assert len(particles) == 2 * EVENTS
    # Two tracks in 200 and one vertex in 50 are lost in larger samples.
    assert numbers["efficiency_tracks"]["value"] > 0.9
    assert numbers["efficiency_vertices"]["passed"] >= EVENTS - 5
    # By hand: at the true place, within five errors and 10 um.
    true = origins(Run(simulated).primaries)
    right = 0
    for vertex in vertices:
        where = true[true["event"] == vertex["event"]]
        right += len(where) == 1 and all(
            abs(vertex[c] - where[c][0]) <= 5 * vertex[f"sigma_{c}"] + 0.01 for c in "xyz"
        )
    assert right == np.count_nonzero(at_origin(vertices, true))
    # Rows of a group name tracks of that group.
    for vertex in vertices:
        own = tracks[tracks["group"] == vertex["group"]]
        assert own["event"][vertex["track_1"]] == own["event"][vertex["track_2"]]
        assert own["event"][vertex["track_1"]] == vertex["event"]


def test_any_number_of_workers(simulated, reference, tmp_path):
    assert reconstruct_run(simulated, tmp_path, job(), workers=2) == reference[1]
    same(reference[0], tmp_path)


def test_a_group_that_fails(simulated, reference, tmp_path, monkeypatch):
    """The others are kept, the message says which, and the same call goes on to the same files."""
    write = run._write_group

    def fails_once(group):
        if group.number == 1:
            raise ZeroDivisionError("no track")
        write(group)

    monkeypatch.setattr(run, "_write_group", fails_once)
    with pytest.raises(
        run.ReconstructionError, match=r"1 of 6 .* failed; events .*: Zero.*no track"
    ):
        reconstruct_run(simulated, tmp_path, job())
    monkeypatch.setattr(run, "_write_group", write)
    seen = []
    reconstruct_run(simulated, tmp_path, job(), progress=lambda *now: seen.append(now))
    assert seen == [(6, 6)]
    same(reference[0], tmp_path)


def test_done_is_done(simulated, reference):
    out, result = reference
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    seen = []
    again = reconstruct_run(simulated, out, job(), progress=lambda *now: seen.append(now))
    assert again == result
    assert seen == []
    assert before == {path.name: path.stat().st_mtime_ns for path in out.iterdir()}


def test_killed_and_continued(simulated, reference, tmp_path):
    out = tmp_path / "out"
    (tmp_path / "job").write_bytes(pickle.dumps((simulated, out, job())))
    script = tmp_path / "main.py"
    script.write_text(
        "import pickle, sys, time\n"
        "from pathlib import Path\n"
        "from wayside.reconstruction.run import reconstruct_run\n"
        "reconstruct_run(*pickle.loads(Path(sys.argv[1]).read_bytes()),\n"
        "                progress=lambda *now: time.sleep(0.2))\n"
    )
    process = subprocess.Popen([sys.executable, script, tmp_path / "job"])
    while not list(out.glob("parts/*.particles.parquet")) and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "killed in the middle"
    # What is under its own name is whole.
    whole = list(out.glob("parts/[0-9]*.tracks.parquet"))
    assert 1 <= len(whole) < 6
    assert not (out / "tracks.parquet").exists()
    # A file that was being written, and a group of which one table is missing.
    (out / "parts" / ".000001.tracks.parquet.deadbeef.part").write_bytes(b"half")
    seen = []
    again = reconstruct_run(simulated, out, job(), progress=lambda *now: seen.append(now))
    assert again == reference[1]
    assert 1 < len(seen) + 1 <= 6, "what was done is kept"
    same(reference[0], out)
    assert {p.name for p in out.iterdir()} == {p.name for p in reference[0].iterdir()}


@pytest.mark.parametrize("left", ["tracks", "all"])
def test_killed_while_collecting(simulated, reference, tmp_path, left):
    """Between the tables and the summary, or before the parts were removed."""
    reconstruct_run(simulated, tmp_path, job())
    keep = TABLES if left == "all" else ("tracks",)
    saved = {name: (tmp_path / f"{name}.parquet").read_bytes() for name in keep}
    summary = (tmp_path / "reconstruction.json").read_bytes()
    for path in tmp_path.iterdir():
        path.unlink()
    for name, data in saved.items():
        (tmp_path / f"{name}.parquet").write_bytes(data)
    if left == "all":
        (tmp_path / "reconstruction.json").write_bytes(summary)
        (tmp_path / "parts").mkdir()
        (tmp_path / "parts" / "job.json").write_text("{}")
    assert reconstruct_run(simulated, tmp_path, job()) == reference[1]
    same(reference[0], tmp_path)
    assert not (tmp_path / "parts").exists()


@pytest.mark.parametrize("change", [{"seed": 2}, {"together": 5}, {"grains": True}, {"tile": 9.0}])
def test_the_result_of_another_job_is_refused(simulated, reference, change):
    with pytest.raises(InputError, match="holds the result of another job; name another folder"):
        reconstruct_run(simulated, reference[0], job(**change))


def test_the_beginning_of_another_job_is_refused(simulated, tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "job.json").write_text('{"seed": 5}')
    with pytest.raises(InputError, match="holds the beginning of another job"):
        reconstruct_run(simulated, tmp_path, job())
    assert [p.name for p in tmp_path.rglob("*")] == ["parts", "job.json"]


def test_other_cuts_are_another_job(simulated, reference):
    cuts = ReconstructionSection(min_sheets=6)
    with pytest.raises(InputError, match="another job"):
        reconstruct_run(simulated, reference[0], dataclasses.replace(job(), cuts=cuts))


def test_grouping_changes_the_films_but_not_what_happens_in_them(simulated, reference, tmp_path):
    """Events that share films compete for base-tracks; here they are far apart."""
    reconstruct_run(simulated, tmp_path, job(together=0))
    one, all_ = read_result(reference[0]), read_result(tmp_path)
    assert len(one[2]) == len(all_[2])
    assert set(all_[0]["group"]) == {0}
    assert len(all_[1]) == pytest.approx(len(one[1]), abs=5)


def test_a_run_tells_what_particles_went_through(simulated, tmp_path):
    assert Run(simulated).layer == Layer.from_stack(Stack())
    for name in ("primaries", "film", "gas", "fibre"):
        (tmp_path / f"{name}.parquet").write_bytes((simulated / f"{name}.parquet").read_bytes())
    assert Run(tmp_path).layer == Layer()
    (tmp_path / "run.json").write_text(json.dumps({"stack": {"plate": 1.0, "mpgd": 0.0}}))
    run = Run(tmp_path)
    assert run.sheets.plate == 1.0
    assert run.sheets.gap == 0.0
    assert run.layer.radiation_lengths == pytest.approx(0.0644, abs=2e-4)
    assert run.layer.gap_radiation_lengths == 0.0
    for text, line in (
        ("no", "cannot be read as JSON"),
        ('{"stack": {"plate": "x"}}', "stack: cannot be used"),
    ):
        (tmp_path / "run.json").write_text(text)
        with pytest.raises(InputError, match=line):
            _ = Run(tmp_path).layer


def test_bad_folders_and_files(tmp_path, simulated):
    with pytest.raises(InputError, match="no such folder"):
        Run(tmp_path / "none")
    with pytest.raises(InputError, match=r"no complete run.*primaries\.parquet is missing"):
        Run(tmp_path)
    (tmp_path / "text.parquet").write_text("no")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_table(tmp_path / "text.parquet", VERTEX)
    with pytest.raises(InputError, match='no column "track"; needed: event, track'):
        read_table(simulated / "primaries.parquet", CROSSING)


def test_spans_cover_all_events():
    events = np.array([0, 1, 5, 6, 9, 12, 13])
    assert list(spans(events, 3)) == [(0, 5), (6, 12), (13, 13)]
    assert list(spans(events, 0)) == [(0, 13)]
    assert list(spans(events[:0], 3)) == []


def described(folder, seed):
    """A run whose tables say what they are, as `wayside simulate` writes them."""
    about = {"seed": seed, "primaries_sha256": "same"}
    for name in TABLE_FILES:
        dtype = PRIMARY if name == "primaries.parquet" else CROSSING
        rows = np.zeros(3, dtype)
        rows["event"], rows["time"] = np.arange(3), seed
        write_table(folder / name, rows, about)
    checksums = {name: file_checksum(folder / name) for name in TABLE_FILES}
    (folder / "run.json").write_text(sealed_json({**about, "tables": checksums}))


def test_runs_are_not_mixed(tmp_path):
    for seed in (1, 2):
        (tmp_path / str(seed)).mkdir()
        described(tmp_path / str(seed), seed)
    assert len(Run(tmp_path / "1").primaries) == 3
    for name in TABLE_FILES:
        mine = (tmp_path / "1" / name).read_bytes()
        (tmp_path / "1" / name).write_bytes((tmp_path / "2" / name).read_bytes())
        with pytest.raises(InputError, match=rf"1/{name}: of another run \(different seed\)$"):
            Run(tmp_path / "1")
        bad = bytearray(mine)
        bad[len(bad) // 3] ^= 4
        (tmp_path / "1" / name).write_bytes(bad)
        with pytest.raises(InputError, match=rf"1/{name}: (damaged|cannot be read as Parquet)"):
            Run(tmp_path / "1")
        (tmp_path / "1" / name).write_bytes(mine)
    text = (tmp_path / "1" / "run.json").read_text()
    (tmp_path / "1" / "run.json").write_text(text.replace('"seed": 1', '"seed": 2'))
    with pytest.raises(InputError, match="checksum differs"):
        Run(tmp_path / "1")


def test_results_are_not_mixed(reference, simulated, tmp_path):
    out, _ = reference
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    (copy / "tracks.parquet").write_bytes((copy / "vertices.parquet").read_bytes())
    with pytest.raises(InputError, match=r"tracks\.parquet: damaged, or of another job"):
        reconstruct_run(simulated, copy, job())
