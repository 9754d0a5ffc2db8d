"""A particle whose production is in a file: its lifetime and branching ratios are given.

The proper decay length and the cross-section take the place of couplings: yields depend on them by
powers, so that planes over them cost nothing.
"""

from dataclasses import dataclass
from typing import ClassVar

from wayside.constants import HBAR_C
from wayside.models.couplings import Powers
from wayside.models.parameters import Coupling
from wayside.models.particle import ParticleModel, Width

__all__ = ["FromFile"]

WIDTH_POWERS = Powers(ctau_m=-1)
"""A width is hbar c over the proper decay length."""


@dataclass(frozen=True)
class FromFile(ParticleModel):
    """A particle of a file.

    Parameters
    ----------
    mass : float
        Of the particles in the file, in GeV.
    file : str
        Path of the file.
    code : int
        PDG code of what flies.
    frame : str
        ``"lab"``, or ``"cm"`` for the centre of mass with z along the electrons.
    branching_ratios : tuple of (str, float)
        Channels and their branching ratios; the rest is ``"other"``.

    Examples
    --------
    >>> [width.channel for width in FromFile(1.0, branching_ratios=(("mu mu", 0.3),)).widths()]
    ['mu mu', 'other']
    """

    file: str = ""
    code: int = 0
    frame: str = "lab"
    branching_ratios: tuple[tuple[str, float], ...] = ()

    kind: ClassVar[str] = "from-file"
    name: ClassVar[str] = "X"
    pdg_id: ClassVar[int] = 0
    production: ClassVar[str] = "wayside.production.from_file:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        Coupling(
            "ctau_m", "proper decay length in m", r"c\tau", high=1e30, unit="m", plane=(1e-2, 1e4)
        ),
        Coupling(
            "cross_section_fb",
            "cross-section in fb",
            r"\sigma",
            high=1e30,
            unit="fb",
            plane=(1e-3, 1e5),
        ),
    )

    @property
    def flying_code(self) -> int:
        """PDG code of the particles of the file, of either charge."""
        return abs(self.code)

    def widths(self) -> tuple[Width, ...]:
        """Fractions of hbar c over the proper decay length."""
        given = sum(ratio for _, ratio in self.branching_ratios)
        channels = dict(self.branching_ratios)
        if given < 1.0 - 1e-9:
            channels["other"] = channels.get("other", 0.0) + 1.0 - given
        return tuple(
            Width(channel, WIDTH_POWERS, ratio * HBAR_C) for channel, ratio in channels.items()
        )
