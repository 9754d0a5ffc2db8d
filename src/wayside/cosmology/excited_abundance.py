"""The excited state where it cannot decay: what fraction of dark matter it stays.

Below 2 m_e of splitting the excited state has no decay in the model. Scattering off the plasma
turns it into the ground state until that becomes slower than expansion; the fraction of that moment
stays. Scattering of two excited states into two ground states is left out, so it is an upper
bound.
"""

import numpy as np
import numpy.typing as npt

from wayside.constants import M_ELECTRON
from wayside.cosmology.dof import Dof
from wayside.cosmology.rates import return_rate_hat
from wayside.models.protocol import Pair
from wayside.typing import BoolArray

__all__ = ["ExcitedAbundance", "cannot_decay"]


_COLDEST = 2e-5
"""GeV: colder, electrons are gone, and nothing scatters."""


def cannot_decay(m1: npt.ArrayLike, m2: npt.ArrayLike) -> BoolArray:
    """Tell whether the splitting is below 2 m_e."""
    return np.asarray(np.subtract(m1, m2) <= 2 * M_ELECTRON)


class ExcitedAbundance:
    """Fraction of the excited state in both, by epsilon^2 g_D^2; masses fixed.

    Parameters
    ----------
    pair
        Masses and current of the dark pair.
    plasma
        Degrees of freedom of the plasma.
    """

    def __init__(self, pair: Pair, plasma: Dof) -> None:
        t = np.geomspace(_COLDEST, max(pair.m2 / 2, 2 * _COLDEST), 200)
        ratio = np.log(np.maximum(return_rate_hat(pair, t) / plasma.hubble(t), 1e-300))
        # Increasing with temperature: keeping up means having done so at all hotter times.
        self._ln_ratio = np.minimum.accumulate(ratio[::-1])[::-1]
        self._ln_t = np.log(t)
        self._m1, self._m2 = pair.m1, pair.m2
        spins_1, spins_2 = pair.current.spin_states
        self._spins = spins_1 / spins_2

    def freezes_at(self, couplings2: float) -> float:
        """Return the temperature in GeV down to which scattering is faster than expansion."""
        return float(np.exp(np.interp(-np.log(couplings2), self._ln_ratio, self._ln_t)))

    def fraction(self, couplings2: float) -> float:
        """Return the fraction of the excited state in the number of both."""
        ratio = (
            self._spins
            * (self._m1 / self._m2) ** 1.5
            * np.exp(-(self._m1 - self._m2) / self.freezes_at(couplings2))
        )
        return float(ratio / (1 + ratio))

    def mass_factor(self, couplings2: float) -> float:
        """Return the mean mass of both over that of the ground state."""
        return 1 + self.fraction(couplings2) * (self._m1 - self._m2) / self._m2
