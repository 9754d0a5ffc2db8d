"""Where the excited state goes whatever its energy, as a function of arrays."""

import numpy as np
from numpy.typing import ArrayLike

from wayside.acceptance.quadrature import gauss_legendre
from wayside.compiled import njit
from wayside.production.distribution import unit
from wayside.production.flight import Flight
from wayside.production.spectrum import MAX_SEGMENTS, spectrum
from wayside.typing import FloatArray

_NODES = 40
"""Per segment of rapidity: the integral is then good to 1e-6 or better."""


def angular_density(flight: Flight, direction: ArrayLike) -> FloatArray:
    """Density of the excited state in its direction in the laboratory of a flight.

    Parameters
    ----------
    flight
        Mass point at a collider, from `wayside.production.flight`. With `Beams.symmetric` the
        laboratory is the centre of mass.
    direction
        Shape (..., 3), of any length but zero.

    Returns
    -------
    density
        dP/dOmega per steradian, shape (...); integrates to one over the sphere. Infinite on the
        cone that excited states of one energy, slower than the boost, cannot leave.

    Raises
    ------
    InputError
        If a direction has no length.
    """
    rays = unit(direction)
    totals = _totals(flight, np.ascontiguousarray(rays.reshape(-1, 3)), gauss_legendre(_NODES))
    return np.asarray(totals.reshape(rays.shape[:-1]))


@njit(error_model="numpy")
def _totals(flight, directions, gauss):  # type: ignore[no-untyped-def]
    room = np.empty((3, MAX_SEGMENTS * gauss.shape[1]))
    totals = np.zeros(len(directions))
    for i in range(len(directions)):
        for k in range(spectrum(flight, directions[i], gauss, room)):
            totals[i] += room[1, k]
    return totals
