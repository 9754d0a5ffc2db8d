"""Events, what Geant4 makes of them and what is reconstructed, computed anew."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import wayside
from wayside.cli.main import cli
from wayside.results.reconstruction_files import ReconstructionFiles
from wayside.results.simulation_files import SimulationFiles

pytest.importorskip("calzone")

SMALL = [
    *("--set", "stack.blocks=1", "--set", "stack.layers=10", "--set", "stack.shield=0"),
    *("--set", "stack.fibres=0", "--set", "run.radiation=one-photon"),
    *("--set", "geant4.margin=1", "--set", "detectors.A.size=[0.2, 0.3, 0.9]"),
]


def run(*args: str | Path) -> str:
    done = CliRunner().invoke(cli, list(map(str, args)))
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders ``events``, ``run`` of these, ``pairs`` of a gun and ``pairs/reconstruction``."""
    folder = tmp_path_factory.mktemp("chain")
    events, simulated = folder / "events", folder / "run"
    run("events", "belle2-forward", *SMALL, "-n", "8", "--detector", "A", "--out", events)
    run(
        *("simulate", "belle2-forward", *SMALL, "--events", events / "events.parquet"),
        *("--seed", "7", "--workers", "2", "--chunk", "3", "--display", "1", "--out", simulated),
    )
    run(
        *("simulate", "belle2-forward", *SMALL, "--particle", "mu-", "--particle", "mu+"),
        *("--energy", "1 GeV", "-n", "9", "--direction", "0,0,1", "--direction", "0.05,0,1"),
        *("--out", folder / "pairs"),
    )
    run("reconstruct", folder / "pairs", *SMALL, "--seed", "3", "--together", "4",
        "--format", "root", "--display", "1")  # fmt: skip
    return folder


def same(folder: Path, again: Path) -> list[str]:
    """Names of the files of a result, which are the same to the last byte computed anew."""
    words = run("rerun", folder, "--out", again)
    names = list(json.loads((folder / "provenance.json").read_text())["files"])
    assert f"{len(names)} of {len(names)} files are the same" in " ".join(words.split())
    for name in [*names, "provenance.json"]:
        assert (folder / name).read_bytes() == (again / name).read_bytes(), name
    return names


def test_the_chain_gives_the_same_bytes(chain: Path, tmp_path: Path) -> None:
    simulated = same(chain / "run", tmp_path / "run")
    assert {"primaries.parquet", "film.parquet", "run.json", "event-display.png"} <= {*simulated}
    made = same(chain / "pairs/reconstruction", tmp_path / "reconstruction")
    assert {"tracks.parquet", "reconstruction.json", "reconstruction.root", "vertices.png"} <= {
        *made
    }


def test_another_seed_is_another_result(chain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(chain / "run", folder)
    provenance = folder / "provenance.json"
    plain = json.loads(provenance.read_text())
    assert plain["inputs"]["seed"] == 7
    plain["inputs"]["seed"] = 8
    provenance.write_text(json.dumps(plain))
    done = CliRunner().invoke(cli, ["rerun", str(folder)])
    assert done.exit_code == 1
    assert "differs: film.parquet" in done.stdout


def test_a_gun_travels_with_the_run(chain: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shutil.copytree(chain / "pairs", there)
    same(there, tmp_path / "again")
    primaries = there / "primaries.parquet"
    primaries.write_bytes(primaries.read_bytes() + b" ")
    done = CliRunner().invoke(cli, ["rerun", str(there), "--out", str(tmp_path / "no")])
    assert done.exit_code == 2
    assert "particles_file" in done.stderr
    assert "is not the file that the result is of" in " ".join(done.stderr.split())
    assert not (tmp_path / "no").exists()


def test_loaded_without_computing(chain: Path) -> None:
    def times() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in chain.rglob("*") if path.is_file()}

    before = times()
    simulated = wayside.load_result(chain / "run")
    assert isinstance(simulated, SimulationFiles)
    assert len(simulated.run(chain / "run").recorded.primaries) > 8
    made = wayside.load_result(chain / "pairs/reconstruction")
    assert isinstance(made, ReconstructionFiles)
    assert len(made.run(chain / "pairs/reconstruction").tracks) > 9
    assert times() == before
