"""Between which values of a coupling the signal detectors exclude a point."""

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import elementwise

from wayside.models.registry import particle_class
from wayside.scenario import Scenario
from wayside.scenario.model import is_pair
from wayside.sensitivity.luminosity import EPSILON
from wayside.sensitivity.plane_axes import G_D
from wayside.typing import FloatArray, IndexArray

if TYPE_CHECKING:
    from wayside.scanning.groups import Group

_STEPS: Final = 401
"""Values of the coupling between which the excluded ones are looked for."""
_AT_ONCE: Final = 64
"""Rows of other couplings for which this is done at a time, to keep arrays small."""
_FAR: Final = 1e3
_PAIR: Final = {"epsilon": (EPSILON[0], EPSILON[-1]), "g_d": (1e-6, G_D[1])}


def span(scenario: Scenario, coupling: str) -> tuple[float, float]:
    """Values of a coupling between which excluded ones are looked for."""
    if is_pair(scenario.model):
        low, high = _PAIR[coupling]
        return float(low), float(high)
    declared = particle_class(scenario.model.kind).couplings
    return next(parameter.plane for parameter in declared if parameter.name == coupling)


def excluded_ends(group: "Group", coupling: str) -> tuple[FloatArray, FloatArray]:
    """Least and largest value of a coupling that is excluded, all else fixed.

    Parameters
    ----------
    group
        Points; their own values of the coupling play no role.
    coupling
        Its name.

    Returns
    -------
    tuple of array
        Shape (n,) each; NaN where nothing is excluded, an end of `span` where exclusion goes on
        beyond it. Values between them may be allowed.

    Notes
    -----
    The ends solve N(coupling) = ``n_limit``, N being the expected events in the signal detectors:
    found on a grid of equal steps of the logarithm, then by roots between its neighbours to 1e-11.
    """
    others = {name: values for name, values in group.couplings.items() if name != coupling}
    columns = [np.zeros(group.size), *others.values()]
    rows, of_point = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    grid = np.geomspace(*span(group.scenario, coupling), _STEPS)
    parts = [
        _ends_of(group, coupling, dict(zip(others, part[:, 1:].T, strict=True)), len(part), grid)
        for part in np.split(rows, np.arange(_AT_ONCE, len(rows), _AT_ONCE))
    ]
    low, high = np.concatenate(parts, axis=1)[:, of_point.ravel()]
    return low, high


def _ends_of(
    group: "Group", coupling: str, others: dict[str, FloatArray], number: int, grid: FloatArray
) -> FloatArray:
    """Ends for rows of other couplings, shape (2, rows)."""
    level = group.n_limit

    def over(logarithm: FloatArray, row: IndexArray) -> FloatArray:
        """Logarithm of expected over excluded events."""
        couplings = {name: values[row] for name, values in others.items()}
        total = group.total_at({**couplings, coupling: np.exp(logarithm)})
        with np.errstate(divide="ignore"):
            return np.clip(np.log(total / level), -_FAR, _FAR)

    logs, rows = np.log(grid), np.arange(number)
    shape = (number, len(grid))
    above = over(np.broadcast_to(logs, shape), np.broadcast_to(rows[:, None], shape)) > 0.0
    some = above.any(axis=1)
    first = np.argmax(above, axis=1)
    last = len(grid) - 1 - np.argmax(above[:, ::-1], axis=1)
    ends = np.full((2, number), np.nan)
    for end, at, inward in zip(ends, (first, last), (-1, 1), strict=True):
        beyond = at + inward
        crosses = some & (beyond >= 0) & (beyond < len(grid))
        end[some] = grid[at[some]]
        if crosses.any():
            bracket = logs[at[crosses]], logs[beyond[crosses]]
            roots = elementwise.find_root(
                over,
                (np.minimum(*bracket), np.maximum(*bracket)),
                args=(rows[crosses],),
                tolerances={"xatol": 1e-11, "xrtol": 1e-11, "fatol": 0.0},
            )
            end[crosses] = np.exp(roots.x)
    return ends
