"""Efficiency maps: simulate and reconstruct signal, and count."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from wayside.efficiency.table import EfficiencyMap, counted
from wayside.reconstruction.chain import Reconstructed

FloatArray = npt.NDArray[np.float64]
Structured = npt.NDArray[np.void]

DECAY: Final = np.dtype(
    [
        ("event", np.int64),
        ("channel", "U8"),
        ("energy", np.float64),
        ("opening", np.float64),
        ("splitting", np.float64),
        ("depth", np.float64),
        ("x", np.float64),
        ("y", np.float64),
        ("z", np.float64),
    ]
)
"""A decay: energy of the pair (GeV), opening (rad), splitting (GeV), depth (m), place (mm)."""

Sample = Callable[[int, np.random.Generator], tuple[Structured, Structured]]
"""From a number of decays and a source of randomness: `DECAY` rows and film crossings."""

Reconstruct = Callable[[Structured, np.random.Generator], Reconstructed]
"""From film crossings of one chunk: response and reconstruction."""


def found(decays: Structured, result: Reconstructed, sigmas: float = 5.0) -> npt.NDArray[np.bool_]:
    """Which decays have a vertex of theirs.

    A vertex counts if both of its tracks truly come from the event, it lies within ``sigmas`` of
    its errors (and 10 um) of the decay along each axis, and was not vetoed by the fibres.
    """
    passed = np.zeros(len(decays), dtype=np.bool_)
    number = {int(event): i for i, event in enumerate(decays["event"])}
    for vertex in result.vertices:
        i = number.get(int(vertex["event"]))
        if i is None or vertex["vetoed"]:
            continue
        off = [abs(vertex[c] - decays[c][i]) <= sigmas * vertex[f"sigma_{c}"] + 0.01 for c in "xyz"]
        passed[i] |= all(off)
    return passed


def build_map(
    sample: Sample,
    reconstruct: Reconstruct,
    channels: tuple[str, ...],
    edges: Mapping[str, npt.ArrayLike],
    decays: int,
    seed: int,
    header: Mapping[str, str],
    chunk: int = 1000,
    progress: Callable[[int], object] | None = None,
) -> EfficiencyMap:
    """Simulate and reconstruct decays, and count them into a table.

    Parameters
    ----------
    sample
        The engine: makes decays and sends their products through the stack. Decays of a chunk
        share the films, so it must keep them apart.
    reconstruct
        Response and reconstruction.
    channels, edges, header
        Of the table; seed, decays and chunk are added to the header.
    decays
        How many.
    seed
        Chunk k draws from ``SeedSequence((seed, k))``.
    chunk
        Decays at a time.
    progress
        Told the number of decays done.
    """
    full = {**header, "decays": str(decays), "seed": str(seed), "chunk": str(chunk)}
    total: EfficiencyMap | None = None
    for number, begin in enumerate(range(0, decays, chunk)):
        rng = np.random.default_rng(np.random.SeedSequence((seed, number)))
        made, crossings = sample(min(chunk, decays - begin), rng)
        passed = found(made, reconstruct(crossings, rng))
        points = np.stack([made[c] for c in ("energy", "opening", "splitting", "depth")], axis=1)
        part = counted(channels, edges, made["channel"], points, passed, full)
        total = part if total is None else total + part
        if progress is not None:
            progress(min(begin + chunk, decays))
    assert total is not None, "at least one decay"
    return total
