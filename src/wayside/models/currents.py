r"""The dark current: what couples the mediator to an excited state 1 and a ground state 2.

A tree-level current J^mu of the pair, squared, summed over spins and contracted with a conserved
current, is

    J^mu J*^nu = A1 (-g + q q/q^2)^(mu nu) + A2 k^mu k^nu,    k = p1 - p2 across q,

with A1 and A2 polynomials in q^2 = (p1 + p2)^2 and the masses. A model declares these two and
nothing else; widths, angular distributions, annihilation and scattering follow. They are written
in

    d = (m1 - m2)^2 - q^2    and    s = (m1 + m2)^2 - q^2,

whose zeros are the end of the decay spectrum and the threshold of the pair, so that no digits are
lost at either. In the rest frame of q, k is twice the momentum of 1, k^2 = d s/q^2, and the tensor
is a (-g + q q/q^2) + b n n with a = A1, b = A2 d s/q^2 and n the direction of 1.

The decay of 1 to 2 and a virtual A' is the same tensor with p2 -> -p2, at q^2 < (m1 - m2)^2, and
changes sign if the pair are fermions. Derived in docs/theory/model.md.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from wayside.errors import InputError
from wayside.typing import FloatArray

__all__ = ["Current", "HasCurrent", "PairLike", "Term", "current_of"]


class Term(NamedTuple):
    """One monomial of a polynomial: ``coefficient d^d s^s m1^m1 m2^m2``, masses in GeV."""

    coefficient: float
    d: int = 0
    """Power of d, not negative."""
    s: int = 0
    """Power of s, not negative."""
    m1: int = 0
    """Power of m1, any integer."""
    m2: int = 0
    """Power of m2, any integer."""


@dataclass(frozen=True)
class Current:
    """Squared dark current of a pair, over g_D^2, as two polynomials.

    Parameters
    ----------
    isotropic : tuple of Term
        A1 in GeV^2 for the produced pair (q^2 above threshold, where it must not be negative).
    along : tuple of Term
        A2 for the produced pair, without unit.
    spin_states : tuple of int
        Number of spin states of particles 1 and 2: 1 for a scalar, 2 for a Majorana fermion.
    fermions : bool
        Whether the two are fermions: each one that is crossed from final to initial state
        changes the sign.

    Examples
    --------
    Two scalars, J = p1 - p2:

    >>> scalars = Current(isotropic=(), along=(Term(1.0),), spin_states=(1, 1), fermions=False)
    >>> a, b = scalars.pair(0.5, 4.0, 3.0)
    >>> float(a), float(b) > 0
    (0.0, True)
    """

    isotropic: tuple[Term, ...]
    along: tuple[Term, ...]
    spin_states: tuple[int, int]
    fermions: bool

    @property
    def crossing(self) -> int:
        """Sign of the decay's tensor relative to that of the pair."""
        return -1 if self.fermions else 1

    def pair(self, above: Any, m1: Any, m2: Any) -> tuple[FloatArray, FloatArray]:
        """Tensor of a produced pair.

        Parameters
        ----------
        above : array_like
            Invariant mass of the pair above m1 + m2 in GeV, not negative.
        m1, m2 : array_like
            Masses in GeV, broadcast with ``above``.

        Returns
        -------
        a, b : ndarray
            GeV^2, of ``a (-g + q q/q^2) + b n n`` summed over spins.
        """
        total = m1 + m2
        q = total + above
        d, s = -(q - (m1 - m2)) * (q + (m1 - m2)), -above * (q + total)
        a, along = self._at(d, s, m1, m2)
        return np.asarray(a + 0.0 * q), np.asarray(along * (d * s / q**2))

    def decay(self, below: Any, m1: Any, m2: Any) -> tuple[FloatArray, FloatArray]:
        """Tensor of the decay of 1 to 2 and a virtual A'.

        Parameters
        ----------
        below : array_like
            Invariant mass of the virtual A' below m1 - m2 in GeV, from 0 to less than m1 - m2.
        m1, m2 : array_like
            Masses in GeV, broadcast with ``below``.

        Returns
        -------
        a, b : ndarray
            GeV^2, of ``a (-g + q q/q^2) + b n n`` summed over the spins of both, with n the
            direction of 1 (and of 2) in the rest frame of the virtual A'.
        """
        q = (m1 - m2) - below
        d, s = below * ((m1 - m2) + q), (2 * m2 + below) * (m1 + m2 + q)
        a, along = self._at(d, s, m1, m2)
        sign = self.crossing
        return np.asarray(sign * a + 0.0 * q), np.asarray(sign * along * (d * s / q**2))

    def decay_trace(self, d: Any, s: Any, ds: Any, q: Any, m1: Any, m2: Any) -> Any:
        """Return q^2 (3 a + b) of the decay, averaged over the spins of 1, in GeV^4.

        Integrals over the visible side need nothing else. Parameters are arrays that broadcast:
        d and s as at the top of this module, and their product, which callers have at hand.
        """
        weight = self.crossing / self.spin_states[0]
        result = _times(_sum(self.along, d, s, m1, m2, weight), ds)
        if self.isotropic:
            result = result + _sum(self.isotropic, d, s, m1, m2, 3 * weight) * q * q
        return result

    def static_charges(self, m1: float, m2: float) -> tuple[float, float]:
        """Squared charge and squared spin coupling for scattering 1 -> 2 without recoil.

        Parameters
        ----------
        m1, m2 : float
            Masses in GeV.

        Returns
        -------
        charge, spin : float
            J^0 J*^0 and J^i J*^i / 3 over (m1 + m2)^2 at q^2 = 0 and m1 = m2, averaged over the
            spins of 1: (1, 0) for a charge, (0, 1) for a spin.
        """
        # d vanishes with the splitting: what is left of it is of the order of the recoil.
        s = (m1 + m2) ** 2
        a, along = self._at(0.0, s, m1, m2)
        weight = self.crossing / self.spin_states[0] / s
        return float(weight * (along * s - a)), float(weight * a)

    def coefficients(self, m1: FloatArray, m2: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return A1 and A2 as coefficients of d^i s^j, for compiled code.

        Parameters
        ----------
        m1, m2 : ndarray
            Masses in GeV, shape (n,).

        Returns
        -------
        isotropic, along : ndarray
            Shapes (n, i, j); (1, i, j) if neither depends on the masses. Not to be written to.
        """
        constant = not any(term.m1 or term.m2 for term in (*self.isotropic, *self.along))
        if constant:  # the usual case, asked for at every mass point
            return _table(self.isotropic), _table(self.along)
        return _table(self.isotropic, m1, m2), _table(self.along, m1, m2)

    def _at(self, d: Any, s: Any, m1: Any, m2: Any) -> tuple[Any, Any]:
        return _sum(self.isotropic, d, s, m1, m2), _sum(self.along, d, s, m1, m2)


@runtime_checkable
class HasCurrent(Protocol):
    """A model, or anything else with a dark current."""

    @property
    def current(self) -> Current:
        """The squared dark current."""


PairLike = Current | HasCurrent | type[HasCurrent]
"""What functions over arrays of masses take for the dark pair: a model class whose current has no
parameters, a model, or the current itself."""


def current_of(pair: PairLike) -> Current:
    """Return the current of a model class, a model, or of itself.

    Raises
    ------
    InputError
        If there is none: for a class whose current depends on parameters, give a model.
    """
    current = pair if isinstance(pair, Current) else getattr(pair, "current", None)
    if not isinstance(current, Current):
        name = pair.__name__ if isinstance(pair, type) else repr(pair)
        raise InputError(f"{name}: has no current by itself; give a model, or its current")
    return current


def _table(
    terms: tuple[Term, ...], m1: FloatArray | None = None, m2: FloatArray | None = None
) -> FloatArray:
    """Return coefficients of d^i s^j, shape (n, i, j), or (1, i, j) without masses."""
    if m1 is None or m2 is None:
        return _constant_table(terms)
    table = np.zeros((len(m1), *_constant_table(terms).shape[1:]))
    for term in terms:
        table[:, term.d, term.s] += term.coefficient * m1**term.m1 * m2**term.m2
    return table


@functools.cache
def _constant_table(terms: tuple[Term, ...]) -> FloatArray:
    powers = [max((term[k] for term in terms), default=0) + 1 for k in (1, 2)]
    table = np.zeros((1, int(powers[0]), int(powers[1])))
    for term in terms:
        table[:, term.d, term.s] += term.coefficient
    return table


def _sum(terms: Sequence[Term], d: Any, s: Any, m1: Any, m2: Any, weight: float = 1.0) -> Any:
    """Return the weighted sum of terms, of arrays that broadcast; a number if all are constant."""
    total: Any = None
    for term in terms:
        value: Any = weight * term.coefficient
        for variable, power in ((d, term.d), (s, term.s), (m1, term.m1), (m2, term.m2)):
            if power:
                value = _times(value, variable if power == 1 else variable**power)
        total = value if total is None else total + value
    return 0.0 if total is None else total


def _times(left: Any, right: Any) -> Any:
    """Return a product, without a pass over the array where the other factor is the number 1."""
    return right if isinstance(left, float) and left == 1.0 else left * right
