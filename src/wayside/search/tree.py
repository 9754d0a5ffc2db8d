"""A boosted tree beside the cuts, as comparison: what rectangular cuts leave on the table.

The tree takes all variables at once, each with the side that a cut keeps: more of it never makes a
candidate less like the signal. Its threshold is chosen by the merit of the cuts, with scores that
folds of the half for tuning get from trees without them. What it is worth is counted on the other
half, as with the cuts.
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.search.parts import Part
from wayside.search.problem import Problem, Worth
from wayside.selections.cuts import Cut
from wayside.selections.samples import fold_of
from wayside.selections.variables import VARIABLES
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

SEED: Final = 1
"""Seed of the trees."""

ITERATIONS: Final = 60
"""Number of trees of one classifier."""

LEAVES: Final = 8
"""Largest number of leaves of a tree."""

LEAST: Final = 20
"""Smallest number of candidates in a leaf."""

POINTS: Final = 60
"""Thresholds on the score that are tried, and points of the curve."""

RADII: Final = (0.0, 1e-6, 2e-6, 4e-6, 7e-6, 1e-5, 1.5e-5, 2e-5, 3e-5)
"""Distances in m to an unrelated track between which the score of the signal is averaged. Tracks
that are farther away than the last one make no difference to the tree."""


class Scored(NamedTuple):
    """Signal and background above thresholds on the score of the tree.

    Attributes
    ----------
    threshold
        Thresholds, rising, shape (n,).
    worth
        Signal, background and errors of them, shape (n,) each.
    merit
        Excluded decays, shape (n,).
    events
        Simulated background events that are left, shape (n,).
    """

    threshold: FloatArray
    worth: Worth
    merit: FloatArray
    events: FloatArray

    def at(self, index: int) -> "Scored":
        """One of the thresholds, as arrays without an axis."""
        worth = Worth(*(values[index] for values in self.worth))
        return Scored(self.threshold[index], worth, self.merit[index], self.events[index])


class Comparison(NamedTuple):
    """A boosted tree beside the cuts, on the half that neither was tuned on.

    Attributes
    ----------
    chosen
        The tree at the threshold with the best merit on the folds.
    same_signal
        The tree at the tightest point of the curve that keeps as much signal as the cuts.
    curve
        The tree at thresholds from the loosest on.
    cuts
        What the cuts of the search are worth.
    cuts_merit
        Excluded decays with them.
    steps
        What the cuts of every step of the search are worth, from none on.
    held_out_merit
        Excluded decays on the folds at the threshold that was chosen.
    """

    chosen: Scored
    same_signal: Scored
    curve: Scored
    cuts: Worth
    cuts_merit: float
    steps: tuple[Worth, ...]
    held_out_merit: float


def require_tree() -> None:
    """Check that scikit-learn is installed.

    Raises
    ------
    InputError
        If it is not.
    """
    try:
        import sklearn.ensemble  # noqa: F401  # only whether it is there
    except ImportError:
        raise InputError('scikit-learn is not installed: pip install "wayside[search]"') from None


def compared(
    tuning: Problem,
    untouched: Problem,
    cuts: tuple[Cut, ...],
    steps: tuple[tuple[Cut, ...], ...],
    folds: int,
) -> Comparison:
    """Train a tree on one half and measure it, and the cuts, on the other.

    Parameters
    ----------
    tuning, untouched
        Signal and backgrounds of both halves, with the vetoes of the selection.
    cuts
        The cuts of the selection.
    steps
        Cuts of every step of the search.
    folds
        Number of folds that choose the threshold.

    Raises
    ------
    InputError
        If scikit-learn is not installed, or there is no signal or no background to learn from.
    """
    require_tree()
    held_out = out_of_fold(tuning, folds)
    tried = scored(tuning, held_out, quantiles(tuning, held_out))
    best = int(np.argmin(tried.merit))
    measured = scores(trained(tuning), untouched)
    curve = scored(untouched, measured, quantiles(untouched, measured))
    chosen = scored(untouched, measured, tried.threshold[[best]]).at(0)
    of_cuts = untouched.of(cuts)
    # Signal falls along the curve, and may stay the same over many of its points.
    enough = np.flatnonzero(curve.worth.signal >= of_cuts.signal * (1.0 - 1e-9))
    return Comparison(
        chosen,
        curve.at(int(enough.max(initial=0))),
        curve,
        of_cuts,
        float(of_cuts.merit(untouched.limits)),
        tuple(untouched.of(step) for step in steps),
        float(tried.merit[best]),
    )


def features(part: Part) -> FloatArray:
    """Variables of candidates, shape (n, variables); those that are infinite are very large."""
    columns = []
    for name, measured in VARIABLES.items():
        values = np.nan_to_num(part.values[name], nan=0.0, posinf=1e30, neginf=-1e30)
        columns.append(np.minimum(values, RADII[-1]) if measured.crowded else values)
    return np.stack(columns, axis=1)


def trained(problem: Problem) -> "HistGradientBoostingClassifier":
    """A classifier of signal against all backgrounds, each side with the same total weight.

    Parameters
    ----------
    problem
        Signal and backgrounds; candidates count with their weights.

    Raises
    ------
    InputError
        If there is no signal or no background.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    parts = problem.parts()
    background = np.concatenate([part.weight for part in parts[1:]])
    signal = parts[0].weight
    if not (signal.sum() > 0.0 and background.sum() > 0.0):
        raise InputError("a tree needs signal and background to learn from")
    sides = [signal / signal.sum(), background / background.sum()]
    number = len(signal) + len(background)
    classifier = HistGradientBoostingClassifier(
        max_iter=ITERATIONS,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST,
        monotonic_cst=[1 if variable.keeps_above else -1 for variable in VARIABLES.values()],
        early_stopping=False,
        random_state=SEED,
    )
    # Tables are small: more threads would wait for each other, and sums depend on their number.
    with threadpool_limits(1):
        return classifier.fit(
            np.concatenate([features(part) for part in parts]),
            np.repeat([1, 0], [len(signal), len(background)]),
            sample_weight=0.5 * number * np.concatenate(sides),
        )


class Scores(NamedTuple):
    """Scores of all candidates.

    Attributes
    ----------
    signal
        Scores of the signal with an unrelated track at each of `RADII`, shape (radii, n).
    backgrounds
        Scores of each kind, shapes (n,).
    """

    signal: FloatArray
    backgrounds: tuple[FloatArray, ...]


def scores(classifier: "HistGradientBoostingClassifier", problem: Problem) -> Scores:
    """Scores that a classifier gives candidates, from 0 to 1."""
    from threadpoolctl import threadpool_limits

    def score(matrix: FloatArray) -> FloatArray:
        if not len(matrix):
            return np.zeros(0)
        with threadpool_limits(1):
            return np.asarray(classifier.predict_proba(matrix)[:, 1], dtype=np.float64)

    signal = features(problem.signal)
    crowded = np.array([variable.crowded for variable in VARIABLES.values()])
    by_radius = [score(np.where(crowded, np.minimum(signal, radius), signal)) for radius in RADII]
    parts = problem.parts()[1:]
    return Scores(np.stack(by_radius), tuple(score(features(part)) for part in parts))


def out_of_fold(problem: Problem, folds: int) -> Scores:
    """Scores of candidates from classifiers that were trained without their fold."""
    parts = problem.parts()
    whole = Scores(
        np.zeros((len(RADII), len(parts[0].weight))),
        tuple(np.zeros(len(part.weight)) for part in parts[1:]),
    )
    for fold in range(folds):
        of_fold = scores(trained(problem.without_fold(fold, folds)), problem.only_fold(fold, folds))
        mine = [fold_of(part.event, folds) == fold for part in parts]
        whole.signal[:, mine[0]] = of_fold.signal
        for values, kept, new in zip(whole.backgrounds, mine[1:], of_fold.backgrounds, strict=True):
            values[kept] = new
    return whole


def quantiles(problem: Problem, values: Scores) -> FloatArray:
    """Thresholds that keep equal steps of the signal, from all of it to a fiftieth; rising."""
    order = np.argsort(values.signal[-1])
    weight = problem.signal.weight[order]
    fraction = np.cumsum(weight) / weight.sum()
    lost = np.append(0.0, np.linspace(0.0, 0.98, POINTS))
    chosen = np.interp(lost, fraction, values.signal[-1][order])
    chosen[0] = 0.0
    return np.unique(chosen)


def scored(problem: Problem, values: Scores, thresholds: FloatArray) -> Scored:
    """What is left above thresholds on the score.

    Of the signal the expectation counts, over the distance of the nearest unrelated track.

    Parameters
    ----------
    problem
        Signal and backgrounds.
    values
        Scores of its candidates.
    thresholds
        Thresholds on the score, shape (m,).
    """
    limit = np.asarray(thresholds)[:, None]
    beyond = np.exp(-np.pi * problem.tracks * np.asarray(RADII) ** 2)
    # Within a ring the score is taken at its inner edge, as if the track were that near.
    rings = beyond - np.append(beyond[1:], 0.0)
    signal = np.zeros(len(limit))
    for probability, score in zip(rings, values.signal, strict=True):
        signal += probability * problem.signal.sums(score >= limit)[0]
    passed = [score >= limit for score in values.backgrounds]
    nothing = np.zeros((len(limit), len(problem.signal.weight)), dtype=np.bool_)
    worth = problem.worth([nothing, *passed])._replace(signal=signal)
    events = np.zeros(len(limit))
    for part, score in zip(problem.backgrounds.values(), passed, strict=True):
        events += part.candidates._replace(weight=np.ones(len(score[0]))).sums(score)[0]
    return Scored(np.asarray(thresholds), worth, worth.merit(problem.limits), events)


def plain(comparison: Comparison, timed: float) -> dict[str, Any]:
    """Values that JSON knows.

    Parameters
    ----------
    comparison
        From `compared`.
    timed
        Fraction of the decays in the signal detectors that is timed.
    """

    def values(worth: Worth, merit: FloatArray | float) -> dict[str, Any]:
        error = np.hypot(worth.statistical, worth.systematic)
        return {
            "signal": float(worth.signal),
            "relative_to_timed": float(worth.signal) / timed if timed else None,
            "background": float(worth.background),
            "error": float(error),
            "one_more": float(worth.one_more),
            "merit": float(merit) if np.isfinite(merit) else None,
        }

    def of_tree(tree: Scored) -> dict[str, Any]:
        return {
            "threshold": float(tree.threshold),
            **values(tree.worth, tree.merit),
            "simulated_events": int(tree.events),
        }

    curve = comparison.curve
    return {
        "variables": list(VARIABLES),
        "seed": SEED,
        "chosen": of_tree(comparison.chosen),
        "at_signal_of_cuts": of_tree(comparison.same_signal),
        "cuts": values(comparison.cuts, comparison.cuts_merit),
        "held_out_merit": comparison.held_out_merit,
        "curve": {
            "signal": curve.worth.signal.tolist(),
            "background": curve.worth.background.tolist(),
            "error": np.hypot(curve.worth.statistical, curve.worth.systematic).tolist(),
        },
    }
