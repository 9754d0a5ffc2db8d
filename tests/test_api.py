"""The library as it is imported."""

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import wayside


def python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def test_import_is_quick() -> None:
    """Nothing but the standard library until a name is used."""
    loaded = set(python("import sys, wayside; print(*sys.modules)").split())
    assert not {name.split(".")[0] for name in loaded} & {
        "numpy", "scipy", "numba", "matplotlib", "pydantic", "click", "rich",
    }  # fmt: skip
    assert {name for name in loaded if name.startswith("wayside")} == {
        "wayside", "wayside.version",
    }  # fmt: skip


@pytest.mark.parametrize("name", wayside.__all__)
def test_every_name(name: str) -> None:
    value = getattr(wayside, name)
    assert value is not None
    assert name in dir(wayside)
    if name == "__version__":
        return
    assert callable(value)
    assert value.__doc__


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'reech'"):
        wayside.reech  # noqa: B018


def test_no_name_is_a_package() -> None:
    """Packages that are imported on the way must not take the place of functions."""
    names = {name for name in wayside.__all__ if isinstance(getattr(wayside, name), ModuleType)}
    assert not names


def test_five_lines() -> None:
    scenario = wayside.load_scenario(
        "belle2-forward", {"plane.points": 40, "run.signal": ["A", "B"]}
    )
    report = wayside.point_report(scenario)
    result = wayside.reach(scenario)
    epsilon, g_d = np.geomspace(1e-5, 1e-3, 3)[:, None], np.array([0.3, 1.0])
    events = wayside.mass_point(scenario).expected_events("A", epsilon, g_d, 50_000.0)
    assert report["expected_events"] == pytest.approx(
        sum(each["expected_events"] for each in report["detectors"])
    )
    assert events.shape == (3, 2)
    assert result.contour[0].closed
    assert result._repr_html_().startswith("<div><img")
    assert isinstance(result, wayside.Reach)
    assert isinstance(scenario, wayside.Scenario)


def test_one_version() -> None:
    """The package's own is the source; what else states one agrees."""
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "src/wayside/version.py"
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", citation, flags=re.M) == [wayside.__version__]
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[(\d[^\]]*)\]", changes, flags=re.M)[0]
    assert newest == wayside.__version__


def test_without_a_scenario() -> None:
    """The same from parts: masses, beams and a box."""
    point = wayside.MassPoint(
        wayside.ScalarInelastic(8.0, 4.341, 3.65),
        wayside.Beams(5.29, 5.29),
        {"A": wayside.Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))},
        radiation="all",
        energy_spread=5e-4,
    )
    other = wayside.mass_point(wayside.load_scenario("belle2-forward"))
    events = [float(each.expected_events("A", 1e-4, 1.0, 50_000.0)) for each in (point, other)]
    assert events[0] == pytest.approx(events[1], rel=1e-12)
    fermions = wayside.PseudoDirac.from_lagrangian(8.0, 3.9, 0.05)
    assert (fermions.m1, fermions.m2) == pytest.approx((3.95, 3.85))
    assert wayside.upper_limit(0) == pytest.approx(np.log(10))


def test_names_do_not_hide_each_other() -> None:
    """No name of the interface is that of a package, and no two are the same thing."""
    packages = {path.stem for path in Path(wayside.__file__).parent.iterdir()}
    assert not packages & set(wayside.__all__)
    for one, other in itertools.combinations(wayside.__all__, 2):
        assert getattr(wayside, one) is not getattr(wayside, other)
