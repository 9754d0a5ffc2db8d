"""Background candidates of the table, weighted to one particle of each kind and energy."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from wayside.candidates.files import Candidates
from wayside.candidates.weights import Vetoes, source_weight
from wayside.selections.events import event_number, in_order
from wayside.selections.fakes import WeightedEvents
from wayside.selections.kinds import KINDS, SIMULATED, Kind, Sides
from wayside.selections.samples import FRACTION, Half, in_half
from wayside.typing import FloatArray, StructuredArray


def weights_per_particle(
    rows: StructuredArray, kind: Kind, fraction: float = 1.0, sides: Sides = SIMULATED
) -> FloatArray:
    """Candidates per entering particle of its energy bin that each row stands for.

    Parameters
    ----------
    rows
        Rows of the sample of the kind, shape (n,).
    kind
        One of ``KINDS``.
    fraction
        Fraction of the simulated events that the rows were taken from.
    sides
        Blocks in which they were simulated.

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
    return np.asarray(np.where(inside, weight / (reference.rate(sides) * width * fraction), 0.0))


def simulated_samples(candidates: Candidates) -> dict[str, int]:
    """Indices of the samples that were simulated, by name."""
    return {
        str(sample["name"]): number
        for number, sample in enumerate(candidates.samples)
        if sample["simulated"]
    }


def background_events(
    candidates: Candidates, kind: str, vetoes: Vetoes, half: Half | None
) -> WeightedEvents | None:
    """Timed candidates of one kind of particle, for one particle of each energy bin.

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
    source, there = KINDS[kind], simulated_samples(candidates)
    if source.sample not in there:
        return None
    edges = np.asarray(source.edges)
    rows, particle = [], np.full(len(edges) - 1, np.nan)
    fraction, low = FRACTION if half else 1.0, float(edges[0])
    for names, high in _parts(candidates, source, there, float(edges[-1])):
        numbers = [there[name] for name in names]
        mine = np.flatnonzero(np.isin(candidates.rows["sample"], numbers))
        energy = candidates.rows["kinetic_energy"][mine]
        rows.append(mine[(energy >= low) & (energy < high)])
        inside = (edges[:-1] >= low) & (edges[1:] <= high)
        every = [_simulated(candidates.samples[number], edges) for number in numbers]
        simulated = fraction * np.sum(every, axis=0)
        with np.errstate(divide="ignore"):
            particle[inside] = 1.0 / simulated[inside]
        low = high
    chosen = np.concatenate(rows)
    if half is not None:
        chosen = chosen[in_half(candidates.rows["event"][chosen], half)]
    chosen = chosen[in_order(event_number(candidates.rows[chosen]))]
    table = candidates.rows[chosen]
    weight = weights_per_particle(table, source, fraction)
    bins = np.clip(
        np.searchsorted(edges, table["kinetic_energy"].astype(np.float64), side="right") - 1,
        0,
        len(edges) - 2,
    )
    vertices, squares = (
        np.asarray(np.bincount(bins, values, minlength=len(edges) - 1), dtype=np.float64)
        for values in (weight, weight**2)
    )
    veto = vetoes.weights(table)
    kept = (veto > 0.0) & (weight > 0.0)
    events = WeightedEvents(
        edges,
        chosen[kept],
        event_number(table[kept]),
        bins[kept],
        weight[kept],
        veto[kept],
        vertices,
        squares,
        particle,
    )
    return events._replace(usual_veto=events.mean_veto)


def sample_names(candidates: Candidates, kind: Kind) -> list[str]:
    """Samples that count for a kind, those that are not there as well if none is joined."""
    joined = [
        str(sample["name"])
        for sample in candidates.samples
        if sample["simulated"] and sample.get("joined") == kind.sample
    ]
    return joined or [kind.sample, *(name for name, _ in kind.slow)]


def _parts(
    candidates: Candidates, kind: Kind, there: Mapping[str, int], highest: float
) -> list[tuple[list[str], float]]:
    """Samples that count together, and the energies in GeV up to which they do."""
    if candidates.samples[there[kind.sample]].get("joined") == kind.sample:
        return [(sample_names(candidates, kind), highest)]
    listed = (*kind.slow, (kind.sample, highest))
    return [([name], high) for name, high in listed if name in there]


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
