"""Micro-tracks without their grains: the fast response, with the moments of the slow one.

n grains uniform over a depth T have a line fit with errors that follow from those of one grain.
The mean of 1/S over their sum of squared depths S is, to second order in 1/n,
12 / (T^2 (n - 1)) (1 + 0.8 / n), 0.8 being kurtosis - 1 of the uniform distribution; the errors
of depth widen S's own fluctuation by nothing that matters, and the line by tan(theta) each.
"""

import numpy as np

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.grains import assemble, expected_grains, path_length, visible
from wayside.emulsion.sheets import Sheets
from wayside.typing import FloatArray, IntArray, StructuredArray


def line_errors(
    number: IntArray, depth: FloatArray, lever: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Errors of a line fitted to grains of unit error.

    Parameters
    ----------
    number
        Number of grains, shape (n,).
    depth
        Range of z that they fill in um, shape (n,).
    lever
        Distance in um from the middle of that range to the plane at which the position is given,
        shape (n,).

    Returns
    -------
    tuple of arrays
        Error of the position, error of the slope in 1/um, and their correlation; shape (n,).
    """
    n = np.maximum(number, 3).astype(np.float64)
    inverse = 12.0 / (depth**2 * (n - 1.0)) * (1.0 + 0.8 / n)
    arm = lever**2 + depth**2 / (12.0 * n)
    position = np.sqrt(1.0 / n + arm * inverse)
    slope = np.sqrt(inverse)
    return position, slope, lever * slope / position


def microtracks(
    crossings: StructuredArray, emulsion: Emulsion, sheets: Sheets, rng: np.random.Generator
) -> StructuredArray:
    """Micro-tracks of crossings from the moments of their line fits.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` in films.
    emulsion
        Response of the films: densities and errors of grains.
    sheets
        Depths of the films in mm.
    rng
        Generator of random numbers.

    Returns
    -------
    array of `wayside.emulsion.signals.MICROTRACK`
        Micro-tracks with enough grains, in the order of the crossings.
    """
    crossings = crossings[visible(crossings, emulsion)]
    mean = expected_grains(crossings, emulsion) + emulsion.fog_in_tube(path_length(crossings))
    number = rng.poisson(mean)
    accepted = np.flatnonzero(number >= emulsion.threshold)
    crossings, number = crossings[accepted], number[accepted]
    dz = (crossings["z_out"] - crossings["z_in"]) / UM
    face = sheets.face(crossings["layer"])
    lever = (face - 0.5 * (crossings["z_in"] + crossings["z_out"])) / UM
    position, slope, correlation = line_errors(number, np.abs(dz), lever)
    independent = np.sqrt(1.0 - correlation**2)
    depth_noise = rng.standard_normal((2, len(crossings)))
    shear = rng.normal(0.0, emulsion.distortion, (2, len(crossings)))
    columns = []
    for axis, axis_shear in zip("xy", shear, strict=True):
        tangent = (crossings[f"{axis}_out"] - crossings[f"{axis}_in"]) / (UM * dz)
        true = crossings[f"{axis}_in"] + tangent * (face - crossings["z_in"])
        noise = rng.standard_normal((2, len(crossings)))
        # The error of depth is one and the same for both axes: an error along the path.
        noise = emulsion.across * noise + emulsion.depth_error * tangent * depth_noise
        columns.append(true + UM * position * noise[0])
        slope_noise = correlation * noise[0] + independent * noise[1]
        columns.append(tangent + slope * slope_noise + axis_shear)
    x, tx, y, ty = columns
    return assemble(crossings, number, x, y, tx, ty)
