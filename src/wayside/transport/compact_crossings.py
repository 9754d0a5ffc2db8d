"""Crossings in half of the space: single precision, positions relative to the layer.

A crossing lies within a layer whose depth is known, and within the detector, so that single
precision keeps 15 nm across and less along; times keep 1e-7 of their value.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from wayside.detector.stack import Stack
from wayside.transport.records import CROSSING
from wayside.typing import FloatArray, StructuredArray

COMPACT: Final = np.dtype(
    [
        ("event", np.int32),
        ("track", np.int32),
        ("parent", np.int32),
        ("pdg", np.int32),
        ("layer", np.int16),
        ("x", np.float32),
        ("y", np.float32),
        ("z", np.float32),
        ("dx", np.float32),
        ("dy", np.float32),
        ("dz", np.float32),
        ("time", np.float32),
        ("kinetic_energy", np.float32),
        ("deposit", np.float32),
    ]
)
"""A row of `wayside.transport.records.CROSSING`: the way in, with z relative to the front of the
layer (of fibres, absolute), and the way out relative to the way in."""


def _fronts(stack: Stack) -> Mapping[str, FloatArray]:
    return {"film": stack.films[:, 0], "gas": stack.gas_gaps[:, 0], "fibre": np.zeros(1)}


def compact(crossings: Mapping[str, StructuredArray], stack: Stack) -> dict[str, StructuredArray]:
    """Pack crossings.

    Parameters
    ----------
    crossings
        Rows of `wayside.transport.records.CROSSING` by kind of layer.
    stack
        Layers of the detector.

    Returns
    -------
    dict
        Rows of `COMPACT` by kind of layer.
    """
    fronts = _fronts(stack)
    packed = {}
    for kind, rows in crossings.items():
        out = np.empty(len(rows), COMPACT)
        for name in ("event", "track", "parent", "pdg", "layer"):
            out[name] = rows[name]
        for name in ("time", "kinetic_energy", "deposit"):
            out[name] = rows[name]
        for axis in "xyz":
            out[f"d{axis}"] = rows[f"{axis}_out"] - rows[f"{axis}_in"]
        out["x"], out["y"] = rows["x_in"], rows["y_in"]
        out["z"] = rows["z_in"] - fronts[kind][rows["layer"]]
        packed[kind] = out
    return packed


def expand(packed: Mapping[str, StructuredArray], stack: Stack) -> dict[str, StructuredArray]:
    """Unpack crossings: the inverse of `compact` but for the rounding."""
    fronts = _fronts(stack)
    crossings: dict[str, Any] = {}
    for kind, rows in packed.items():
        out = np.empty(len(rows), CROSSING)
        for name in ("event", "track", "parent", "pdg", "layer"):
            out[name] = rows[name]
        for name in ("time", "kinetic_energy", "deposit"):
            out[name] = rows[name]
        out["x_in"], out["y_in"] = rows["x"], rows["y"]
        out["z_in"] = rows["z"] + fronts[kind][rows["layer"]]
        for axis in "xyz":
            out[f"{axis}_out"] = out[f"{axis}_in"] + rows[f"d{axis}"]
        crossings[kind] = out
    return crossings
