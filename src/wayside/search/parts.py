"""Weighted candidates of the signal and of each kind of background, as an optimiser needs them."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.selections.events import heaviest, in_order, starts
from wayside.selections.samples import fold_of
from wayside.selections.variables import VARIABLES
from wayside.typing import BoolArray, FloatArray, IndexArray, StructuredArray


class Part(NamedTuple):
    """Candidates of one source, sorted by event; made by `part`.

    Attributes
    ----------
    values
        Values of all variables by name, shape (n,).
    weight
        Expected number of events that each row stands for if it passes, shape (n,).
    event
        Number of the event of each row, shape (n,).
    start
        First row of each event, shape (events,).
    """

    values: Mapping[str, FloatArray]
    weight: FloatArray
    event: IndexArray
    start: IndexArray

    def sums(self, passed: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Expected events, and the sum of their squared weights.

        Parameters
        ----------
        passed
            Which rows pass, shape (..., n). Of several candidates of an event the heaviest counts.

        Returns
        -------
        tuple of arrays
            Sums of weights and of squares, shape (...).
        """
        by_event = heaviest(np.where(passed, self.weight, 0.0), self.start)
        return by_event.sum(axis=-1), (by_event**2).sum(axis=-1)

    def subset(self, chosen: BoolArray, scale: float) -> "Part":
        """Some of the rows, their weights scaled."""
        values = {name: array[chosen] for name, array in self.values.items()}
        event = self.event[chosen]
        return Part(values, scale * self.weight[chosen], event, starts(event))

    def without_fold(self, fold: int, folds: int) -> "Part":
        """Candidates of all folds but one, weighted as if they were all."""
        return self.subset(fold_of(self.event, folds) != fold, folds / (folds - 1.0))

    def only_fold(self, fold: int, folds: int) -> "Part":
        """Candidates of one fold, weighted as if they were all."""
        return self.subset(fold_of(self.event, folds) == fold, float(folds))


def part(rows: StructuredArray, weight: FloatArray, event: npt.ArrayLike) -> Part:
    """Candidates of one source.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    weight
        Expected number of events that each stands for, shape (n,).
    event
        Numbers of their events, shape (n,).
    """
    number = np.asarray(event, dtype=np.intp)
    order = in_order(number)
    values = {name: measured.values(rows)[order] for name, measured in VARIABLES.items()}
    return Part(values, weight[order], number[order], starts(number[order]))
