"""`wayside background` as a user meets it."""

import json
import math
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reference.background_sources import few_sources, no_vertices

from wayside.backgrounds.budget import budget
from wayside.backgrounds.counts import Count
from wayside.cli.background import _value_or_limit
from wayside.cli.main import cli
from wayside.plotting import background_figures
from wayside.plotting.budget import budget_figure, luminosity_figure
from wayside.results import background as results
from wayside.scenario import load_scenario
from wayside.sensitivity import background, background_report

FILES = [
    "background.csv", "background.json", "background.pdf", "background.png",
    "luminosity.csv", "luminosity.pdf", "luminosity.png", "provenance.json", "result.npz",
    "workspace.json",
]  # fmt: skip


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["background", *args])


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources that cost nothing, and only the two figures of their sum."""
    report = partial(results.background, find=few_sources, points=17)
    monkeypatch.setattr(results, "background", report)
    monkeypatch.setattr(
        background_figures,
        "background_figures",
        lambda shown: [
            ("background", lambda: budget_figure(shown)),
            ("luminosity", lambda: luminosity_figure(shown)),
        ],
    )


@pytest.mark.usefixtures("quick")
def test_text(workdir: Path) -> None:
    result = run("belle2-forward")
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert list(workdir.iterdir()) == []
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "belle2-forward: 50000 fb^-1, 3652.5 days; selection: timed"
    at = lines.index("detector A (signal)")
    assert lines[at + 1].split() == ["source", "entering", "rate", "vertex", "timed"]
    assert lines[at + 2].split() == [
        "cosmic-muons", "1e+09", "10%", "3.17/s", "3e+04", "20%", "0.4", "35%",
    ]  # fmt: skip
    assert lines[at + 4].split()[-1] == "0+-0.1"
    assert lines[at + 5].split()[0] == "beam-photons-of-a..."
    assert lines[at + 5].split()[-2:] == ["unknown", "unknown"]
    assert lines[at + 6].split() == ["total", "3e+04", "20%", "3.4", "42%"]
    head = ["source", "vertex", "gas", "timed", "closed", "quiet", "both", "isolated"]
    at = next(i for i, line in enumerate(lines) if line.split() == head)
    assert lines[at + 1].split() == [
        "cosmic-muons", "3e+04", "3e+03", "3e+02", "30", "3", "0.3", "0.03",
    ]  # fmt: skip
    assert "detector B (not signal)" in lines
    assert "A, timed: 3.4 +- 1.42 events expected" in lines
    assert "note: background not counted: photons" in lines
    assert any(line.startswith("zero background holds up to 2.35e+03 fb^-1") for line in lines)
    last = next(line for line in lines if line.startswith("5e+05")).split()
    assert len(last) == 8
    assert float(last[2]) < float(last[4]) < float(last[3])


@pytest.mark.usefixtures("quick")
def test_one_detector() -> None:
    text = run("belle2-forward", "--detector", "B").stdout
    assert "detector B (not signal)" in text
    assert "detector A" not in text
    assert "A, timed: 3.4 +- 1.42 events expected" in text, "the total is of the signal detectors"


@pytest.mark.usefixtures("quick")
def test_selection() -> None:
    text = run("belle2-forward", "--set", "run.selection=vertex").stdout
    assert "A, vertex: 30000 +- 6010 events expected" in text


@pytest.mark.usefixtures("quick")
def test_files_and_json(workdir: Path) -> None:
    result = run("belle2-forward", "--json", "--out", "a/b")
    assert result.exit_code == 0
    folder = workdir / "a" / "b"
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert json.loads(result.stdout) == json.loads((folder / "background.json").read_text())
    assert (folder / "luminosity.png").read_bytes().startswith(b"\x89PNG")
    workspace = json.loads((folder / "workspace.json").read_text())
    observed = {
        observation["name"]: observation["data"][0] for observation in workspace["observations"]
    }
    assert observed["signal"] == pytest.approx(3.4)
    assert observed["control"] == pytest.approx(3.4 * 1.3)
    assert run("belle2-forward", "--json").stdout == result.stdout
    one = json.loads(run("belle2-forward", "--json", "--detector", "B").stdout)
    assert list(one["detectors"]) == ["B"]


def test_nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    report = partial(results.background, find=no_vertices, points=17)
    monkeypatch.setattr(results, "background", report)
    text = run("besiii-forward").stdout
    assert text.count("unknown") == 4
    assert "zero background: not assessed, no source is counted" in text


def test_figures_without_anything_to_count() -> None:
    report = background_report.background_report(load_scenario("besiii-forward"), no_vertices, 17)
    words = [text.get_text() for text in budget_figure(report).axes[0].texts]
    assert words == ["not simulated", "not simulated"]
    assert len(luminosity_figure(report).axes[0].lines) == 3  # two curves and the luminosity


def test_reach_takes_the_total(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "budget", partial(budget, find=few_sources))
    args = ["reach", "belle2-forward", "--set", "run.background=simulated"]
    args += ["--set", "run.selection=timed"]
    result = CliRunner().invoke(cli, [*args, "--set", "plane.points=20", "--out", "out"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "belle2-forward: 90% CL exclusion where A expects 4.624 events"
    assert lines[2:5] == [
        "background: 3.4 +- 1.42 events (simulated)",
        "with a background one error higher: 5.696 signal events",
        "zero background holds up to 2.35e+03 fb^-1",
    ]
    assert "note: background not counted: photons" in lines
    header = (workdir / "out/contours.csv").read_text().splitlines()
    limit = next(line for line in header if line.startswith("# n_limit: 4.62"))
    assert limit.endswith(" (90% CL, background 3.4 +- 1.42)")
    workspace = json.loads((workdir / "out/workspace.json").read_text())
    assert workspace["observations"] == [{"name": "signal", "data": [pytest.approx(3.4)]}]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["belle2-forward", "--out", "file"], "--out file: "),
        (["belle2-forward", "--detector", "C"], "detector C: not one of A, B"),
        (["belle2-forward", "--set", "run.background=much"], "run.background = 'much': must be"),
        (["belle2-forward", "--set", "run.background=-1"], "run.background = -1: must be at least"),
        (["belle2-forward", "--set", "run.background=[1]"], "run.background = [1]: must be"),
        (
            ["belle2-forward", "--set", "run.background_error=-1"],
            "run.background_error = -1: must be at least 0",
        ),
        (
            [
                "belle2-forward",
                "--set",
                "run.background=simulated",
                "--set",
                "run.background_error=1",
            ],
            "run.background_error = 1: goes with a number of events",
        ),
        (["belle2-forward", "--set", "run.selection=all"], "run.selection = 'all': must be"),
        (["nothing"], "no built-in scenario"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computes before it has looked at its input")

    monkeypatch.setattr(results, "background", refuse)
    (workdir / "file").write_text("kept")
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("wayside: error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert [path.name for path in workdir.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["belle2-central", "belle2-forward-beams", "besiii-forward"])
def test_real_sources(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The shipped tables: every source is counted, or listed as not counted."""
    report = partial(results.background, points=9)
    monkeypatch.setattr(results, "background", report)
    report = json.loads(run(name, "--json").stdout)
    for detector in report["detectors"].values():
        keys = [source["key"] for source in detector["sources"]]
        assert {"collider-muons", "cosmic-muons", "unrelated-tracks"} <= set(keys)
        unknown = [source["title"] for source in detector["sources"] if source["vertices"] is None]
        assert detector["not_counted"] == unknown
        assert sum(
            source["vertices"]["timed"]["value"]
            for source in detector["sources"]
            if source["vertices"] is not None
        ) == pytest.approx(detector["total"]["timed"]["value"])


def test_all_figures() -> None:
    report = background_report.background_report(
        load_scenario("besiii-forward"), no_vertices, points=17
    )
    names = [name for name, _ in background_figures.background_figures(report)]
    assert names[:7] == [
        "background",
        "luminosity",
        "collider-muons",
        "cosmic-muon-spectra",
        "cosmic-muon-slopes",
        "occupancy",
        "lead",
    ]
    assert "rock-neutrals" not in names, "at the surface there is no rock"


def test_none_simulated_is_an_upper_limit() -> None:
    assert _value_or_limit(Count(0.0, statistical=10.0)) == "<2e+01"
    assert _value_or_limit(Count(1e-9, statistical=1.0)) == "<2"
    assert _value_or_limit(Count(3.0, statistical=4.0)) == "3"
    assert _value_or_limit(Count(0.0)) == "0"
    # 2.3 is the mean number of events of which none is observed once in ten.
    assert math.exp(-2.3) == pytest.approx(0.1, abs=3e-4)
