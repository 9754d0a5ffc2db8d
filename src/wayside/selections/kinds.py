"""Kinds of background particles: the sample that stands for each, and its reference source.

Fakes of a kind are tabulated against the energy of one particle that heads for the blocks. Rows of
a biased sample get the weights of a reference source for this: particles from above with the square
of the cosine of their zenith angle, or a uniform beam through the front face; energies uniform in
the logarithm within each bin. A source of another spectrum follows by weighting the bins.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np

from wayside.detector.faces import entering_from_above
from wayside.detector.stack import Stack
from wayside.typing import FloatArray, StructuredArray


class Sides(NamedTuple):
    """Width, height and depth of blocks in m."""

    width: float
    height: float
    depth: float


def sides_of(stack: Stack) -> Sides:
    """Width, height and depth in m of the blocks of a detector."""
    return Sides(*(1e-3 * length for length in (*stack.size, stack.depth)))


SIMULATED: Final = sides_of(Stack())
"""Blocks of the samples of candidates."""


class Reference(NamedTuple):
    """A source to which the rows of a sample are weighted.

    Attributes
    ----------
    shape
        Function of rows to their intensity without the dependence on the energy, shape (n,).
    rate
        Number of particles that this intensity sends toward blocks of some sides.
    """

    shape: Callable[[StructuredArray], FloatArray]
    rate: Callable[[Sides], float]


def _downward(rows: StructuredArray) -> FloatArray:
    return np.minimum(rows["direction_y"].astype(np.float64), 0.0) ** 2


ABOVE: Final = Reference(_downward, lambda sides: entering_from_above(*sides))
FRONT: Final = Reference(lambda rows: np.ones(len(rows)), lambda sides: sides.width * sides.height)


class Kind(NamedTuple):
    """A kind of background particle.

    Attributes
    ----------
    sample
        Name of the sample of candidates.
    reference
        Source to which its rows are weighted.
    edges
        Edges of the bins of the kinetic energy outside of the lead, in GeV.
    slow
        Names of samples of lower energies, and the energies in GeV up to which they take the place
        of those above where they were simulated; rising. A table whose samples are joined
        (`wayside.candidates.files.Candidates`) needs none.
    """

    sample: str
    reference: Reference
    edges: tuple[float, ...]
    slow: tuple[tuple[str, float], ...] = ()


_COSMIC: Final = (0.3, 1.0, 3.0, 10.0, 20.0, 50.0, 100.0, 300.0, 1000.0)
_COLLIDER: Final = (0.3, 1.0, 2.0, 3.0, 4.0, 5.5, 7.5)
_NEUTRAL: Final = (0.1, 0.3, 0.6, 1.0, 2.0, 4.0, 10.0)
_SOFT: Final = (0.05, 0.2, 1.0, 3.0, 7.5)

KINDS: Final[Mapping[str, Kind]] = {
    "muon-above": Kind("muon-above", ABOVE, _COSMIC, (("muon-above-slow", 10.0),)),
    "muon-front": Kind("muon-front", FRONT, _COLLIDER, (("muon-front-slow", 4.0),)),
    "klong-front": Kind("klong-front", FRONT, _NEUTRAL),
    "neutron-front": Kind("neutron-front", FRONT, _NEUTRAL),
    "photon-front": Kind("photon-front", FRONT, _SOFT),
    "photon-bare": Kind("photon-bare", FRONT, _SOFT),
    "electron-front": Kind("electron-front", FRONT, _SOFT),
    "klong-above": Kind("klong-rock", ABOVE, _NEUTRAL),
    "neutron-above": Kind(
        "neutron-rock",
        ABOVE,
        _NEUTRAL,
        (("neutron-rock-slow", 0.6), ("neutron-rock-mid", 2.0)),
    ),
}
"""Kinds of the table of fakes by name, ``wayside.backgrounds.fakes.Kind``."""
