"""``wayside reconstruct`` on a real, small run of Geant4."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from wayside.cli.main import cli
from wayside.reconstruction.run import read_result

SMALL = [
    *("--set", "stack.blocks=2", "--set", "stack.layers=12", "--set", "stack.shield=0"),
    *("--set", "stack.fibres=0"),
]
TABLES = {"tracks.parquet", "vertices.parquet", "particles.parquet", "reconstruction.json"}


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, list(args))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pairs") / "run"
    pair = ["--particle", "mu-", "--direction", "0.2,0.05,1"]
    pair += ["--particle", "mu+", "--direction=-0.1,0,1", "--position", "1,2,3.5"]
    code, _, errors = run(
        *("simulate", "belle2-forward", *SMALL, *pair, "--energy", "1 GeV", "-n", "8"),
        *("--workers", "1", "--out", str(folder)),
    )
    assert code == 0, errors
    return folder


def test_everything(simulated: Path, tmp_path: Path) -> None:
    out = tmp_path / "a"
    args = ["reconstruct", str(simulated), "--together", "1", "--out", str(out)]
    code, text, errors = run(*args, "--display", "1", "--format", "root", "--json")
    assert code == 0, errors
    report = json.loads(text)
    assert report["result"]["events"] == 8
    # Every pair starts inside and goes through 19 sheets; at most one in ten vertices is lost.
    assert report["result"]["efficiency_vertices"]["passed"] >= 6
    assert report["about"]["layer"]["gap_mass"] > 0.0
    tracks, vertices, particles = read_result(out)
    assert len(particles) >= 16
    # 1.1 GeV each, to a quarter: median of a dozen estimates of 20 per cent.
    own = tracks[np.isin(tracks["particle"], (1, 2)) & (tracks["base_tracks"] > 10)]
    assert np.median(own["momentum"]) == pytest.approx(1100.0, rel=0.25)
    assert np.allclose(vertices["x"], 1.0, atol=0.02)
    names = {path.name for path in out.iterdir()}
    event = int(vertices["event"][0])
    figures = {
        f"{name}.{kind}"
        for name in ("vertices", "efficiency", f"event-{event}")
        for kind in ("png", "pdf")
    }
    assert names == TABLES | figures | {"reconstruction.root", "provenance.json"}

    import uproot

    with uproot.open(out / "reconstruction.root") as file:
        assert {key.split(";")[0] for key in file} == {"tracks", "vertices", "particles"}
        for name, rows in (("tracks", tracks), ("vertices", vertices), ("particles", particles)):
            assert file[name].num_entries == len(rows)
            for column in rows.dtype.names or ():
                got = file[name][column].array(library="np")
                np.testing.assert_array_equal(got, rows[column])
    # Text, and the same result once more from what is there.
    code, text, errors = run(*args)
    assert code == 0, errors
    assert text.startswith(f"8 events: {len(tracks)} tracks, {len(vertices)} vertices\n")
    assert f"wrote {out / 'tracks.parquet'}" in text
    assert "Traceback" not in errors


@pytest.mark.nightly
def test_grains_in_tiles_by_two_workers(simulated: Path, tmp_path: Path) -> None:
    args = ["reconstruct", str(simulated), "--together", "4", "--grains", "--tile", "5"]
    results = []
    for workers in ("1", "2"):
        out = tmp_path / workers
        code, _, errors = run(*args, "--workers", workers, "--out", str(out), "--json")
        assert code == 0, errors
        results.append(read_result(out))
    for one, two in zip(*results, strict=True):
        assert one.tobytes() == two.tobytes()
    # All pairs of a group start at one place and share its films: some get mixed up.
    assert len(results[0][0]) > 8


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ([], "Missing argument 'RUN_DIR'"),
        (["none"], "none: no such folder"),
        (["."], "holds no complete run of the simulation (primaries.parquet is missing)"),
        (["RUN", "--scenario", "belle"], "belle"),
        (["RUN", "--set", "reconstruction.min_sheets=1"], "reconstruction.min_sheets = 1"),
        (["RUN", "--set", "emulsion.grain_density=400"], "emulsion.grain_density = 400"),
        (["RUN", "--tile", "0"], "0.0 is not in the range x>0.0"),
        (["RUN", "--workers", "0"], "0 is not in the range x>=1"),
        (["RUN", "--format", "csv"], "'csv' is not one of 'parquet', 'root'"),
    ],
)
def test_bad_input(simulated: Path, tmp_path: Path, args: list[str], line: str) -> None:
    out = tmp_path / "out"
    args = [str(simulated) if each == "RUN" else each for each in args]
    code, text, errors = run("reconstruct", *args, "--out", str(out))
    assert code == 2
    assert line in errors
    assert text == ""
    assert "Traceback" not in errors
    assert not out.exists()


def test_a_folder_with_another_result(simulated: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert run("reconstruct", str(simulated), "--out", out)[0] == 0
    code, _, errors = run("reconstruct", str(simulated), "--seed", "2", "--out", out)
    assert code == 2
    assert "holds the result of another job; name another folder" in errors
