"""What is left of the misalignment of sheets: a shift common to a patch of a sheet.

The shift is a function of seed, sheet and patch alone, whatever is simulated in which order: the
bits of a counter are mixed (splitmix64) and turned into two normal deviates (Box-Muller).
"""

import numpy as np
import numpy.typing as npt

from wayside.detector.emulsion import UM
from wayside.typing import FloatArray, StructuredArray

PATCH = 10.0
"""Side in mm of the squares over which a shift is one and the same."""


def misalign(micro: StructuredArray, error: float, seed: int) -> StructuredArray:
    """Shift micro-tracks with their sheets.

    Parameters
    ----------
    micro
        Rows of `wayside.emulsion.signals.MICROTRACK`.
    error
        Standard deviation of the shift along x and along y in um.
    seed
        Seed of the experiment, 0 or more.
    """
    shifted = micro.copy()
    patch = np.stack([np.floor(micro["x"] / PATCH), np.floor(micro["y"] / PATCH)])
    key = _mix(np.full(len(micro), seed, dtype=np.uint64))
    for part in (micro["film"] // 2, *patch):
        key = _mix(key ^ part.astype(np.int64).astype(np.uint64))
    first, second = _unit(_mix(key)), _unit(_mix(_mix(key)))
    radius = UM * error * np.sqrt(-2.0 * np.log1p(-first))
    shifted["x"] += radius * np.cos(2.0 * np.pi * second)
    shifted["y"] += radius * np.sin(2.0 * np.pi * second)
    return shifted


def _mix(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _unit(bits: npt.NDArray[np.uint64]) -> FloatArray:
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53
