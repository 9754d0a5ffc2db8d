"""Limits: statistics of a count, and existing searches recast.

A margin is ``log(epsilon / epsilon_limit)`` or its like: positive where excluded, zero on the edge.
"""

from wayside.limits.babar import (
    InvisibleLikelihood,
    invisible_curve,
    invisible_margin,
    invisible_margin_printed,
    visible_curve,
    visible_margin,
    visible_margin_printed,
)
from wayside.limits.curve import LimitCurve
from wayside.limits.displaced import displaced_margin
from wayside.limits.lep import lep_curve, lep_margin
from wayside.limits.statistics import discovery_signal, expected_upper_limit, upper_limit

__all__ = [
    "InvisibleLikelihood",
    "LimitCurve",
    "discovery_signal",
    "displaced_margin",
    "expected_upper_limit",
    "invisible_curve",
    "invisible_margin",
    "invisible_margin_printed",
    "lep_curve",
    "lep_margin",
    "upper_limit",
    "visible_curve",
    "visible_margin",
    "visible_margin_printed",
]
