"""Acceptances with an error estimate: rules of growing order until two of them agree."""

import warnings
from typing import NamedTuple

import numpy as np

from wayside.acceptance.decay import DecayCurve
from wayside.acceptance.flight import Flight
from wayside.acceptance.rule import Level, Rule, build_rule
from wayside.detector.box import Box
from wayside.errors import AccuracyWarning

LEVELS = (
    Level(6, 3, 8),
    Level(8, 4, 11),
    Level(12, 5, 14),
    Level(18, 7, 18),
    Level(28, 10, 26),
    Level(44, 14, 36),
    Level(72, 18, 50),
    Level(120, 24, 64),
)
"""Ladder of node numbers; convergence is geometric, so the step up bounds the error."""


class Estimate(NamedTuple):
    """A number and the bound on its numerical error."""

    value: float
    error: float

    @property
    def relative_error(self) -> float:
        """Error over value; 0 where both vanish."""
        return self.error / abs(self.value) if self.value else 0.0


def _converged_rule(flight: Flight, box: Box, rtol: float, *, face: bool) -> tuple[Rule, float]:
    """First rule that agrees with its predecessor, and their relative difference."""
    # Loose demands start at the bottom of the ladder, tight ones skip rungs that cannot pass.
    first = 0 if rtol > 3e-4 else 1 if rtol > 3e-6 else 2
    previous: tuple[float, ...] = ()
    error = np.inf
    rule = None
    for level in LEVELS[first:]:
        rule = build_rule(flight, box, level, face=face)
        sums = _checks(rule)
        if previous:
            error = max(
                abs(now - before) / abs(now) if now else float(before != 0.0)
                for now, before in zip(sums, previous, strict=True)
            )
            if error <= rtol:
                break
        previous = sums
    assert rule is not None
    if error > rtol:
        warnings.warn(
            f"acceptance known to {error:.1e} instead of the {rtol:.1e} asked for",
            AccuracyWarning,
            stacklevel=3,
        )
    return rule, float(error)


def _checks(rule: Rule) -> tuple[float, float]:
    """Functionals that must agree: the hits, and the hits weighted by their path inside."""
    path = np.repeat(rule.sky.far - rule.sky.near, np.diff(rule.offsets))
    return rule.hit_probability, float(rule.weight @ path)


def face_acceptance(flight: Flight, box: Box, rtol: float = 1e-4) -> Estimate:
    """Chance per produced excited state to cross the front face of a box.

    Parameters
    ----------
    flight
        Mass point at a collider, from `wayside.acceptance.flight`.
    box
        The detector.
    rtol
        Relative accuracy; a warning says when it is not reached.

    Returns
    -------
    Estimate
        Value and error bound, the difference between the last two orders of the quadrature.

    Notes
    -----
    The acceptance A of Eq. 20 of the study, without its sampling; derived in docs/theory.
    """
    rule, error = _converged_rule(flight, box, rtol, face=True)
    value = rule.hit_probability
    return Estimate(value, error * value)


def decay_curve(flight: Flight, box: Box, rtol: float = 1e-4) -> tuple[DecayCurve, float]:
    """Decay probability inside a box against the lifetime, and its relative error bound.

    Parameters as in `face_acceptance`. The bound is that of the hits and of their paths.
    """
    rule, error = _converged_rule(flight, box, rtol, face=False)
    return DecayCurve(rule), error
