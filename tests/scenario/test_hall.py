"""The section of the hall: built-in halls, bodies of one's own, what is refused."""

import math
import re

import pytest

from wayside.errors import InputError
from wayside.scenario import Scenario, load_scenario
from wayside.scenario.hall import preset_hall, preset_names

BODY = {
    "hall.volumes.wall.x_min": 0.5, "hall.volumes.wall.x_max": 3,
    "hall.volumes.wall.y_min": -2, "hall.volumes.wall.y_max": 2,
    "hall.volumes.wall.z_min": 6, "hall.volumes.wall.z_max": 7.5,
    "hall.volumes.wall.material": "concrete",
}  # fmt: skip

WORDS = ("looked up", "derived", "inferred", "recalled", "a guess")


@pytest.mark.parametrize("name", preset_names())
def test_every_body_of_a_table_has_a_source(name: str) -> None:
    hall = preset_hall(name)
    for key in ("title", "origin", "version", "units", "date", "licence", "left_out"):
        assert hall.header[key]
    assert 0.0 < hall.sqrt_s[0] < hall.sqrt_s[1]
    assert hall.volumes.keys() == hall.sources.keys() == hall.certainty.keys()
    assert all(hall.sources.values())
    assert all(text.startswith(WORDS) for text in hall.certainty.values())


def test_numbers_that_were_looked_up() -> None:
    """Against the files of the experiment, by another way than through the table's own numbers."""
    bodies = preset_hall("belle2").volumes
    barrel, forward = bodies["yoke-barrel"], bodies["yoke-forward"]
    low, high = 0.47 - 2.30, 0.47 + 2.30
    area = 8 * math.tan(math.pi / 8) * (3.535**2 - 2.019**2)
    assert sum(p.volume for p in barrel.pieces) == pytest.approx(area * (high - low), rel=1e-6)
    assert barrel.pieces[0].contains([3.0, 0.0, high - 1e-6])
    assert forward.pieces[0].contains([3.0, 0.0, 0.47 + 2.9605 + 0.6605 - 1e-6])
    # Iron alone, as if the plates had no gaps between: 14 plates of 4.7 cm; 132.1 cm less 14 gaps.
    assert barrel.material.density * 1.516 == pytest.approx(7.874 * 14 * 0.047, rel=2e-3)
    assert forward.material.density * 1.321 == pytest.approx(7.874 * (1.321 - 14 * 0.044), rel=2e-3)


def test_the_studys_detectors_stand_in_the_halls() -> None:
    for name, hall in (
        ("belle2-forward", "belle2"), ("belle2-central", "belle2"), ("besiii-forward", "besiii"),
        ("gazelle", "belle2"),
    ):  # fmt: skip
        scenario = load_scenario(name, {"hall.preset": hall})
        assert Scenario.from_dict(scenario.to_dict()) == scenario
        assert load_scenario(name).hall is None


@pytest.mark.parametrize(
    ("position", "body"),
    [
        ([2.5, 0.0, 3.4], "yoke-forward"),
        ([2.7, 0.0, 0.0], "yoke-barrel"),
        ([2.3, 0.0, 7.0], "gate-shield-forward"),
        ([0.29, 0.0, 7.0], "beam-line-electrons-forward"),
        ([1.5, 0.0, 4.5], "concrete-forward"),
        ([5.0, -6.0, 5.0], "floor"),
    ],
)
def test_a_detector_in_iron_is_refused(position: list[float], body: str) -> None:
    values = {"hall.preset": "belle2", "detectors.A.position": position}
    with pytest.raises(InputError, match=f"detectors.A: stands in .*{body}") as error:
        load_scenario("belle2-forward", values)
    assert "\n" not in str(error.value)
    assert load_scenario("belle2-forward", {"detectors.A.position": position}).hall is None


def test_bodies_of_ones_own() -> None:
    with pytest.raises(InputError, match=r"detectors\.A: stands in wall of the hall"):
        load_scenario("belle2-forward", BODY)
    scenario = load_scenario("belle2-forward", BODY | {"hall.volumes.wall.passable": True})
    assert scenario.hall is not None
    (wall,) = scenario.hall.build().volumes
    assert (wall.material.density, wall.passable) == (2.3, True)
    light = BODY | {"hall.volumes.wall.passable": True, "hall.volumes.wall.density": 1.1}
    scenario = load_scenario("belle2-forward", light)
    assert scenario.hall is not None
    assert scenario.hall.build().volumes[0].material.density == 1.1


def test_a_drift_chamber_in_its_own_detector() -> None:
    values = {"detectors.A": {"shape": "belle2-cdc"}, "detectors.B": None, "hall.preset": "belle2"}
    with pytest.raises(InputError, match="stands in main-detector"):
        load_scenario("belle2-forward", values)
    values["hall.passable"] = ["main-detector", "final-focus-backward", "final-focus-forward"]
    scenario = load_scenario("belle2-forward", values)
    assert scenario.hall is not None
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    assert not preset_hall("belle2").volumes["main-detector"].passable


def test_the_hall_of_another_collider_is_warned_of() -> None:
    line = (
        "hall.preset = 'belle2': of a collider with sqrt_s = 9.3 to 11.3 GeV; here it is 3.78 GeV"
    )
    with pytest.warns(UserWarning, match=f"^{re.escape(line)}$"):
        load_scenario("besiii-forward", {"hall.preset": "belle2"})
    load_scenario("besiii-forward", {"hall.preset": "besiii"})
    load_scenario("belle2-forward-beams", {"hall.preset": "belle2"})


def test_a_body_of_the_preset_is_replaced() -> None:
    values = {key.replace("wall", "floor"): value for key, value in BODY.items()}
    values |= {"hall.preset": "belle2", "hall.volumes.floor.passable": True}
    scenario = load_scenario("belle2-forward", values)
    assert scenario.hall is not None
    bodies = {body.name: body for body in scenario.hall.build().volumes}
    assert bodies.keys() == preset_hall("belle2").volumes.keys()
    assert bodies["floor"].pieces[0].contains([1.0, 0.0, 7.0])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hall.preset": "bele2"}, "hall.preset = 'bele2': must be belle2, besiii or besiii"),
        (BODY | {"hall.volumes.wall.material": "iorn"}, 'did you mean "iron"'),
        (BODY | {"hall.volumes.wall.shape": "blok"}, 'did you mean "block"'),
        (BODY | {"hall.volumes.wall.density": -1}, "hall.volumes.wall.density"),
        (BODY | {"hall.volumes.wall.x_mn": 1}, "hall.volumes.wall.x_mn: unknown key"),
        (BODY | {"hall.volumes.wall.x_min": 4}, "hall.volumes.wall.x_min = 4: must be below"),
        (BODY | {"hall.volumes.wall.passable": 1}, "must be true or false"),
        ({"hall.volumes.wall": 3}, "must be a section"),
        ({"hall.preset": "belle2", "hall.passable": "flor"}, 'did you mean "floor"'),
        ({"hall.passable": [3]}, "hall.passable"),
        ({"shielding.iron": "hall"}, "there is no"),
        ({"shielding.iron": "hell"}, "must be a length"),
        ({"shielding.tungsten": "hall"}, "shielding.tungsten"),
    ],
)
def test_bad_input_is_one_line(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as error:
        load_scenario("belle2-forward", values)
    text = str(error.value)
    assert "\n" not in text
    assert message.split(" or ")[0] in text
