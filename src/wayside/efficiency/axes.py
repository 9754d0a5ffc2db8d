"""What the efficiency of a decay depends on: the axes of a map.

Two prongs in the frame of the layers. The mass splitting and the flight of the excited state matter
through these alone, so that they are no axes: they say how often which prongs occur.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from wayside.typing import FloatArray


class Axis(NamedTuple):
    """One axis of a map."""

    unit: str
    logarithmic: bool
    """Whether the centres of bins are geometric means, and interpolation is in the logarithm."""
    stepped: bool = False
    """Whether the efficiency is constant in every bin, not interpolated."""
    ends_below: bool = False
    ends_above: bool = False
    """Whether decays beyond this end of the grid are lost; else the outermost bin goes on."""


AXES: Final[dict[str, Axis]] = {
    "energy": Axis("GeV", logarithmic=True),
    "opening": Axis("rad", logarithmic=False),
    "softer": Axis("GeV", logarithmic=True, ends_below=True),
    # Films are scanned up to a slope: the efficiency falls steeply there.
    "slope": Axis("1", logarithmic=False, stepped=True, ends_above=True),
    "depth": Axis("m", logarithmic=False, stepped=True),
}
"""Energy of the pair, opening angle, kinetic energy of the softer prong, the larger tangent to the
normal of the layers, depth of the decay in the stack."""


def centres_of(edges: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Centres of bins in the coordinate of interpolation, by axis.

    Parameters
    ----------
    edges
        Edges of the bins by axis.

    Examples
    --------
    >>> centres_of({"energy": np.array([1.0, np.e**2]), "opening": np.array([0.0, 1.0])})
    {'energy': array([1.]), 'opening': array([0.5])}
    """
    centres = {}
    for name, axis_edges in edges.items():
        place = np.log(axis_edges) if AXES[name].logarithmic else axis_edges
        centres[name] = 0.5 * (place[1:] + place[:-1])
    return centres
