"""Rectangular cuts, one by one: the variable that helps most, then all thresholds again.

How many cuts there are is decided by folds: cuts are found without one fold and tried on it, and
the number is taken with which the folds do best on average, or fewer cuts if that is as good to a
per cent. The cuts themselves are then found with all folds.
"""

from typing import Final, NamedTuple

import numpy as np

from wayside.search.problem import Problem
from wayside.selections.cuts import Cut
from wayside.selections.variables import VARIABLES, variable
from wayside.typing import FloatArray

FOLDS: Final = 4
"""Parts of a sample that decide the number of cuts."""

THRESHOLDS: Final = 48
"""Thresholds of a variable that are tried."""

MOST_LOST: Final = 0.6
"""Largest fraction of the signal that one cut may lose."""

MOST_CUTS: Final = 8

GAIN: Final = 1e-3
"""Relative gain below which nothing is changed."""

WORTHWHILE: Final = 0.01
"""Relative gain on folds that were left out below which a cut more is not made."""

SWEEPS: Final = 3
"""How often all thresholds are tried again after a cut was added."""

_DIGITS: Final = 2
"""Digits of a threshold; more say nothing."""


class CutPath(NamedTuple):
    """Cuts after every step: path[k] has k of them.

    Attributes
    ----------
    steps
        Cuts of each step.
    """

    steps: tuple[tuple[Cut, ...], ...]

    def at(self, number: int) -> tuple[Cut, ...]:
        """Cuts of a step, those of the last one if there are fewer."""
        return self.steps[min(number, len(self.steps) - 1)]


class Optimum(NamedTuple):
    """The cuts that were found.

    Attributes
    ----------
    cuts
        Cuts, in the order in which they were found.
    path
        All steps.
    held_out
        Mean logarithm of the excluded decays on folds that were left out, by number of cuts.
    held_out_error
        Standard errors of the differences to the best number.
    """

    cuts: tuple[Cut, ...]
    path: CutPath
    held_out: FloatArray
    held_out_error: FloatArray


def optimise(problem: Problem, folds: int = FOLDS, most: int = MOST_CUTS) -> Optimum:
    """Find the cuts with the smallest number of decays that is excluded.

    Parameters
    ----------
    problem
        Signal and backgrounds of the sample for tuning.
    folds
        Number of folds that decide the number of cuts.
    most
        Largest number of cuts.
    """
    scores = np.zeros((folds, most + 1))
    for fold in range(folds):
        path = forward(problem.without_fold(fold, folds), most)
        tried = problem.only_fold(fold, folds)
        for number in range(most + 1):
            merit = float(tried.of(path.at(number)).merit(problem.limits))
            # A fold whose signal is all lost is worse than any other.
            scores[fold, number] = np.log(merit) if np.isfinite(merit) else np.inf
    mean = scores.mean(axis=0)
    best = int(np.argmin(mean))
    difference = scores - scores[:, [best]]
    with np.errstate(invalid="ignore"):
        error = np.nan_to_num(difference.std(axis=0, ddof=1) / np.sqrt(folds), nan=0.0)
    good = np.flatnonzero(mean <= mean[best] + WORTHWHILE)
    number = int(good.min(initial=best))
    path = forward(problem, most)
    return Optimum(path.at(number), path, mean, error)


def forward(problem: Problem, most: int = MOST_CUTS) -> CutPath:
    """Add cuts one by one, each time that which helps most, as long as any helps.

    Parameters
    ----------
    problem
        Signal and backgrounds.
    most
        Largest number of cuts.
    """
    cuts: tuple[Cut, ...] = ()
    steps = [cuts]
    merit = float(problem.of(cuts).merit(problem.limits))
    while len(cuts) < most:
        tried = []
        for name in VARIABLES:
            if any(cut.variable == name for cut in cuts):
                continue
            cut, value = best_threshold(problem, cuts, name)
            if cut is not None:
                tried.append((value, cut))
        if not tried:
            break
        value, cut = min(tried)
        if not value < merit * (1.0 - GAIN):
            break
        cuts, merit = swept(problem, (*cuts, cut), value)
        steps.append(cuts)
    return CutPath(tuple(steps))


def swept(problem: Problem, cuts: tuple[Cut, ...], merit: float) -> tuple[tuple[Cut, ...], float]:
    """Try all thresholds again, one after the other, until nothing changes."""
    for _ in range(SWEEPS):
        before = merit
        for k in range(len(cuts)):
            others = (*cuts[:k], *cuts[k + 1 :])
            cut, value = best_threshold(problem, others, cuts[k].variable)
            if cut is not None and value < merit * (1.0 - GAIN):
                cuts, merit = (*cuts[:k], cut, *cuts[k + 1 :]), value
        if not merit < before * (1.0 - GAIN):
            break
    return cuts, merit


def best_threshold(problem: Problem, cuts: tuple[Cut, ...], name: str) -> tuple[Cut | None, float]:
    """Best threshold on a variable beside other cuts, and the decays it excludes.

    Where many are nearly as good, the loosest of them, which depends least on the sample.
    """
    limits = thresholds(problem, name)
    if not len(limits):
        return None, np.inf
    merit = problem.scanned(cuts, name, limits).merit(problem.limits)
    best = float(np.min(merit))
    if not np.isfinite(best):
        return None, np.inf
    good = limits[merit <= best * (1.0 + GAIN)]
    threshold = float(good.min() if variable(name).keeps_above else good.max())
    value = float(merit[np.flatnonzero(limits == threshold)[0]])
    return Cut(name, threshold), value


def thresholds(problem: Problem, name: str) -> FloatArray:
    """Thresholds to try: quantiles of the signal, rounded; none that every candidate passes."""
    values = problem.signal.values[name]
    weight = problem.signal.weight
    good = np.isfinite(values) & (weight > 0.0)
    if not good.any():
        return np.zeros(0)
    order = np.argsort(values[good])
    values, weight = values[good][order], weight[good][order]
    fraction = np.cumsum(weight) / weight.sum()
    lost = np.linspace(0.0, 1.0, THRESHOLDS + 1)[:-1] ** 2 * MOST_LOST
    wanted = lost if variable(name).keeps_above else 1.0 - lost
    if variable(name).crowded:
        # Decided by other tracks in the films, not by those of the signal.
        return np.asarray(np.geomspace(1e-6, 3e-5, THRESHOLDS // 2).round(7))
    chosen = np.interp(wanted, fraction, values)
    rounded = np.array([float(f"{value:.{_DIGITS}g}") for value in chosen])
    return np.unique(rounded)
