"""The epsilon at which the ground state makes up all of dark matter, column by column.

More mixing mostly means more annihilation, so in a column one root is looked for, with too much
dark matter below it. (A second one, at large epsilon just above the pole, is not.) Where the pole
is crossed the root moves by decades from one column to the next; the root of the last column is
where the next search starts, and it brackets before it converges.
"""

from collections.abc import Callable, Sequence
from math import exp, isfinite, log, sqrt

import numpy as np
import numpy.typing as npt

from wayside.cosmology.universe import OMEGA_H2

__all__ = ["relic_epsilons", "solve_column"]

FloatArray = npt.NDArray[np.float64]

_TOLERANCE = 1e-6
"""Of ln(Omega h^2) at the root."""


def relic_epsilons(
    densities: Sequence[Callable[[float], float] | None],
    low: float,
    high: float,
    target: float = OMEGA_H2,
) -> tuple[FloatArray, FloatArray]:
    """Return the root in every column.

    Parameters
    ----------
    densities
        By column Omega h^2 as a function of epsilon, None where there is no such point.
    low, high
        Range of epsilon to look in.
    target
        Omega h^2 wanted.

    Returns
    -------
    epsilon, above : ndarray
        Roots, NaN where there is none between ``low`` and ``high``; and for every column the
        epsilon below which there is too much dark matter: the root, ``high`` if all of it is,
        ``low`` if none, NaN where there is no such point.
    """
    roots = np.full(len(densities), np.nan)
    above = np.full(len(densities), np.nan)
    guess = sqrt(low * high)
    for i, density in enumerate(densities):
        if density is None:
            continue
        root, side = solve_column(density, low, high, guess, target)
        roots[i] = root
        above[i] = root if isfinite(root) else (high if side > 0 else low)
        guess = root if isfinite(root) else guess
    return roots, above


def solve_column(
    density: Callable[[float], float], low: float, high: float, guess: float, target: float
) -> tuple[float, int]:
    """Return the root of one column and 0, or NaN and the sign of ln(density/target).

    Parameters
    ----------
    density
        Omega h^2 of epsilon.
    low, high
        Range of epsilon.
    guess
        Where to start.
    target
        Omega h^2 wanted.
    """

    def f(at: float) -> float:
        return log(density(exp(at)) / target)

    bottom, top = log(low), log(high)
    a = min(max(log(guess), bottom), top)
    fa = f(a)
    # Far from saturation the density goes as epsilon^-2, or slower: step twice that far.
    step = 0.02
    while True:
        b = a + (step if fa > 0 else -step) + 0.55 * fa
        b = min(max(b, bottom), top)
        if b == a:
            return float("nan"), 1 if fa > 0 else -1
        fb = f(b)
        if fa * fb <= 0:
            break
        step *= 4
        a, fa = b, fb
    # Ridders' method keeps the bracket and converges quadratically.
    for _ in range(60):
        if abs(fa) < _TOLERANCE:
            return exp(a), 0
        if abs(fb) < _TOLERANCE:
            return exp(b), 0
        middle = 0.5 * (a + b)
        fm = f(middle)
        root = sqrt(fm * fm - fa * fb)
        if root == 0.0:
            return exp(middle), 0
        c = middle + (middle - a) * (1 if fa > fb else -1) * fm / root
        fc = f(c)
        if fm * fc < 0:
            a, fa, b, fb = middle, fm, c, fc
        elif fa * fc < 0:
            b, fb = c, fc
        else:
            a, fa = c, fc
        if abs(b - a) < 1e-12:
            break
    return exp(a if abs(fa) < abs(fb) else b), 0
