"""Inelastic dark matter: the mediator couples the excited to the ground state, never alike pairs.

`InelasticModel` is the class to derive from: a model says what its current, its codes and its
Lagrangian masses are, everything else follows. ``ScalarInelastic`` is the model of the study,
``PseudoDirac`` its standard fermionic counterpart.
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from wayside.errors import InputError, RangeError
from wayside.models import excited, mediator
from wayside.models.couplings import Powers
from wayside.models.currents import Current, Term
from wayside.models.parameters import Parameter
from wayside.models.protocol import Codes
from wayside.models.z_boson import HIGHEST

__all__ = ["ExcitedState", "InelasticModel", "PseudoDirac", "ScalarInelastic"]

MEDIATOR_CODE = 55
"""A dark vector mediator, in the numbering scheme's block for dark matter."""

EXCITED_OFFSET = 4_000_000
"""The scheme's prefix of excited particles, added to the code of the ground state."""


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

    Notes
    -----
    A derived class is a frozen dataclass that sets ``kind``, ``current`` and ``codes``, and
    overrides `lagrangian_masses` if its Lagrangian has masses of its own. Parameters besides the
    masses are fields of the class with defaults, each described in ``parameters``; a current that
    depends on them is a property.
    """

    m_aprime: float
    m1: float
    m2: float

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    """What the model has besides masses and couplings."""
    visible_powers: ClassVar[Powers] = mediator.VISIBLE_POWERS
    """How the visible widths of A' scale with the couplings."""
    dark_powers: ClassVar[Powers] = mediator.DARK_POWERS
    """How the width of A' into the dark pair scales with the couplings."""
    excited_powers: ClassVar[Powers] = mediator.EXCHANGE_POWERS
    """How the widths of the excited state, and annihilation, scale with the couplings."""

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
        for parameter in self.parameters:
            parameter.check(getattr(self, parameter.name))

    @property
    @abstractmethod
    def kind(self) -> str:
        """Name under which scenarios know the model."""

    @property
    @abstractmethod
    def current(self) -> Current:
        """Squared dark current over g_D^2; of the class itself where it has no parameters."""

    @property
    @abstractmethod
    def codes(self) -> Codes:
        """Particle codes for event files."""

    @classmethod
    def lagrangian_masses(cls, mu: float, rho: float, **_parameters: float) -> tuple[float, float]:
        """Masses m1 and m2 in GeV from the mass parameters of the Lagrangian.

        Parameters
        ----------
        mu, rho : float
            GeV; what they are is the model's.
        **_parameters : float
            Those of ``parameters``, by name.

        Raises
        ------
        InputError
            If they are not allowed, or the model has no such parametrisation.
        """
        raise InputError(
            f"mu = {mu:g}, rho = {rho:g}: {cls.kind} has no such parameters; give m1 and m2"
        )

    @classmethod
    def from_lagrangian(cls, m_aprime: float, mu: float, rho: float, **parameters: float) -> Self:
        """Build the model from the mass parameters of its Lagrangian.

        Parameters
        ----------
        m_aprime : float
            Mediator mass in GeV.
        mu, rho, **parameters
            As for `lagrangian_masses`; parameters that are left out have their defaults.
        """
        defaults = cls.parameter_defaults()
        m1, m2 = cls.lagrangian_masses(mu, rho, **(defaults | parameters))
        return cls(m_aprime, m1, m2, **parameters)

    @classmethod
    def parameter_defaults(cls) -> dict[str, float]:
        """Defaults of those of ``parameters`` that have one, by name."""
        names = {parameter.name for parameter in cls.parameters}
        return {
            field.name: field.default
            for field in dataclasses.fields(cls)
            if field.name in names and field.default is not dataclasses.MISSING
        }

    def with_masses(self, m_aprime: float, m1: float, m2: float) -> Self:
        """Return the same model at other masses (GeV), its other parameters kept."""
        return dataclasses.replace(self, m_aprime=m_aprime, m1=m1, m2=m2)

    @property
    def long_lived(self) -> "ExcitedState":
        """The excited state as what flies and decays."""
        return ExcitedState(self)

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
            the excited state in the pair's rest frame; 0 below threshold.
        """
        above = (math.sqrt(q2) - self.m1) - self.m2
        if above <= 0:
            return 0.0, 0.0
        a, b = self.current.pair(above, self.m1, self.m2)
        return float(a), float(b)

    def dark_width_hat(self) -> float:
        """Width of A' into the dark pair over g_D^2 in GeV; 0 where m_aprime < m1 + m2."""
        return float(mediator.dark_width_hats(self, self.m_aprime, self.m1, self.m2))

    def visible_width_hats(self) -> dict[str, float]:
        """Widths of A' over epsilon^2 in GeV by channel: ``e``, ``mu``, ``tau``, ``hadrons``.

        From 12 GeV on ``neutrinos`` as well, by way of the Z.

        Raises
        ------
        InputError
            Where A' mixes with the Z (m_aprime above 61.3 GeV).
        """
        widths = mediator.visible_width_hats(self.m_aprime)
        return {channel: float(width) for channel, width in widths.items()}

    def excited_width_hats(self) -> dict[str, float]:
        """Widths of the excited state over epsilon^2 g_D^2 in GeV, by the same channels.

        Raises
        ------
        RangeError
            Where the Z would add to them (m1 - m2 above 38.1 GeV).
        """
        if self.m1 - self.m2 > HIGHEST:
            raise RangeError(
                f"m1 - m2 = {self.m1 - self.m2:.10g} GeV: must be at most {HIGHEST:.3g} GeV;"
                " beyond, the Z adds to decays of the excited state"
            )
        widths = excited.width_hats(self, self.m_aprime, self.m1, self.m2)
        return {channel: float(width) for channel, width in widths.items()}

    def visible_width_error_hat(self) -> float:
        """Standard uncertainty of the width of A' into hadrons from R, over epsilon^2, in GeV."""
        return float(mediator.hadronic_width_error(self.m_aprime))

    def excited_width_error_hat(self) -> float:
        """The same of the excited state's over epsilon^2 g_D^2, in GeV."""
        return float(excited.hadronic_width_error(self, self.m_aprime, self.m1, self.m2))


@dataclass(frozen=True)
class ExcitedState:
    """The excited state of a model as a `wayside.models.protocol.LongLived` particle."""

    model: InelasticModel

    @property
    def name(self) -> str:
        """What reports call it."""
        return "excited state"

    @property
    def pdg_id(self) -> int:
        """Code of the Monte Carlo numbering scheme."""
        return self.model.codes.excited

    @property
    def mass(self) -> float:
        """Mass in GeV."""
        return self.model.m1

    @property
    def width_powers(self) -> Powers:
        """How the widths scale with the couplings."""
        return self.model.excited_powers

    def width_hats(self) -> dict[str, float]:
        """Widths in GeV by channel, the couplings of `width_powers` divided out."""
        return self.model.excited_width_hats()


@dataclass(frozen=True)
class ScalarInelastic(InelasticModel):
    """Two real scalars from a complex one, the model of the study (Eqs. 1-2).

    The current is p1 - p2, so A1 = 0 and A2 = 1. Particle codes are those of scalar dark matter.
    """

    kind: ClassVar[str] = "scalar"
    current: ClassVar[Current] = Current((), (Term(1.0),), spin_states=(1, 1), fermions=False)
    codes: ClassVar[Codes] = Codes(MEDIATOR_CODE, EXCITED_OFFSET + 51, 51)

    @classmethod
    def lagrangian_masses(cls, mu: float, rho: float, **_parameters: float) -> tuple[float, float]:
        """Masses from the mass mu and the symmetry-breaking mass rho of Eq. 1 of the study.

        Parameters
        ----------
        mu, rho : float
            GeV; m1^2 = mu^2 + rho^2 and m2^2 = mu^2 - rho^2, with 0 < rho < mu.
        """
        _require_ordered(mu, rho)
        return math.hypot(mu, rho), math.sqrt((mu - rho) * (mu + rho))


@dataclass(frozen=True)
class PseudoDirac(InelasticModel):
    """Two Majorana fermions from a Dirac one, with an off-diagonal vector current.

    The trace over both spins gives A1 = 2 (q^2 - (m1 - m2)^2) and A2 = -2. Particle codes are
    those of fermionic dark matter.
    """

    kind: ClassVar[str] = "pseudo-dirac"
    current: ClassVar[Current] = Current(
        (Term(-2.0, d=1),), (Term(-2.0),), spin_states=(2, 2), fermions=True
    )
    codes: ClassVar[Codes] = Codes(MEDIATOR_CODE, EXCITED_OFFSET + 52, 52)

    @classmethod
    def lagrangian_masses(cls, mu: float, rho: float, **_parameters: float) -> tuple[float, float]:
        """Masses from the Dirac mass mu and the Majorana mass rho, equal for both chiralities.

        Parameters
        ----------
        mu, rho : float
            GeV; m1 = mu + rho and m2 = mu - rho, with 0 < rho < mu.
        """
        _require_ordered(mu, rho)
        return mu + rho, mu - rho


def _require_positive(key: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0):
        raise InputError(f"{key} = {value:g} GeV: must be positive and finite")


def _require_ordered(mu: float, rho: float) -> None:
    _require_positive("mu", mu)
    _require_positive("rho", rho)
    if rho >= mu:
        raise InputError(f"rho = {rho:g} GeV: must be below mu = {mu:g} GeV")
