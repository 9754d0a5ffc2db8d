"""Acceptance of a volume for the particles of one process, whatever describes their flight.

A flight is a density, integrated by `wayside.acceptance.estimate`; other descriptions register a
function of their own with `part_acceptance`.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.estimate import (
    ACCURACY,
    converged_rule,
    converged_rule_of_sum,
    decay_curve,
    decay_curve_of_sum,
)
from wayside.acceptance.rule import merged
from wayside.acceptance.samples import sampled_acceptance
from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.production.cascade_flight import CascadeFlight
from wayside.production.cascade_sum import SummedCascades, by_speed, is_within_cone
from wayside.production.from_file import SampledFlight
from wayside.production.particle_process import FlightPart
from wayside.typing import FloatArray


class Acceptance(Protocol):
    """Probabilities for one volume, as functions of the lifetime alone."""

    @property
    def hit_probability(self) -> float:
        """Probability per produced particle to cross the volume if it lives on."""
        ...

    @property
    def hit_error(self) -> float:
        """Error of it: a numerical bound, or a standard error of samples."""
        ...

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside; ``ctau`` in m, any shape."""
        ...

    def error(self, ctau: FloatArray) -> FloatArray:
        """Absolute error of `probability`, of the same shape."""
        ...


class CurveAcceptance(NamedTuple):
    """Acceptance by quadrature over a density."""

    curve: DecayCurve
    relative_error: float

    @property
    def hit_probability(self) -> float:
        """Probability per produced particle to cross the volume if it lives on."""
        return self.curve.hit_probability

    @property
    def hit_error(self) -> float:
        """Bound on the numerical error of it."""
        return self.relative_error * self.curve.hit_probability

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside."""
        return self.curve.probability(ctau)

    def error(self, ctau: FloatArray) -> FloatArray:
        """Bound on the numerical error of it."""
        return self.relative_error * self.curve.probability(ctau)


class CombinedAcceptance(NamedTuple):
    """Acceptance of particles that fly in several ways."""

    fractions: tuple[float, ...]
    acceptances: tuple[Acceptance, ...]

    @property
    def hit_probability(self) -> float:
        """Probability per produced particle to cross the volume if it lives on."""
        return sum(
            fraction * part.hit_probability
            for fraction, part in zip(self.fractions, self.acceptances, strict=True)
        )

    @property
    def hit_error(self) -> float:
        """Sum of the errors: bounds do not cancel."""
        return sum(
            fraction * part.hit_error
            for fraction, part in zip(self.fractions, self.acceptances, strict=True)
        )

    def probability(self, ctau: FloatArray) -> FloatArray:
        """Probability per produced particle to decay inside."""
        return self._sum([part.probability(ctau) for part in self.acceptances])

    def error(self, ctau: FloatArray) -> FloatArray:
        """Sum of the errors."""
        return self._sum([part.error(ctau) for part in self.acceptances])

    def _sum(self, values: Sequence[FloatArray]) -> FloatArray:
        pairs = zip(self.fractions, values, strict=True)
        return np.asarray(sum(fraction * value for fraction, value in pairs))


@singledispatch
def part_acceptance(flight: Any, volume: Volume, rtol: float) -> Acceptance:
    """Acceptance of a volume for one flight.

    Parameters
    ----------
    flight
        A density (`wayside.production.flight.Flight`), or of a class with a function of its own.
    volume
        The detector.
    rtol
        Relative accuracy of integrals over a density.
    """
    return CurveAcceptance(*decay_curve(flight, volume, rtol))


@singledispatch
def divided_flight(flight: Any) -> tuple[Any, Any]:
    """Part of a flight that is integrated together with others as one sum, and the rest of it.

    None for none; all is the rest unless its class is registered.
    """
    return None, flight


divided_flight.register(CascadeFlight, by_speed)


@part_acceptance.register(SampledFlight)
def _of_samples(flight: SampledFlight, volume: Volume, _rtol: float) -> Acceptance:
    return sampled_acceptance(flight, volume)


def acceptance(parts: Sequence[FlightPart], volume: Volume, rtol: float = ACCURACY) -> Acceptance:
    """Acceptance of a volume for all particles of a process.

    Parameters
    ----------
    parts
        Of `wayside.production.particle_process.ParticleProcess`.
    volume, rtol
        As for `part_acceptance`.
    """
    return prepared_acceptance(prepared(parts), volume, rtol)


class Prepared(NamedTuple):
    """Particles of a process, for the acceptances of several detectors."""

    alone: tuple[FlightPart, ...]
    """Those that are integrated one by one."""
    summed: SummedCascades | None
    """The others together, None for none."""
    fraction: float
    """Of particles, that of the others."""
    slow: tuple[FlightPart, ...]
    """Few of the others, which are slower than all of the sum."""


def prepared(parts: Sequence[FlightPart]) -> Prepared:
    """Part the particles of a process into those that are integrated together and the rest.

    Parameters
    ----------
    parts
        As for `acceptance`.
    """
    alone: list[FlightPart] = []
    together: list[FlightPart] = []
    slow: list[FlightPart] = []
    for part in parts:
        fast, rest = divided_flight(part.flight)
        if fast is None:
            alone.append(part)
            continue
        together.append(part._replace(flight=fast))
        if rest is not None:
            slow.append(part._replace(flight=rest))
    if len(together) < 2:
        return Prepared(tuple(parts), None, 0.0, ())
    return Prepared(tuple(alone), *_summed(together), tuple(slow))


def _summed(parts: Sequence[FlightPart]) -> tuple[SummedCascades, float]:
    """Flights of parts together, and the fraction that they are."""
    total = sum(part.fraction for part in parts)
    fractions = [part.fraction / total for part in parts]
    return SummedCascades(fractions, [part.flight for part in parts]), total


def prepared_acceptance(parts: Prepared, volume: Volume, rtol: float = ACCURACY) -> Acceptance:
    """`acceptance` of particles that were prepared.

    Parameters
    ----------
    parts
        From `prepared`.
    volume, rtol
        As for `part_acceptance`.
    """
    made = [part_acceptance(part.flight, volume, rtol) for part in parts.alone]
    fractions = [part.fraction for part in parts.alone]
    if parts.summed is not None:
        fast = CurveAcceptance(*decay_curve_of_sum(parts.summed, volume, rtol))
        made.append(fast)
        fractions.append(parts.fraction)
        if parts.slow:
            made.append(_slow_acceptance(parts, volume, rtol, fast.curve))
            fractions.append(1.0)
    elif len(made) == 1:
        return made[0]
    return CombinedAcceptance(tuple(fractions), tuple(made))


_ROUGH: Final = 1e-3
"""Relative accuracy that slow particles are tried with."""

_OF_ERROR: Final = 0.3
"""Fraction of the allowed error that they may have."""


def _slow_acceptance(
    parts: Prepared, volume: Volume, rtol: float, fast: DecayCurve
) -> CurveAcceptance:
    """Acceptance of the slow particles of all decays, as well known as the others' asks for.

    In a direction each is slower than those of the sum, so that their share of the decays is the
    largest for a stable particle.
    """
    smooth: list[FlightPart] = []
    if isinstance(volume, Box):
        corners = volume.corner_directions
        smooth = [part for part in parts.slow if is_within_cone(part.flight, corners)]
    summed, total = _summed(smooth)
    accuracy = max(_ROUGH, rtol)
    while True:
        made = [
            (part.fraction, *converged_rule(part.flight, volume, accuracy))
            for part in parts.slow
            if not any(part is other for other in smooth)
        ]
        if smooth:
            made.append((total, *converged_rule_of_sum(summed, volume, accuracy)))
        curve = DecayCurve(merged([(fraction, rule) for fraction, rule, _ in made]))
        error = max(error for *_, error in made)
        if curve.empty or accuracy == rtol:
            break
        enough = rtol
        if not fast.empty:
            hits = curve.hit_probability / (parts.fraction * fast.hit_probability)
            share = hits * max(1.0, curve.mean_path / fast.mean_path)
            enough = _OF_ERROR * rtol / share
            if error <= enough:
                break
        # Halved at least, so that a few tries come to an end.
        accuracy = max(rtol, min(enough, 0.5 * accuracy))
    return CurveAcceptance(curve, error)
