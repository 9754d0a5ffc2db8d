"""``make bench``: processor time, medians after warm-up, as ratios to a sampled calculation.

Beside each ratio stands the same over that of the last release: below one it has become slower.
``--keep`` stores the ratios for a release.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from benchmarks.last_release import Ratios
from benchmarks.sampled import batch, seconds_for
from wayside.acceptance.estimate import face_acceptance
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import ScalarInelastic
from wayside.production.radiative_flight import radiative_flight
from wayside.scanning.evaluation import Study, evaluate
from wayside.scanning.quantities import columns_of
from wayside.scenario import load_scenario
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
    """Median processor time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
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


def scanned(name: str, n: int, *values: str) -> object:
    """Events in two detectors at n points of masses, as a scan has them."""
    one = 'run.radiation="one-photon"'
    scenario = load_scenario(name, (one, 'run.signal=["A","B"]', *values))
    keys = ("model.m1", "model.m2")
    study = Study(scenario.to_dict(), keys, columns_of(scenario, ["events"]), None)
    m1, m2 = np.linspace(4.20, 4.34, n), np.linspace(3.60, 3.65, n)
    return evaluate(study, np.stack([m1, m2], axis=1))


SCANS: Final = {
    "equal beams": ("belle2-forward",),
    "true beams": ("belle2-forward-beams",),
    "equal beams, simulated efficiency": ("belle2-forward", 'run.efficiency="simulated"'),
}
SCANNED: Final = 48
"""Mass points of a scan."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--keep", action="store_true", help="store the ratios for a release")
    keep = parser.parse_args().keep
    ratios = Ratios()
    print(
        f"processor time; sampled: {SAMPLED_ERROR:g} statistical error; ours: 1e-4; ratio: sampled"
        f" over ours; last: ratio over that of {ratios.version}\n"
    )
    head = ("what", "ours", "sampled", "ratio", "last")
    print(f"{head[0]:<52}{head[1]:>11}{head[2]:>12}{head[3]:>12}{head[4]:>8}")
    samplings: dict[str, float] = {}
    for name, beams in FRAMES.items():
        batches = [batch(MODEL, beams, BOX, 1_000_000, 2 * seed + 1) for seed in range(4)]
        sampling = statistics.median(seconds_for(each, SAMPLED_ERROR) for each in batches[1:])
        samplings[name] = sampling
        flight = radiative_flight(MODEL, beams)
        # The sampler has the printed regulator, so compare like with like.
        estimate = face_acceptance(radiative_flight(MODEL, beams, "printed"), BOX)
        pull = (statistics.mean(each.hits for each in batches) / estimate.value - 1) / (
            batches[0].relative_error / np.sqrt(len(batches))
        )
        row(
            ratios,
            f"face acceptance, {name}",
            median_seconds(lambda f=flight: face_acceptance(f, BOX), 51),
            sampling,
        )
        row(
            ratios,
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
        sampling = samplings["equal beams"]
        row(ratios, f"{n} mass points", seconds, n * sampling)
        print(f"    (memory +{grown / 1024:.0f} MB)")
    print()
    for words, given in SCANS.items():
        seconds = median_seconds(lambda g=given: scanned(g[0], SCANNED, *g[1:]), 3) / SCANNED
        # Each of the two detectors would need a sample of its own.
        sampling = 2.0 * samplings[words.partition(",")[0]]
        row(ratios, f"mass point of a scan, {words}", seconds, sampling)
    if keep:
        ratios.keep()
        print(f"\nkept in {ratios.path}")


def row(ratios: Ratios, what: str, ours: float, sampled: float) -> None:
    """Print one comparison."""
    ratio = sampled / ours
    last = ratios.note(what, ratio)
    print(f"{what:<52}{_time(ours):>11}{_time(sampled):>12}{ratio:>12,.0f}{last:>8}")


def _time(seconds: float) -> str:
    if seconds < 1.0:
        return f"{1e3 * seconds:.2f} ms"
    return f"{seconds:,.1f} s" if seconds < 1e4 else f"{seconds / 3600:,.0f} h"


if __name__ == "__main__":
    main()
