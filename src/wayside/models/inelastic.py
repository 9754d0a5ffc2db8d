"""Inelastic dark matter: the mediator couples the excited to the ground state, never alike pairs.

``ScalarInelastic`` is the model of the study, ``PseudoDirac`` its standard fermionic counterpart.
Both say what their current is; the widths follow from it in the same way.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np

from wayside.errors import InputError
from wayside.models import excited, mediator
from wayside.models.kinematics import pair_momentum

__all__ = ["MODELS", "InelasticModel", "PseudoDirac", "ScalarInelastic"]


@dataclass(frozen=True)
class InelasticModel(ABC):
    """Masses in GeV of the mediator, the excited state and the ground state.

    Parameters
    ----------
    m_aprime, m1, m2 : float
        Positive and finite, with m1 > m2 and m1 - m2 < m_aprime (else the excited state decays
        to an A' on shell). m_aprime < m1 + m2 is allowed: the dark width is then 0, and the pair
        is made off shell only. m1 - m2 < 2 m_e is allowed: all widths of the excited state are
        then 0, and it never decays.

    Raises
    ------
    InputError
        If a mass is not allowed.
    """

    m_aprime: float
    m1: float
    m2: float

    def __post_init__(self) -> None:
        """Refuse masses that are not allowed."""
        for key in ("m_aprime", "m1", "m2"):
            _require_positive(key, getattr(self, key))
        if self.m1 <= self.m2:
            raise InputError(
                f"m1 = {self.m1:g} GeV: must be larger than m2 = {self.m2:g} GeV "
                "(1 is the excited state)"
            )
        if self.m_aprime - self.m1 + self.m2 <= 0:
            raise InputError(
                f"m1 = {self.m1:g} GeV: m1 - m2 must be smaller than m_aprime = "
                f"{self.m_aprime:g} GeV with m2 = {self.m2:g} GeV (no decay to an A' on shell)"
            )

    @classmethod
    @abstractmethod
    def from_lagrangian(cls, m_aprime: float, mu: float, rho: float) -> Self:
        """Build the model from the mass parameters of its Lagrangian."""

    @property
    @abstractmethod
    def kind(self) -> excited.Kind:
        """Name under which scenarios know the model."""

    @abstractmethod
    def pair_tensor(self, q2: float) -> tuple[float, float]:
        """Dark current squared at an invariant mass squared of the pair (GeV^2), over g_D^2.

        Parameters
        ----------
        q2 : float
            Invariant mass squared of the pair in GeV^2.

        Returns
        -------
        a, b : float
            GeV^2, of ``a (-g + q q / q2) + b n n`` summed over spins, with ``n`` the direction of
            the excited state in the pair's rest frame.
        """

    def dark_width_hat(self) -> float:
        """Width of A' into the dark pair over g_D^2.

        Returns
        -------
        float
            (a + b/3) p* / (8 pi M^2) in GeV; 0 where m_aprime < m1 + m2.
        """
        a, b = self.pair_tensor(self.m_aprime**2)
        momentum = float(pair_momentum(self.m_aprime, self.m1, self.m2))
        return (a + b / 3) * momentum / (8 * math.pi * self.m_aprime**2)

    def visible_width_hats(self) -> dict[str, float]:
        """Widths of A' over epsilon^2 in GeV by channel: ``e``, ``mu``, ``tau``, ``hadrons``.

        Raises
        ------
        InputError
            Where R is not known (m_aprime above 188.7 GeV).
        """
        widths = mediator.visible_width_hats(self.m_aprime)
        return {channel: float(width) for channel, width in widths.items()}

    def excited_width_hats(self) -> dict[str, float]:
        """Widths of the excited state over epsilon^2 g_D^2 in GeV, by the same channels."""
        widths = excited.width_hats(self.kind, self.m_aprime, self.m1, self.m2)
        return {channel: float(width) for channel, width in widths.items()}

    def visible_width_error_hat(self) -> float:
        """Standard uncertainty of the width of A' into hadrons from R, over epsilon^2, in GeV."""
        return float(mediator.hadronic_width_error(self.m_aprime))

    def excited_width_error_hat(self) -> float:
        """The same of the excited state's over epsilon^2 g_D^2, in GeV."""
        return float(excited.hadronic_width_error(self.kind, self.m_aprime, self.m1, self.m2))


@dataclass(frozen=True)
class ScalarInelastic(InelasticModel):
    """Two real scalars from a complex one, the model of the study (Eqs. 1-2)."""

    @classmethod
    def from_lagrangian(cls, m_aprime: float, mu: float, rho: float) -> Self:
        """Build from the mass mu and the symmetry-breaking mass rho of Eq. 1 of the study.

        Parameters
        ----------
        m_aprime, mu, rho : float
            GeV; m1^2 = mu^2 + rho^2 and m2^2 = mu^2 - rho^2, with 0 < rho < mu.
        """
        _require_ordered(mu, rho)
        return cls(m_aprime, math.hypot(mu, rho), math.sqrt((mu - rho) * (mu + rho)))

    @property
    def kind(self) -> excited.Kind:
        """Name under which scenarios know the model."""
        return "scalar"

    def pair_tensor(self, q2: float) -> tuple[float, float]:
        """Dark current squared: (p1 - p2)(p1 - p2), that is a = 0 and b = 4 p*^2."""
        return 0.0, 4 * float(pair_momentum(math.sqrt(q2), self.m1, self.m2)) ** 2


@dataclass(frozen=True)
class PseudoDirac(InelasticModel):
    """Two Majorana fermions from a Dirac one, with an off-diagonal vector current."""

    @classmethod
    def from_lagrangian(cls, m_aprime: float, mu: float, rho: float) -> Self:
        """Build from the Dirac mass mu and the Majorana mass rho, equal for both chiralities.

        Parameters
        ----------
        m_aprime, mu, rho : float
            GeV; m1 = mu + rho and m2 = mu - rho, with 0 < rho < mu.
        """
        _require_ordered(mu, rho)
        return cls(m_aprime, mu + rho, mu - rho)

    @property
    def kind(self) -> excited.Kind:
        """Name under which scenarios know the model."""
        return "pseudo-dirac"

    def pair_tensor(self, q2: float) -> tuple[float, float]:
        """Dark current squared: a = 2 (q^2 - (m1 - m2)^2) and b = -8 p*^2; 0 below m1 + m2."""
        momentum = float(pair_momentum(math.sqrt(q2), self.m1, self.m2))
        if momentum == 0:
            return 0.0, 0.0
        return 2 * (q2 - (self.m1 - self.m2) ** 2), -8 * momentum**2


MODELS: dict[str, type[InelasticModel]] = {
    "scalar": ScalarInelastic,
    "pseudo-dirac": PseudoDirac,
}
"""Models by the names that scenarios use."""


def _require_positive(key: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0):
        raise InputError(f"{key} = {value:g} GeV: must be positive and finite")


def _require_ordered(mu: float, rho: float) -> None:
    _require_positive("mu", mu)
    _require_positive("rho", rho)
    if rho >= mu:
        raise InputError(f"rho = {rho:g} GeV: must be smaller than mu = {mu:g} GeV")
