"""What a particle decays to: products by PDG code, and how they share its energy.

A model says it of every partial width (`wayside.models.particle.ParticleModel.final_states`);
`wayside.decays.particle_decays` draws from it. A particle decays as if it were unpolarised:
directions in its rest frame are even, and only the shape of three or more products is described.
"""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, NamedTuple

from wayside.constants import (
    M_ELECTRON,
    M_ETA,
    M_KAON,
    M_KAON_NEUTRAL,
    M_MUON,
    M_OMEGA,
    M_PION,
    M_PION_NEUTRAL,
    M_TAU,
)
from wayside.errors import InputError
from wayside.typing import FloatArray

__all__ = [
    "CHARGED_LEPTONS",
    "MASSES",
    "NEUTRINOS",
    "SEVERAL_PIONS",
    "FinalState",
    "Hadrons",
    "Products",
    "charge",
    "conjugate",
    "mass_of",
    "named_states",
    "open_states",
    "pair_of",
    "product_names",
    "with_conjugates",
]

CHARGED_LEPTONS: Final = {"e": 11, "mu": 13, "tau": 15}
NEUTRINOS: Final = {"e": 12, "mu": 14, "tau": 16}
"""PDG codes by the names of flavours."""

MASSES: Final = {
    11: M_ELECTRON,
    12: 0.0,
    13: M_MUON,
    14: 0.0,
    15: M_TAU,
    16: 0.0,
    22: 0.0,
    111: M_PION_NEUTRAL,
    130: M_KAON_NEUTRAL,
    211: M_PION,
    221: M_ETA,
    223: M_OMEGA,
    310: M_KAON_NEUTRAL,
    321: M_KAON,
}
"""Masses in GeV of what particles may decay to, by the modulus of the PDG code."""

SEVERAL_PIONS: Final = 0.7
"""Smallest mass in GeV of hadrons beside a lepton: three pions, one with a charge, in motion."""

_SELF_CONJUGATE: Final = frozenset({22, 111, 130, 221, 223, 310})
_NEGATIVE: Final = frozenset(CHARGED_LEPTONS.values())
_POSITIVE: Final = frozenset({211, 321})


class Products(NamedTuple):
    """Three products of a decay, as scalar products of their momenta in GeV^2.

    The number in a name is the place of a product in ``FinalState.products``.
    """

    masses: tuple[float, float, float]
    p12: FloatArray
    p13: FloatArray
    p23: FloatArray

    def with_parent(self, place: int) -> FloatArray:
        """Product of the momentum of what decays with that of one of the three."""
        others = {1: self.p12 + self.p13, 2: self.p12 + self.p23, 3: self.p13 + self.p23}
        return self.masses[place - 1] ** 2 + others[place]


SquaredAmplitude = Callable[[Products], FloatArray]
"""Squared amplitude summed over spins, in any unit, of momenta by their scalar products."""


class Hadrons(Enum):
    """Hadrons whose number and kinds are left to the generator, at the mass of what decays."""

    VECTOR = "those of a virtual photon"
    PIONS = "pions by their mean number, in even phase space"


class FinalState(NamedTuple):
    """One way in which a channel ends."""

    weight: float
    """Relative to the other ways of the channel."""
    products: tuple[int, ...] = ()
    """PDG codes; for ``hadrons`` empty, or the lepton beside them."""
    squared_amplitude: SquaredAmplitude | None = None
    """Of three products; None for even phase space."""
    hadrons: Hadrons | None = None

    @property
    def least_mass(self) -> float:
        """Sum of the masses of the products in GeV; of hadrons alone that of two pions."""
        if not self.products:
            return 2.0 * M_PION
        several = SEVERAL_PIONS if self.hadrons is not None else 0.0
        return several + sum(map(mass_of, self.products))


def mass_of(code: int) -> float:
    """Mass in GeV of a product with a PDG code.

    Examples
    --------
    >>> mass_of(-13) == mass_of(13)
    True
    """
    return MASSES[abs(code)]


def charge(code: int) -> int:
    """Charge of a product with a PDG code.

    Examples
    --------
    >>> charge(11), charge(-211), charge(310)
    (-1, -1, 0)
    """
    size = abs(code)
    sign = 1 if code > 0 else -1
    return sign if size in _POSITIVE else -sign if size in _NEGATIVE else 0


def conjugate(products: Iterable[int]) -> tuple[int, ...]:
    """Codes of the antiparticles."""
    return tuple(code if code in _SELF_CONJUGATE else -code for code in products)


def with_conjugates(*states: FinalState) -> tuple[FinalState, ...]:
    """Final states and their charge conjugates, equally often."""
    return tuple(
        state._replace(weight=0.5 * state.weight, products=products)
        for state in states
        for products in (state.products, conjugate(state.products))
    )


def pair_of(code: int) -> tuple[FinalState, ...]:
    """A particle and its antiparticle.

    Examples
    --------
    >>> pair_of(13)[0].products
    (13, -13)
    """
    return (FinalState(1.0, (code, *conjugate((code,)))),)


def open_states(mass: float, states: Iterable[FinalState]) -> tuple[FinalState, ...]:
    """Final states that a mass in GeV allows."""
    return tuple(state for state in states if state.least_mass < mass)


_NAMES: Final = {
    **CHARGED_LEPTONS,
    "nu": NEUTRINOS["e"],
    "gamma": 22,
    "pi": 211,
    "pi0": 111,
    "eta": 221,
    "K": 321,
    "KS": 310,
    "KL": 130,
}
"""Words of which names of channels consist."""

_WORDS: Final = (
    {code: word for word, code in _NAMES.items()} | dict.fromkeys(NEUTRINOS.values(), "nu")
) | {223: "omega"}


def product_names(products: Iterable[int]) -> str:
    """Products as words, charges and flavours of neutrinos left out.

    Examples
    --------
    >>> product_names((14, -13, 211)), product_names((111, 22))
    ('nu mu pi', 'pi0 gamma')
    """
    return " ".join(_WORDS[abs(code)] for code in products)


def named_states(channel: str) -> tuple[FinalState, ...]:
    """Final states of a channel whose name lists the products, in even phase space.

    Parameters
    ----------
    channel
        Words such as ``mu``, ``pi0``, ``gamma`` with spaces between them. Charged products get
        signs in turn, so that there must be an even number of them.

    Raises
    ------
    InputError
        If a word is not known, there is but one, or the charges do not add up to 0.

    Examples
    --------
    >>> [state.products for state in named_states("mu pi")]
    [(13, 211), (-13, -211)]
    """
    words = channel.split()
    unknown = [word for word in words if word not in _NAMES]
    if unknown or len(words) < 2:
        reason = f'"{unknown[0]}" is none of {", ".join(_NAMES)}' if unknown else "one word"
        raise InputError(f'channel "{channel}": its products are not known: {reason}')
    sign, products = -1, []
    for code in (_NAMES[word] for word in words):
        if charge(code):
            products.append(code * sign * charge(code))
            sign = -sign
        else:
            products.append(code)
    if sum(map(charge, products)):
        raise InputError(f'channel "{channel}": an odd number of charged products')
    return with_conjugates(FinalState(1.0, tuple(products)))
