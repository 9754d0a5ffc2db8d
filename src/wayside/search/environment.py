"""What a search needs of a scenario, whatever is selected: computed once for all problems."""

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
from wayside.backgrounds.source import SelectableSource, Source
from wayside.candidates.samples import Samples
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.search.limit_table import LimitTable, limit_table
from wayside.selections.background_sample import simulated_samples
from wayside.selections.fakes import FakeBins
from wayside.selections.kinds import KINDS
from wayside.selections.signal import timed_map
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

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


class Environment(NamedTuple):
    """Decays and background particles at the signal detectors of a scenario.

    Attributes
    ----------
    decays
        Fraction of the decays of states that live long in each cell of
        `wayside.selections.signal.SelectedMap`.
    timed
        Fraction of the decays that is timed in empty films, by bin of the signal ratio.
    particles
        Particles by kind.
    other
        Background that no cut changes.
    tracks
        Unrelated tracks in the films when they are replaced, per m^2.
    limits
        Table of limits.
    """

    decays: FloatArray
    timed: FloatArray
    particles: Mapping[str, Loaded]
    other: Count
    tracks: float
    limits: LimitTable


def environment(scenario: Scenario, samples: Samples) -> Environment:
    """Everything about a scenario that does not depend on a selection.

    Parameters
    ----------
    scenario
        Masses, beams, detectors, site.
    samples
        Candidates, for the kinds of background that were simulated.

    Raises
    ------
    InputError
        If there is no background in the samples, or no timed decay in the signal detectors.
    """
    bins = empty_bins(samples)
    if not bins:
        raise InputError("the candidates hold no sample of background")
    decays = decay_fractions(scenario)
    timed = timed_map().timed_by_bin(decays)
    if not timed.any():
        raise InputError(
            "no decay in the signal detectors is timed at these masses: nothing to select"
        )
    loaded, not_simulated = particles(scenario, bins)
    limits = limit_table(scenario.run.confidence_level)
    return Environment(decays, timed, loaded, not_simulated, scanned_tracks(scenario), limits)


def decay_fractions(scenario: Scenario) -> FloatArray:
    """Fraction of the decays in the signal detectors in each cell of a selected map.

    Parameters
    ----------
    scenario
        Masses, beams and detectors; states are taken to live long.

    Raises
    ------
    InputError
        If there are no decays.
    """
    table = timed_map()
    point = replace(
        mass_point(scenario), efficiency="simulated", selected=table, ctau_override=LONG
    )
    couplings = scenario.pair.epsilon, scenario.pair.g_d
    total, fractions = 0.0, np.zeros(table.shape)
    for process, name in product(point.parts, scenario.signal):
        decays = float(process.expected_events(name, *couplings, 1.0, efficiency="unity"))
        total += decays
        if decays > 0.0:
            fractions += decays * process.detected(name).fractions(LONG)
    if not total > 0.0:
        raise InputError("no decays in the signal detectors at these masses: nothing to search")
    return fractions / total


def particles(
    scenario: Scenario, bins: Mapping[str, FakeBins]
) -> tuple[Mapping[str, Loaded], Count]:
    """Particles of every kind at the signal detectors, and background that no cut changes.

    Parameters
    ----------
    scenario
        The scenario.
    bins
        Bins of the kinds that were simulated.
    """
    sums = {kind: np.zeros(len(fakes.mean)) for kind, fakes in bins.items()}
    errors = dict.fromkeys(bins, 0.0)
    not_simulated = Count(0.0)
    for name in scenario.signal:
        for source in sources(DetectorSetup(scenario, name)):
            if isinstance(source, Source) and source.spectrum and source.spectrum.kind in bins:
                kind: str = source.spectrum.kind
                number = source.particles(bins[kind])
                sums[kind] += number
                errors[kind] += source.relative_error * float(number.sum())
                continue
            known = source.selected(bins) if isinstance(source, SelectableSource) else None
            count = known or source.fakes("timed") or Count(0.0)
            not_simulated = Count(
                not_simulated.value + count.value, systematic=not_simulated.error + count.error
            )
    loaded = {}
    for name, number in sums.items():
        total = float(number.sum())
        flux = errors[name] / total if total else 0.0
        loaded[name] = Loaded(number, math.hypot(flux, MODEL_ERROR[name.partition("-")[0]]))
    return loaded, not_simulated


def empty_bins(samples: Samples) -> dict[str, FakeBins]:
    """Bins of the kinds of background that were simulated, without fakes."""
    numbers = simulated_samples(samples.candidates)
    bins = {}
    for name, kind in KINDS.items():
        if kind.sample in numbers:
            nothing = np.zeros(len(kind.edges) - 1)
            lead = float(samples.candidates.samples[numbers[kind.sample]]["shield"])
            bins[name] = FakeBins(np.array(kind.edges), nothing, nothing, lead)
    return bins
