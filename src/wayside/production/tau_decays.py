"""e+ e- -> tau tau, tau -> N and a meson or two leptons: a heavy neutral lepton.

Two-body decays, and three-body ones as two-body decays to pairs of leptons of a spread of masses.
In the exchange of one photon each tau by itself is unpolarised, so that N are even in its rest
frame. Derived in docs/theory/particles.md.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np

from wayside.collider.beams import Beams
from wayside.constants import (
    FB_PER_NB,
    HBAR_C,
    LEPTON_MASSES,
    M_KAON,
    M_PION,
    M_RHO,
    M_TAU,
    SPEED_OF_LIGHT,
)
from wayside.errors import InputError
from wayside.models.couplings import Couplings, Powers
from wayside.models.hnl import F_KAON, F_PION, F_RHO, MIXINGS
from wayside.models.hnl_hadrons import V_UD, V_US
from wayside.models.particle import ParticleModel
from wayside.models.weak import (
    charged_spectrum,
    pair_spectrum,
    pseudoscalar_width,
    three_body_factor,
    unit_width,
    vector_width,
)
from wayside.models.z_boson import is_resonant, require_below_z
from wayside.production.pair_decays import PairDecay
from wayside.production.particle_process import FlightPart, ParticleProcess, require_below
from wayside.production.process import Treatment
from wayside.production.z_decays import TO_TAUS, z_cross_section
from wayside.typing import FloatArray

CROSS_SECTION_NB: Final = 0.919
"""e+ e- -> tau tau at `MEASURED_AT` in nb, radiation and vacuum polarisation included."""

MEASURED_AT: Final = 10.58
"""In GeV; at other energies the cross-section is scaled as at lowest order."""

LIFETIME: Final = 290.3e-6 * SPEED_OF_LIGHT / HBAR_C
"""Of the tau in 1/GeV: 290.3 fs."""

MASS_BINS: Final = 8
"""Masses of a pair of leptons that stand for all of them: means of its square in so many bins."""

_NODES: Final = np.polynomial.legendre.leggauss(16)
"""In each bin."""

Recoils = Callable[[float], tuple[tuple[float, float], ...]]
"""By the mass of N: widths over the squared mixing and masses of its recoils, in GeV."""


class Channel(NamedTuple):
    """A decay of the tau with an N."""

    name: str
    mixing: str
    """Coupling of which the rate is a multiple."""
    recoils: Recoils


def _meson(meson: float, ckm: float, constant: float, *, vector: bool) -> Recoils:
    """Recoil against a meson of a mass in GeV, with its CKM element and decay constant."""

    def recoils(mass: float) -> tuple[tuple[float, float], ...]:
        if mass + meson >= M_TAU:
            return ()
        width = vector_width if vector else pseudoscalar_width
        return ((ckm**2 * width(M_TAU, mass, meson, constant), meson),)

    return recoils


def _leptons(lepton: float, *, of_tau: bool) -> Recoils:
    """Recoils against a charged lepton and a neutrino.

    Parameters
    ----------
    lepton
        Mass of the charged lepton in GeV.
    of_tau
        Whether N takes the place of nu_tau, instead of the charged lepton's antineutrino.
    """

    def recoils(mass: float) -> tuple[tuple[float, float], ...]:
        alone, charged = mass / M_TAU, lepton / M_TAU
        if alone + charged >= 1.0:
            return ()
        spectrum = pair_spectrum if of_tau else charged_spectrum
        nodes, weights = _NODES
        edges = np.linspace(0.0, 1.0, MASS_BINS + 1)
        low, high = charged**2, (1.0 - alone) ** 2
        # A square root at the upper end: x = high - (high - low) t^2; bins are even in t.
        t = edges[:-1, None] + 0.5 * np.diff(edges)[:, None] * (nodes + 1.0)
        x = high - (high - low) * t**2
        density = weights * t * spectrum(x, alone, charged)
        content = density.sum(axis=1)
        middle = (density * x).sum(axis=1) / content
        widths = unit_width(M_TAU) * three_body_factor(alone, charged) * content / content.sum()
        return tuple(zip(widths.tolist(), (M_TAU * np.sqrt(middle)).tolist(), strict=True))

    return recoils


def _channels() -> tuple[Channel, ...]:
    made = [
        Channel("tau -> pi N", "u2_tau", _meson(M_PION, V_UD, F_PION, vector=False)),
        Channel("tau -> K N", "u2_tau", _meson(M_KAON, V_US, F_KAON, vector=False)),
        Channel("tau -> rho N", "u2_tau", _meson(M_RHO, V_UD, F_RHO, vector=True)),
    ]
    for flavour in ("e", "mu"):
        lepton = LEPTON_MASSES[flavour]
        taus, of_flavour = _leptons(lepton, of_tau=True), _leptons(lepton, of_tau=False)
        made.append(Channel(f"tau -> {flavour} nu_{flavour} N", "u2_tau", taus))
        made.append(Channel(f"tau -> {flavour} nu_tau N", MIXINGS[flavour], of_flavour))
    return tuple(made)


CHANNELS: Final = _channels()


class TauDecay(PairDecay[Channel]):
    """One channel of the tau, charge conjugates included.

    Examples
    --------
    >>> from wayside import Beams
    >>> from wayside.models.hnl import HeavyNeutralLepton
    >>> process = TauDecay(CHANNELS[0], HeavyNeutralLepton(0.5), Beams(7.007, 4.0, 0.083))
    >>> process.name, round(process.branching_ratio_hat, 3)
    ('tau -> pi N', 0.083)
    """

    made_by: ClassVar[str] = "e+ e- -> tau tau"

    @property
    def produced_as(self) -> Powers:
        """The mixing, as branching ratios are squares of its elements."""
        return Powers(**{self.channel.mixing: 1})

    @cached_property
    def cross_section_hat(self) -> float:
        """Cross-section of tau pairs in fb, next to the Z with its decays."""
        scale = _lowest_order(self.beams.sqrt_s) / _lowest_order(MEASURED_AT)
        by_photon = CROSS_SECTION_NB * FB_PER_NB * scale
        if not is_resonant(self.beams.sqrt_s):
            return by_photon
        return by_photon + z_cross_section(self.beams.sqrt_s) * TO_TAUS

    @cached_property
    def _recoils(self) -> tuple[tuple[float, float], ...]:
        return self.channel.recoils(self.model.mass)

    @property
    def is_open(self) -> bool:
        """Whether the tau has the mass for it."""
        return bool(self._recoils)

    @cached_property
    def branching_ratio_hat(self) -> float:
        """Branching ratio over the squared mixing."""
        return LIFETIME * sum(width for width, _ in self._recoils)

    def branching_ratio(self, couplings: Couplings) -> FloatArray:
        """Branching ratio of the tau; small, so that its lifetime is the measured one."""
        return self.branching_ratio_hat * self.produced_as.of(**couplings)

    @cached_property
    def parts(self) -> tuple[FlightPart, ...]:
        """Taus as 1 + cos^2 + (1 - beta^2) sin^2, N evenly in their rest frame."""
        from wayside.production.cascade_flight import Parents, cascade_flight

        beta2 = 1.0 - (2.0 * M_TAU / self.beams.sqrt_s) ** 2
        parents = Parents(M_TAU, isotropic=2.0, polarised=-beta2)
        total = sum(width for width, _ in self._recoils)
        return tuple(
            FlightPart(width / total, cascade_flight(parents, self.model.mass, recoil, self.beams))
            for width, recoil in self._recoils
        )


def _lowest_order(sqrt_s: float) -> float:
    """Cross-section of tau pairs at lowest order, in arbitrary units."""
    beta2 = 1.0 - (2.0 * M_TAU / sqrt_s) ** 2
    return math.sqrt(beta2) * (3.0 - beta2) / sqrt_s**2


def processes(
    model: ParticleModel, beams: Beams, treatment: Treatment
) -> tuple[ParticleProcess, ...]:
    """Channels that are open.

    Raises
    ------
    InputError
        If the collider cannot make taus, is near the Z but not next to it, or no channel is open.
    """
    if not is_resonant(beams.sqrt_s):
        require_below_z(beams.sqrt_s)
    if beams.sqrt_s <= 2.0 * M_TAU * (1.0 + 1e-9):
        raise InputError(
            f"sqrt_s = {beams.sqrt_s:.10g} GeV: must be above two taus, {2.0 * M_TAU:g} GeV"
        )
    require_below(model.mass, M_TAU - LEPTON_MASSES["e"], "the tau less an electron")
    decays = (TauDecay(channel, model, beams) for channel in CHANNELS)
    return tuple(decay for decay in decays if decay.is_open)
