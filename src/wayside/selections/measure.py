"""What cuts keep, measured with one half of the candidates: a selection to write to a file."""

from collections.abc import Mapping
from typing import Any

from wayside.candidates.files import Candidates
from wayside.candidates.weights import effective_count
from wayside.efficiency.shipped import shipped
from wayside.selections.background_sample import background_events, sample_names
from wayside.selections.cuts import Cuts
from wayside.selections.events import starts
from wayside.selections.fakes import FakeBins, WeightedEvents
from wayside.selections.kinds import KINDS
from wayside.selections.samples import Half
from wayside.selections.selection import SearchSelection
from wayside.selections.signal_sample import signal_events
from wayside.typing import StructuredArray


def measured(
    name: str,
    splitting: float,
    candidates: Candidates,
    decays: StructuredArray,
    cuts: Cuts,
    half: Half,
    about: Mapping[str, Any],
) -> SearchSelection:
    """Selection with its efficiency and its fakes, from one half of the candidates.

    Parameters
    ----------
    name
        Name in tables and figures.
    splitting
        Mass splitting in GeV that the cuts were made for.
    candidates
        The table of candidates.
    decays
        Rows of `wayside.candidates.schema.DECAY_ROW`: all decays that were simulated.
    cuts
        Thresholds and vetoes.
    half
        Half of the events; for numbers to quote that on which the cuts were not tuned.
    about
        How the cuts were found; counts of the samples are added.

    Raises
    ------
    InputError
        If there are no decays of the signal in the samples.
    """
    signal = signal_events(candidates, decays, cuts.vetoes, shipped(), half)
    ratio = signal.counted(cuts.passes(candidates.rows[signal.rows]))
    fakes, counts = {}, {}
    for kind in KINDS:
        events = background_events(candidates, kind, cuts.vetoes, half)
        if events is None:
            continue
        fakes[kind] = _bins(kind, events, cuts, candidates)
        counts[kind] = sample_counts(kind, events, cuts, candidates)
    validation = {"sample": half, "untouched": half == "untouched", "decays": signal.number}
    return SearchSelection(
        name,
        splitting,
        cuts,
        ratio,
        fakes,
        {**about, "validation": validation, "background_samples": counts},
    )


def _bins(kind: str, events: WeightedEvents, cuts: Cuts, candidates: Candidates) -> FakeBins:
    source = KINDS[kind]
    shields = {sample["name"]: float(sample["shield"]) for sample in candidates.samples}
    mean, variance = events.counted(cuts.passes(candidates.rows[events.rows]))
    return FakeBins(events.edges, mean, variance, shields[source.sample], events.sums)


def sample_counts(
    kind: str, events: WeightedEvents, cuts: Cuts, candidates: Candidates
) -> dict[str, float]:
    """Simulated particles, and timed events before and after the cuts, effective ones as well.

    Effective counts are those of the reference source of the kind, each energy bin counting alike.
    """
    names = sample_names(candidates, KINDS[kind])
    simulated = sum(
        int(sample["simulated"]) for sample in candidates.samples if sample["name"] in names
    )
    passed = cuts.passes(candidates.rows[events.rows])
    return {
        "simulated": simulated,
        "timed_events": len(starts(events.event)),
        "timed_effective": effective_count(events.weight, events.event),
        "passing_events": len(starts(events.event[passed])),
        "passing_effective": effective_count(
            (events.weight * events.veto)[passed], events.event[passed]
        ),
    }
