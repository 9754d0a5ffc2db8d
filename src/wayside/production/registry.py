"""Production processes by the names that scenarios use: one line here for each.

Outside packages join by an entry point of the group ``wayside.processes``, whose name is that of
the process and whose object its class.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint
from typing import Final

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.protocol import Model
from wayside.models.z_boson import require_not_mixed
from wayside.plugins import entry_points
from wayside.production.process import Process, Treatment

GROUP: Final = "wayside.processes"

AUTOMATIC: Final = "auto"
"""Stands for the processes that go by themselves with the masses."""

_BUILT_IN: Final[Mapping[str, str]] = {
    "on-shell": "wayside.production.radiative_process:RadiativeProcess",
    "off-shell": "wayside.production.direct_process:DirectProcess",
}


@cache
def _known() -> Mapping[str, str | EntryPoint]:
    plugins = {point.name: point for point in entry_points(GROUP)}
    return {**plugins, **_BUILT_IN}


def names() -> tuple[str, ...]:
    """Names of all processes, built-in ones first."""
    return (*_BUILT_IN, *(name for name in _known() if name not in _BUILT_IN))


def process_class(name: str) -> type[Process]:
    """Class of a process.

    Raises
    ------
    InputError
        If there is none of that name, or a package that brings it is broken.
    """
    place = _known().get(name)
    if place is None:
        raise InputError(f'production = "{name}": must be one of {", ".join(names())}')
    if isinstance(place, str):
        loaded = pkgutil.resolve_name(place)
    else:
        try:
            loaded = place.load()
        except Exception as error:
            raise InputError(f'production = "{name}": {place.value} fails: {error}') from None
    if not (isinstance(loaded, type) and issubclass(loaded, Process)):
        raise InputError(f'production = "{name}": is not a wayside.production.process.Process')
    return loaded


def automatic(m_aprime: float, sqrt_s: float) -> tuple[str, ...]:
    """Names of the built-in processes that masses go by where nothing is said."""
    return tuple(name for name in _BUILT_IN if process_class(name).is_automatic(m_aprime, sqrt_s))


def resolve(production: str | tuple[str, ...], m_aprime: float, sqrt_s: float) -> tuple[str, ...]:
    """Names of processes, ``"auto"`` resolved.

    Parameters
    ----------
    production
        One name, several, or ``"auto"``.
    m_aprime, sqrt_s
        Masses in GeV.
    """
    if production == AUTOMATIC:
        return automatic(m_aprime, sqrt_s)
    return (production,) if isinstance(production, str) else tuple(production)


def processes(
    production: str | tuple[str, ...], model: Model, beams: Beams, treatment: Treatment
) -> tuple[Process, ...]:
    """Processes of a mass point at a collider.

    Raises
    ------
    InputError
        If there is none of a name, or one is named twice; if the A' mixes with the Z.
    """
    require_not_mixed(model.m_aprime)
    chosen = resolve(production, model.m_aprime, beams.sqrt_s)
    if len(set(chosen)) < len(chosen):
        raise InputError(f"production = {', '.join(chosen)}: must name each process once")
    if not chosen:
        raise InputError("production: must name at least one process")
    return tuple(process_class(name)(model, beams, treatment) for name in chosen)
