"""Kinds of models by name: those of Wayside, and those of installed packages.

A package of one's own joins by an entry point of the group ``wayside.models``, whose name is the
kind and whose value the class::

    [project.entry-points."wayside.models"]
    my-kind = "my_package:MyModel"

Its code is loaded when a scenario asks for the kind, and not before.
"""

from importlib.metadata import EntryPoint
from typing import Final

from wayside.errors import InputError
from wayside.models.inelastic import InelasticModel, PseudoDirac, ScalarInelastic
from wayside.plugins import entry_points

__all__ = ["BUILTIN", "GROUP", "kinds", "model_class"]

GROUP: Final = "wayside.models"
"""Group of entry points that name models."""

BUILTIN: Final[dict[str, type[InelasticModel]]] = {
    cls.kind: cls
    for cls in (ScalarInelastic, PseudoDirac)
}  # fmt: skip
"""Models of Wayside itself, by kind; a package cannot replace them."""


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds, Wayside's own first; loads no package."""
    return (*BUILTIN, *sorted(_plugins().keys() - BUILTIN.keys()))


def model_class(kind: str) -> type[InelasticModel]:
    """Return the class of a kind.

    Parameters
    ----------
    kind : str
        One of `kinds`.

    Returns
    -------
    type
        Class to be built from masses and, where it has them, parameters.

    Raises
    ------
    InputError
        One line: for an unknown kind, or a package that cannot be loaded or holds no such model.

    Examples
    --------
    >>> model_class("scalar").__name__
    'ScalarInelastic'
    """
    if kind in BUILTIN:
        return BUILTIN[kind]
    entries = _plugins().get(kind, ())
    if not entries:
        raise InputError(f"kind = {kind!r}: must be one of {', '.join(kinds())}")
    if len(entries) > 1:
        owners = " and ".join(_owner(entry) for entry in entries)
        raise InputError(f"kind = {kind!r}: both {owners} have a model of that name")
    try:
        cls = entries[0].load()
    except Exception as error:  # code of others: whatever it raises is one line here
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise InputError(
            f"kind = {kind!r}: the package {_owner(entries[0])} could not be loaded ({reason})"
        ) from error
    if not (isinstance(cls, type) and issubclass(cls, InelasticModel)):
        raise InputError(
            f"kind = {kind!r}: {entries[0].value} of the package {_owner(entries[0])} is no"
            " subclass of wayside.models.inelastic.InelasticModel"
        )
    if getattr(cls, "kind", None) != kind:
        raise InputError(
            f"kind = {kind!r}: {entries[0].value} of the package {_owner(entries[0])} calls itself"
            f" {getattr(cls, 'kind', None)!r}"
        )
    return cls


def _plugins() -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points by kind, each once: a path may hold the same package twice."""
    by_kind: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(GROUP):
        others = by_kind.get(entry.name, ())
        if all(entry.value != other.value for other in others):
            by_kind[entry.name] = (*others, entry)
    return by_kind


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value.partition(":")[0]
