"""Shapes of detectors by name: those of Wayside, and those of installed packages.

A package of one's own joins by an entry point of the group ``wayside.volumes``, whose name is the
shape and whose value a `wayside.detector.volume.Shape`::

    [project.entry-points."wayside.volumes"]
    sphere = "my_package:SHAPE"

Its code is loaded when a scenario asks for the shape, and not before.
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Final

from wayside.detector import box, chambers, cylinder, polyhedron
from wayside.detector.volume import Shape
from wayside.errors import InputError
from wayside.plugins import entry_points

GROUP: Final = "wayside.volumes"
"""Group of entry points that name shapes."""

DEFAULT: Final = "box"
"""Shape of a detector whose section does not name one."""

BUILTIN: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "box": box.SHAPE,
        "cylinder": cylinder.SHAPE,
        "polyhedron": polyhedron.SHAPE,
        "belle2-cdc": chambers.BELLE2,
        "besiii-mdc": chambers.BESIII,
    }
)
"""Shapes of Wayside itself; a package cannot replace them."""


def names() -> tuple[str, ...]:
    """Return the names of all shapes, Wayside's own first; loads no package."""
    return (*BUILTIN, *sorted(_plugins().keys() - BUILTIN.keys()))


def shape_of(name: str) -> Shape:
    """Return a shape by its name.

    Parameters
    ----------
    name
        One of `names`.

    Returns
    -------
    Shape
        Keys, and what makes a volume of their values.

    Raises
    ------
    InputError
        One line: for an unknown name, or a package that cannot be loaded or holds no shape.

    Examples
    --------
    >>> [key.name for key in shape_of("box").keys]
    ['position', 'size', 'facing', 'roll']
    """
    if name in BUILTIN:
        return BUILTIN[name]
    entry = _plugins().get(name)
    if entry is None:
        raise InputError(f'shape = "{name}": must be one of {", ".join(names())}')
    try:
        shape = entry.load()
    except Exception as error:  # code of others: whatever it raises is one line here
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(
            f'shape = "{name}": {entry.value} could not be loaded ({reason})'
        ) from error
    if not isinstance(shape, Shape):
        raise InputError(f'shape = "{name}": {entry.value} is no wayside.detector.volume.Shape')
    return shape


def _plugins() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(GROUP)}
