"""What mass points next to kinematic edges cost, and whether they are as exact as they say.

``PYTHONPATH=tests python -m benchmarks.edges [--points N] [--exact]``, single-threaded: the rule of
the slowest over that of the median, in processor time, and the same of the face and of whole mass
points (yields with one photon and with all); with ``--exact`` also how many are further than stated
from a rule of 2e-6.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np
from reference.edge_points import BEAMS, EdgePoint, edge_points

from wayside.acceptance.estimate import converged_rule, face_acceptance
from wayside.acceptance.rule import Rule
from wayside.production.process import Radiation
from wayside.sensitivity.mass_point import MassPoint


def _off(rule: Rule, exact: Rule) -> float:
    if not exact.hit_probability:
        return 0.0
    return max(
        abs(rule.hit_probability / exact.hit_probability - 1.0),
        abs(rule.hit_path / exact.hit_path - 1.0),
    )


def _rule(point: EdgePoint) -> None:
    converged_rule(point.flight, point.box)


def _face(point: EdgePoint) -> None:
    face_acceptance(point.flight, point.box)


def _yield(point: EdgePoint, radiation: Radiation) -> None:
    made = MassPoint(point.model, BEAMS, {"box": point.box}, radiation=radiation)
    made.expected_events("box", 1e-3, 0.5, 1.0)


STAGES: Final[dict[str, Callable[[EdgePoint], None]]] = {
    "rule": _rule,
    "face": _face,
    "yield with one photon": partial(_yield, radiation="one-photon"),
    "yield with all photons": partial(_yield, radiation="all"),
}


def _seconds(stage: Callable[[EdgePoint], None], point: EdgePoint, repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        stage(point)
        times.append(time.process_time() - start)
    return min(times)


def _report(name: str, points: Sequence[EdgePoint]) -> EdgePoint:
    """Print what a stage costs; returns the slowest point."""
    stage = STAGES[name]
    _seconds(stage, points[0], 1)
    seconds = np.array([_seconds(stage, point) for point in points])
    median = float(np.median(seconds))
    print(
        f"{name}: slowest {seconds.max() / median:.1f} times the median of {1e3 * median:.2f} ms,"
        f" {np.mean(seconds > 5.0 * median):.1%} above 5 times"
    )
    return points[int(np.argmax(seconds))]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    points = edge_points(options.points, options.seed)
    worst = _report("rule", points)
    rule, _ = converged_rule(worst.flight, worst.box)
    size = 24 * len(rule) / 1e6
    print(f"slowest: {worst.model}, {len(rule):,} nodes, {size:.0f} MB")
    for name in list(STAGES)[1:]:
        _report(name, points)
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
