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
                made = parts_together([self._processes[number] for number in numbers])
                self._parts[numbers] = prepared(made)
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
    def _rates(self) -> dict[tuple[int, ...], float]:
        """Particles per fb^-1 of each group whose monomial is 1."""
        return {
            numbers: sum(_at_ones(self._processes[number]) for number in numbers)
            for numbers in self._alike
            if self._processes[numbers[0]].produced_as is not None
        }

    def _produced(self, numbers: tuple[int, ...], couplings: Couplings) -> FloatArray:
        """Particles of a group per fb^-1."""
        process = self._processes[numbers[0]]
        if process.produced_as is None:
            return process.produced_fb(couplings)
        return np.asarray(self._rates[numbers] * process.produced_as.of(**couplings))

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


def parts_together(processes: Sequence[ParticleProcess]) -> list[FlightPart]:
    """Flights of all particles of processes that scale alike.

    Parameters
    ----------
    processes
        One or more.
    """
    if len(processes) == 1:
        return list(processes[0].parts)
    rates = [_at_ones(process) for process in processes]
    return [
        part._replace(fraction=part.fraction * rate / sum(rates))
        for process, rate in zip(processes, rates, strict=True)
        for part in process.parts
    ]


def _at_ones(process: ParticleProcess) -> float:
    """Particles per fb^-1 with all couplings 1."""
    return float(process.produced_fb({c.name: 1.0 for c in process.model.couplings}))
