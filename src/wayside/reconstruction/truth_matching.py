"""Truth matching: tracks and vertices against the particles that they come from."""

from dataclasses import dataclass

import numpy as np

from wayside.reconstruction.pipeline import Reconstructed
from wayside.typing import BoolArray, StructuredArray

PURE = 0.75
"""Smallest fraction of a track's base-tracks that come from one particle."""

COMPLETE = 0.5
"""Smallest fraction of a particle's base-tracks that its track has."""

PARTICLE = np.dtype(
    [
        ("event", np.int64),
        ("particle", np.int32),
        ("pdg", np.int32),
        ("base_tracks", np.int32),
        ("slope", np.float64),
        ("track", np.int64),
    ]
)
"""A particle with base-tracks: how many, the slope of the first, and its track or -1."""


@dataclass(frozen=True, eq=False)
class TruthMatching:
    """Efficiency and purity.

    Attributes
    ----------
    particles
        `PARTICLE`: every one with at least the base-tracks of a track.
    pure
        For every track, whether it is mostly one particle's.
    """

    particles: StructuredArray
    pure: BoolArray

    @property
    def efficiency(self) -> float:
        """Fraction of the particles that have a track of theirs."""
        return float(np.mean(self.particles["track"] >= 0)) if len(self.particles) else np.nan

    @property
    def purity(self) -> float:
        """Fraction of the tracks that are mostly one particle's."""
        return float(np.mean(self.pure)) if len(self.pure) else np.nan


def at_origin(
    vertices: StructuredArray, origins: StructuredArray, sigmas: float = 5.0
) -> BoolArray:
    """Which vertices are of one true event, and lie where it happened.

    Parameters
    ----------
    vertices
        `wayside.reconstruction.records.VERTEX`.
    origins
        Rows with ``event``, ``x``, ``y``, ``z``, one an event, in increasing order of events.
    sigmas
        Errors (and 10 um) within which a vertex must be along each axis.
    """
    if not len(vertices) or not len(origins):
        return np.zeros(len(vertices), dtype=np.bool_)
    place = np.minimum(np.searchsorted(origins["event"], vertices["event"]), len(origins) - 1)
    true = origins[place]
    good = true["event"] == vertices["event"]
    for c in "xyz":
        good &= np.abs(vertices[c] - true[c]) <= sigmas * vertices[f"sigma_{c}"] + 0.01
    return np.asarray(good)


def match_truth(result: Reconstructed, min_sheets: int) -> TruthMatching:
    """Compare tracks with the particles behind their base-tracks.

    Parameters
    ----------
    result
        Tracks and base-tracks.
    min_sheets
        Sheets on which a particle must have left a base-track to count.
    """
    rows = result.rows[result.rows["event"] >= 0]
    order = np.lexsort((rows["sheet"], rows["particle"], rows["event"]))
    rows = rows[order]
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (rows["event"][1:] != rows["event"][:-1]) | (
        rows["particle"][1:] != rows["particle"][:-1]
    )
    begin = np.flatnonzero(new)
    number = np.diff(np.append(begin, len(rows)))
    particles = np.zeros(len(begin), dtype=PARTICLE)
    for key in ("event", "particle", "pdg"):
        particles[key] = rows[key][begin]
    particles["base_tracks"] = number
    particles["slope"] = np.hypot(rows["tx"][begin], rows["ty"][begin])
    particles["track"] = -1
    tracks = result.tracks
    pure = (tracks["purity"] >= PURE) & (tracks["event"] >= 0)
    # Both are sorted by event and particle, so one finds the other by a key.
    key_of = {
        (int(e), int(p)): i
        for i, (e, p) in enumerate(zip(particles["event"], particles["particle"], strict=True))
    }
    for t in np.flatnonzero(pure).tolist():
        i = key_of[int(tracks["event"][t]), int(tracks["particle"][t])]
        matched = tracks["purity"][t] * tracks["base_tracks"][t]
        if matched >= COMPLETE * particles["base_tracks"][i]:
            particles["track"][i] = t
    return TruthMatching(particles[particles["base_tracks"] >= min_sheets], pure)
