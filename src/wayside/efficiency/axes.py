"""What the efficiency of a decay depends on: the axes of a map.

Two prongs in the frame of the layers. The mass splitting and the flight of the excited state matter
through these alone, so that they are no axes: they say how often which prongs occur.
"""

from typing import Final, NamedTuple


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
