"""`wayside reach` as a user meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

import wayside.results.reach
from wayside.cli.main import cli
from wayside.scenario import Scenario, load_scenario
from wayside.sensitivity.export import tables
from wayside.sensitivity.result import reach

FILES = [
    "contours.csv", "provenance.json", "reach.pdf", "reach.png", "result.json", "result.npz",
    "workspace.json", "yields.csv",
]  # fmt: skip
SMALL = ("--set", "plane.points=20", "--set", "run.radiation=one-photon")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["reach", *args])


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_its_files(workdir: Path) -> None:
    result = run("belle2-forward", *SMALL, "--out", "a/b")
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert names(workdir) == ["a"]
    assert names(workdir / "a" / "b") == FILES
    assert (workdir / "a/b/reach.png").read_bytes().startswith(b"\x89PNG")
    assert (workdir / "a/b/reach.pdf").read_bytes().startswith(b"%PDF")
    lines = result.stdout.splitlines()
    assert lines[0] == "belle2-forward: 90% CL exclusion where A expects 2.303 events"
    assert lines[2].startswith("closed contour: g_d 0.00")
    assert lines[-8:] == [
        f"wrote a/b/{name}"
        for name in (
            "contours.csv",
            "yields.csv",
            "result.json",
            "workspace.json",
            "result.npz",
            "reach.png",
            "reach.pdf",
            "provenance.json",
        )
    ]
    assert max(map(len, lines)) <= 80
    # What is in them is what the library gives.
    values = {"plane.points": 20, "run.radiation": "one-photon"}
    expected = reach(load_scenario("belle2-forward", values))
    for name, text in tables(expected).items():
        assert (workdir / "a/b" / name).read_text() == text
    summary = json.loads((workdir / "a/b/result.json").read_text())
    assert summary == json.loads(json.dumps(expected.summary()))
    assert Scenario.from_dict(summary["scenario"]) == expected.scenario


def test_default_folder_and_second_run(workdir: Path) -> None:
    assert run("belle2-central", *SMALL).exit_code == 0
    assert names(workdir) == ["wayside-out"]
    before = {name: (workdir / "wayside-out" / name).read_bytes() for name in FILES}
    assert run("belle2-central", *SMALL).exit_code == 0
    after = {name: (workdir / "wayside-out" / name).read_bytes() for name in FILES}
    assert names(workdir / "wayside-out") == FILES
    assert after == before, "the same input gives the same bytes"


def test_json_alone_writes_nothing(workdir: Path) -> None:
    result = run("belle2-central", *SMALL, "--json")
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert names(workdir) == []
    summary = json.loads(result.stdout)
    assert summary["axes"] == ["g_d", "epsilon"]
    assert len(summary["contour"]) == 2
    both = run("belle2-central", *SMALL, "--json", "--out", "out")
    assert json.loads(both.stdout) == summary
    assert names(workdir / "out") == FILES


@pytest.mark.usefixtures("workdir")
@pytest.mark.parametrize(
    ("plane", "hold", "axis"),
    [("epsilon-m2", "m1", "m2"), ("epsilon-delta", "m2", "delta"), ("epsilon-g_d", "sum", "g_d")],
)
def test_planes(plane: str, hold: str, axis: str) -> None:
    args = ("belle2-central", "--plane", plane, "--set", f"plane.hold={hold}")
    result = run(*args, *SMALL, "--json")
    summary = json.loads(result.stdout)
    assert summary["axes"] == [axis, "epsilon"]
    assert summary["scenario"]["plane"]["kind"] == plane


@pytest.mark.usefixtures("workdir")
def test_contours_are_read_by_numpy() -> None:
    run("belle2-forward", *SMALL, "--out", "out")
    table = np.genfromtxt(
        "out/contours.csv", delimiter=",", names=True, dtype=None, skip_header=10, encoding=None
    )
    assert table.dtype.names == ("contour", "line", "shape", "g_d", "epsilon")
    ours = table[table["contour"] == "exclusion"]
    summary = json.loads(Path("out/result.json").read_text())
    np.testing.assert_allclose(
        np.stack([ours["g_d"], ours["epsilon"]], axis=1), summary["contour"][0]["points"], rtol=1e-9
    )


def test_no_contour(workdir: Path) -> None:
    result = run("belle2-forward", *SMALL, "--set", "run.luminosity_fb=1e-6", "--out", "out")
    assert result.exit_code == 0
    assert "no contour: all 20 x 20 grid points are below the limit" in result.stdout
    assert names(workdir / "out") == FILES
    assert json.loads((workdir / "out/result.json").read_text())["contour"] == []


def test_simulated_efficiency(workdir: Path) -> None:
    simulated = ("--set", "run.efficiency=simulated")
    result = run("besiii-forward", *SMALL, *simulated, "--out", "a")
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert names(workdir / "a") == FILES
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    (of_a,) = [line for line in lines if line.startswith("efficiency of A at the scenario's point")]
    assert of_a.endswith("(timed)")
    (without,) = [
        line for line in lines if line.startswith("if every decay were detected: epsilon")
    ]
    (moved,) = [line for line in lines if line.startswith("the efficiency moves the ends by")]
    low = float(without.split()[-3])
    summary = json.loads((workdir / "a/result.json").read_text())
    points = [np.array(line["points"])[:, 1] for line in summary["contour_unity"]]
    assert low == pytest.approx(min(map(np.min, points)), rel=1e-3)
    assert float(moved.split()[-3]) > 1.0
    assert any(line.startswith("note: efficiency: simulated, timed; table of") for line in lines)
    assert "exclusion-unity," in (workdir / "a/contours.csv").read_text()
    # Looser, so farther out.
    vertex = json.loads(
        run("besiii-forward", *SMALL, *simulated, "--json", "--set", "run.selection=vertex").stdout
    )
    lowest = [
        min(min(p[1] for p in line["points"]) for line in written["contour"])
        for written in (vertex, summary)
    ]
    assert lowest[0] < lowest[1]


@pytest.mark.usefixtures("workdir")
def test_recast() -> None:
    exact, study = (
        json.loads(run("belle2-forward", *SMALL, "--json", "--recast", name).stdout)
        for name in ("exact", "printed")
    )
    assert [result["scenario"]["run"]["recast"] for result in (exact, study)] == [
        "exact",
        "printed",
    ]
    same = run("belle2-forward", *SMALL, "--json", "--set", "run.recast=printed").stdout
    assert json.loads(same) == study
    # The option wins over --set, as --plane does.
    both = run(
        "belle2-forward", *SMALL, "--json", "--recast", "exact", "--set", "run.recast=printed"
    )
    assert json.loads(both.stdout) == exact
    assert exact["contour"] == study["contour"]
    assert exact["existing"]["babar-visible"] != study["existing"]["babar-visible"]


@pytest.fixture
def no_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computes before it has looked at its input")

    monkeypatch.setattr(wayside.results.reach, "reach", refuse)


@pytest.mark.usefixtures("no_computing")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["belle2-forward", "--out", "file"], "--out file: "),
        (["belle2-forward", "--out", "file/below"], "is not a folder"),
        (["belle2-forward", "--json", "--out", "file"], "--out file: "),
        (["belle2-forward", "--plane", "epsilon"], "--plane"),
        (["belle2-forward", "--plane", "epsilon-m2", "--set", "plane.hold=m2"], "plane.hold"),
        (["belle2-forward", "--set", "plane.points=5"], "plane.points"),
        (["belle2-forward", "--set", "plane.epsilon=[1e-3, 1e-4]"], "plane.epsilon"),
        (["belle2-forward", "--set", "run.confidence_level=1"], "run.confidence_level"),
        (["belle2-forward", "--set", "model.m1=nan"], "model.m1"),
        (["nothing"], "no built-in scenario"),
        (["belle2-forward", "--recast", "else"], "--recast"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    workdir: Path, args: list[str], message: str
) -> None:
    (workdir / "file").write_text("kept")
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("wayside: error: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert names(workdir) == ["file"]
    assert (workdir / "file").read_text() == "kept"


@pytest.mark.usefixtures("workdir", "no_computing")
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="a folder that nobody can write")
def test_a_folder_that_cannot_be_written() -> None:
    result = run("belle2-forward", "--out", "/proc/wayside-out")
    assert result.exit_code == 2
    assert result.stderr.startswith("wayside: error: --out /proc/wayside-out: cannot be written")


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The disk fills up with the last table."""
    program = (
        "import os, wayside.files as output\n"
        "from wayside.cli.main import main\n"
        "done, real = [], os.fsync\n"
        "def full(number):\n"
        "    done.append(number)\n"
        "    if len(done) >= 4: raise OSError(28, 'No space left on device')\n"
        "    real(number)\n"
        "output.os.fsync = full\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "reach", "belle2-central", *SMALL, "--out", "new/out"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"COLUMNS": "80"},
        check=False,
    )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_process_keeps_standard_output_clean(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from wayside.cli.main import main; main()", "reach"]
    args = [*command, "belle2-central", *SMALL, "--json"]
    done = subprocess.run(args, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert json.loads(done.stdout)["production"] == "off-shell"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.nightly
def test_a_plane_of_keys(workdir: Path) -> None:
    alp = ("model.kind=alp-photon", "model.mass=0.1", "model.g_photon=1e-5", "plane.points=20")
    sets = [part for value in alp for part in ("--set", value)]
    result = run("belle2-forward-beams", *sets, "--set", "run.luminosity_fb=1e9", "--out", "keys")
    assert result.exit_code == 0, result.output
    assert names(workdir / "keys") == FILES
    assert "contour: model.mass " in result.stdout
    assert ", model.g_photon " in result.stdout
    written = json.loads((workdir / "keys" / "result.json").read_text(encoding="utf-8"))
    assert written["axes"] == ["model.mass", "model.g_photon"]
    header = (workdir / "keys" / "contours.csv").read_text(encoding="utf-8")
    assert "contour,line,shape,model.mass,model.g_photon" in header


def test_the_figure_is_made_to_order(workdir: Path) -> None:
    order = ("--format", "svg", "--format", "png", "--columns", "1", "--hide", "relic, lep")
    result = run("belle2-forward", *SMALL, *order, "--title", "A box", "--out", "a")
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert names(workdir / "a") == sorted({*FILES, "reach.svg"} - {"reach.pdf"})
    text = (workdir / "a/reach.svg").read_text()
    assert text.count("</svg>") == 1
    assert "<!-- A box -->" in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--hide", "relc"), "no layer 'relc'"),
        (("--style", "nowhere.mplstyle"), "nowhere.mplstyle: no such file"),
        (("--format", "gif"), "'gif' is not one of 'png', 'pdf', 'svg'"),
        (("--columns", "3"), "'3' is not one of '1', '2'"),
    ],
)
def test_a_figure_that_cannot_be_had(workdir: Path, options: tuple[str, ...], words: str) -> None:
    result = run("belle2-forward", *SMALL, *options, "--out", "a")
    assert result.exit_code == 2
    assert words in result.stderr
    assert names(workdir) == [] or names(workdir / "a") == []
