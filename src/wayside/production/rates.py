"""How often a process happens: what pairs with a mediator and single particles have in common."""

from abc import ABC, abstractmethod
from functools import cached_property
from typing import ClassVar

import numpy as np

from wayside.models.couplings import Couplings, Powers
from wayside.typing import FloatArray


class Rates(ABC):
    """Cross-section and yield of a process, with the couplings left out of what costs time."""

    powers: ClassVar[Powers]
    """Exponents of the couplings that are left out of the cross-section."""
    flying_per_event: float = 1.0
    """Long-lived particles per event of the process with the branching ratio once."""

    @cached_property
    @abstractmethod
    def cross_section_hat(self) -> float:
        """Cross-section in fb with the couplings of `powers` left out."""

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Fraction of the events of `cross_section_hat` that hold the long-lived particle.

        Parameters
        ----------
        couplings
            Values by name, shapes that broadcast.

        Returns
        -------
        ndarray
            1 unless a parent has other decays.
        """
        return np.ones(np.broadcast_shapes(*(np.shape(value) for value in couplings.values())))

    def cross_section(self, couplings: Couplings) -> FloatArray:
        """Cross-section of the process in fb, whatever its parents decay to."""
        return np.asarray(self.cross_section_hat * self.powers.of(**couplings))

    def produced_fb(self, couplings: Couplings) -> FloatArray:
        """Long-lived particles produced per fb^-1: cross-section, branching ratio, multiplicity."""
        rate = self.cross_section(couplings) * self.branching_ratio(couplings)
        return np.asarray(self.flying_per_event * rate)
