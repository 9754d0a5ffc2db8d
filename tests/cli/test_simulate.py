"""``wayside simulate`` with a real, small Geant4."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from wayside.cli.main import cli
from wayside.transport.plan import read_run

SMALL = [
    *("--set", "stack.blocks=2", "--set", "stack.layers=5", "--set", "stack.shield=0"),
    *("--set", "stack.fibres=0"),
]


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["simulate", "belle2-forward", *SMALL, *args])
    return result.exit_code, result.stdout, result.stderr


def test_pairs_with_everything(tmp_path: Path) -> None:
    out = tmp_path / "run"
    args = [
        "--particle",
        "mu-",
        "--direction",
        "0.1,0,1",
        "--particle",
        "mu+",
        "--direction=-0.1,0,1",
    ]
    args += ["--energy", "0.2 GeV", "-n", "6", "--chunk", "2", "--workers", "2", "--out", str(out)]
    code, text, errors = run(*args, "--display", "1", "--format", "root", "--json")
    assert code == 0, errors
    report = json.loads(text)
    assert report["events"] == 6
    assert report["primaries"] == 12
    assert report["data"]["kind"] in ("official", "stand-in", "unknown")
    found = read_run(out)
    assert report["crossings"]["film"] == len(found.film)
    # 20 films, twelve muons that go straight through.
    assert np.sum(found.film["parent"] == 0) == pytest.approx(240, abs=5)
    names = {path.name for path in out.iterdir()}
    tables = {"film.parquet", "gas.parquet", "fibre.parquet", "primaries.parquet", "run.json"}
    figures = {
        f"{name}.{kind}" for name in ("event-display", "deposits") for kind in ("png", "pdf")
    }
    assert names == tables | figures | {"simulation.root", "provenance.json"}

    import uproot

    with uproot.open(out / "simulation.root") as file:
        assert file["film"]["deposit"].array(library="np").tobytes() == (
            np.ascontiguousarray(found.film["deposit"]).tobytes()
        )
        assert file["primaries"].num_entries == 12
    # The same events from a file, into another folder, give the same crossings.
    code, _, errors = run(
        *("--events", str(out / "primaries.parquet"), "--chunk", "2", "--out", str(tmp_path / "b"))
    )
    assert code == 0, errors
    assert read_run(tmp_path / "b").film.tobytes() == found.film.tobytes()


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["--particle", "e"], "particle e: unknown"),
        (["--particle", "e-", "--energy", "3 mm"], "kinetic energy '3 mm': a length"),
        (["--particle", "e-", "--direction", "1,2"], "must be three numbers"),
        (["--particle", "e-", "--direction", "0,0,0"], "direction: must have a length"),
        (["--particle", "e-", "--detector", "C"], "detector C: not one of A, B"),
        (["--particle", "e-", "--set", "stack.blocks=200"], "stack.blocks = 200"),
        (["--particle", "e-", "--set", "stack.mpgd=1 mm"], "stack.mpgd = 1 mm: its layers take"),
        (["--particle", "e-", "--set", "stack.plate_fractions.Fe=0.9"], "add up to 1"),
        (["--events", "none.parquet"], "none.parquet: no such file"),
        (["--events", "none.lhe"], "none.lhe: LHE is written, but not read; must end in .parquet,"),
        ([], "give either --particle or --events"),
    ],
)
def test_bad_input(args: list[str], line: str, tmp_path: Path) -> None:
    code, _, errors = run(*args, "--out", str(tmp_path / "out"))
    assert code == 2
    assert line in errors
    assert len(errors.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_engine_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "calzone" else real(name, *a)
    )
    code, _, errors = run("--particle", "e-", "--out", str(tmp_path))
    assert code == 2
    assert "wayside[simulation]" in errors
