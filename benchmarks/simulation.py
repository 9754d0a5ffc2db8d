"""Events a second through the stack on one core: ours against Geant4 that records nothing.

Ours and bare runs alternate, so that what else the machine does falls on both.
"""

import statistics
import time
from typing import Final

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.transport.datasets import find
from wayside.transport.engine import Engine
from wayside.transport.gun import gun

BEAMS: Final = (
    ("e- 10 MeV", 11, 10.0, 1500),
    ("e- 100 MeV", 11, 100.0, 150),
    ("mu- 100 MeV", 13, 100.0, 150),
    ("pi- 100 MeV", -211, 100.0, 150),
)
ROUNDS: Final = 5


def main() -> None:
    """Print the table."""
    data = find()
    print(f"data: {data.kind}; process time of one core; median of {ROUNDS} rounds")
    start = time.process_time()
    engines = [Engine(Stack(), Physics(), data, record=record) for record in (True, False)]
    built = time.process_time() - start
    for engine in engines:
        engine.run(gun(22, 0.1, 1), 1)
    started = time.process_time() - start
    print(f"two geometries of 6,000 volumes: {built:.2f} s; with physics: {started:.2f} s\n")
    print(f"{'beam':<14}{'events/s':>10}{'ms/event':>10}{'bare ms':>10}{'ratio':>8}")
    for name, pdg, energy, events in BEAMS:
        beam = gun(pdg, energy, events)
        times: list[list[float]] = [[], []]
        for turn in range(ROUNDS):
            for engine, spent in zip(engines, times, strict=True):
                start = time.process_time()
                engine.run(beam, 2 * turn + 1)
                spent.append((time.process_time() - start) / events)
        ours, bare = (statistics.median(each) for each in times)
        ratio = statistics.median(a / b for a, b in zip(*times, strict=True))
        print(f"{name:<14}{1 / ours:>10.0f}{1e3 * ours:>10.2f}{1e3 * bare:>10.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
