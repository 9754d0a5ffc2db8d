"""The sections ``[detectors.NAME]``: a shape, and the keys of that shape."""

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar, cast

from pydantic import BeforeValidator, SerializeAsAny, StrictStr, create_model

from wayside.detector.shapes import DEFAULT, names, shape_of
from wayside.detector.volume import REQUIRED, Key, Volume
from wayside.scenario.problems import nearest
from wayside.scenario.quantities import Quantity, Vector, items, refuse
from wayside.scenario.sections import Section, Triple

LEAST_POINTS: Final = 4
"""Points of a list: fewer span no volume."""


def _known_shape(value: object) -> object:
    return known_shape(value, names())


def known_shape(value: object, known: tuple[str, ...]) -> object:
    """Return the name of a shape, or refuse one that is not known."""
    if value not in known:
        near = nearest(value, known) if isinstance(value, str) else None
        quoted = [f'"{name}"' for name in known]
        listed = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        refuse(f"must be {listed}" + (f'; did you mean "{near}"?' if near else ""))
    return value


class DetectorSection(Section):
    """A detector volume.

    What stands in it besides its shape are the keys of that shape, which `wayside.detector.shapes`
    lists.

    Attributes
    ----------
    shape
        Name of a shape of `wayside.detector.shapes`.
    """

    shape: Annotated[StrictStr, BeforeValidator(_known_shape)] = DEFAULT

    def build(self) -> Volume:
        """Make the volume.

        Raises
        ------
        InputError
            If values do not go together; the message starts with the name of a key.
        """
        return _volume(self)


@functools.lru_cache(maxsize=64)
def _volume(section: DetectorSection) -> Volume:
    """Volume of a section, once for all scenarios of a scan that have it alike."""
    shape = shape_of(section.shape)
    values = {key.name: getattr(section, key.name) for key in shape.keys}
    return shape.place(**{name: value for name, value in values.items() if value is not None})


def keys_of(name: object) -> tuple[str, ...]:
    """Keys of a detector's section by its shape; those of the default where there is no such."""
    known = name if isinstance(name, str) and name in names() else DEFAULT
    return ("shape", *(key.name for key in shape_of(known).keys))


def _section_of(data: object) -> object:
    """Check a section by the keys of its shape."""
    if not isinstance(data, Mapping):
        return data
    name = data.get("shape", DEFAULT)
    if not isinstance(name, str) or name not in names():
        return {"shape": name}  # refused by the field itself, with one error
    return section_class(DetectorSection, shape_of(name).keys).model_validate(data)


S = TypeVar("S", bound=Section)


def section_class(base: type[S], keys: tuple[Key, ...]) -> type[S]:
    """Section with the keys of a shape beside those of its own class.

    Parameters
    ----------
    base
        Class with the keys that all shapes have.
    keys
        Keys of the shape.
    """
    return cast(type[S], _section_class(base, keys))


@functools.cache
def _section_class(base: type[Section], keys: tuple[Key, ...]) -> type[Section]:
    fields: dict[str, Any] = {key.name: _field(key) for key in keys}
    made: type[Section] = create_model(base.__name__, __base__=base, **fields)
    return made


def _field(key: Key) -> tuple[Any, Any]:
    """Type and default of a key, for pydantic."""
    number = Quantity(key.dimension, key.low, key.high)
    kinds: dict[str, tuple[Any, Any]] = {
        "number": (float, number),
        "vector": (Triple, Vector(number)),
        "direction": (Triple, functools.partial(_direction, number)),
        "points": (tuple[Triple, ...], functools.partial(_points, number)),
    }
    kind, validator = kinds[key.form]
    if key.words:
        kind, validator = kind | str, functools.partial(_word_or, validator, key)
    if key.default is None:
        kind = Annotated[kind, BeforeValidator(validator)] | None
        return kind, None
    return Annotated[kind, BeforeValidator(validator)], (
        ... if key.default is REQUIRED else key.default
    )


def _word_or(validator: Any, key: Key, value: object) -> object:
    if isinstance(value, str):
        if value not in key.words:
            listed = ", ".join(f'"{word}"' for word in key.words)
            what = {"direction": "a direction [x, y, z]"}.get(key.form, f"a {key.form}")
            refuse(f"must be {listed} or {what}")
        return value
    return validator(value)


def _direction(component: Quantity, value: object) -> Triple:
    x, y, z = (component(item) for item in items(value, 3, "three numbers"))
    if x == y == z == 0.0:
        refuse("a direction must have a length")
    return x, y, z


def _points(component: Quantity, value: object) -> tuple[Triple, ...]:
    rows = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(rows, list | tuple) or len(rows) < LEAST_POINTS:
        refuse(f"must be a list of {LEAST_POINTS} or more points [x, y, z] ({component.unit})")
    return tuple(Vector(component)(row) for row in rows)


AnyDetectorSection = Annotated[SerializeAsAny[DetectorSection], BeforeValidator(_section_of)]
"""A section with the keys of its shape."""
