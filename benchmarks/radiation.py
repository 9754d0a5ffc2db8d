"""``make bench``: yields with all photons against those with one, in processor time; accuracy.

Each line is a mass point over 200 x 200 couplings, from the masses on, with and without further
photons; then the change of the ratio from half of the points of the pass to all of them.
"""

import statistics
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.radiated import photon_ratio
from wayside.collider.beams import Beams
from wayside.detector.box import Box
from wayside.models.inelastic import ScalarInelastic
from wayside.production.process import Radiation, Treatment
from wayside.production.radiative_process import RadiativeProcess
from wayside.sensitivity.mass_point import MassPoint

MODEL: Final = ScalarInelastic(8.0, 4.341, 3.650)
BOX: Final = Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32))
FRAMES: Final = {
    "equal beams": Beams.symmetric(10.58),
    "true beams": Beams(7.007, 4.000, 0.083),
}
SPREAD: Final = 5e-4
"""Of the energy of a beam."""

LIFETIMES: Final = np.array([1.0, 3.0, 10.0, 100.0])


def seconds(function: Callable[[], object], repeats: int) -> float:
    """Median processor time of a call, after one that does not count."""
    function()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return statistics.median(times)


def plane(beams: Beams, radiation: Radiation) -> np.ndarray:
    """Yields of one mass point over 200 x 200 couplings."""
    point = MassPoint(MODEL, beams, {"A": BOX}, radiation=radiation, energy_spread=SPREAD)
    g_d, epsilon = np.meshgrid(np.geomspace(1e-3, 3.5, 200), np.geomspace(1e-6, 1e-1, 200))
    return point.expected_events("A", epsilon, g_d, 5e4)


def main() -> None:
    """Print the ratios."""
    for name, beams in FRAMES.items():
        one = seconds(lambda beams=beams: plane(beams, "one-photon"), 5)
        every = seconds(lambda beams=beams: plane(beams, "all"), 3)
        print(f"{name}: all photons {every / one:.1f} times one photon ({1e3 * one:.1f} ms)")
        process = RadiativeProcess(MODEL, beams, Treatment(radiation="all", energy_spread=SPREAD))
        rule, _ = converged_rule(process.flight, BOX)
        ratios = {n: photon_ratio(process, BOX, rule, n)(LIFETIMES) for n in 2 ** np.arange(11, 17)}
        last = ratios[2**16]
        for number, ratio in ratios.items():
            worst = float(np.max(np.abs(ratio / last - 1.0)))
            print(f"  {number:6d} points: within {100.0 * worst:.2f} per cent of {2**16} points")


if __name__ == "__main__":
    main()
