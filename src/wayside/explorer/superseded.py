"""Answers that are given up because the page has a newer state, or has closed."""

from collections.abc import Callable
from dataclasses import dataclass

from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import Plane

Superseded = Callable[[], bool]
"""Whether the answer is no longer wanted."""


class NoLongerWanted(Exception):  # noqa: N818  # not an error
    """The page has a newer state, and asks again."""


@dataclass(frozen=True)
class InterruptiblePlane(Plane):
    """A plane that asks before each of its columns whether it is still wanted."""

    superseded: Superseded = lambda: False
    """Asked before every column."""

    @classmethod
    def of(cls, plane: Plane, superseded: Superseded) -> "InterruptiblePlane":
        """The plane, with the mass points made so far."""
        values = (plane.scenario, plane.centre, plane.x, plane.epsilon, plane.kept)
        return cls(*values, superseded=superseded)

    def column(self, x: float) -> MassPoint | None:
        """As `Plane.column`, or `NoLongerWanted`."""
        go_on(self.superseded)
        return super().column(x)


def go_on(superseded: Superseded) -> None:
    """Raise `NoLongerWanted` if an answer is superseded."""
    if superseded():
        raise NoLongerWanted
