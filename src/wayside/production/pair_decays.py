"""Decays of parents that are made in pairs: one process for each channel."""

from typing import ClassVar, Generic, Protocol, TypeVar

from wayside.collider.beams import Beams
from wayside.models.couplings import Powers
from wayside.models.particle import ParticleModel
from wayside.production.particle_process import ParticleProcess


class Named(Protocol):
    """What a channel must have."""

    @property
    def name(self) -> str:
        """Reaction of the parent, for people and ``run.processes``."""
        ...


ChannelT = TypeVar("ChannelT", bound=Named)


class PairDecay(ParticleProcess, Generic[ChannelT]):
    """One channel of parents that are made in pairs, charge conjugates included.

    Parameters
    ----------
    channel
        Decay of a parent.
    model
        Mass and widths of what flies.
    beams
        The collider.
    """

    made_by: ClassVar[str]
    """Reaction that makes the pair of parents."""
    powers: ClassVar[Powers] = Powers()
    flying_per_event = 2.0  # either parent of an event can decay so

    def __init__(self, channel: ChannelT, model: ParticleModel, beams: Beams) -> None:
        super().__init__(model, beams)
        self.channel = channel

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return self.channel.name

    @property
    def reaction(self) -> str:
        """What happens."""
        return f"{self.made_by}, {self.channel.name}"
