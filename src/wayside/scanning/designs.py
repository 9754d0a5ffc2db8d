"""Which points a scan has: grids, Sobol points, tables. Points are made block by block."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, ClassVar, Final, Protocol, Self

import numpy as np

from wayside.errors import InputError
from wayside.scanning.axes import GridAxis, Range
from wayside.typing import FloatArray

MOST = 2**30
"""Points of a scan at most."""


class Design(Protocol):
    """Points of a scan, by their number."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Dotted keys that vary, in the order of the columns."""

    @property
    def size(self) -> int:
        """Number of points."""

    def points(self, start: int, stop: int) -> FloatArray:
        """Values of points ``start`` to ``stop``, shape (stop - start, keys)."""

    def run_length(self, cheap: Sequence[str]) -> int:
        """Number of neighbours that differ in ``cheap`` keys alone."""

    def about(self) -> dict[str, Any]:
        """Plain values from which the same points follow."""


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of several keys; the last key varies fastest.

    Parameters
    ----------
    axes
        Keys with their values.
    """

    axes: tuple[GridAxis, ...]

    kind: ClassVar = "grid"

    def __post_init__(self) -> None:
        """Check the values."""
        _check(self.keys, self.size)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys, in the order of the axes."""
        return tuple(axis.range.key for axis in self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each key."""
        return tuple(axis.points for axis in self.axes)

    @property
    def size(self) -> int:
        """Number of points."""
        return prod(self.shape)

    def ordered(self, rank: Callable[[str], int]) -> "Grid":
        """The same grid with keys of a higher rank later, so that they vary faster."""
        return Grid(tuple(sorted(self.axes, key=lambda axis: rank(axis.range.key))))

    def points(self, start: int, stop: int) -> FloatArray:
        """Values of points ``start`` to ``stop``, shape (stop - start, keys)."""
        indices = np.unravel_index(np.arange(start, stop), self.shape)
        columns = [axis.at(index) for axis, index in zip(self.axes, indices, strict=True)]
        return np.stack(columns, axis=1)

    def run_length(self, cheap: Sequence[str]) -> int:
        """Number of neighbours that differ in ``cheap`` keys alone."""
        length = 1
        for axis in reversed(self.axes):
            if axis.range.key not in cheap:
                break
            length *= axis.points
        return length

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Self:
        """The grid of `about`."""
        return cls(tuple(GridAxis(_range(axis), axis["points"]) for axis in about["axes"]))

    def about(self) -> dict[str, Any]:
        """Plain values from which the same points follow."""
        return {
            "kind": self.kind,
            "axes": [{**_plain(axis.range), "points": axis.points} for axis in self.axes],
        }


@dataclass(frozen=True)
class Sobol:
    """Points that fill ranges of keys evenly: the sequence of Sobol, scrambled.

    Of `scipy.stats.qmc.Sobol`; a power of two of points is the most even.

    Parameters
    ----------
    ranges
        Keys with their ranges.
    size
        Number of points.
    seed
        Seed of the scrambling.
    """

    ranges: tuple[Range, ...]
    size: int
    seed: int = 1

    kind: ClassVar = "sobol"

    def __post_init__(self) -> None:
        """Check the values."""
        _check(self.keys, self.size)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys, in the order of the ranges."""
        return tuple(span.key for span in self.ranges)

    def points(self, start: int, stop: int) -> FloatArray:
        """Values of points ``start`` to ``stop``, shape (stop - start, keys)."""
        from scipy.stats import qmc

        engine = qmc.Sobol(len(self.ranges), scramble=True, rng=self.seed)
        if start:
            engine.fast_forward(start)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numbers of points that are no power of two
            fractions = engine.random(stop - start)
        columns = [span.at(t) for span, t in zip(self.ranges, fractions.T, strict=True)]
        return np.stack(columns, axis=1)

    def run_length(self, cheap: Sequence[str]) -> int:
        """Number of neighbours that differ in ``cheap`` keys alone."""
        return self.size if set(self.keys) <= set(cheap) else 1

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Self:
        """The points of `about`."""
        return cls(tuple(map(_range, about["ranges"])), about["points"], about["seed"])

    def about(self) -> dict[str, Any]:
        """Plain values from which the same points follow."""
        ranges = [_plain(span) for span in self.ranges]
        return {"kind": self.kind, "ranges": ranges, "points": self.size, "seed": self.seed}


@dataclass(frozen=True, eq=False)
class Table:
    """Points one by one, such as from a file.

    Parameters
    ----------
    keys
        Dotted keys.
    values
        Shape (points, keys).
    """

    keys: tuple[str, ...]
    values: FloatArray

    kind: ClassVar = "table"

    def __post_init__(self) -> None:
        """Check the values."""
        if self.values.ndim != 2 or self.values.shape[1] != len(self.keys):
            raise InputError(
                f"points: an array of shape {self.values.shape} for {len(self.keys)} keys; must be"
                " points by keys"
            )
        if not np.isfinite(self.values).all():
            row, column = np.argwhere(~np.isfinite(self.values))[0]
            raise InputError(f"{self.keys[column]} of point {row}: must be a finite number")
        _check(self.keys, self.size)

    @property
    def size(self) -> int:
        """Number of points."""
        return len(self.values)

    def points(self, start: int, stop: int) -> FloatArray:
        """Values of points ``start`` to ``stop``, shape (stop - start, keys)."""
        return self.values[start:stop]

    def run_length(self, cheap: Sequence[str]) -> int:
        """Number of neighbours that differ in ``cheap`` keys alone: of the first point."""
        costly = [column for column, key in enumerate(self.keys) if key not in cheap]
        if not costly:
            return self.size
        changed = np.any(self.values[:, costly] != self.values[0, costly], axis=1)
        return int(np.argmax(changed)) if changed.any() else self.size

    @cached_property
    def _digest(self) -> str:
        from hashlib import sha256

        return sha256(np.ascontiguousarray(self.values, dtype="<f8").tobytes()).hexdigest()

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Self:
        """The table of `about` and its ``values``."""
        return cls(tuple(about["keys"]), np.array(about["values"], dtype=np.float64))

    def about(self) -> dict[str, Any]:
        """Keys, number and hash of the points."""
        return {
            "kind": self.kind,
            "keys": list(self.keys),
            "points": self.size,
            "sha256": self._digest,
        }


DESIGNS: Final = {design.kind: design for design in (Grid, Sobol, Table)}
"""Designs by the kind in `Design.about`."""


def design_of(about: Mapping[str, Any]) -> Design:
    """Design of plain values.

    Parameters
    ----------
    about
        From `Design.about`; of a table with its ``values``.

    Examples
    --------
    >>> points = Sobol((Range("model.m2", 3.6, 3.7, False),), 4, seed=3)
    >>> design_of(points.about()) == points
    True
    """
    made: Design = DESIGNS[about["kind"]].of(about)
    return made


def _range(plain: Mapping[str, Any]) -> Range:
    return Range(plain["key"], plain["low"], plain["high"], plain["logarithmic"])


def _check(keys: tuple[str, ...], size: int) -> None:
    """Refuse designs without keys or points, or with a key twice."""
    if not keys:
        raise InputError("a scan needs at least one key that varies")
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise InputError(f"{twice[0]}: given twice")
    if not 1 <= size <= MOST:
        raise InputError(f"{size} points: must be from 1 to {MOST}")


def _plain(span: Range) -> dict[str, Any]:
    return {
        "key": span.key,
        "low": span.low,
        "high": span.high,
        "logarithmic": span.logarithmic,
    }
