"""Submissions to HEPData: what is in them is what the result has, and the validator takes them."""

import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from reference.background_sources import few_sources

import wayside
from wayside.cli.main import cli
from wayside.errors import InputError
from wayside.results.hepdata import About, Column, Table, export_hepdata, submission_files
from wayside.results.hepdata_tables import tables_of
from wayside.results.reach import Reach
from wayside.results.saving import Saved

yaml = pytest.importorskip("yaml")


LEAVES_FILES_OPEN = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
"""The validator does."""


def small_reach() -> Reach:
    values = {
        "plane.points": 20, "plane.band": True, "run.efficiency": "simulated",
        "run.selection": "timed", "run.background": 5.0, "run.background_error": 1.0,
    }  # fmt: skip
    made = wayside.reach(wayside.load_scenario("belle2-forward", values))
    assert isinstance(made, Reach)
    return made


def keys() -> Saved:
    values = {
        "plane.x": "model.m_aprime", "plane.y": "model.epsilon", "plane.points": 20,
        "plane.x_range": [13.0, 15.0], "plane.y_range": [1e-5, 1e-1],
    }  # fmt: skip
    return wayside.reach(wayside.load_scenario("belle2-central", values))


def comparison() -> Saved:
    scenario = wayside.load_scenario(
        "belle2-central", {"plane.points": 20, "run.radiation": "one-photon"}
    )
    return wayside.compare(
        [scenario, scenario.with_values({"run.luminosity_fb": 10.0})], ["a", "b"]
    )


def background() -> Saved:
    return wayside.background(wayside.load_scenario("belle2-forward"), few_sources, points=9)


def particle() -> Saved:
    values = {
        "model.kind": "dark-photon", "model.mass": 0.05, "model.epsilon": 1e-5,
        "plane.points": 20,
    }  # fmt: skip
    return wayside.reach(wayside.load_scenario("gazelle", values))


def written(result: Saved, folder: Path) -> dict[str, Any]:
    """Tables by name: entry of the submission, and data."""
    result.save(folder / "result", formats=())
    export_hepdata(wayside.load_result(folder / "result"), folder / "result", folder / "hepdata")
    first, *entries = yaml.safe_load_all(
        (folder / "hepdata/submission/submission.yaml").read_text()
    )
    assert first["comment"].endswith(f"Computed by Wayside {wayside.__version__}.")
    return {
        entry["name"]: (
            entry,
            yaml.safe_load((folder / "hepdata/submission" / entry["data_file"]).read_text()),
        )
        for entry in entries
    }


def numbers(variable: dict[str, Any]) -> list[float]:
    return [math.nan if one["value"] == "-" else one["value"] for one in variable["values"]]


def test_numbers_are_those_of_the_result(tmp_path: Path) -> None:
    result = small_reach()
    tables = written(result, tmp_path)
    _, contour = tables["Exclusion"]
    line, x = contour["independent_variables"]
    (y,) = contour["dependent_variables"]
    assert (x["header"], y["header"]) == ({"name": "g_d"}, {"name": "epsilon"})
    for number, one in enumerate(result.contour, start=1):
        rows = [row for row, value in enumerate(numbers(line)) if value == number]
        points = np.stack([numbers(x), numbers(y)], axis=1)[rows]
        assert points.tolist() == one.points.tolist()  # to the last bit
    _, yields = tables["Expected events"]
    assert numbers(yields["dependent_variables"][-1]) == result.total.ravel().tolist()
    _, efficiency = tables["Efficiency"]
    (column,) = efficiency["dependent_variables"]
    for name, value in zip(result.scenario.detectors, column["values"], strict=True):
        expected = result.efficiency["detectors"][name]
        assert value["value"] == expected["efficiency"]
        assert value["errors"] == [{"symerror": expected["efficiency_error"], "label": "stat"}]
    _, counted = tables["Background"]
    assert counted["dependent_variables"][0]["values"] == [
        {"value": 5.0, "errors": [{"symerror": 1.0, "label": "total"}]}
    ]
    entry, _ = tables["Expected events"]
    keywords = {each["name"]: each["values"] for each in entry["keywords"]}
    assert keywords["cmenergies"] == [10.58]
    assert keywords["reactions"] == ["E+ E- --> GAMMA A', A' --> 1 2"]
    assert keywords["observables"] == ["N"]
    # Masses have their unit.
    (tmp_path / "keys").mkdir()
    _, other = written(keys(), tmp_path / "keys")["Exclusion"]
    assert other["independent_variables"][1]["header"] == {"name": "model.m_aprime", "units": "GeV"}


@pytest.mark.nightly
def test_errors_of_a_background(tmp_path: Path) -> None:
    report = background()
    assert isinstance(report, wayside.BackgroundReport)
    _, table = written(report, tmp_path)["Background in A"]
    entering = table["dependent_variables"][0]["values"]
    for source, value in zip(report.budget.detectors["A"], entering, strict=True):
        assert value["value"] == source.entering.value
        errors = {each["label"]: each["symerror"] for each in value.get("errors", ())}
        assert errors.get("stat", 0.0) == source.entering.statistical
        assert errors.get("sys", 0.0) == source.entering.systematic
        assert errors


def test_archive_has_all(tmp_path: Path) -> None:
    written(comparison(), tmp_path)
    folder = tmp_path / "hepdata"
    with zipfile.ZipFile(folder / "submission.zip") as archive:
        names = set(archive.namelist())
        assert names == {path.name for path in (folder / "submission").iterdir()}
        for name in names:
            assert archive.read(name) == (folder / "submission" / name).read_bytes()
    first = (folder / "submission.zip").read_bytes()
    export_hepdata(wayside.load_result(tmp_path / "result"), tmp_path / "result", folder)
    assert (folder / "submission.zip").read_bytes() == first


# The validator leaves files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "make",
    [
        keys,
        *(
            pytest.param(each, marks=pytest.mark.nightly)
            for each in (small_reach, comparison, background, particle)
        ),
    ],
)
@LEAVES_FILES_OPEN
def test_validator_takes_it(make: Callable[[], Saved], tmp_path: Path) -> None:
    validator = pytest.importorskip("hepdata_validator.full_submission_validator")
    written(make(), tmp_path)
    for where in (
        {"directory": tmp_path / "hepdata/submission"},
        {"archive": tmp_path / "hepdata/submission.zip"},
    ):
        check = validator.FullSubmissionValidator()
        assert check.validate(**{key: str(path) for key, path in where.items()}), (
            check.get_messages()
        )
    # It does find faults.
    table = tmp_path / "hepdata/submission/table1.yaml"
    table.write_text(table.read_text().replace("values:", "vals:", 1))
    assert not validator.FullSubmissionValidator().validate(
        directory=str(tmp_path / "hepdata/submission")
    )


@pytest.mark.nightly
@LEAVES_FILES_OPEN
def test_search(tmp_path: Path) -> None:
    """The one result that takes a minute."""
    from wayside.results.search import search

    result = search(wayside.load_scenario("belle2-forward-beams"))
    tables = written(result, tmp_path)
    _, flow = tables["Cut flow"]
    assert numbers(flow["dependent_variables"][0]) == [step.signal for step in result.flow]
    validator = pytest.importorskip("hepdata_validator.full_submission_validator")
    assert validator.FullSubmissionValidator().validate(
        directory=str(tmp_path / "hepdata/submission")
    )
    again = wayside.load_result(tmp_path / "result")
    before = {path.name: path.read_bytes() for path in (tmp_path / "result").iterdir()}
    again.save(tmp_path / "again", formats=())
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == before


def test_numbers_that_are_none() -> None:
    column = Column("x", [1.0, math.nan, math.inf], errors={"stat": [0.1, 0.2, math.nan]})
    files = submission_files(
        About("c.", ["E+ E- --> X"], 10.0, ["p"]),
        [Table("t" * 80, "d", [Column("n", ["a", "b", "c"])], [column])],
        {},
    )
    data = yaml.safe_load(files["table1.yaml"])
    assert data["dependent_variables"][0]["values"] == [
        {"value": 1.0, "errors": [{"symerror": 0.1, "label": "stat"}]},
        {"value": "-"},
        {"value": "-"},
    ]
    _, entry = yaml.safe_load_all(files["submission.yaml"])
    assert len(entry["name"]) == 64


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    comparison().save("one", formats=())
    done = CliRunner().invoke(cli, ["export", "hepdata", "one"])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Exclusion 1, a: ")
    assert done.stdout.endswith("wrote wayside-hepdata/submission.zip\n")
    report = wayside.point_report(wayside.load_scenario("belle2-forward"))
    report.save("two", formats=())
    done = CliRunner().invoke(cli, ["export", "hepdata", "two", "--out", "three"])
    assert done.exit_code == 2
    assert "a result of kind point has no tables for HEPData; there are" in done.stderr
    assert not Path("three").exists()
    with pytest.raises(InputError, match="there are reach, "):
        tables_of(report)
    scan = wayside.scan_keys(report.scenario, {"model.epsilon": [1e-4]}, ["ctau"])
    for result in (report, scan):
        with pytest.raises(InputError, match="has no tables for HEPData"):
            export_hepdata(result, "two", "three")
    assert not Path("three").exists()
