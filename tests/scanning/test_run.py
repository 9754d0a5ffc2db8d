"""A scan has the same bits whoever computes it, and goes on after any accident."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wayside import load_scenario
from wayside.errors import InputError, OutputError
from wayside.executors import Outcome, executor
from wayside.results.scan import load_scan, scan_keys, table
from wayside.scanning.axes import grid_axis
from wayside.scanning.designs import Design, Grid
from wayside.scanning.merge import merge
from wayside.scanning.plan import Plan, plan
from wayside.scanning.record import read_record
from wayside.scanning.run import ScanError, Shard, run_scan, shard
from wayside.tables import about_table

SERIAL = executor("serial")


def design() -> Design:
    return Grid((grid_axis("model.epsilon=1e-5:1e-3:4:log"), grid_axis("model.m2=3.6:3.67:9")))


@pytest.fixture(scope="module")
def planned() -> Plan:
    """36 points at 9 masses in 5 partitions; the last mass is refused."""
    return plan(load_scenario("belle2-forward"), design(), ["ctau", "excluded_by"], rows=8)


@pytest.fixture(scope="module")
def whole(planned: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "scan"
    run_scan(planned, folder, SERIAL)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Reversed:
    """Does tasks in the opposite order, each of them twice."""

    def run(
        self,
        function: Callable[[Any], Any],
        tasks: Iterable[tuple[str, Any]],
        receive: Callable[[Outcome], object],
        accident: Callable[[str], object],
    ) -> None:
        accident("none")
        for name, argument in reversed(list(tasks)):
            function(argument)
            receive(Outcome(name, function(argument), None, 0.0))


class StoppedError(Exception):
    """An interrupt in the middle."""


class StopsAfter(Reversed):
    def __init__(self, number: int) -> None:
        self.number = number

    def run(self, function, tasks, receive, accident) -> None:  # noqa: ARG002
        for number, (name, argument) in enumerate(tasks):
            if number == self.number:
                raise StoppedError
            receive(Outcome(name, function(argument), None, 0.0))


def test_same_bits_in_any_order(planned: Plan, whole: Path, tmp_path: Path) -> None:
    run_scan(planned, tmp_path, Reversed())
    assert contents(tmp_path) == contents(whole)
    assert len(contents(whole)) == 6


def test_same_bits_in_processes(planned: Plan, whole: Path, tmp_path: Path) -> None:
    run_scan(planned, tmp_path, executor("processes", workers=2))
    assert contents(tmp_path) == contents(whole)


@given(of=st.integers(1, 7), data=st.data())
def test_shards_hold_every_partition_once(of: int, data: st.DataObject) -> None:
    partition = data.draw(st.integers(0, 10**6))
    shards = [shard(f"{number}/{of}") for number in range(1, of + 1)]
    assert sum(each.has(partition) for each in shards) == 1


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/2/3", "-1/2", "1.0/2", "١/٢"])
def test_bad_shards(text: str) -> None:
    with pytest.raises(InputError, match="must be I/N"):
        shard(text)


def test_shards_merged(planned: Plan, whole: Path, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in (1, 2, 3)]
    for number, folder in enumerate(folders, start=1):
        run_scan(planned, folder, SERIAL, Shard(number, 3))
    assert not read_record(folders[0]).complete
    record = merge(folders[::-1], tmp_path / "all")
    assert record.complete
    assert contents(tmp_path / "all") == contents(whole)
    assert merge(folders, tmp_path / "all") == record  # again, over itself

    with pytest.raises(InputError, match="2 of 5 partitions are in none of the shards"):
        merge([folders[0], folders[2]], tmp_path / "b")
    with pytest.raises(InputError, match=r"partition 0 is in .*1 too"):
        merge([*folders, folders[0]], tmp_path / "b")
    with pytest.raises(InputError, match="is one of the shards"):
        merge(folders, folders[1])
    with pytest.raises(InputError, match="no such folder"):
        merge([*folders, tmp_path / "none"], tmp_path / "b")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no scan\.json in it"):
        merge([tmp_path / "empty"], tmp_path / "b")
    other = plan(planned.scenario, planned.design, ["ctau"], rows=8)
    run_scan(other, tmp_path / "other", SERIAL, Shard(1, 3))
    with pytest.raises(InputError, match="a scan of other inputs \\(columns, quantities\\)"):
        merge([tmp_path / "other", *folders[1:]], tmp_path / "b")
    damaged = folders[0] / "points" / "part-000000.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="missing or damaged"):
        merge(folders, tmp_path / "b")
    assert not (tmp_path / "b" / "scan.json").exists()


def test_goes_on_where_it_was(planned: Plan, whole: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        run_scan(planned, tmp_path, StopsAfter(2))
    assert [each.number for each in read_record(tmp_path).partitions] == [0, 1]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "points").iterdir()}
    (tmp_path / "points" / "part-000001.parquet").write_bytes(b"damaged")
    seen: list[tuple[int, int]] = []
    run_scan(planned, tmp_path, SERIAL, progress=lambda *now: seen.append(now))
    assert contents(tmp_path) == contents(whole)
    assert seen[0] == (8, 36)
    assert seen[-1] == (36, 36)
    first = tmp_path / "points" / "part-000000.parquet"
    assert first.stat().st_mtime_ns == before[first]


def test_other_inputs_are_refused(planned: Plan, whole: Path) -> None:
    before = contents(whole)
    for scenario, quantities in (
        (planned.scenario.with_values({"model.g_d": 0.5}), ["ctau", "excluded_by"]),
        (planned.scenario, ["ctau"]),
    ):
        with pytest.raises(InputError, match="a scan of other inputs"):
            run_scan(plan(scenario, design(), quantities, rows=8), whole, SERIAL)
    assert contents(whole) == before


def test_partitions_without_a_record(planned: Plan, whole: Path, tmp_path: Path) -> None:
    """They say themselves what they are of."""
    run_scan(planned, tmp_path, SERIAL)
    (tmp_path / "scan.json").unlink()
    run_scan(planned, tmp_path, StopsAfter(0))
    assert contents(tmp_path) == contents(whole)
    (tmp_path / "points" / "part-000009.parquet").write_bytes(b"")
    with pytest.raises(InputError, match="not of this scan"):
        run_scan(planned, tmp_path, SERIAL)


class NeverStarts(Reversed):
    def run(self, *_: object) -> None:
        raise InputError("no scheduler answers")


def test_nothing_is_written_where_nothing_was_done(planned: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scheduler"):
        run_scan(planned, tmp_path / "scan", NeverStarts())
    assert not (tmp_path / "scan").exists()
    part = run_scan(planned, tmp_path / "empty", SERIAL, Shard(7, 9))
    assert part.partitions == ()
    assert read_record(tmp_path / "empty") == part


class Fails(Reversed):
    def run(self, function, tasks, receive, accident) -> None:  # noqa: ARG002
        for number, (name, argument) in enumerate(tasks):
            error = "process died (SIGKILL)" if number == 1 else None
            receive(Outcome(name, None if error else function(argument), error, 0.0))


def test_a_partition_that_fails_stops_nothing_else(
    planned: Plan, whole: Path, tmp_path: Path
) -> None:
    with pytest.raises(ScanError, match=r"1 of 5 partitions failed; part-000001.*SIGKILL"):
        run_scan(planned, tmp_path, Fails())
    assert [each.number for each in read_record(tmp_path).partitions] == [0, 2, 3, 4]
    run_scan(planned, tmp_path, SERIAL)
    assert contents(tmp_path) == contents(whole)


def test_a_full_disk_names_the_path(
    planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(OutputError, match=r"part-000000\.parquet.*No space left"):
            run_scan(planned, tmp_path, SERIAL)
    assert not [path for path in tmp_path.rglob("*") if path.suffix == ".part"]


def test_what_partitions_say(planned: Plan, whole: Path) -> None:
    path = whole / "points" / "part-000004.parquet"
    schema = pq.read_schema(path)
    assert schema.names == ["point", "model.m2", "model.epsilon", "ctau", "excluded_by", "error"]
    units = {field.name: field.metadata[b"unit"].decode() for field in schema}
    assert units == {
        "point": "1", "model.m2": "GeV", "model.epsilon": "1", "ctau": "m", "excluded_by": "",
        "error": "",
    }  # fmt: skip
    about = about_table(path)
    assert about is not None
    assert about["inputs"]["scenario"] == planned.scenario.to_dict()
    assert about["inputs_sha256"] == planned.digest
    assert about["inputs"]["packages"]["numpy"] == np.__version__
    rows = pq.read_table(path)
    assert (
        rows["ctau"].null_count == 4 == sum(text is not None for text in rows["error"].to_pylist())
    )
    summary = json.loads((whole / "scan.json").read_text())
    assert (summary["points"], summary["points_failed"], summary["complete"]) == (36, 8, True)
    assert "above m1 + m2" in summary["first_error"]


def test_readers_take_the_folder(whole: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(whole / "points")
    assert len(frame) == 36
    assert frame["point"].tolist() == list(range(36))
    ours = load_scan(whole).to_pandas()
    for name in frame:
        assert frame[name].isna().equals(ours[name].isna())
        assert (frame[name].dropna() == ours[name].dropna()).all()


def test_in_memory_and_saved(planned: Plan, tmp_path: Path) -> None:
    scan = scan_keys(planned.scenario, table({"model.epsilon": [1e-4, 2e-4]}), ["ctau"])
    assert scan["ctau"][0] == pytest.approx(4.0 * scan["ctau"][1])
    files = scan.save(tmp_path / "a")
    assert {path.suffix for path in files} == {".parquet", ".json", ".png", ".pdf"}
    again = load_scan(tmp_path / "a")
    assert np.array_equal(again["ctau"], scan["ctau"])
    assert again.summary() == scan.summary()
    assert again.scenario == planned.scenario
    with pytest.raises(InputError, match='no column "tau"'):
        again["tau"]
    folder = scan_keys(planned.scenario, planned.design, ["ctau"], folder=tmp_path / "b")
    assert len(folder) == 36
    for points in ({}, {"model.m2": "x"}, {"model.m2": [1.0, 2.0], "model.m1": [1.0, 2.0, 3.0]}):
        with pytest.raises(InputError):
            scan_keys(planned.scenario, points)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("model.nothing", "unknown key"),
        ("model.kind", "must be a key of one number"),
        ("detectors.A.position", "must be a key of one number"),
        ("detectors.A.position.3", "items are 0 to 2"),
        ("detectors.C.position.0", "detectors.C"),
        ("plane.points", "a scan has no plane"),
        ("run.vacuum_polarisation", "must be a key of one number"),
    ],
)
def test_bad_keys(planned: Plan, key: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan(planned.scenario, table({key: [1.0]}), ["ctau"])


def test_rows_of_partitions() -> None:
    """All couplings of a mass point are in one; the number of workers plays no role."""
    scenario = load_scenario("belle2-forward")

    def rows(*axes: str) -> int:
        return plan(scenario, Grid(tuple(map(grid_axis, axes))), ["ctau"]).rows

    epsilon = "model.epsilon=1e-5:1e-3:{}:log"
    assert rows(epsilon.format(100)) == 100
    assert rows(epsilon.format(10**6)) == 65536
    assert rows("model.m2=3.6:3.7:10", epsilon.format(50)) == 50
    assert rows("model.m2=3.6:3.7:640", epsilon.format(50)) == 500
    assert rows("model.m2=3.6:3.7:100000", epsilon.format(50)) == 50 * 256
    assert rows("model.m2=3.6:3.7:1000", "model.m1=4.2:4.4:1000") == 256
    assert rows("run.luminosity_fb=1:50000:30", epsilon.format(50)) == 1500
    with pytest.raises(InputError, match="rows of a partition"):
        plan(scenario, design(), ["ctau"], rows=0)


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_run_that_is_killed(planned: Plan, whole: Path, tmp_path: Path) -> None:
    """SIGKILL after the first partition; the next run does the rest, to the same bits."""
    script = tmp_path / "script.py"
    script.write_text(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from scanning.test_run import design, executor, load_scenario, plan, run_scan\n"
        "planned = plan(load_scenario('belle2-forward'), design(), ['ctau', 'excluded_by'], 8)\n"
        "def stop(done, total):\n"
        "    if done == 16:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "run_scan(planned, Path(sys.argv[1]), executor('serial'), progress=stop)\n"
    )
    tests = str(Path(__file__).parents[1])
    path = os.pathsep.join([tests, os.environ.get("PYTHONPATH", "")])
    folder = tmp_path / "scan"
    done = subprocess.run(
        [sys.executable, str(script), str(folder)], env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == -9
    assert len(list((folder / "points").iterdir())) == 2
    run_scan(planned, folder, SERIAL)
    assert contents(folder) == contents(whole)
