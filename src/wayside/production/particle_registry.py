"""What produces each kind of single particle: one line here for each.

The object of a line is a function of a model, beams and a treatment that returns the processes, or
raises `InputError` where the collider cannot make the particle.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.particle import ParticleModel
from wayside.models.z_boson import require_no_z
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import DEFAULT_TREATMENT, Treatment

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
        If the collider cannot make the particle, near the Z, or if there is no process of a name.
    """
    require_no_z(beams.sqrt_s, model.mass)
    module, _, attribute = _BUILT_IN[model.kind].partition(":")
    maker: Maker = getattr(import_module(module), attribute)
    return restricted(maker(model, beams, treatment), only)


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
