"""`wayside draw` as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wayside.cli.main import cli

BEGIN = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}


def draw(*args: str) -> Result:
    return CliRunner().invoke(cli, ["draw", "belle2-forward", *args])


def test_formats_by_ending_and_by_option(tmp_path: Path) -> None:
    result = draw("--out", str(tmp_path / "one.svg"), "--set", "hall.preset=belle2")
    assert (result.exit_code, result.stderr) == (0, "")
    result = draw("--out", str(tmp_path / "new"), "--format", "png", "--format", "pdf", "--json")
    files = json.loads(result.stdout)["files"]
    assert sorted(Path(file).name for file in files) == ["hall.pdf", "hall.png"]
    for path in (*map(Path, files), tmp_path / "one.svg"):
        assert path.read_bytes().startswith(BEGIN[path.suffix[1:]])


def test_lead_in_a_body_is_named(tmp_path: Path) -> None:
    """The box has a centimetre to the forward concrete, its lead has not."""
    wall = "hall.volumes.wall={shape='box',material='concrete',position=[0,0,10],size=[9,9,1]}"
    place = ("--set", "detectors.A={position=[0.5,0,11.01],size=[0.2,0.3,1.32],facing='beam'}")
    args = ("--set", wall, *place, "--out", str(tmp_path / "one.png"))
    result = draw(*args)
    assert result.exit_code == 0
    assert "warning: detectors.A: its lead or fibres stand in wall of the hall" in result.stderr
    notes = json.loads(draw(*args, "--json").stdout)["notes"]
    assert notes == ["detectors.A: its lead or fibres stand in wall of the hall"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--out", "x.jpg"), "must end in .png, .pdf or .svg"),
        (("--out", ""), "an empty path"),
        (("--out", "x.pdf", "--format", "png"), "disagree"),
        (("--format", "jpg"), "'jpg' is not one of"),
        (("--set", "hall.preset=nowhere"), "hall.preset"),
        (("--set", "detectors.A.position=[3, 0, 0]", "--set", "hall.preset=belle2"), "stands in"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    args: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = draw(*args)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    assert not list(tmp_path.iterdir())
