"""Errors of micro-tracks and base-tracks, along and across their direction.

A grain's depth error moves it along the track: by tan(theta) times itself in the plane. So the
error along the projected direction is larger than the one across, and they are independent.
"""

from typing import NamedTuple

from wayside.compiled import njit
from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.sheets import Sheets


class Resolution(NamedTuple):
    """Errors of a grain, and the depths over which lines are measured, for compiled code."""

    grain: float
    """Standard deviation of a grain's position across the track in mm."""
    depth: float
    """Standard deviation of a grain's depth in mm."""
    alignment: float
    """Standard deviation of a sheet's position in mm, common to all its base-tracks nearby."""
    distortion: float
    """Standard deviation of a film's shear in rad."""
    film: float
    """Thickness of a film in mm."""
    base: float
    """Thickness of the base between two films in mm."""


def resolution_of(emulsion: Emulsion, sheets: Sheets) -> Resolution:
    """Collect the errors of measurement.

    Parameters
    ----------
    emulsion
        Response of the films, with lengths in um.
    sheets
        Depths in the stack, with lengths in mm.

    Returns
    -------
    Resolution
        All lengths in mm.
    """
    return Resolution(
        grain=float(UM * emulsion.across),
        depth=float(UM * emulsion.depth_error),
        alignment=float(UM * emulsion.alignment),
        distortion=float(emulsion.distortion),
        film=float(sheets.film),
        base=float(sheets.base),
    )


@njit(nogil=True, inline="always")
def line_variances(number: float) -> tuple[float, float]:
    """Variances of a line fitted to grains of unit error.

    They are the moments of `wayside.emulsion.microtracks.line_errors`, derived there.

    Parameters
    ----------
    number
        Number of grains; fewer than three count as three.

    Returns
    -------
    tuple of float
        Variance of the position at the end of the line, and variance of the slope times the
        squared depth of the film.
    """
    n = max(number, 3.0)
    inverse = 12.0 / (n - 1.0) * (1.0 + 0.8 / n)
    return 1.0 / n + (0.25 + 1.0 / (12.0 * n)) * inverse, inverse
