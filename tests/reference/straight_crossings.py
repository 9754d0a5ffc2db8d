"""Crossings of films, gas gaps and fibres by straight lines, without any transport."""

import numpy as np

from wayside.detector.stack import Stack
from wayside.transport.records import CROSSING

STACK = Stack()


def straight(event, track, sheets, origin, slope, energy=50.0):
    """Crossings of the films of some sheets by a straight line from a point in mm."""
    rows = np.zeros(2 * len(sheets), CROSSING)
    rows["event"], rows["track"], rows["pdg"] = event, track, 11
    rows["layer"] = np.sort(np.concatenate([2 * np.array(sheets), 2 * np.array(sheets) + 1]))
    fronts = STACK.films[rows["layer"]]
    for side, z in zip(("in", "out"), fronts.T, strict=True):
        rows[f"z_{side}"] = z
        rows[f"x_{side}"] = origin[0] + (z - origin[2]) * slope[0]
        rows[f"y_{side}"] = origin[1] + (z - origin[2]) * slope[1]
    rows["time"], rows["kinetic_energy"], rows["deposit"] = 3.0, energy, 0.02
    return rows


def through(kind, event, track, layer, z, origin, slope, time=3.0):
    """One crossing of a layer between two depths z in mm, from a point on."""
    rows = np.zeros(1, CROSSING)
    rows["event"], rows["track"], rows["pdg"], rows["layer"] = event, track, 11, layer
    for side, depth in zip(("in", "out"), z, strict=True):
        rows[f"z_{side}"] = depth
        rows[f"x_{side}"] = origin[0] + (depth - origin[2]) * slope[0]
        rows[f"y_{side}"] = origin[1] + (depth - origin[2]) * slope[1]
    rows["time"], rows["deposit"] = time, 0.01
    return {kind: rows}
