"""Dirac matrices and four-vectors, for amplitudes that are worked out without closed forms.

Works on floats and on mpmath numbers alike (arrays of objects), so that an amplitude can be taken
at the electron's true mass, where cancellations cost a dozen digits. The metric is (+, -, -, -).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

METRIC: Final = np.array([1, -1, -1, -1])
"""Diagonal of the metric."""


def _gammas() -> NDArray[np.complex128]:
    unit, zero = np.eye(2), np.zeros((2, 2))
    pauli = (
        np.array([[0, 1], [1, 0]]),
        np.array([[0, -1j], [1j, 0]]),
        np.array([[1, 0], [0, -1]]),
    )
    first = np.block([[unit, zero], [zero, -unit]])
    others = (np.block([[zero, sigma], [-sigma, zero]]) for sigma in pauli)
    return np.array([first, *others], dtype=np.complex128)


GAMMA: Final = _gammas()
"""The four matrices in the Dirac representation, upper index first, shape (4, 4, 4)."""

IDENTITY: Final[NDArray[Any]] = np.eye(4, dtype=int)

_GAMMA_OBJECT: Final = GAMMA.astype(object)


def gammas_for(vector: ArrayLike) -> NDArray[Any]:
    """Dirac matrices in the number type of a four-vector: of objects if it holds objects."""
    return _GAMMA_OBJECT if np.asarray(vector).dtype == object else GAMMA


def dot(p: ArrayLike, q: ArrayLike) -> Any:
    """Lorentz product of four-vectors.

    Parameters
    ----------
    p, q
        Four-vectors, shapes (..., 4) that broadcast.

    Returns
    -------
    Any
        Numbers of the type of the components, shape (...).
    """
    return np.sum(np.asarray(p) * np.asarray(q) * METRIC, axis=-1)


def slash(p: ArrayLike) -> NDArray[Any]:
    """Contraction of four-vectors with the Dirac matrices, shape (..., 4) to (..., 4, 4)."""
    return np.tensordot(np.asarray(p) * METRIC, gammas_for(p), axes=1)


def boosted(p: ArrayLike, velocity: ArrayLike) -> NDArray[Any]:
    """Active boost of one four-vector, by the textbook matrix.

    Parameters
    ----------
    p
        Four-vector, shape (4,).
    velocity
        Velocity of the boost over that of light, shape (3,), not zero.
    """
    four, v = np.asarray(p), np.asarray(velocity)
    squared = v @ v
    gamma = 1 / (1 - squared) ** 0.5
    along = v @ four[1:]
    space = four[1:] + ((gamma - 1) * along / squared + gamma * four[0]) * v
    return np.concatenate([[gamma * (four[0] + along)], space])
