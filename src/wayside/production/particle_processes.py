"""What produces a single particle: its model says where the function for that stands.

`wayside.models.particle.ParticleModel.production` names a function of a model, beams and a
treatment that returns the processes, or raises `InputError` where the collider cannot make the
particle.
"""

import pkgutil
from collections.abc import Callable

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.particle import ParticleModel
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import DEFAULT_TREATMENT, Treatment

Maker = Callable[[ParticleModel, Beams, Treatment], tuple[ParticleProcess, ...]]


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
        If the collider cannot make the particle, there is no process of a name, or the model's
        function is not where it says.
    """
    return restricted(_maker(model)(model, beams, treatment), only)


def _maker(model: ParticleModel) -> Maker:
    place = model.production
    try:
        made: Maker = pkgutil.resolve_name(place)
    except Exception as error:  # code of others: whatever it raises is one line here
        raise InputError(f'kind = "{model.kind}": {place} cannot be loaded: {error}') from None
    return made


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
