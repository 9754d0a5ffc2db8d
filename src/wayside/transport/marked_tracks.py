"""Tracks that descend from energetic particles out of collisions of a muon."""

import numpy as np

from wayside.transport.muon_collisions import COLLISIONS
from wayside.transport.records import track_keys
from wayside.typing import IntArray, StructuredArray


def marked(tracks: StructuredArray, births: StructuredArray, least: float) -> IntArray:
    """Keys of the tracks that descend from a collision that is one of those added elsewhere.

    Parameters
    ----------
    tracks
        Rows of `wayside.transport.records.TRACK`.
    births
        Rows of `wayside.transport.records.POINT` where each of them begins.
    least
        Smallest kinetic energy in MeV of what comes out of a collision.

    Returns
    -------
    array of int
        `wayside.transport.records.track_keys` by row of the primary.
    """
    daughter = daughters(tracks)
    hard = np.zeros(len(tracks), dtype=np.bool_)
    for kind in COLLISIONS.values():
        hard |= (tracks["creator"] == kind.creator.encode()) & (tracks["pdg"] == kind.pdg)
    hard &= tracks["parent"] == 1
    hard &= births["kinetic_energy"] > least
    return track_keys(tracks["primary"], tracks["track"])[(daughter >= 0) & hard[daughter]]


def daughters(tracks: StructuredArray) -> IntArray:
    """Row of the daughter of the primary from which each track descends, -1 for primaries.

    Parameters
    ----------
    tracks
        Rows of `wayside.transport.records.TRACK`.
    """
    keys = track_keys(tracks["primary"], tracks["track"])
    order = np.argsort(keys)
    parents = track_keys(tracks["primary"], np.maximum(tracks["parent"], 1))
    parent = order[np.searchsorted(keys[order], parents)]
    daughter = np.where(tracks["parent"] > 1, parent, np.arange(len(tracks)))
    while True:
        above = daughter[daughter]
        if np.array_equal(above, daughter):
            return np.asarray(np.where(tracks["parent"] == 0, -1, daughter))
        daughter = above
