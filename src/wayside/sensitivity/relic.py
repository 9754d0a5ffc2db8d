"""The line of the observed relic density in a plane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayside.cosmology.line import relic_epsilons
from wayside.cosmology.relic import density_of
from wayside.cosmology.universe import OMEGA_H2
from wayside.errors import InputError
from wayside.sensitivity.contours import Line
from wayside.sensitivity.mass_point import Array
from wayside.sensitivity.planes import Plane, masses_at

_STEEP = 0.25
"""Rise of ln(epsilon) between neighbours from which on a column goes between them."""

_REFINEMENTS = 8


@dataclass(frozen=True)
class RelicLine:
    """Where the ground state makes up all of dark matter.

    Arrays have one entry per column: those of the plane, and more where the line is steep or ends.
    """

    x: Array
    """Columns, increasing."""
    epsilon: Array
    """Root of Omega h^2 = 0.12; NaN where there is none in the plane."""
    overabundant_below: Array
    """Epsilon below which there is too much: the root, or an end of the plane; NaN if not known."""
    lines: list[Line]
    """The roots as lines, broken where columns without one lie between; x, epsilon."""

    @property
    def known(self) -> bool:
        """Whether the density is known in any column."""
        return bool(np.isfinite(self.overabundant_below).any())

    def summary(self) -> dict[str, Any]:
        """Plain values for result.json."""
        return {
            "omega_h2": OMEGA_H2,
            "overabundant": "below",
            "x": self.x.tolist(),
            "overabundant_below": self.overabundant_below.tolist(),
            "lines": [
                {"closed": line.closed, "points": line.points.tolist()} for line in self.lines
            ],
        }


def relic_line(plane: Plane) -> RelicLine:
    """Find the line in a plane, one root per column.

    Parameters
    ----------
    plane
        From `wayside.sensitivity.planes.plane_of`. Columns of masses that the collider cannot
        produce count too: the line goes on through the pole.
    """
    low, high = float(plane.epsilon.values[0]), float(plane.epsilon.values[-1])
    at, x = plane.x.coordinates, plane.x.values
    roots, below = relic_epsilons([_density(plane, float(each)) for each in x], low, high)
    for _ in range(_REFINEMENTS):
        steep = np.flatnonzero(_steep(roots, below))
        if not len(steep):
            break
        middle = 0.5 * (at[steep] + at[steep + 1])
        more = plane.x.from_coordinates(middle)
        columns = [_density(plane, float(each)) for each in more]
        new_roots, new_below = relic_epsilons(columns, low, high)
        at = np.insert(at, steep + 1, middle)
        x = np.insert(x, steep + 1, more)
        roots = np.insert(roots, steep + 1, new_roots)
        below = np.insert(below, steep + 1, new_below)
    there = np.flatnonzero(np.isfinite(roots))
    pieces = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    lines = [
        Line(np.stack([x[piece], roots[piece]], axis=1), False)
        for piece in pieces
        if len(piece) > 1
    ]
    return RelicLine(x, roots, below, lines)


def _steep(roots: Array, below: Array) -> NDArray[np.bool_]:
    """Between which neighbours the line rises too much for a straight piece, or ends."""
    known = np.isfinite(below[:-1]) & np.isfinite(below[1:])
    some = np.isfinite(roots[:-1]) | np.isfinite(roots[1:])
    with np.errstate(invalid="ignore"):
        rise = np.abs(np.log(below[1:] / below[:-1]))
    return np.asarray(known & some & (rise > _STEEP))


def _density(plane: Plane, x: float) -> Callable[[float], float] | None:
    scenario = plane.scenario
    options = {"hadrons": scenario.cosmology.hadrons, "dof_name": scenario.cosmology.dof}
    try:
        if not plane.varies_masses:
            return density_of(plane.centre.model, x, **options)
        model = type(plane.centre.model)(*masses_at(scenario, x))  # type: ignore[call-arg]
        return density_of(model, scenario.model.g_d, **options)
    except InputError:
        return None
