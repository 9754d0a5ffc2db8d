"""Fog: grains where nothing passed, and the false micro-tracks and base-tracks they make.

The two outermost grains of a false micro-track define its line; k - 2 more must lie in the tube
between them. So the rate per area is that of pairs a depth d apart within the largest slope t,

    rho^2 pi t^2 integral_0^T (T - d) d^2 P(Poisson(rho pi r^2 d) >= k - 2) dd.
"""

import numpy as np

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import MICROTRACK
from wayside.typing import IntArray, StructuredArray


def microtrack_rate(emulsion: Emulsion, sheets: Sheets) -> float:
    """False micro-tracks of a film per mm^2."""
    from scipy.special import gammainc

    depth = sheets.film / UM
    nodes, weights = np.polynomial.legendre.leggauss(48)
    d = 0.5 * depth * (nodes + 1.0)
    # P(Poisson(m) >= k) is the regularised lower incomplete gamma function P(k, m).
    enough = gammainc(emulsion.threshold - 2.0, emulsion.fog_in_tube(d))
    integral = 0.5 * depth * np.sum(weights * (depth - d) * d**2 * enough)
    return float(np.pi * (emulsion.fog * emulsion.largest_slope) ** 2 * integral / UM**2)


def basetrack_rate(emulsion: Emulsion, sheets: Sheets, slope_error: float = 0.02) -> float:
    """False base-tracks of a sheet per mm^2: two false micro-tracks that agree by chance.

    Parameters
    ----------
    emulsion, sheets
        Response and depths.
    slope_error
        To within which either slope must agree with that from face to face.
    """
    single = microtrack_rate(emulsion, sheets)
    spot = np.pi * (slope_error * sheets.base) ** 2
    return float(single**2 * spot * (slope_error / emulsion.largest_slope) ** 2)


def fog_microtracks(
    emulsion: Emulsion,
    sheets: Sheets,
    films: IntArray,
    bounds: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> StructuredArray:
    """Draw false micro-tracks.

    Parameters
    ----------
    emulsion, sheets
        Response and depths.
    films
        In which.
    bounds
        Lowest and highest x, lowest and highest y in mm.
    rng
        Source of randomness.

    Returns
    -------
    array of `wayside.emulsion.signals.MICROTRACK`
        With event -1; all have just enough grains.
    """
    area = (bounds[1] - bounds[0]) * (bounds[3] - bounds[2])
    number = rng.poisson(microtrack_rate(emulsion, sheets) * area, len(films))
    rows = np.zeros(int(number.sum()), dtype=MICROTRACK)
    rows["film"] = np.repeat(films, number)
    rows["x"] = rng.uniform(bounds[0], bounds[1], len(rows))
    rows["y"] = rng.uniform(bounds[2], bounds[3], len(rows))
    slope = emulsion.largest_slope * np.sqrt(rng.random(len(rows)))
    angle = rng.uniform(0.0, 2.0 * np.pi, len(rows))
    rows["tx"], rows["ty"] = slope * np.cos(angle), slope * np.sin(angle)
    rows["grains"] = emulsion.threshold
    rows["event"] = rows["particle"] = -1
    return rows
