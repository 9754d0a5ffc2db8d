"""What a selection keeps of timed decays, against their splitting and by channel."""

from typing import Final, NamedTuple

import numpy as np

from wayside.candidates.samples import Samples
from wayside.candidates.schema import CHANNELS as SCHEMA_CHANNELS
from wayside.efficiency.binomial import interval
from wayside.selections.cuts import Cuts
from wayside.selections.samples import Half
from wayside.selections.signal import CHANNELS
from wayside.selections.signal_sample import SPREAD, chosen
from wayside.typing import FloatArray, IntArray

SPLITTINGS: Final = (0.005, 0.02, 0.04, 0.07, 0.1, 0.15, 0.22, 0.32, 0.45, 0.65, 0.9, 1.2, 1.6)
"""Edges of the bins in the splitting in GeV."""


class Kept(NamedTuple):
    """Timed decays of one channel and how many of them pass, in bins of the splitting.

    Attributes
    ----------
    timed, passed
        Numbers of decays, shape (bins,). They are spread over boosts and places, and stand for no
        particular detector. One that layers veto with some probability counts as passed if that is
        less than one half.
    """

    timed: IntArray
    passed: IntArray

    @property
    def fraction(self) -> FloatArray:
        """Fraction that passes, nan where nothing is timed."""
        return np.where(self.timed > 0, self.passed / np.maximum(self.timed, 1), np.nan)

    @property
    def errors(self) -> tuple[FloatArray, FloatArray]:
        """Ends of the Clopper-Pearson interval of one standard deviation."""
        return interval(self.passed, self.timed, 0.6827)


def kept_by_splitting(samples: Samples, cuts: Cuts, half: Half) -> dict[str, Kept]:
    """Timed decays that cuts keep, by channel.

    Parameters
    ----------
    samples
        Candidates and decays.
    cuts
        Thresholds and vetoes.
    half
        Half of the events that is counted.
    """
    candidates = samples.candidates
    names = [sample["name"] for sample in candidates.samples]
    numbers = [names.index(SPREAD)] if SPREAD in names else []
    timed = candidates.rows[chosen(candidates.rows, numbers, half) & candidates.rows["at_origin"]]
    timed = timed[timed["timed"]]
    passed = cuts.weights(timed) > 0.5
    counted = {}
    for channel in CHANNELS:
        mine = timed["channel"] == SCHEMA_CHANNELS.index(channel)
        counts = [
            np.histogram(
                _splittings(timed["event"][good], timed["splitting"][good]), np.asarray(SPLITTINGS)
            )[0]
            for good in (mine, mine & passed)
        ]
        counted[channel] = Kept(*(np.asarray(count, dtype=np.int64) for count in counts))
    return counted


def _splittings(event: IntArray, splitting: FloatArray) -> FloatArray:
    """Splittings of decays, each once."""
    _, first = np.unique(event, return_index=True)
    return np.asarray(splitting[first], dtype=np.float64)
