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
        return self.product(Count(factor, systematic=factor * relative_error))

    def product(self, other: "Count") -> "Count":
        """Of two independent numbers, with the exact variance of a product.

        What the errors have in common keeps those of a number that is 0 and not known: none of
        many simulated particles, times a flux that is known to 50 per cent.

        Examples
        --------
        >>> Count(0.0, statistical=3.0).product(Count(10.0, systematic=10.0))
        Count(value=0.0, statistical=30.0, systematic=30.0)
        """
        return Count(
            self.value * other.value,
            hypot(
                self.statistical * other.value,
                other.statistical * self.value,
                self.statistical * other.statistical,
            ),
            hypot(
                self.systematic * hypot(other.value, other.statistical),
                other.systematic * hypot(self.value, self.statistical),
                self.systematic * other.systematic,
            ),
        )
