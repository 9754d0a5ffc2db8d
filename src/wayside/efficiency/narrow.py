"""Pairs with small opening angles, whose tracks are hard to tell apart.

The table of efficiencies has one bin of opening angles up to 0.1 rad, filled by decays of an
excited state, most of which are wider than 0.03 rad. Light single particles make narrower pairs.
"""

from functools import cache
from typing import Final, NamedTuple

import numpy as np

from wayside.data import read_table
from wayside.efficiency.channels import NEAREST
from wayside.typing import FloatArray

EDGES: Final = (0.001, 0.003, 0.006, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1)
"""Edges of bins of the opening angle in rad; the last bin is what others are compared with."""

MEASURED: Final = ("ee", "mumu")
"""Channels that were simulated, by their index in the table; of others ``NEAREST`` says whether
they are taken as electrons, and else as muons. Pairs that leave no tracks have no factors."""


class NarrowPairs(NamedTuple):
    """Factors on efficiencies by opening angle."""

    log_opening: FloatArray
    """Logarithms of angles in rad, increasing, shape (n,)."""
    factors: FloatArray
    """By channel of a table of efficiencies, shape (channels, n); the ends go on."""


NONE: Final = NarrowPairs(np.zeros(1), np.zeros((0, 1)))
"""No factors."""


@cache
def narrow_pairs(selection: str, channels: tuple[str, ...]) -> NarrowPairs:
    """Efficiencies of pairs of small opening angles over those of the widest.

    Parameters
    ----------
    selection
        ``"vertex"`` or ``"timed"``.
    channels
        Channels of the table of efficiencies.

    Examples
    --------
    >>> narrow = narrow_pairs("vertex", ("ee", "mupi"))
    >>> bool(np.all(narrow.factors[:, 0] < 0.5)), narrow.factors[:, -1].tolist()
    (True, [1.0, 1.0])
    """
    table = read_table("efficiency_narrow_pairs")
    shape = (len(MEASURED), len(EDGES) - 1)
    fraction = (table[selection] / table["tried"]).reshape(shape)
    relative = np.minimum(fraction / fraction[:, -1:], 1.0)
    centres = 0.5 * (np.log(EDGES[1:]) + np.log(EDGES[:-1]))
    factors = np.ones((len(channels), len(centres)))
    for row, name in enumerate(channels):
        if name in NEAREST:
            factors[row] = relative[MEASURED.index("ee" if NEAREST[name] == "ee" else "mumu")]
    return NarrowPairs(centres, factors)
