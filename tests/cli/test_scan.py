"""The command line of scans."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli
from wayside.results.scan import load_scan

GRID = ["--grid", "model.epsilon=1e-5:1e-3:4:log"]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers take seconds to start; that they give the same bits is tested elsewhere."""
    from wayside.executors.serial import Serial

    monkeypatch.setattr("wayside.executors.workers.Processes", lambda **_: Serial())


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a second."""
    monkeypatch.setattr("wayside.cli.scan._figures", lambda _: [])


def run(*args: object) -> Result:
    return CliRunner().invoke(cli, ["scan", *map(str, args)])


def test_text_and_files(tmp_path: Path) -> None:
    out = tmp_path / "scan"
    grid = [*GRID, "--grid", "model.m2=3.64:3.67:4"]
    done = run("belle2-forward", *grid, "--quantities", "events,n_limit", "--out", out)
    assert done.exit_code == 0, done.stderr
    text = done.stdout.replace("\n  ", " ")
    assert "belle2-forward: 16 of 16 points over model.m2, model.epsilon" in text
    assert "columns: events_A, events_signal, n_limit" in text
    assert "note: 8 points failed; the first: model.m_aprime = 8" in text
    assert max(len(line) for line in done.stdout.split("\n") if "/" not in line) <= 80
    names = {path.name for path in out.iterdir()}
    figures = {"scan-events_signal.png", "scan-events_signal.pdf"}
    assert names == {"points", "scan.json", "provenance.json"} | figures
    assert len(load_scan(out)) == 16


@pytest.mark.usefixtures("no_figures")
def test_json(tmp_path: Path) -> None:
    args = ("belle2-forward", *GRID, "--quantities", "ctau", "--set", "model.g_d=0.3", "--json")
    done = run(*args, "--out", tmp_path / "a")
    report = json.loads(done.stdout)
    assert report == json.loads((tmp_path / "a" / "scan.json").read_text())
    assert report["complete"] is True
    assert report["scenario"]["model"]["g_d"] == 0.3
    units = {each["name"]: each["unit"] for each in report["columns"]}
    assert units == {"point": "1", "model.epsilon": "1", "ctau": "m", "error": ""}


@pytest.mark.usefixtures("no_figures")
def test_sobol_and_points(tmp_path: Path) -> None:
    vary = ["--vary", "model.epsilon=1e-5:1e-3:log", "--vary", "detectors.A.position.0=0.8:1.2"]
    done = run(
        "belle2-forward", "--sobol", 8, *vary, "--quantities", "ctau", "--out", tmp_path / "a"
    )
    assert done.exit_code == 0, done.stderr
    scan = load_scan(tmp_path / "a")
    points = "\n".join(
        f"{a!r},{b!r}" for a, b in zip(
            scan["model.epsilon"].tolist(), scan["detectors.A.position.0"].tolist(), strict=True
        )
    )  # fmt: skip
    file = tmp_path / "points.csv"
    file.write_text(f"model.epsilon,detectors.A.position.0\n{points}\n")
    done = run("belle2-forward", "--points", file, "--quantities", "ctau", "--out", tmp_path / "b")
    assert done.exit_code == 0, done.stderr
    again = load_scan(tmp_path / "b")
    assert again["ctau"].tolist() == scan["ctau"].tolist()
    assert again.record.digest != scan.record.digest
    seeded = run("belle2-forward", "--sobol", 8, *vary, "--seed", 2, "--out", tmp_path / "a")
    assert "a scan of other inputs" in seeded.stderr


@pytest.mark.usefixtures("no_figures")
def test_shards_and_merge(tmp_path: Path) -> None:
    args = ("belle2-forward", *GRID, "--quantities", "ctau", "--rows", 1)
    for number in (1, 2):
        done = run(*args, "--shard", f"{number}/2", "--out", tmp_path / str(number))
        assert "2 of 4 partitions: a shard" in done.stdout
    done = run("--merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "all")
    assert done.exit_code == 0, done.stderr
    assert "4 of 4 points" in done.stdout
    assert run(*args, "--out", tmp_path / "whole").exit_code == 0
    for path in (tmp_path / "whole").rglob("*.*"):
        if path.is_file():
            other = tmp_path / "all" / path.relative_to(tmp_path / "whole")
            assert other.read_bytes() == path.read_bytes()


BAD = [
    ((), "give one SCENARIO"),
    (("belle2-forward",), "give one of --grid, --sobol and --points"),
    (("belle2-forward", "bes3-forward", *GRID), "give one SCENARIO"),
    (("no-such", *GRID), "no-such"),
    (("belle2-forward", *GRID, "--sobol", "4"), "give one of"),
    (("belle2-forward", "--sobol", "4"), "needs --vary"),
    (("belle2-forward", "--sobol", "0", "--vary", "model.m2=1:2"), "0 is not in the range"),
    (("belle2-forward", *GRID, "--vary", "model.m2=1:2"), "for --sobol alone"),
    (("belle2-forward", *GRID, "--seed", "3"), "for --sobol alone"),
    (("belle2-forward", *GRID, *GRID), "model.epsilon: given twice"),
    (("belle2-forward", "--grid", "model.epsilon=1e-5:1e-3"), "must be KEY=LOW:HIGH:N"),
    (("belle2-forward", "--grid", "model.epsilon=1e-3:1e-5:4"), "lower end must come first"),
    (("belle2-forward", "--grid", "model.epsilon=0:1e-5:4:log"), "above 0"),
    (("belle2-forward", "--grid", "model.espilon=1e-5:1e-3:4"), "model.espilon: unknown key"),
    (("belle2-forward", "--grid", "model.kind=1:2:3"), "must be a key of one number"),
    (("belle2-forward", "--grid", "plane.points=20:40:3"), "a scan has no plane"),
    (("belle2-forward", "--grid", "model.epsilon=1e-5:1e-3:999999999",
      "--grid", "model.m2=1:2:999"), "points: must be from 1"),
    (("belle2-forward", "--points", "none.csv"), "none.csv: no such file"),
    (("belle2-forward", *GRID, "--quantities", "evnts"), 'did you mean "events"'),
    (("belle2-forward", *GRID, "--quantities", ","), "quantities: none"),
    (("belle2-forward", *GRID, "--shard", "3/2"), "must be I/N"),
    (("belle2-forward", *GRID, "--workers", "0"), "0 is not in the range"),
    (("belle2-forward", *GRID, "--rows", "0"), "0 is not in the range"),
    (("belle2-forward", *GRID, "--rows", "99999999"), "must be from 1"),
    (("belle2-forward", *GRID, "--workers", "2", "--scheduler", "a:1"), "not with --scheduler"),
    (("belle2-forward", *GRID, "--set", "model.m2=-1"), "model.m2 = -1"),
    (("--merge",), "no folder of a shard"),
    (("--merge", "none"), "none: no such folder"),
    (("--merge", "none", *GRID), "--grid: not with --merge"),
    (("--merge", "none", "--set", "model.m2=3"), "--set: not with --merge"),
    (("belle2-forward", *GRID, "--out", "scan.csv"), "ends like a file"),
    (("belle2-forward", *GRID, "--out", ""), "an empty path"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "words"), BAD)
def test_bad_input(
    args: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, exit status 2, and nothing written."""
    monkeypatch.chdir(tmp_path)
    done = run(*args)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.startswith("wayside: error: ")
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use(tmp_path: Path) -> None:
    from wayside.files import claimed_folder

    with claimed_folder(tmp_path / "a"):
        done = run("belle2-forward", *GRID, "--quantities", "ctau", "--out", tmp_path / "a")
    assert done.exit_code == 2
    assert "is in use by another process" in done.stderr


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell")
def test_job_array(tmp_path: Path) -> None:
    """A script as a batch system runs it, once for each job with its number in a variable."""
    from documents.sessions import ROOT, blocks

    found = [text for language, text in blocks(ROOT / "docs/howto_scan.md") if language == "bash"]
    (script,) = [text for text in found if "SLURM_ARRAY_TASK_ID" in text]
    (tmp_path / "job.sh").write_text(script)
    (tmp_path / "bin").mkdir()
    wayside = tmp_path / "bin" / "wayside"
    wayside.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wayside "$@"\n')
    wayside.chmod(0o755)
    path = f"{wayside.parent}{os.pathsep}{os.environ['PATH']}"
    for number in range(1, 4):
        job = {"SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": "3", "PATH": path}
        job |= {"SLURM_CPUS_PER_TASK": "1"}
        subprocess.run(["bash", "job.sh"], cwd=tmp_path, env=os.environ | job, check=True)
    shards = sorted(tmp_path.glob("shard-*"))
    assert len(shards) == 3
    done = run("--merge", *shards, "--out", tmp_path / "all")
    assert done.exit_code == 0, done.stderr
    assert load_scan(tmp_path / "all").record.complete


def test_submit_file() -> None:
    """What the how-to hands to HTCondor is a command line that is understood."""
    from documents.sessions import ROOT

    from wayside.cli.scan import command

    text = (ROOT / "docs/howto_scan.md").read_text("utf-8")
    (line,) = re.findall(r"^arguments += scan (.*)$", text, re.M)
    commands = re.findall(r"^wayside scan (.*)$", text, re.M)
    for words in [line.replace("$INT(number)", "3"), *commands]:
        context = command.make_context("scan", shlex.split(words.rstrip("\\")))
        assert context.params["places"]


@pytest.mark.nightly
def test_python_of_the_howto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from documents.sessions import ROOT, blocks, printed_commands

    monkeypatch.chdir(tmp_path)
    name = "docs/howto_scan.md"
    first = next(each for each in printed_commands() if each.document == name)
    assert run(*first.words[2:]).exit_code == 0
    found = {}
    for language, text in blocks(ROOT / name):
        if language == "python":
            exec(text, found)
    assert len(found["rows"]) == 3660
    assert 0 < len(found["excluded"]) < 3660
    assert len(found["frame"]) == 14
