"""The decay probability of a quadrature rule, node by node, without any table."""

import numpy as np

from wayside.acceptance.rule import Rule


def direct_probability(rule: Rule, ctau: float) -> float:
    """Probability per produced excited state to decay inside, at a proper decay length in m."""
    nodes = rule.nodes()
    flight = np.exp(nodes.log_flight)
    near = rule.sky.near[nodes.direction] / flight
    inside = (rule.sky.far - rule.sky.near)[nodes.direction] / flight
    return float(-np.sum(nodes.weight * np.exp(-near / ctau) * np.expm1(-inside / ctau)))
