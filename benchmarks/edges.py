"""What mass points next to kinematic edges cost, and whether they are as exact as they say.

``PYTHONPATH=tests python -m benchmarks.edges [--points N] [--exact]``, single-threaded: the rule of
the slowest over that of the median, in processor time and in nodes of all orders tried; with
``--exact`` also how many are further than stated from a rule of 2e-6.
"""

import argparse
import time
import warnings

import numpy as np
from reference.edge_points import EdgePoint, edge_points

from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.rule import Rule


def _off(rule: Rule, exact: Rule) -> float:
    if not exact.hit_probability:
        return 0.0
    return max(
        abs(rule.hit_probability / exact.hit_probability - 1.0),
        abs(rule.hit_path / exact.hit_path - 1.0),
    )


def _seconds(point: EdgePoint, repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        converged_rule(point.flight, point.box)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    points = edge_points(options.points, options.seed)
    _seconds(points[0])
    seconds = np.array([_seconds(point) for point in points])
    order = np.argsort(seconds)
    print(f"slowest over median: {seconds.max() / np.median(seconds):.1f}")
    print(f"above 5 times the median: {np.mean(seconds > 5.0 * np.median(seconds)):.1%}")
    worst = points[order[-1]]
    rule, _ = converged_rule(worst.flight, worst.box)
    size = 24 * len(rule) / 1e6
    print(f"slowest: {worst.model}, {len(rule):,} nodes, {size:.0f} MB")
    if not options.exact:
        return
    beyond = missed = 0
    for point in points:
        rule, bound = converged_rule(point.flight, point.box)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact, _ = converged_rule(point.flight, point.box, 2e-6)
        off = _off(rule, exact)
        beyond += off > bound
        missed += bound > 1e-4
    print(f"further off than stated: {beyond} of {len(points)}; miss 1e-4: {missed}")


if __name__ == "__main__":
    main()
