"""Acceptances of one detector for one production process."""

from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.detected import flight_rule
from wayside.acceptance.estimate import (
    Estimate,
    converged_rule,
    decay_curve,
    face_acceptance,
)
from wayside.acceptance.response import ExcitedDecays
from wayside.acceptance.rule import Rule
from wayside.acceptance.timing import timing_rule
from wayside.detector.volume import Volume
from wayside.production.process import Process
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.acceptance.radiated import PhotonRatio

TIMES_TIMING = 4
"""Points of the quadrature over photons for arrival times, over those for yields."""

LEAST_RTOL = 1e-4
"""Accuracy of the rule that points of the quadrature over photons are taken from."""


class Acceptances:
    """Each is computed when it is first asked for, and kept: couplings come for free afterwards.

    Parameters
    ----------
    process
        Production process at one mass point.
    volume
        The detector.
    rtol
        Relative accuracy.
    """

    def __init__(self, process: Process, volume: Volume, rtol: float) -> None:
        self.process = process
        self.volume = volume
        self.rtol = rtol
        self._ratios: dict[int | None, PhotonRatio] = {}

    @cached_property
    def face(self) -> Estimate:
        """Probability per excited state to cross the front face."""
        return face_acceptance(self.process.flight, self.volume, self.rtol)

    @cached_property
    def curve(self) -> tuple[DecayCurve, float]:
        """Decay curve with one photon, and its relative error bound."""
        return decay_curve(self.process.flight, self.volume, self.rtol)

    @cached_property
    def timing(self) -> Rule:
        """Nodes that resolve arrival times, with all photons where these count: up to 150 MB."""
        if self.process.radiates:
            return self._nodes(TIMES_TIMING * self.photon_ratio().points)
        return timing_rule(self.process.flight, self.volume)

    @property
    def hits_ratio(self) -> float:
        """Probability to cross the detector with all photons over that with one; 1 for one."""
        return self.photon_ratio().hits if self.process.radiates else 1.0

    @property
    def flights(self) -> Rule | None:
        """Nodes with all photons, None where one counts."""
        return self._nodes(None) if self.process.radiates else None

    @cached_property
    def detected_rule(self) -> Rule:
        """Nodes that averages of efficiencies take, with all photons where these count."""
        flights = self.flights
        return flight_rule(self.process.flight, self.volume) if flights is None else flights

    @cached_property
    def detected_curve(self) -> DecayCurve:
        """Decay curve at the nodes of `detected_rule`, the same for all selections."""
        return DecayCurve(self.detected_rule)

    @cached_property
    def decaying(self) -> ExcitedDecays:
        """Decays of the excited state, the same for all selections."""
        return ExcitedDecays.of(self.process.model)

    def photon_ratio(self, points: int | None = None) -> "PhotonRatio":
        """Probabilities to decay in the detector with all photons over those with one.

        Parameters
        ----------
        points
            Number of points of the quadrature over photons, None for as many as yields take.
        """
        if points not in self._ratios:
            ratio = self._made_ratio(points)
            # A plane keeps hundreds of ratios.
            ratio.make_again(partial(self._made_ratio, points))
            self._ratios[points] = ratio
        return self._ratios[points]

    def _made_ratio(self, points: int | None) -> "PhotonRatio":
        from wayside.acceptance.radiated import photon_ratio

        rule, _ = converged_rule(self.process.flight, self.volume, max(self.rtol, LEAST_RTOL))
        return photon_ratio(self.process, self.volume, rule, points)

    def _nodes(self, points: int | None) -> Rule:
        """Nodes with all photons, made anew."""
        rule = self._made_ratio(points).rule
        assert rule is not None
        return rule

    def decay_probability(self, ctau: ArrayLike) -> FloatArray:
        """Probability per excited state to decay in the detector, with the photons that count.

        Parameters
        ----------
        ctau
            Proper decay length in m, any shape.
        """
        curve = self.curve[0]
        if not self.process.radiates or curve.empty:
            return np.asarray(curve.probability(ctau))
        # In logarithms: where hardly anything survives the spread of the beams is a large factor.
        logs = curve.log_probability(ctau) + self.photon_ratio().log(ctau)
        return np.asarray(np.exp(np.minimum(logs, 0.0)))
