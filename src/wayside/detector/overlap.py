"""Whether two volumes share space."""

from functools import singledispatch
from typing import Final, NamedTuple

import numpy as np

from wayside.detector.box import Box
from wayside.detector.polyhedron import Polyhedron
from wayside.detector.volume import Volume
from wayside.typing import FloatArray

POINTS: Final = 4096
"""Points of each volume that are tried where there is no exact way."""

TOLERANCE: Final = 1e-9
"""Depth up to which bodies with flat faces only touch, in their largest dimension."""

_PARALLEL: Final = 1e-9
"""Sine of the angle below which two edges count as parallel: the faces have seen to them."""


class Convex(NamedTuple):
    """A convex body with flat faces."""

    corners: FloatArray
    normals: FloatArray
    """Unit vectors across its faces, shape (n, 3); of two parallel faces one is enough."""
    edges: FloatArray
    """Unit vectors along its edges, shape (n, 3); of parallel ones one is enough."""
    size: float
    """Largest dimension in m."""


def overlap(volume: Volume, other: Volume, tolerance: float = TOLERANCE) -> bool:
    """Whether two volumes share space; bodies that only touch share none.

    Parameters
    ----------
    volume, other
        Anywhere.
    tolerance
        Depth up to which bodies with flat faces still only touch, in their largest dimension.

    Notes
    -----
    Exact for boxes and polyhedra. For other shapes points of each are tried in the other, always
    the same ones: what they share goes unnoticed if it is less than about a thousandth of both.
    """
    first, second = convex(volume), convex(other)
    if first is not None and second is not None:
        return convex_overlap(first, second, tolerance)
    return sampled_overlap(volume, sampled(volume), other)


def sampled(volume: Volume) -> FloatArray:
    """Points in a volume that are tried where there is no exact way, shape (n, 3), in m."""
    return volume.sample(POINTS, np.random.default_rng(1))


def sampled_overlap(volume: Volume, points: FloatArray, other: Volume) -> bool:
    """Whether points of two volumes lie in the other one.

    Parameters
    ----------
    volume, other
        The volumes.
    points
        Those of ``volume``, from `sampled`.
    """
    return bool(np.any(other.contains(points)) or np.any(volume.contains(sampled(other))))


@singledispatch
def convex(_: Volume) -> Convex | None:
    """A volume as a convex body with flat faces; None if it is none."""
    return None


@convex.register
def _(volume: Box) -> Convex:
    return Convex(volume.corners, volume.axes, volume.axes, float(np.max(volume.size)))


@convex.register
def _(volume: Polyhedron) -> Convex:
    corners = volume.corners[np.unique(volume.triangles)]
    steps = volume.outline.segments[:, 1] - volume.outline.segments[:, 0]
    edges = steps / np.linalg.norm(steps, axis=1)[:, None]
    size = float(np.max(np.ptp(corners, axis=0)))
    return Convex(corners, _directions(volume.normals), _directions(edges), size)


def _directions(vectors: FloatArray) -> FloatArray:
    """Unit vectors, each direction and its opposite once."""
    kept: list[FloatArray] = []
    for vector in vectors:
        if not any(abs(vector @ other) > 1.0 - 1e-12 for other in kept):
            kept.append(vector)
    return np.array(kept)


def convex_overlap(body: Convex, other: Convex, tolerance: float = TOLERANCE) -> bool:
    """Whether no plane parts two convex bodies.

    Two such bodies are apart if and only if a plane parts them; one across a face or along an edge
    of each will do (the separating axis theorem): 15 planes for two boxes.
    """
    across = np.cross(body.edges[:, None, :], other.edges[None, :, :]).reshape(-1, 3)
    lengths = np.linalg.norm(across, axis=1)
    some = lengths > _PARALLEL
    directions = np.concatenate(
        [body.normals, other.normals, across[some] / lengths[some][:, None]]
    )
    first, second = body.corners @ directions.T, other.corners @ directions.T
    shared = np.minimum(first.max(axis=0), second.max(axis=0)) - np.maximum(
        first.min(axis=0), second.min(axis=0)
    )
    return bool(np.all(shared > tolerance * max(body.size, other.size)))
