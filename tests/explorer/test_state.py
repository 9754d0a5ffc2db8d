"""A state is the same in its address, on the command line and in a file."""

import math
import shlex
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayside.errors import InputError
from wayside.explorer.state import State, inline
from wayside.scenario import Scenario, load_scenario

KEYS = st.from_regex(r"[a-z_]{1,8}(\.[A-Za-z0-9_-]{1,8}){1,2}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False) | st.integers(-(2**62), 2**62)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = NUMBERS | st.booleans() | TEXTS
VALUES = PLAIN | st.lists(PLAIN, max_size=4) | st.lists(st.lists(NUMBERS, max_size=3), max_size=3)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5), TEXTS)
def test_round_trips(values: dict[str, object], base: str) -> None:
    state = State(base or "x", values)
    assert State.from_query(state.query()) == state
    words = shlex.split(state.command())
    assert words[:3] == ["wayside", "reach", state.base]
    assert words[3::2] == ["--set"] * len(values)
    assert State.from_text("name", words[4::2]).values == values


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_inline(value: object) -> None:
    text = inline(value)
    assert "\n" not in text
    assert tomllib.loads(f"x = {text}")["x"] == value


def test_file_is_the_scenario(tmp_path) -> None:
    state = State("belle2-forward").with_values(
        {"model.m1": "4200 MeV", "detectors.A.size": [0.3, "40 cm", 1.0], "run.signal": ["A", "B"]}
    )
    file = tmp_path / "own.toml"
    file.write_text(state.toml(), encoding="utf-8")
    assert load_scenario(file) == state.scenario()
    assert load_scenario(state.base, state.assignments()) == state.scenario()


def test_beams_of_a_preset() -> None:
    state = State("belle2-forward", {"collider.electron_energy": 6.0})
    assert state.scenario().collider.electron_energy == 6.0
    preset = state.with_values({"collider.preset": "belle2"}).scenario()
    assert math.isclose(preset.collider.electron_energy, 7.007)


def test_address() -> None:
    state = State.from_text(
        "http://127.0.0.1:8000/token/?scenario=belle2-forward&set=model.g_d%3D0.5&with=x",
        ["model.epsilon=2e-4"],
    )
    assert state == State("belle2-forward", {"model.g_d": 0.5, "model.epsilon": 2e-4})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "must name one scenario"),
        ("set=a.b%3D1", "must name one scenario"),
        ("scenario=a&scenario=b", "must name one scenario"),
        ("scenario=a&set=nothing", "must be KEY=VALUE"),
        ("scenario", "not one of the explorer"),
    ],
)
def test_refused(query: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        State.from_query(query)


def test_scenario_is_checked() -> None:
    with pytest.raises(InputError, match=r"model.m1 = -1.0"):
        State("belle2-forward", {"model.m1": -1.0}).scenario()
    assert isinstance(State("gazelle").scenario(), Scenario)
