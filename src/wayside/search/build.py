"""The problem of a scenario: what each candidate of the table stands for in it."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from wayside.backgrounds.counts import Count
from wayside.backgrounds.fakes import MODEL_ERROR
from wayside.backgrounds.occupancy import scanned_tracks
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import BackgroundSource, SelectableSource, Source
from wayside.candidates.files import Candidates
from wayside.efficiency.shipped import shipped
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.search.limit_table import limit_table
from wayside.search.parts import part
from wayside.search.problem import BackgroundPart, Problem
from wayside.search.samples import Samples
from wayside.selections.background_sample import background_events, kind_rows, simulated_samples
from wayside.selections.background_sample import mean_veto as mean_veto_of
from wayside.selections.cuts import Vetoes
from wayside.selections.fakes import FakeBins
from wayside.selections.kinds import KINDS
from wayside.selections.samples import Half
from wayside.selections.signal import SelectedMap
from wayside.selections.signal_sample import SignalEvents, signal_events
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray, IndexArray

LONG: Final = 1e12
"""Proper decay length in m of states that live long compared with every distance."""


class Loaded(NamedTuple):
    """Particles of one kind in a scenario.

    Attributes
    ----------
    particles
        Numbers of particles by energy bin, laws for other detectors included; shape (bins,).
    relative_error
        Relative error of their fakes from fluxes and models.
    """

    particles: FloatArray
    relative_error: float


def timed_fraction(scenario: Scenario, signal: SignalEvents) -> FloatArray:
    """Fraction of the decays in the signal detectors that is timed, by bin of the signal ratio.

    Parameters
    ----------
    scenario
        Masses, beams and detectors; states are taken to live long.
    signal
        Simulated signal, for the bins.
    """
    table = SelectedMap(shipped(), signal.counted(np.ones(len(signal.rows), dtype=np.bool_)))
    point = replace(
        mass_point(scenario), efficiency="simulated", selected=table, ctau_override=LONG
    )
    total, fraction = 0.0, np.zeros(signal.expected.shape)
    couplings = scenario.pair.epsilon, scenario.pair.g_d
    for process, name in product(point.parts, scenario.signal):
        decays = float(process.expected_events(name, *couplings, 1.0, efficiency="unity"))
        total += decays
        if decays > 0.0:
            fraction += decays * table.timed_by_bin(process.detected(name).fractions(LONG))
    if not total > 0.0:
        raise InputError("no decays in the signal detectors at these masses: nothing to search")
    if not fraction.any():
        raise InputError(
            "no decay in the signal detectors is timed at these masses: nothing to select"
        )
    return fraction / total


def particles(
    scenario: Scenario, edges: Mapping[str, FakeBins]
) -> tuple[Mapping[str, Loaded], Count]:
    """Particles of every kind at the signal detectors, and background that no cut changes.

    Parameters
    ----------
    scenario
        The scenario.
    edges
        Bins of the kinds that were simulated.
    """
    sums = {kind: np.zeros(len(bins.mean)) for kind, bins in edges.items()}
    errors = dict.fromkeys(edges, 0.0)
    other, other_error = 0.0, 0.0
    for name in scenario.signal:
        setup = DetectorSetup(scenario, name)
        for source in sources(setup):
            load = _loads(source, edges)
            if load is None:
                known = isinstance(source, SelectableSource) and source.selected(edges)
                count = known or source.fakes("timed") or Count(0.0)
                other, other_error = other + count.value, other_error + count.error
                continue
            kind, number, relative = load
            sums[kind] += number
            errors[kind] += relative * float(number.sum())
    loaded = {}
    for kind, number in sums.items():
        total = float(number.sum())
        flux = errors[kind] / total if total else 0.0
        model = MODEL_ERROR[kind.partition("-")[0]]
        loaded[kind] = Loaded(number, math.hypot(flux, model))
    return loaded, Count(other, systematic=other_error)


def _loads(
    source: BackgroundSource, edges: Mapping[str, FakeBins]
) -> tuple[str, FloatArray, float] | None:
    """Kind, particles by bin and relative error of a source that follows a table."""
    if not isinstance(source, Source) or source.spectrum is None:
        return None
    spectrum = source.spectrum
    if spectrum.kind not in edges:
        return None
    load = spectrum.loads(edges[spectrum.kind])
    if load is None:
        return spectrum.kind, np.zeros(len(edges[spectrum.kind].mean)), 0.0
    entering = source.entering
    number = entering.value * spectrum.per_entering * (1.0 - spectrum.tagged) * load.particles
    relative = entering.error / entering.value if entering.value else 0.0
    return spectrum.kind, number, math.hypot(relative, spectrum.relative_error)


def empty_bins(samples: Samples) -> dict[str, FakeBins]:
    """Bins of the kinds of background that were simulated, without fakes."""
    simulated = simulated_samples(samples.candidates)
    lead = {own["name"]: float(own["shield"]) for own in samples.candidates.samples}
    bins = {}
    for name, kind in KINDS.items():
        if kind.sample in simulated:
            nothing = np.zeros(len(kind.edges) - 1)
            bins[name] = FakeBins(np.array(kind.edges), nothing, nothing, lead[kind.sample])
    return bins


def problem(
    scenario: Scenario, samples: Samples, vetoes: Vetoes, half: Half, *, mean_veto: bool = False
) -> Problem:
    """Candidates of one half of the samples, weighted to a scenario.

    Parameters
    ----------
    scenario
        The scenario.
    samples
        Candidates and decays.
    vetoes
        Layers that veto.
    half
        Half of the events.
    mean_veto
        Whether each background candidate has the mean probability of its kind that nothing vetoes
        it, instead of its own. As few candidates have nearly all of that probability, cuts would
        be tuned on these few alone.

    Raises
    ------
    InputError
        If there is no signal or no background in the samples.
    """
    candidates = samples.candidates
    signal = signal_events(candidates, samples.decays, vetoes, shipped(), half)
    no_cuts = signal.counted(np.ones(len(signal.rows), dtype=np.bool_))
    decay_weights = no_cuts.decay_weights(timed_fraction(scenario, signal))
    bins = empty_bins(samples)
    if not bins:
        raise InputError("the candidates hold no sample of background")
    loaded, other = particles(scenario, bins)
    backgrounds = {}
    for kind in bins:
        events = background_events(candidates, kind, vetoes, half)
        if events is None:
            continue
        number = loaded[kind].particles
        timed = events.weight * number[events.bins]
        weight, mean = timed * events.veto, mean_veto_of(timed, events.veto)
        if mean_veto:
            weight = timed * mean
        backgrounds[kind] = BackgroundPart(
            part(candidates.rows[events.rows], weight, _numbers(candidates, events.rows)),
            float(np.sqrt(((number * events.resolution) ** 2).sum())),
            *_vertices(candidates, kind, number, half, mean),
            loaded[kind].relative_error,
            tuple(number.tolist()),
        )
    return Problem(
        part(
            candidates.rows[signal.rows],
            decay_weights.ravel()[signal.bins] * signal.veto,
            _numbers(candidates, signal.rows),
        ),
        backgrounds,
        (other.value, other.error),
        scanned_tracks(scenario),
        limit_table(scenario.run.confidence_level),
        decay_weights,
    )


def _numbers(candidates: Candidates, rows: IndexArray) -> IndexArray:
    """Numbers of the events of rows as they were simulated, different in different samples."""
    table = candidates.rows[rows]
    return np.asarray(table["sample"].astype(np.int64) * 10**12 + table["event"])


def _vertices(
    candidates: Candidates, kind: str, number: FloatArray, half: Half, mean: float
) -> tuple[float, float]:
    """Expected vertices of a kind, timed or not, and those that a typical row stands for."""
    own = kind_rows(candidates, kind, half)
    assert own is not None
    weight = own.weight * number[own.bins]
    total = float(weight.sum())
    return total, mean * float((weight**2).sum()) / total if total > 0.0 else 0.0
