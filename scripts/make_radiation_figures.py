"""Draw the figure of docs/theory/radiation.md: accuracy of the pass over photons against its cost.

Usage: ``python scripts/make_radiation_figures.py [FOLDER]``, docs/figures unless given; ten
minutes. The error is the scatter of estimates with points scrambled independently.
"""

import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from wayside import load_scenario, mass_point
from wayside.acceptance.estimate import converged_rule
from wayside.acceptance.radiated import photon_ratio
from wayside.plotting.style import canvas

BOXES: Final = {
    "box A, equal beams": ("belle2-forward", "A"),
    "box A, true beams": ("belle2-forward-beams", "A"),
    "box B, true beams": ("belle2-forward-beams", "B"),
    "BESIII, box A": ("besiii-forward", "A"),
}
NUMBERS: Final = 2 ** np.arange(9, 17)
SHIFTS: Final = 12
CTAU: Final = np.array([3.0, 10.0, 100.0])
"""In m."""


def measured(name: str, detector: str) -> tuple[np.ndarray, np.ndarray]:
    """Relative errors of a yield in per cent and seconds of processor time, by number of points."""
    point = mass_point(load_scenario(name, {"run.radiation": "all"}))
    process, volume = point.process, point.volume(detector)
    rule, _ = converged_rule(process.flight, volume)
    photon_ratio(process, volume, rule, 512)  # compiles
    errors, seconds = [], []
    for number in NUMBERS.tolist():
        start = time.process_time()
        values = np.array(
            [photon_ratio(process, volume, rule, number, seed)(CTAU) for seed in range(SHIFTS)]
        )
        seconds.append((time.process_time() - start) / SHIFTS)
        scatter = values.std(axis=0, ddof=1) / values.mean(axis=0)
        errors.append(100.0 * np.sqrt(np.mean(scatter**2)))
        print(f"{name} {detector} {number:6d}: {errors[-1]:.3f} per cent, {seconds[-1]:.3f} s")
    return np.array(errors), np.array(seconds)


def main() -> None:
    """Write one PNG."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/figures")
    folder.mkdir(parents=True, exist_ok=True)
    with canvas(7.0, 3.2) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        for (label, box), marker in zip(BOXES.items(), "osD^", strict=True):
            errors, seconds = measured(*box)
            left.loglog(NUMBERS, errors, marker=marker, ms=3.5, lw=1.0, label=label)
            right.loglog(1e3 * seconds, errors, marker=marker, ms=3.5, lw=1.0)
        left.set_xlabel("points of the pass")
        left.set_ylabel("standard error of a yield (%)")
        left.legend()
        right.set_xlabel("processor time (ms)")
        figure.savefig(folder / "radiation-accuracy.png", dpi=130)


if __name__ == "__main__":
    main()
