"""`wayside design` as a user meets it."""

import importlib.util
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wayside.cli.design import command
from wayside.cli.main import cli
from wayside.designing.design import Design
from wayside.designing.settings import DesignSettings
from wayside.designing.simulated import (
    DECAYS,
    Efficiency,
    SimulatedDetector,
    SimulationSettings,
    simulated_design,
)
from wayside.designing.simulated_fakes import Expected, SimulatedFakes
from wayside.results import design_simulation

pytest.importorskip("optuna")
pytest.importorskip("pyarrow")

DEPTH = ("--vary", "detectors.A.size.2=0.8:2")
SMALL = ("--evaluations", "8", "--workers", "1", "--set", "run.radiation=one-photon")


def design(*args: str) -> Result:
    return CliRunner().invoke(cli, ["design", "belle2-forward", *args])


def test_files_and_text(tmp_path: Path) -> None:
    result = design(*DEPTH, *SMALL, "--cost", "--out", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    figures = {"search.png", "search.pdf", "front.png", "front.pdf"}
    assert {"design.json", "designs.csv", "trials.json"} | figures <= set(names)
    kept = json.loads((tmp_path / "design.json").read_text())
    assert kept["evaluations"] == 8
    assert kept["cost_is_objective"] is True
    lines = [line for line in result.stdout.splitlines() if not line.startswith("wrote")]
    assert max(map(len, lines)) <= 80
    for setting in kept["set"]:
        assert f"--set {setting}" in lines
    front = [trial["costs"] for trial in kept["front"]]
    costs = [sum(parts.values()) for parts in front]
    assert costs == sorted(costs, reverse=True)
    # Once more: nothing is computed anew, and the answer is the same.
    before = (tmp_path / "trials.json").read_bytes()
    again = design(*DEPTH, *SMALL, "--cost", "--out", str(tmp_path), "--json")
    assert json.loads(again.stdout) == kept
    assert (tmp_path / "trials.json").read_bytes() == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "a design needs a key to choose: --vary KEY=LOW:HIGH"),
        (("--vary", "model.epsilon=1e-5:1e-3"), "model.epsilon: not for a design to choose"),
        (("--vary", "stack.blocks"), "must be KEY=LOW:HIGH or KEY=LOW:HIGH:log"),
        ((*DEPTH, "--objective", "x"), "objective = 'x': must be one of epsilon_min, area"),
        ((*DEPTH, "--sampler", "x"), "sampler = 'x': must be one of tpe, nsga-ii"),
        ((*DEPTH, "--most-cost", "-1"), "most cost = -1: must be above 0"),
        ((*DEPTH, "--workers", "2", "--scheduler", "x"), "--workers: for processes of this"),
        ((*DEPTH, "--decays", "5"), "--decays: of a simulation; give --simulate as well"),
        ((*DEPTH, "--particles", "5"), "--particles: of a simulation; give --simulate as well"),
        ((*DEPTH, "--simulate"), 'run.efficiency = "unity": a simulation of the design stands'),
        (("--vary", "run.efficiency=0:1"), "run.efficiency: must be a key of one number"),
        (
            ("--set", "detectors.A={shape='belle2-cdc'}", "--vary", "stack.shield=0:1", "--cost"),
            "costs are those of a box of blocks",
        ),
    ],
)
def test_bad_input(tmp_path: Path, args: tuple[str, ...], words: str) -> None:
    result = design(*args, "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_defaults_are_those_of_the_library() -> None:
    given = command.make_context("design", ["belle2-forward"]).params
    for each in fields(DesignSettings):
        assert given[each.name] == each.default, each.name
    (option,) = [one for one in command.params if one.name == "decays"]
    assert f"[default: {DECAYS}]" in str(option.help)  # type: ignore[attr-defined]


def test_a_place_without_room_for_the_lead(tmp_path: Path) -> None:
    """A wall up to z = 11 m, five centimetres before the box: the answer is behind the lead."""
    wall = "hall.volumes.wall={shape='box',material='concrete',position=[0,0,10],size=[9,9,1]}"
    place = "detectors.A={position=[0.5,0,11.05],size=[0.2,0.3,1.32],facing='beam'}"
    settings = ("--set", wall, "--set", place, "--set", "run.signal=A")
    vary = ("--vary", "detectors.A.position.2=11.05:12")
    result = design(*vary, *settings, *SMALL, "--out", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    assert "own design: detectors.A: its lead or fibres stand in wall of the hall" in text
    best = json.loads((tmp_path / "design.json").read_text())["recommended"]
    assert best["values"]["detectors.A.position.2"] >= 11.11


def test_errors_of_yields_that_are_not_known(tmp_path: Path) -> None:
    """Of single particles there is no error of the yield: it is not said that nothing is left."""
    model = ("model.kind=alp-photon", "model.mass=0.5", "model.g_photon=1e-6")
    settings = [part for value in model for part in ("--set", value)]
    args = ("--vary", "stack.shield=0.05:0.1", "--objective", "ratio", "--evaluations", "8")
    result = design(*args, *settings, "--workers", "1", "--out", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    text = " ".join(result.stdout.split())
    assert "of the yields by an amount that is not known" in text


def test_nothing_is_allowed(tmp_path: Path) -> None:
    far = ("--vary", "detectors.A.position.2=4000:5000", "--set", "run.signal=A")
    result = design(*far, *SMALL, "--out", str(tmp_path))
    assert result.exit_code == 0, result.stderr
    assert "none of them; the nearest: nothing is excluded" in result.stdout
    assert json.loads((tmp_path / "design.json").read_text())["recommended"] is None


def test_simulated_designs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was simulated in text and file, with its time before; a toy in place of Geant4."""
    detector = SimulatedDetector(
        "A", 40, 12, 3.0, {"timed": Efficiency(0.05, 0.01)}, {"timed": Efficiency(0.04, 0.001)}
    )

    def toy(study: Design, asked: SimulationSettings, _: Path, **options: Any) -> tuple:
        assert study.best is not None
        assert (asked.decays, options["workers"]) == (40, 1)
        options["say"]("simulation of 40 decays, 12 followed: about 3 s with 1 process")
        return (simulated_design(study.plan.evaluator, study.best, [detector]),)

    monkeypatch.setattr(design_simulation, "simulate_designs", toy)
    monkeypatch.setattr(design_simulation, "require_calzone", lambda: None)
    values = ("--set", "run.efficiency=simulated", "--set", "run.selection=timed")
    args = (*DEPTH, *SMALL, *values, "--simulate", "--decays", "40", "--out", str(tmp_path))
    result = design(*args)
    assert result.exit_code == 0, result.stderr
    assert "wayside: simulation of 40 decays, 12 followed: about 3 s" in result.stderr
    lines = [line for line in result.stdout.splitlines() if not line.startswith("wrote")]
    assert max(map(len, lines)) <= 80
    assert "simulated: 40 decays in A, 12 followed" in lines
    assert "A, timed    5 +- 1%  4 +- 0.1%" in lines
    assert any(line.startswith("fakes are not simulated") for line in lines)
    (kept,) = json.loads((tmp_path / "design.json").read_text())["simulated"]
    assert kept["ratio"]["value"] == pytest.approx(1.25)
    assert kept["value"] < kept["law_value"]


def test_simulated_fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fakes beside those of the laws, the background that follows, and the value with it."""
    detector = SimulatedDetector(
        "A", 40, 12, 3.0, {"selected": Efficiency(0.05, 0.01)}, {"selected": Efficiency(0.05, 0.0)}
    )
    fakes = [
        SimulatedFakes("A", "neutron-above", 500, 25.0, Expected(1.2e6, 2.4e5), Expected(8e5, 8e4)),
        SimulatedFakes("A", "muon-front", 500, 1.0, Expected(1e5, 1e5), Expected(88e3, 1e4)),
    ]

    def toy(study: Design, asked: SimulationSettings, _: Path, **__: Any) -> tuple:
        assert study.best is not None
        assert asked.particles == 500
        return (simulated_design(study.plan.evaluator, study.best, [detector], fakes),)

    monkeypatch.setattr(design_simulation, "simulate_designs", toy)
    monkeypatch.setattr(design_simulation, "require_calzone", lambda: None)
    keys = ("run.efficiency=simulated", "run.background=simulated", "run.selection=search")
    values = [part for key in (*keys, "run.signal=A") for part in ("--set", key)]
    args = (*DEPTH, *SMALL, *values, "--simulate", "--particles", "500", "--out", str(tmp_path))
    result = design(*args)
    assert result.exit_code == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if not line.startswith("wrote")]
    assert max(map(len, lines)) <= 80
    assert any(
        line.startswith("A, neutron-above") and line.endswith("1.5 +- 0.3") for line in lines
    )
    assert any(line.startswith("A, muon-front") and line.endswith("too few") for line in lines)
    assert any(line.startswith("a selection is taken to keep the same") for line in lines)
    (kept,) = json.loads((tmp_path / "design.json").read_text())["simulated"]
    assert kept["background"]["value"] > kept["law_background"]["value"]
    assert kept["value"] > kept["law_value"]
    assert [one["ratio"] is None for one in kept["fakes"]] == [False, True]


def test_without_the_packages_of_the_simulation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "calzone" else real(name, *a)
    )
    args = (*DEPTH, *SMALL, "--set", "run.efficiency=simulated", "--simulate")
    result = design(*args, "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert 'pip install "wayside[simulation]"' in result.stderr
    assert not (tmp_path / "new").exists()


def test_without_optuna(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    result = design(*DEPTH, *SMALL, "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert 'pip install "wayside[design]"' in result.stderr
    assert not (tmp_path / "new").exists()
