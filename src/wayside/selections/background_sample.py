"""Background candidates of the table, weighted to one particle of each kind and energy."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.candidates.files import Candidates
from wayside.candidates.weights import source_weight
from wayside.selections.cuts import Vetoes
from wayside.selections.fakes import WeightedEvents
from wayside.selections.kinds import KINDS, Kind
from wayside.selections.samples import FRACTION, Half, in_half
from wayside.typing import FloatArray, IndexArray, StructuredArray

_APART: Final = 10**12
"""More than the number of any event."""


def weights_per_particle(rows: StructuredArray, kind: Kind, fraction: float = 1.0) -> FloatArray:
    """Candidates per entering particle of its energy bin that each row stands for.

    Parameters
    ----------
    rows
        Rows of the sample of the kind, shape (n,).
    kind
        One of ``KINDS``.
    fraction
        Fraction of the simulated events that the rows were taken from.

    Returns
    -------
    array
        Weights, shape (n,); 0 at energies outside of all bins. Particles that pass beside the
        blocks and reach them by scattering or through a shower are counted, too: they come with
        those that head for the blocks.
    """
    energy = rows["kinetic_energy"].astype(np.float64)
    edges = np.asarray(kind.edges)
    number = np.searchsorted(edges, energy, side="right") - 1
    inside = (number >= 0) & (number < len(edges) - 1)
    width = np.log(edges[1:] / edges[:-1])[np.clip(number, 0, len(edges) - 2)]
    reference = kind.reference
    weight = source_weight(rows, reference.shape(rows) / energy)
    return np.asarray(np.where(inside, weight / (reference.rate() * width * fraction), 0.0))


class KindRows(NamedTuple):
    """Vertices of one kind of particle, timed or not.

    Attributes
    ----------
    rows
        Indices of the rows in the table, shape (n,).
    event
        Numbers of their events, different in different samples, shape (n,).
    weight
        Candidates per entering particle of its energy bin that each stands for, shape (n,).
    bins
        Energy bin of each, shape (n,).
    particle
        Weight of one simulated particle in each bin, whether it makes a vertex or not; nan where
        the table does not say how many there are. Shape (bins,).
    """

    rows: IndexArray
    event: IndexArray
    weight: FloatArray
    bins: IndexArray
    particle: FloatArray


def simulated_samples(candidates: Candidates) -> dict[str, int]:
    """Indices of the samples that were simulated, by name."""
    return {
        str(sample["name"]): number
        for number, sample in enumerate(candidates.samples)
        if sample["simulated"]
    }


def kind_rows(candidates: Candidates, kind: str, half: Half | None) -> KindRows | None:
    """Vertices of one kind of particle, with their weights.

    Parameters
    ----------
    candidates
        The table.
    kind
        Name among ``KINDS``.
    half
        Half of the events that is used; None for all.

    Returns
    -------
    KindRows or None
        None if nothing of this kind was simulated.
    """
    own, there = KINDS[kind], simulated_samples(candidates)
    if own.sample not in there:
        return None
    edges = np.asarray(own.edges)
    low = float(edges[0])
    ends = []
    for name, high in (*own.slow, (own.sample, float(edges[-1]))):
        if name in there:
            ends.append((name, low, high))
            low = high
    table = candidates.rows
    rows, numbers = [], []
    particle = np.full(len(edges) - 1, np.nan)
    fraction = FRACTION if half else 1.0
    for name, low, high in ends:
        mine = np.flatnonzero(table["sample"] == there[name])
        energy = table["kinetic_energy"][mine]
        mine = mine[(energy >= low) & (energy < high)]
        if half is not None:
            mine = mine[in_half(table["event"][mine], half)]
        rows.append(mine)
        numbers.append(table["event"][mine] + there[name] * _APART)
        inside = (edges[:-1] >= low) & (edges[1:] <= high)
        simulated = fraction * _simulated(candidates.samples[there[name]], edges)
        with np.errstate(divide="ignore"):
            particle[inside] = 1.0 / simulated[inside]
    every = np.concatenate(rows)
    weight = weights_per_particle(table[every], own, fraction)
    energy = table["kinetic_energy"][every].astype(np.float64)
    bins = np.clip(np.searchsorted(edges, energy, side="right") - 1, 0, len(edges) - 2)
    return KindRows(every, np.concatenate(numbers), weight, bins, particle)


def _simulated(sample: Mapping[str, Any], edges: FloatArray) -> FloatArray:
    """Number of particles of a sample in each energy bin; nan if the table does not say."""
    ranges = sample.get("energies")
    if not ranges:
        return np.full(len(edges) - 1, np.nan)
    number = np.zeros(len(edges) - 1)
    for fraction, low, high in ranges:
        within = np.log(np.clip(edges, low, high))
        number += fraction * np.diff(within) / np.log(high / low)
    return np.asarray(float(sample["simulated"]) * number)


def background_events(
    candidates: Candidates, kind: str, vetoes: Vetoes, half: Half | None
) -> WeightedEvents | None:
    """Timed candidates of one kind of particle.

    Parameters
    ----------
    candidates
        The table.
    kind
        Name among ``KINDS``.
    vetoes
        Layers that veto.
    half
        Half of the events that is used; None for all.

    Returns
    -------
    WeightedEvents or None
        None if nothing of this kind was simulated.
    """
    own = kind_rows(candidates, kind, half)
    if own is None:
        return None
    veto = vetoes.weights(candidates.rows[own.rows])
    kept = (veto > 0.0) & (own.weight > 0.0)
    _, event = np.unique(own.event[kept], return_inverse=True)
    total = float(own.weight.sum())
    timed = own.weight[kept]
    one = float((own.weight**2).sum()) / total if total > 0.0 else 1.0
    return WeightedEvents(
        np.asarray(KINDS[kind].edges),
        own.rows[kept],
        event.ravel(),
        own.bins[kept],
        own.weight[kept],
        veto[kept],
        _resolution(own),
        np.asarray(np.bincount(own.bins, own.weight, minlength=len(own.particle)), np.float64),
        one,
        mean_veto(timed, veto[kept]),
    )


def mean_veto(weight: FloatArray, veto: FloatArray) -> float:
    """Mean probability that nothing vetoes, one more candidate added that is vetoed least.

    Parameters
    ----------
    weight
        Weights of timed candidates, shape (n,).
    veto
        Probability that nothing vetoes each, shape (n,).

    Examples
    --------
    >>> mean_veto(np.ones(3), np.array([0.0, 0.0, 0.4])), mean_veto(np.ones(0), np.ones(0))
    (0.2, 1.0)
    """
    total = float(weight.sum())
    if not total > 0.0:
        return 1.0
    one = float((weight**2).sum()) / total
    return (float(weight @ veto) + one * float(veto.max())) / (total + one)


def _resolution(own: KindRows) -> FloatArray:
    """Weight of one more vertex in each bin.

    That of a typical vertex; in a bin without any that of one simulated particle, or, where the
    table does not say how many there are, the largest of the other bins.
    """
    size = len(own.particle)
    squares, sums = (
        np.asarray(np.bincount(own.bins, values, minlength=size), dtype=np.float64)
        for values in (own.weight**2, own.weight)
    )
    typical = np.where(sums > 0.0, squares / np.where(sums > 0.0, sums, 1.0), 0.0)
    empty = np.where(np.isfinite(own.particle), own.particle, typical.max(initial=0.0))
    return np.where(sums > 0.0, typical, empty)
