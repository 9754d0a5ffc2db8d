import csv
import json

import pytest
from click.testing import CliRunner

from wayside.cli.main import cli

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
    assert names == {"freeze-out.png", "freeze-out.pdf", "freeze-out.csv"}


def test_line(tmp_path):
    result = run("relic", "belle2-forward", "--line", "--out", str(tmp_path))
    assert result.exit_code == 0
    assert "too much dark matter below" in result.output
    lines = [x for x in (tmp_path / "relic-line.csv").read_text().splitlines() if x[0] != "#"]
    rows = list(csv.DictReader(lines))
    assert len(rows) >= 200
    # Where the dark width rules, the line is level.
    roots = [float(row["epsilon"]) for row in rows if float(row["g_d"]) > 0.3]
    assert max(roots) / min(roots) < 1.01


def test_not_known():
    # R(s), and with it the width of A', ends at 188.7 GeV.
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


@pytest.mark.parametrize("key", ["model.epsilon", "model.g_d"])
def test_zero_couplings_say_what_they_mean(key: str) -> None:
    result = run("relic", "belle2-forward", "--set", f"{key}=0")
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"wayside: error: {key} = 0: must be at least 1e-30")
    assert line.endswith("without it nothing annihilates, and the relic density is infinite")
