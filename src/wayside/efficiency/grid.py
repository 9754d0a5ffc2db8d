"""What acceptance needs of a table of efficiencies: values on a grid, and an error of averages."""

from collections.abc import Mapping
from typing import Protocol

from wayside.typing import FloatArray


class EfficiencyGrid(Protocol):
    """Efficiency of decays on a grid of `wayside.efficiency.axes.AXES`, for several channels."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the final states."""
        ...

    @property
    def edges(self) -> Mapping[str, FloatArray]:
        """Edges of the bins by axis."""
        ...

    @property
    def centres(self) -> Mapping[str, FloatArray]:
        """Centres of the bins in the coordinate of interpolation, by axis."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of channels, and of bins by axis."""
        ...

    def filled(self, selection: str) -> tuple[FloatArray, FloatArray]:
        """Efficiency of every cell and its variance, of the shape of the grid."""
        ...

    def weighted(self, selection: str, fraction: FloatArray) -> tuple[float, float]:
        """Sum of fractions of cells times their efficiency, and its standard error."""
        ...
