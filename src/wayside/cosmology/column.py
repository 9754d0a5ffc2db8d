"""Omega h^2 as a function of epsilon alone, and how fast it can change.

The thermal average is an integral over s of positive numbers times epsilon^2/D, with
D = (s - M^2)^2 + M^2 Gamma^2 and Gamma = Gamma_dark + epsilon^2 w. A larger thermal average at all
temperatures leaves a smaller yield, and a thermal average r < 1 times as large a yield at most 1/r
times as large (docs/theory/relic.md), so the density follows the smallest and the largest of
epsilon^2/D over the s above threshold.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, hypot, inf, sqrt
from typing import Final

import numpy as np

from wayside.cosmology.annihilation import strength, visible_width_hat
from wayside.cosmology.dof import DOF_NAMES, dof
from wayside.cosmology.excited_abundance import ExcitedAbundance, cannot_decay
from wayside.cosmology.pairs import PairNumbers, pair_numbers
from wayside.cosmology.solve import solve
from wayside.cosmology.tables import Tables, tables
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.models.protocol import Model
from wayside.typing import FloatArray

__all__ = ["Column", "density_of"]

_solve: Final[Callable[..., tuple[float, float, int]]] = solve
_NOTHING: Final[FloatArray] = np.empty((0, 4))


@dataclass(frozen=True, eq=False)
class Column:
    """Omega h^2 of epsilon at fixed masses and dark coupling; made by `density_of`."""

    model: Model
    g_d: float
    visible_hat: float
    """Visible width of A' over epsilon^2 in GeV."""
    dark: float
    """Dark width of A' in GeV."""
    rate: float
    """Factor of the couplings in the annihilation rate, over its power of epsilon."""
    pair: PairNumbers = field(repr=False)
    tables: Tables = field(repr=False)
    excited: ExcitedAbundance | None = field(repr=False)
    """Fraction of the excited state that is left, None where it decays."""

    def __call__(self, epsilon: float) -> float:
        """Return Omega h^2; infinite without couplings, NaN where it could not be computed."""
        model = self.model
        couplings2 = self.rate * epsilon ** model.excited_powers["epsilon"]
        if couplings2 == 0.0:
            return inf
        width = epsilon**2 * self.visible_hat + self.dark
        masses = (model.m_aprime, model.m1, model.m2)
        left, _, _ = _solve(*masses, width, couplings2, self.pair, self.tables, _NOTHING)
        if self.excited is not None:
            left *= self.excited.mass_factor(couplings2)
        return float(left * model.m2 * ENTROPY_TODAY / CRITICAL_DENSITY)

    @property
    def _gap(self) -> float:
        """Least abs(s - M^2)/M above threshold in GeV: how far below it the pole is."""
        total, mass = self.model.m1 + self.model.m2, self.model.m_aprime
        return max(total - mass, 0.0) * (total + mass) / mass

    @property
    def turns_at(self) -> float:
        """Up to this epsilon Omega h^2 falls: epsilon^2/D grows at every s."""
        # Its derivative has the sign of gap^2 + dark^2 - (epsilon^2 w)^2 where it turns first.
        return sqrt(hypot(self._gap, self.dark) / self.visible_hat) if self.visible_hat else inf

    def rises_at(self, epsilon: float, ln_factor: float) -> float:
        """Return the least larger epsilon at which Omega h^2 could be exp(ln_factor) as large.

        Parameters
        ----------
        epsilon
            Value of epsilon at which Omega h^2 is known, at or above `turns_at`.
        ln_factor
            Logarithm of the factor by which Omega h^2 may rise, not negative.
        """
        w, rest = self.visible_hat, self._gap**2 + self.dark**2
        # With z = epsilon^2, the least of z/D is where s is nearest to the pole; it falls by the
        # factor where w^2 z + rest/z has grown by it, but for the constant 2 dark w.
        z = epsilon**2
        grown = exp(min(ln_factor, 600.0))
        total = grown * (w * w * z + 2 * self.dark * w + rest / z) - 2 * self.dark * w
        return sqrt((total + sqrt(max(total**2 - 4 * w * w * rest, 0.0))) / 2) / w


def density_of(
    model: Model, g_d: float, *, hadrons: str = "r-ratio", dof_name: str = DOF_NAMES[0]
) -> Column:
    """Return Omega h^2 as a function of epsilon, for fixed masses and dark coupling.

    Parameters
    ----------
    model, g_d, hadrons, dof_name
        As for `relic.relic_density`.

    Raises
    ------
    InputError
        If the width of A' is not known at its mass.
    """
    visible, plasma = strength(hadrons), dof(dof_name)
    return Column(
        model,
        g_d,
        float(visible_width_hat(model.m_aprime, visible)),
        model.dark_powers.value(g_d=g_d) * model.dark_width_hat(),
        model.excited_powers.value(epsilon=1.0, g_d=g_d),
        pair_numbers(model.current, model.m1, model.m2),
        tables(visible, plasma),
        ExcitedAbundance(model, plasma) if cannot_decay(model.m1, model.m2) else None,
    )
