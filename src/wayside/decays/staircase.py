"""Draw from a density on an interval by rejection from steps above it."""

from collections.abc import Callable

import numpy as np

from wayside.typing import FloatArray

_POINTS = np.clip(np.linspace(0.0, 1.0, 9), 1e-9, 1.0 - 1e-9)
"""Places of points in a step, its ends from inside: the density may jump there."""

_MARGIN = 1.02
"""Bound over the largest of nine values in a step; smooth densities vary by far less between
those."""


class Staircase:
    """A density known up to its norm, smooth on every step.

    Parameters
    ----------
    density
        Values at an array of points, not negative.
    edges
        Ends of the steps, increasing, shape (n + 1,); fine enough that nine points know a step.
    """

    def __init__(self, density: Callable[[FloatArray], FloatArray], edges: FloatArray) -> None:
        self._density = density
        self._edges = edges
        self._width = np.diff(edges)
        points = edges[:-1, None] + self._width[:, None] * _POINTS
        values = density(points.ravel()).reshape(points.shape)
        top = np.max(values, axis=1)
        self._bound = _MARGIN * np.maximum(top, 1e-9 * np.max(top))
        self._reached = np.cumsum(self._bound * self._width)
        simpson = np.array([1.0, 4.0, 2.0, 4.0, 2.0, 4.0, 2.0, 4.0, 1.0]) / 24.0
        self.integral = float(np.sum(self._width * (values @ simpson)))
        """Integral over all steps, by Simpson's rule in each."""

    def draw(self, n: int, rng: np.random.Generator) -> FloatArray:
        """Return ``n`` points."""
        out = np.empty(n)
        todo = np.arange(n)
        while todo.size:
            target = rng.random(todo.size) * self._reached[-1]
            step = np.minimum(
                np.searchsorted(self._reached, target, side="right"), len(self._width) - 1
            )
            point = self._edges[step] + self._width[step] * rng.random(todo.size)
            kept = rng.random(todo.size) * self._bound[step] < self._density(point)
            out[todo[kept]] = point[kept]
            todo = todo[~kept]
        return out
