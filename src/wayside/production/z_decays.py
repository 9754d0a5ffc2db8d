"""e+ e- -> Z -> nu N at a Z factory: a heavy neutral lepton.

The Z by its measured branching ratios, with all photons off the beams in the cross-section; what
they take of the energy (two per mille at the peak, 1.5 per cent at 94.3 GeV) is left out of the
kinematics, and so is the exchange of a W. Derived in docs/theory/particles.md.
"""

from functools import cached_property
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from wayside.collider.beams import Beams
from wayside.constants import GEV2_TO_FB, M_Z, WIDTH_Z
from wayside.models.couplings import Couplings, Powers
from wayside.models.hnl import MIXINGS
from wayside.models.particle import ParticleModel
from wayside.models.z_boson import is_resonant
from wayside.production.particle_process import FlightPart, ParticleProcess, require_below
from wayside.production.process import Treatment
from wayside.production.two_body import beside
from wayside.radiation.radiator import nodes_below
from wayside.typing import FloatArray

TO_ELECTRONS: Final = 0.033632
TO_TAUS: Final = 0.033696
TO_INVISIBLE: Final = 0.20
"""Branching ratios of the Z (PDG 2024)."""

FLAVOURS: Final = 3

_LARGEST_LOSS: Final = 0.9
"""Fraction of s that photons take at most: far below the Z, where next to nothing is made."""

_NODES: Final = 96


def breit_wigner(sqrt_s: npt.ArrayLike) -> FloatArray:
    """Cross-section of e+ e- -> Z in fb, without photons off the beams.

    Parameters
    ----------
    sqrt_s
        Energies in GeV, any shape.
    """
    s = np.asarray(sqrt_s, dtype=np.float64) ** 2
    shape = s * WIDTH_Z**2 / ((s - M_Z**2) ** 2 + (s * WIDTH_Z / M_Z) ** 2)
    return np.asarray(12.0 * np.pi / M_Z**2 * TO_ELECTRONS * shape * GEV2_TO_FB)


def z_cross_section(sqrt_s: float) -> float:
    """Cross-section of e+ e- -> Z in fb, with all photons off the beams.

    Parameters
    ----------
    sqrt_s
        Energy in GeV, within 10 GeV of the Z.

    Examples
    --------
    >>> f"{1e-6 * z_cross_section(91.2):.1f} nb"
    '43.5 nb'
    """
    x, weights = nodes_below(sqrt_s, _LARGEST_LOSS, _NODES)
    return float(weights @ breit_wigner(sqrt_s * np.sqrt(1.0 - x)))


class ZDecay(ParticleProcess):
    """Z -> nu N of one flavour, with the charge conjugate.

    Parameters
    ----------
    flavour
        That of the neutrino: ``"e"``, ``"mu"`` or ``"tau"``.
    model, beams
        As of `ParticleProcess`.

    Examples
    --------
    >>> from wayside.models.hnl import HeavyNeutralLepton
    >>> process = ZDecay("mu", HeavyNeutralLepton(1.0), Beams.symmetric(91.2))
    >>> process.name, round(process.branching_ratio_hat, 4)
    ('Z -> nu_mu N', 0.1333)
    """

    powers: ClassVar[Powers] = Powers()
    recoil_code: ClassVar[int] = 12

    def __init__(self, flavour: str, model: ParticleModel, beams: Beams) -> None:
        super().__init__(model, beams)
        self.flavour = flavour

    @property
    def name(self) -> str:
        """By which reports know the process."""
        return f"Z -> nu_{self.flavour} N"

    @property
    def reaction(self) -> str:
        """What happens."""
        return f"e+ e- -> {self.name}"

    @property
    def produced_as(self) -> Powers:
        """The mixing, as the branching ratio is a square of its element."""
        return Powers(**{MIXINGS[self.flavour]: 1})

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section of the Z in fb."""
        return z_cross_section(self.beams.sqrt_s)

    @cached_property
    def branching_ratio_hat(self) -> float:
        """Branching ratio of the Z over the squared mixing: nu N and its charge conjugate."""
        x = (self.model.mass / M_Z) ** 2
        return 2.0 * TO_INVISIBLE / FLAVOURS * (1.0 - x) ** 2 * (1.0 + 0.5 * x)

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Branching ratio of the Z; small, so that its width is the measured one."""
        return self.branching_ratio_hat * self.produced_as.of(**couplings)

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """Angles as E + p cos^2, or 2 - (1 - m^2/s) sin^2, for N and its antiparticle together."""
        x = (self.model.mass / self.beams.sqrt_s) ** 2
        return beside(self.model.mass, 0.0, self.beams, 2.0, x - 1.0)


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """One process for each flavour; none where the collider is not next to the Z.

    Raises
    ------
    InputError
        If the mass is not below that of the Z and sqrt(s).
    """
    if not is_resonant(beams.sqrt_s):
        return ()
    require_below(model.mass, min(M_Z, beams.sqrt_s), "sqrt_s and the Z")
    return tuple(ZDecay(flavour, model, beams) for flavour in MIXINGS)
