"""`wayside point` as a user meets it."""

import copy
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli
from wayside.scenario import Scenario, builtin_names, load_scenario
from wayside.sensitivity import point as computed
from wayside.text import json_text

AROUND = ("--set", "detectors.A.position=[0, 0, 0.5]", "--set", "detectors.A.facing=[0, 0, 1]")

compute = computed.point_report


@cache
def kept(content: str) -> dict[str, Any]:
    return compute(Scenario.from_dict(json.loads(content)))


@pytest.fixture(autouse=True)
def each_scenario_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute a scenario once for all tests here, which are about what is done with the numbers."""
    if "filterwarnings" in request.keywords:  # Those about warnings: a second one would be mute.
        return

    def once(scenario: Scenario) -> dict[str, Any]:
        return copy.deepcopy(kept(json_text(scenario.to_dict())))

    monkeypatch.setattr(computed, "point_report", once)


def point(*args: str) -> Result:
    return CliRunner().invoke(cli, ["point", *args])


def report(*args: str) -> dict:
    result = point(*args, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) is not None
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", ["belle2-central", "study-fig14b"])
def test_json_is_the_report(name: str) -> None:
    assert report(name) == json.loads(json_text(compute(load_scenario(name))))


CHANGES = {
    "model.kind": "pseudo-dirac",
    "model.m_aprime": "8100 MeV",
    "model.m1": 4.343,
    "model.m2": 3.64,
    "model.epsilon": 2e-4,
    "model.g_d": 0.5,
    "model.ctau_m": "250 cm",
    "collider.electron_energy": 7.007,
    "collider.positron_energy": 4.0,
    "collider.crossing_angle": "83 mrad",
    "collider.regulator": "printed",
    "run.luminosity_fb": "5 ab^-1",
    "detectors.A.position": "[1.1, 0.1, 7.2]",
    "detectors.A.size": "[0.3, 0.2, 1.0]",
    "detectors.A.facing": "beam",
    "detectors.B.facing": "[-1, 0, -5]",
    "detectors.B.position": "[1.3, 0, 6.5]",
}


def test_every_key_of_a_scenario_can_be_set() -> None:
    args = [item for key, value in CHANGES.items() for item in ("--set", f"{key}={value}")]
    values = report("belle2-forward", *args)
    assert values["sqrt_s_gev"] == pytest.approx(10.579, abs=1e-3)
    assert values["production"]["regulator"] == "printed"
    assert values["phi1"]["ctau_m"] == 2.5
    assert values["scenario"]["run"]["luminosity_fb"] == 5000.0
    assert values["scenario"]["detectors"]["A"]["facing"] == "beam"
    assert all(detector["expected_events"] > 0 for detector in values["detectors"])


CENTRAL = CHANGES | {
    "model.m_aprime": "14100 MeV",
    "model.m1": 5.01,
    "model.m2": 4.86,
    "collider.electron_energy": 5.3,
    "collider.positron_energy": 5.31,
    "detectors.A.position": "[4.1, 0.1, 0.0]",
    "detectors.A.facing": "[-1, 0.1, 0]",
}
"""The same keys of a scenario off shell, which takes a fortieth of the time."""


@pytest.mark.parametrize("key", CHANGES)
def test_each_key_changes_the_answer(key: str) -> None:
    name, changes = "belle2-central", CENTRAL
    if key.startswith("detectors.B") or key == "collider.regulator":
        name, changes = "belle2-forward", CHANGES
    before = report(name)
    after = report(name, "--set", f"{key}={changes[key]}")
    drop = ("scenario", "existing_limits")
    changed = {name for name in before if name not in drop and before[name] != after[name]}
    expected = {
        "model": {"detectors"},
        "collider": {"production"},
        "run": {"expected_events"},
        "detectors": {"detectors"},
    }[key.split(".")[0]]
    assert expected <= changed
    if key.startswith("detectors.B"):
        # B is tabulated and A counts.
        assert after["expected_events"] == before["expected_events"]
    if key == "run.luminosity_fb":
        assert after["expected_events"] == pytest.approx(before["expected_events"] / 10)


def test_lagrangian_masses() -> None:
    lagrangian = report("belle2-forward", "--set", "model.mu=4", "--set", "model.rho=0.9")
    # m1^2 = mu^2 + rho^2, m2^2 = mu^2 - rho^2: the same report from those masses.
    m1, m2 = (16 + 0.81) ** 0.5, (16 - 0.81) ** 0.5
    masses = report("belle2-forward", "--set", f"model.m1={m1!r}", "--set", f"model.m2={m2!r}")
    assert lagrangian["detectors"][0]["expected_events"] == pytest.approx(
        masses["detectors"][0]["expected_events"], rel=1e-9
    )


@pytest.mark.parametrize("name", builtin_names())
def test_text(name: str) -> None:
    result = point(name)
    assert (result.exit_code, result.stderr) == (0, "")
    values = report(name)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(f"{name}: scalar, m_aprime = ")
    text = result.stdout
    for number in (
        f"{values['production']['cross_section_fb']:.6g} fb ({values['production']['mode']}",
        f"width {values['aprime']['width_gev']:.6g} GeV",
        f"ctau {values['phi1']['ctau_m']:.5g} m",
        f"mean flight {values['phi1']['mean_flight_m']:.5g} m",
        f"{values['expected_events']:.6g} events",
        "phi1 phi2 ",
        *(f"{detector['decay_probability']:.5g}" for detector in values["detectors"]),
        *(f"arrival at {detector['name']}: light" for detector in values["detectors"]),
    ):
        assert number in text


def test_text_at_extremes() -> None:
    name = "a name of eighty characters is the longest that a scenario can have, so be it"
    long = ["--set", f"name={name[:80]}", "--set", "model.m1=4.3411234567"]
    for changes in (long, ["--set", "model.ctau_m=1e-20"], ["--set", "model.ctau_m=1e25"]):
        result = point("belle2-forward", *changes)
        assert result.exit_code == 0
        assert max(map(len, result.stdout.splitlines())) <= 80
        assert "nan" not in result.stdout


@pytest.mark.filterwarnings("default")
def test_text_of_what_does_not_exist() -> None:
    stable = point("belle2-forward", "--set", "model.m1=3.9955", "--set", "model.m2=3.995")
    assert stable.exit_code == 0
    assert stable.stderr.startswith("wayside: warning: m1 - m2 = 0.0005 GeV")
    assert stable.stderr.count("\n") == 1
    assert "ctau inf m" in stable.stdout
    assert "signal        0 events" in stable.stdout
    heavy = point("belle2-central", "--set", "model.m_aprime=500")
    assert heavy.exit_code == 0
    assert "A'  " not in heavy.stdout


def test_recast() -> None:
    exact, study = (report("besiii-forward", "--recast", name) for name in ("exact", "printed"))
    assert report("besiii-forward") == exact
    assert exact["existing_limits"]["lep"] == study["existing_limits"]["lep"]
    key = "babar-visible"
    assert exact["existing_limits"][key]["margin"] > study["existing_limits"][key]["margin"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["belle3"], 'no file and no built-in scenario "belle3"'),
        (["belle2-forward", "--set", "model.m_aprim=8"], 'did you mean "model.m_aprime"'),
        (["belle2-forward", "--set", "model.m1=nan"], "model.m1"),
        (["belle2-forward", "--set", "model.m1=3"], "model.m1 = 3: must be above m2 = 3.65"),
        (["belle2-forward", "--set", "model.m1=4 kg"], "model.m1"),
        (["belle2-forward", "--set", "model.epsilon=small"], "model.epsilon"),
        (["belle2-forward", "--set", "model.m_aprime=5"], "model.m_aprime = 5: on shell"),
        (["belle2-forward", "--set", "run.signal=C"], "run.signal"),
        (["belle2-forward", *AROUND], "the volume contains the interaction point"),
        (["belle2-forward", "--set", "detectors.A.facing=up"], "detectors.A.facing"),
        (["belle2-forward", "--recast", "else"], "--recast"),
        (["belle2-forward", "--set"], "--set"),
        ([], "SCENARIO"),
    ],
)
def test_bad_input_is_one_line(
    args: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = point(*args)
    assert list(tmp_path.iterdir()) == []
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("wayside: error: ")
    assert message.replace('"', "'") in result.stderr.replace('"', "'")


def test_broken_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[model\nkind = 1")
    result = point(str(broken))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"wayside: error: {broken}: not valid TOML")
    assert result.stderr.count("\n") == 1


def test_the_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from wayside.cli.main import main; main()", "point"]
    args = [*command, "belle2-central", "--json"]
    done = subprocess.run(args, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert json.loads(done.stdout)["production"]["mode"] == "off-shell"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_files(tmp_path: Path) -> None:
    out = tmp_path / "new"
    result = point("belle2-forward", "--out", str(out))
    assert (result.exit_code, result.stderr) == (0, "")
    names = [
        "arrivals.csv", "arrivals.pdf", "arrivals.png", "point.json", "provenance.json",
        "result.npz",
    ]  # fmt: skip
    assert sorted(each.name for each in out.iterdir()) == names
    assert all(f"wrote {out / name}" in result.stdout for name in names)
    assert json.loads((out / "point.json").read_text()) == report("belle2-forward")
    lines = (out / "arrivals.csv").read_text().splitlines()
    heads = [line for line in lines if line.startswith("#")]
    rows = [line.split(",") for line in lines[len(heads) + 1 :]]
    assert any("ns after the collision" in line for line in heads)
    for each in report("belle2-forward")["detectors"]:
        mine = [row for row in rows if row[0] == each["name"]]
        histogram = each["arrival_histogram"]
        for column, values in (
            (1, histogram["edges_ns"][:-1]),
            (2, histogram["edges_ns"][1:]),
            (3, histogram["delay_edges_ns"][:-1]),
            (5, histogram["decay_probability"]),
            (6, histogram["crossing_probability"]),
        ):
            assert [float(row[column]) for row in mine] == pytest.approx(values, rel=1e-9)
    assert (out / "arrivals.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.filterwarnings("default")
def test_files_where_nothing_decays_or_arrives(tmp_path: Path) -> None:
    stable = ["--set", "model.m1=3.9955", "--set", "model.m2=3.995"]
    assert point("belle2-forward", *stable, "--out", str(tmp_path / "a")).exit_code == 0
    assert (tmp_path / "a" / "arrivals.png").exists()
    away = ["--set", "collider.electron_energy=20", "--set", "collider.positron_energy=1.399205"]
    for name in "AB":
        away += ["--set", f"detectors.{name}.position=[1, 0, -7]"]
    assert point("belle2-forward", *away, "--out", str(tmp_path / "b")).exit_code == 0
    files = {"point.json", "provenance.json", "result.npz"}
    assert {each.name for each in (tmp_path / "b").iterdir()} == files


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    result = point("belle2-forward", "--out", str(tmp_path / "file"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_channels_that_are_closed_are_left_out_of_the_text() -> None:
    values = ("model.kind=hnl", "model.mass=0.5", "model.u2_tau=1e-6")
    options = [option for value in values for option in ("--set", value)]
    text = point("gazelle", *options).stdout
    printed = report("gazelle", *options)
    ratios = printed["llp"]["branching_ratios"]
    closed = [name for name, ratio in ratios.items() if ratio == 0.0]
    assert closed
    rows = " ".join(text.split())
    for name, ratio in ratios.items():
        assert (f" {name} {ratio:.4g}" in rows) == (name not in closed)
    for process in printed["production"]:
        assert (process["reaction"] in rows) == (process["branching_ratio"] > 0.0)


def test_errors_are_those_of_the_report() -> None:
    """Column and sources in per cent, from the JSON of the same point."""
    text = point("belle2-forward").stdout
    detector = json.loads(point("belle2-forward", "--json").stdout)["detectors"][0]
    errors = detector["uncertainty"]
    (row,) = re.findall(r"^A .*?(\S+)%$", text, re.M)
    assert float(row) == pytest.approx(100.0 * errors["total"], rel=0.05)
    (sources,) = re.findall(r"^error in A +R ratio (\S+)%, radiation (\S+)%$", text, re.M)
    expected = [100.0 * errors[source] for source in ("from_r", "radiation")]
    assert [float(part) for part in sources] == pytest.approx(expected, rel=0.05)
