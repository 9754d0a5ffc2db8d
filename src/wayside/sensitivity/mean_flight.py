"""The yield from one mean flight length and the acceptance of the front face.

Eqs. 20 and 21 of the study: every excited state flies the mean flight length of Eq. 12, straight
through the depth of the detector. What that leaves out is in docs/theory/couplings.md.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.sensitivity.mass_point import MassPoint


def applies(volume: Volume) -> bool:
    """Whether a volume has what the approximation needs: a front face and a depth."""
    return isinstance(volume, Box)


def nominal_distance(box: Box) -> float:
    """Distance ``a`` of Eqs. 20 and 21 in m: along the beam, or from it for a central detector."""
    along = abs(float(box.position[2]))
    return max(along, float(np.hypot(box.position[0], box.position[1])))


def probability_in_depth(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Probability to decay in the depth of a detector, of a particle that flies toward its face.

    The bracket of Eqs. 20 and 21, exp(-a/d) - exp(-(a + L)/d), with the mean flight length d of
    Eq. 12, the nominal distance a and the depth L.

    Parameters
    ----------
    point
        Mass point at its collider.
    name
        Name of one of its detectors.
    epsilon, g_d
        Couplings, of any shapes that broadcast.

    Returns
    -------
    FloatArray
        Probabilities, of the shape that the couplings broadcast to.
    """
    box = point.box(name, "approximations by the mean flight length")
    flight = point.mean_flight(epsilon, g_d)
    reaches_face = np.exp(-nominal_distance(box) / flight)
    return np.asarray(reaches_face * -np.expm1(-box.size[2] / flight))


def decay_probability(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Probability per produced excited state to decay inside a detector.

    The acceptance of the front face times `probability_in_depth`, whose parameters it takes.
    """
    in_depth = probability_in_depth(point, name, epsilon, g_d)
    return np.asarray(point.face(name).value * in_depth)


def expected_events(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike, luminosity_fb: float
) -> FloatArray:
    """Expected decays in a detector, Eqs. 20 and 21; parameters as `MassPoint.expected_events`."""
    return point.expected_events(
        name, epsilon, g_d, luminosity_fb, decays="mean-flight", efficiency="unity"
    )
