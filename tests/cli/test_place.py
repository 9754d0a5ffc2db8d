"""`wayside place` as a user meets it."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli

SMALL = ("--grid", "8x6x2", "--distance", "4:7", "--count", "2")


def place(*args: str) -> Result:
    return CliRunner().invoke(cli, ["place", "belle2-forward", *args])


def test_text_files_and_json(tmp_path: Path) -> None:
    result = place(*SMALL, "--set", "hall.preset=belle2", "--out", str(tmp_path))
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line for line in result.stdout.splitlines() if not line.startswith("wrote ")]
    assert max(map(len, lines)) <= 80
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "map.csv", "map.pdf", "map.png", "places.json", "provenance.json", "result.npz",
    ]  # fmt: skip
    kept = json.loads((tmp_path / "places.json").read_text())
    (one,) = kept["detectors"]
    pasted = re.findall(r'--set "(\S+ \S+ \S+)"', result.stdout)
    assert pasted == [best["set"] for best in one["best"]]
    assert json.loads(place(*SMALL, "--set", "hall.preset=belle2", "--json").stdout) == kept
    rows = (tmp_path / "map.csv").read_text().splitlines()
    assert rows[4].split(",")[:3] == ["theta", "phi", "distance"]
    assert len(rows) == 5 + 8 * 6 * 2
    assert sum(row.endswith(",0,nan") for row in rows) == 96 - one["grid"]["allowed"]

    point = CliRunner().invoke(
        cli,
        ["point", "belle2-forward", "--json", "--set", "hall.preset=belle2", "--set", pasted[0]],
    )
    events = json.loads(point.stdout)["expected_events"]
    assert events == pytest.approx(one["best"][0]["value"], rel=3e-4)


def test_several_detectors(tmp_path: Path) -> None:
    result = place(*SMALL, "--detector", "A", "--detector", "B", "--out", str(tmp_path), "--json")
    assert [one["detector"] for one in json.loads(result.stdout)["detectors"]] == ["A", "B"]
    assert {"map-A.csv", "map-B.png"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--grid", "3x3"), "must be three whole numbers"),
        (("--grid", "0x3x3"), "grid = 0x3x3: must be"),
        (("--grid", "9999x9999x9"), "positions at most"),
        (("--distance", "9:2"), "distance = 9:2: must be"),
        (("--distance", "2"), "must be two lengths"),
        (("--distance", "a:b"), "must be two lengths"),
        (("--distance", "nan:2"), "distance = nan:2"),
        (("--count", "0"), "--count"),
        (("--objective", "epsilons"), "--objective"),
        (("--detector", "Z"), "no detector 'Z'"),
        (("--set", "hall.preset=belle2", "--grid", "2x2x2", "--distance", "1:2"), "none of 8"),
        (("--set", "detectors.A.shape=besiii-mdc"), "detectors.A"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    args: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    result = place(*args, "--out", str(tmp_path / "new"))
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert not list(tmp_path.iterdir())
