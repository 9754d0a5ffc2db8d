"""Relic density: seconds a point and a line, as ratios to the slow reference and to the preview.

``PYTHONPATH=tests python -m benchmarks.relic``, single-threaded, medians of processor time after
warm-up.
"""

import math
import statistics
import time
from collections.abc import Callable

import numpy as np
from reference.relic_slow import relic_yield

from wayside.cosmology.dof import dof
from wayside.cosmology.relic import omega_h2
from wayside.models.registry import kinds, model_class
from wayside.scenario import load_scenario
from wayside.sensitivity.planes import plane_of
from wayside.sensitivity.relic import relic_line
from wayside.sensitivity.relic_preview import relic_preview

POINTS = 2000
SLOW_POINTS = 12


def random_points(n: int, seed: int) -> tuple[np.ndarray, ...]:
    """Around the signal region: half of the points next to the resonance."""
    rng = np.random.default_rng(seed)
    m_aprime = rng.uniform(2.0, 10.5, n)
    near = rng.random(n) < 0.5
    ratio = np.where(near, 1 - 10 ** rng.uniform(-5, -0.5, n), rng.uniform(0.5, 1.2, n))
    delta = 10 ** rng.uniform(-3, -0.3, n)
    m2 = m_aprime * ratio / (2 + delta)
    m1 = m_aprime * ratio - m2
    return m_aprime, m1, m2, 10 ** rng.uniform(-6, -1, n), 10 ** rng.uniform(-2, 0.5, n)


def median_seconds(function: Callable[[], object], repeats: int) -> float:
    """Median processor time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    for kind in kinds():
        for hadrons in ("r-ratio", "quarks"):
            points = random_points(POINTS, 1)
            model = model_class(kind)
            fast = median_seconds(
                lambda p=points, m=model, h=hadrons: omega_h2(m, *p, hadrons=h), 5
            )
            few = np.array(random_points(SLOW_POINTS, 2)).T
            start = time.process_time()
            for m_aprime, m1, m2, epsilon, g_d in few.tolist():
                relic_yield(kind, m_aprime, m1, m2, epsilon, g_d, hadrons, dof("drees2015"))
            slow = (time.process_time() - start) / SLOW_POINTS
            print(
                f"{kind:<13}{hadrons:<8} {1e3 * fast / POINTS:.3f} ms a point,"
                f" reference {slow:.2f} s, ratio {slow * POINTS / fast:,.0f}"
            )
    for plane in ("epsilon-g_d", "epsilon-m2", "epsilon-delta"):
        scenario = load_scenario("belle2-forward", [f'plane.kind="{plane}"'])
        made = plane_of(scenario)
        seconds = median_seconds(lambda m=made: relic_line(m), 5)
        columns = len(made.x.values)
        found = sum(len(column.roots) for column in relic_line(made).columns if column)
        assert math.isfinite(seconds)
        quick = median_seconds(lambda m=made: relic_preview(m), 5)
        print(
            f"line, {plane:<14} {columns} columns: {seconds:.2f} s ({found} roots),"
            f" preview {1e3 * quick:.0f} ms, ratio {seconds / quick:.1f}"
        )


if __name__ == "__main__":
    main()
