"""A design whose efficiency was simulated: beside that of the law, and what the objective becomes.

The simulation is of one choice of couplings, where the objective is reached. What it changes is
taken to be the same over the plane: yields are multiplied with the ratio of both efficiencies.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.designing.assumptions import level
from wayside.designing.evaluation import Evaluator, Trial
from wayside.designing.measures import Signal
from wayside.designing.simulated_fakes import Expected, SimulatedFakes, corrected
from wayside.errors import InputError
from wayside.scenario import Scenario
from wayside.selections.names import columns, counted_as
from wayside.sensitivity.background import expected_background
from wayside.sensitivity.efficiency import detection_report
from wayside.sensitivity.key_plane import Point, point_of
from wayside.sensitivity.mass_point import MassPoint
from wayside.typing import FloatArray

DECAYS: Final = 2000
"""Decays that are simulated in each detector unless another number is given."""


@dataclass(frozen=True)
class SimulationSettings:
    """Which designs are simulated, and how many decays.

    Parameters
    ----------
    decays
        Decays in each detector.
    front
        Whether all designs of the front are simulated besides the recommended one.
    particles
        Background particles of each kind in each detector; 0 for none.

    Raises
    ------
    InputError
        If there is no decay to simulate, or the number of particles is negative.
    """

    decays: int = DECAYS
    front: bool = False
    particles: int = 0

    def __post_init__(self) -> None:
        """Refuse what is no number of decays or particles."""
        if self.decays < 1:
            raise InputError(f"decays = {self.decays}: must be at least 1")
        if self.particles < 0:
            raise InputError(f"particles = {self.particles}: must not be negative")


class Efficiency(NamedTuple):
    """Fraction of the decays in a detector that are detected.

    Attributes
    ----------
    value, error
        The fraction, and its standard error.
    """

    value: float
    error: float


class SimulatedDetector(NamedTuple):
    """Efficiencies of a detector by stage of the selection: directly simulated ones and the law's.

    Attributes
    ----------
    name
        Of the detector.
    decays
        Decays that were generated.
    followed
        Those of them that were followed through the detector: the ones that may be reconstructed,
        and a tenth of the others.
    expected
        Visible decays that are expected in it.
    direct, law
        By the names of `wayside.selections.names.columns`.
    """

    name: str
    decays: int
    followed: int
    expected: float
    direct: Mapping[str, Efficiency]
    law: Mapping[str, Efficiency]

    def plain(self) -> dict[str, Any]:
        """Plain values."""
        return {
            **self._asdict(),
            "direct": {stage: one._asdict() for stage, one in self.direct.items()},
            "law": {stage: one._asdict() for stage, one in self.law.items()},
        }


class SimulatedDesign(NamedTuple):
    """What a design is worth with the efficiency that was simulated for it.

    Attributes
    ----------
    values
        By key that was chosen.
    couplings
        For which decays were simulated.
    selection
        Stage that the objective counts.
    detectors
        Efficiencies of each signal detector.
    law_value
        The objective by the law.
    value
        The objective with the direct efficiency, and with the background below if there is one; nan
        where nothing is excluded.
    low, high
        The same with an efficiency that is one standard error lower, and higher.
    fakes
        Timed fakes of each kind in each detector, if background was simulated.
    law_background, background
        Expected background by the laws, and with the simulated fakes; None where none were.
    """

    values: Mapping[str, float]
    couplings: Mapping[str, float]
    selection: str
    detectors: Sequence[SimulatedDetector]
    law_value: float
    value: float
    low: float
    high: float
    fakes: Sequence[SimulatedFakes] = ()
    law_background: Expected | None = None
    background: Expected | None = None

    @property
    def ratio(self) -> Efficiency:
        """Direct efficiency over that of the law, of all detectors by their decays."""
        return ratio(self.detectors, self.selection)

    def plain(self) -> dict[str, Any]:
        """Plain values, None for nan."""
        numbers = {
            name: None if math.isnan(value) else value
            for name, value in (
                ("law_value", self.law_value),
                ("value", self.value),
                ("value_low_efficiency", self.low),
                ("value_high_efficiency", self.high),
            )
        }
        return {
            "values": dict(self.values),
            "couplings": dict(self.couplings),
            "selection": self.selection,
            "detectors": [one.plain() for one in self.detectors],
            "ratio": self.ratio._asdict(),
            **numbers,
            "fakes": [one.plain() for one in self.fakes],
            "law_background": None
            if self.law_background is None
            else self.law_background._asdict(),
            "background": None if self.background is None else self.background._asdict(),
        }


def ratio(detectors: Sequence[SimulatedDetector], stage: str) -> Efficiency:
    """Direct efficiency of detectors together over that of the law, and its error over the latter.

    Parameters
    ----------
    detectors
        At least one; decays are weighted with what is expected in each.
    stage
        Stage of the selection.

    Returns
    -------
    Efficiency
        nan where the law has no efficiency.

    Examples
    --------
    >>> made = SimulatedDetector(
    ...     "A", 100, 30, 5.0, {"timed": Efficiency(0.12, 0.03)}, {"timed": Efficiency(0.1, 0.0)}
    ... )
    >>> [round(part, 2) for part in ratio([made], "timed")]
    [1.2, 0.3]
    """
    by_law = math.fsum(one.expected * one.law[stage].value for one in detectors)
    if not by_law > 0.0:
        return Efficiency(math.nan, math.nan)
    direct = math.fsum(one.expected * one.direct[stage].value for one in detectors)
    variance = math.fsum((one.expected * one.direct[stage].error) ** 2 for one in detectors)
    return Efficiency(direct / by_law, math.sqrt(variance) / by_law)


@dataclass(frozen=True, eq=False)
class ScaledSignal(Signal):
    """Expected events times a factor.

    Parameters
    ----------
    scale
        The factor.
    """

    scale: float = 1.0

    def events(self, couplings: Mapping[str, FloatArray]) -> FloatArray:
        """Expected events at couplings by name, shape of these."""
        return self.scale * super().events(couplings)


def at_couplings(evaluator: Evaluator, trial: Trial) -> Scenario:
    """Scenario of a design at the couplings where its objective is reached.

    Parameters
    ----------
    evaluator
        That of the plan.
    trial
        The design.
    """
    made = evaluator.scenario(trial.values)
    own = made.model.couplings
    return made.with_values(
        {f"model.{name}": value for name, value in trial.couplings.items() if value != own[name]}
    )


def law(scenario: Scenario, detector: str) -> dict[str, Efficiency]:
    """Efficiency of a detector by its law, by stage up to the scenario's own selection.

    Parameters
    ----------
    scenario
        Its ``run.efficiency`` is ``"simulated"``; at its couplings.
    detector
        Name of one of its detectors.
    """
    by_stage = {}
    for stage in columns(scenario.selection):
        own = stage == counted_as(scenario.selection)
        staged = scenario if own else scenario.with_values({"run.selection": stage})
        by_stage[stage] = _detected(point_of(staged), detector, scenario.model.couplings)
    return by_stage


def _detected(point: Point, name: str, couplings: Mapping[str, float]) -> Efficiency:
    if isinstance(point, MassPoint):
        report = detection_report(point, name, couplings["epsilon"], couplings["g_d"])
        return Efficiency(report["efficiency"], report["efficiency_error"])
    at = {key: np.array(float(value)) for key, value in couplings.items()}
    return Efficiency(float(point.detected_fraction(name, at)), point.detected_error(name, at))


def simulated_design(
    evaluator: Evaluator,
    trial: Trial,
    detectors: Sequence[SimulatedDetector],
    fakes: Sequence[SimulatedFakes] = (),
) -> SimulatedDesign:
    """What a design is worth with efficiencies, and perhaps fakes, that were simulated.

    Parameters
    ----------
    evaluator
        That of the plan.
    trial
        The design.
    detectors
        Efficiencies of all of its signal detectors.
    fakes
        Timed fakes of each kind in each of them; none for the background of the laws.
    """
    made = evaluator.scenario(trial.values)
    stage = counted_as(made.selection)
    known, error = ratio(detectors, stage)
    settings, point = evaluator.settings, point_of(made)
    n_limit, by_laws, background = trial.n_limit, None, None
    if fakes:
        by_law = expected_background(made)
        by_laws = Expected(by_law.value, by_law.error)
        background = corrected(made, by_law, fakes)
        with_fakes = replace(by_law, value=background.value, error=background.error)
        n_limit = level(with_fakes, settings.background, settings.statistic)

    def value(scale: float) -> float:
        if not scale > 0.0:
            return math.nan
        return settings.measure.value(ScaledSignal(made, point, scale), n_limit).value

    return SimulatedDesign(
        dict(trial.values),
        dict(trial.couplings),
        stage,
        tuple(detectors),
        trial.value,
        value(known),
        value(known - error),
        value(known + error),
        tuple(fakes),
        by_laws,
        background,
    )
