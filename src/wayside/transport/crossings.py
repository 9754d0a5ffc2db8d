"""From Geant4's steps in sensitive layers to one row for each particle's way through a layer."""

from typing import Final

import numpy as np

from wayside.transport.records import CROSSING
from wayside.typing import BoolArray, IntArray, StructuredArray

Integers = IntArray

MM: Final = 10.0
"""One cm."""
NS: Final = 1e9
"""One second."""
SAME_PLACE: Final = 1e-6
"""Distance in mm below which a step continues the one before: far above rounding, far below a
crystal."""


def is_charged(pdg: StructuredArray) -> BoolArray:
    """Whether particles are charged, by PDG number."""
    from particle import PDGID

    kinds, which = np.unique(pdg, return_inverse=True)
    charged = np.array([bool(PDGID(int(kind)).charge) for kind in kinds], dtype=bool)
    return np.asarray(charged[which])


def crossings(
    steps: StructuredArray, layers: Integers, primaries: StructuredArray, z_shift: float
) -> StructuredArray:
    """Join the steps of a particle inside a layer, and number events and tracks.

    Geant4 has simulated one primary an event; ``primaries["event"]`` says which belong together.
    Of primary ``j`` (from 0) of ``n``, track ``t`` becomes ``j + 1`` if it is the primary itself
    (``t = 1``) and ``n (t - 1) + j + 1`` if not.

    Parameters
    ----------
    steps
        Line deposits of ``calzone``, those of a layer in the order in which they happened.
    layers
        Number of the layer of each step, shape (n,).
    primaries
        Rows of `PRIMARY` in the order in which they were simulated.
    z_shift
        Shift in mm that is added to Geant4's z.

    Returns
    -------
    NDArray
        Rows of `CROSSING`, sorted by event, track, time and layer.
    """
    keep = is_charged(steps["pid"])
    steps, layers = steps[keep], layers[keep]
    if not len(steps):
        return np.empty(0, CROSSING)
    order = np.lexsort((layers, steps["tid"], steps["event"]))  # stable: time's order is kept
    steps, layers = steps[order], layers[order]
    same = np.ones(len(steps), dtype=bool)
    for key in (steps["event"], steps["tid"], layers):
        same[1:] &= key[1:] == key[:-1]
    gap = np.abs(steps["start"][1:] - steps["end"][:-1]).max(axis=1) * MM
    same[1:] &= gap < SAME_PLACE
    same[0] = False
    first = np.flatnonzero(~same)
    last = np.append(first[1:], len(steps)) - 1
    entry, exit_ = steps[first], steps[last]

    rank, count = _places(primaries["event"])
    primary = entry["event"].astype(np.int64)
    j, n, t = rank[primary], count[primary], entry["tid"].astype(np.int64)
    rows = np.empty(len(first), CROSSING)
    rows["event"] = primaries["event"][primary]
    rows["track"] = np.where(t == 1, j + 1, n * (t - 1) + j + 1)
    rows["parent"] = np.where(t == 1, 0, j + 1)
    rows["pdg"] = entry["pid"]
    rows["layer"] = layers[first]
    for axis, name in enumerate("xyz"):
        shift = z_shift if name == "z" else 0.0
        rows[f"{name}_in"] = entry["start"][:, axis] * MM + shift
        rows[f"{name}_out"] = exit_["end"][:, axis] * MM + shift
    rows["time"] = entry["time"][:, 0] * NS + primaries["time"][primary]
    rows["kinetic_energy"] = entry["energy"]
    rows["deposit"] = np.add.reduceat(steps["value"], first)
    return rows[np.lexsort((rows["layer"], rows["time"], rows["track"], rows["event"]))]


def _places(events: Integers) -> tuple[Integers, Integers]:
    """Place of each primary in its event, and number of primaries in it."""
    _, which, counts = np.unique(events, return_inverse=True, return_counts=True)
    order = np.argsort(which, kind="stable")
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(events), dtype=np.int64)
    rank[order] = np.arange(len(events)) - np.repeat(starts, counts)
    return rank, counts[which].astype(np.int64)
