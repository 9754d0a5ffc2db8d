"""How the A' of e+ e- -> gamma A' fly: one energy in the centre of mass, peaks along the beams.

The peaks are m_e/sqrt(s) wide; polar coordinates about the nearer of them resolve it. An A' slower
than the boost stays in a cone about that, where its density is an inverse square root; both peaks
lie in it then, and the other one counts as a cone of its own. Derived in docs/theory/particles.md.
"""

import math
from typing import NamedTuple

import numpy as np

from wayside.collider.beams import Beams, boosted
from wayside.compiled import njit
from wayside.production.direct_flight import lines_of_one_energy
from wayside.production.flight import Caustic
from wayside.production.frames import Frames, frames_of, in_centre_of_mass
from wayside.production.radiative import REGULATOR, MediatorShape, Regulator, mediator_shape
from wayside.production.spectrum import register_lines
from wayside.typing import FloatArray


class CollinearFlight(NamedTuple):
    """Density of the A' of one mass, energies in units of sqrt(s)."""

    mass: float
    """Mass of the A'."""
    frames: Frames
    energy: float
    momentum: float
    """Energy and momentum of the A' in the centre of mass."""
    peaks: FloatArray
    """Directions in the laboratory of an A' along either beam, unit vectors, shape (2, 3)."""
    width: float
    """Polar angle in the laboratory in which a peak falls off, in radians."""
    shape: MediatorShape

    @property
    def symmetric(self) -> bool:
        """Whether the density is the same all around the electrons' direction."""
        return self.frames.symmetric

    @property
    def _slow(self) -> bool:
        """Whether the A' is slower than the boost."""
        speed = float(np.linalg.norm(self.frames.boost))
        return self.momentum / self.mass < speed

    def polar_axis(self, toward: FloatArray) -> FloatArray:
        """Direction of the nearer peak, a unit vector (3,)."""
        return np.asarray(self.peaks[int(np.argmax(self.peaks @ toward))])

    def caustic(self, axis: FloatArray) -> Caustic:
        """The peak on the axis."""
        return Caustic(0.0, self.width)

    def edges(self, axis: FloatArray) -> FloatArray:
        """Of an A' slower than the boost: the cone that it cannot leave, and the other peak.

        Shape (n, 5).
        """
        if not self._slow:
            return np.empty((0, 5))
        speed = float(np.linalg.norm(self.frames.boost))
        ratio = self.momentum / self.mass / speed
        cosine = math.sqrt((1.0 - ratio) * (1.0 + ratio))
        # A cone as narrow as the peak itself.
        other = self.peaks[int(np.argmin(self.peaks @ axis))]
        return np.array(
            [
                [*(self.frames.boost / speed), cosine, 0.0],
                [*other, math.cos(self.width), self.width],
            ]
        )


@njit(error_model="numpy")
def _angular_density(shape, cosine, sine):  # type: ignore[no-untyped-def]
    """Probability per steradian in the centre of mass."""
    # 1 - |cos| without cancellation at the beams.
    size = abs(cosine)
    near = sine * sine / (1.0 + size) + shape.gap * size
    far = 1.0 + size - shape.gap * size
    value = (shape.constant + shape.square * cosine * cosine) / (near * far)
    for pole in (near, far):
        soft = shape.q2 / pole + shape.half
        value += shape.double / (pole * pole) + shape.soft * soft * soft
    return value


@njit(error_model="numpy")
def _lines(flight, direction, sight, out):  # type: ignore[no-untyped-def]
    """Rapidities along a direction, at most two, their densities and logarithms of gamma beta."""
    p_cm = flight.momentum
    count = lines_of_one_energy(flight.mass, flight.energy, flight.frames.boost, direction, out)
    for k in range(count):
        momentum = flight.mass * math.sinh(out[0, k])
        energy = flight.mass * math.cosh(out[0, k])
        _, transverse, along = in_centre_of_mass(
            flight.frames.gamma, flight.frames.boost_cm, sight, momentum, energy
        )
        value = _angular_density(flight.shape, along / p_cm, transverse / p_cm)
        out[1, k] = value * momentum * momentum / (p_cm * out[1, k])
    return count


register_lines(CollinearFlight, _lines)


def collinear_flight(
    mass: float, beams: Beams, regulator: Regulator = REGULATOR
) -> CollinearFlight:
    """Flight of the A' of e+ e- -> gamma A'.

    Parameters
    ----------
    mass
        Mass of the A' in GeV.
    beams
        The collider.
    regulator
        Treatment of the electron mass.

    Raises
    ------
    InputError
        If the mass is not below sqrt(s).
    """
    shape = mediator_shape(mass, beams.sqrt_s, regulator)
    frames = frames_of(beams)
    root = mass / beams.sqrt_s
    momentum, energy = 0.5 * (1.0 - root) * (1.0 + root), 0.5 * (1.0 + root**2)
    peaks = np.stack(
        [boosted(sign * momentum * frames.axes[2], energy, beams.boost) for sign in (1.0, -1.0)]
    )
    lengths = np.linalg.norm(peaks, axis=1)
    # Angles in the centre of mass shrink by the ratio of momenta; the wider peak serves for both.
    width = math.sqrt(2.0 * shape.gap) * momentum / float(np.min(lengths))
    return CollinearFlight(
        mass=root,
        frames=frames,
        energy=energy,
        momentum=momentum,
        peaks=peaks / lengths[:, None],
        width=width,
        shape=shape,
    )
