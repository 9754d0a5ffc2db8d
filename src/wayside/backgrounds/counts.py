"""Mean numbers with their errors, and the stages of the selection at which fakes are counted."""

from dataclasses import dataclass
from math import hypot
from typing import Final, Literal, get_args

Stage = Literal["vertex", "gas", "timed", "closed", "quiet", "closed_quiet", "isolated"]
"""A `wayside.efficiency.selection.Selection`, or a stage before or after ``"timed"``: ``"gas"`` has
a time and does not ask the fibres, ``"closed"`` wants all fibres silent and not those upstream
alone, ``"quiet"`` is timed and has no hit at that time in a gap before the vertex,
``"closed_quiet"`` is both, ``"isolated"`` is quiet and has no companions."""

STAGES: Final[tuple[Stage, ...]] = get_args(Stage)


@dataclass(frozen=True)
class Count:
    """A mean number over the exposure, with standard errors of it.

    Attributes
    ----------
    value
        Mean.
    statistical
        Error from the size of simulated samples; independent between counts.
    systematic
        Error from fluxes, cross-sections and approximations.
    """

    value: float
    statistical: float = 0.0
    systematic: float = 0.0

    @property
    def error(self) -> float:
        """Both errors in quadrature."""
        return hypot(self.statistical, self.systematic)

    def times(self, factor: float, relative_error: float = 0.0) -> "Count":
        """Scaled by a factor that has itself a relative (systematic) error."""
        value = self.value * factor
        return Count(
            value,
            self.statistical * abs(factor),
            hypot(self.systematic * factor, value * relative_error),
        )

    def product(self, other: "Count") -> "Count":
        """Of two independent numbers: relative errors in quadrature, each kind on its own."""
        return Count(
            self.value * other.value,
            hypot(self.statistical * other.value, other.statistical * self.value),
            hypot(self.systematic * other.value, other.systematic * self.value),
        )
