"""How background particles are drawn and followed for a design."""

import math
from collections.abc import Mapping
from typing import Final, NamedTuple

from wayside.transport.added_collisions import Adding
from wayside.transport.beam_directions import Directions
from wayside.transport.beam_events import Cascading
from wayside.transport.biased_beams import Beam, Diffuse, FromPoint, LogRange


class FakeSample(NamedTuple):
    """How particles of a kind are drawn and followed.

    Attributes
    ----------
    beam
        Energies and directions.
    chunk
        Particles that are simulated together.
    cascading
        How neutrons are followed from interaction to interaction; None for other particles.
    adding
        Which collisions some of the muons get; None for others. Muons from above are followed as
        fast as what such a collision makes, and get none.
    """

    beam: Beam
    chunk: int
    cascading: Cascading | None = None
    adding: Adding | None = None


_FORWARD: Final = math.radians(50.0)

_ALONG: Final = Diffuse((Directions(0.65, "sky", _FORWARD), Directions(0.35, "sky")))
"""From above, mostly along the axis."""

_FROM_FRONT: Final = FromPoint(7000.0)
"""As beside Belle II: the distance in mm only changes how they diverge over the detector."""

SAMPLES: Final[Mapping[str, FakeSample]] = {
    "muon-above": FakeSample(
        Beam((13, -13), (LogRange(0.2, 1.0, 8.0), LogRange(0.8, 8.0, 300.0)), _ALONG), 500
    ),
    "muon-front": FakeSample(
        Beam(
            (13, -13),
            (LogRange(0.1, 0.3, 1.9), LogRange(0.6, 1.9, 4.0), LogRange(0.3, 4.0, 7.5)),
            _FROM_FRONT,
            # Those that pass beside the blocks and scatter into them.
            0.5,
        ),
        500,
        adding=Adding(),
    ),
    "neutron-above": FakeSample(
        Beam((2112,), (LogRange(0.2, 0.1, 0.6), LogRange(0.8, 0.6, 10.0)), _ALONG, 0.35),
        1000,
        Cascading(3),
    ),
}
"""By kind of particle: those of which a search leaves most."""
