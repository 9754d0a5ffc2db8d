"""Cut flow: what is left after each cut, and what each cut does when all others are made."""

from typing import NamedTuple

from wayside.search.problem import Problem
from wayside.selections.cuts import Cut, uncrowded


class Flow(NamedTuple):
    """Signal and background with some of the cuts.

    Attributes
    ----------
    what
        The cut that was made, or that is left out.
    signal
        Fraction of the decays that is left.
    background
        Expected events by kind of particle; vetoes are weights of all steps.
    error
        Standard errors of them from the size of the samples.
    counts
        Numbers of simulated events by kind.
    """

    what: str
    signal: float
    background: dict[str, float]
    error: dict[str, float]
    counts: dict[str, int]


def cut_flow(problem: Problem, cuts: tuple[Cut, ...]) -> tuple[Flow, ...]:
    """What is left after the vetoes, then after one cut more at each step.

    Parameters
    ----------
    problem
        Signal and backgrounds.
    cuts
        Cuts in their order.
    """
    names = ("time and vetoes", *(cut.words() for cut in cuts))
    return tuple(_flow(problem, name, cuts[:k]) for k, name in enumerate(names))


def one_less(problem: Problem, cuts: tuple[Cut, ...]) -> tuple[Flow, ...]:
    """What is left with all cuts but one, for each of them.

    Parameters
    ----------
    problem, cuts
        As in `cut_flow`.
    """
    return tuple(
        _flow(problem, cut.words(), (*cuts[:k], *cuts[k + 1 :])) for k, cut in enumerate(cuts)
    )


def _flow(problem: Problem, what: str, cuts: tuple[Cut, ...]) -> Flow:
    passed = problem.passing(cuts)
    signal = float(problem.signal.sums(passed[0])[0]) * uncrowded(cuts, problem.tracks)
    background, error, counts = {}, {}, {}
    for (kind, fakes), good in zip(problem.backgrounds.items(), passed[1:], strict=True):
        events, squares = (float(value) for value in fakes.candidates.sums(good))
        background[kind], error[kind] = events, squares**0.5
        counts[kind] = len(set(fakes.candidates.event[good].tolist()))
    return Flow(what, signal, background, error, counts)
