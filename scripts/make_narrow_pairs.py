"""Simulate pairs with small opening angles, whose two tracks are hard to tell apart.

Usage::

    python scripts/make_narrow_pairs.py [--number 700] [--work build/narrow]
        [--out src/wayside/data/efficiency_narrow_pairs.csv]

The table of efficiencies has one bin of opening angles to 0.1 rad, which decays of an excited state
rarely fill below 0.03. Here pairs of 1 to 5 GeV fill it evenly in the logarithm from 1 mrad.
"""

import datetime
from itertools import pairwise

import numpy as np
from table_script import arguments, command_of, write_table

from wayside import __version__
from wayside.constants import LEPTON_MASSES
from wayside.efficiency.narrow import EDGES
from wayside.generator.pairs import DECAY, pair_primaries, prongs
from wayside.reconstruction.decay_efficiency import passing_decays
from wayside.reconstruction.job import Job
from wayside.results.simulation import simulate
from wayside.scenario import load_scenario
from wayside.transport.datasets import find
from wayside.transport.engine import engine_record
from wayside.typing import FloatArray, StructuredArray

CHANNELS = {"ee": (11, LEPTON_MASSES["e"]), "mumu": (13, LEPTON_MASSES["mu"])}
ENERGIES = (1.0, 5.0)
SLOPE = 0.3
"""Largest tangent of the pair's flight to the normal."""


def draw(number: int, seed: int) -> tuple[StructuredArray, StructuredArray]:
    """Decays of both channels in turn: rows, and the particles in mm and MeV."""
    rng = np.random.default_rng(seed)
    stack = load_scenario("belle2-forward").stack.build()
    channel = np.arange(number) % len(CHANNELS)
    codes = np.array([code for code, _ in CHANNELS.values()])[channel]
    mass = np.array([own for _, own in CHANNELS.values()])[channel]
    energy = np.exp(rng.uniform(*np.log(ENERGIES), number))
    opening = np.exp(rng.uniform(np.log(EDGES[0]), np.log(EDGES[-1]), number))
    first = energy * rng.uniform(0.2, 0.8, number)
    sizes = np.sqrt(np.stack([first, energy - first], axis=1) ** 2 - mass[:, None] ** 2)
    slope, azimuth = SLOPE * np.sqrt(rng.random(number)), rng.uniform(0.0, 2.0 * np.pi, number)
    flight = np.stack([slope * np.cos(azimuth), slope * np.sin(azimuth), np.ones(number)], axis=1)
    flight /= np.linalg.norm(flight, axis=1)[:, None]
    across = np.cross(flight, rng.normal(size=(number, 3)))
    across /= np.linalg.norm(across, axis=1)[:, None]
    momentum = np.empty((number, 2, 3))
    # Transverse momenta cancel, so that the faster one is nearer to the flight.
    angles = opening[:, None] * sizes[:, ::-1] / sizes.sum(axis=1)[:, None]
    for k, sign in enumerate((1.0, -1.0)):
        cosine, sine = np.cos(angles[:, k]), sign * np.sin(angles[:, k])
        direction: FloatArray = cosine[:, None] * flight + sine[:, None] * across
        momentum[:, k] = sizes[:, k, None] * direction
    rows = np.zeros(number, DECAY)
    rows[:] = prongs(momentum, np.stack([mass, mass], axis=1))
    rows["event"], rows["channel"] = np.arange(number), channel
    for axis, length in zip("xy", stack.size, strict=True):
        rows[axis] = rng.uniform(-0.5 * length, 0.5 * length, number)
    rows["z"] = rng.uniform(0.0, stack.depth, number)
    rows["depth"] = 1e-3 * rows["z"]
    return rows, pair_primaries(rows, momentum, np.stack([codes, -codes], axis=1))


def main() -> None:
    """Make the table."""
    parser = arguments(
        __doc__,
        number=700,
        seed=1,
        work="build/narrow",
        out="src/wayside/data/efficiency_narrow_pairs.csv",
    )
    options = parser.parse_args()
    scenario = load_scenario("belle2-forward")
    rows, primaries = draw(options.number, options.seed)
    simulate(scenario, primaries, options.work, seed=options.seed, events_per_chunk=100)
    job = Job(scenario.emulsion, scenario.reconstruction, options.seed, 1000)
    passed = passing_decays(options.work, rows, job)
    lines = []
    for k in range(len(CHANNELS)):
        for low, high in pairwise(EDGES):
            mine = (rows["channel"] == k) & (rows["opening"] >= low) & (rows["opening"] < high)
            counts = [int(passed[selection][mine].sum()) for selection in ("vertex", "timed")]
            lines.append([k, low, high, int(mine.sum()), *counts])
    engine = engine_record(find(scenario.geant4.data))
    header = {
        "origin": "own: Geant4 through the layers, response, reconstruction",
        "version": f"wayside {__version__}, Geant4 {engine['geant4']}",
        "units": "channel 0 ee, 1 mumu; opening in rad; numbers of pairs of 1 to 5 GeV",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "licence": "BSD-3-Clause",
        "command": command_of(options, "number", "seed"),
    }
    columns = ["channel", "opening_low", "opening_high", "tried", "vertex", "timed"]
    write_table(options.out, header, columns, lines)


if __name__ == "__main__":
    main()
