"""Background candidates of the table, weighted to one particle of each kind and energy."""

import numpy as np

from wayside.candidates.files import Candidates
from wayside.candidates.weights import source_weight
from wayside.selections.cuts import Vetoes
from wayside.selections.fakes import WeightedEvents
from wayside.selections.kinds import KINDS, Kind
from wayside.selections.samples import FRACTION, Half, in_half
from wayside.typing import FloatArray, IndexArray, StructuredArray


def weights_per_particle(rows: StructuredArray, kind: Kind, fraction: float = 1.0) -> FloatArray:
    """Candidates per entering particle of its energy bin that each row stands for.

    Parameters
    ----------
    rows
        Rows of the sample of the kind, shape (n,).
    kind
        One of `KINDS`.
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


def background_events(
    candidates: Candidates, kind: str, vetoes: Vetoes, half: Half | None
) -> WeightedEvents | None:
    """Timed candidates of one kind of particle.

    Parameters
    ----------
    candidates
        The table.
    kind
        Name among `KINDS`.
    vetoes
        Layers that veto.
    half
        Half of the events that is used; None for all.

    Returns
    -------
    WeightedEvents or None
        None if nothing of this kind was simulated.
    """
    own = KINDS[kind]
    names = [sample["name"] for sample in candidates.samples]
    if own.sample not in names or not candidates.samples[names.index(own.sample)]["simulated"]:
        return None
    number = names.index(own.sample)
    every = np.flatnonzero(candidates.rows["sample"] == number)
    if half is not None:
        every = every[in_half(candidates.rows["event"][every], half)]
    rows = candidates.rows[every]
    weight = weights_per_particle(rows, own, FRACTION if half else 1.0)
    veto = vetoes.weights(rows)
    kept = (veto > 0.0) & (weight > 0.0)
    edges = np.asarray(own.edges)
    bins = np.searchsorted(edges, rows["kinetic_energy"].astype(np.float64), side="right") - 1
    _, event = np.unique(rows["event"][kept], return_inverse=True)
    total = float(weight.sum())
    return WeightedEvents(
        edges,
        every[kept],
        event.ravel(),
        bins[kept],
        weight[kept],
        veto[kept],
        _resolution(weight, bins, len(edges) - 1),
        total,
        float((weight**2).sum()) / total if total > 0.0 else 1.0,
        float(veto[kept].max(initial=0.0)) or 1.0,
    )


def _resolution(weight: FloatArray, bins: IndexArray, size: int) -> FloatArray:
    """Weight of a typical vertex in each bin, or, where it has none, the largest of the others'."""
    inside = weight > 0.0
    squares, sums = (
        np.asarray(np.bincount(bins[inside], values[inside], minlength=size), dtype=np.float64)
        for values in (weight**2, weight)
    )
    typical = np.where(sums > 0.0, squares / np.where(sums > 0.0, sums, 1.0), 0.0)
    return np.where(sums > 0.0, typical, typical.max(initial=0.0))
