"""Acceptances of several processes of a single particle: what scales alike is integrated once.

Processes whose rates go with the same powers of the couplings keep their ratio whatever the
couplings are, so that their particles are those of one process.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from wayside.acceptance.particle import Acceptance, acceptance
from wayside.detector.volume import Volume
from wayside.models.couplings import Couplings, Powers
from wayside.production.particle_process import FlightPart, ParticleProcess
from wayside.typing import FloatArray

AcceptanceKey = tuple[tuple[int, ...], str]
"""Numbers of processes, and a detector."""


class ProcessAcceptances:
    """Acceptances of detectors for processes at one mass and collider, computed when asked for.

    Parameters
    ----------
    processes
        Production processes.
    rtol
        Relative accuracy of acceptances.
    """

    computed: dict[AcceptanceKey, Acceptance]
    """Those that were asked for."""

    def __init__(self, processes: Sequence[ParticleProcess], rtol: float) -> None:
        self._processes, self._rtol = tuple(processes), rtol
        self.computed = {}

    def together(self, numbers: tuple[int, ...], name: str, volume: Volume) -> Acceptance:
        """Acceptance of a detector for the particles of processes that scale alike.

        Parameters
        ----------
        numbers
            Of the processes.
        name, volume
            The detector.
        """
        key = (numbers, name)
        if key not in self.computed:
            parts = parts_together([self._processes[number] for number in numbers])
            self.computed[key] = acceptance(parts, volume, self._rtol)
        return self.computed[key]

    @cached_property
    def _alike(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the processes that scale alike with the couplings, together."""
        groups: dict[Powers | int, list[int]] = {}
        for number, process in enumerate(self._processes):
            key = number if process.produced_as is None else process.produced_as
            groups.setdefault(key, []).append(number)
        return tuple(tuple(numbers) for numbers in groups.values())

    def weighted(
        self,
        couplings: Couplings,
        name: str,
        volume: Volume,
        value: Callable[[Acceptance], FloatArray | float],
    ) -> FloatArray:
        """Sum of a number of acceptances, times what is produced per fb^-1.

        Parameters
        ----------
        couplings
            Values by name, shapes that broadcast.
        name, volume
            The detector.
        value
            The number.
        """
        total = np.zeros(np.broadcast_shapes(*(np.shape(value) for value in couplings.values())))
        for numbers in self._alike:
            rates = [self._processes[number].produced_fb(couplings) for number in numbers]
            produced = np.asarray(sum(rates))
            if np.any(produced):
                total = total + produced * value(self.together(numbers, name, volume))
        return np.asarray(total)


def parts_together(processes: Sequence[ParticleProcess]) -> list[FlightPart]:
    """Flights of all particles of processes that scale alike.

    Parameters
    ----------
    processes
        One or more.
    """
    if len(processes) == 1:
        return list(processes[0].parts)
    ones = {coupling.name: 1.0 for coupling in processes[0].model.couplings}
    rates = [float(process.produced_fb(ones)) for process in processes]
    return [
        part._replace(fraction=part.fraction * rate / sum(rates))
        for process, rate in zip(processes, rates, strict=True)
        for part in process.parts
    ]
