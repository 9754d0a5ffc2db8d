"""Distributions of excited states of a mass point: in direction, and in arrival time."""

from dataclasses import replace
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from wayside.acceptance import angular
from wayside.acceptance.timing import BINS, Arrivals, arrival_times
from wayside.collider.beams import Beams
from wayside.errors import InputError
from wayside.production.process import Frame
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.sensitivity.mass_point import MassPoint


def angular_density(point: "MassPoint", direction: ArrayLike, frame: Frame = "lab") -> FloatArray:
    """Density of excited states in direction, whatever their energy; per steradian.

    Parameters
    ----------
    point
        Masses at a collider, with one process.
    direction
        Shape (..., 3), in the axes of the frame; of any length but zero.
    frame
        ``"lab"``, or ``"cm"`` for the centre of mass with z along the electrons.
    """
    if frame == "lab":
        return angular.angular_density(point.flight, direction)
    if frame != "cm":
        raise InputError(f"frame = {frame!r}: must be lab or cm")
    at_rest = replace(point, beams=Beams.symmetric(point.beams.sqrt_s))
    return angular.angular_density(at_rest.flight, direction)


def arrivals(
    point: "MassPoint",
    name: str,
    epsilon: float,
    g_d: float,
    edges: ArrayLike | None = None,
    *,
    bins: int = BINS,
) -> Arrivals:
    """When excited states enter a detector, in ns after the collision.

    Parameters
    ----------
    point
        Masses at a collider, with one process.
    name
        Detector.
    epsilon, g_d
        Couplings, one number each: only the lifetime that follows from them counts.
    edges, bins
        As for `wayside.acceptance.timing.arrival_times`.

    Returns
    -------
    Arrivals
        Bins, probabilities per produced excited state to decay inside and to cross, and the
        arrival of light.

    Raises
    ------
    InputError
        If there is no such detector, a coupling is not one number, or edges do not increase.
    """
    lifetime = point.ctau(epsilon, g_d)
    if lifetime.ndim:
        raise InputError("epsilon, g_d: one number each for a distribution of arrival times")
    return arrival_times(point.timing(name), float(lifetime), edges, bins=bins)
