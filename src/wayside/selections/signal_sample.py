"""Signal candidates of the table, and what the efficiency map expects of the same decays."""

from typing import Final, NamedTuple

import numpy as np

from wayside.candidates.files import Candidates
from wayside.candidates.schema import CHANNELS as SCHEMA_CHANNELS
from wayside.candidates.weights import Vetoes
from wayside.efficiency.table import EfficiencyMap
from wayside.errors import InputError
from wayside.selections.events import event_number, heaviest, in_order, starts
from wayside.selections.samples import Half, in_half
from wayside.selections.signal import (
    CHANNELS,
    ENERGY_EDGES,
    MASS_EDGES,
    SignalRatio,
    bin_of,
)
from wayside.typing import BoolArray, FloatArray, IndexArray, StructuredArray

SPREAD: Final = "signal-pairs"
"""Sample of decays of all splittings, spread over boosts and places."""

SAMPLES: Final = (SPREAD, "signal-0.691", "signal-0.3", "signal-0.1")
"""Samples of decays with any slopes: those with steep prongs alone would count twice."""

SHAPE: Final = (len(CHANNELS), len(MASS_EDGES) - 1, len(ENERGY_EDGES) - 1)


class SignalEvents(NamedTuple):
    """Reconstructed decays that have a time, and what the map expects.

    Attributes
    ----------
    rows
        Indices of the rows in the table, those of one decay together, shape (n,).
    event
        Number of the decay of each row, shape (n,).
    bins
        Flat bin of `wayside.selections.signal.SignalRatio` of each row, shape (n,).
    veto
        Probability that nothing vetoes it, shape (n,).
    expected
        Timed decays that the map expects of all simulated ones, by bin.
    number
        Number of decays that were simulated.
    """

    rows: IndexArray
    event: IndexArray
    bins: IndexArray
    veto: FloatArray
    expected: FloatArray
    number: int

    def counted(self, passed: BoolArray) -> SignalRatio:
        """Selected decays over those that the map expects to be timed."""
        start = starts(self.event)
        weight = heaviest(np.where(passed, self.veto, 0.0), start)
        owner = self.bins[start]
        sums = [
            np.asarray(
                np.bincount(owner, values, minlength=self.expected.size), dtype=np.float64
            ).reshape(SHAPE)
            for values in (weight, weight**2)
        ]
        return SignalRatio(sums[0], sums[1], self.expected)


def signal_events(
    candidates: Candidates,
    decays: StructuredArray,
    vetoes: Vetoes,
    timed: EfficiencyMap,
    half: Half | None,
    samples: tuple[str, ...] = SAMPLES,
) -> SignalEvents:
    """Signal candidates with a time.

    Parameters
    ----------
    candidates
        The table.
    decays
        Rows of `wayside.candidates.schema.DECAY_ROW`: all decays that were simulated.
    vetoes
        Layers that veto.
    timed
        Efficiency map.
    half
        Half of the events that is used; None for all.
    samples
        Names of the samples of decays.

    Raises
    ------
    InputError
        If there are no decays in these samples.
    """
    names = [sample["name"] for sample in candidates.samples]
    numbers = [names.index(name) for name in samples if name in names]
    simulated = chosen(decays, numbers, half)
    if not simulated.any():
        raise InputError("the candidates hold no simulated decays of the signal")
    expected = expected_timed(decays[simulated], timed)
    rows = np.flatnonzero(
        chosen(candidates.rows, numbers, half)
        & candidates.rows["at_origin"]
        & (candidates.rows["channel"] < len(CHANNELS))
    )
    veto = vetoes.weights(candidates.rows[rows])
    rows, veto = rows[veto > 0.0], veto[veto > 0.0]
    order = in_order(event_number(candidates.rows[rows]))
    rows, veto = rows[order], veto[order]
    table = candidates.rows[rows]
    return SignalEvents(
        rows, event_number(table), flat_bins(table), veto, expected, int(simulated.sum())
    )


def chosen(rows: StructuredArray, numbers: list[int], half: Half | None) -> BoolArray:
    """Which rows belong to samples of some numbers, and to a half."""
    good = np.isin(rows["sample"], numbers)
    if half is not None:
        good &= in_half(rows["event"], half)
    return np.asarray(good)


def flat_bins(rows: StructuredArray) -> IndexArray:
    """Flat bin of each decay among those of the ratio, by its true prongs."""
    flat = np.zeros(len(rows), dtype=np.intp)
    for c, channel in enumerate(CHANNELS):
        of_channel = rows["channel"] == SCHEMA_CHANNELS.index(channel)
        true = (rows[f"pair_{name}"][of_channel] for name in ("energy", "opening", "softer"))
        mass, energy = bin_of(channel, *(np.asarray(values, np.float64) for values in true))
        flat[of_channel] = np.ravel_multi_index((np.full(len(mass), c), mass, energy), SHAPE)
    return flat


def expected_timed(decays: StructuredArray, timed: EfficiencyMap) -> FloatArray:
    """Timed decays that a map expects of simulated ones, in the bins of the ratio."""
    expected = np.zeros(int(np.prod(SHAPE)))
    for channel in CHANNELS:
        of_channel = decays[decays["channel"] == SCHEMA_CHANNELS.index(channel)]
        names = ("pair_energy", "pair_opening", "pair_softer", "pair_slope", "z")
        places = [of_channel[name].astype(np.float64) for name in names]
        # A backward prong has no slope that is scanned.
        places[3] = np.where(np.isfinite(places[3]), places[3], 1e9)
        efficiency = timed.at(channel, "timed", *places)
        expected += np.bincount(flat_bins(of_channel), efficiency, minlength=expected.size)
    return expected.reshape(SHAPE)
