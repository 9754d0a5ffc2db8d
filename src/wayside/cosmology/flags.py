"""Where an assumption behind the relic density is doubtful: reported by flags."""

from types import MappingProxyType
from typing import Final

import numpy as np

from wayside.cosmology.dof import Dof
from wayside.cosmology.rates import conversion_rate_hat, momentum_rate_hat
from wayside.cosmology.universe import AGE, RECOMBINATION_AGE, SECOND
from wayside.models.protocol import Model
from wayside.typing import FloatArray

__all__ = ["FLAGS", "excited_outlives", "flags_of"]


FLAGS: Final = MappingProxyType(
    {
        "nothing-annihilates": "a coupling is zero and nothing annihilates: the density is"
        " infinite",
        "never-thermal": "annihilation never keeps up with expansion below T = m2/2: equilibrium at"
        " the start is an assumption",
        "conversion-slow": "the two states do not convert into each other faster than they"
        " annihilate: coannihilation in chemical equilibrium is doubtful",
        "scattering-slow": "scattering does not keep the pair at the temperature of the plasma"
        " while it annihilates",
        "outside-tables": "freeze-out reaches beyond the temperatures or energies that the tables"
        " cover",
        "cmb": "the excited state lives up to recombination: limits of the cosmic microwave"
        " background on its annihilation and decay apply",
        "excited-stable": "the excited state outlives the universe: what is left of it is dark"
        " matter too",
        "not-computed": "the density could not be computed at this point",
        "aprime-pairs": "annihilation to A' pairs, which is left out, may matter",
    }
)
"""Explanation of every flag, by its key."""

_ALL_BUT_DONE = 1.1
"""Yield over today's below which the rest of the annihilation is no longer checked."""

_STILL_THERE = 0.1
"""Lifetime over the age at recombination from which on the excited state counts."""


_FORBIDDEN_FRACTION = 0.01
"""Fraction of <sigma v> from which annihilation to A' pairs is flagged."""


def _aprime_pairs(model: Model, g_d: float, temperature: FloatArray) -> FloatArray:
    """Size of <sigma v> for 2 2 -> A' A' in GeV^-2, Boltzmann-suppressed where A' is heavier."""
    lift = max(0.0, model.m_aprime - model.m2)
    strength = g_d**4 / (16 * np.pi * model.m2**2)
    return np.asarray(strength * np.exp(-2 * lift / temperature))


def excited_outlives(model: Model, couplings2: float) -> bool:
    """Tell whether the excited state lives longer than the universe is old."""
    return couplings2 * sum(model.excited_width_hats().values()) * SECOND * AGE < 1


def flags_of(
    model: Model,
    epsilon: float,
    g_d: float,
    plasma: Dof,
    highest: float,
    frozen: float,
    history: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> tuple[str, ...]:
    """Return the keys of `FLAGS` that apply.

    Parameters
    ----------
    model
        Masses, widths and current.
    epsilon, g_d
        Couplings.
    plasma
        Degrees of freedom of the plasma.
    highest
        Largest sqrt(s) in GeV for which the visible strength is known.
    frozen
        x = m2/T at freeze-out, NaN if there is none.
    history
        x, yield, equilibrium yield and <sigma v> in GeV^-2 at the solver's steps, arrays of shape
        (steps,).
    """
    x, y, equilibrium, sigma_v = history
    temperature = model.m2 / x
    hubble = plasma.hubble(temperature)
    entropy = 2 * np.pi**2 / 45 * plasma.at(temperature)[1] * temperature**3
    flags = []
    if not np.max(equilibrium * entropy * sigma_v / hubble) > 1:
        flags.append("never-thermal")
    start = frozen if np.isfinite(frozen) else x[0]
    active = (x >= start) & (y > _ALL_BUT_DONE * y[-1])
    if not active.any():
        active[np.searchsorted(x, start).clip(max=len(x) - 1)] = True
    t = temperature[active]
    couplings2 = (epsilon * g_d) ** 2
    annihilation = (y * entropy * sigma_v)[active]
    if np.any(couplings2 * conversion_rate_hat(model, t) < annihilation):
        flags.append("conversion-slow")
    if np.any(couplings2 * momentum_rate_hat(model, t) < hubble[active]):
        flags.append("scattering-slow")
    hottest = model.m2 / start
    low, high = np.exp(plasma.ln_t[0]), np.exp(plasma.ln_t[-1])
    if hottest > high or t.min() < low or model.m1 + model.m2 + 10 * hottest > highest:
        flags.append("outside-tables")
    decay = couplings2 * sum(model.excited_width_hats().values())
    if decay * SECOND * _STILL_THERE * RECOMBINATION_AGE < 1:
        flags.append("cmb")
    if excited_outlives(model, couplings2):
        flags.append("excited-stable")
    if np.any(_aprime_pairs(model, g_d, t) > _FORBIDDEN_FRACTION * sigma_v[active]):
        flags.append("aprime-pairs")
    return tuple(flags)
