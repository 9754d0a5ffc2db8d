"""What a selection is worth in a scenario: expected signal, background with its error, the limit.

Signal is counted as a fraction of the decays in the signal detectors, for states that live long:
there, at the smallest coupling, a contour ends.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np

from wayside.search.limit_table import LimitTable
from wayside.search.parts import Part
from wayside.selections.cuts import Cut, uncrowded
from wayside.selections.fakes import Vertices, one_more_error
from wayside.selections.variables import variable
from wayside.typing import BoolArray, FloatArray

_NONE: Final[FloatArray] = np.zeros(0)


class BackgroundPart(NamedTuple):
    """Candidates of one kind of background in the scenario.

    Attributes
    ----------
    candidates
        Rows with their expected numbers of events.
    vertices
        Vertices, timed or not.
    one_more_timed
        Vertices that a typical timed one of the sample stands for, times the mean probability that
        nothing vetoes it.
    relative_error
        Relative error of all of them from fluxes and models.
    particles
        Numbers of particles in the scenario by energy bin of the kind, laws for other detectors
        included; empty if they are not known.
    """

    candidates: Part
    vertices: Vertices
    one_more_timed: float
    relative_error: float
    particles: tuple[float, ...] = ()

    def one_more(self, passed: FloatArray) -> FloatArray:
        """Events by which those that pass are not known, besides the spread of those that do."""
        return one_more_error(passed, self.one_more_timed, self.vertices.number, self.vertices)


class Worth(NamedTuple):
    """Signal and background of one or many selections.

    Attributes
    ----------
    signal
        Fraction of the decays that is selected.
    background
        Expected background events.
    statistical, systematic
        Standard errors of them.
    one_more
        Resolution of the samples, in events.
    """

    signal: FloatArray
    background: FloatArray
    statistical: FloatArray
    systematic: FloatArray
    one_more: FloatArray

    def n_limit(self, limits: LimitTable) -> FloatArray:
        """Signal events excluded; background is raised by the resolution of the samples.

        A selection that is tight enough to leave nothing of a sample is not worth more than one
        that leaves less than the sample can tell.
        """
        error = np.sqrt(self.statistical**2 + self.one_more**2 + self.systematic**2)
        return limits(self.background + self.one_more, error)

    def merit(self, limits: LimitTable) -> FloatArray:
        """Decays in the detectors that are excluded: the smaller the better."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.n_limit(limits) / self.signal)


class Problem(NamedTuple):
    """Signal and backgrounds of a scenario.

    Attributes
    ----------
    signal
        Candidates with the fraction of all decays that each stands for.
    backgrounds
        Candidates of each kind.
    other
        Background that no cut changes, and its error, in events.
    tracks
        Unrelated tracks in the films when they are replaced, per m^2.
    limits
        Table of limits.
    decay_weights
        Fraction of all decays that one selected decay stands for, by channel, mass and energy of
        `wayside.selections.signal.SignalRatio`; empty if it is not known.
    """

    signal: Part
    backgrounds: Mapping[str, BackgroundPart]
    other: tuple[float, float]
    tracks: float
    limits: LimitTable
    decay_weights: FloatArray = _NONE

    def parts(self) -> list[Part]:
        """Signal, then the backgrounds."""
        return [self.signal, *(part.candidates for part in self.backgrounds.values())]

    def passing(self, cuts: Iterable[Cut]) -> list[BoolArray]:
        """Which rows of each part pass all of several cuts."""
        listed = tuple(cuts)
        passed = []
        for part in self.parts():
            good = np.ones(len(part.weight), dtype=np.bool_)
            for cut in listed:
                good &= _passes(part, cut.variable, np.array([cut.threshold]))[0]
            passed.append(good)
        return passed

    def worth(self, passed: list[BoolArray], kept: FloatArray | float = 1.0) -> Worth:
        """What selections are worth.

        Parameters
        ----------
        passed
            Which rows of each part pass, shapes (..., n).
        kept
            Fraction of all candidates that unrelated tracks leave, shape (...).
        """
        signal = self.signal.sums(passed[0])[0] * kept
        background = np.full(signal.shape, self.other[0])
        squares = np.zeros(signal.shape)
        systematic = np.full(signal.shape, self.other[1] ** 2)
        one_more = np.zeros(signal.shape)
        for part, passing in zip(self.backgrounds.values(), passed[1:], strict=True):
            events, square = part.candidates.sums(passing)
            background = background + events
            squares = squares + square
            systematic = systematic + (part.relative_error * events) ** 2
            one_more = one_more + part.one_more(events) ** 2
        return Worth(
            np.asarray(signal),
            background,
            np.sqrt(squares),
            np.sqrt(systematic),
            np.sqrt(one_more),
        )

    def of(self, cuts: Iterable[Cut]) -> Worth:
        """What one selection is worth."""
        listed = tuple(cuts)
        return self.worth(self.passing(listed), uncrowded(listed, self.tracks))

    def scanned(self, cuts: Iterable[Cut], name: str, thresholds: FloatArray) -> Worth:
        """What selections are worth that have one more cut, with each of several thresholds.

        Parameters
        ----------
        cuts
            Cuts that all of them have.
        name
            Variable of the other cut.
        thresholds
            Its thresholds, shape (m,).
        """
        listed = tuple(cuts)
        passed = [
            good & _passes(part, name, thresholds)
            for part, good in zip(self.parts(), self.passing(listed), strict=True)
        ]
        uncrowded_fractions = np.array(
            [uncrowded((*listed, Cut(name, t)), self.tracks) for t in thresholds]
        )
        return self.worth(passed, uncrowded_fractions)

    def without_fold(self, fold: int, folds: int) -> "Problem":
        """The problem without the events of one fold."""
        return self._with([part.without_fold(fold, folds) for part in self.parts()])

    def only_fold(self, fold: int, folds: int) -> "Problem":
        """The problem with the events of one fold."""
        return self._with([part.only_fold(fold, folds) for part in self.parts()])

    def _with(self, parts: list[Part]) -> "Problem":
        """With other candidates; what a sample cannot tell stays that of all of them.

        A selection is measured with as many in the end: it is the same for every selection, and
        must not decide between them.
        """
        backgrounds = {
            kind: source._replace(candidates=part)
            for (kind, source), part in zip(self.backgrounds.items(), parts[1:], strict=True)
        }
        return self._replace(signal=parts[0], backgrounds=backgrounds)


def _passes(part: Part, name: str, thresholds: FloatArray) -> BoolArray:
    """Which rows pass each threshold on a variable, shape (thresholds, rows)."""
    return variable(name).passes(part.values[name], np.asarray(thresholds)[:, None])
