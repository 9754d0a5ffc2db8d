"""How excited states of e+ e- -> A'* -> 1 2 fly: one energy in the centre of mass.

Along a direction of the laboratory there are at most two rapidities. Excited states slower than the
boost stay inside a cone about it, on which the density diverges as an inverse square root. Derived
in docs/theory, section "In the laboratory".
"""

import math
from typing import NamedTuple

from wayside.collider.beams import Beams
from wayside.compiled import njit
from wayside.models.protocol import Model
from wayside.production.direct import DirectShape, direct_shape
from wayside.production.flight import FAR_AWAY, NO_CAUSTIC, AboutBoost, Caustic
from wayside.production.frames import Frames, frames_of, in_centre_of_mass, rapidity_offset
from wayside.production.spectrum import register_lines
from wayside.typing import FloatArray


class _Fields(NamedTuple):
    mass: float
    """Mass of the excited state."""
    frames: Frames
    shape: DirectShape


class DirectFlight(AboutBoost, _Fields):
    """Density of the excited states of one mass point, energies in units of sqrt(s)."""

    __slots__ = ()

    def caustic(self, axis: FloatArray) -> Caustic:
        """Cone that excited states slower than the boost cannot leave."""
        ratio = self.shape.momentum / self.mass
        speed = float(self.frames.boost @ axis)
        if speed <= 0.0 or ratio >= speed:
            return NO_CAUSTIC
        return Caustic(math.asin(ratio / speed), FAR_AWAY, inverse_root=True)


@njit(error_model="numpy")
def lines_of_one_energy(mass, energy, boost, direction, out):  # type: ignore[no-untyped-def]
    """Lines along a direction of particles that have one energy in the centre of mass.

    Parameters
    ----------
    mass, energy
        Of the particle in the centre of mass, in units of sqrt(s).
    boost, direction
        Four-velocity of the centre of mass and unit vector in the laboratory, shapes (3,).
    out
        Room for rapidities, d(energy in the centre of mass)/d(rapidity), and logarithms of gamma
        beta, shape (3, n).

    Returns
    -------
    count
        Number of lines, at most two.
    """
    scale, origin = rapidity_offset(boost, direction)
    scale *= mass
    reach = energy / scale
    if reach <= 1.0:
        return 0
    spread = math.acosh(reach)
    count = 0
    for sign in (1.0, -1.0):
        rapidity = origin + sign * spread
        if rapidity > 0.0:
            out[0, count] = rapidity
            out[1, count] = scale * math.sqrt((reach - 1.0) * (reach + 1.0))
            out[2, count] = math.log(math.sinh(rapidity))
            count += 1
    return count


@njit(error_model="numpy")
def line_rapidities(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Rapidities along a direction, at most two, their densities and logarithms of gamma beta."""
    p_cm = flight.shape.momentum
    count = lines_of_one_energy(
        flight.mass, flight.shape.energy, flight.frames.boost, direction, out
    )
    for k in range(count):
        momentum = flight.mass * math.sinh(out[0, k])
        energy = flight.mass * math.cosh(out[0, k])
        _, transverse, _ = in_centre_of_mass(
            flight.frames.gamma, flight.frames.boost_cm, sight, momentum, energy
        )
        value = flight.shape.isotropic + flight.shape.polarised * (transverse / p_cm) ** 2
        # Probability per steradian: the line in energy over its slope in rapidity.
        out[1, k] = value * momentum * momentum / (p_cm * out[1, k])
    return count


register_lines(DirectFlight, line_rapidities)


def direct_flight(model: Model, beams: Beams) -> DirectFlight:
    """Flight of excited states from e+ e- -> A'* -> 1 2.

    Parameters
    ----------
    model, beams
        Masses and the collider.

    Raises
    ------
    InputError
        If ``m1 + m2 < sqrt_s`` does not hold.
    """
    shape = direct_shape(model, beams.sqrt_s)
    return DirectFlight(model.m1 / beams.sqrt_s, frames_of(beams), shape)
