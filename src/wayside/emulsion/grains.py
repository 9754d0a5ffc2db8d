"""Micro-tracks grain by grain: the slow, full response of a film.

Pattern recognition is idealised in one place: the grains of one crossing, and fog in a tube
around it, are known to belong together. All else (number, places, errors, fit) is simulated.
"""

import numpy as np

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import MICROTRACK
from wayside.transport.records import CROSSING
from wayside.typing import FloatArray, IntArray, StructuredArray

GRAIN = np.dtype([("crossing", np.int64), ("x", np.float64), ("y", np.float64), ("z", np.float64)])
"""A measured grain in um: x and y as they are, z from the film's face toward the base."""


def visible(crossings: StructuredArray, emulsion: Emulsion) -> IntArray:
    """Rows of crossings that have a direction the scanning looks for."""
    dz = crossings["z_out"] - crossings["z_in"]
    across = np.hypot(
        crossings["x_out"] - crossings["x_in"], crossings["y_out"] - crossings["y_in"]
    )
    # A micrometre of depth is the error of a grain: less has no measurable slope.
    scanned = (np.abs(dz) > UM) & (across <= emulsion.largest_slope * np.abs(dz))
    return np.flatnonzero(scanned)


def path_length(crossings: StructuredArray) -> FloatArray:
    """Straight way through the film in um."""
    squares = sum((crossings[f"{c}_out"] - crossings[f"{c}_in"]) ** 2 for c in "xyz")
    return np.asarray(np.sqrt(squares) / UM)


def expected_grains(crossings: StructuredArray, emulsion: Emulsion) -> FloatArray:
    """Grains expected from the energy left on the way, without fog."""
    path = path_length(crossings)
    loss = 1e3 * crossings["deposit"] / np.maximum(path, 1e-9)
    return emulsion.grains_per_um(loss) * path


def draw_grains(
    crossings: StructuredArray, emulsion: Emulsion, sheets: Sheets, rng: np.random.Generator
) -> StructuredArray:
    """Develop every crystal on the way of every crossing, and the fog beside it.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING`.
    emulsion
        Response of the films: densities and errors of grains.
    sheets
        Depths of the films in mm.
    rng
        Generator of random numbers.

    Returns
    -------
    array of `GRAIN`
        Grains in the order of the crossings that they belong to.
    """
    assert crossings.dtype == CROSSING
    mean = expected_grains(crossings, emulsion)
    fog = emulsion.fog_in_tube(path_length(crossings))
    real = rng.poisson(mean)
    false = rng.poisson(fog)
    owner = np.repeat(np.arange(len(crossings)), real + false)
    first = np.repeat(np.cumsum(real + false) - real - false, real + false)
    is_fog = np.arange(len(owner)) - first >= np.repeat(real, real + false)
    n = len(owner)
    along = rng.random(n)
    radius = np.where(is_fog, emulsion.tube, 0.5 * emulsion.crystal) * np.sqrt(rng.random(n))
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    source = crossings[owner]
    grains = np.empty(n, dtype=GRAIN)
    grains["crossing"] = owner
    for axis, turn in (("x", np.cos(angle)), ("y", np.sin(angle))):
        start, end = source[f"{axis}_in"], source[f"{axis}_out"]
        grains[axis] = (start + along * (end - start)) / UM + radius * turn
        grains[axis] += rng.normal(0.0, emulsion.grain_error, n)
    depth = source["z_in"] + along * (source["z_out"] - source["z_in"])
    grains["z"] = (depth - sheets.face(source["layer"])) / UM
    grains["z"] += rng.normal(0.0, emulsion.depth_error, n)
    return grains


def fit_lines(
    grains: StructuredArray, crossings: int, depth_error: float
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Least squares x(z), y(z) through the grains of each crossing.

    The error of z flattens a fitted slope by its fraction of the spread of z; the slopes are
    corrected for that.

    Parameters
    ----------
    grains
        Rows of `GRAIN`.
    crossings
        Number of crossings that the grains belong to.
    depth_error
        Standard deviation of a grain's z in um.

    Returns
    -------
    tuple of arrays
        Number of grains, x and y at z = 0 in um, and slopes dx/dz and dy/dz; each of shape
        (crossings,), nan where there are fewer than three grains.
    """
    owner = grains["crossing"]
    number = np.bincount(owner, minlength=crossings)
    some = np.maximum(number, 1)
    means = {c: np.bincount(owner, grains[c], crossings) / some for c in "xyz"}
    z = grains["z"] - means["z"][owner]
    spread = np.bincount(owner, z * z, crossings) - (number - 1) * depth_error**2
    good = (number >= 3) & (spread > 0.0)
    spread = np.where(good, spread, np.nan)
    tx, ty = (
        np.bincount(owner, z * (grains[c] - means[c][owner]), crossings) / spread for c in "xy"
    )
    return number, means["x"] - tx * means["z"], means["y"] - ty * means["z"], tx, ty


def grain_microtracks(
    crossings: StructuredArray, emulsion: Emulsion, sheets: Sheets, rng: np.random.Generator
) -> StructuredArray:
    """Micro-tracks of crossings, grain by grain.

    Parameters and result as in `wayside.emulsion.microtracks.microtracks`, which is fast.
    """
    crossings = crossings[visible(crossings, emulsion)]
    grains = draw_grains(crossings, emulsion, sheets, rng)
    number, x, y, tx, ty = fit_lines(grains, len(crossings), emulsion.depth_error)
    shear = rng.normal(0.0, emulsion.distortion, (2, len(crossings)))
    accepted = np.flatnonzero((number >= emulsion.threshold) & np.isfinite(tx))
    return assemble(
        crossings[accepted],
        number[accepted],
        UM * x[accepted],
        UM * y[accepted],
        (tx + shear[0])[accepted],
        (ty + shear[1])[accepted],
    )


def assemble(
    crossings: StructuredArray,
    number: IntArray,
    x: FloatArray,
    y: FloatArray,
    tx: FloatArray,
    ty: FloatArray,
) -> StructuredArray:
    """Micro-tracks with the truth of the crossings they come from."""
    rows = np.empty(len(crossings), dtype=MICROTRACK)
    rows["film"] = crossings["layer"]
    rows["grains"] = number
    rows["x"], rows["y"], rows["tx"], rows["ty"] = x, y, tx, ty
    rows["event"], rows["pdg"] = crossings["event"], crossings["pdg"]
    rows["particle"] = crossings["track"]
    return rows
