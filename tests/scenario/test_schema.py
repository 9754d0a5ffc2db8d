"""The schema under random input: it loads, or one line names the key."""

import copy
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wayside.errors import InputError
from wayside.models.registry import model_class
from wayside.scenario import Scenario
from wayside.scenario.schema import KNOWN_KEYS, _keys
from wayside.scenario.sections import Section

from .conftest import BASE

RANDOM = settings(deadline=None, derandomize=True, max_examples=100)
Path = tuple[Any, ...]


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of all values, list items included."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def changed(path: Path, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(BASE)
    place: Any = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return data


def value_at(path: Path) -> Any:
    place: Any = BASE
    for part in path:
        place = place[part]
    return place


def dotted(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def error_line(data: Any) -> str | None:
    """The error's text, None if the data are accepted."""
    try:
        scenario = Scenario.from_dict(data)
    except InputError as error:
        text = str(error)
        assert text.isprintable(), "one line, nothing that a terminal would obey"
        assert len(text) < 400
        return text
    assert Scenario.from_dict(scenario.to_dict()) == scenario
    return None


LEAVES = list(leaves(BASE))
NUMBERS = [path for path in LEAVES if isinstance(value_at(path), float | int)]
KEYS = sorted({tuple(part for part in path if isinstance(part, str)) for path in LEAVES})
SWITCHES = {path for path in LEAVES if isinstance(value_at(path), bool)}
TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXT
    | st.binary(max_size=4)
    | st.dates()
)
JUNK = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=3)
)
KEY_NAMES = st.sampled_from(
    sorted({key for keys in KNOWN_KEYS.values() for key in keys} | {"A", "B", ""})
)


def test_base_covers_every_key() -> None:
    written = {part for path in LEAVES for part in path if isinstance(part, str)}
    known = {key for keys in KNOWN_KEYS.values() for key in keys}
    # Keys that take the place of others have tests of their own.
    instead = {"mu", "rho", "processes", "preset", "x", "y", "x_range", "y_range"}
    assert known - written == instead
    assert error_line(BASE) is None


@pytest.mark.parametrize("path", NUMBERS, ids=str)
@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, np.nan, 10**400, "nan", "inf GeV", "nan m"], ids=str
)
def test_not_finite_is_refused_everywhere(path: Path, value: object) -> None:
    text = error_line(changed(path, value))
    assert text is not None
    assert text.startswith(dotted(path) + " = ")


@pytest.mark.parametrize("path", KEYS, ids=dotted)
@pytest.mark.parametrize(
    "value",
    [True, {}, b"x", 1j, [True, True, True], [{}], object()],
    ids=lambda value: type(value).__name__,
)
def test_wrong_type_names_the_key(path: Path, value: object) -> None:
    if value is True and path in SWITCHES:
        return
    text = error_line(changed(path, value))
    assert text is not None
    assert text.startswith(dotted(path))


@pytest.mark.parametrize("section", ["model", "collider", "run", "detectors", "plane"])
@pytest.mark.parametrize("value", [1, "x", [1], True, None], ids=repr)
def test_wrong_section_names_it(section: str, value: object) -> None:
    text = error_line(changed((section,), value))
    assert text is not None
    assert re.match(rf"{section} = .*: must be a section", text)


@given(st.sampled_from(LEAVES), JUNK)
@RANDOM
def test_one_random_value(path: Path, value: object) -> None:
    text = error_line(changed(path, value))
    if text is not None:
        named = re.match(r"[\w.-]+", text)
        assert named
        parts = named[0].split(".")
        # Its own key, or the one that no longer fits it (m1 for an m2 that is too large).
        assert dotted(path).startswith(named[0]) or parts[0] in (
            "model",
            "detectors",
            "run",
            "stack",
        )


@given(st.dictionaries(KEY_NAMES | TEXT, JUNK | st.dictionaries(KEY_NAMES | TEXT, JUNK)))
@RANDOM
def test_random_dictionaries(data: dict[str, Any]) -> None:
    text = error_line(data)
    assert text is not None, "the required sections cannot all be there by chance"
    key = r'([\w.-]|"([^"\\]|\\.)*"|\[\d+\])+( = .*)?: '
    # A key that is no Unicode text (a lone surrogate) is shown as a value.
    sections = re.match(r"[\w, ]+: missing, but required", text)
    assert sections or re.match(key, text) or text.endswith("must be a string of valid characters")


@given(st.sampled_from(sorted(BASE)), st.dictionaries(KEY_NAMES | TEXT, JUNK, min_size=1))
@RANDOM
def test_random_additions_to_a_section(section: str, more: dict[str, Any]) -> None:
    data = copy.deepcopy(BASE)
    data[section] = {**data[section], **more} if isinstance(data[section], dict) else more
    text = error_line(data)
    if text is not None:
        assert text.startswith((section, "model", "detectors", "run", "stack"))


def test_keys_that_are_no_strings() -> None:
    for data in ({1: 2}, {**BASE, 1: 2}, {**BASE, "model": {None: 1}}, {**BASE, "\ud800": 1}, []):
        assert error_line(data) is not None


@st.composite
def valid(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a scenario that must load, in base units."""

    def number(low: float, high: float) -> float:
        return draw(st.floats(low, high))

    data = copy.deepcopy(BASE)
    energies = number(1.0, 10.0), number(1.0, 10.0)
    angle = number(0.0, 0.5)
    root = 2.0 * math.sqrt(energies[0] * energies[1]) * math.cos(0.5 * angle)
    m2 = number(0.01, 0.4 * root)
    m1 = m2 + number(0.002, 0.1 * root)
    if draw(st.booleans()):
        m_aprime = (m1 + m2) + number(0.01, 0.9) * (root - m1 - m2)
    else:
        m_aprime = root * number(1.01, 10.0)
        # Around the Z it is refused.
        m_aprime = 120.0 if 61.0 < m_aprime < 113.5 else m_aprime
    data["collider"] |= {
        "electron_energy": energies[0],
        "positron_energy": energies[1],
        "crossing_angle": angle,
        "regulator": draw(st.sampled_from(["exact", "printed"])),
    }
    data["model"] |= {
        "kind": draw(st.sampled_from(["scalar", "pseudo-dirac"])),
        "m1": m1,
        "m2": m2,
        "m_aprime": m_aprime,
        "epsilon": number(1e-9, 0.5),
        "g_d": number(1e-6, 3.5),
    }
    decays = draw(st.sampled_from(["exact", "mean-flight"]))
    # All photons and one mean flight length do not go together.
    photons = ["one-photon", "all"] if decays == "exact" else ["one-photon"]
    data["run"] |= {"decays": decays, "radiation": draw(st.sampled_from(photons))}
    for key in ("signal", "production", "background"):
        if draw(st.booleans()):
            del data["run"][key]
    for key in ("epsilon", "g_d", "m2", "delta", "points", "kind", "hold"):
        if draw(st.booleans()):
            del data["plane"][key]
    data["plane"]["kind"] = draw(st.sampled_from(["epsilon-g_d", "epsilon-m2", "epsilon-delta"]))
    data["plane"]["hold"] = "sum"
    return data


@given(valid())
@RANDOM
def test_valid_scenarios_round_trip(data: dict[str, Any]) -> None:
    scenario = Scenario.from_dict(data)
    again = Scenario.from_dict(json.loads(json.dumps(scenario.to_dict())))
    assert again == scenario
    assert again.to_dict() == scenario.to_dict()
    assert scenario.with_values() == scenario
    for section, keys in data.items():
        if isinstance(keys, dict):
            for key, value in keys.items():
                given = {"shape": "box", **value} if section == "detectors" else value
                assert scenario.to_dict()[section][key] == given
    above = data["model"]["m_aprime"] > scenario.sqrt_s
    assert scenario.mode == ("off-shell" if above else "on-shell")


def test_frozen_and_closed(base: dict[str, Any]) -> None:
    scenario = Scenario.from_dict(base)
    with pytest.raises(ValueError, match="frozen"):
        scenario.model.m1 = 5.0  # type: ignore[misc]
    base["model"]["m1"] = 5.0
    assert scenario.model.m1 == 4.341


def test_invariant_mass_of_the_beams(base: dict[str, Any]) -> None:
    # From four-vectors with the electron mass: it changes sqrt_s by (m_e/E)^2, some 1e-8.
    half, mass = 0.5 * 0.083, 0.51099895e-3
    total = np.zeros(4)
    for energy, sign in ((7.007, 1.0), (4.0, -1.0)):
        momentum = math.sqrt(energy**2 - mass**2)
        direction = np.array([math.sin(half), 0.0, sign * math.cos(half)])
        total += np.array([energy, *(momentum * direction)])
    expected = math.sqrt(total[0] ** 2 - total[1:] @ total[1:])
    assert Scenario.from_dict(base).sqrt_s == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(("mu", "rho"), [(4.0, 0.6), (4.0, 0.05), (0.1, 0.09)])
def test_lagrangian_masses(mu: float, rho: float, base: dict[str, Any]) -> None:
    for key in ("m1", "m2"):
        del base["model"][key]
    base["model"] |= {"mu": mu, "rho": rho, "m_aprime": 2.5 * mu}

    def lagrangian(kind: str) -> tuple[float, float]:
        model = model_class(kind).from_lagrangian(2.5 * mu, mu, rho)
        return model.m1, model.m2

    m1, m2 = Scenario.from_dict(base).masses
    assert m1**2 + m2**2 == pytest.approx(2.0 * mu**2, rel=1e-14)
    # The difference of squares cancels: its rounding is that of mu^2.
    assert m1**2 - m2**2 == pytest.approx(2.0 * rho**2, abs=1e-14 * mu**2)
    assert (m1, m2) == lagrangian("scalar")
    base["model"]["kind"] = "pseudo-dirac"
    m1, m2 = Scenario.from_dict(base).masses
    assert (0.5 * (m1 + m2), 0.5 * (m1 - m2)) == pytest.approx((mu, rho), rel=1e-14)
    assert (m1, m2) == lagrangian("pseudo-dirac")


def test_known_keys_follow_the_fields() -> None:
    """A section anywhere is known by its path: nobody keeps a list."""

    class Inner(Section):
        depth: float

    class Outer(Section):
        one: Inner
        perhaps: Inner | None = None
        many: Mapping[str, Inner]
        plain: Mapping[str, float]

    assert dict(_keys(Outer)) == {
        "": ("one", "perhaps", "many", "plain"),
        "one": ("depth",),
        "perhaps": ("depth",),
        "many.*": ("depth",),
    }
    assert KNOWN_KEYS.keys() == {
        "",
        "model",
        "collider",
        "run",
        "detectors.*",
        "plane",
        "cosmology",
        "stack",
        "geant4",
        "emulsion",
        "reconstruction",
        "site",
        "shielding",
        "cost",
        "beam_backgrounds.*",
        "hall",
        "hall.volumes.*",
    }
    assert KNOWN_KEYS["detectors.*"] == ("shape", "position", "size", "facing", "roll")
