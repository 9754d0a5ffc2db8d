"""``make bench``: medians on one core after warm-up, as ratios to a sampled calculation."""

import resource
import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.sampled import batch, seconds_for
from wayside.acceptance.estimate import face_acceptance
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import ScalarInelastic
from wayside.production.radiative_flight import radiative_flight
from wayside.sensitivity.mass_point import MassPoint

MODEL: Final = ScalarInelastic(8.0, 4.341, 3.650)
BOX: Final = Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))
FRAMES: Final = {
    "equal beams": Beams.symmetric(10.58),
    "true beams": Beams(7.007, 4.000, 0.083),
}
SAMPLED_ERROR: Final = 1e-3
LUMINOSITY: Final = 5e4


def median_seconds(function: Callable[[], object], repeats: int) -> float:
    """Median time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def plane(beams: Beams) -> np.ndarray:
    """Exact yields of one mass point over 200 x 200 couplings, from the masses on."""
    point = MassPoint(MODEL, beams, {"A": BOX})
    g_d, epsilon = np.meshgrid(np.geomspace(1e-3, 3.5, 200), np.geomspace(1e-6, 1e-1, 200))
    return point.expected_events("A", epsilon, g_d, LUMINOSITY)


def mass_points(beams: Beams, n: int) -> float:
    """Yields of n mass points along the approach of m1 + m2 to m_aprime."""
    total = 0.0
    for m1 in np.linspace(4.20, 4.345, n):
        point = MassPoint(ScalarInelastic(8.0, m1, 3.65), beams, {"A": BOX})
        total += float(point.expected_events("A", 1e-4, 1.0, LUMINOSITY))
    return total


def sampled_plane_seconds(sampled: object, repeats: int = 5) -> float:
    """Time to average the exponentials of the sampled hits at 40,000 couplings, extrapolated."""
    near = sampled.near / sampled.gamma_beta  # type: ignore[attr-defined]
    far = sampled.far / sampled.gamma_beta  # type: ignore[attr-defined]
    weight = sampled.weight  # type: ignore[attr-defined]

    def some() -> float:
        return sum(
            float(np.sum(weight * (np.exp(-near / c) - np.exp(-far / c))))
            for c in (0.5, 1.0, 2.0, 5.0, 10.0)
        )

    needed = (sampled.relative_error / SAMPLED_ERROR) ** 2  # type: ignore[attr-defined]
    return median_seconds(some, repeats) / 5 * 40_000 * needed


def main() -> None:
    """Print the table."""
    print(f"sampled: {SAMPLED_ERROR:g} statistical error; ours: 1e-4; ratio: sampled over ours\n")
    head = ("what", "ours", "sampled", "ratio")
    print(f"{head[0]:<44}{head[1]:>11}{head[2]:>12}{head[3]:>12}")
    for name, beams in FRAMES.items():
        batches = [batch(MODEL, beams, BOX, 1_000_000, 2 * seed + 1) for seed in range(4)]
        sampling = statistics.median(seconds_for(each, SAMPLED_ERROR) for each in batches[1:])
        flight = radiative_flight(MODEL, beams)
        # The sampler has the printed regulator, so compare like with like.
        estimate = face_acceptance(radiative_flight(MODEL, beams, "printed"), BOX)
        pull = (statistics.mean(each.hits for each in batches) / estimate.value - 1) / (
            batches[0].relative_error / np.sqrt(len(batches))
        )
        row(
            f"face acceptance, {name}",
            median_seconds(lambda f=flight: face_acceptance(f, BOX), 51),
            sampling,
        )
        row(
            f"200 x 200 couplings, {name}",
            median_seconds(lambda b=beams: plane(b), 31),
            sampling + sampled_plane_seconds(batches[0]),
        )
        print(
            f"    (sampled minus ours: {pull:+.1f} standard errors; ours +- {estimate.error:.0e})"
        )
    print()
    beams = FRAMES["equal beams"]
    for n in (250, 500, 1000):
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = median_seconds(lambda n=n: mass_points(beams, n), 3)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
        row(f"{n} mass points, memory +{grown / 1024:.0f} MB", seconds, n * sampling)


def row(what: str, ours: float, sampled: float) -> None:
    """Print one comparison."""
    print(f"{what:<44}{_time(ours):>11}{_time(sampled):>12}{sampled / ours:>12,.0f}")


def _time(seconds: float) -> str:
    if seconds < 1.0:
        return f"{1e3 * seconds:.2f} ms"
    return f"{seconds:,.1f} s" if seconds < 1e4 else f"{seconds / 3600:,.0f} h"


if __name__ == "__main__":
    main()
