"""When long-lived particles arrive at a detector, as plain values."""

import math
from typing import Any

from wayside.acceptance.rule import Rule
from wayside.acceptance.timing import arrivals_and_quantiles


def no_arrivals() -> dict[str, Any]:
    """The keys of `arrival_report` where nothing arrives, all None."""
    return dict.fromkeys(("arrival_ns", "delay_ns", "arrival_histogram"))


def arrival_report(rule: Rule, ctau: float) -> dict[str, Any]:
    """When light arrives, when particles that decay inside do, and the distribution.

    Parameters
    ----------
    rule
        Nodes over a detector, from `wayside.acceptance.timing.timing_rule`.
    ctau
        Proper decay length in m, inf for a stable particle.
    """
    report = no_arrivals()
    arrivals, times = arrivals_and_quantiles(rule, ctau, (0.05, 0.5, 0.95))
    if math.isfinite(ctau):
        names = ("percentile_5", "median", "percentile_95")
        report["arrival_ns"] = {
            "light": arrivals.prompt,
            **dict(zip(names, times.tolist(), strict=True)),
        }
        report["delay_ns"] = dict(zip(names, (times - arrivals.prompt).tolist(), strict=True))
    report["arrival_histogram"] = {
        "edges_ns": arrivals.edges.tolist(),
        "delay_edges_ns": arrivals.delay_edges.tolist(),
        "decay_probability": arrivals.probability.tolist(),
        "crossing_probability": arrivals.crossing.tolist(),
    }
    return report
