"""Widths of the A' on its mass shell, as cross-sections, limits and reports count them."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from wayside.models.protocol import Model, WidthErrors
from wayside.radiation.vacuum import vacuum_polarisation
from wayside.typing import FloatArray


class MediatorWidths:
    """Widths of the A' with the couplings left out, and what follows from them with couplings.

    Parameters
    ----------
    model
        Masses and bare widths.
    running
        Whether epsilon is the mixing with a photon whose coupling runs: widths into charged
        particles, which are all visible ones, are then multiplied by `running_factor`.
    """

    def __init__(self, model: Model, running: bool = False) -> None:
        self.model = model
        self.running = running

    @cached_property
    def running_factor(self) -> float:
        """Factor on the squared coupling of the A' to charges, at its mass; docs/theory."""
        return float(vacuum_polarisation(self.model.m_aprime)) if self.running else 1.0

    @cached_property
    def visible_hats(self) -> dict[str, float]:
        """Widths into the Standard Model over epsilon^2, in GeV by channel.

        Raises
        ------
        InputError
            If the A' is too heavy for widths without the Z.
        """
        bare = self.model.visible_width_hats()
        return {channel: width * self.running_factor for channel, width in bare.items()}

    @cached_property
    def visible_error_hat(self) -> float | None:
        """Standard uncertainty of the width into hadrons over epsilon^2, in GeV, or None."""
        if not isinstance(self.model, WidthErrors):
            return None
        return self.model.visible_width_error_hat() * self.running_factor

    @cached_property
    def dark_hat(self) -> float:
        """Width into the dark pair over g_D^2, in GeV."""
        return self.model.dark_width_hat()

    def dark(self, couplings: Mapping[str, ArrayLike]) -> FloatArray:
        """Width into the dark pair in GeV; couplings by name, shapes that broadcast."""
        return np.asarray(self.model.dark_powers.of(**couplings) * self.dark_hat)

    def visible(self, couplings: Mapping[str, ArrayLike]) -> FloatArray:
        """Width into the Standard Model in GeV; couplings by name, shapes that broadcast."""
        total = sum(self.visible_hats.values())
        return np.asarray(self.model.visible_powers.of(**couplings) * total)

    def branching_dark(self, couplings: Mapping[str, ArrayLike]) -> FloatArray:
        """Branching ratio into the dark pair; couplings by name, shapes that broadcast."""
        dark = self.dark(couplings)
        return np.asarray(dark / (dark + self.visible(couplings)))
