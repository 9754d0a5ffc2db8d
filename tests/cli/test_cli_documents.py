"""What the documents print is what the commands print."""

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from wayside.cli.main import cli

DOCS = Path(__file__).parents[2] / "docs"
ERROR_COLUMN = re.compile(r"\de-\d\d")


def tokens(text: str) -> list[str | float]:
    """Words, and numbers as such; bounds of numerical errors may be others."""
    found: list[str | float] = []
    for word in re.split(r"[\s,()%]+", text):
        if ERROR_COLUMN.fullmatch(word):
            continue
        try:
            found.append(float(word))
        except ValueError:
            found.append(word)
    return found


def printed(document: str, command: str) -> str:
    text = (DOCS / document).read_text()
    match = re.search(rf"^\$ {re.escape(command)}\n(.*?)^(?:```|\$ )", text, re.M | re.S)
    assert match is not None
    return match[1]


@pytest.mark.parametrize(
    ("document", "command"),
    [
        ("howto_scenario.md", "wayside point own.toml"),
        ("tutorial.md", "wayside point belle2-forward"),
    ],
)
def test_points(document: str, command: str, tmp_path: Path, monkeypatch) -> None:
    example = re.search(r"```toml\n(.*?)```", (DOCS / "howto_scenario.md").read_text(), re.S)
    assert example is not None
    assert tomllib.loads(example[1])["detectors"].keys() == {"near", "far"}
    (tmp_path / "own.toml").write_text(example[1])
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, command.split()[1:])
    assert result.exit_code == 0
    ours, theirs = tokens(result.stdout), tokens(printed(document, command))
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        # Five digits are printed; the last one may turn.
        assert one == (pytest.approx(other, rel=3e-4) if isinstance(other, float) else other)


@pytest.mark.parametrize(
    "command",
    [
        "wayside point belle2-forward --set model.m_aprim=8",
        'wayside point belle2-forward --set "model.m1=4 m"',
    ],
)
def test_refusals(command: str) -> None:
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)]
    result = CliRunner().invoke(cli, words[1:])
    assert result.exit_code == 2
    assert result.stderr == printed("howto_scenario.md", command)
