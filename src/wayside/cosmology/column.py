"""Omega h^2 as a function of epsilon alone, and how fast it can change.

The thermal average is an integral over s of positive numbers times z/D, with
D = (s - M^2 + R)^2 + (A(s) + z w M)^2 and A(s) = sqrt(s) Gamma_dark(s), where z = epsilon^2, or the
power of epsilon with which the visible width of the model scales. A larger thermal
average at all temperatures leaves a smaller yield, and a thermal average r < 1 times as large a
yield at most 1/r times as large (docs/theory/relic.md), so the density follows the smallest and the
largest of z/D over the s above threshold.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, inf
from typing import Final

import numpy as np

from wayside.cosmology.annihilation import strength, visible_width_hat
from wayside.cosmology.choices import DOF_NAMES, HADRONS, DofName, Hadrons
from wayside.cosmology.dof import dof
from wayside.cosmology.excited_abundance import ExcitedAbundance, cannot_decay
from wayside.cosmology.pairs import PairNumbers, Widths, cusp, dark_terms, pair_numbers
from wayside.cosmology.solve import FULL, QUICK, Settings, solve
from wayside.cosmology.tables import Tables, tables
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.errors import InputError
from wayside.models.mediator import dark_width_hats
from wayside.models.protocol import Model
from wayside.typing import FloatArray

__all__ = ["Column", "densities_of", "density_of"]

_solve: Final[Callable[..., tuple[float, float, int]]] = solve
_NOTHING: Final[FloatArray] = np.empty((0, 4))

_FROM_THRESHOLD: Final[FloatArray] = np.array([0.0, *np.geomspace(1e-12, 3.0, 150)])
"""Where the propagator is looked at, in m1 + m2 above threshold."""

_FROM_POLE: Final[FloatArray] = np.geomspace(1e-12, 1.0, 40)
"""And to either side of the pole, in its distance to threshold."""


@dataclass(frozen=True, eq=False)
class Column:
    """Omega h^2 of epsilon at fixed masses and dark coupling; made by `density_of`."""

    model: Model
    power: int
    """Power of epsilon in the visible width of A' and in the annihilation rate."""
    visible_hat: float
    """Visible width of A' in GeV over the power of epsilon, the factor of g_D included."""
    dark: float
    """Dark width of A' at its mass in GeV."""
    beside: float
    """Part of it that the phase space of the pair does not give, the same at all s, in GeV."""
    dark_strength: float
    """Couplings of the other part."""
    rate: float
    """Factor of the couplings in the annihilation rate, over its power of epsilon."""
    pair: PairNumbers = field(repr=False)
    tables: Tables = field(repr=False)
    excited: ExcitedAbundance | None = field(repr=False)
    """Fraction of the excited state that is left, None where it decays."""

    def __call__(self, epsilon: float) -> float:
        """Return Omega h^2; infinite without couplings, NaN where it could not be computed."""
        return self._density(epsilon, FULL)

    def quickly(self, epsilon: float) -> float:
        """Return Omega h^2 as `wayside.cosmology.solve.QUICK` has it, in half the time."""
        return self._density(epsilon, QUICK)

    def _density(self, epsilon: float, settings: Settings) -> float:
        model = self.model
        mixing = epsilon**self.power
        couplings2 = self.rate * mixing
        if couplings2 == 0.0:
            return inf
        widths = Widths(mixing * self.visible_hat + self.beside, self.dark_strength)
        masses = (model.m_aprime, model.m1, model.m2)
        left, _, _ = _solve(*masses, widths, couplings2, self.pair, self.tables, _NOTHING, settings)
        if self.excited is not None:
            left *= self.excited.mass_factor(couplings2)
        return float(left * model.m2 * ENTROPY_TODAY / CRITICAL_DENSITY)

    @cached_property
    def _propagator(self) -> tuple[FloatArray, FloatArray]:
        """abs(s - M^2 + R)/M and A(s)/M in GeV on a grid of s from threshold, the pole included."""
        model = self.model
        mass, total = model.m_aprime, model.m1 + model.m2
        above = (mass - model.m1) - model.m2
        y = total * _FROM_THRESHOLD
        if above > 0.0:
            near = above * _FROM_POLE
            y = np.concatenate([y, above + near, np.maximum(above - near, 0.0), [above]])
        widths = Widths(0.0, self.dark_strength)
        shift = cusp(mass, model.m1, model.m2, self.pair, widths)
        off = np.abs((y - above) * (total + y + mass) + shift)
        dark = self.dark_strength * dark_terms(y, model.m1, model.m2, self.pair)
        return off / mass, dark / mass + self.beside

    @property
    def steepest(self) -> int:
        """Power of epsilon in the rates, the fastest at which Omega h^2 falls."""
        return max(self.power, 1)

    @cached_property
    def turns_at(self) -> float:
        """Up to this epsilon Omega h^2 falls: z/D grows at every s."""
        if not self.visible_hat or not self.power:
            return inf
        # Its derivative has the sign of off^2 + dark^2 - (z w)^2 where it turns first.
        off, dark = self._propagator
        return self._epsilon(np.min(np.hypot(off, dark)) / self.visible_hat)

    def _epsilon(self, z: float) -> float:
        """Mixing whose power is z."""
        return float(z ** (1.0 / self.power))

    def rises_at(self, epsilon: float, ln_factor: float) -> float:
        """Return the least larger epsilon at which Omega h^2 could be exp(ln_factor) as large.

        Parameters
        ----------
        epsilon
            Value of epsilon at which Omega h^2 is known, at or above `turns_at`.
        ln_factor
            Logarithm of the factor by which Omega h^2 may rise, not negative.
        """
        # With z the power of epsilon, D/z is w^2 z + rest/z but for the constant 2 dark w; where it
        # grows by the factor first, at any s, the density may.
        w, (off, dark) = self.visible_hat, self._propagator
        rest, z = off**2 + dark**2, epsilon**self.power
        grown = exp(min(ln_factor, 600.0))
        total = grown * (w * w * z + 2 * dark * w + rest / z) - 2 * dark * w
        roots = total + np.sqrt(np.maximum(total**2 - 4 * w * w * rest, 0.0))
        return self._epsilon(np.min(roots) / (2 * w * w))


def densities_of(
    model: Model, *, hadrons: Hadrons = HADRONS[0], dof_name: DofName = DOF_NAMES[0]
) -> Callable[[float], Column]:
    """Return what makes Omega h^2 as a function of epsilon from the dark coupling.

    Parameters
    ----------
    model, hadrons, dof_name
        As for `relic.relic_density`.

    Raises
    ------
    RangeError
        If the width of A' is not known at its mass.
    InputError
        If the annihilation rate does not scale with the visible width.
    """
    power = model.visible_powers["epsilon"]
    if not model.excited_powers["epsilon"] == power >= 0:
        raise InputError(
            f"{model.kind}: annihilation scales with {model.excited_powers}, the visible width with"
            f" {model.visible_powers}: the powers of epsilon must be the same"
        )
    visible, plasma = strength(hadrons), dof(dof_name)
    width_hat = float(visible_width_hat(model.m_aprime, visible))
    dark_hat = model.dark_width_hat()
    paired = float(dark_width_hats(model.current, model.m_aprime, model.m1, model.m2))
    pair = pair_numbers(model.current, model.m1, model.m2)
    read = tables(visible, plasma)
    excited = ExcitedAbundance(model, plasma) if cannot_decay(model.m1, model.m2) else None

    def column(g_d: float) -> Column:
        dark = model.dark_powers.value(g_d=g_d)
        return Column(
            model,
            power,
            model.visible_powers.value(epsilon=1.0, g_d=g_d) * width_hat,
            dark * dark_hat,
            dark * max(dark_hat - paired, 0.0),
            dark,
            model.excited_powers.value(epsilon=1.0, g_d=g_d),
            pair,
            read,
            excited,
        )

    return column


def density_of(
    model: Model, g_d: float, *, hadrons: Hadrons = HADRONS[0], dof_name: DofName = DOF_NAMES[0]
) -> Column:
    """Return Omega h^2 as a function of epsilon, for fixed masses and dark coupling.

    Parameters
    ----------
    model, g_d, hadrons, dof_name
        As for `relic.relic_density`.

    Raises
    ------
    RangeError, InputError
        As `densities_of`.
    """
    return densities_of(model, hadrons=hadrons, dof_name=dof_name)(g_d)
