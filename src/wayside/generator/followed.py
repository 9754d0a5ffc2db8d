"""Which decays a simulation follows: those that may be reconstructed, and a fraction of the others.

Films are scanned up to a tangent of 1, and tracks that travel backward are not told from those of
incoming particles: most decays in a detector cannot be reconstructed whatever else happens. They
are followed rarely, each standing for several, so that a sum over followed decays with their
weights is that over all.
"""

from typing import Final, NamedTuple

import numpy as np

from wayside.typing import BoolArray, FloatArray, IntArray, StructuredArray

SLOPE: Final = 1.2
"""Largest tangent to the normal of the films of a track that may be reconstructed."""

CHARGED: Final = (11, 13, 211, 321)
"""PDG numbers of what films record, without signs."""

INDIRECT: Final = (22, 111, 310, 15)
"""PDG numbers without signs of what leaves tracks where it decays or converts."""

OTHERS: Final = 10
"""Of decays that are not likely to be reconstructed one in so many is followed."""


class Followed(NamedTuple):
    """Decays that are to be followed.

    Attributes
    ----------
    events
        Their numbers, in increasing order, shape (n,).
    weights
        How many decays each stands for, shape (n,).
    """

    events: IntArray
    weights: FloatArray


def indirect_events(primaries: StructuredArray) -> IntArray:
    """Numbers of the decays with a particle of `INDIRECT`, whose vertices lie elsewhere.

    Parameters
    ----------
    primaries
        Rows of `wayside.generator.records.PRIMARY`.
    """
    return np.unique(primaries["event"][np.isin(np.abs(primaries["pdg"]), INDIRECT)])


def likely(primaries: StructuredArray) -> BoolArray:
    """Whether decays may be reconstructed, by event in increasing order.

    Parameters
    ----------
    primaries
        Rows of `wayside.generator.records.PRIMARY` in the frame of the detector.

    Returns
    -------
    ndarray
        Shape (events,): whether two charged particles, or one that leaves tracks somewhere else,
        go to +z within `SLOPE`.
    """
    code = np.abs(primaries["pdg"])
    steep = np.hypot(primaries["px"], primaries["py"]) > SLOPE * primaries["pz"]
    points = (~steep) * (np.isin(code, CHARGED) + 2 * np.isin(code, INDIRECT))
    _, owner = np.unique(primaries["event"], return_inverse=True)
    return np.asarray(np.bincount(owner, points) >= 2)


def followed(primaries: StructuredArray, depth: float) -> Followed:
    """Decays to follow.

    Parameters
    ----------
    primaries
        Rows of `wayside.generator.records.PRIMARY` in the frame of the detector, in mm.
    depth
        Depth of the blocks in mm: decays behind them are not followed, and count as lost.

    Examples
    --------
    >>> from wayside.generator.records import PRIMARY
    >>> pairs = np.zeros(24, PRIMARY)
    >>> pairs["event"], pairs["pdg"] = np.repeat(np.arange(12), 2), 11
    >>> pairs["pz"] = np.repeat([1.0] + [-1.0] * 11, 2)
    >>> followed(pairs, depth=100.0)
    Followed(events=array([ 0, 10]), weights=array([ 1., 10.]))
    """
    events, first = np.unique(primaries["event"], return_index=True)
    inside = (primaries["z"][first] >= 0.0) & (primaries["z"][first] <= depth)
    good = likely(primaries)
    chosen = inside & (good | (events % OTHERS == 0))
    return Followed(events[chosen], np.where(good[chosen], 1.0, float(OTHERS)))
