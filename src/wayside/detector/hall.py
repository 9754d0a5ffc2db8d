"""What stands around the collision: named bodies of one material each, and what a ray crosses."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from wayside.detector.materials import Material
from wayside.detector.overlap import overlap
from wayside.detector.volume import Volume
from wayside.typing import FloatArray, IndexArray

_RAYS: Final = 256
"""Rays at a time: intermediate arrays stay below some ten megabytes."""


@dataclass(frozen=True, eq=False)
class HallVolume:
    """A body of a hall.

    Parameters
    ----------
    name
        By which messages and reports know it.
    material
        What it is made of, with its mean density.
    pieces
        Volumes that do not overlap each other.
    passable
        Whether a detector may stand in it.
    """

    name: str
    material: Material
    pieces: tuple[Volume, ...]
    passable: bool = False

    def blocks(self, volume: Volume) -> bool:
        """Whether a detector's volume shares space with it, where that is forbidden."""
        return not self.passable and any(
            _may_meet(piece, volume) and overlap(piece, volume) for piece in self.pieces
        )


@dataclass(frozen=True, eq=False)
class Hall:
    """All bodies around a collision.

    Parameters
    ----------
    volumes
        Where two of them overlap, the later one counts.
    """

    volumes: tuple[HallVolume, ...]

    def blocking(self, volume: Volume) -> list[str]:
        """Names of the bodies in which a detector must not stand and does."""
        return [body.name for body in self.volumes if body.blocks(volume)]

    @cached_property
    def _pieces(self) -> tuple[tuple[int, Volume], ...]:
        """Every piece with the number of its body."""
        return tuple(
            (number, piece) for number, body in enumerate(self.volumes) for piece in body.pieces
        )

    def lengths(self, directions: FloatArray, reach: FloatArray) -> FloatArray:
        """How far rays from the interaction point go in each body.

        Parameters
        ----------
        directions
            Unit vectors, shape (n, 3).
        reach
            Where the rays end, in m, shape (n,).

        Returns
        -------
        ndarray
            Lengths in m, shape (n, bodies).
        """
        rays = np.asarray(directions, dtype=np.float64).reshape(-1, 3)
        ends = np.broadcast_to(np.asarray(reach, dtype=np.float64), len(rays))
        out = np.zeros((len(rays), len(self.volumes)))
        for start in range(0, len(rays), _RAYS):
            part = slice(start, start + _RAYS)
            out[part] = self._lengths(rays[part], ends[part])
        return out

    def _lengths(self, rays: FloatArray, reach: FloatArray) -> FloatArray:
        near, far, owner = self._intervals(rays, reach)
        out = np.zeros((len(rays), len(self.volumes)))
        if not len(owner):
            return out
        ends = np.sort(np.concatenate([near, far], axis=1), axis=1)
        for left, right in zip(ends.T[:-1], ends.T[1:], strict=True):
            middle = 0.5 * (left + right)[:, None]
            inside = (near < middle) & (middle < far)
            # Intervals stand in the order of their bodies: the last one counts.
            last = inside.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)
            some = inside.any(axis=1) & (right > left)
            out[np.flatnonzero(some), owner[last[some]]] += (right - left)[some]
        return out

    def _intervals(
        self, rays: FloatArray, reach: FloatArray
    ) -> tuple[FloatArray, FloatArray, IndexArray]:
        """Entries and exits of every piece on every ray, and which body it belongs to."""
        nears, fars, owners = [], [], []
        for number, piece in self._pieces:
            crossings = piece.crossings(rays)
            if not crossings.hit.any():
                continue
            nears.append(np.minimum(crossings.near, reach[:, None]))
            fars.append(np.minimum(crossings.far, reach[:, None]))
            owners += [number] * crossings.near.shape[1]
        if not owners:
            nothing = np.empty((len(rays), 0))
            return nothing, nothing, np.empty(0, dtype=np.intp)
        return np.concatenate(nears, axis=1), np.concatenate(fars, axis=1), np.array(owners)


def extent(volume: Volume) -> tuple[FloatArray, FloatArray]:
    """Corners of a box parallel to the axes around a volume, in m."""
    points = np.concatenate(volume.drawing())
    return points.min(axis=0), points.max(axis=0)


def _may_meet(one: Volume, other: Volume) -> bool:
    """Whether boxes around two volumes meet: a cheap test before an exact one."""
    (low, high), (lower, higher) = extent(one), extent(other)
    # Circles are drawn by chords: a little room.
    slack = 0.002 * max(float(np.max(high - low)), float(np.max(higher - lower)))
    return bool(np.all(low <= higher + slack) and np.all(lower <= high + slack))
