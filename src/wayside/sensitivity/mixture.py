"""Several production processes at one mass point: quantities averaged by their rates."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.sensitivity.mass_point import MassPoint

OfPoint = Callable[["MassPoint"], FloatArray]
"""A quantity of a mass point."""


def averaged(
    point: "MassPoint",
    quantity: OfPoint,
    epsilon: ArrayLike,
    g_d: ArrayLike,
    weight: OfPoint | None = None,
) -> FloatArray:
    """Quantity per produced excited state, averaged over the processes of a mass point.

    Parameters
    ----------
    point
        The mass point.
    quantity
        Of a mass point with one process.
    epsilon, g_d
        Couplings, any shapes that broadcast; the rates depend on them.
    weight
        What each process counts for beside its rate, None for nothing.
    """
    if len(point.parts) == 1:
        return quantity(point)
    rates = [part.produced_fb(epsilon, g_d) for part in point.parts]
    if weight is not None:
        rates = [rate * weight(part) for rate, part in zip(rates, point.parts, strict=True)]
    values = [rate * quantity(part) for rate, part in zip(rates, point.parts, strict=True)]
    return np.asarray(sum(values) / sum(rates))


def gamma_beta(point: "MassPoint", epsilon: ArrayLike, g_d: ArrayLike) -> FloatArray:
    """Momentum over mass of the excited state, averaged over the processes too."""
    return averaged(point, lambda part: np.asarray(part.mean_gamma_beta), epsilon, g_d)


def face_acceptance(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Probability per excited state of any process to cross the front face of a detector.

    With all photons that of one times the ratio of the probabilities to cross the volume.
    """
    return averaged(
        point,
        lambda part: np.asarray(part.face(name).value * part.acceptances(name).hits_ratio),
        epsilon,
        g_d,
    )


def hit_probability(
    point: "MassPoint", name: str, epsilon: ArrayLike, g_d: ArrayLike
) -> FloatArray:
    """Probability per excited state of any process to cross a detector, if it lives on."""
    return averaged(
        point,
        lambda part: np.asarray(
            part.curve(name)[0].hit_probability * part.acceptances(name).hits_ratio
        ),
        epsilon,
        g_d,
    )


def decay_error(point: "MassPoint", name: str) -> float:
    """Relative error bound of decay probabilities: the largest of any process."""
    return max(part.curve(name)[1] for part in point.parts)


def relative_error(point: "MassPoint", name: str) -> float:
    """Relative error bound of acceptance and decay probability: the largest of any process."""
    return max(decay_error(point, name), *(part.face(name).relative_error for part in point.parts))
