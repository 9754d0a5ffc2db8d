"""Candidates whose numbers are known, without a simulation."""

import numpy as np

from wayside.candidates.files import Candidates, no_lists
from wayside.candidates.schema import DECAY_ROW, GAPS, HITS, ROW
from wayside.selections.kinds import KINDS, SIMULATED
from wayside.typing import StructuredArray


def background_rows(
    kind: str, number: int, rng: np.random.Generator, sample: int
) -> StructuredArray:
    """One timed candidate for every particle, energies uniform in the logarithm.

    Particles from above fly straight down, so that a source has an intensity of one there.
    """
    rows = np.zeros(number, ROW)
    edges = KINDS[kind].edges
    low, high = np.log(edges[0]), np.log(edges[-1])
    energy = np.exp(rng.uniform(low, high, number))
    rows["sample"], rows["event"] = sample, np.arange(number)
    rows["kinetic_energy"] = energy
    rows["direction_y"] = -1.0
    # N p(E) over the rate of the reference source: one candidate for every particle.
    rate = KINDS[kind].reference.rate(SIMULATED)
    rows["sampling_density"] = number / (energy * (high - low)) / rate
    rows["timed"], rows["distinct_hits"], rows["channel"] = True, True, 4
    rows["mass"] = rng.exponential(0.01, number)
    rows["electron_mass"] = rows["mass"]
    rows["passing"], rows["grains_1"], rows["grains_2"] = 1.0, 40.0, 40.0
    rows["momentum_1"] = rows["momentum_2"] = rng.uniform(0.1, 1.0, number)
    rows["sum_z"] = 2.0 * rows["momentum_1"]
    rows["base_tracks_1"] = rows["base_tracks_2"] = rng.integers(5, 60, number)
    return rows


def signal_rows(number: int, rng: np.random.Generator, sample: int) -> StructuredArray:
    """One timed candidate for every decay to electrons, at one place of the efficiency map."""
    rows = np.zeros(number, ROW)
    rows["sample"], rows["event"] = sample, np.arange(number)
    rows["channel"], rows["splitting"], rows["at_origin"] = 0, 0.691, True
    rows["pair_energy"], rows["pair_opening"], rows["pair_softer"] = 0.8, 0.5, 0.3
    rows["pair_slope"], rows["true_depth"], rows["z"] = 0.4, 0.5, 0.5
    rows["sampling_density"] = number
    rows["timed"], rows["distinct_hits"] = True, True
    rows["mass"] = rng.normal(0.3, 0.05, number).clip(0.01)
    rows["electron_mass"] = rows["mass"]
    rows["passing"], rows["grains_1"], rows["grains_2"] = 1.0, 40.0, 40.0
    rows["momentum_1"] = rows["momentum_2"] = rng.uniform(0.1, 1.0, number)
    rows["sum_z"] = 2.0 * rows["momentum_1"]
    rows["base_tracks_1"] = rows["base_tracks_2"] = rng.integers(5, 60, number)
    return rows


def decays_of(rows: StructuredArray, each: int = 1) -> StructuredArray:
    """Simulated decays: those of some rows, and as many again that were not reconstructed."""
    decays = np.zeros(each * len(rows), DECAY_ROW)
    for name in set(DECAY_ROW.names or ()) & set(ROW.names or ()):
        decays[name] = np.tile(rows[name], each)
    return decays


def candidates(
    backgrounds: dict[str, StructuredArray], signal: StructuredArray | None = None
) -> Candidates:
    """A table of samples by kind of background, and of the signal ``signal-pairs``."""
    samples, tables = [], []
    for number, (kind, rows) in enumerate(backgrounds.items()):
        assert np.all(rows["sample"] == number)
        samples.append({"name": KINDS[kind].sample, "simulated": len(rows), "shield": 0.1})
        tables.append(rows)
    if signal is not None:
        samples.append({"name": "signal-pairs", "simulated": len(signal), "shield": 0.1})
        tables.append(signal)
    rows = np.concatenate(tables)
    lists = [no_lists(columns, len(rows)) for columns in (HITS, GAPS)]
    return Candidates(rows, lists[0], lists[1], tuple(samples))
