"""Active boosts of many four-vectors at once."""

import numpy as np

from wayside.typing import FloatArray


def boost(
    energy: FloatArray, momentum: FloatArray, velocity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Active boost of four-vectors, shapes (n,) and (n, 3).

    ``velocity``, in units of c, has shape (3,) or (n, 3). Velocities near 1 lose digits: use
    `boost_by` where the four-velocity is known.
    """
    gamma = 1.0 / np.sqrt(1.0 - np.sum(velocity * velocity, axis=-1))
    return boost_by(energy, momentum, gamma, velocity * np.expand_dims(gamma, -1))


def boost_by(
    energy: FloatArray, momentum: FloatArray, gamma: FloatArray, four_velocity: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Active boost of four-vectors to the frame of a four-velocity (time and space part)."""
    along = np.sum(four_velocity * momentum, axis=-1)
    factor = along / (1.0 + gamma) + energy
    return gamma * energy + along, momentum + factor[..., None] * four_velocity
