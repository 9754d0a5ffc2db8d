"""The problem of a scenario: what each candidate of the table stands for in it."""

import numpy as np

from wayside.candidates.samples import Samples
from wayside.candidates.weights import Vetoes
from wayside.efficiency.shipped import shipped
from wayside.search.environment import Environment
from wayside.search.parts import part
from wayside.search.problem import BackgroundPart, Problem
from wayside.selections.background_sample import background_events
from wayside.selections.film_density import kept_in_films
from wayside.selections.names import SELECTED
from wayside.selections.samples import Half
from wayside.selections.signal_sample import signal_events


def problem(
    around: Environment, samples: Samples, vetoes: Vetoes, half: Half, *, mean_veto: bool = False
) -> Problem:
    """Candidates of one half of the samples, weighted to a scenario.

    Parameters
    ----------
    around
        The scenario, from `wayside.search.environment.environment` with the same samples.
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
        If there is no signal in the samples.
    """
    rows = samples.candidates.rows
    signal = signal_events(samples.candidates, samples.decays, vetoes, shipped(), half)
    no_cuts = signal.counted(np.ones(len(signal.rows), dtype=np.bool_))
    kept = kept_in_films(around.tracks, SELECTED).fraction
    decay_weights = kept * no_cuts.decay_weights(around.timed)
    backgrounds = {}
    for kind, loaded in around.particles.items():
        events = background_events(samples.candidates, kind, vetoes, half)
        assert events is not None
        fakes = events.scaled(loaded.particles)
        weight = fakes.weight * (fakes.mean_veto if mean_veto else fakes.veto)
        backgrounds[kind] = BackgroundPart(
            part(rows[fakes.rows], weight, fakes.event),
            fakes.sums.of(np.ones(len(fakes.vertices))),
            fakes.one_more,
            loaded.relative_error,
            tuple(loaded.particles.tolist()),
        )
    return Problem(
        part(rows[signal.rows], decay_weights.ravel()[signal.bins] * signal.veto, signal.event),
        backgrounds,
        (around.other.value, around.other.error),
        around.tracks,
        around.limits,
        decay_weights,
    )
