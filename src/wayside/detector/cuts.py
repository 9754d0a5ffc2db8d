"""Cuts of the reconstruction in films, gas detectors and fibres: what makes a track, a vertex."""

from dataclasses import dataclass
from typing import Literal

FibreVeto = Literal["upstream", "all"]
"""Fibres that veto a vertex: those at a smaller depth than the vertex, or all of them."""


def all_veto(fibre_veto: FibreVeto) -> bool:
    """Whether all fibres veto, and not those upstream of the vertex alone."""
    return fibre_veto == "all"


@dataclass(frozen=True)
class ReconstructionCuts:
    """Cuts on tracks and vertices.

    The defaults are those of the section ``[reconstruction]`` of a scenario; their origins are in
    docs/theory/reconstruction.md.

    Parameters
    ----------
    min_sheets
        Smallest number of base-tracks of a track; the study asks for 5 sheets.
    max_holes
        Largest number of sheets in a row that a track may miss.
    vertex_chi2
        Largest chi-squared, one degree of freedom, of two tracks at a common point.
    min_opening
        Smallest angle between the two tracks in rad.
    veto_sheets
        Number of sheets in front of a vertex that must be there, without a track that ends at it.
    fibre_veto
        Fibres that must be without hits when a vertex happens: those ``"upstream"`` of it, or
        ``"all"``.
    gas_veto
        Whether gas detectors before the vertex must be without hits at that time, too.
    four_dimensional
        Whether tracks get the times of their gas hits first, vertices are made of tracks of one
        time first, the two hits must be distinct, and the gap in which a vertex lies may time it.
    """

    min_sheets: int = 5
    max_holes: int = 2
    vertex_chi2: float = 16.0
    min_opening: float = 0.01
    veto_sheets: int = 3
    fibre_veto: FibreVeto = "upstream"
    gas_veto: bool = False
    four_dimensional: bool = False

    @property
    def all_fibres_veto(self) -> bool:
        """Whether all fibres veto, and not those upstream of the vertex alone."""
        return all_veto(self.fibre_veto)
