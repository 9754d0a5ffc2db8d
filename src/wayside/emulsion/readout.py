"""Hits in gas detectors and fibres: smeared positions and times of crossings."""

import numpy as np

from wayside.emulsion.signals import HIT
from wayside.typing import StructuredArray


def hits(
    crossings: StructuredArray,
    position_error: float,
    time_error: float,
    efficiency: float,
    rng: np.random.Generator,
) -> StructuredArray:
    """Read out crossings of gas gaps or fibres.

    Parameters
    ----------
    crossings
        Crossings of the layers, an array of `wayside.transport.records.CROSSING`.
    position_error
        Standard deviation of a position along x and along y in mm.
    time_error
        Standard deviation of a time in ns.
    efficiency
        Probability that a particle that leaves energy is recorded.
    rng
        Generator of random numbers.

    Returns
    -------
    array of `wayside.emulsion.signals.HIT`
        In the middle of the way through the layer; z is not smeared.
    """
    uniform = rng.random(len(crossings))
    noise = rng.standard_normal((3, len(crossings)))
    recorded = (uniform < efficiency) & (crossings["deposit"] > 0.0)
    source, noise = crossings[recorded], noise[:, recorded]
    rows = np.zeros(len(source), dtype=HIT)
    rows["layer"] = source["layer"]
    for c in "xyz":
        rows[c] = 0.5 * (source[f"{c}_in"] + source[f"{c}_out"])
    rows["x"] += position_error * noise[0]
    rows["y"] += position_error * noise[1]
    rows["time"] = source["time"] + time_error * noise[2]
    rows["event"], rows["particle"], rows["pdg"] = source["event"], source["track"], source["pdg"]
    return rows
