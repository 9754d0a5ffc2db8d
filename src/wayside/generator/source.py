"""What a kind of model has to bring for events: flights, and what is made with and by a decay."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from wayside.detector.volume import Volume
from wayside.generator.flights import Flights, FlightSampler
from wayside.typing import FloatArray, IntArray


class Drawn(NamedTuple):
    """What belongs to flights; laboratory frame, GeV."""

    process: NDArray[np.int32]
    """Index among the production processes, shape (n,)."""
    momenta: dict[str, FloatArray]
    """Momenta of what comes before or beside the visible particles, by names of columns, shapes
    (n, 3); the long-lived particle first."""
    channel: NDArray[np.int32]
    hadron_channel: NDArray[np.int32]
    q: FloatArray
    offsets: IntArray
    pdg: NDArray[np.int32]
    mass: FloatArray
    momentum: FloatArray
    """As in `wayside.generator.events.Events`."""


class EventSource(Protocol):
    """Flights and decays at one parameter point."""

    @property
    def flying(self) -> str:
        """What flies, for messages."""
        ...

    @property
    def block(self) -> int:
        """Proposals per block; every block has random numbers of its own, by seed and number."""
        ...

    @property
    def flying_mass(self) -> float:
        """Mass of it in GeV."""
        ...

    @property
    def ctau(self) -> float:
        """Proper decay length in m."""
        ...

    @property
    def model(self) -> Any:
        """Masses and widths."""
        ...

    @property
    def processes(self) -> tuple[Any, ...]:
        """Production processes."""
        ...

    def flights(self, volumes: Mapping[str, Volume]) -> FlightSampler:
        """Flights that end in volumes of detectors by name."""
        ...

    def draw(self, flights: Flights, rng: np.random.Generator) -> Drawn:
        """What is made together with flights, and decays at their ends."""
        ...

    def decay_probability(self, name: str) -> float:
        """Probability per produced particle to decay in a detector, to whatever channel."""
        ...

    def produced_fb(self) -> float:
        """Particles produced per fb^-1."""
        ...

    def visible_fraction(self) -> float:
        """Fraction of the decays that are events."""
        ...

    def header(self) -> dict[str, Any]:
        """What readers need to know of model, production and decays, as plain values."""
        ...
