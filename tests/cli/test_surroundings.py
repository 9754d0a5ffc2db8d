"""What users, batch nodes and notebooks have around a command, and what it does about it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from wayside.cli import progress
from wayside.cli.common import PAGE
from wayside.cli.main import cli
from wayside.errors import FigureWarning, InputError, OutputError
from wayside.files import claimed_folder
from wayside.results.saving import Drawing, save_figures
from wayside.scenario import builtin_names, builtin_text, load_scenario

RELIC = ["relic", "belle2-forward"]

ONE_PHOTON = ("--set", "run.radiation=one-photon")


def run(*args: str, status: int = 0) -> str:
    """Run a command in this process; the text of both streams."""
    result = CliRunner().invoke(cli, [*args])
    assert result.exit_code == status, result.output
    return result.output


def command(*args: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own."""
    program = [sys.executable, "-m", "wayside", *args]
    given = {**os.environ, **environment}
    return subprocess.run(program, capture_output=True, text=True, check=False, env=given)


def test_figures_whatever_the_surroundings(tmp_path: Path) -> None:
    """A user's usetex without LaTeX, a notebook's backend, and arguments beyond ASCII."""
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\naxes.facecolor: red\n")
    out = tmp_path / "\N{LATIN SMALL LETTER U WITH DIAERESIS}ber"
    done = command(
        *(*RELIC, "--out", str(out)),
        MPLBACKEND="module://not_installed.backend",
        MATPLOTLIBRC=str(tmp_path),
        LC_ALL="C",
        PYTHONUTF8="0",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.suffix for path in out.iterdir()} == {".csv", ".json", ".npz", ".pdf", ".png"}


def test_a_figure_that_fails_loses_nothing(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    def fails() -> Figure:
        raise RuntimeError("no\nfont")

    drawings = [Drawing("one", fails), Drawing("two", Figure)]
    with pytest.warns(FigureWarning, match=r"one: cannot be drawn: RuntimeError: no font$"):
        written = save_figures(tmp_path, drawings)
    assert [path.name for path in written] == ["two.png", "two.pdf"]


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    with claimed_folder(tmp_path / "out"):
        text = run(*RELIC, "--out", str(tmp_path / "out"), status=2)
    assert text == f"wayside: error: --out {tmp_path / 'out'}: is in use by another process\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ev.csv", "ev.json", "ev.txt", "ev.lhef"])
def test_events_know_their_formats_by_the_ending(tmp_path: Path, name: str) -> None:
    text = run("events", "belle2-forward", "-n", "1", "--out", str(tmp_path / name), status=2)
    assert "must end in .parquet, .root, .hepmc, .lhe, or name a folder" in text
    assert list(tmp_path.iterdir()) == []


def test_ending_and_format_have_to_agree(tmp_path: Path) -> None:
    args = ["events", "belle2-forward", "--out", str(tmp_path / "ev.root"), "--format", "hepmc"]
    assert "ends like root, and not like --format hepmc" in run(*args, status=2)


def test_events_in_the_format_of_the_ending(tmp_path: Path) -> None:
    for name in ("ev.root", "ev.hepmc", "run.7"):
        run("events", "belle2-forward", "-n", "2", *ONE_PHOTON, "--out", str(tmp_path / name))
    assert (tmp_path / "ev.root").read_bytes()[:4] == b"root"
    assert (tmp_path / "ev.hepmc").read_bytes()[:5] == b"HepMC"
    assert (tmp_path / "run.7" / "events.parquet").is_file()


@pytest.mark.parametrize("name", ["reach.png", "out.json", "x.parquet"])
def test_a_folder_does_not_end_like_a_file(tmp_path: Path, name: str) -> None:
    text = run("reach", "belle2-forward", "--out", str(tmp_path / name), status=2)
    assert "ends like a file; name a folder" in text
    assert list(tmp_path.iterdir()) == []


def test_results_of_another_scenario_are_named(tmp_path: Path) -> None:
    there = load_scenario("belle2-central").to_dict()
    (tmp_path / "point.json").write_text(json.dumps({"scenario": there}))
    said = run("point", "belle2-forward", "--out", str(tmp_path))
    assert "replaces the results of scenario 'belle2-central'\n" in said
    assert "replaces" not in run("point", "belle2-forward", "--out", str(tmp_path))
    said = run("point", "belle2-forward", "--set", "model.g_d=0.5", "--out", str(tmp_path))
    assert "replaces the results of 'belle2-forward' with other values\n" in said


@pytest.mark.parametrize(
    "option",
    [["-n", "50"], ["--position", "0,0,1"], ["--energy", "1 GeV"], ["--direction", "0,0,1"]],
)
def test_options_of_the_gun_are_not_ignored(tmp_path: Path, option: list[str]) -> None:
    args = ["simulate", "belle2-forward", "--events", "e.hepmc", "--out", str(tmp_path / "s")]
    text = run(*args, *option, status=2)
    assert "for the gun of --particle; --events brings all of its own" in text


def test_energy_without_a_unit(tmp_path: Path) -> None:
    args = ["simulate", "belle2-forward", "--particle", "mu-", "--out", str(tmp_path / "s")]
    text = run(*args, "--energy", "1", status=2)
    assert 'needs a unit (GeV, eV, keV, MeV, TeV), such as "1 GeV"' in text


def test_an_empty_scenario_names_all_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    text = run("point", str(tmp_path / "empty.toml"), status=2)
    assert text == "wayside: error: model, collider, run, detectors: missing, but required\n"


def test_a_difference_that_is_printed_can_be_seen(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(builtin_text("belle2-central"))
    pole = ["--set", "model.m_aprime=10.58", "--set", "run.production=off-shell"]
    text = run("point", str(tmp_path / "s.toml"), *pole, status=2)
    assert "must differ from sqrt_s = 10.58 GeV by more than" in text


def test_hardly_any_events_are_said(tmp_path: Path) -> None:
    small = [*ONE_PHOTON, "--set", "model.epsilon=1e-25", "--set", "model.ctau_m=1"]
    text = run("events", "belle2-forward", "-n", "1", *small, "--out", str(tmp_path))
    assert "decays are expected in the whole luminosity" in " ".join(text.split())


def test_doctor_says_what_simulate_will(monkeypatch: pytest.MonkeyPatch) -> None:
    from wayside.transport.datasets import find

    monkeypatch.setenv("GEANT4_DATA_DIR", "/nope")
    with pytest.raises(InputError) as caught:
        find()
    assert str(caught.value) in run("doctor")


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """Words of every command, those of groups included."""
    for name in group.list_commands(click.Context(group)):
        one = group.get_command(click.Context(group), name)
        assert one is not None
        yield (*names, name)
        if isinstance(one, click.Group):
            yield from commands(one, *names, name)


@pytest.mark.parametrize("words", [(), *commands(cli)], ids=" ".join)
def test_help_of_80_columns(words: tuple[str, ...]) -> None:
    assert max(map(len, run(*words, "--help").splitlines())) <= PAGE


@pytest.mark.parametrize("name", builtin_names())
def test_scenarios_of_80_columns(name: str) -> None:
    assert max(map(len, run("scenarios", name).splitlines())) <= PAGE


def test_pages_of_80_columns(tmp_path: Path) -> None:
    for args in (
        ["doctor"],
        RELIC,
        ["events", "belle2-forward", "-n", "1", "--out", str(tmp_path), *ONE_PHOTON],
        ["point", "belle2-forward", *ONE_PHOTON],
    ):
        lines = run(*args).splitlines()
        assert max(len(line) for line in lines if " /" not in line) <= PAGE


def test_progress_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the error stream is no terminal, the latest step is printed once in a while."""
    monkeypatch.setattr(progress, "SECONDS", 0.01)
    said: list[str] = []
    monkeypatch.setattr(progress.click, "echo", lambda text, **_: said.append(text))
    with progress.counted("events") as count:
        for done in (1, 2):
            count(done, 2)
            time.sleep(0.1)
    assert [line.split(" (")[0] for line in said] == [
        "wayside: events: 1 of 2",
        "wayside: events: 2 of 2",
    ]


def test_a_script_without_a_guard(tmp_path: Path) -> None:
    """Workers that import the script which starts them end; the outcome says why."""
    script = tmp_path / "script.py"
    script.write_text(
        "from wayside.executors import local_executor\n"
        "local_executor(2).run(abs, [('first', 1)], lambda outcome: print(outcome.error), print)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    first, last = done.stdout.splitlines()
    assert first.startswith("first: process died (exit status 1): a script that uses workers")
    assert 'below `if __name__ == "__main__":`' in last
    assert "bootstrapping" not in done.stderr


def test_the_error_of_a_folder_names_it(tmp_path: Path) -> None:
    with claimed_folder(tmp_path):
        second = claimed_folder(tmp_path)
        with pytest.raises(OutputError, match="in use"):
            second.__enter__()


def test_yields_in_json() -> None:
    text = (
        CliRunner()
        .invoke(cli, ["reach", "belle2-central", "--set", "plane.points=20", "--json"])
        .stdout
    )
    yields = json.loads(text)["yields"]
    total = np.array(yields["total"])
    assert total.shape == (len(yields["epsilon"]), len(yields["g_d"]))
    np.testing.assert_array_equal(total, yields["events"]["A"])
