import csv
import json

import pytest
from click.testing import CliRunner

from wayside.cli.main import cli


def invoke(*arguments):
    return CliRunner().invoke(cli, ["paper", *arguments])


def test_writes_the_report(tmp_path):
    out = tmp_path / "out"
    result = invoke("fig4", "eq05", "--out", str(out), "--workers", "1")
    assert result.exit_code == 0
    names = {path.name for path in out.iterdir()}
    assert names == {"report.html", "report.csv", "report.json", "fig04.png", "fig04.pdf"}
    assert "Eq. 5: production off shell" in result.stdout
    assert f"wrote {out / 'report.html'}" in result.stdout
    report = [line for line in result.stdout.splitlines() if not line.startswith("wrote")]
    assert max(map(len, report)) <= 80
    with (out / "report.csv").open(encoding="utf-8") as file:
        assert {line["section"] for line in csv.DictReader(file)} == {"fig04", "eq05"}


def test_json_alone_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke("eq05", "--json", "--workers", "1")
    assert result.exit_code == 0
    (section,) = json.loads(result.stdout)["sections"]
    assert section["name"] == "eq05"
    assert list(tmp_path.iterdir()) == []


def test_list():
    result = invoke("--list")
    assert result.exit_code == 0
    assert "table1" in result.stdout
    assert "fig14" in json.loads(invoke("--list", "--json").stdout)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tabel1",), "no section 'tabel1'; did you mean table1? there are table1,"),
        (("eq05", "--workers", "0"), "--workers"),
        (("eq05", "--out", ""), "an empty path"),
        (("table2", "--rebuild"), "by: make rebuild-tables SECTION=table2"),
    ],
)
def test_refused(arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").touch()
    result = invoke("eq05", "--out", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert "not a folder" in result.stderr
