"""Acceptances of several processes of a single particle: what scales alike is integrated once.

Processes whose rates go with the same powers of the couplings keep their ratio whatever the
couplings are, so that their particles are those of one process.
"""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from wayside.acceptance.particle import Acceptance, Prepared, prepared, prepared_acceptance
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
        self._parts: dict[tuple[int, ...], Prepared] = {}

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
            if numbers not in self._parts:
                self._parts[numbers] = prepared(self._parts_together(numbers))
            self.computed[key] = prepared_acceptance(self._parts[numbers], volume, self._rtol)
        return self.computed[key]

    @cached_property
    def _alike(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the processes that scale alike with the couplings, together."""
        groups: dict[Powers | int, list[int]] = {}
        for number, process in enumerate(self._processes):
            key = number if process.produced_as is None else process.produced_as
            groups.setdefault(key, []).append(number)
        return tuple(tuple(numbers) for numbers in groups.values())

    @cached_property
    def _rates(self) -> tuple[float, ...]:
        """Particles of each process per fb^-1 with all couplings 1."""
        ones = {coupling.name: 1.0 for coupling in self._processes[0].model.couplings}
        return tuple(float(process.produced_fb(ones)) for process in self._processes)

    def _parts_together(self, numbers: tuple[int, ...]) -> list[FlightPart]:
        """Flights of all particles of processes that scale alike."""
        if len(numbers) == 1:
            return list(self._processes[numbers[0]].parts)
        total = sum(self._rates[number] for number in numbers)
        return [
            part._replace(fraction=part.fraction * self._rates[number] / total)
            for number in numbers
            for part in self._processes[number].parts
        ]

    def _produced(self, numbers: tuple[int, ...], couplings: Couplings) -> FloatArray:
        """Particles of a group per fb^-1."""
        process = self._processes[numbers[0]]
        if process.produced_as is None:
            return process.produced_fb(couplings)
        rate = sum(self._rates[number] for number in numbers)
        return np.asarray(rate * process.produced_as.of(**couplings))

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
            produced = self._produced(numbers, couplings)
            if np.any(produced):
                total = total + produced * value(self.together(numbers, name, volume))
        return np.asarray(total)
