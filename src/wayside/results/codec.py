"""Values of Wayside's own types as one file, from which equal values are made again.

The file is an archive of NumPy (``.npz``) without pickles: arrays, and a tree as JSON that says
which dataclass or named tuple they belong to. What is built from a scenario (a plane with its mass
points) is kept as its scenario and grid.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wayside.archives import archive
from wayside.scenario import Scenario
from wayside.sensitivity.key_plane import KeyPlane, key_plane
from wayside.sensitivity.plane_axes import Axis
from wayside.sensitivity.planes import Plane, plane_of

_TREE: Final = "tree"
_TYPE: Final = "type"
_VALUE: Final = "value"

Arrays = dict[str, NDArray[Any]]


class _Special(NamedTuple):
    """How values of a type are kept that are no plain records."""

    parts: Callable[[Any], tuple[Any, ...]]
    make: Callable[..., Any]


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def _plane(scenario: Scenario, x: Axis, epsilon: Axis) -> Plane:
    return replace(plane_of(scenario), x=x, epsilon=epsilon)


def _key_plane(scenario: Scenario, x: Axis, y: Axis) -> KeyPlane:
    return replace(key_plane(scenario), x=x, y=y)


_SPECIAL: Final[Mapping[type, _Special]] = {
    Scenario: _Special(lambda value: (value.to_dict(),), Scenario.from_dict),
    Plane: _Special(lambda value: (value.scenario, value.x, value.epsilon), _plane),
    KeyPlane: _Special(lambda value: (value.scenario, value.x, value.y), _key_plane),
    tuple: _Special(lambda value: value, lambda *parts: parts),
}


_SPECIAL_BY_NAME: Final = {_name(kind): how for kind, how in _SPECIAL.items()}


def packed(value: object) -> bytes:
    """Bytes of an archive with a value.

    Parameters
    ----------
    value
        Plain values, arrays, lists, tuples and dictionaries, and dataclasses and named tuples of
        Wayside that hold such.

    Returns
    -------
    bytes
        Equal for equal values.

    Raises
    ------
    TypeError
        If it holds anything else.

    Examples
    --------
    >>> from wayside.sensitivity.contours import Line
    >>> line = unpacked(packed(Line(np.array([[0.1, 1e-4]]), closed=False)))
    >>> line.points.tolist(), line.closed
    ([[0.1, 0.0001]], False)
    """
    arrays: Arrays = {}
    tree = json.dumps(_plain(value, arrays))
    text = np.frombuffer(tree.encode(), dtype=np.uint8)
    return archive({_TREE: text, **arrays})


def unpacked(content: bytes) -> Any:
    """Value of an archive made by `packed`.

    Raises
    ------
    ValueError
        If it is no such archive. Other errors are those of NumPy and JSON.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    return _made(json.loads(arrays.pop(_TREE).tobytes()), arrays)


def _plain(value: Any, arrays: Arrays) -> Any:
    # Enumerations and NumPy's scalars come back as the numbers or texts that they are.
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        name = f"a{len(arrays)}"
        arrays[name] = value
        return {_TYPE: "array", _VALUE: name}
    if isinstance(value, list):
        return [_plain(item, arrays) for item in value]
    if isinstance(value, Mapping):
        pairs = [[_plain(key, arrays), _plain(item, arrays)] for key, item in value.items()]
        return {_TYPE: "dict", _VALUE: pairs}
    kind = type(value)
    if kind in _SPECIAL:
        parts = [_plain(part, arrays) for part in _SPECIAL[kind].parts(value)]
        return {_TYPE: _name(kind), _VALUE: parts}
    if not _is_record(kind):
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} cannot be kept in a file")
    content = {name: _plain(getattr(value, name), arrays) for name in _field_names(kind)}
    return {_TYPE: _name(kind), _VALUE: content}


def _made(plain: Any, arrays: Arrays) -> Any:
    if isinstance(plain, list):
        return [_made(item, arrays) for item in plain]
    if not isinstance(plain, dict):
        return plain
    name, content = plain[_TYPE], plain[_VALUE]
    if name == "array":
        return arrays[content]
    if name == "dict":
        return {_made(key, arrays): _made(item, arrays) for key, item in content}
    if name in _SPECIAL_BY_NAME:
        return _SPECIAL_BY_NAME[name].make(*(_made(part, arrays) for part in content))
    kind = _record(name)
    return kind(**{key: _made(item, arrays) for key, item in content.items()})


def _is_record(kind: type) -> bool:
    """Whether values of a type are nothing but their fields, and the type is one of Wayside."""
    is_ours = kind.__module__.startswith("wayside.") and "__" not in kind.__module__
    return is_ours and (
        is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    )


def _record(name: str) -> Callable[..., Any]:
    """Type of Wayside by its name; nothing else is made or even imported."""
    module, _, qualified = name.partition(":")
    if not module.startswith("wayside.") or "__" in module:
        raise ValueError(f"{name} is no type of Wayside")
    kind = getattr(import_module(module), qualified, None)
    if not isinstance(kind, type) or not _is_record(kind):
        raise ValueError(f"{name} is no record of Wayside")
    return kind


def _field_names(kind: Any) -> tuple[str, ...]:
    if is_dataclass(kind):
        return tuple(field.name for field in fields(kind) if field.init)
    return tuple(kind._fields)
