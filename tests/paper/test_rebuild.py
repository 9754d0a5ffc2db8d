"""Scripts behind the tables of the report: they exist, run in the checkout, and failures say so."""

import importlib.util
import re
from importlib import resources
from pathlib import Path

import pytest

from wayside.errors import InputError
from wayside.paper.registry import SECTIONS

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture(scope="module")
def rebuild():
    specification = importlib.util.spec_from_file_location(
        "rebuild_paper_tables", SCRIPTS / "rebuild_paper_tables.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_scripts_exist_and_know_their_options(rebuild):
    assert set(rebuild.COMMANDS) <= set(SECTIONS)
    for script, *arguments in rebuild.commands(()):
        text = (SCRIPTS / script).read_text(encoding="utf-8")
        for option in (argument for argument in arguments if argument.startswith("--")):
            assert f'add_argument("{option}"' in text, script


def test_every_table_of_a_section_is_named_by_a_script(rebuild):
    """A table whose header says that a script made it is made by one of those that are run."""
    run = {script for script, *_ in rebuild.commands(()) if script != "make_study_events.py"}
    named = set()
    for table in resources.files("wayside.data").iterdir():
        if table.name.endswith(".csv"):
            lines = table.read_text("utf-8").splitlines()
            header = "\n".join(line for line in lines if line.startswith("#"))
            named |= set(re.findall(r"# command: .*?scripts/(\w+\.py)", header))
    # The others carry over published numbers, and simulate nothing; but for pairs of particles that
    # the study has not.
    others = named - run - {"make_narrow_pairs.py"}
    assert run <= named
    assert all("simul" not in (SCRIPTS / name).read_text("utf-8") for name in others)


def test_a_script_runs_in_the_checkout_and_is_printed(rebuild, tmp_path, capfd):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "good.py").write_text(
        "import sys, pathlib; pathlib.Path('made').write_text(' '.join(sys.argv[1:]))"
    )
    rebuild.run(("good.py", "--write"), tmp_path)
    assert (tmp_path / "made").read_text() == "--write"
    assert capfd.readouterr().out == "python scripts/good.py --write\n"


def test_failure_is_one_line(rebuild, tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "bad.py").write_text("raise SystemExit(3)")
    with pytest.raises(InputError, match=r"^bad\.py failed with status 3$"):
        rebuild.run(("bad.py",), tmp_path)


def test_scripts_of_a_section(rebuild):
    assert len(rebuild.commands(("eq05", "klong"))) == 6
    assert rebuild.commands(("fig12", "sheets")) == rebuild.RECORD
    with pytest.raises(InputError, match="no table was simulated for eq05; there are table2,"):
        rebuild.commands(("eq05",))
    with pytest.raises(InputError, match="no section 'fig99'"):
        rebuild.commands(("fig99",))


def test_without_an_extra(rebuild, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"^needs calzone, mulder, pythia8mc: pip install"):
        rebuild.require_packages()


def test_listed_or_refused_on_the_command_line(rebuild, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["rebuild_paper_tables.py", "--list", "table2"])
    assert rebuild.main() == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    monkeypatch.setattr("sys.argv", ["rebuild_paper_tables.py", "eq05"])
    assert rebuild.main() == 2
    assert capsys.readouterr().err.startswith("rebuild_paper_tables: error: no table was")
