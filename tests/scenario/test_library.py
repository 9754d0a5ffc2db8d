"""Built-in scenarios, files, and changes by dotted key."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wayside.errors import InputError
from wayside.scenario import Scenario, builtin_names, builtin_text, load_scenario
from wayside.scenario.overrides import apply, parse


def test_builtin_scenarios_hold_the_geometry_of_the_study() -> None:
    # Centre of the face along and off the beam (as the study places them), size, luminosity.
    expected = {
        "belle2-forward": ({"A": (7.0, 1.0), "B": (7.0, 1.4)}, 10.58, 50e3, "on-shell"),
        "belle2-forward-beams": ({"A": (7.0, 1.0), "B": (7.0, 1.4)}, 10.579, 50e3, "on-shell"),
        "belle2-central": ({"A": (0.0, 4.0)}, 10.58, 50e3, "off-shell"),
        "besiii-forward": ({"A": (6.0, 0.84)}, 3.78, 100.0, "on-shell"),
    }
    ours = {name for name in builtin_names() if not name.startswith("study-")}
    assert ours == {*expected, "gazelle"}
    for name, (places, sqrt_s, luminosity, mode) in expected.items():
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.description
        assert scenario.sqrt_s == pytest.approx(sqrt_s, abs=5e-4)
        assert scenario.run.luminosity_fb == luminosity
        assert scenario.mode == mode
        assert set(scenario.detectors) == set(places)
        assert scenario.signal == ("A",)
        for box, (along, off) in places.items():
            detector = scenario.detectors[box]
            assert (detector.position[2], np.hypot(*detector.position[:2])) == (along, off)
            assert detector.size == ((0.2, 0.3, 1.32) if box == "A" else (0.2, 0.4, 1.32))
            assert detector.facing == "ip"


def test_gazelle_has_boxes_of_the_proposal() -> None:
    # Centre and full size along the axes, in m.
    boxes = {
        "baby": ((10, -3.7, 10), (4, 4, 4)),
        "l-b1": ((35, 2.3, 0), (6, 16, 24)),
        "l-b2": ((19, 2.3, 10.5), (26, 16, 3)),
        "godzilla": ((-27, 18, 20), (25, 10, 50)),
    }
    scenario = load_scenario("gazelle")
    assert set(scenario.detectors) == set(boxes)
    assert scenario.collider == load_scenario("belle2-forward-beams").collider
    for name, (centre, size) in boxes.items():
        corners = scenario.detectors[name].build().corners
        np.testing.assert_allclose(corners.mean(axis=0), centre, rtol=1e-12)
        np.testing.assert_allclose(np.ptp(corners, axis=0), size, rtol=1e-12)


def test_only_the_beams_differ() -> None:
    plain, beams = (load_scenario(name) for name in ("belle2-forward", "belle2-forward-beams"))
    assert beams.collider.crossing_angle == 0.083
    assert (
        beams.model_copy(
            update={
                "name": plain.name,
                "description": plain.description,
                "collider": plain.collider,
            }
        )
        == plain
    )


def test_own_file(tmp_path: Path) -> None:
    path = tmp_path / "own-study.toml"
    path.write_text("\ufeff" + builtin_text("belle2-forward").replace("8.0 ", '"8200 MeV" '))
    scenario = load_scenario(path)
    assert scenario == load_scenario(str(path))
    assert (scenario.name, scenario.model.m_aprime) == ("own-study", 8.2)
    path.write_text(f'name = "mine"\n{builtin_text("belle2-forward")}')
    assert load_scenario(path).name == "mine"


def test_name_of_an_own_file(tmp_path: Path) -> None:
    """A file may have any name; what the name of a scenario cannot hold is left out."""
    text = builtin_text("belle2-forward")
    stems = {"\N{LATIN SMALL LETTER U WITH DIAERESIS}ber": None, "x" * 200: "x" * 80, "a\nb": "a?b"}
    for stem, name in stems.items():
        path = tmp_path / f"{stem}.toml"
        path.write_text(text)
        assert load_scenario(path).name == (name or stem)
    raw = os.fsencode(tmp_path) + b"/a\xff.toml"
    Path(os.fsdecode(raw)).write_text(text)
    assert load_scenario(os.fsdecode(raw)).name == "a\N{REPLACEMENT CHARACTER}"


def test_a_file_does_not_hide_a_builtin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("belle2-forward").mkdir()
    assert load_scenario("belle2-forward").name == "belle2-forward"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1), ("a=1e-4", 1e-4), ("a=.5", 0.5), ("a=1.e-4", 1e-4), ("a=true", True),
        ("a=scalar", "scalar"), ('a="scalar"', "scalar"), ("a=8 GeV", "8 GeV"),
        ("a=[1, 0, 7]", [1, 0, 7]), ("a = [ '1 m', 2 ]", ["1 m", 2]), ("a={x = 1}", {"x": 1}),
        ("a=b=c", "b=c"), ("a=[1, 2", "[1, 2"), ("a=50/ab", "50/ab"),
        ("a=1\n[run]\nb=2", "1\n[run]\nb=2"),
    ],
)  # fmt: skip
def test_values_of_assignments(text: str, value: object) -> None:
    result = parse(text)
    assert result == ("a", value)
    assert type(result[1]) is type(value)


def test_apply_leaves_its_input_alone(base: dict[str, Any]) -> None:
    before = repr(base)
    position = [1.0, 2.0, 3.0]
    after = apply(base, {"detectors.A.position": position, "run.signal": None})
    position[0] = 9.0
    assert repr(base) == before
    assert after["detectors"]["A"]["position"] == [1.0, 2.0, 3.0]
    assert "signal" not in after["run"]


def test_set() -> None:
    scenario = load_scenario(
        "belle2-forward",
        [
            "model.m_aprime=8100 MeV",
            "model.m_aprime=8.2",  # later ones win
            "run.luminosity_fb=1 ab^-1",
            "detectors.A.position=[120 cm, 0, 7]".replace("120 cm", '"120 cm"'),
            "detectors.A.facing=beam",
            "detectors.C.position=[2, 0, 7]",
            "detectors.C.size=[0.1, 0.1, 1]",
            "run.signal=C",
        ],
    )
    assert scenario.model.m_aprime == 8.2
    assert scenario.run.luminosity_fb == 1000.0
    assert scenario.detectors["A"].position == (1.2, 0.0, 7.0)
    assert scenario.detectors["A"].facing == "beam"
    assert tuple(scenario.detectors) == ("A", "B", "C")
    assert scenario.signal == ("C",)


def test_with_values() -> None:
    scenario = load_scenario("belle2-forward")
    other = scenario.with_values({"model.epsilon": np.float64(1e-3), "run.signal": None})
    assert (other.model.epsilon, other.signal) == (1e-3, ("A", "B"))
    assert scenario.model.epsilon == 1e-4
    assert scenario.with_values(["model.epsilon=1e-3"]).model.epsilon == 1e-3
    with pytest.raises(InputError, match=r"^model\.epsilon = nan"):
        scenario.with_values({"model.epsilon": np.nan})


def test_switching_the_mass_parametrisation() -> None:
    scenario = load_scenario("belle2-forward", ["model.mu=3.9", "model.rho=1.5"])
    assert (scenario.model.m1, scenario.model.m2) == (None, None)
    assert scenario.masses == pytest.approx(((3.9**2 + 1.5**2) ** 0.5, (3.9**2 - 1.5**2) ** 0.5))
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert scenario.with_values({"model.rho": 1.4}).masses[0] < scenario.masses[0]
    back = scenario.with_values({"model.m1": 4.341, "model.m2": 3.65})
    assert back == load_scenario("belle2-forward")
