"""`wayside events` as a user meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli


def events(*args: str) -> Result:
    return CliRunner().invoke(cli, ["events", *args])


@pytest.mark.parametrize(("kind", "suffix"), [("parquet", "parquet"), ("root", "root")])
def test_folder(kind: str, suffix: str, tmp_path: Path) -> None:
    out = tmp_path / "new"
    result = events("belle2-central", "-n", "30", "--format", kind, "--out", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    assert sorted(each.name for each in out.iterdir()) == [f"events.{suffix}", "provenance.json"]
    assert "30 events, seed 1" in result.stdout
    assert "decays: e 1" in result.stdout


def test_file_and_json(tmp_path: Path) -> None:
    from wayside.generator.formats.primaries import read_events

    out = tmp_path / "mine.hepmc"
    args = ("belle2-forward-beams", "-n", "20", "--seed", "5", "--detector", "B", "--json")
    result = events(*args, "--format", "hepmc", "--out", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    report = json.loads(result.stdout)
    assert report["file"] == str(out)
    assert report["kept"] <= report["proposals"]
    header, columns, _, _ = read_events(out)
    assert header["seed"] == 5
    assert header["detectors"] == report["detectors"]
    assert len(columns["event"]) == 20


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--detector", "C"), "detector C: not one of A, B"),
        (("-n", "0"), "0 is not in the range"),
        (("--format", "csv"), "csv"),
        (("--set", "model.m2=5"), "model.m1"),
        (("--out", ""), "empty path"),
    ],
)
def test_bad_input(args: tuple[str, ...], message: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = events("belle2-forward", "--out", str(out), *args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not out.exists()


@pytest.mark.filterwarnings("ignore:m1 - m2")
def test_stable(tmp_path: Path) -> None:
    args = ("--set", "model.m1=3.6505", "--out", str(tmp_path / "out"))
    result = events("belle2-forward", *args)
    assert result.exit_code == 2
    assert "never decays, so no events" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_out_of_reach(tmp_path: Path) -> None:
    args = ("--set", "collider.electron_energy=20", "--set", "collider.positron_energy=1.4")
    back = ("--set", "detectors.A.position=[1, 0, -7]", "--detector", "A")
    result = events("belle2-forward", *args, *back, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "no excited state can reach A" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_missing_extra(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wayside.generator.formats.find_spec", lambda _: None)
    result = events("belle2-forward", "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "wayside[simulation]" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_import_without_the_extra() -> None:
    code = (
        "import sys\n"
        "for name in ('awkward', 'calzone', 'pyarrow', 'pyhepmc', 'uproot'):\n"
        "    sys.modules[name] = None\n"
        "import wayside.generator.events, wayside.generator.formats.primaries\n"
        "import wayside.cli.events\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", ["root", "hepmc"])
def test_rerun_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "new"
    args = ("belle2-central", "-n", "30", "--format", kind, "--set", "run.radiation=one-photon")
    assert events(*args, "--out", str(out)).exit_code == 0
    again = tmp_path / "again"
    done = CliRunner().invoke(cli, ["rerun", str(out), "--out", str(again)])
    assert done.exit_code == 0
    assert "1 of 1 files are the same" in " ".join(done.stdout.split())
    name = next(path.name for path in out.glob("events.*"))
    assert (out / name).read_bytes() == (again / name).read_bytes()
