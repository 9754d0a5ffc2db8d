"""Monte Carlo of the study's Eq. 13, four-vectors all the way: no closed form, no clever frame.

One event is an A' direction, decay angles and the boosts they imply. The A' polar angle is drawn
from 1/(s sin^2 + 4 m_e^2), which is what makes it peak; the rest of Eq. 13 is the event's weight.
"""

import numpy as np

from reference import densities


def _boost(energy, momentum, velocity):
    """Active boost of many four-vectors by velocities that broadcast, shapes (n,), (n, 3)."""
    v2 = np.sum(velocity**2, axis=-1)
    gamma = 1 / np.sqrt(1 - v2)
    along = np.sum(velocity * momentum, axis=-1)
    factor = gamma**2 / (1 + gamma) * along + gamma * energy
    return gamma * (energy + along), momentum + factor[..., None] * velocity


def laboratory(energy, momentum, electron, positron, crossing):
    """Take four-vectors from the centre of mass, z along the electrons, to the laboratory.

    The rotation-free boost moves the electron beam off the laboratory's z axis; the axes of the
    centre of mass follow it there.
    """
    half = crossing / 2
    total = electron + positron
    velocity = np.array(
        [np.sin(half), 0.0, (electron - positron) / total * np.cos(half)],
    )
    beam = electron * np.array([np.sin(half), 0.0, np.cos(half)])
    _, z = _boost(np.array(electron), beam, -velocity)
    z = z / np.linalg.norm(z)
    x = np.array([z[2], 0.0, -z[0]])
    turned = momentum[:, :1] * x + momentum[:, 1:2] * np.array([0, 1, 0]) + momentum[:, 2:] * z
    return _boost(energy, turned, velocity[None, :])


def on_shell(n, rng, sqrt_s, m_e, m_aprime, m1, m2, isotropic=0.0, polarised=1.0):
    """Energies (n,), momenta (n, 3) in the centre of mass, and weights of mean 1."""
    s, mass2 = sqrt_s**2, m_aprime**2
    # Inverse of the distribution 1/(b^2 - c^2): c = b tanh(y), y uniform.
    b = np.sqrt(1 + 4 * m_e**2 / s)
    y_max = np.arctanh(1 / b)
    c = np.clip(b * np.tanh(rng.uniform(-y_max, y_max, n)), -1, 1)
    azimuth = rng.uniform(0, 2 * np.pi, n)
    x = rng.uniform(-1, 1, n)
    phi = rng.uniform(0, 2 * np.pi, n)

    weight = densities.general_numerator(c, x, np.cos(phi), s, mass2, isotropic, polarised)
    # Mean over all draws: bracket of Eq. 4 times 2 (a + b/3), averaged over y by quadrature.
    nodes, weights = np.polynomial.legendre.leggauss(400)
    c2 = (b * np.tanh(y_max * nodes)) ** 2
    bracket = (s + mass2) ** 2 + (s - mass2) ** 2 * c2
    weight /= 2 * (isotropic + polarised / 3) * np.sum(weights * bracket) / 2

    e_star = (mass2 + m1**2 - m2**2) / (2 * m_aprime)
    p_star = np.sqrt(e_star**2 - m1**2)
    sin, sin_x = np.sqrt((1 - c) * (1 + c)), np.sqrt((1 - x) * (1 + x))
    cos_a, sin_a = np.cos(azimuth), np.sin(azimuth)
    toward = np.stack([sin * cos_a, sin * sin_a, c], axis=1)
    # phi = 0 in the plane of beam and A', to larger polar angles (the sign of Eq. 15).
    across = np.stack([c * cos_a, c * sin_a, -sin], axis=1)
    out_of_plane = np.stack([-sin_a, cos_a, np.zeros(n)], axis=1)
    decay = (
        x[:, None] * toward
        + (sin_x * np.cos(phi))[:, None] * across
        + (sin_x * np.sin(phi))[:, None] * out_of_plane
    )
    energy_a = (s + mass2) / (2 * sqrt_s)
    velocity = (s - mass2) / (2 * sqrt_s) / energy_a
    energy, momentum = _boost(np.full(n, e_star), p_star * decay, velocity * toward)
    return energy, momentum, weight


def off_shell(n, rng, sqrt_s, m1, m2, isotropic=0.0, polarised=1.0):
    """The same for e+ e- -> A'* -> 1 2, angular weight a + b sin^2/2 (Eq. 5)."""
    c, azimuth = rng.uniform(-1, 1, n), rng.uniform(0, 2 * np.pi, n)
    sin2 = (1 - c) * (1 + c)
    weight = (isotropic + polarised * sin2 / 2) / (isotropic + polarised / 3)
    energy = (sqrt_s**2 + m1**2 - m2**2) / (2 * sqrt_s)
    p = np.sqrt(energy**2 - m1**2)
    sin = np.sqrt(sin2)
    direction = np.stack([sin * np.cos(azimuth), sin * np.sin(azimuth), c], axis=1)
    return np.full(n, energy), p * direction, weight


def crossings(directions, centre, size, axes):
    """Distances at entry and exit of rays from the origin through a box, centre to centre.

    Solves face by face: a crossing counts if the point lies within the face's rectangle.
    """
    n = len(directions)
    near, far = np.full(n, np.inf), np.full(n, -np.inf)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        for sign in (-0.5, 0.5):
            point = centre + sign * size[i] * axes[i]
            with np.errstate(divide="ignore", invalid="ignore"):
                t = (point @ axes[i]) / (directions @ axes[i])
                rest = directions * t[:, None] - point
                inside = (np.abs(rest @ axes[j]) <= size[j] / 2) & (
                    np.abs(rest @ axes[k]) <= size[k] / 2
                )
            inside &= t > 0
            near = np.where(inside, np.minimum(near, t), near)
            far = np.where(inside, np.maximum(far, t), far)
    miss = ~(far > near)
    return np.where(miss, 0.0, near), np.where(miss, 0.0, far)


def mean_and_error(values):
    """Mean and its standard error."""
    return float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))
