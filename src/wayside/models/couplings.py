"""Powers of couplings: how a rate, of which the couplings were divided out, scales with them.

`Powers` is the one place where "over epsilon^2 g_D^2" is written as numbers. Models declare the
powers of their widths (`wayside.models.protocol`), production processes those of their
cross-sections; whoever evaluates either multiplies by `Powers.of` the couplings, and never spells
out a square.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from wayside.errors import InputError
from wayside.typing import FloatArray

__all__ = ["Couplings", "Powers"]

Couplings = Mapping[str, npt.ArrayLike]
"""Values by the names of the couplings, shapes that broadcast."""


class Powers(Mapping[str, int]):
    """Exponents of the couplings in a monomial, by the names of the couplings.

    Hashable and not to be changed. The product of two monomials adds their exponents.

    Parameters
    ----------
    **exponents : int
        Exponent of each coupling; those that are 0 are dropped.

    Examples
    --------
    >>> width = Powers(epsilon=2, g_d=2)
    >>> float(width.of(epsilon=1e-3, g_d=2.0))
    4e-06
    >>> Powers(epsilon=2) * Powers(g_d=2) == width
    True
    >>> width
    Powers(epsilon=2, g_d=2)
    """

    def __init__(self, **exponents: int) -> None:
        self._exponents = {name: power for name, power in exponents.items() if power}

    def __getitem__(self, name: str) -> int:
        """Return the exponent of a coupling, 0 for those that do not enter."""
        return self._exponents.get(name, 0)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the couplings that enter."""
        return iter(self._exponents)

    def __len__(self) -> int:
        """Return how many couplings enter."""
        return len(self._exponents)

    def __contains__(self, name: object) -> bool:
        """Tell whether a coupling enters."""
        return name in self._exponents

    def __hash__(self) -> int:
        """Return a hash that does not depend on the order."""
        return hash(frozenset(self._exponents.items()))

    def __mul__(self, other: "Powers") -> "Powers":
        """Return the product of two monomials."""
        names = dict.fromkeys([*self, *other])
        return Powers(**{name: self[name] + other[name] for name in names})

    def __repr__(self) -> str:
        """Return the expression that makes the same monomial."""
        return f"Powers({', '.join(f'{name}={power}' for name, power in self.items())})"

    def of(self, **couplings: npt.ArrayLike) -> FloatArray:
        """Return the monomial at given couplings.

        Parameters
        ----------
        **couplings : array_like
            Values by name, any shapes that broadcast; those that the monomial does not have are
            left out of the product.

        Returns
        -------
        ndarray
            Product of the couplings to their powers; 1.0 without any.

        Raises
        ------
        InputError
            If a coupling of the monomial is not given.
        """
        result = np.asarray(1.0)
        for name, power in self._exponents.items():
            if name not in couplings:
                raise InputError(f"{name}: missing; the rate scales with {self.formula()}")
            result = result * np.asarray(couplings[name], dtype=np.float64) ** power
        return np.asarray(result)

    def value(self, **couplings: float) -> float:
        """Return the monomial at couplings that are numbers; as `of`, but faster.

        Examples
        --------
        >>> Powers(epsilon=2, g_d=2).value(epsilon=1e-3, g_d=2.0)
        4e-06
        """
        result = 1.0
        for name, power in self._exponents.items():
            if name not in couplings:
                raise InputError(f"{name}: missing; the rate scales with {self.formula()}")
            result *= couplings[name] ** power
        return result

    def formula(self) -> str:
        """Return the monomial as text.

        Examples
        --------
        >>> Powers(epsilon=2, g_d=1).formula()
        'epsilon^2 g_d'
        """
        return " ".join(name if power == 1 else f"{name}^{power}" for name, power in self.items())
