"""Which values of a scenario the page offers for change, with the ends of their sliders.

Ends are those of a slider alone: the exact field beside it takes whatever a scenario file takes,
with units.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic_core import PydanticCustomError

from wayside.collider.presets import PRESETS
from wayside.detector.shapes import shape_of
from wayside.detector.volume import Key
from wayside.efficiency.selection import SELECTIONS
from wayside.errors import InputError
from wayside.models.registry import particle_class
from wayside.production.process import Radiation
from wayside.production.registry import AUTOMATIC
from wayside.scenario import Scenario
from wayside.scenario.hall import preset_names
from wayside.scenario.model import is_pair
from wayside.scenario.overrides import parse
from wayside.scenario.quantities import Quantity
from wayside.scenario.sections import HOLDS, Decays, Efficiency, PlaneKind, Recast
from wayside.selections.names import SEARCH
from wayside.sensitivity.plane_axes import G_D

SPLITTING: Final = "model.splitting"
"""Key of the page alone: m1 - m2, which moves m1 and leaves m2."""

SELECTION_NAMES: Final = (AUTOMATIC, *SELECTIONS, SEARCH)
"""What the list of selections offers."""

_UNITS: Final = {"length": "m", "angle": "rad", "pure number": ""}


class Control(NamedTuple):
    """One value that the page offers."""

    key: str
    """Dotted key of the scenario, with the index of a component: ``detectors.A.size[0]``."""
    label: str
    group: str
    unit: str = ""
    """Unit of a bare number."""
    low: float = 0.0
    high: float = 0.0
    """Ends of the slider; there is none if they are equal."""
    scale: Literal["linear", "logarithmic"] = "linear"
    options: tuple[str, ...] = ()
    """Words of a choice, if it is one."""


def controls(scenario: Scenario) -> list[Control]:
    """Everything that the page offers for a scenario.

    Parameters
    ----------
    scenario
        Its model, shapes and sections decide.
    """
    return [
        *(_pair(scenario) if is_pair(scenario.model) else _particle(scenario)),
        *_collider(scenario),
        Control("hall.preset", "built-in hall", "Hall", options=("", *preset_names())),
        *(control for name in scenario.detectors for control in _detector(scenario, name)),
        *_run(scenario),
        *(_plane() if is_pair(scenario.model) else ()),
    ]


def _pair(scenario: Scenario) -> Iterator[Control]:
    top = scenario.sqrt_s
    yield Control("model.m_aprime", "m(A′)", "Masses", "GeV", 0.01 * top, 2.0 * top)
    yield Control("model.m1", "m₁, excited state", "Masses", "GeV", 0.005 * top, top)
    yield Control("model.m2", "m₂, ground state", "Masses", "GeV", 0.005 * top, top)
    yield Control(SPLITTING, "m₁ − m₂", "Masses", "GeV", 1.1e-3, 0.5 * top, "logarithmic")
    yield Control("model.epsilon", "ε", "Couplings", "", 1e-7, 0.1, "logarithmic")
    yield Control("model.g_d", "g_D", "Couplings", "", *G_D, "logarithmic")


def _particle(scenario: Scenario) -> Iterator[Control]:
    if scenario.particle.mass is not None:
        yield Control("model.mass", "mass", "Masses", "GeV", 0.01, scenario.sqrt_s, "logarithmic")
    for coupling in particle_class(scenario.model.kind).couplings:
        low, high = coupling.plane
        unit = "" if coupling.unit == "1" else coupling.unit
        key = f"model.{coupling.name}"
        yield Control(key, coupling.name, "Couplings", unit, low, high, "logarithmic")


def _collider(scenario: Scenario) -> Iterator[Control]:
    beams = scenario.collider
    yield Control("collider.preset", "beams of", "Collider", options=("", *PRESETS))
    for name, value in (("electron", beams.electron_energy), ("positron", beams.positron_energy)):
        yield Control(
            f"collider.{name}_energy", f"{name} energy", "Collider", "GeV", 0.3, 2.0 * value
        )
    yield Control("collider.crossing_angle", "crossing angle", "Collider", "rad", 0.0, 0.2)


def _detector(scenario: Scenario, name: str) -> Iterator[Control]:
    section = scenario.detectors[name]
    group = f"Detector {name}"
    reach = 2.0 * max(1.0, float(abs(section.build().centre).max()))
    for key in shape_of(section.shape).keys:
        value = getattr(section, key.name)
        path, label = f"detectors.{name}.{key.name}", key.name.replace("_", " ")
        if key.form == "number" and isinstance(value, float):
            yield _dimension(path, label, group, key, value, reach)
        elif key.form == "vector":
            parts = ("x", "y", "z") if key.low < 0.0 else ("1", "2", "3")
            for index, (part, number) in enumerate(zip(parts, value, strict=True)):
                yield _dimension(f"{path}[{index}]", f"{label} {part}", group, key, number, reach)


def _dimension(path: str, label: str, group: str, key: Key, value: float, reach: float) -> Control:
    """A length or angle: sizes by their logarithm, places on both sides of the origin."""
    unit = _UNITS.get(key.dimension, "")
    if key.dimension == "length" and key.low > 0.0:
        return Control(path, label, group, unit, 0.01, 10.0 * max(value, 1.0), "logarithmic")
    if key.dimension == "length":
        return Control(path, label, group, unit, -reach if key.low < 0.0 else 0.0, reach)
    return Control(path, label, group, unit, -3.1416, 3.1416)


def _run(scenario: Scenario) -> Iterator[Control]:
    group = "Data and selection"
    yield Control("run.luminosity_fb", "luminosity", group, "fb⁻¹", 1.0, 1e6, "logarithmic")
    yield Control("run.background", "background", group, "events or simulated", 0.0, 100.0)
    yield Control("run.background_error", "its error", group, "events", 0.0, 50.0)
    yield Control("run.confidence_level", "confidence level", group, "", 0.5, 0.999)
    if len(scenario.detectors) > 1:
        yield Control("run.signal", "signal detectors", group)
    if not is_pair(scenario.model):
        return
    yield Control("run.efficiency", "efficiency", group, options=get_args(Efficiency))
    yield Control("run.selection", "selection", group, options=SELECTION_NAMES)
    yield Control("run.decays", "decays", group, options=get_args(Decays))
    photons = (AUTOMATIC, *get_args(Radiation))
    yield Control("run.radiation", "radiation", group, options=photons)
    yield Control("run.recast", "existing limits", group, options=get_args(Recast))


def _plane() -> Iterator[Control]:
    yield Control("plane.kind", "plane", "Plane", options=get_args(PlaneKind))
    holds = tuple(dict.fromkeys(hold for allowed in HOLDS.values() for hold in allowed))
    yield Control("plane.hold", "what stays fixed", "Plane", options=holds)


def _split(key: str) -> tuple[str, int | None]:
    """Dotted key and index of a component."""
    path, bracket, index = key.partition("[")
    return path, int(index.removesuffix("]")) if bracket else None


def values_of(scenario: Scenario, keys: Iterable[str]) -> dict[str, Any]:
    """Values of controls by key; None where the scenario has none.

    Parameters
    ----------
    scenario
        The scenario.
    keys
        Keys of controls.
    """
    data = scenario.to_dict()
    return {key: _value(scenario, data, key) for key in keys}


def value_of(scenario: Scenario, key: str) -> Any:
    """Value of one control, as of `values_of`."""
    return values_of(scenario, [key])[key]


def _value(scenario: Scenario, data: dict[str, Any], key: str) -> Any:
    if key == SPLITTING:
        m1, m2 = scenario.masses
        return float(f"{m1 - m2:.12g}")
    if key in ("model.m1", "model.m2"):
        return scenario.masses[key == "model.m2"]
    if key == "run.signal":
        return list(scenario.signal)
    path, index = _split(key)
    value: Any = data
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value if index is None or value is None else value[index]


def changed(scenario: Scenario, key: str, text: str) -> dict[str, object]:
    """Values by dotted key that a text in the field of a control stands for.

    Parameters
    ----------
    scenario
        Scenario with the values that are set now.
    key
        Key of a control.
    text
        What was entered: a number, a number with its unit, or a word.

    Raises
    ------
    InputError
        If there is no text, or a splitting is not an energy.
    """
    if not text.strip() or len(text) > 200:
        raise InputError(f"{key}: must have a value" if not text.strip() else f"{key}: too long")
    if key == "run.signal":
        return {key: [name for name in text.replace("+", ",").replace(" ", "").split(",") if name]}
    value = parse(f"{key}={text}")[1]
    if key == SPLITTING:
        try:
            splitting = Quantity("energy", 0.0, 1e6, open_low=True)(value)
        except PydanticCustomError as error:
            raise InputError(f"{key} = {text.strip()!r}: {error.message()}") from None
        m2 = scenario.masses[1]
        return {"model.m1": float(f"{m2 + splitting:.12g}"), "model.m2": m2}
    if key in ("model.m1", "model.m2"):
        # Both, which replace masses that are given by mu and rho.
        masses: dict[str, object] = dict(
            zip(("model.m1", "model.m2"), scenario.masses, strict=True)
        )
        return {**masses, key: value}
    path, index = _split(key)
    if index is None:
        return {path: value}
    items = list(value_of(scenario, path))
    items[index] = value
    return {path: items}
