"""What produces each kind of single particle: one line here for each.

Outside packages join by an entry point of the group ``wayside.particle-processes``, whose name is
the kind. The object of a line, or of an entry point, is a function of a model, beams and a
treatment that returns the processes, or raises `InputError` where the collider cannot make the
particle.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.particle import ParticleModel
from wayside.plugins import entry_points
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import DEFAULT_TREATMENT, Treatment

GROUP: Final = "wayside.particle-processes"
"""Group of entry points that name what produces a kind of single particle."""

Maker = Callable[[ParticleModel, Beams, Treatment], tuple[ParticleProcess, ...]]

_BUILT_IN: Final[Mapping[str, str]] = {
    "dark-photon": "wayside.production.radiated_photon:processes",
    "alp-photon": "wayside.production.alp_photon:processes",
    "dark-higgs": "wayside.production.b_decays:processes",
    "hnl": "wayside.production.tau_decays:processes",
    "from-file": "wayside.production.from_file:processes",
}


def processes(
    model: ParticleModel,
    beams: Beams,
    treatment: Treatment = DEFAULT_TREATMENT,
    only: tuple[str, ...] | None = None,
) -> tuple[ParticleProcess, ...]:
    """Processes that make a particle at a collider.

    Parameters
    ----------
    model
        Mass and widths.
    beams
        The collider.
    treatment
        Choices of the computation.
    only
        Names of processes that count, None for all.

    Returns
    -------
    tuple
        At least one process.

    Raises
    ------
    InputError
        If the collider cannot make the particle, or if there is no process of a name.
    """
    return restricted(_maker(model.kind)(model, beams, treatment), only)


def _maker(kind: str) -> Maker:
    """Function that makes the processes of a kind.

    Raises
    ------
    InputError
        If there is none, or a package that brings it is broken.
    """
    if kind in _BUILT_IN:
        module, _, attribute = _BUILT_IN[kind].partition(":")
        own: Maker = getattr(import_module(module), attribute)
        return own
    entries = [entry for entry in entry_points(GROUP) if entry.name == kind]
    if not entries:
        raise InputError(f'kind = "{kind}": nothing produces it; see the entry points {GROUP}')
    try:
        other: Maker = entries[0].load()
    except Exception as error:
        raise InputError(f'kind = "{kind}": {entries[0].value} fails: {error}') from None
    return other


def restricted(
    made: tuple[ParticleProcess, ...], only: tuple[str, ...] | None
) -> tuple[ParticleProcess, ...]:
    """Processes of the given names, in their own order.

    Raises
    ------
    InputError
        If there is no process of a name.
    """
    if only is None:
        return made
    known = [process.name for process in made]
    for name in only:
        if name not in known:
            raise InputError(f'processes: no process "{name}"; there are {", ".join(known)}')
    return tuple(process for process in made if process.name in only)


def names(
    model: ParticleModel, beams: Beams, only: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """Names of the processes, as for `processes`."""
    return tuple(process.name for process in processes(model, beams, only=only))
