"""What a section of the report is handed, and what it hands back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from matplotlib.figure import Figure

from wayside.paper.geant4 import Record, shipped
from wayside.paper.rows import Row


@dataclass(frozen=True)
class Context:
    """What sections share."""

    @cached_property
    def record(self) -> Record:
        """Geant4 record of Figs. 11 and 12 and of the track threshold."""
        return shipped()


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure of the report.

    Attributes
    ----------
    name
        Name of its files, without ending.
    caption
        What it shows, and which of its parameters the study's text gives.
    draw
        Makes it.
    """

    name: str
    caption: str
    draw: Callable[[], Figure]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Rows and figures of a section."""

    rows: tuple[Row, ...]
    drawings: tuple[Drawing, ...] = field(default=())


class Section(Protocol):
    """A module of this package that stands for one table, figure, equation or claim."""

    def run(self, context: Context) -> Outcome:
        """Compute rows and figures."""
