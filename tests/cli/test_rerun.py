"""`wayside rerun` as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_same_and_not(workdir: Path) -> None:
    assert (
        run(
            "point", "belle2-forward", "--set", "run.radiation=one-photon", "--out", "one"
        ).exit_code
        == 0
    )
    before = {path.name: path.read_bytes() for path in (workdir / "one").iterdir()}
    done = run("rerun", "one")
    assert (done.exit_code, done.stdout) == (0, "one: 5 of 5 files are the same\n")
    assert [path.name for path in workdir.iterdir()] == ["one"]
    done = run("rerun", "one", "--out", "two")
    assert done.exit_code == 0
    assert "wrote two/point.json" in done.stdout
    assert {path.name: path.read_bytes() for path in (workdir / "two").iterdir()} == before

    provenance = workdir / "one/provenance.json"
    plain = json.loads(provenance.read_text())
    plain["files"] = {"point.json": "0" * 64, "gone.csv": "0" * 64}
    plain["tables"] = {**plain["tables"], "r_ratio.csv": "0" * 64}
    provenance.write_text(json.dumps(plain))
    done = run("rerun", "one", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["same"] is False
    assert found["verdicts"]["point.json"] == "differs"
    assert found["verdicts"]["gone.csv"] == "missing"
    assert found["verdicts"]["arrivals.csv"] == "new"
    assert found["changed"] == ["table r_ratio.csv has changed"]


def test_bad_input(workdir: Path) -> None:
    for args, words in (
        (("nowhere",), "nowhere: no such folder"),
        ((".",), ".: no provenance.json in it; must be a saved result"),
    ):
        done = run("rerun", *args)
        assert done.exit_code == 2
        assert done.stderr == f"wayside: error: {words}\n"
    run("point", "belle2-forward", "--set", "run.radiation=one-photon", "--out", "one")
    done = run("rerun", "one", "--out", "one")
    assert done.exit_code == 2
    assert "one: the result itself; give another folder" in done.stderr
    assert [path.name for path in workdir.iterdir()] == ["one"]
