"""A limit on epsilon as a function of the mediator's mass, from a table."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from wayside.data import read_table
from wayside.errors import InputError
from wayside.typing import FloatArray


@dataclass(frozen=True, eq=False)
class LimitCurve:
    """Upper limits on epsilon at increasing masses; what lies above them is excluded.

    Attributes
    ----------
    name
        The table it came from.
    mass
        A' masses in GeV, strictly increasing.
    epsilon
        Limits at those masses; NaN at the edges of a gap.
    confidence_level
        Confidence level of the exclusion; ``None`` where the source does not say.
    """

    name: str
    mass: FloatArray
    epsilon: FloatArray
    confidence_level: float | None = None

    def __post_init__(self) -> None:
        """Refuse columns that are not a limit."""
        if self.mass.ndim != 1 or self.mass.shape != self.epsilon.shape or self.mass.size < 2:
            raise InputError(f"{self.name}: masses and limits must be two equal columns")
        if not np.all(np.diff(self.mass) > 0):
            raise InputError(f"{self.name}: masses must increase")
        if np.any(self.epsilon <= 0) or np.any(np.isinf(self.epsilon)):
            raise InputError(f"{self.name}: limits must be positive, NaN in gaps")

    @classmethod
    def from_table(cls, name: str, mass_column: str = "mass_gev") -> Self:
        """Read one of Wayside's own tables.

        Parameters
        ----------
        name
            Name of the table, for `wayside.data.read_table`.
        mass_column
            The column that holds the masses.
        """
        table = read_table(name)
        level = table.header.get("confidence_level")
        return cls(
            name=name,
            mass=table[mass_column],
            epsilon=table["epsilon"],
            confidence_level=None if level is None else float(level),
        )

    @property
    def mass_range(self) -> tuple[float, float]:
        """First and last mass with a limit, in GeV; gaps may lie between."""
        return float(self.mass[0]), float(self.mass[-1])

    @property
    def gaps(self) -> FloatArray:
        """Mass windows without a limit, shape (k, 2), in GeV: from the last limit to the next."""
        known = np.flatnonzero(np.isfinite(self.epsilon))
        skips = np.flatnonzero(np.diff(known) > 1)
        return np.column_stack([self.mass[known[skips]], self.mass[known[skips + 1]]])

    def __call__(self, m_aprime: ArrayLike) -> FloatArray:
        """Limit on epsilon, straight between neighbours.

        Parameters
        ----------
        m_aprime
            A' masses in GeV, any shape.

        Returns
        -------
        FloatArray
            Limits of the same shape; ``inf`` (no limit) inside gaps and outside the table,
            which is never extrapolated.
        """
        m = np.asarray(m_aprime, dtype=np.float64)
        if np.any(np.isnan(m)):
            raise InputError("m_aprime: must not be NaN")
        right = np.clip(np.searchsorted(self.mass, m), 1, self.mass.size - 1)
        left = right - 1
        fraction = (m - self.mass[left]) / (self.mass[right] - self.mass[left])
        limit = self.epsilon[left] + fraction * (self.epsilon[right] - self.epsilon[left])
        # A mass on a limit beside a gap is excluded by that limit, whatever its other neighbour.
        limit = np.where(m == self.mass[left], self.epsilon[left], limit)
        limit = np.where(m == self.mass[right], self.epsilon[right], limit)
        known = np.isfinite(limit) & (m >= self.mass[0]) & (m <= self.mass[-1])
        return np.where(known, limit, np.inf)

    def smoothed(self, half_width: float) -> "LimitCurve":
        """Running median of the limit, for drawing, with its gaps kept.

        A search in thousands of narrow bins has a limit that fluctuates by tens of per cent from
        one bin to the next; contours in a plane of masses are easier to read against its median.
        At a fixed mass the raw limit is the one that was published.

        Parameters
        ----------
        half_width
            Half the window, relative to the mass: 0.02 takes the median of all limits within
            two per cent of it.

        Returns
        -------
        LimitCurve
            Values at the same masses.
        """
        if not half_width > 0:
            raise InputError(f"half_width = {half_width}: must be positive")
        known = np.isfinite(self.epsilon)
        log_mass, values = np.log(self.mass[known]), self.epsilon[known]
        reach = np.log1p(half_width)
        first = np.searchsorted(log_mass, log_mass - reach, side="left")
        last = np.searchsorted(log_mass, log_mass + reach, side="right")
        smooth = self.epsilon.copy()
        smooth[known] = [np.median(values[i:j]) for i, j in zip(first, last, strict=True)]
        return LimitCurve(self.name, self.mass, smooth, self.confidence_level)


def margin(epsilon: ArrayLike, limit: ArrayLike) -> FloatArray:
    """How far a coupling lies above its limit, as ``log(epsilon / limit)``.

    Positive where excluded, zero on the edge, smooth in epsilon, so that a root finder or a
    contour can follow it; ``-inf`` where there is no limit or no coupling.

    Parameters
    ----------
    epsilon, limit
        Coupling (0 or more) and limit on it (positive, ``inf`` for none); they broadcast.
    """
    eps = np.asarray(epsilon, dtype=np.float64)
    if not np.all(np.isfinite(eps) & (eps >= 0)):
        raise InputError("epsilon: must be 0 or more")
    with np.errstate(divide="ignore"):
        return np.log(eps) - np.log(np.asarray(limit, dtype=np.float64))
