"""Scripts behind the tables: they exist, run where they should, and failures say so."""

import re
from pathlib import Path

import pytest

from wayside.errors import InputError
from wayside.paper import rebuild
from wayside.paper.registry import SECTIONS

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def source(tmp_path, monkeypatch):
    (tmp_path / "scripts").mkdir()
    monkeypatch.setattr(rebuild, "source_folder", lambda: tmp_path)
    monkeypatch.setattr(rebuild.importlib.util, "find_spec", lambda name: name)
    return tmp_path


def test_scripts_exist_and_know_their_options():
    assert set(rebuild.COMMANDS) <= set(SECTIONS)
    for script, *arguments in (each for row in rebuild.COMMANDS.values() for each in row):
        text = (SCRIPTS / script).read_text(encoding="utf-8")
        for option in (each for each in arguments if each.startswith("--")):
            assert f'add_argument("{option}"' in text, script


def test_every_table_of_a_section_is_named_by_a_script():
    """A table whose header says that a script made it is made by one of those that are run."""
    run = {row[0] for rows in rebuild.COMMANDS.values() for row in rows}
    data = Path(rebuild.__file__).parents[1] / "data"
    named = set()
    for table in data.glob("*.csv"):
        header = [line for line in table.read_text("utf-8").splitlines() if line.startswith("#")]
        named |= set(re.findall(r"# command: .*?scripts/(\w+\.py)", "\n".join(header)))
    # These carry over published numbers, and simulate nothing.
    assert run <= named
    assert all("simul" not in (SCRIPTS / each).read_text("utf-8") for each in named - run)


def test_runs_in_the_source_and_says_what(source):
    (source / "scripts" / "good.py").write_text(
        "import sys, pathlib; pathlib.Path('made').write_text(' '.join(sys.argv[1:]))"
    )
    said: list[str] = []
    rebuild.run(("good.py", "--write"), said.append)
    assert (source / "made").read_text() == "--write"
    assert said == ["python scripts/good.py --write"]


def test_failure_is_one_line(source):
    (source / "scripts" / "bad.py").write_text("raise SystemExit(3)")
    with pytest.raises(InputError, match=r"^--rebuild: bad\.py failed with status 3$"):
        rebuild.run(("bad.py",), lambda _: None)


def test_without_a_checkout_or_an_extra(source, monkeypatch):
    assert rebuild.commands(("eq05", "fig14")) == []
    assert len(rebuild.commands(("eq05", "klong"))) == 6
    monkeypatch.setattr(rebuild.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match="needs calzone, mulder, pythia8mc: pip install"):
        rebuild.commands(("klong",))
    (source / "scripts").rmdir()
    with pytest.raises(InputError, match="get a checkout"):
        rebuild.commands(("klong",))
