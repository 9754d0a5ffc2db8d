"""What stands around the collision: named bodies of one material each, and what a ray crosses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, singledispatch
from typing import Final

import numpy as np

from wayside.detector.box import Box
from wayside.detector.materials import Material
from wayside.detector.overlap import Convex, convex, convex_overlap, sampled, sampled_overlap
from wayside.detector.volume import Volume
from wayside.typing import BoolArray, FloatArray, IndexArray

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

    @cached_property
    def solids(self) -> tuple["Solid", ...]:
        """Pieces with what tests against detectors need of them, found when it is needed."""
        return tuple(Solid(piece) for piece in self.pieces)


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
        low, high = extent(volume)
        return [
            body.name
            for body in self._forbidden
            if any(solid.may_meet(low, high) and solid.meets(volume) for solid in body.solids)
        ]

    def blocked(self, volumes: Sequence[Volume]) -> BoolArray:
        """Whether detectors stand in bodies in which they must not, shape (n,)."""
        blocked = np.zeros(len(volumes), dtype=np.bool_)
        if not volumes:
            return blocked
        lows, highs = (np.array(ends) for ends in zip(*map(extent, volumes), strict=True))
        for solid in (solid for body in self._forbidden for solid in body.solids):
            for number in np.flatnonzero(~blocked & solid.may_meet(lows, highs)).tolist():
                blocked[number] = solid.meets(volumes[number])
        return blocked

    @property
    def _forbidden(self) -> list[HallVolume]:
        """Bodies in which a detector must not stand."""
        return [body for body in self.volumes if not body.passable]

    def holds(self, points: FloatArray) -> BoolArray:
        """Whether points (shape (n, 3), in m) lie well inside bodies in which none may stand."""
        inside = np.zeros(len(points), dtype=np.bool_)
        for body in self._forbidden:
            for piece in body.pieces:
                # On the surface a detector may only touch: a point is inside if all about it are.
                within = piece.contains(points)
                for step in 1e-6 * np.concatenate([np.eye(3), -np.eye(3)]):
                    within &= piece.contains(points + step)
                inside |= within
        return inside

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


@singledispatch
def extent(volume: Volume) -> tuple[FloatArray, FloatArray]:
    """Least and largest coordinates of a volume in m; circles are taken by chords."""
    return _ends(np.concatenate(volume.drawing()))


@extent.register
def _(volume: Box) -> tuple[FloatArray, FloatArray]:
    return _ends(volume.corners)


def _ends(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    return points.min(axis=0), points.max(axis=0)


@dataclass(frozen=True, eq=False)
class Solid:
    """A piece of a hall, with what tests against detectors need of it."""

    piece: Volume

    @cached_property
    def ends(self) -> tuple[FloatArray, FloatArray]:
        """Least and largest coordinates in m, with a little room: circles are drawn by chords."""
        low, high = extent(self.piece)
        slack = 0.002 * float(np.max(high - low))
        return low - slack, high + slack

    @cached_property
    def convex(self) -> Convex | None:
        """The piece as a convex body with flat faces, if it is one."""
        return convex(self.piece)

    @cached_property
    def points(self) -> FloatArray:
        """Points in it."""
        return sampled(self.piece)

    def may_meet(self, low: FloatArray, high: FloatArray) -> BoolArray:
        """Whether a box about a detector, or about each of several, meets that about the piece."""
        least, most = self.ends
        return np.asarray(np.all((low <= most) & (high >= least), axis=-1))

    def meets(self, volume: Volume) -> bool:
        """Whether a detector shares space with the piece."""
        other = convex(volume)
        if self.convex is not None and other is not None:
            return convex_overlap(self.convex, other)
        return sampled_overlap(self.piece, self.points, volume)
