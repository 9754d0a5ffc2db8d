import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from wayside import load_scenario
from wayside.cli.main import cli
from wayside.errors import InputError
from wayside.results.relic import relic_plane

POINT = ["belle2-forward", "--set", "model.epsilon=1e-3", "--set", "model.g_d=0.1"]


def run(*args):
    return CliRunner().invoke(cli, args)


def test_point():
    result = run("relic", *POINT, "--set", "cosmology.hadrons=quarks", "--json")
    assert result.exit_code == 0
    report = json.loads(result.output)
    # micrOMEGAs, see tests/cosmology/test_relic.py.
    assert report["omega_h2"] == pytest.approx(6.209e-3, rel=3e-3)
    assert report["flags"] == []
    steps = report["freeze_out"]
    assert len(steps["x"]) == len(steps["yield"]) == len(steps["sigma_v_cm3_per_s"])
    other = run(
        "relic",
        *POINT,
        "--set",
        "cosmology.hadrons=quarks",
        "--set",
        "cosmology.dof=saikawa2018",
        "--json",
    )
    assert 0.005 < abs(json.loads(other.output)["omega_h2"] / report["omega_h2"] - 1) < 0.1


def test_files(tmp_path):
    result = run("relic", *POINT, "--out", str(tmp_path))
    assert result.exit_code == 0
    assert "Omega h^2     0.006" in result.output
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "freeze-out.png", "freeze-out.pdf", "freeze-out.csv", "provenance.json", "result.npz",
    }  # fmt: skip


def test_line(tmp_path):
    result = run("relic", "belle2-forward", "--line", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert "too much dark matter below" in result.output
    lines = [x for x in (tmp_path / "relic-line.csv").read_text().splitlines() if x[0] != "#"]
    rows = list(csv.DictReader(lines))
    assert len(rows) >= 200
    # Where the dark width rules, the line is level.
    assert {row["overabundant"] for row in rows} == {"below", "all"}
    roots = [float(row["epsilon"]) for row in rows if float(row["g_d"]) > 0.3]
    assert max(roots) / min(roots) < 1.01


def test_the_line_is_that_of_the_plane_of_the_keys(monkeypatch):
    drawn = []
    monkeypatch.setattr("wayside.results.relic.relic_line", drawn.append)
    keys = {"plane.x": "model.m2", "plane.y": "model.epsilon", "plane.points": 20}
    relic_plane(load_scenario("belle2-forward", keys))
    assert drawn[0].x.name == "m2"
    assert drawn[0].scenario.plane.hold == "m1"
    for axis in ("plane.x", "plane.y"):
        other = {**keys, axis: "model.m1", f"{axis}_range": [4.0, 4.5]}
        with pytest.raises(InputError, match=r"no line in this plane; take \(model.g_d, model.eps"):
            relic_plane(load_scenario("belle2-forward", other))
    assert len(drawn) == 1


ALP = ("model.kind=alp-photon", "model.mass=0.5", "model.g_photon=1e-6")
KEYS = ("plane.x=model.m2", "plane.y=model.epsilon")


@pytest.mark.parametrize("command", ["reach", "relic"])
@pytest.mark.parametrize(("values", "line"), [(ALP, "is a single particle"), (KEYS, "give one of")])
def test_a_plane_by_name_and_one_of_keys_are_refused(command, values, line, tmp_path):
    options = [word for value in values for word in ("--set", value)]
    folder = tmp_path / "out"
    result = run(command, "belle2-forward", *options, "--plane", "epsilon-m2", "--out", str(folder))
    assert result.exit_code == 2
    assert "--plane epsilon-m2: " in result.output
    assert line in " ".join(result.output.split())
    assert not folder.exists()


FOLDED = [
    "belle2-forward",
    *("--set", 'model.kind="pseudo-dirac"', "--set", "model.m_aprime=8"),
    *("--set", "model.m1=3.9999501", "--set", "model.m2=3.9999299"),
    *("--set", "plane.g_d=[3e-5, 6e-5]", "--set", "plane.epsilon=[1e-6, 0.1]"),
    *("--set", "plane.points=20", "--line"),
]


@pytest.mark.filterwarnings("ignore:m1 - m2")
def test_line_of_two_branches(tmp_path):
    result = run("relic", *FOLDED, "--out", str(tmp_path))
    assert "too much dark matter below\n" in result.output
    assert "too much dark matter above\n" in result.output
    lines = [x for x in (tmp_path / "relic-line.csv").read_text().splitlines() if x[0] != "#"]
    rows = list(csv.DictReader(lines))
    assert {row["overabundant"] for row in rows} == {"below", "above", "all"}
    columns = {row["g_d"] for row in rows}
    assert len(rows) > 1.3 * len(columns)
    both = [
        row
        for row in rows
        if row["g_d"] == next(one["g_d"] for one in rows if one["overabundant"] == "above")
    ]
    assert [row["overabundant"] for row in both] == ["below", "above"]
    assert float(both[0]["epsilon"]) < float(both[1]["epsilon"])


@pytest.mark.filterwarnings("ignore:m1 - m2")
def test_json_of_two_branches():
    output = run("relic", *FOLDED, "--json").output
    report = json.loads(output[output.index("{") :])
    assert report["axes"] == ["g_d", "epsilon"]
    assert [line["overabundant"] for line in report["lines"]] == ["below", "above"]
    assert len(report["overabundant"]) == len(report["x"])
    assert report["overabundant"][0] == [[1e-6, 0.1]]
    assert max(len(each) for each in report["overabundant"]) == 2


@pytest.mark.parametrize("command", ["relic", "point", "reach"])
@pytest.mark.parametrize("setting", ["model.epsilon=0", "model.g_d=0.0"])
def test_zero_couplings_say_infinite(command, setting):
    result = run(command, "belle2-forward", "--set", setting)
    assert result.exit_code == 2
    key = setting.split("=")[0]
    assert f"{key} = 0" in result.output
    assert "nothing annihilates, the relic density is infinite" in result.output
    assert result.output.count("\n") == 1


def test_a_density_that_could_not_be_computed(monkeypatch):
    def fail(*args):
        return np.full(len(args[0]), np.nan)

    monkeypatch.setattr("wayside.cosmology.relic._solve_many", fail)
    result = run("relic", *POINT)
    assert result.exit_code == 2
    assert "epsilon = 0.001, g_d = 0.1: the relic density could not be computed" in result.output
    report = json.loads(run("point", *POINT, "--json").output)["relic"]
    assert report["omega_h2"] is None
    assert report["flags"] == ["not-computed"]
    assert "relic         could not be computed" in run("point", *POINT).output


def test_not_known():
    # The width of A' is not known where the Z would add to it.
    heavy = ["belle2-central", "--set", "model.m_aprime=250"]
    assert "not known at these masses" in run("relic", *heavy, "--line").output
    assert run("relic", *heavy).exit_code == 2
    assert json.loads(run("point", *heavy, "--json").output)["relic"]["omega_h2"] is None


def test_point_report():
    result = run("point", *POINT, "--set", "cosmology.hadrons=quarks", "--json")
    relic = json.loads(result.output)["relic"]
    assert set(relic) == {"omega_h2", "x_freeze_out", "uncertainty", "flags"}
    assert relic["omega_h2"] == pytest.approx(6.209e-3, rel=3e-3)
    assert "relic         Omega h^2 = 0.0061" in run("point", *POINT).output


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ("cosmology.hadrons=partons", "cosmology.hadrons"),
        ("cosmology.dof=gondolo", "cosmology.dof"),
        ("cosmology.dofs=1", "cosmology.dofs"),
        ("model.m_aprime=7.9", "model.m_aprime"),
        ("model.epsilon=nan", "model.epsilon"),
        ("model.g_d=0", "model.g_d"),
    ],
)
def test_bad_input(setting, word):
    result = run("relic", "belle2-forward", "--set", setting)
    assert result.exit_code == 2
    assert word in result.output
