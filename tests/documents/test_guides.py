"""The guides to extensions work as they are printed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from documents.sessions import ROOT, blocks, printed_commands


class Guide(NamedTuple):
    """A package as a guide prints it."""

    document: Path
    group: str
    key: str
    module: str
    code: str
    """The module that the entry point names."""
    tests: str
    """The test that the guide prints; empty where it has none."""


def read(document: Path) -> Guide | None:
    """The package of a guide, or None for a document that is none."""
    found = blocks(document)
    entry = re.search(
        r'entry-points\."(wayside\.\w+)"\]\n(\S+) = "(\w+):',
        "".join(text for language, text in found if language == "toml"),
    )
    if entry is None:
        return None
    python = [text for language, text in found if language == "python"]
    tests = [text for text in python if "def test_" in text]
    code = [text for text in python if text.startswith('"""')]
    return Guide(document, *entry.groups(), code[0], "".join(tests))


GUIDES = [guide for path in sorted(ROOT.glob("docs/howto_*.md")) if (guide := read(path))]


@pytest.fixture
def installed(guide: Guide, tmp_path: Path) -> dict[str, str]:
    """An environment in which the package of a guide is installed beside Wayside."""
    (tmp_path / f"{guide.module}.py").write_text(guide.code, encoding="utf-8")
    (tmp_path / f"test_{guide.module}.py").write_text(guide.tests, encoding="utf-8")
    record = tmp_path / f"{guide.module}-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text(f"Name: {guide.module}\nVersion: 1\n", encoding="utf-8")
    text = "".join(text for language, text in blocks(guide.document) if language == "toml")
    lines = text.partition("[project.")[2].replace('."', ".", 1).replace('"]', "]", 1)
    lines = lines.replace("entry-points.", "", 1).replace('"', "")
    (record / "entry_points.txt").write_text(f"[{lines}", encoding="utf-8")
    paths = [str(tmp_path), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def ids(guide: Guide) -> str:
    return guide.document.stem


def test_there_are_guides() -> None:
    assert {"wayside.models", "wayside.backgrounds"} <= {guide.group for guide in GUIDES}


@pytest.mark.parametrize("guide", [guide for guide in GUIDES if guide.tests], ids=ids)
def test_its_test_passes(guide: Guide, installed: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"test_{guide.module}.py"],
        cwd=tmp_path,
        env=installed,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def commands(guide: Guide) -> list[list[str]]:
    name = str(guide.document.relative_to(ROOT))
    return [each.words for each in printed_commands() if each.document == name]


@pytest.mark.nightly
@pytest.mark.parametrize("guide", [guide for guide in GUIDES if commands(guide)], ids=ids)
def test_its_command_finds_it(guide: Guide, installed: dict[str, str], tmp_path: Path) -> None:
    for words in commands(guide):
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=tmp_path,
            env=installed,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert guide.key in done.stdout
