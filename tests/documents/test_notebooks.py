"""The notebooks of the documentation run, cell by cell."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from documents.sessions import ROOT

NOTEBOOKS = [
    path for path in sorted((ROOT / "docs/notebooks").glob("*.md")) if path.stem != "index"
]
CELL = re.compile(r"^```\{code-cell\}\n(.*?)^```$", flags=re.M | re.S)


def test_gallery_has_every_figure() -> None:
    """Each with a command: tests of the documents look whether it exists."""
    text = (ROOT / "docs/gallery.md").read_text(encoding="utf-8")
    rows = re.findall(r"\(figures/([\w-]+\.png)\)\]\([\w/]+\.md\) \| `(?:wayside|python) ", text)
    assert sorted(rows) == sorted(path.name for path in (ROOT / "docs/figures").glob("*.png"))


def test_there_are_four() -> None:
    assert {path.stem for path in NOTEBOOKS} == {
        "background", "first_contour", "own_detector", "scan",
    }  # fmt: skip


@pytest.mark.nightly  # the documentation runs them whenever it is built, and fails with them
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs(path: Path, tmp_path: Path) -> None:
    """In a process of its own, as a kernel would; warnings are errors there too."""
    pytest.importorskip("distributed")
    cells = CELL.findall(path.read_text(encoding="utf-8"))
    assert len(cells) >= 3
    program = "import matplotlib\nmatplotlib.use('agg')\n" + "\n".join(cells)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())
