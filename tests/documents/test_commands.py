"""Commands in the documents run, and print what the documents show."""

import functools
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from documents.sessions import ROOT, Printed, inline_commands, printed_commands
from documents.test_guides import GUIDES
from wayside.cli.common import PAGE
from wayside.cli.main import cli

MAKE = [each for each in printed_commands() if each.words[0] == "make"]
SCRIPTS = [each for each in printed_commands() if "python" in each.words]
WAYSIDE = [
    each
    for each in printed_commands()
    if each.words[:2] != ["wayside", "explore"]
    and each.words[0] == "wayside"
    and ROOT / each.document not in {one.document for one in GUIDES}
]
SERVED = [each for each in printed_commands() if each.words[:2] == ["wayside", "explore"]]
LONG = ("paper", "background", "simulate", "reconstruct", "scan")
"""Commands that take more than some ten seconds."""
READERS = ("export", "rerun")
"""Commands that read saved results."""
LONG_OPTIONS = ("run.efficiency=simulated", "epsilon-m2", "belle2-forward-beams")

ERROR_COLUMN = re.compile(r"\de-\d\d")


def name(printed: Printed) -> str:
    return f"{Path(printed.document).stem}: {printed.line}"


def with_marks(printed: Printed):
    words = printed.words
    long = words[1] in LONG or any(option in words for option in LONG_OPTIONS)
    return pytest.param(printed, id=name(printed), marks=[pytest.mark.nightly] if long else [])


def tokens(text: str) -> list[str | float]:
    """Words, and numbers as such; the error bounds of numerical integration are left out."""
    parts: list[str | float] = []
    for word in re.split(r"[\s,()%]+", text):
        if ERROR_COLUMN.fullmatch(word):
            continue
        try:
            parts.append(float(word))
        except ValueError:
            parts.append(word)
    return parts


def run(words: list[str]) -> Result:
    """A command in the current folder; its output goes to a file where the command says so."""
    words, target = (words[:-2], words[-1]) if ">" in words else (words, None)
    result = CliRunner().invoke(cli, words[1:])
    if target is not None:
        Path(target).write_text(result.stdout, encoding="utf-8")
    return result


def before(printed: Printed) -> list[list[str]]:
    """Commands that wrote the folders of results which another one reads."""
    earlier = {
        each.words[each.words.index("--out") + 1]: each.words
        for each in reversed(WAYSIDE)
        if "--out" in each.words
    }
    reads = printed.words[1] in READERS
    return [earlier[word] for word in printed.words[2:] if reads and word in earlier]


@pytest.mark.parametrize("printed", [with_marks(each) for each in WAYSIDE])
def test_wayside(printed: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if printed.scenario is not None:
        Path("own.toml").write_text(printed.scenario, encoding="utf-8")
    for words in before(printed):
        assert run(words).exit_code == 0
    result = run(printed.words)
    if printed.output.startswith("wayside: error:"):
        assert result.exit_code == 2
        assert result.stderr == printed.output
        return
    assert result.exit_code == 0, result.stderr
    # Of all commands: paths and numbers in JSON are not broken.
    whole = "--json" in printed.words
    assert whole or max(map(len, result.stdout.splitlines()), default=0) <= PAGE
    if not printed.output:
        return
    ours, shown = tokens(result.stdout), tokens(printed.output)
    assert len(ours) == len(shown), result.stdout
    for our, other in zip(ours, shown, strict=True):
        # Five digits are printed; the last one may turn.
        assert our == (pytest.approx(other, rel=3e-4) if isinstance(other, float) else other)


@pytest.mark.parametrize("printed", SERVED, ids=name)
def test_explore(printed: Printed) -> None:
    """It serves until it is interrupted."""
    program = [sys.executable, "-c", "from wayside.cli.main import main; main()"]
    process = subprocess.Popen(
        [*program, *printed.words[1:], "--no-open"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().split()[-1].startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130


@pytest.mark.parametrize("printed", MAKE, ids=name)
def test_make(printed: Printed) -> None:
    """The target exists and its recipe is complete."""
    done = subprocess.run(
        ["make", "--dry-run", *printed.words[1:]], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_make_reach(tmp_path: Path) -> None:
    """The first command of the README, in this environment instead of one that it makes."""
    (tmp_path / "bin").symlink_to(Path(sys.executable).parent)
    (tmp_path / ".run").touch()
    out = tmp_path / "out"
    subprocess.run(["make", "reach", f"VENV={tmp_path}", f"OUT={out}"], cwd=ROOT, check=True)
    assert (out / "reach.png").stat().st_size > 10_000
    assert (out / "result.json").exists()


@functools.cache
def usage(script: str) -> str:
    done = subprocess.run(
        [sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("printed", SCRIPTS, ids=name)
def test_script(printed: Printed) -> None:
    """The script exists and knows the options; it takes too long to be run here."""
    words = printed.words
    script, *rest = words[words.index("python") + 1 :]
    for option in rest:
        if option.startswith("--"):
            assert option in usage(script)


@pytest.mark.parametrize(("document", "words"), inline_commands(), ids=str)
def test_in_running_text(document: str, words: list[str]) -> None:
    """Commands in the text name what exists: subcommand and options, targets, scripts."""
    assert document
    if words[0] == "make":
        subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, check=True)
    elif words[0] == "python":
        assert (ROOT / words[1]).exists()
    elif words[1] not in {"--version", "COMMAND"}:
        command = cli.get_command(click.Context(cli), words[1])
        assert command is not None
        known = {option for each in command.params for option in each.opts}
        assert {word for word in words if word.startswith("--")} <= known | {"--help"}
