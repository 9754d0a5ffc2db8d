"""Candidates of a simulated run, and the probability with which a selection keeps each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from wayside.candidates.schema import ROW
from wayside.detector.stack import Stack
from wayside.generator.pairs import DECAY
from wayside.reconstruction.candidate_rows import Origin, describe
from wayside.reconstruction.pipeline import Reconstructed, Setup
from wayside.reconstruction.truth_matching import at_origin
from wayside.selections.cuts import Cuts
from wayside.typing import StructuredArray

CANDIDATE: Final = np.dtype([*ROW.descr, ("probability", np.float64)])
"""A row of `wayside.candidates.schema.ROW`, and the probability that the selection keeps it."""


class Simulated(NamedTuple):
    """What was simulated of a group of events."""

    primaries: StructuredArray
    """Rows of `wayside.generator.records.PRIMARY`, those of one event together."""
    crossings: Mapping[str, StructuredArray]
    """Rows of `wayside.transport.records.CROSSING` by kind of layer."""
    stack: Stack
    """Layers of the detector."""


def candidates(
    result: Reconstructed,
    gas_hits: StructuredArray,
    simulated: Simulated,
    setup: Setup,
    selection: Cuts,
) -> StructuredArray:
    """Describe the vertices of a group of events as candidates of a search.

    Parameters
    ----------
    result
        Reconstruction in four dimensions of the events, `wayside.reconstruction.job.APART` from
        one another in time.
    gas_hits
        Hits of the gas detectors with which it was made.
    simulated
        Particles, crossings, and layers.
    setup
        Settings of the reconstruction.
    selection
        Cuts and vetoes.

    Returns
    -------
    array
        Rows of `CANDIDATE` of all vertices whose tracks come from one event, by event. Layers that
        veto are in ``probability`` with their efficiencies, whether one had a hit or not. Where the
        events were drawn from is not known: ``sampling_density`` is nan, and ``channel`` "none".
    """
    numbers = simulated.primaries["event"]
    first = int(numbers.min()) if len(numbers) else 0
    primaries = _numbered_from(first, simulated.primaries)
    crossings = {kind: _numbered_from(first, rows) for kind, rows in simulated.crossings.items()}
    tracks, vertices = (_numbered_from(first, rows) for rows in (result.tracks, result.vertices))
    chosen = replace(result, tracks=tracks, vertices=vertices)
    number = int(primaries["event"].max(initial=-1)) + 1
    origin = Origin(primaries, np.full(number, np.nan), np.zeros(0, DECAY))
    rows = describe(chosen, gas_hits, crossings, origin, setup, simulated.stack).rows
    out = np.zeros(len(rows), CANDIDATE)
    for name in ROW.names or ():
        out[name] = rows[name]
    heads = primaries[np.unique(primaries["event"], return_index=True)[1]]
    out["at_origin"] = at_origin(vertices[vertices["event"] >= 0], heads)
    out["event"] += first
    out["probability"] = selection.weights(rows)
    return out[np.argsort(out["event"], kind="stable")]


def _numbered_from(first: int, rows: StructuredArray) -> StructuredArray:
    """The same rows with events numbered from ``first``; mixed ones keep their negative number."""
    out = rows.copy()
    out["event"] -= np.where(out["event"] >= 0, first, 0)
    return out
