"""What makes heavy neutral leptons: decays of taus, and of the Z next to it."""

from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.models.particle import ParticleModel
from wayside.production import tau_decays, z_decays
from wayside.production.particle_process import ParticleProcess
from wayside.production.process import Treatment


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """All processes that are open.

    Raises
    ------
    InputError
        If none is.
    """
    from_z = z_decays.processes(model, beams, treatment)
    try:
        from_taus = tau_decays.processes(model, beams, treatment)
    except InputError:
        if not from_z:
            raise
        from_taus = ()
    return (*from_z, *from_taus)
