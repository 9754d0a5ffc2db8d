"""The background a limit has to take into account, and how far none is a good approximation."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from wayside.backgrounds.budget import Budget, budget
from wayside.backgrounds.fake_counts import other_settings, signal_vetoes, signal_words
from wayside.backgrounds.pile_up import NOTABLE, pile_up
from wayside.backgrounds.setup import DetectorSetup
from wayside.limits import uncertain
from wayside.limits.control import Control
from wayside.limits.histfactory import workspace
from wayside.scenario import Scenario
from wayside.selections.names import SELECTED, counted_as

LOSS = 0.1
"""Zero background holds while the mean of the limits is at most this fraction above that without
background."""

ASSUMED_NONE = (
    "no background is assumed (run.background = 0): `wayside background` counts what there is,"
    ' run.background = "simulated" uses it'
)
"""Said of a result for which no background was counted."""


@dataclass(frozen=True)
class Background:
    """Expected background in the signal detectors together, over the scenario's luminosity.

    Made by `expected_background`.
    """

    value: float
    """Expected events."""
    error: float
    """Standard error of them."""
    kind: Literal["number", "simulated"]
    """Whether it was given or computed."""
    confidence_level: float
    luminosity_fb: float
    flags: tuple[str, ...] = ()
    signal_vetoes: dict[str, Any] | None = None
    """What the signal's efficiency leaves out of the vetoes that the fakes went through."""

    @property
    def is_simulated(self) -> bool:
        """Whether it is the sum of all sources, and no number that the scenario gives."""
        return self.kind == "simulated"

    @property
    def assumed_none(self) -> bool:
        """Whether there is none because the scenario says so, and nothing was counted."""
        return not (self.is_simulated or self.value or self.error)

    @property
    def relative_error(self) -> float:
        """Error over value; 0 without background."""
        return self.error / self.value if self.value else 0.0

    def words(self, sign: str = "+-") -> str:
        """Value, and error if there is one, with a sign between."""
        return _digits(self.value) + (f" {sign} {_digits(self.error)}" if self.error else "")

    @cached_property
    def n_limit(self) -> float:
        """Signal events excluded where the median of the counts without signal is counted."""
        return self.limit_at(self.luminosity_fb)

    @property
    def n_limit_with_more(self) -> float:
        """The same if the background is one standard error above what is expected."""
        return expected_limit(self.value + self.error, self.error, self.confidence_level)

    @cached_property
    def n_discovery(self) -> float:
        """Signal events of a five-sigma discovery, half of the time."""
        return uncertain.discovery_signal(self.value, self.error)

    def limit_at(self, luminosity_fb: float) -> float:
        """Signal events excluded at another luminosity, with background in proportion to it."""
        factor = luminosity_fb / self.luminosity_fb
        return expected_limit(factor * self.value, factor * self.error, self.confidence_level)

    def zero_until(self, *, more: float = 0.0) -> float:
        """Luminosity in fb^-1 up to which zero background holds (`LOSS`).

        Exposure grows with luminosity, and every source with both. The background may be taken
        ``more`` standard errors higher. Without background inf; nan where no source is counted.
        """
        value = self.value + more * self.error
        if value == 0.0:
            return math.nan if self.is_simulated and not self.error else math.inf
        most = uncertain.negligible_background(self.error / value, self.confidence_level, loss=LOSS)
        return self.luminosity_fb * most / value

    def workspace(self, control: Control | None = None) -> dict[str, Any]:
        """The counting experiment for pyhf, with the expected counts without signal."""
        return workspace(self.value, self.error, control)

    def summary(self) -> dict[str, Any]:
        """Plain values; None for a luminosity without end, and for one that is not known."""
        return {
            "expected": self.value,
            "error": self.error,
            "from": self.kind,
            "signal_vetoes": self.signal_vetoes,
            "n_limit": self.n_limit,
            "n_limit_one_error_more": self.n_limit_with_more,
            "zero_background_until_fb": _finite(self.zero_until()),
            "zero_background_until_fb_one_error_more": _finite(self.zero_until(more=1.0)),
        }


def _digits(value: float) -> str:
    """Three digits, without an exponent up to a million."""
    return f"{float(f'{value:.3g}'):g}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def expected_limit(
    background: float, error: float, cl: float, statistic: uncertain.Statistic = "median"
) -> float:
    """Signal events excluded by the median count without signal: what contours are drawn for.

    Another ``statistic`` is one of `wayside.limits.uncertain.expected_upper_limit`.
    """
    return float(uncertain.expected_upper_limit(background, error, cl, statistic=statistic))


def expected_background(scenario: Scenario, sources: Budget | None = None) -> Background:
    """Background that a scenario asks for: its own number, or the sum of all sources.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    sources
        `wayside.backgrounds.budget.budget` of the scenario, if it is known already.
    """
    run = scenario.run
    if run.simulates_background:
        return simulated_background(scenario, sources)
    given = Background(
        float(run.background),
        run.background_error,
        "number",
        run.confidence_level,
        run.luminosity_fb,
    )
    return replace(given, flags=(ASSUMED_NONE,)) if given.assumed_none else given


def simulated_background(
    scenario: Scenario, sources: Budget | None = None, selection: str | None = None
) -> Background:
    """Sum of all sources in the signal detectors, whatever ``run.background`` says.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    sources
        `wayside.backgrounds.budget.budget` of the scenario, if it is known already.
    selection
        Name of the selection after which events are counted, as in the budget; that of the scenario
        if None.
    """
    run = scenario.run
    name = selection or counted_as(scenario.selection)
    counted = budget(scenario) if sources is None else sources
    total = counted.total(scenario.signal, name)
    flags = []
    changed_settings = other_settings(scenario)
    if changed_settings:
        flags.append(f"fakes were simulated with other values in {', '.join(changed_settings)}")
    flags += [
        line
        for detector_name in scenario.signal
        for line in DetectorSetup(scenario, detector_name).remarks
    ]
    flags += counted.outside(scenario.signal)
    if name != SELECTED:
        flags += signal_words(scenario)
    elif not run.simulates_efficiency:
        flags.append(
            "cuts of the selection are made on the background, not on the signal"
            ' (run.efficiency = "unity")'
        )
    for detector in scenario.signal:
        hits = pile_up(DetectorSetup(scenario, detector))
        if hits is not None and hits.signal_kept < 1.0 - NOTABLE:
            flags.append(f"{detector}: {hits.words()}")
    missing = counted.not_counted(scenario.signal)
    if missing:
        flags.append(f"background not counted: {', '.join(missing)}")
    if total.error > total.value > 0.0:
        poorest = max(
            (source for source in counted.together(scenario.signal) if source.vertices is not None),
            key=lambda source: source.vertices[name].error,  # type: ignore[index]
        )
        flags.append(f"background less well known than it is large, most of all {poorest.title}")
    if total.value == 0.0 and total.error > 0.0:
        flags.append(f"background is 0 +- {total.error:.2g}: the limit takes it to be 0")
    return Background(
        float(total.value),
        total.error,
        "simulated",
        run.confidence_level,
        run.luminosity_fb,
        tuple(flags),
        signal_vetoes(scenario),
    )


def control_detector(scenario: Scenario) -> str | None:
    """The detector that can tell the background: the first one that is not to see the signal."""
    return next((name for name in scenario.detectors if name not in scenario.signal), None)


def control_of(scenario: Scenario, sources: Budget, signal_ratio: float) -> Control | None:
    """How the control detector compares with the signal detector.

    Parameters
    ----------
    scenario, sources
        Scenario and its budget.
    signal_ratio
        Expected signal in the control detector over that in the signal detector.

    Returns
    -------
    Control or None
        None without a control detector, with more than one signal detector, or where one of the
        two has no background.
    """
    control = control_detector(scenario)
    if control is None or len(scenario.signal) > 1:
        return None
    ratio = sources.ratio(control, scenario.signal[0], counted_as(scenario.selection))
    return None if ratio is None else Control(ratio[0], signal_ratio, ratio[1])
