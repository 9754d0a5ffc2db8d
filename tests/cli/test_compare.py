"""`wayside compare` as a user meets it."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli
from wayside.limits.published import read_limit
from wayside.results.comparison import Comparison
from wayside.results.kinds import load_result
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity.background import Background

SMALL = ("--set", "plane.points=20", "--set", "run.radiation=one-photon")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


@pytest.fixture(autouse=True)
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_contours_are_those_of_reach() -> None:
    Path("own.csv").write_text(
        "# from a paper\ng_d,epsilon\n0.01,1e-3\n0.1,2e-3\n0.01,1e-3\n0.01,1e-3\n"
    )
    done = run(
        "compare", "belle2-forward", "--vary", "run.luminosity_fb=500,50000", *SMALL,
        "--limits", "mine=own.csv", "--format", "svg", "--out", "both",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("luminosity_fb = 500: N = 2.303; g_d 0.04")
    assert max(map(len, lines)) <= 80
    names = sorted(path.name for path in Path("both").iterdir())
    assert names == [
        "compare.json", "compare.svg", "contours.csv", "provenance.json", "result.npz",
    ]  # fmt: skip
    svg = Path("both/compare.svg").read_text()
    assert "Omega" in svg or "0.12" in svg  # the relic density is the same for both

    assert run("reach", "belle2-forward", *SMALL, "--json").exit_code == 0
    alone = json.loads(run("reach", "belle2-forward", *SMALL, "--json").stdout)
    text = Path("both/contours.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    ours = [
        (float(row["g_d"]), float(row["epsilon"]))
        for row in rows
        if row["label"] == "luminosity_fb = 50000"
    ]
    np.testing.assert_allclose(ours, alone["contour"][0]["points"], rtol=1e-9)
    assert run("rerun", "both").exit_code == 0


def test_title() -> None:
    """Luminosity and background stand in it where they are the same of all."""
    scenario = load_scenario("belle2-forward")
    other = load_scenario("belle2-forward", {"run.luminosity_fb": 500})
    none, some = (Background(value, 0.0, "number", 0.9, 50e3) for value in (0.0, 3.0))

    def title(*pairs: tuple[Scenario, Background]) -> str:
        results = tuple(cast(Any, SimpleNamespace(scenario=s, background=b)) for s, b in pairs)
        return Comparison(results, ("a", "b"))._title()

    first = "belle2-forward: exclusion at 90% CL, "
    assert title((scenario, none), (scenario, none)) == first + "50 ab$^{-1}$, no background"
    each = title((scenario, none), (other, some))
    assert each == first + "luminosity of each, background of each"


def test_saved_results_and_labels(workdir: Path) -> None:
    assert run("reach", "belle2-forward", *SMALL, "--out", "one").exit_code == 0
    done = run(
        "compare", "one", "belle2-central", "--set", "plane.points=20",
        "--label", "forward, $A$", "--label", "central",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "note: existing limits are not drawn: they are not the same for all" in done.stdout
    result = load_result(workdir / "wayside-compare")
    assert isinstance(result, Comparison)
    assert result.backdrop is None
    (legend,) = result.figure().legends
    assert [text.get_text() for text in legend.get_texts()] == [r"forward, \$A\$", "central"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("belle2-forward", "belle2-forward"), 'two are called "belle2-forward"'),
        (("belle2-forward", "--label", "a", "--label", "b"), "--label: 2 of them for 1 contours"),
        (("belle2-forward", "--vary", "model.m2"), "must be KEY=A,B,..."),
        (("belle2-forward", "--vary", "model.nothing=1"), "model.nothing"),
        (("belle2-forward", "--limits", "none.csv"), "none.csv: no such file"),
        (("belle2-forward", "--hide", "x"), "no layer 'x'"),
        ((), "Missing argument"),
    ],
)
def test_bad_input(workdir: Path, args: tuple[str, ...], words: str) -> None:
    done = run("compare", *args)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(workdir.iterdir())


def test_other_axes() -> None:
    text = run("scenarios", "belle2-forward").stdout
    Path("other.toml").write_text(f'{text}\n[plane]\nkind = "epsilon-m2"\n')
    done = run("compare", "belle2-forward", "other.toml", *SMALL)
    assert done.exit_code == 2
    assert "planes of g_d, epsilon and of m2, epsilon cannot be drawn in one figure" in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must have two points or more, one a line"),
        ("x,y\n1,2\n", "must have two points or more, one a line"),
        ("1,2\n3,4,5\n", 'point 2 is "3,4,5"; must be two numbers'),
        ("1,2\n3,a\n", 'point 2 is "3,a"; must be two numbers'),
        ("1,2\n3,-4\n", "all numbers must be finite and above 0"),
        ("1,2\n3,inf\n", "all numbers must be finite and above 0"),
    ],
)
def test_damaged_limits(text: str, words: str) -> None:
    Path("own.csv").write_text(text)
    done = run("reach", "belle2-forward", "--limits", "own.csv")
    assert done.exit_code == 2
    assert done.stderr == f"wayside: error: own.csv: {words}\n"


def test_a_limit() -> None:
    Path("own.csv").write_text("\ufeff# two\nx, y\n0.1, 1e-3\n1e0,2e-3\n")
    limit = read_limit("NA64 = 2023=own.csv")
    assert limit.label == "NA64 = 2023"
    assert limit.points.tolist() == [[0.1, 1e-3], [1.0, 2e-3]]
    assert not limit.closed
