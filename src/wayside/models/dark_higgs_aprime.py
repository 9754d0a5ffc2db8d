"""A dark Higgs h' that gives an A' its mass, lighter than it: an A' radiates it.

It decays as the dark Higgs of `wayside.models.dark_higgs` does, by its mixing with the Higgs boson.
Derived in docs/theory/particles.md.
"""

from dataclasses import dataclass
from typing import ClassVar

from wayside.errors import InputError
from wayside.models import z_boson
from wayside.models.dark_higgs import DarkHiggs
from wayside.models.parameters import AnyParameter, Coupling, Parameter

__all__ = ["DarkHiggsAprime"]


@dataclass(frozen=True)
class DarkHiggsAprime(DarkHiggs):
    """A scalar of unit dark charge whose vacuum expectation value is m_aprime/g_D.

    Parameters
    ----------
    mass : float
        Mass in GeV, below that of the A' and at most `wayside.models.dark_higgs.HEAVIEST`.
    m_aprime : float
        Mass of the A' in GeV.

    Examples
    --------
    >>> [width.channel for width in DarkHiggsAprime(0.25, 1.0).widths()]
    ['e', 'mu']
    """

    m_aprime: float

    kind: ClassVar[str] = "dark-higgs-aprime"
    name: ClassVar[str] = "h'"
    production: ClassVar[str] = "wayside.production.radiated_higgs:processes"
    couplings: ClassVar[tuple[Coupling, ...]] = (
        *DarkHiggs.couplings,
        Coupling("epsilon", "kinetic mixing of the A'", r"\varepsilon", high=1.0),
        Coupling("g_d", "gauge coupling of the A'", "g_D", high=10.0),
    )
    parameters: ClassVar[tuple[AnyParameter, ...]] = (
        Parameter("m_aprime", "mass of the A'", low=1e-3, high=1e3, dimension="energy"),
    )

    def __post_init__(self) -> None:
        """Refuse an A' to which h' decays, or that mixes with the Z."""
        super().__post_init__()
        if not self.mass < self.m_aprime:
            raise InputError(
                f"mass = {self.mass:g} GeV: must be below m_aprime = {self.m_aprime:g} GeV; a"
                " heavier h' decays by way of A'"
            )
        for rule in z_boson.problems(self.m_aprime):
            raise InputError(f"m_aprime = {self.m_aprime:g} GeV: {rule}")
