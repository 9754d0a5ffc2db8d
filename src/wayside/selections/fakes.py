"""Fakes of one particle against its energy, in bins: what a table of fakes holds of one kind."""

from typing import Any, NamedTuple

import numpy as np

from wayside.selections.events import heaviest, starts
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
    """Timed candidates of one kind with weights, and all of its vertices in bins of the energy.

    The weights are those of one particle of each bin, or those of a scenario (`scaled`).

    Attributes
    ----------
    edges
        Edges of the bins of the kinetic energy in GeV, shape (bins + 1,).
    rows
        Indices of the rows in the table, those of one event together, shape (n,).
    event
        Numbers of their events, shape (n,).
    bins
        Energy bin of each row, shape (n,).
    weight
        Fakes that a row stands for, shape (n,).
    veto
        Probability that no layer vetoes it, shape (n,).
    vertices, squares
        Sums of the weights of all vertices, timed or not, and of their squares, shape (bins,).
    particle
        Weight of one simulated particle, whether it makes a vertex or not; nan where the table does
        not say how many there are. Shape (bins,).
    usual_veto
        `mean_veto` for one particle of each bin: that of a scenario with none where candidates are
        timed, too.
    """

    edges: FloatArray
    rows: IndexArray
    event: IndexArray
    bins: IndexArray
    weight: FloatArray
    veto: FloatArray
    vertices: FloatArray
    squares: FloatArray
    particle: FloatArray
    usual_veto: float = 1.0

    def scaled(self, number: FloatArray) -> "WeightedEvents":
        """The same for a number of particles in each bin, shape (bins,)."""
        return self._replace(
            weight=self.weight * number[self.bins],
            vertices=self.vertices * number,
            squares=self.squares * number**2,
            particle=self.particle * number,
        )

    @property
    def resolution(self) -> FloatArray:
        """Weight of one more vertex in each bin, timed or not, shape (bins,).

        That of a typical vertex; in a bin without any that of one simulated particle, or, where the
        table does not say how many there are, the largest of the other bins.
        """
        some = self.vertices > 0.0
        typical = np.where(some, self.squares / np.where(some, self.vertices, 1.0), 0.0)
        empty = np.where(np.isfinite(self.particle), self.particle, typical.max(initial=0.0))
        return np.where(some, typical, empty)

    @property
    def mean_veto(self) -> float:
        """Mean probability of timed ones that nothing vetoes, one more added that is vetoed least.

        Where none has a weight that of `usual_veto`.
        """
        total = float(self.weight.sum())
        if not total > 0.0:
            return self.usual_veto
        one = float((self.weight**2).sum()) / total
        return (float(self.weight @ self.veto) + one * float(self.veto.max())) / (total + one)

    @property
    def one_more(self) -> float:
        """Weight of one more of all vertices, if it passes and has the mean probability above."""
        total = float(self.vertices.sum())
        return self.mean_veto * float(self.squares.sum()) / total if total > 0.0 else 0.0

    def counted(self, passed: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Mean numbers of fakes by bin, their variances, and the common error of `FakeBins`.

        Parameters
        ----------
        passed
            Which rows passed the cuts, shape (n,).
        """
        start = starts(self.event)
        weight = heaviest(np.where(passed, self.weight * self.veto, 0.0), start)
        size = len(self.vertices)
        mean, squares = (
            np.asarray(np.bincount(self.bins[start], values, minlength=size), dtype=np.float64)
            for values in (weight, weight**2)
        )
        total = float(self.vertices.sum())
        kept = passing_fraction(float(weight.sum()), total, self.one_more)
        common = self.vertices * passing_fraction(0.0, total, self.one_more)
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
