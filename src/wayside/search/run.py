"""The whole search: tune, choose, and measure with candidates that had no part in it."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtri

from wayside.backgrounds.budget import Budget, budget
from wayside.backgrounds.fake_counts import contributions
from wayside.candidates.samples import Samples
from wayside.candidates.weights import Vetoes
from wayside.detector.cuts import FibreVeto
from wayside.executors import Executor, ordered
from wayside.scenario import Scenario
from wayside.search.build import problem
from wayside.search.curves import NO_BACKGROUND, UPPER, Curves, curves
from wayside.search.environment import Environment, environment
from wayside.search.flow import Flow, cut_flow, one_less
from wayside.search.kept import Kept, kept_by_splitting
from wayside.search.optimise import FOLDS, MOST_CUTS, Optimum, optimise
from wayside.search.prediction import Predictions, from_samples
from wayside.search.problem import Problem
from wayside.search.tree import Comparison, compared, require_tree
from wayside.selections.cuts import Cuts
from wayside.selections.film_density import kept_in_films
from wayside.selections.measure import measured
from wayside.selections.names import SELECTED, TIMED
from wayside.selections.selection import SearchSelection
from wayside.sensitivity.background import Background, simulated_background
from wayside.sensitivity.selected import selected_map

VETOES: Final[tuple[tuple[FibreVeto, bool], ...]] = (
    ("all", True),
    ("all", False),
    ("upstream", True),
    ("upstream", False),
)
"""Fibres that veto and whether the gas does: what is tried."""


class Settings(NamedTuple):
    """How a search is done, and for which hardware.

    Attributes
    ----------
    folds
        Number of folds that decide the number of cuts.
    most
        Largest number of cuts.
    fibre_layers
        Number of layers of fibres on each side, with independent inefficiencies.
    tree
        Whether a boosted tree is trained as comparison.
    """

    folds: int = FOLDS
    most: int = MOST_CUTS
    fibre_layers: int = 1
    tree: bool = False


DEFAULT: Final = Settings()


@dataclass(frozen=True, eq=False)
class SearchResult:
    """A selection, and what it is worth in a scenario on candidates that it was not tuned on.

    Attributes
    ----------
    scenario
        The scenario.
    selection
        The selection.
    optimum
        How the cuts were found.
    untouched
        The problem of the half that was not tuned on.
    flow
        Cut flow on it, the vetoes last.
    one_less
        What each cut alone does: all others without it.
    budget
        Sources of background at all detectors.
    backgrounds
        Expected background by selection: ``"selected"``, the same at its upper limit, ``"timed"``,
        and ``"no background"`` for timed decays of which none is faked.
    curves
        Background and smallest epsilon of these against luminosity.
    kept
        Timed decays that are kept, by channel, in bins of the splitting.
    efficiency, efficiency_error, timed
        Fraction of the decays in the signal detectors that is selected, its standard error, and
        the fraction that is timed, both in films with the tracks of the exposure.
    prediction
        Background from data, as an experiment would predict it.
    tree
        A boosted tree as comparison; None where none was trained.
    """

    scenario: Scenario
    selection: SearchSelection
    optimum: Optimum
    untouched: Problem
    flow: tuple[Flow, ...]
    one_less: tuple[Flow, ...]
    budget: Budget
    backgrounds: dict[str, Background]
    curves: Curves
    kept: dict[str, Kept]
    efficiency: float
    efficiency_error: float
    timed: float
    prediction: Predictions
    tree: Comparison | None = None

    def epsilon(self, name: str = SELECTED) -> float:
        """Smallest epsilon excluded with a selection at the scenario's luminosity, at any g_D.

        Parameters
        ----------
        name
            Name of the selection, as in ``backgrounds``.

        Returns
        -------
        float
            nan where nothing is excluded.
        """
        drawn = self.curves
        at = int(np.argmin(np.abs(np.log(drawn.luminosity / self.scenario.run.luminosity_fb))))
        return float(drawn.by_selection[name].epsilon[at])


@dataclass(frozen=True)
class _Tuning:
    """The best cuts with a choice of vetoes, in any process."""

    around: Environment
    samples: Samples
    settings: Settings

    def __call__(self, vetoes: Vetoes) -> Optimum:
        tuning = problem(self.around, self.samples, vetoes, "tuning", mean_veto=True)
        return optimise(tuning, self.settings.folds, self.settings.most)


def tuned(
    scenario: Scenario,
    around: Environment,
    samples: Samples,
    settings: Settings,
    executor: Executor | None = None,
) -> tuple[Optimum, Vetoes]:
    """Best cuts and vetoes on the half for tuning.

    Parameters
    ----------
    scenario, around
        The scenario, and what `wayside.search.environment.environment` made of it.
    samples
        Candidates and decays.
    settings
        Folds, number of cuts, hardware.
    executor
        Who tries the vetoes, this process if None.
    """
    tried = [
        Vetoes(
            settings.fibre_layers,
            scenario.emulsion.fibre_efficiency,
            fibre_veto,
            True,
            gas_veto,
            scenario.emulsion.gas_efficiency,
        )
        for fibre_veto, gas_veto in VETOES
    ]
    optima = ordered(executor, _Tuning(around, samples, settings), tried)
    scores = [float(optimum.held_out[len(optimum.cuts)]) for optimum in optima]
    best = scores.index(min(scores))  # the first of those as good
    return optima[best], tried[best]


def search(
    scenario: Scenario,
    samples: Samples,
    settings: Settings = DEFAULT,
    executor: Executor | None = None,
) -> SearchResult:
    """Optimise a selection for a scenario and measure it.

    Parameters
    ----------
    scenario
        Masses, beams, detectors, luminosity and exposure.
    samples
        Candidates and simulated decays.
    settings
        Folds, number of cuts, hardware.
    executor
        Who tries the vetoes (`wayside.executors.executor`), this process if None; the result is the
        same to the last bit.

    Raises
    ------
    InputError
        If the samples have no signal or no background, or no decay is in the signal detectors.
    """
    if settings.tree:
        require_tree()
    around = environment(scenario, samples)
    optimum, vetoes = tuned(scenario, around, samples, settings, executor)
    heavier, lighter = scenario.masses
    about = {
        "scenario": scenario.name,
        "luminosity_fb": scenario.run.luminosity_fb,
        "folds": settings.folds,
        "held_out": [float(value) for value in optimum.held_out],
    }
    cuts = Cuts(optimum.cuts, vetoes)
    selection = measured(
        f"search-{heavier - lighter:.3g}",
        heavier - lighter,
        samples.candidates,
        samples.decays,
        cuts,
        "untouched",
        about,
    )
    result = evaluated(scenario, around, samples, selection, optimum)
    if not settings.tree:
        return result
    tuning = problem(around, samples, vetoes, "tuning", mean_veto=True)
    steps = optimum.path.steps
    return replace(
        result, tree=compared(tuning, result.untouched, cuts.cuts, steps, settings.folds)
    )


def evaluated(
    scenario: Scenario,
    around: Environment,
    samples: Samples,
    selection: SearchSelection,
    optimum: Optimum,
) -> SearchResult:
    """What a selection is worth in a scenario, on the half that was not tuned on.

    Parameters
    ----------
    scenario, around
        The scenario, and what `wayside.search.environment.environment` made of it.
    samples
        Candidates and decays.
    selection
        The selection.
    optimum
        How its cuts were found.
    """
    cuts = selection.cuts
    untouched = problem(around, samples, cuts.vetoes, "untouched")
    counted = budget(scenario, partial(contributions, selection=selection))
    plain = scenario.with_values(
        {
            "run.efficiency": "simulated",
            "run.background": "simulated",
            "run.background_error": 0.0,
            "run.selection": "timed",
        }
    )
    backgrounds = _backgrounds(plain, counted)
    efficiency, error = selected_map(scenario, selection).weighted(SELECTED, around.decays)
    return SearchResult(
        scenario,
        selection,
        optimum,
        untouched,
        cut_flow(untouched, cuts.cuts),
        one_less(untouched, cuts.cuts),
        counted,
        backgrounds,
        curves(plain, selection, backgrounds),
        kept_by_splitting(samples, cuts, "untouched"),
        efficiency,
        error,
        kept_in_films(around.tracks, TIMED).fraction * float(around.timed.sum()),
        from_samples(scenario, around, samples, cuts, counted),
    )


def upper_limit(background: Background) -> float:
    """Background that is exceeded with a probability of 10 per cent, by a Gaussian error."""
    return background.value + float(ndtri(0.9)) * background.error


def _backgrounds(scenario: Scenario, counted: Budget) -> dict[str, Background]:
    """Expected background by selection; none with that of timed decays."""
    selected, timed = (
        simulated_background(scenario, counted, name) for name in (SELECTED, "timed")
    )
    none = replace(timed, value=0.0, error=0.0, kind="number", flags=())
    upper = replace(selected, value=upper_limit(selected), kind="number", flags=())
    return {SELECTED: selected, UPPER: upper, "timed": timed, NO_BACKGROUND: none}
