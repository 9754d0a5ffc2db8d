r"""A model for Wayside in one file: two Majorana fermions, off-diagonal current vector and axial.

Two Weyl fields eta and xi of opposite U(1)_D charge have a Dirac mass mu and a Majorana mass rho,
the same for both, with a phase delta between them that no redefinition removes:

    L = -mu e^(i delta) eta xi - rho/2 (eta eta + xi xi) + h.c.

In chi_1,2 = (eta +- xi)/sqrt2 the masses are m_1,2 = |rho +- mu e^(i delta)|, and the current is
off-diagonal, eta' sigma eta - xi' sigma xi = c chi_1' sigma chi_2 + h.c. (a prime for the adjoint),
where c = exp(i (phi_1 - phi_2)/2) once the phases phi of the masses are absorbed. For Majorana
fields, Im c goes with a vector current and Re c with an axial one; f = (Re c)^2 is the fraction of
the axial one in the square.

- delta = 0 and rho < mu: f = 0, the pseudo-Dirac pair of Wayside.
- delta = 0 and rho > mu: f = 1, purely axial.

The two do not interfere where the visible current is a vector, and the axial one is the vector one
with m2 -> -m2. With d and s of `wayside.models.currents`, where m2 -> -m2 swaps d and s,

    A1 = -2 [(1 - f) d + f s],    A2 = -2.

From cos(phi_1 - phi_2) = 2 f - 1: m1 m2 (2 f - 1) = rho^2 - mu^2, beside
m1^2 + m2^2 = 2 (mu^2 + rho^2).
"""

import math
from dataclasses import dataclass
from typing import ClassVar

from wayside.errors import InputError
from wayside.models.currents import Current, Term
from wayside.models.inelastic import InelasticModel
from wayside.models.parameters import Parameter
from wayside.models.protocol import Codes


@dataclass(frozen=True)
class AxialPair(InelasticModel):
    """Two Majorana fermions with a current that is axial, vector, or between the two.

    Parameters
    ----------
    m_aprime, m1, m2 : float
        Masses in GeV.
    axial_fraction : float
        Fraction f of the axial current in the square, from 0 (pseudo-Dirac) to 1.
    """

    axial_fraction: float = 1.0

    kind: ClassVar[str] = "axial-pair"
    codes: ClassVar[Codes] = Codes(mediator=55, excited=4_000_052, ground=52)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "axial_fraction",
            "fraction of the axial current in the square",
            low=0.0,
            high=1.0,
        ),
    )

    @property
    def current(self) -> Current:
        """Squared dark current over g_D^2."""
        f = self.axial_fraction
        return Current(
            isotropic=(Term(-2.0 * (1.0 - f), d=1), Term(-2.0 * f, s=1)),
            along=(Term(-2.0),),
            spin_states=(2, 2),
            fermions=True,
        )

    @classmethod
    def lagrangian_masses(cls, mu: float, rho: float, **parameters: float) -> tuple[float, float]:
        """Masses from the Dirac mass mu, the Majorana mass rho and the axial fraction."""
        axial_fraction = parameters["axial_fraction"]
        squares = 2.0 * (mu**2 + rho**2)
        twice_product = 2.0 * (mu - rho) * (mu + rho)
        scale = 1.0 - 2.0 * axial_fraction
        if scale == 0.0 or not 0.0 < twice_product / scale < squares:
            raise InputError(
                f"rho = {rho:g} GeV: does not go with mu = {mu:g} GeV and"
                f" axial_fraction = {axial_fraction:g}"
            )
        total = math.sqrt(squares + twice_product / scale)
        splitting = math.sqrt(squares - twice_product / scale)
        return 0.5 * (total + splitting), 0.5 * (total - splitting)
