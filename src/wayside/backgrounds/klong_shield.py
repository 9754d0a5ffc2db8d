"""Transmission of K_L0 through iron and tungsten, from Geant4 (``klong_transmission``)."""

import functools
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from wayside.data import read_table
from wayside.detector.materials import LEAD, TUNGSTEN
from wayside.typing import FloatArray

Metal = Literal["iron", "tungsten"]

_NUMBERS: Final[dict[Metal, int]] = {"iron": 0, "tungsten": 1}

LENGTH_ERROR: Final = 0.05
"""Relative, of attenuation lengths: hadronic cross-sections of K_L0 below some GeV and what Geant4
makes of them. At 15 attenuation lengths that is a factor of two."""

LEAD_AS_TUNGSTEN: Final = (LEAD.density / LEAD.interaction_length) / (
    TUNGSTEN.density / TUNGSTEN.interaction_length
)
"""Thickness of tungsten in nuclear interaction lengths for one of lead."""

_QUANTILES: Final = ("q10", "q30", "q50", "q70", "q90")


@dataclass(frozen=True, eq=False)
class Curves:
    """One metal's table.

    Attributes
    ----------
    energies
        Kinetic, of the beam, in GeV, shape (n,).
    thickness
        Thicknesses in m, the first of them 0, shape (m,).
    logs, log_errors
        Logarithm of the transmission and its statistical error, shape (n, m).
    energy_quantiles
        Quantiles of the kinetic energy behind over that before, shape (n, m, 5).
    mean_energy
        Mean kinetic energy behind over that before, shape (n, m).
    """

    energies: FloatArray
    thickness: FloatArray
    logs: FloatArray
    log_errors: FloatArray
    energy_quantiles: FloatArray
    mean_energy: FloatArray

    def at(self, values: FloatArray, kinetic: ArrayLike, thickness: float) -> FloatArray:
        """Values of the table, linear in the thickness and in the logarithm of the energy.

        Parameters
        ----------
        values
            Shape (n, m) or (n, m, ...).
        kinetic
            Kinetic energies in GeV, of any shape; beyond the ends of the table as there.
        thickness
            Thickness in m, at most the last of the table.
        """
        upper = int(np.clip(np.searchsorted(self.thickness, thickness), 1, len(self.thickness) - 1))
        low, high = self.thickness[upper - 1], self.thickness[upper]
        fraction = (thickness - low) / (high - low)
        at_thickness = (1.0 - fraction) * values[:, upper - 1] + fraction * values[:, upper]
        logs = np.log(np.maximum(np.asarray(kinetic, dtype=np.float64), 1e-6))
        grid = np.log(self.energies)
        right = np.clip(np.searchsorted(grid, logs), 1, len(grid) - 1)
        along = np.clip((logs - grid[right - 1]) / (grid[right] - grid[right - 1]), 0.0, 1.0)
        along = along.reshape(along.shape + (1,) * (at_thickness.ndim - 1))
        return np.asarray((1.0 - along) * at_thickness[right - 1] + along * at_thickness[right])

    def log_transmission(self, kinetic: ArrayLike, thickness: float) -> FloatArray:
        """Logarithm of the transmission; beyond the table its last quarter goes on."""
        last = float(self.thickness[-1])
        if thickness <= last:
            return self.at(self.logs, kinetic, thickness)
        early = 0.75 * last
        end = self.at(self.logs, kinetic, last)
        slope = (end - self.at(self.logs, kinetic, early)) / (last - early)
        return np.asarray(end + slope * (thickness - last))


@functools.cache
def curves(metal: Metal) -> Curves:
    """The table of one metal, with a first column for no metal at all."""
    table = read_table("klong_transmission")
    mine = table["material"] == _NUMBERS[metal]
    energies = np.unique(table["energy"][mine])
    thickness = np.unique(table["thickness"][mine])
    shape = (len(energies), len(thickness))

    def column(name: str) -> FloatArray:
        return np.asarray(table[name][mine].reshape(shape))

    def begun(values: FloatArray, first: FloatArray) -> FloatArray:
        return np.concatenate([first[:, None], values], axis=1)

    nothing = np.zeros(len(energies))
    whole = np.ones(len(energies))
    quantiles = [begun(column(name) / energies[:, None], whole) for name in _QUANTILES]
    return Curves(
        energies,
        np.append(0.0, thickness),
        begun(np.log(column("transmission")), nothing),
        begun(column("log_error"), nothing),
        np.stack(quantiles, axis=-1),
        begun(column("mean_energy") / energies[:, None], whole),
    )


@dataclass(frozen=True)
class Shield:
    """Iron, then tungsten, then lead, all across the way.

    Attributes
    ----------
    iron, tungsten, lead
        Thickness in m; lead counts as tungsten of as many nuclear interaction lengths.
    """

    iron: float = 0.0
    tungsten: float = 0.0
    lead: float = 0.0

    def transmission(self, kinetic: ArrayLike) -> FloatArray:
        """Fraction of K_L0 that come out behind, against the kinetic energy in GeV before it."""
        energy = np.asarray(kinetic, dtype=np.float64)
        first = curves("iron")
        behind = self._behind_iron(energy)
        second = curves("tungsten").log_transmission(behind, self._dense)
        return np.asarray(
            np.exp(first.log_transmission(energy, self.iron)) * np.exp(second).mean(axis=-1)
        )

    def energy_behind(self, kinetic: ArrayLike) -> FloatArray:
        """Mean kinetic energy in GeV behind, against that before."""
        dense = curves("tungsten")
        thickness = min(self._dense, float(dense.thickness[-1]))
        behind = self._behind_iron(np.asarray(kinetic, dtype=np.float64))
        weights = np.exp(dense.log_transmission(behind, self._dense))
        means = behind * dense.at(dense.mean_energy, behind, thickness)
        return np.asarray((weights * means).sum(axis=-1) / weights.sum(axis=-1))

    def statistical(self, kinetic: ArrayLike) -> FloatArray:
        """Relative error of the transmission from the size of the simulated samples."""
        errors = []
        for metal, thickness in (("iron", self.iron), ("tungsten", self._dense)):
            table = curves("iron" if metal == "iron" else "tungsten")
            inside = min(thickness, float(table.thickness[-1]))
            errors.append(table.at(table.log_errors, kinetic, inside))
        return np.asarray(np.hypot(*errors))

    @property
    def _dense(self) -> float:
        return self.tungsten + self.lead * LEAD_AS_TUNGSTEN

    def _behind_iron(self, energy: FloatArray) -> FloatArray:
        """Five kinetic energies of equal probability behind the iron, shape (..., 5)."""
        table = curves("iron")
        inside = min(self.iron, float(table.thickness[-1]))
        return np.asarray(energy[..., None] * table.at(table.energy_quantiles, energy, inside))
