"""The films that a track crosses: errors, depths, material and the area that was scanned."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.sheets import Sheets
from wayside.reconstruction.material import Absorber, Layer
from wayside.reconstruction.resolution import Resolution, resolution_of
from wayside.typing import FloatArray


class Depths(NamedTuple):
    """Depths in mm by number of the sheet, each of shape (sheets,)."""

    sheet: FloatArray
    """Middle of the sheet's base, where base-tracks are given."""
    plate: FloatArray
    """Middle of the plate before the sheet."""
    gap: FloatArray
    """Centre of the material of the gas detector before that plate, nan without one."""


class FilmConstants(NamedTuple):
    """All that compiled code is given about the films."""

    resolution: Resolution
    """Errors of measurement."""
    absorber: Absorber
    """Material that is crossed."""
    depths: Depths
    """Where sheets, plates and gaps are."""


@dataclass(frozen=True)
class Films:
    """Films as reconstruction takes them to be.

    Parameters
    ----------
    emulsion
        Response of the films: errors of grains, of alignment and of distortion.
    sheets
        Depths of plates, films and gaps, and the size of the sheets.
    layer
        Material between two sheets.
    bounds
        Lowest and highest x, lowest and highest y of the scanned area in mm; None stands for
        whole sheets. A track that enters or leaves there has no continuation to be found.
    """

    emulsion: Emulsion = field(default_factory=Emulsion)
    sheets: Sheets = field(default_factory=Sheets)
    layer: Layer = field(default_factory=Layer)
    bounds: tuple[float, float, float, float] | None = None

    @property
    def scanned(self) -> tuple[float, float, float, float]:
        """Lowest and highest x, lowest and highest y of the scanned area in mm."""
        return self.bounds or self.sheets.bounds

    def constants(self, last: int) -> FilmConstants:
        """Collect what compiled code takes.

        Parameters
        ----------
        last
            Number of the last sheet whose depth is needed.
        """
        return FilmConstants(
            resolution_of(self.emulsion, self.sheets),
            self.layer.absorber(self.sheets.plate),
            depths(self.sheets, self.layer, last),
        )


def depths(sheets: Sheets, layer: Layer, last: int) -> Depths:
    """Depths of sheets 0 to ``last`` and of what lies before each.

    Parameters
    ----------
    sheets, layer
        Thicknesses, and where the material of a gap is centred.
    last
        Number of the last sheet.
    """
    number = np.arange(last + 1)
    gap = sheets.plate_front(number) - sheets.gap + layer.gap_centre
    gap[(number % sheets.layers != 0) | (number == 0)] = np.nan
    return Depths(sheets.middle(number), sheets.plate_front(number) + 0.5 * sheets.plate, gap)
