"""The command as a user meets it: exit codes, one-line errors, what it prints."""

import importlib
import json
import subprocess
import sys
import warnings
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from numba.core import config

import wayside
from wayside import compiled
from wayside.cli.common import (
    check_out,
    json_option,
    load,
    out_option,
    scenario_options,
    table_text,
)
from wayside.cli.main import COMMANDS, WaysideGroup, cli
from wayside.errors import AccuracyWarning, InputError
from wayside.files import write_files
from wayside.scenario import Scenario, builtin_names, builtin_text, load_scenario
from wayside.text import json_text


def wayside_command(*args: str, **options: object) -> "subprocess.CompletedProcess[str]":
    program = [sys.executable, "-c", "from wayside.cli.main import main; main()", *args]
    return subprocess.run(program, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def group() -> click.Group:
    """A group like `wayside` with commands that go wrong, and one that does what commands do."""
    group = WaysideGroup("wayside")

    @group.command()
    @scenario_options
    @out_option
    @json_option
    def study(scenario: str, overrides: tuple[str, ...], out: Path | None, as_json: bool) -> None:
        """Load, check, write."""
        loaded = load(scenario, overrides)
        if out is not None:
            check_out(out)
            write_files(out, {"result.json": json_text(loaded.to_dict())})
        if as_json:
            click.echo(json_text(loaded.to_dict()))

    @group.command()
    @click.argument("kind")
    def fail(kind: str) -> None:
        """Go wrong."""
        if kind == "input":
            raise InputError("model.m1 = 3:\n must be more")
        if kind == "interrupt":
            raise KeyboardInterrupt
        if kind == "disk":
            raise OSError(28, "No space left on device")
        if kind == "warning":
            warnings.warn("error estimate 1e-3", AccuracyWarning, stacklevel=1)
        if kind == "status":
            click.get_current_context().exit(1)

    return group


@pytest.mark.parametrize(
    ("args", "status", "line"),
    [
        (["fail", "input"], 2, "wayside: error: model.m1 = 3: must be more\n"),
        (["fail", "disk"], 2, "wayside: error: [Errno 28] No space left on device\n"),
        (["fail", "status"], 1, ""),
        (["fail", "nothing"], 0, ""),
        (["fail"], 2, "wayside: error: Missing argument 'KIND'. See 'wayside fail --help'.\n"),
        (["fial"], 2, "wayside: error: No such command 'fial'; did you mean 'fail'? See"),
        (["fail", "-x"], 2, "wayside: error: No such option"),
        (["study", "nope"], 2, "wayside: error: no file and no built-in scenario 'nope'"),
        (
            ["study", "belle2-forward", "--set", "model.m1=3"],
            2,
            "wayside: error: model.m1 = 3: must be above m2 = 3.65 GeV\n",
        ),
    ],
)
def test_errors_are_one_line(group: click.Group, args: list[str], status: int, line: str) -> None:
    result = CliRunner().invoke(group, args)
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == (1 if line else 0)


def test_interrupt(group: click.Group) -> None:
    result = CliRunner().invoke(group, ["fail", "interrupt"])
    assert result.exit_code == 130
    assert result.stderr.strip() == "wayside: interrupted"


def test_warnings_are_one_line(group: click.Group) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        result = CliRunner().invoke(group, ["fail", "warning"])
    assert (result.exit_code, result.stderr) == (0, "wayside: warning: error estimate 1e-3\n")


def test_options_reach_the_scenario(group: click.Group, tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    args = ["study", "belle2-forward", "--set", "model.g_d=0.5", "--set", "run.signal=B"]
    result = CliRunner().invoke(group, [*args, "--json", "--out", str(out)])
    assert (result.exit_code, result.stderr) == (0, "")
    scenario = load_scenario("belle2-forward", {"model.g_d": 0.5, "run.signal": "B"})
    assert Scenario.from_dict(json.loads(result.stdout)) == scenario
    assert json.loads((out / "result.json").read_text()) == scenario.to_dict()


@pytest.mark.parametrize(
    "bad",
    [
        ["nope"],
        ["belle2-forward", "--set", "model.m1=nan"],
        ["belle2-forward", "--set", "x"],
        ["belle2-forward", "--unknown"],
        ["belle2-forward", "extra"],
    ],
)
def test_bad_input_writes_nothing(group: click.Group, tmp_path: Path, bad: list[str]) -> None:
    result = CliRunner().invoke(group, ["study", *bad, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_out_that_is_a_file(group: click.Group, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    for out in (file, file / "below"):
        result = CliRunner().invoke(group, ["study", "belle2-forward", "--out", str(out)])
        assert result.exit_code == 2
        assert result.stderr == f"wayside: error: --out {out}: {file} is not a folder\n"
    assert file.read_text() == "kept"


@pytest.mark.parametrize(
    ("args", "status"),
    [
        (["scenarios"], 0),
        (["scenarios", "belle2-forward"], 0),
        (["--version"], 0),
        ([], 0),
        (["doctor"], 0),
        (["scenarios", "nope"], 2),
        (["scenarios", "--nope"], 2),
        (["nope"], 2),
        (["--nope"], 2),
    ],
)
def test_exit_status_of_the_process(args: list[str], status: int, tmp_path: Path) -> None:
    result = wayside_command(*args, cwd=tmp_path)
    assert result.returncode == status
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == (0 if status == 0 else 1)
    assert result.stderr.startswith("wayside: error: " if status else "")
    assert (result.stdout == "") == (status != 0)
    assert list(tmp_path.iterdir()) == []


def test_sigint_and_sigterm_of_the_process(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
import wayside.files as output
from wayside.cli import main, scenarios
number = getattr(signal, sys.argv.pop(1))
def killed(descriptor):
    os.kill(os.getpid(), number)
output.os.fsync = killed
scenarios.command.callback = lambda **_: output.write_files(Path("new/out"), {"a.txt": "a" * 99})
main.main()
"""
    for name, status in (("SIGINT", 130), ("SIGTERM", 143)):
        args = [sys.executable, "-c", program, name, "scenarios"]
        result = subprocess.run(args, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert result.returncode == status
        assert "Traceback" not in result.stderr
        assert list(tmp_path.iterdir()) == [], "neither half-written files nor new folders"


def test_closed_pipe() -> None:
    program = f"{sys.executable} -c 'from wayside.cli.main import main; main()' scenarios"
    result = subprocess.run(
        f"{program} belle2-forward | true", shell=True, capture_output=True, text=True, check=True
    )
    assert result.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_on_standard_output() -> None:
    program = [sys.executable, "-c", "from wayside.cli.main import main; main()", "scenarios"]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            program, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 2
    assert result.stderr == "wayside: error: standard output: No space left on device\n"


def test_help_imports_nothing_heavy() -> None:
    # The promise is half a second; numpy alone takes a good part of it, so count modules, not time.
    program = (
        "import sys\n"
        "from wayside.cli.main import main\n"
        "try: main()\n"
        "finally: print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    for args in (["--help"], ["--version"], ["scenarios", "--help"], ["doctor", "--help"]):
        result = subprocess.run(
            [sys.executable, "-c", program, *args], capture_output=True, text=True, check=True
        )
        loaded = set(result.stderr.split())
        assert "click" in loaded
        assert not loaded & {"numpy", "scipy", "numba", "pydantic", "matplotlib", "rich"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists(name: str) -> None:
    command = importlib.import_module(f"wayside.cli.{name}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: wayside {name}")
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_help_and_version() -> None:
    shown = [CliRunner().invoke(cli, args).stdout for args in ([], ["--help"], ["-h"])]
    assert shown[0] == shown[1] == shown[2]
    for name, summary in COMMANDS.items():
        assert f"{name} " in shown[0]
        assert summary in shown[0]
    assert max(map(len, shown[0].splitlines())) <= 80
    assert CliRunner().invoke(cli, ["--version"]).stdout == f"wayside {wayside.__version__}\n"


def test_scenarios() -> None:
    listed = CliRunner().invoke(cli, ["scenarios"]).stdout
    assert [line.split()[0] for line in listed.splitlines()[1:]] == list(builtin_names())
    assert max(map(len, listed.splitlines())) <= 80
    assert "..." not in listed, "descriptions of the built-in ones fit"
    objects = json.loads(CliRunner().invoke(cli, ["scenarios", "--json"]).stdout)
    assert [each["name"] for each in objects] == list(builtin_names())
    assert objects[1]["detectors"] == ["A", "B"]
    for name in builtin_names():
        text = CliRunner().invoke(cli, ["scenarios", name]).stdout
        assert text == builtin_text(name)
        one = json.loads(CliRunner().invoke(cli, ["scenarios", name, "--json"]).stdout)
        assert Scenario.from_dict(one) == load_scenario(name)


def test_doctor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    report = json.loads(CliRunner().invoke(cli, ["doctor", "--json"]).stdout)
    assert report["wayside"] == wayside.__version__
    assert report["python"] == sys.version.split()[0]
    assert report["packages"]["numpy"] == np.__version__
    assert {"click", "pydantic", "scipy"} <= set(report["packages"])
    assert "pytest" not in report["packages"], "extras are not needed"
    tables = {table["name"]: table for table in report["data"]}
    assert all(table["version"] and table["origin"] for table in tables.values())
    assert "BaBar" in tables["babar_visible"]["origin"]
    text = CliRunner().invoke(cli, ["doctor"]).stdout
    assert all(name in text for name in [*tables, *report["packages"]])
    table_part = text[: text.index("Compiled code")]
    assert max(map(len, table_part.splitlines())) <= 80
    origins = text.index("origin")
    column = text.rindex("version", 0, origins) - text.rindex("\n", 0, origins) - 1
    width = origins - text.rindex("version", 0, origins)
    cells = " ".join(line[column : column + width] for line in table_part.splitlines()).split()
    versions = " ".join(table["version"] for table in tables.values()).split()
    assert " ".join(versions) in " ".join(cells), "versions are not cut"
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))  # NUMBA_CACHE_DIR
    report = json.loads(CliRunner().invoke(cli, ["doctor", "--json"]).stdout)
    assert report["numba_cache"] == {"folder": str(tmp_path / "cache"), "writable": True}


def test_doctor_without_a_folder_for_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "cache_folder", lambda: None)
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 0
    assert "set NUMBA_CACHE_DIR" in result.stdout


def test_doctor_misses_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda _: ["numpy>=1", "no-such-thing>=2"])
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 1
    assert result.stderr == "wayside: missing: no-such-thing\n"


def test_json_text() -> None:
    value = {
        "a": np.array([1.0, np.inf]), "b": (np.float64(2.0), np.int64(3)), "c": float("nan"),
        4: Path("x"), "d": {"e": None, "f": True}, "g": "ħ",
    }  # fmt: skip
    assert json.loads(json_text(value)) == {
        "a": [1.0, None], "b": [2.0, 3], "c": None, "4": "x", "d": {"e": None, "f": True}, "g": "ħ",
    }  # fmt: skip


def test_table_text() -> None:
    text = table_text(("a", "b"), [("long name", "x" * 100), ("", "y")], width=20)
    assert text.splitlines() == ["a          b", "long name  xxxxxx...", "           y"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("piont", "did you mean 'point'?"),
        ("Reach", "did you mean 'reach'?"),
        ("scen", "did you mean 'scenarios'?"),
        ("zzz", "there are " + ", ".join(COMMANDS) + "."),
        ("two\nlines", "there are"),
        ("x" * 500, "there are"),
    ],
)
def test_unknown_command(word: str, hint: str) -> None:
    result = CliRunner().invoke(cli, [word, "belle2-forward"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("wayside: error: No such command '")
    assert hint in result.stderr
    assert result.stderr.endswith("See 'wayside --help'.\n")
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 130 + len(", ".join(COMMANDS))
