"""Runs of real workers: the same for any number of them, after deaths, and after being killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from transport.conftest import plan_of
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.tables import write_table
from wayside.transport.gun import gun, together
from wayside.transport.plan import Plan, Recorded, chunk_seed, is_complete, read_run
from wayside.transport.run import Accident, SimulationError, simulate

SMALL = Stack(size=(40.0, 40.0), blocks=2, layers=6, shield=5.0, fibres=2.0)
KINDS = ("film", "gas", "fibre")


def plan(chunk: int = 5) -> Plan:
    pair = together(gun(11, 20.0, 30), gun(-11, 20.0, 30, direction=(0.2, 0.0, 1.0)))
    return Plan(pair, SMALL, plan_of(11, 1.0, 1).physics, plan_of(11, 1.0, 1).data, 7, chunk)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    folder = tmp_path_factory.mktemp("reference")
    assert simulate(plan(), folder) == []
    assert not (folder / "chunks").exists()
    return read_run(folder)


def same(one: Recorded, other: Recorded) -> None:
    for kind in KINDS:
        assert getattr(one, kind).tobytes() == getattr(other, kind).tobytes()


def dying(chunk: int, how: str, mark: Path) -> tuple[str, ...]:
    script = Path(__file__).with_name("dying_worker.py")
    return (sys.executable, str(script), str(chunk), how, str(mark))


def test_what_is_recorded(reference: Recorded) -> None:
    run = reference
    assert run.about["data"]["kind"] in ("official", "stand-in", "unknown")
    assert (run.about["data"]["kind"] == "official") == (not run.about["data"]["approximations"])
    assert len(run.primaries) == 60
    assert len(run.film) > 500
    assert len(run.gas) > 50
    # Fibres behind 5 mm of lead see some of a shower.
    assert len(run.fibre) > 0
    assert set(run.film["layer"]) == set(range(24))
    assert set(run.gas["layer"]) == {0, 1}
    primary = run.film["parent"] == 0
    assert set(run.film["track"][primary]) == {1, 2}
    assert set(run.film["parent"][~primary]) <= {1, 2}
    assert np.all(run.film["track"][~primary] > 2)
    faces = SMALL.films[run.film["layer"]]
    for end in ("z_in", "z_out"):
        assert np.all(run.film[end] >= faces[:, 0] - 1e-6)
        assert np.all(run.film[end] <= faces[:, 1] + 1e-6)
    first = run.film[(run.film["parent"] == 0) & (run.film["layer"] == 0)]
    entering = first[np.abs(first["z_in"] - 0.5) < 1e-6]
    # 0.5 mm of plate: at least the time of light in ns, and 0.5 MeV of ionisation or so.
    assert np.all(entering["time"] >= 0.5 / 299.792458)
    assert np.median(entering["kinetic_energy"][entering["track"] == 1]) == pytest.approx(
        20.0 - 0.7, abs=0.3
    )
    # The pair's positron goes toward +x by 0.1 mm in 0.5 mm, smeared by scattering.
    tilt = np.median(entering["x_in"][entering["track"] == 2])
    assert tilt == pytest.approx(0.1, abs=0.02)


def test_any_number_of_workers_and_order(reference: Recorded, tmp_path: Path) -> None:
    assert simulate(plan(), tmp_path, workers=2) == []
    same(reference, read_run(tmp_path))
    # Complete: nothing happens again.
    seen: list[tuple[int, int]] = []
    simulate(plan(), tmp_path, progress=lambda *now: seen.append(now))
    assert seen == [(6, 6)]


def test_a_worker_dies_once(reference: Recorded, tmp_path: Path) -> None:
    reported: list[Accident] = []
    command = dying(2, "once", tmp_path / "mark")
    found = simulate(plan(), tmp_path / "run", report=reported.append, command=command)
    assert reported == found
    assert [(a.chunk, a.seed, a.attempt) for a in found] == [(2, chunk_seed(7, 2), 1)]
    assert "SIGABRT" in found[0].reason
    assert "as Geant4 would say" in found[0].reason
    assert str(chunk_seed(7, 2)) in str(found[0])
    same(reference, read_run(tmp_path / "run"))


def test_a_chunk_fails_always_and_is_mended(reference: Recorded, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(SimulationError, match=rf"1 of 6 chunks.*seed {chunk_seed(7, 4)}"):
        simulate(plan(), folder, command=dying(4, "always", tmp_path / "mark"))
    assert len(list((folder / "chunks").glob("*.parquet"))) == 5
    with pytest.raises(InputError, match="no complete run"):
        read_run(folder)
    before = {p.name: p.stat().st_mtime_ns for p in (folder / "chunks").iterdir()}
    seen: list[tuple[int, int]] = []
    simulate(plan(), folder, progress=lambda *now: seen.append(now))
    assert seen == [(5, 6), (6, 6)], "only what is missing is simulated"
    assert len(before) == 5
    same(reference, read_run(folder))


def test_killed_and_continued(reference: Recorded, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    script = tmp_path / "main.py"
    script.write_text(
        "import pickle, sys\n"
        "from pathlib import Path\n"
        "from wayside.transport.run import simulate\n"
        "simulate(pickle.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]), 2)\n"
    )
    import pickle

    (tmp_path / "plan").write_bytes(pickle.dumps(plan()))
    process = subprocess.Popen([sys.executable, script, tmp_path / "plan", folder])
    while not list(folder.glob("chunks/[0-9]*.parquet")) and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    simulate(plan(), folder)
    same(reference, read_run(folder))
    assert not list(folder.rglob(".*"))


def test_what_others_left_among_the_chunks_is_no_obstacle(
    reference: Recorded, tmp_path: Path
) -> None:
    """A killed process of another machine, or a file system, leaves files that are not ours."""
    (tmp_path / "chunks").mkdir()
    (tmp_path / "chunks" / ".000000.parquet.0badcafe-1-0badcafe.part").write_bytes(b"half")
    simulate(plan(), tmp_path)
    same(read_run(tmp_path), reference)
    # As a kill between the last table and the end leaves it.
    (tmp_path / "chunks").mkdir(exist_ok=True)
    (tmp_path / "chunks" / ".nfs01").touch()
    assert is_complete(tmp_path)
    same(read_run(tmp_path), reference)


def test_another_run_in_the_folder(tmp_path: Path) -> None:
    small = plan_of(22, 1.0, 2)
    simulate(small, tmp_path)
    other = Plan(small.primaries, small.stack, small.physics, small.data, 1)
    with pytest.raises(InputError, match=r"another run.*seed"):
        simulate(other, tmp_path)


def test_input_is_checked(tmp_path: Path) -> None:
    bare = plan_of(11, 1.0, 1)
    far = gun(11, 1.0, 1, (0.0, 0.0, 1e5))
    with pytest.raises(SimulationError, match="outside of the air"):
        simulate(Plan(far, bare.stack, bare.physics, bare.data, 1), tmp_path / "a")
    unknown = gun(11, 1.0, 1)
    unknown["pdg"] = 9_999_999
    with pytest.raises(InputError, match="pdg = 9999999"):
        simulate(Plan(unknown, bare.stack, bare.physics, bare.data, 1), tmp_path / "b")
    assert not (tmp_path / "b").exists()
    with pytest.raises(InputError, match="no particles"):
        Plan(unknown[:0], bare.stack, bare.physics, bare.data, 1)


def test_chunks_share_out_the_events() -> None:
    rows = np.repeat(gun(11, 1.0, 11), 2)
    shared = Plan(rows, SMALL, plan(1).physics, plan(1).data, 1, 4)
    assert shared.chunks == 3
    parts = [shared.primaries_of(k) for k in range(3)]
    assert [len(part) for part in parts] == [8, 8, 6]
    assert np.concatenate(parts).tobytes() == rows.tobytes()
    seeds = {shared.seed_of(k) for k in range(3)}
    assert len(seeds) == 3
    assert all(seed % 2 for seed in seeds)


def test_events_file(tmp_path: Path) -> None:
    from wayside.transport.gun import from_file

    rows = gun(13, 50.0, 4)
    write_table(tmp_path / "events.parquet", rows[::-1].copy())
    assert from_file(tmp_path / "events.parquet").tobytes() == rows.tobytes()
    with pytest.raises(InputError, match="no such file"):
        from_file(tmp_path / "none.parquet")
    (tmp_path / "text").write_text("no")
    with pytest.raises(InputError, match=r"must end in|cannot be read as Parquet"):
        from_file(tmp_path / "text")
