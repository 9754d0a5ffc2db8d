"""Kinds of models by name: those of Wayside, and those of installed packages.

A kind is a pair of states with a mediator (`wayside.models.inelastic.InelasticModel`), or one
particle that flies by itself (`wayside.models.particle.ParticleModel`).

A package of one's own joins by an entry point of the group ``wayside.models``, whose name is the
kind and whose value the class::

    [project.entry-points."wayside.models"]
    my-kind = "my_package:MyModel"

Its code is loaded when a scenario asks for the kind, and not before.
"""

import pkgutil
from importlib.metadata import EntryPoint
from typing import Any, Final

from wayside.errors import InputError, check_choice
from wayside.models.inelastic import InelasticModel, PseudoDirac, ScalarInelastic
from wayside.models.particle import ParticleModel
from wayside.plugins import entry_points

__all__ = [
    "BUILTIN",
    "GROUP",
    "PARTICLES",
    "PARTICLE_GROUP",
    "all_kinds",
    "kinds",
    "model_class",
    "particle_class",
    "particle_kinds",
]

GROUP: Final = "wayside.models"
"""Group of entry points that name models."""

BUILTIN: Final[dict[str, type[InelasticModel]]] = {
    cls.kind: cls
    for cls in (ScalarInelastic, PseudoDirac)
}  # fmt: skip
"""Models of Wayside itself, by kind; a package cannot replace them."""

PARTICLE_GROUP: Final = "wayside.particles"
"""Group of entry points that name models of one particle."""

PARTICLES: Final[dict[str, str]] = {
    "dark-photon": "wayside.models.dark_photon:DarkPhoton",
    "alp-photon": "wayside.models.alp_photon:AlpPhoton",
    "dark-higgs": "wayside.models.dark_higgs:DarkHiggs",
    "dark-higgs-aprime": "wayside.models.dark_higgs_aprime:DarkHiggsAprime",
    "hnl": "wayside.models.hnl:HeavyNeutralLepton",
    "from-file": "wayside.models.from_file:FromFile",
}
"""Models of one particle by kind, with the place of their class."""


def all_kinds() -> tuple[str, ...]:
    """Return the names of all kinds: pairs with a mediator, then single particles."""
    return tuple(dict.fromkeys((*kinds(), *particle_kinds())))


def particle_kinds() -> tuple[str, ...]:
    """Return the names of all kinds of single particles, Wayside's own first."""
    return (
        *PARTICLES,
        *sorted(_plugins(PARTICLE_GROUP).keys() - PARTICLES.keys() - BUILTIN.keys()),
    )


def particle_class(kind: str) -> type[ParticleModel]:
    """Return the class of a kind of single particle.

    Parameters
    ----------
    kind : str
        One of `particle_kinds`.

    Raises
    ------
    InputError
        If there is no such kind, or a package that brings it is broken.

    Examples
    --------
    >>> particle_class("dark-photon").name
    "A'"
    """
    if kind in PARTICLES:
        built_in: type[ParticleModel] = pkgutil.resolve_name(PARTICLES[kind])
        return built_in
    loaded: type[ParticleModel] = _loaded(kind, ParticleModel, particle_kinds())
    return loaded


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds of pairs, Wayside's own first; loads no package."""
    return (*BUILTIN, *sorted(_plugins(GROUP).keys() - BUILTIN.keys() - PARTICLES.keys()))


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
    loaded: type[InelasticModel] = _loaded(kind, InelasticModel, kinds())
    return loaded


def _loaded(kind: str, base: type[Any], known: tuple[str, ...]) -> Any:
    """Class of a kind that a package brings.

    Parameters
    ----------
    kind
        Name of the kind.
    base
        Class from which that of the kind derives.
    known
        All kinds with this base.

    Raises
    ------
    InputError
        One line: for an unknown kind, or a package that cannot be loaded or holds no such model.
    """
    entries = _plugins(GROUP, PARTICLE_GROUP).get(kind, ())
    check_choice("kind", kind, known)
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
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise InputError(
            f"kind = {kind!r}: {entries[0].value} of the package {_owner(entries[0])} is no"
            f" subclass of {base.__module__}.{base.__name__}"
        )
    if getattr(cls, "kind", None) != kind:
        raise InputError(
            f"kind = {kind!r}: {entries[0].value} of the package {_owner(entries[0])} calls itself"
            f" {getattr(cls, 'kind', None)!r}"
        )
    return cls


def _plugins(*groups: str) -> dict[str, tuple[EntryPoint, ...]]:
    """Entry points of groups by kind, each once: a path may hold the same package twice."""
    by_kind: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in (entry for group in groups for entry in entry_points(group)):
        others = by_kind.get(entry.name, ())
        if all(entry.value != other.value for other in others):
            by_kind[entry.name] = (*others, entry)
    return by_kind


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value.partition(":")[0]
