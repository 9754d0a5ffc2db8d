"""``python -m benchmarks.events``: events into a detector, as ratios to plain sampling.

Plain sampling draws the four-dimensional Eq. 13 and keeps what decays in the box: all of an event's
production is thrown away unless it points at the box, survives to it, and decays there.
"""

import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
from reference.sampling import laboratory, on_shell

from wayside import load_scenario, mass_point
from wayside.constants import M_ELECTRON
from wayside.detector.rays import cross_many
from wayside.generator.events import EventGenerator
from wayside.generator.formats import SUFFIXES, write_events

EVENTS: Final = {"none": 1_000_000, "parquet": 1_000_000, "root": 1_000_000, "hepmc": 1_000_000}
SCENARIOS: Final = ("belle2-forward", "belle2-forward-beams")


def plain_seconds(name: str, n: int = 2_000_000) -> tuple[float, int]:
    """Core seconds per unweighted decay in detector A by plain sampling; how many there were."""
    scenario = load_scenario(name)
    point = mass_point(scenario)
    beams, model, box = point.beams, point.model, point.box("A")
    ctau = float(point.ctau(scenario.model.epsilon, scenario.model.g_d))
    rng = np.random.default_rng(1)
    start = time.process_time()
    kept = 0
    for _ in range(n // 500_000):
        energy, momentum, weight = on_shell(
            500_000, rng, beams.sqrt_s, M_ELECTRON, model.m_aprime, model.m1, model.m2
        )
        _, momentum = laboratory(
            energy, momentum, beams.electron_energy, beams.positron_energy, beams.crossing_angle
        )
        p = np.linalg.norm(momentum, axis=1)
        near, far = cross_many(momentum / p[:, None], box.position, box.size, box.axes)
        flown = p / model.m1 * ctau
        chance = np.exp(-near / flown) - np.exp(-far / flown)
        # Unweighted: the weight of Eq. 13 against its largest, decays against one.
        kept += int(np.sum(rng.random(len(weight)) * weight.max() < weight * chance))
    return (time.process_time() - start) / kept, kept


def ours_seconds(name: str, kind: str) -> tuple[float, float]:
    """Core seconds for the events of `EVENTS`, and for what comes before the first."""
    start = time.process_time()
    generator = EventGenerator(load_scenario(name), ["A"])
    header = generator.header(EVENTS[kind], 1)
    ready = time.process_time()
    if kind == "none":
        for _ in generator.blocks(EVENTS[kind], 1):
            pass
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"events{SUFFIXES[kind]}"
            write_events(kind, path, header, generator.blocks(EVENTS[kind], 1))
    return time.process_time() - ready, ready - start


def main() -> None:
    """Print the table."""
    print("core seconds for a million events in detector A; ratio: plain sampling over ours\n")
    heads = ("scenario", "file", "set-up", "events", "plain", "ratio")
    print(f"{heads[0]:<24}{heads[1]:<10}" + "".join(f"{head:>12}" for head in heads[2:]))
    for name in SCENARIOS:
        plain, kept = plain_seconds(name)
        ours_seconds(name, "hepmc")  # compiles
        for kind, n in EVENTS.items():
            seconds, ready = ours_seconds(name, kind)
            million = seconds * 1e6 / n
            row = f"{ready:>11.1f}s{million:>11.1f}s{1e6 * plain:>11,.0f}s"
            print(f"{name:<24}{kind:<10}{row}{1e6 * plain / (million + ready):>12,.0f}")
        print(f"    (plain: {kept} events kept, +-{100 / np.sqrt(kept):.0f}%; no decay, no file)")


if __name__ == "__main__":
    main()
