"""Regions of candidates that an experiment can count: silent or tagged by a layer, and sidebands.

Layers that veto are weights of each candidate, so a candidate is in several regions, in each with
the probability that exactly these layers have a hit.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from wayside.candidates.samples import Samples
from wayside.efficiency.shipped import shipped
from wayside.search.build import problem
from wayside.search.environment import Environment
from wayside.search.parts import Part
from wayside.selections.background_sample import background_events
from wayside.selections.cuts import Cuts, passing
from wayside.selections.events import heaviest
from wayside.selections.kinds import ABOVE, KINDS
from wayside.selections.names import SELECTED
from wayside.selections.samples import Half
from wayside.selections.signal_sample import signal_events
from wayside.typing import FloatArray, StructuredArray

FIBRE: Final = "fibre hit"
GAS: Final = "gas hit"
BOTH: Final = "fibre and gas hit"
TAGGED: Final = "any hit"
"""Regions of candidates that pass all cuts, by the layers that have a hit; the others have none."""

PROBE_FIBRE: Final = "timed, fibre hit"
PROBE_GAS: Final = "timed, gas hit"
PROBE_BOTH: Final = "timed, fibre and gas hit"
"""The same for all timed candidates, with which inefficiencies are measured."""

WITHOUT_BEAM: Final = "selected, from above"
"""Selected candidates of particles from above, which come without beam as well."""

SIDEBANDS: Final[Mapping[str, frozenset[str]]] = {
    "low mass": frozenset({"mass", "electron_mass"}),
    "high grain density": frozenset({"grains"}),
}
"""Variables of which a sideband fails the cuts; it passes all others."""


def tagged(sideband: str) -> str:
    """Name of the part of a sideband in which a layer has a hit."""
    return f"{sideband}, any hit"


class Regions(NamedTuple):
    """What is expected in each region.

    Attributes
    ----------
    background
        Expected background of each simulated event, by region, shape (events,).
    signal
        Fraction of the decays in the signal detectors, by region.
    """

    background: Mapping[str, FloatArray]
    signal: Mapping[str, float]

    def mean(self, region: str) -> float:
        """Expected background events of a region."""
        return float(self.background[region].sum())


def regions(around: Environment, samples: Samples, cuts: Cuts, half: Half) -> Regions:
    """Expected background and signal of all regions of a selection.

    Parameters
    ----------
    around
        The scenario, from `wayside.search.environment.environment`.
    samples
        Candidates and decays.
    cuts
        Thresholds and vetoes of the selection.
    half
        Half of the events that is counted.

    Raises
    ------
    InputError
        If there is no signal in the samples.
    """
    open_vetoes = cuts.vetoes._replace(fibre_layers=0, gas_veto=False)
    every = problem(around, samples, open_vetoes, half)
    table = samples.candidates.rows
    parts: list[dict[str, FloatArray]] = []
    for kind, fakes in every.backgrounds.items():
        events = background_events(samples.candidates, kind, open_vetoes, half)
        assert events is not None
        counted = by_event(fakes.candidates, by_region(table[events.rows], cuts))
        above = KINDS[kind].reference is ABOVE
        counted[WITHOUT_BEAM] = counted[SELECTED] if above else np.zeros_like(counted[SELECTED])
        parts.append(counted)
    background = {name: np.concatenate([fakes[name] for fakes in parts]) for name in parts[0]}
    selected = signal_events(samples.candidates, samples.decays, open_vetoes, shipped(), half)
    signal = by_event(every.signal, by_region(table[selected.rows], cuts))
    return Regions(background, {name: float(values.sum()) for name, values in signal.items()})


def by_event(part: Part, probability: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Expected number of each event by region; of several candidates the heaviest counts.

    Parameters
    ----------
    part
        Candidates with their weights, without vetoes.
    probability
        Probability of each candidate to be in a region, by region, shape (n,).
    """
    return {
        name: heaviest(part.weight * values, part.start) for name, values in probability.items()
    }


def by_region(rows: StructuredArray, cuts: Cuts) -> dict[str, FloatArray]:
    """Probability of timed candidates to be in each region.

    Parameters
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`, shape (n,).
    cuts
        Thresholds and vetoes. Where gas does not veto, the regions of the gas that pass the cuts
        are left out; sidebands are where there is a cut on their variables.

    Returns
    -------
    dict
        Arrays of shape (n,) by region.

    Examples
    --------
    A muon that crossed fibres and one gap, both with inefficiencies of 0.02 and 0.05:

    >>> from wayside.candidates.schema import ROW
    >>> from wayside.candidates.weights import Vetoes
    >>> rows = np.zeros(1, ROW)
    >>> rows["timed"], rows["fibres_upstream"], rows["gaps_before"] = True, 1, 1
    >>> own = by_region(rows, Cuts((), Vetoes(fibre_efficiency=0.98, gas_efficiency=0.95)))
    >>> [round(float(own[name][0]), 3) for name in (SELECTED, FIBRE, GAS, BOTH)]
    [0.001, 0.049, 0.019, 0.931]
    """
    vetoes = cuts.vetoes
    time = vetoes._replace(fibre_layers=0, gas_veto=False).weights(rows)
    fibre = vetoes._replace(gas_veto=False).weights(rows)
    gas = vetoes._replace(fibre_layers=0, gas_veto=True).weights(rows)
    quiet = gas if vetoes.gas_veto else time
    passed = cuts.passes(rows)
    silent = fibre * quiet
    probabilities = {
        SELECTED: passed * silent,
        TAGGED: passed * (time - silent),
        FIBRE: passed * (time - fibre) * quiet,
        PROBE_FIBRE: (time - fibre) * gas,
        PROBE_GAS: fibre * (time - gas),
        PROBE_BOTH: (time - fibre) * (time - gas),
    }
    if vetoes.gas_veto:
        probabilities[GAS] = passed * fibre * (time - gas)
        probabilities[BOTH] = passed * (time - fibre) * (time - gas)
    for name, variables in SIDEBANDS.items():
        measured = [cut for cut in cuts.cuts if cut.variable in variables]
        if measured:
            others = [cut for cut in cuts.cuts if cut.variable not in variables]
            beside = passing(others, rows) & ~passing(measured, rows)
            probabilities[name] = beside * silent
            probabilities[tagged(name)] = beside * (time - silent)
    return {name: np.asarray(values, dtype=np.float64) for name, values in probabilities.items()}
