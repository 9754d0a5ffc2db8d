"""A worker process: reads numbers of chunks, simulates them, says which are written.

``python -m wayside.transport.worker PLAN`` where PLAN is a pickled
`wayside.transport.plan.Plan` and the folder to write to. Geant4 may write to the output
stream as well, so our own lines begin with ``MARK``.
"""

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from wayside.tables import write_table
from wayside.transport.engine import Engine
from wayside.transport.plan import Plan, write_chunk

MARK: Final = "@wayside"
TRACKS: Final = "tracks.parquet"
POINTS: Final = "points.parquet"

Step = Callable[[Engine, Plan, Path, int], None]


def simulate_chunk(engine: Engine, plan: Plan, folder: Path, chunk: int) -> None:
    """Simulate one chunk and write its file."""
    write_chunk(plan, folder, chunk, engine.run(plan.primaries_of(chunk), plan.seed_of(chunk)))


def serve(plan_file: str, step: Step = simulate_chunk) -> None:
    """Simulate the chunks named on the input stream until it ends."""
    plan, folder = pickle.loads(Path(plan_file).read_bytes())
    engine = Engine(plan.stack, plan.physics, plan.data)
    for line in sys.stdin:
        chunk = int(line)
        step(engine, plan, folder, chunk)
        print(f"{MARK} {chunk}", flush=True)


def trace(plan_file: str) -> None:
    """Follow the primaries of the first chunk step by step, and write ``TRACKS`` and ``POINTS``."""
    plan, folder = pickle.loads(Path(plan_file).read_bytes())
    engine = Engine(plan.stack, plan.physics, plan.data)
    tracks, points = engine.paths(plan.primaries_of(0), plan.seed_of(0))
    write_table(folder / TRACKS, tracks)
    write_table(folder / POINTS, points)


if __name__ == "__main__":
    (trace if sys.argv[2:] == ["trace"] else serve)(sys.argv[1])
