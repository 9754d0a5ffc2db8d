"""The study's approximation of the yield, Eqs. 20 and 21: one flight length for all."""

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.box import Box
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray


def nominal_distance(box: Box) -> float:
    """Distance ``a`` of Eqs. 20 and 21 in m: along the beam, or from it for a central detector."""
    along = abs(float(box.position[2]))
    return max(along, float(np.hypot(box.position[0], box.position[1])))


def decay_probability(
    point: MassPoint, name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Chance per produced excited state to decay inside a detector, as the study has it.

    Acceptance of the front face times exp(-a/d) - exp(-(a + L)/d), with the average flight
    length d of Eq. 12.

    Parameters
    ----------
    point, name
        Mass point and detector.
    epsilon, g_d
        Couplings, any shapes that broadcast.
    """
    box = point.volumes[name]
    flight = point.mean_flight(epsilon, g_d)
    near = np.exp(-nominal_distance(box) / flight)
    return np.asarray(point.face(name).value * near * -np.expm1(-box.size[2] / flight))


def expected_events(
    point: MassPoint, name: str, epsilon: ArrayLike, g_d: ArrayLike, luminosity_fb: float
) -> FloatArray:
    """Expected events of Eqs. 20 and 21; parameters as in `MassPoint.expected_events`."""
    produced = luminosity_fb * point.produced_fb(epsilon, g_d)
    return np.asarray(produced * decay_probability(point, name, epsilon, g_d))
