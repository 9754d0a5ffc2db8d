"""Section ``[hall]``: what stands around the collision, from a table of Wayside's own or one's own.

Built-in halls are TOML files of ``wayside.data.halls``: bodies with the same keys as in a scenario,
and with each the source of its numbers and how sure they are.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, SerializeAsAny, StrictStr

from wayside.detector.assemblies import assembly_of, names
from wayside.detector.hall import Hall, HallVolume
from wayside.detector.materials import BY_NAME
from wayside.errors import InputError
from wayside.scenario.detector import known_shape, section_class
from wayside.scenario.problems import nearest, show
from wayside.scenario.quantities import Quantity, refuse, switch
from wayside.scenario.sections import DetectorName, Section

DEFAULT: Final = "block"
"""Shape of a body whose section does not name one."""

Density = Annotated[float, BeforeValidator(Quantity("density", 1e-6, 30.0))]


def _one_of(known: tuple[str, ...], value: object) -> object:
    if value not in known:
        near = nearest(value, known) if isinstance(value, str) else None
        hint = f'; did you mean "{near}"?' if near else ""
        refuse(f"must be {', '.join(known)}{hint}")
    return value


def _material(value: object) -> object:
    return _one_of(tuple(BY_NAME), value)


def _names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _preset(value: object) -> object:
    return _one_of(preset_names(), value)


class HallVolumeSection(Section):
    """A body of the hall.

    What stands in it besides these are the keys of its shape, which `wayside.detector.assemblies`
    lists.

    Attributes
    ----------
    shape
        Name of a shape of `wayside.detector.assemblies`.
    material
        Name of one of `wayside.detector.materials.BY_NAME`.
    density
        Mean density in g/cm^3 where it is not that of the material, as of iron with gaps.
    passable
        Whether a detector may overlap the body.
    """

    shape: Annotated[StrictStr, BeforeValidator(lambda value: known_shape(value, names()))] = (
        DEFAULT
    )
    material: Annotated[StrictStr, BeforeValidator(_material)]
    density: Density | None = None
    passable: Annotated[bool, BeforeValidator(switch)] = False

    def build(self, name: str) -> HallVolume:
        """Make the body.

        Raises
        ------
        InputError
            If values do not go together; the message starts with the name of a key.
        """
        assembly = assembly_of(self.shape)
        values = {key.name: getattr(self, key.name) for key in assembly.keys}
        pieces = assembly.place(
            **{key: value for key, value in values.items() if value is not None}
        )
        material = BY_NAME[self.material]
        if self.density is not None:
            material = replace(material, density=self.density)
        return HallVolume(name, material, pieces, self.passable)


def hall_keys_of(name: object) -> tuple[str, ...]:
    """Keys of a body's section by its shape; those of the default where there is no such."""
    known = name if isinstance(name, str) and name in names() else DEFAULT
    return (*HallVolumeSection.model_fields, *(key.name for key in assembly_of(known).keys))


def _section_of(data: object) -> object:
    """Check a section by the keys of its shape."""
    if not isinstance(data, Mapping):
        return data
    name = data.get("shape", DEFAULT)
    if not isinstance(name, str) or name not in names():
        return HallVolumeSection.model_validate({"shape": name, "material": "air"})
    return section_class(HallVolumeSection, assembly_of(name).keys).model_validate(data)


AnyHallVolumeSection = Annotated[SerializeAsAny[HallVolumeSection], BeforeValidator(_section_of)]
"""A section with the keys of its shape."""


class HallSection(Section):
    """What stands around the collision.

    Attributes
    ----------
    preset
        Name of a built-in hall, whose bodies come before those that are given.
    volumes
        Sections of bodies by name; one with the name of a body of the preset replaces it.
    passable
        Names of bodies that a detector may overlap besides those whose section says so: of the
        main detector, for its own drift chamber.
    """

    preset: Annotated[StrictStr, BeforeValidator(_preset)] | None = None
    volumes: Mapping[DetectorName, AnyHallVolumeSection] = Field(default_factory=dict)
    passable: Annotated[tuple[StrictStr, ...], BeforeValidator(_names)] = ()

    def build(self) -> Hall:
        """Make the hall.

        Raises
        ------
        InputError
            If values of a body do not go together, or there is no body of a name; the message
            starts with ``hall``.
        """
        of_preset = {} if self.preset is None else dict(preset_hall(self.preset).volumes)
        bodies = of_preset | {name: _built(name, section) for name, section in self.volumes.items()}
        for name in self.passable:
            if name not in bodies:
                near = nearest(name, bodies)
                hint = f'did you mean "{near}"?' if near else f"there are {', '.join(bodies)}"
                raise InputError(f"hall.passable: no body {show(name)}; {hint}")
            bodies[name] = replace(bodies[name], passable=True)
        return Hall(tuple(bodies.values()))


def _built(name: str, section: HallVolumeSection) -> HallVolume:
    try:
        return section.build(name)
    except InputError as error:
        raise InputError(f"hall.volumes.{name}.{error}") from error


@dataclass(frozen=True, eq=False)
class PresetHall:
    """A built-in hall.

    Attributes
    ----------
    header
        ``title``, ``origin``, ``version``, ``units``, ``date``, ``licence`` and what is left out.
    volumes
        Bodies by name.
    sources
        Where the numbers of each body come from, by its name.
    certainty
        How sure they are, by its name.
    sqrt_s
        Lowest and highest centre-of-mass energy in GeV at which its collider runs.
    """

    header: Mapping[str, str]
    volumes: Mapping[str, HallVolume]
    sources: Mapping[str, str]
    certainty: Mapping[str, str]
    sqrt_s: tuple[float, float]


@cache
def _texts() -> Mapping[str, str]:
    folder = files("wayside.data") / "halls"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def preset_names() -> tuple[str, ...]:
    """Names of the built-in halls."""
    return tuple(_texts())


@cache
def preset_hall(name: str) -> PresetHall:
    """Return a built-in hall.

    Parameters
    ----------
    name
        One of `preset_names`.

    Examples
    --------
    >>> preset_hall("belle2").certainty["gate-shield-forward"]
    'looked up'
    """
    data: dict[str, Any] = tomllib.loads(_texts()[name])
    rows: dict[str, dict[str, Any]] = data.pop("volumes")
    low, high = data.pop("sqrt_s")
    notes = {
        key: MappingProxyType({body: row.pop(key) for body, row in rows.items()})
        for key in ("source", "certainty")
    }
    bodies = {}
    for body, row in rows.items():
        section = _section_of(row)
        assert isinstance(section, HallVolumeSection)
        bodies[body] = section.build(body)
    return PresetHall(
        MappingProxyType(data),
        MappingProxyType(bodies),
        notes["source"],
        notes["certainty"],
        (low, high),
    )
