"""What makes heavy neutral leptons: decays of taus, and of the Z next to it."""

from wayside.collider.beams import Beams
from wayside.constants import M_TAU, M_Z
from wayside.errors import InputError
from wayside.models.particle import ParticleModel
from wayside.models.z_boson import HIGHEST_EXCHANGE, RESONANT
from wayside.production import tau_decays, z_decays
from wayside.production.particle_process import ParticleProcess, open_processes
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
    if not from_z and model.mass > M_TAU:
        low, high = M_Z - RESONANT, HIGHEST_EXCHANGE
        raise InputError(
            f"mass = {model.mass:.10g} GeV: above that of the tau N are made by the Z alone, in"
            f" collisions of {low:.4g} to {high:g} GeV; sqrt_s = {beams.sqrt_s:.10g} GeV"
        )
    return open_processes(lambda: from_z, lambda: tau_decays.processes(model, beams, treatment))
