"""Cuts on variables of candidates, and layers that veto: which rows pass, with which weight."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from wayside.candidates.weights import Vetoes
from wayside.selections.variables import variable
from wayside.typing import BoolArray, FloatArray, StructuredArray


class Cut(NamedTuple):
    """A threshold on a variable; values at the threshold pass.

    Attributes
    ----------
    variable
        Name among `wayside.selections.variables.VARIABLES`, which says which side is kept.
    threshold
        Value in the unit of the variable.
    """

    variable: str
    threshold: float

    def passes(self, rows: StructuredArray) -> BoolArray:
        """Which rows of `wayside.candidates.schema.ROW` pass, shape (n,)."""
        measured = variable(self.variable)
        return measured.passes(measured.values(rows), self.threshold)

    def words(self) -> str:
        """The cut as a line for tables, such as ``mass >= 0.06 GeV``."""
        measured = variable(self.variable)
        sign = ">=" if measured.keeps_above else "<="
        return f"{self.variable} {sign} {self.threshold:.4g} {measured.unit}".rstrip()


class Cuts(NamedTuple):
    """Everything that a candidate must pass.

    Attributes
    ----------
    cuts
        Thresholds, all of which must be passed.
    vetoes
        Layers that veto.
    """

    cuts: tuple[Cut, ...] = ()
    vetoes: Vetoes = Vetoes()

    def plain(self) -> dict[str, Any]:
        """Values that JSON knows: thresholds by variable under ``cuts``, and ``vetoes``."""
        thresholds = {cut.variable: cut.threshold for cut in self.cuts}
        return {"cuts": thresholds, "vetoes": self.vetoes._asdict()}

    def passes(self, rows: StructuredArray) -> BoolArray:
        """Which rows pass all thresholds, whatever the vetoes say; shape (n,)."""
        return passing(self.cuts, rows)

    def weights(self, rows: StructuredArray) -> FloatArray:
        """Probability that each row passes, shape (n,); 0 where a threshold is not passed.

        Examples
        --------
        >>> from wayside.candidates.schema import ROW
        >>> rows = np.zeros(2, ROW)
        >>> rows["timed"], rows["mass"], rows["fibres_upstream"] = True, 0.1, (0, 1)
        >>> Cuts((Cut("mass", 0.06),)).weights(rows).round(3).tolist()
        [1.0, 0.02]
        """
        return np.asarray(self.passes(rows) * self.vetoes.weights(rows))


def uncrowded(cuts: Iterable[Cut], tracks: float) -> float:
    """Probability that unrelated tracks in the films leave a candidate its distance to them.

    Parameters
    ----------
    cuts
        Thresholds; those on a distance to other tracks count.
    tracks
        Unrelated tracks that cross a film when it is replaced, per m^2.

    Examples
    --------
    At 7,000 tracks per cm^2:

    >>> round(uncrowded((Cut("passing", 5e-6),), 7e7), 4)
    0.9945
    """
    radii = [cut.threshold for cut in cuts if variable(cut.variable).crowded]
    return math.exp(-math.pi * tracks * max(radii, default=0.0) ** 2)


def passing(cuts: Iterable[Cut], rows: StructuredArray) -> BoolArray:
    """Which rows pass all of several cuts, shape (n,)."""
    good = np.ones(len(rows), dtype=np.bool_)
    for cut in cuts:
        good &= cut.passes(rows)
    return good
