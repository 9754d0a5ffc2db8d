"""Fakes of one particle against its energy, in bins: what a table of fakes holds of one kind."""

from typing import Any, NamedTuple

import numpy as np

from wayside.typing import BoolArray, FloatArray, IndexArray


class FakeBins(NamedTuple):
    """Mean number of fakes of one particle that heads for the blocks, by its energy.

    Attributes
    ----------
    edges
        Edges of the bins of the kinetic energy outside of the lead in GeV, shape (n + 1,).
    mean
        Mean numbers of fakes, shape (n,).
    variance
        Variances of the means from the size of the simulated sample, independent between bins,
        among them one more vertex in each bin; shape (n,).
    lead
        Thickness in m of the lead that was simulated.
    common
        Error of the means that is common to all bins: what one more event that passes would add to
        the fraction of vertices that pass, so that none found is no certain 0; shape (n,), or 0.
    """

    edges: FloatArray
    mean: FloatArray
    variance: FloatArray
    lead: float
    common: FloatArray | float = 0.0

    def plain(self) -> dict[str, Any]:
        """Values that JSON knows."""
        return {
            "edges_gev": self.edges.tolist(),
            "mean": self.mean.tolist(),
            "variance": self.variance.tolist(),
            "common_error": np.broadcast_to(self.common, self.mean.shape).tolist(),
            "lead_m": self.lead,
        }


def fake_bins(values: dict[str, Any]) -> FakeBins:
    """Bins from what `FakeBins.plain` gave."""
    edges, mean, variance, common = (
        np.array(values[key], np.float64)
        for key in ("edges_gev", "mean", "variance", "common_error")
    )
    return FakeBins(edges, mean, variance, float(values["lead_m"]), common)


class WeightedEvents(NamedTuple):
    """Timed candidates of one kind, weighted to the mean number of one particle of each energy bin.

    Attributes
    ----------
    edges
        Edges of the bins of the kinetic energy in GeV, shape (bins + 1,).
    rows
        Indices of the rows in the table, shape (n,).
    event
        Index of the event of each row, from 0; shape (n,).
    bins
        Energy bin of each row, shape (n,).
    weight
        Fakes per entering particle of its bin that a row stands for, shape (n,).
    veto
        Probability that no layer vetoes it, shape (n,).
    resolution
        What one more vertex would count in each bin, timed or not, shape (bins,).
    vertices
        Weights of all vertices, timed or not, shape (bins,).
    one
        Weight of a typical one of them.
    mean_veto
        Mean probability of the timed ones that nothing vetoes them, one more added that is vetoed
        as little as any; 1 without rows.
    """

    edges: FloatArray
    rows: IndexArray
    event: IndexArray
    bins: IndexArray
    weight: FloatArray
    veto: FloatArray
    resolution: FloatArray
    vertices: FloatArray
    one: float
    mean_veto: float

    def by_event(self, passed: BoolArray) -> tuple[FloatArray, IndexArray]:
        """Weights of events with candidates that passed, and their bins.

        Vertices of one event share their vetoes: of several the one that is vetoed least counts.

        Parameters
        ----------
        passed
            Which rows passed the cuts, shape (n,).
        """
        number = int(self.event.max()) + 1 if len(self.event) else 0
        weight = np.zeros(number)
        np.maximum.at(weight, self.event[passed], (self.weight * self.veto)[passed])
        owner = np.zeros(number, dtype=np.intp)
        owner[self.event] = self.bins
        return weight, owner

    def counted(self, passed: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Mean numbers of fakes by bin, their variances, and the common error of `FakeBins`."""
        weight, owner = self.by_event(passed)
        size = len(self.resolution)
        mean, squares = (
            np.asarray(np.bincount(owner, values, minlength=size), dtype=np.float64)
            for values in (weight, weight**2)
        )
        one, total = self.one * self.mean_veto, float(self.vertices.sum())
        kept = passing_fraction(float(weight.sum()), total, one)
        common = self.vertices * passing_fraction(0.0, total, one)
        return mean, squares + (self.resolution * kept) ** 2, common


def passing_fraction(passed: float, vertices: float, one_more: float) -> float:
    """Fraction of the vertices that pass a selection, with one more that passes.

    Parameters
    ----------
    passed
        Sum of the weights of those that pass.
    vertices
        Sum of the weights of all of them.
    one_more
        Weight of one more, if the layers veto it as little as any.

    Examples
    --------
    >>> passing_fraction(0.0, 99.0, 1.0)
    0.01
    """
    return (passed + one_more) / (vertices + one_more) if vertices + one_more > 0.0 else 1.0
