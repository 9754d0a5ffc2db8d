"""Sources of other packages: found, listed, counted; and what is said of broken ones."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from wayside.backgrounds import fakes
from wayside.backgrounds.budget import budget
from wayside.backgrounds.fake_counts import Contribution, contributions, total
from wayside.backgrounds.registry import BUILT_IN, GROUP, sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.cli.main import cli
from wayside.errors import InputError
from wayside.scenario import load_scenario

GUIDE = Path(__file__).parents[2] / "docs" / "howto_source.md"

BESIII = "besiii-forward"


def block(language: str) -> str:
    """The one block of the guide in a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```", GUIDE.read_text(), flags=re.M | re.S)
    return text


def install(folder: Path, module: str, code: str, line: str) -> None:
    """Lay a module and its entry point down as an installed package."""
    (folder / f"{module}.py").write_text(code)
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[wayside.backgrounds]\n{line}\n")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which packages are found; their modules are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(file.stem, None)


def parts() -> dict[str, Contribution]:
    return {part.key: part for part in contributions(load_scenario(BESIII), "A")}


def test_the_source_of_the_guide(path: Path) -> None:
    before = parts()
    ((name, value),) = tomllib.loads(block("toml"))["project"]["entry-points"][GROUP].items()
    install(path, "hall_test_beam", block("python"), f"{name} = {value}")
    after = parts()
    assert list(after) == [*before, "test-beam"]
    mine = after["test-beam"]
    assert mine.entering.value == pytest.approx(5.0 * 3652.5 * 86400.0)
    expected = fakes.per_particle("muon-front", [10.0], [1.0], "timed").value
    assert mine.vertices is not None
    assert mine.vertices["timed"].value == pytest.approx(expected * mine.entering.value)
    added = total(after.values(), "vertex").value - total(before.values(), "vertex").value
    assert added == pytest.approx(mine.vertices["vertex"].value)
    result = CliRunner().invoke(cli, ["background", BESIII])
    assert result.exit_code == 0
    # In the table of sources, in that of vetoes, and among the notes.
    assert len(re.findall(r"^ *test-beam ", result.output, flags=re.M)) == 2
    assert "test-beam: 5 Hz on average" in result.output


def test_a_source_without_a_spectrum_is_listed_and_not_counted(path: Path) -> None:
    code = re.sub(r" *spectrum=.*?\),\n", "", block("python"), flags=re.S)
    install(path, "beam_unknown", code, "beam = beam_unknown:sources")
    mine = parts()["test-beam"]
    assert (mine.vertices, mine.after_veto) == (None, None)
    assert budget(load_scenario(BESIII)).not_counted(["A"]) == ["muons of a test beam"]


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("import no_such_module\n", "x = broken:sources", "broken:sources cannot be loaded"),
        ("1 / 0\n", "x = broken:sources", r"cannot be loaded \(ZeroDivisionError"),
        ("", "x = broken:sources", "cannot be loaded"),
        ("def sources(_):\n    return ['axions']\n", "x = broken:sources", "gives a str"),
        (
            "from wayside.backgrounds.cosmic_muons import sources\n",
            "x = broken:sources",
            "a second 'cosmic-muons'",
        ),
    ],
)
def test_a_broken_package_is_one_line(path: Path, code: str, line: str, message: str) -> None:
    install(path, "broken", code, line)
    with pytest.raises(InputError, match=message) as caught:
        sources(DetectorSetup(load_scenario(BESIII), "A"))
    assert "\n" not in str(caught.value)


def test_own_sources() -> None:
    setup = DetectorSetup(load_scenario("belle2-forward"), "A")
    found = sources(setup)
    keys = [source.key for source in found]
    assert keys[0] == "collider-muons"
    assert keys[-1] == "unrelated-tracks"
    assert len(set(keys)) == len(keys) >= len(BUILT_IN) - 1
    assert all(source.title and source.notes for source in found)
    assert all(source.entering.value > 0.0 for source in found)


def test_unknown_detector() -> None:
    with pytest.raises(InputError, match=r"detector 'C': known are A, B"):
        contributions(load_scenario("belle2-forward"), "C")


def test_a_setup_computes_once() -> None:
    calls: list[tuple[str, int]] = []

    def slow(setup: DetectorSetup, power: int = 1) -> float:
        calls.append((setup.detector, power))
        return setup.luminosity_fb**power

    scenario = load_scenario("belle2-forward")
    one, other = DetectorSetup(scenario, "A"), DetectorSetup(scenario, "B")
    assert one.once(slow) == one.once(slow) == other.once(slow) == 50_000.0
    assert one.once(slow, 2) == one.once(slow, 2) == 50_000.0**2
    assert calls == [("A", 1), ("B", 1), ("A", 2)]
