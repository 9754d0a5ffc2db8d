"""What every source of background says: how many enter, and how many vertices they fake."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import hypot
from typing import Final, Literal

Scaling = Literal["luminosity", "time"]

Selection = Literal["vertex", "timed"]
"""What counts as an event: a ``"vertex"`` in the emulsion alone, or one that is ``"timed"``: gas
hits on both tracks agree on one time, at which the fibres upstream are silent."""

SELECTIONS: Final[tuple[Selection, ...]] = ("vertex", "timed")


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


@dataclass(frozen=True)
class Source:
    """One source of background at one detector, over the exposure of a scenario.

    Attributes
    ----------
    key, title
        Name for machines (``"cosmic-muons"``) and for people.
    scales
        What it grows with.
    entering
        Particles that enter the detector.
    vertices
        Vertices they fake, by `Selection`; None where nobody has simulated it.
    notes
        What is approximated, and from where the numbers come.
    """

    key: str
    title: str
    scales: Scaling
    entering: Count
    vertices: dict[Selection, Count] | None = None
    notes: tuple[str, ...] = ()


def total(sources: Iterable[Source], selection: Selection) -> Count:
    """Vertices of all sources that say how many they fake.

    Statistical errors are independent of each other and add in quadrature. So do systematic ones:
    what sources share, such as the flux of cosmic muons, is a small part of them.
    """
    counts = [each.vertices[selection] for each in sources if each.vertices is not None]
    return Count(
        sum(each.value for each in counts),
        hypot(*(each.statistical for each in counts)),
        hypot(*(each.systematic for each in counts)),
    )


def with_fakes(source: Source, each: Mapping[Selection, Count] | None) -> Source:
    """The source with the vertices it fakes.

    Parameters
    ----------
    source
        Without vertices.
    each
        Vertices that one entering particle fakes on average, by selection; None for unknown.
    """
    if each is None:
        return source
    vertices = {selection: source.entering.product(count) for selection, count in each.items()}
    return replace(source, vertices=vertices)
