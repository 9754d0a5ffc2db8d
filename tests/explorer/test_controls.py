"""Controls show what a scenario has, and change just that."""

import pytest

from wayside.errors import InputError
from wayside.explorer.controls import SPLITTING, changed, controls, value_of
from wayside.explorer.state import State
from wayside.scenario import builtin_names, load_scenario

PARTICLE = {
    "model.kind": "dark-photon",
    "model.mass": 0.3,
    "model.epsilon": 1e-5,
    "plane.x": "model.mass",
    "plane.y": "model.epsilon",
}


def scenario(name: str = "belle2-forward", **values: object):
    return load_scenario(name, {key.replace("__", "."): value for key, value in values.items()})


@pytest.mark.parametrize("name", builtin_names())
def test_every_control_says_what_it_has(name: str) -> None:
    """Entering the value that is there changes nothing."""
    whole = load_scenario(name)
    for control in controls(whole):
        value = value_of(whole, control.key)
        if control.options:
            assert value is None or str(value) in control.options
            continue
        text = "+".join(value) if isinstance(value, list) else repr(value)
        after = State(name).with_values(changed(whole, control.key, text)).scenario()
        again = value_of(after, control.key)
        assert again == value if isinstance(value, list) else again == pytest.approx(value)


def test_single_particle() -> None:
    keys = [control.key for control in controls(load_scenario("gazelle", PARTICLE))]
    assert "model.mass" in keys
    assert "model.epsilon" in keys
    assert "model.m1" not in keys
    assert "plane.kind" not in keys


def test_component() -> None:
    values = changed(scenario(), "detectors.A.position[1]", "57 cm")
    assert values == {"detectors.A.position": [1.0, "57 cm", 7.0]}


def test_splitting_moves_the_excited_state() -> None:
    assert changed(scenario(), SPLITTING, "500 MeV") == {"model.m1": 4.15, "model.m2": 3.65}
    assert value_of(scenario(), SPLITTING) == 0.691
    for text in ("0", "-1", "1 m", "much", "true"):
        with pytest.raises(InputError, match=r"model.splitting = .*(energy|above|greater)"):
            changed(scenario(), SPLITTING, text)


def test_masses_replace_parameters_of_the_lagrangian() -> None:
    own = State("belle2-forward", {"model.mu": 4.0, "model.rho": 1.5})
    before = own.scenario()
    after = own.with_values(changed(before, "model.m1", "4.2")).scenario()
    assert after.masses == (4.2, before.masses[1])


def test_signal_detectors() -> None:
    assert changed(scenario(), "run.signal", "A, B") == {"run.signal": ["A", "B"]}
    assert value_of(scenario(), "run.signal") == ["A"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 201])
def test_no_text(text: str) -> None:
    with pytest.raises(InputError, match=r"model.m1: "):
        changed(scenario(), "model.m1", text)
