"""The background from data, as an experiment would predict it, and whether that closes.

Every method is a product of counts over another: candidates that a layer tags, times its measured
inefficiency; a sideband, times what it is worth where a layer has a hit; other exposures and other
detectors, over their size. Counts of different regions are independent, and Poisson distributed.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.backgrounds.budget import Budget
from wayside.candidates.samples import Samples
from wayside.limits.control import Control
from wayside.scenario import Scenario
from wayside.search.environment import Environment
from wayside.search.regions import (
    BOTH,
    FIBRE,
    GAS,
    PROBE_BOTH,
    PROBE_FIBRE,
    PROBE_GAS,
    SIDEBANDS,
    TAGGED,
    WITHOUT_BEAM,
    Regions,
    regions,
    tagged,
)
from wayside.selections.cuts import Cuts
from wayside.selections.names import SELECTED
from wayside.sensitivity.background import control_detector
from wayside.typing import FloatArray

EXPERIMENTS: Final = 4000
"""Number of pseudo-experiments."""

SEED: Final = 1
"""Seed of the pseudo-experiments."""

WITHOUT_BEAM_TIME: Final = 0.5
"""Time without beam over that with beam: accelerators run for some eight months a year."""


class Method(NamedTuple):
    """A way to predict the background.

    Attributes
    ----------
    counted
        Regions whose counts are multiplied; the first one is the control region.
    over
        Regions by whose counts is divided.
    target
        Region of which the background is predicted.
    size
        Exposure in which the control region is counted, over that of the search.
    size_error
        Relative error of it.
    control
        Whether the control region can stand in the likelihood of this detector.
    """

    counted: tuple[str, ...]
    over: tuple[str, ...] = ()
    target: str = SELECTED
    size: float = 1.0
    size_error: float = 0.0
    control: bool = True


METHODS: Final[Mapping[str, Method]] = {
    "fibre-tag": Method((FIBRE, PROBE_GAS), (PROBE_BOTH,)),
    "gas-tag": Method((GAS, PROBE_FIBRE), (PROBE_BOTH,)),
    "both-tags": Method((FIBRE, GAS), (BOTH,)),
    **{
        f"{name.replace(' ', '-')}-sideband": Method((name, TAGGED), (tagged(name),))
        for name in SIDEBANDS
    },
    "without-beam": Method(
        (WITHOUT_BEAM,), target=WITHOUT_BEAM, size=WITHOUT_BEAM_TIME, control=False
    ),
}
"""Methods that need nothing but the signal detectors."""

OTHER_DETECTOR: Final = "other-detector"
"""Name of the method that scales the count of a second detector."""


def other_detector(ratio: float, error: float) -> Method:
    """Selected candidates of a second detector, over the ratio of the backgrounds.

    Parameters
    ----------
    ratio, error
        Background there over that in the signal detector, and its relative error.
    """
    return Method((SELECTED,), size=ratio, size_error=error, control=False)


class Prediction(NamedTuple):
    """What a method predicts.

    Attributes
    ----------
    predicted
        Predicted background for the expected counts.
    error
        Standard error of it from the Poisson errors of counts, and from the size.
    true
        Background of the target.
    closure_error
        Standard error of ``predicted / true`` from the size of the simulated samples, relative.
    pulls
        (prediction - true) / estimated error in pseudo-experiments, shape (n,).
    means
        Expected counts by region.
    ratio_error
        Relative error of what the control region is multiplied by: counts of the other regions, the
        size, and the whole difference from the truth with its error.
    """

    predicted: float
    error: float
    true: float
    closure_error: float
    pulls: FloatArray
    means: Mapping[str, float]
    ratio_error: float

    @property
    def total_error(self) -> float:
        """Relative error of the prediction, the difference from the truth in it."""
        return float(np.hypot(self.ratio_error, next(iter(self.means.values())) ** -0.5))


class Predictions(NamedTuple):
    """All methods, and the one that enters the likelihood.

    Attributes
    ----------
    methods
        Predictions by name; methods whose regions do not exist or are empty are left out.
    chosen
        Name of the method whose control region enters the likelihood; None if there is none.
    control
        That region as a control.
    selected
        Background of the selection in the simulated candidates.
    """

    methods: Mapping[str, Prediction]
    chosen: str | None
    control: Control | None
    selected: float


def predictions(
    expected: Regions, background: float, others: Mapping[str, Method] | None = None
) -> Predictions:
    """Predict the background by all methods.

    Parameters
    ----------
    expected
        From `wayside.search.regions.regions`, of candidates that the cuts were not tuned on.
    background
        Background of the selection, from all sources: the control is scaled to it.
    others
        More methods, by name.
    """
    known = {**METHODS, **(others or {})}
    by_method: dict[str, Prediction] = {}
    for name, method in known.items():
        # A sequence of its own for each, so that one method more does not change the others.
        prediction = predicted(
            method, expected, np.random.default_rng((SEED, len(name), *name.encode()))
        )
        if prediction is not None:
            by_method[name] = prediction
    fit = {
        name: prediction
        for name, prediction in by_method.items()
        if known[name].control and prediction.true > 0.0
    }
    selected = expected.mean(SELECTED)
    signal = expected.signal[SELECTED]
    if not (fit and background > 0.0 and signal > 0.0):
        return Predictions(by_method, None, None, selected)
    chosen = min(fit, key=lambda name: fit[name].total_error)
    region = known[chosen].counted[0]
    control = Control(
        expected.mean(region) / background,
        expected.signal[region] / signal,
        fit[chosen].ratio_error,
    )
    return Predictions(by_method, chosen, control, selected)


def predicted(method: Method, expected: Regions, rng: np.random.Generator) -> Prediction | None:
    """What one method predicts, and its pulls.

    Parameters
    ----------
    method
        One of `METHODS`.
    expected
        Expected counts.
    rng
        Random numbers of the pseudo-experiments.

    Returns
    -------
    Prediction or None
        None if a region does not exist, or nothing is expected in one.
    """
    names = (*method.counted, *method.over)
    if not all(name in expected.background and expected.mean(name) > 0.0 for name in names):
        return None
    size = np.array([method.size, *np.ones(len(names) - 1)])
    sign = np.repeat([1, -1], [len(method.counted), len(method.over)])
    means = size * np.array([expected.mean(name) for name in names])
    true = expected.mean(method.target)
    value = float(np.prod(means**sign)) / method.size
    relative = np.sqrt((1.0 / means).sum() + method.size_error**2)
    closure_error = _closure_error(method, expected)
    bias = value / true - 1.0 if true > 0.0 else 0.0
    ratio = float(
        np.sqrt((1.0 / means[1:]).sum() + method.size_error**2 + bias**2 + closure_error**2)
    )
    pulls = _pulls(means, sign, method, true, rng)
    by_name = dict(zip(names, means.tolist(), strict=True))
    return Prediction(value, value * float(relative), true, closure_error, pulls, by_name, ratio)


def _closure_error(method: Method, expected: Regions) -> float:
    """Relative error of the predicted over the true background, from the simulated events.

    An event in several regions moves all of them: its contributions to the logarithm are added
    before they are squared.
    """
    if not expected.mean(method.target) > 0.0:
        return 0.0
    moved = -expected.background[method.target] / expected.mean(method.target)
    for names, sign in ((method.counted, 1.0), (method.over, -1.0)):
        for name in names:
            moved = moved + sign * expected.background[name] / expected.mean(name)
    return float(np.sqrt((moved**2).sum()))


_LARGEST: Final = 100.0
"""Largest logarithm of a factor."""


def _pulls(
    means: FloatArray, sign: FloatArray, method: Method, true: float, rng: np.random.Generator
) -> FloatArray:
    """Pulls; a region without counts has the error of one count."""
    counts = rng.poisson(means, (EXPERIMENTS, len(means))).astype(np.float64)
    least = np.maximum(counts, 1.0)
    up, down = sign > 0, sign < 0
    # The size that the experiment takes is not the true one.
    logs = method.size_error * rng.standard_normal(EXPERIMENTS)
    # An error of many orders of magnitude says nothing, and has no exponential.
    factor = np.exp(np.clip(logs, -_LARGEST, _LARGEST)) / method.size
    over = np.prod(least[:, down], axis=1)
    estimate = factor * np.prod(counts[:, up], axis=1) / over
    scale = factor * np.prod(least[:, up], axis=1) / over
    error = scale * np.sqrt((1.0 / least).sum(axis=1) + method.size_error**2)
    return np.asarray((estimate - true) / error)


def plain(predictions: Predictions) -> dict[str, Any]:
    """Values that JSON knows, by method."""
    return {
        name: {
            "predicted": prediction.predicted,
            "error": prediction.error,
            "true": prediction.true,
            "closure_error": prediction.closure_error * prediction.predicted,
            "pull_mean": float(prediction.pulls.mean()),
            "pull_width": float(prediction.pulls.std(ddof=1)),
            "covers": prediction.true / predictions.selected if predictions.selected else None,
            "expected_counts": dict(prediction.means),
            "enters_likelihood": name == predictions.chosen,
        }
        for name, prediction in predictions.methods.items()
    }


def from_samples(
    scenario: Scenario, around: Environment, samples: Samples, cuts: Cuts, counted: Budget
) -> Predictions:
    """Predict the background of a selection on the half that it was not tuned on.

    Parameters
    ----------
    scenario, around
        The scenario, and what `wayside.search.environment.environment` made of it.
    samples
        Candidates and decays.
    cuts
        Thresholds and vetoes of the selection.
    counted
        Sources at all detectors with this selection.
    """
    second = control_detector(scenario)
    others = {}
    if second is not None and len(scenario.signal) == 1:
        ratio = counted.ratio(second, scenario.signal[0], SELECTED)
        if ratio is not None:
            others[OTHER_DETECTOR] = other_detector(*ratio)
    background = counted.total(scenario.signal, SELECTED).value
    return predictions(regions(around, samples, cuts, "untouched"), background, others)
