"""Tables of efficiencies that are made up."""

import numpy as np

from wayside.efficiency.axes import AXES
from wayside.efficiency.table import EfficiencyMap

EDGES = {
    "energy": (0.02, 0.1, 0.5, 2.0, 9.0),
    "opening": (0.0, 0.3, 0.8, 1.6),
    "softer": (0.01, 0.05, 0.3, 2.0),
    "slope": (0.0, 0.4, 0.8, 1.0),
    "depth": (0.0, 0.5, 1.32),
}


def toy_map(seed, tried=200, channels=("ee", "mumu"), edges=EDGES, header=None):
    """A table in which every cell has a chance that follows from its number, drawn with a seed."""
    bins = {name: np.asarray(edges[name], float) for name in AXES}
    shape = (len(channels), *(len(bins[name]) - 1 for name in AXES))
    truth = np.random.default_rng(0).uniform(0.1, 0.9, shape)
    rng = np.random.default_rng(seed)
    number = np.full(shape, tried)
    vertex = rng.binomial(number, truth)
    timed = rng.binomial(vertex, 0.6)
    return EfficiencyMap(
        channels, bins, number, {"vertex": vertex, "timed": timed}, header or {"origin": "toy"}
    )
