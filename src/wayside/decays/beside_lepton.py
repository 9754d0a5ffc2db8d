"""Several pions beside a lepton, as a W or a Z that is far from its mass shell makes them."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wayside.collider.boosts import boost_by
from wayside.constants import M_W, M_Z
from wayside.decays import hadrons
from wayside.decays.hadrons import Group
from wayside.decays.phase_space import isotropic, two_body_momentum
from wayside.errors import InputError
from wayside.models.final_states import SEVERAL_PIONS, FinalState, charge, mass_of
from wayside.models.weak import pair_spectrum
from wayside.typing import FloatArray

_STEPS: Final = 1000
"""Of the integrated spectrum of the mass of the pions."""


class _PionsBesideLepton:
    """Draws a lepton, and pions by their mean number at a mass from the weak spectrum.

    The mass is that of a pair of massless quarks (`wayside.models.weak.pair_spectrum`) from a W, or
    with a neutrino from a Z; directions are even.
    """

    def __init__(self, mass: float, lepton: int) -> None:
        self._mass, self._code, self._lepton = mass, lepton, mass_of(lepton)
        self._sign = -charge(lepton)
        self._q = np.linspace(SEVERAL_PIONS, mass - self._lepton, _STEPS + 1)
        x = (0.5 * (self._q[1:] + self._q[:-1]) / mass) ** 2
        ratio2 = (mass / (M_W if self._sign else M_Z)) ** 2
        propagator = 1.0 / (1.0 - x * ratio2) ** 2
        density = pair_spectrum(x, self._lepton / mass, 0.0) * propagator * np.diff(self._q**2)
        self._reached = np.append(0.0, np.cumsum(density))

    def __call__(
        self, n: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.int32] | None, list[Group]]:
        q = np.interp(rng.random(n) * self._reached[-1], self._reached, self._q)
        if self._sign:
            kinds, drawn = hadrons.draw_charged_pions(q, self._sign, rng)
        else:
            kinds, drawn = hadrons.draw_pions(q, rng)
        return kinds, [self._joined(group, q[group.rows], rng) for group in drawn]

    def _joined(self, group: Group, q: FloatArray, rng: np.random.Generator) -> Group:
        """The lepton, and the pions moving away from it."""
        n = len(q)
        away = two_body_momentum(np.full(n, self._mass), self._lepton, q)[:, None] * isotropic(
            n, rng
        )
        moving = away / q[:, None]
        gamma = np.sqrt(1.0 + np.sum(moving**2, axis=1))
        out = [-away]
        for k, code in enumerate(group.pdg):
            momentum = group.momentum[:, k]
            energy = np.sqrt(mass_of(code) ** 2 + np.sum(momentum**2, axis=1))
            out.append(boost_by(energy, momentum, gamma, moving)[1])
        codes = (self._code, *group.pdg)
        return Group(group.rows, codes, np.stack(out, axis=1), hadrons.ISOTROPIC)


def beside_lepton(mass: float, state: FinalState) -> _PionsBesideLepton:
    """Sampler of a final state of one lepton and hadrons.

    Parameters
    ----------
    mass
        Of what decays in GeV.
    state
        One lepton or neutrino in ``products``.

    Raises
    ------
    InputError
        If the mass is too small.
    """
    (lepton,) = state.products
    if not mass > mass_of(lepton) + SEVERAL_PIONS:
        raise InputError(f"a mass of {mass:g} GeV is too small for several pions and a lepton")
    return _PionsBesideLepton(mass, lepton)
