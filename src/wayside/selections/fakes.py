"""Fakes of one particle against its energy, in bins: what a table of fakes holds of one kind."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.selections.events import heaviest, starts
from wayside.typing import BoolArray, FloatArray, IndexArray


class Vertices(NamedTuple):
    """Vertices of particles of all energies, timed or not.

    Attributes
    ----------
    number
        Expected vertices.
    resolution
        Vertices that one more simulated one in each bin of the energy would add, in quadrature.
    """

    number: float
    resolution: float


class SampleSums(NamedTuple):
    """Sums over a simulated sample by bin of the energy, of one particle of each bin.

    Attributes
    ----------
    vertices, squares
        Sums of the weights of all vertices, timed or not, and of their squares, shape (bins,).
    timed, timed_squares
        The same of timed ones.
    unvetoed
        Sums of weights times the probability that nothing vetoes, of timed ones.
    least_vetoed
        Largest probability that nothing vetoes a timed one; 0 where there are none.
    resolution
        Weights of one more vertex.
    usual_veto
        `mean_veto` where no particle has an energy at which vertices are timed.
    """

    vertices: FloatArray
    squares: FloatArray
    timed: FloatArray
    timed_squares: FloatArray
    unvetoed: FloatArray
    least_vetoed: FloatArray
    resolution: FloatArray
    usual_veto: float

    def mean_veto(self, number: FloatArray) -> float:
        """Mean probability of timed ones that nothing vetoes, one more added that is vetoed least.

        Parameters
        ----------
        number
            Numbers of particles in the bins, shape (bins,).
        """
        total = float(number @ self.timed)
        if not total > 0.0:
            return self.usual_veto
        typical = self.typical(number)
        least = float(self.least_vetoed[number * self.timed > 0.0].max())
        return (float(number @ self.unvetoed) + typical * least) / (total + typical)

    def typical(self, number: FloatArray) -> float:
        """Weight of a typical timed vertex; of any vertex where none is timed."""
        sums, squares = self.timed, self.timed_squares
        if not float(number @ sums) > 0.0:
            sums, squares = self.vertices, self.squares
        total = float(number @ sums)
        return float(number**2 @ squares) / total if total > 0.0 else 0.0

    def one_more(self, number: FloatArray) -> float:
        """Weight of one more that passes, if it has the mean probability that nothing vetoes it."""
        return self.mean_veto(number) * self.typical(number)

    def of(self, number: FloatArray) -> Vertices:
        """Vertices of particles.

        Parameters
        ----------
        number
            Numbers of particles in the bins, shape (bins,).
        """
        resolution = np.linalg.norm(number * self.resolution)
        return Vertices(float(number @ self.vertices), float(resolution))


class FakeBins(NamedTuple):
    """Mean number of fakes of one particle that heads for the blocks, by its energy.

    Attributes
    ----------
    edges
        Edges of the bins of the kinetic energy outside of the lead in GeV, shape (n + 1,).
    mean
        Mean numbers of fakes, shape (n,).
    variance
        Variances of the means from the size of the simulated sample, independent between bins;
        shape (n,).
    lead
        Thickness in m of the lead that was simulated.
    sample
        Sums over the sample, from which follows what one more event would add; None where the
        variance says it all.
    """

    edges: FloatArray
    mean: FloatArray
    variance: FloatArray
    lead: float
    sample: SampleSums | None = None

    def sample_error(self, part: FloatArray, whole: FloatArray | None = None) -> float:
        """Error of the fakes of particles from the size of the simulated sample.

        Parameters
        ----------
        part
            Numbers of particles in the bins, shape (n,).
        whole
            The same of all particles of which these are a part, from which follows the fraction of
            vertices that passes: a part can be without any vertex. None for all.
        """
        squares = float(part**2 @ self.variance)
        if self.sample is None:
            return math.sqrt(squares)
        every = part if whole is None else whole
        passed, one_more = float(every @ self.mean), self.sample.one_more(every)
        all_vertices = self.sample.of(every).number
        more = one_more_error(passed, one_more, all_vertices, self.sample.of(part))
        return math.hypot(math.sqrt(squares), float(more))

    def plain(self) -> dict[str, Any]:
        """Values that JSON knows."""
        sample = {} if self.sample is None else self.sample._asdict()
        return {
            "edges_gev": self.edges.tolist(),
            "mean": self.mean.tolist(),
            "variance": self.variance.tolist(),
            "sample": {key: np.asarray(value).tolist() for key, value in sample.items()},
            "lead_m": self.lead,
        }


def fake_bins(values: dict[str, Any]) -> FakeBins:
    """Bins from what `FakeBins.plain` gave."""
    edges, mean, variance = (
        np.array(values[key], np.float64) for key in ("edges_gev", "mean", "variance")
    )
    sample = dict(values["sample"])
    sums = None
    if sample:
        usual = float(sample.pop("usual_veto"))
        arrays = {key: np.array(value, np.float64) for key, value in sample.items()}
        sums = SampleSums(**arrays, usual_veto=usual)
    return FakeBins(edges, mean, variance, float(values["lead_m"]), sums)


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
        As of `SampleSums`.
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
    def sums(self) -> SampleSums:
        """Sums by bin, of as many particles as the weights stand for."""
        size = len(self.vertices)
        timed, timed_squares, unvetoed = (
            np.asarray(np.bincount(self.bins, values, minlength=size), dtype=np.float64)
            for values in (self.weight, self.weight**2, self.weight * self.veto)
        )
        least = np.zeros(size)
        np.maximum.at(least, self.bins, self.veto)
        return SampleSums(
            self.vertices,
            self.squares,
            timed,
            timed_squares,
            unvetoed,
            least,
            self.resolution,
            self.usual_veto,
        )

    @property
    def mean_veto(self) -> float:
        """As `SampleSums.mean_veto`."""
        return self.sums.mean_veto(np.ones(len(self.vertices)))

    @property
    def one_more(self) -> float:
        """As `SampleSums.one_more`."""
        return self.sums.one_more(np.ones(len(self.vertices)))

    def counted(self, passed: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Mean numbers of fakes by bin, and their variances from those that pass.

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
        return mean, squares


def one_more_error(
    passed: npt.ArrayLike, one_more: float, vertices: float, part: Vertices
) -> FloatArray:
    """Events by which those that pass are not known, besides the spread of those that do.

    One more simulated vertex in each bin, times the fraction that passes; and one more timed one
    that passes: none found is no certain 0.

    Parameters
    ----------
    passed
        Expected events of the whole sample that pass, shape (...).
    one_more
        Events that one more would add, from `SampleSums.one_more`.
    vertices
        Expected vertices of the whole sample, timed or not.
    part
        Vertices of the particles in question, all or some of those of the sample.
    """
    more = part.resolution * passing_fraction(passed, vertices, one_more)
    return np.hypot(more, part.number * passing_fraction(0.0, vertices, one_more))


def passing_fraction(passed: npt.ArrayLike, vertices: float, one_more: float) -> FloatArray:
    """Fraction of the vertices that pass a selection, with one more that passes.

    Parameters
    ----------
    passed
        Sum of the weights of those that pass, shape (...).
    vertices
        Sum of the weights of all of them.
    one_more
        Weight of one more, if the layers veto it as little as any.

    Examples
    --------
    >>> float(passing_fraction(0.0, 99.0, 1.0))
    0.01
    """
    number = np.asarray(passed, dtype=np.float64)
    if not vertices + one_more > 0.0:
        return np.ones_like(number)
    return (number + one_more) / (vertices + one_more)
