"""Variables on which a selection may cut, by name: what they are and which side is the signal's.

A variable is a function of rows of the candidate table. Everything in it can be measured: nothing
of the truth, and no number of tracks in an event or around a vertex, as films do not know what
belongs to one event: in half a year tens of electrons that muons knock on begin along a track.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.typing import BoolArray, FloatArray, StructuredArray


class Variable(NamedTuple):
    """A measured quantity of a candidate.

    Attributes
    ----------
    unit
        Unit, empty for pure numbers.
    text
        What it is, for axes of figures and tables.
    keep
        Side that a cut keeps: values ``"above"`` it or ``"below"``.
    values
        Function of rows of `wayside.candidates.schema.ROW`, shape (n,), to an array of that shape.
    crowded
        Whether it is a distance in m to any other track, so that unrelated tracks in the films
        reduce it.
    """

    unit: str
    text: str
    keep: Literal["above", "below"]
    values: Callable[[StructuredArray], FloatArray]
    crowded: bool = False

    @property
    def keeps_above(self) -> bool:
        """Whether a cut keeps the values above it."""
        return self.keep == "above"

    def passes(self, values: FloatArray, thresholds: FloatArray | float) -> BoolArray:
        """Whether values are on the side of thresholds that a cut keeps, or at them.

        Parameters
        ----------
        values, thresholds
            In ``unit``, shapes that broadcast.
        """
        return np.asarray(values >= thresholds if self.keeps_above else values <= thresholds)


def _column(name: str) -> Callable[[StructuredArray], FloatArray]:
    return lambda rows: np.asarray(rows[name], dtype=np.float64)


def _both(name: str, combine: Callable[..., FloatArray]) -> Callable[[StructuredArray], FloatArray]:
    def values(rows: StructuredArray) -> FloatArray:
        first, second = (np.asarray(rows[f"{name}_{k}"], dtype=np.float64) for k in (1, 2))
        return np.asarray(combine(first, second), dtype=np.float64)

    return values


def _momentum_sum(rows: StructuredArray) -> FloatArray:
    return np.sqrt(sum(np.asarray(rows[f"sum_{axis}"], np.float64) ** 2 for axis in "xyz"))


VARIABLES: Final[dict[str, Variable]] = {
    "mass": Variable("GeV", "mass of the pair", "above", _column("mass")),
    "electron_mass": Variable(
        "GeV", "mass of the pair, momenta as electrons", "above", _column("electron_mass")
    ),
    "grains": Variable("per 100 um", "larger grain density", "below", _both("grains", np.maximum)),
    "passing": Variable(
        "m", "distance of the nearest passing track", "above", _column("passing"), crowded=True
    ),
    "opening": Variable("rad", "opening angle", "above", _column("opening")),
    "momentum_sum": Variable("GeV", "momentum of the pair", "above", _momentum_sum),
    "softer_momentum": Variable("GeV", "smaller momentum", "above", _both("momentum", np.minimum)),
    "base_tracks": Variable(
        "", "base-tracks of the shorter track", "above", _both("base_tracks", np.minimum)
    ),
    "vertex_chi2": Variable("", "chi-squared of the vertex", "below", _column("chi2")),
    "track_chi2": Variable(
        "", "larger chi-squared of the tracks", "below", _both("track_chi2", np.maximum)
    ),
    "depth_error": Variable("m", "error of the depth", "below", _column("sigma_z")),
}
"""Variables by name."""


def variable(name: str) -> Variable:
    """Variable of a name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> variable("mass").keep
    'above'
    """
    if name not in VARIABLES:
        raise InputError(f"no variable {name!r} of candidates; there are: {', '.join(VARIABLES)}")
    return VARIABLES[name]
