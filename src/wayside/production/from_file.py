"""Production as it is in a file of another generator: samples in place of a density."""

from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.collider.boosts import boost
from wayside.errors import InputError
from wayside.models.couplings import Powers
from wayside.models.from_file import FromFile
from wayside.models.particle import ParticleModel
from wayside.production.frames import Frames, frames_of
from wayside.production.particle_process import FlightPart, ParticleProcess
from wayside.production.process import Treatment
from wayside.production.samples import Sample, read_sample
from wayside.typing import FloatArray


class SampledFlight(NamedTuple):
    """Particles in the centre of mass, which may be turned about the electrons' direction."""

    frames: Frames
    mass: float
    """Mass of the particle in GeV."""
    weight: FloatArray
    """Fractions of all particles, shape (n,)."""
    transverse: FloatArray
    along: FloatArray
    """Momenta across and along the electrons in the centre of mass in GeV, shape (n,)."""


class FileProcess(ParticleProcess):
    """Events of a file, as many as a cross-section says."""

    powers: ClassVar[Powers] = Powers(cross_section_fb=1)

    def __init__(self, model: FromFile, beams: Beams) -> None:
        super().__init__(model, beams)
        self.sample: Sample = read_sample(model.file, model.code)
        # The weighted mean of the number of particles of an event.
        self.flying_per_event = float(self.sample.weight.sum()) / self.sample.total_weight
        self._frame = model.frame
        self._reaction = f"particles {model.code} of {model.file}"

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return "file"

    @property
    def reaction(self) -> str:
        """Which particles of which file."""
        return self._reaction

    @cached_property
    def cross_section_hat(self) -> float:
        """The cross-section itself is what the scenario, or the file, gives."""
        return 1.0

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """The samples, their azimuth about the beams left free.

        The beams are not polarised: in their common frame nothing depends on it.
        """
        momentum = self.sample.momentum
        if self._frame == "lab":
            energy = np.sqrt(self.sample.mass**2 + np.sum(momentum**2, axis=1))
            _, momentum = boost(energy, momentum, -self.beams.boost)
            momentum = momentum @ self.beams.frame.T
        weight = self.sample.weight / self.sample.weight.sum()
        flight = SampledFlight(
            frames_of(self.beams),
            self.sample.mass,
            weight,
            np.hypot(momentum[:, 0], momentum[:, 1]),
            np.ascontiguousarray(momentum[:, 2]),
        )
        return (FlightPart(1.0, flight),)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """The one process.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    if not isinstance(model, FromFile):
        raise InputError(f"kind = {model.kind}: not a model of a file")
    return (FileProcess(model, beams),)
