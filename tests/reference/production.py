"""e+ e- -> gamma A', A' -> 1 2 from explicit four-vectors and spinors, to any precision.

The squared amplitude times (p_e- . k)^2 (p_e+ . k)^2 is a polynomial in the cosine of the angle
that is averaged over. So a few amplitudes at high precision fix it, and mpmath does the rest.
"""

import itertools

import mpmath as mp
import numpy as np

from reference import spinors

DEGREE = 7  # six would do: a seventh that comes out as zero checks the claim


def momentum(m, m1, m2):
    return ((m**2 - m1**2 - m2**2) ** 2 - 4 * m1**2 * m2**2) ** (m * 0 + 1 / 2) / (2 * m)


def polar(size, energy, cos, sin, cos_azimuth, sin_azimuth):
    return np.array([energy, size * sin * cos_azimuth, size * sin * sin_azimuth, size * cos])


class Process:
    """One mass point; give mpmath numbers for high precision, floats for speed."""

    def __init__(self, kind, sqrt_s, m_e, m_aprime, m1, m2):
        self.kind, self.sqrt_s, self.m_e = kind, sqrt_s, m_e
        self.m_aprime, self.m1, self.m2 = m_aprime, m1, m2
        self.omega = (sqrt_s**2 - m_aprime**2) / (2 * sqrt_s)
        self.energy_a = sqrt_s - self.omega
        self.p_star = momentum(m_aprime, m1, m2)
        self.beta = (1 - 4 * m_e**2 / sqrt_s**2) ** (m_e * 0 + 1 / 2)

    def beams(self, cos, sin):
        half = self.sqrt_s / 2
        k = half * self.beta
        zero = half * 0
        return (
            np.array([half, k * sin, zero, k * cos]),
            np.array([half, -k * sin, zero, -k * cos]),
        )

    def trace(self, cos):
        """Squared amplitude of e+ e- -> gamma A' (mean, sum), couplings e^2 epsilon left out."""
        zero, one = cos * 0, cos * 0 + 1
        k1, k2 = self.beams(one, zero)
        sin = ((1 - cos) * (1 + cos)) ** (one / 2)
        photon = polar(-self.omega, self.omega, cos, sin, one, zero)
        return spinors.trace(spinors.radiative_tensor(k1, k2, photon, self.m_e))

    def excited(self, x):
        """Energy, momentum of 1 and cosine, sine of its angle to the A', in the centre of mass."""
        e_star = (self.p_star**2 + self.m1**2) ** (x * 0 + 1 / 2)
        sin_x = ((1 - x) * (1 + x)) ** (x * 0 + 1 / 2)
        gamma, flight = self.energy_a / self.m_aprime, self.omega / self.m_aprime
        along = gamma * self.p_star * x + flight * e_star
        across = self.p_star * sin_x
        p = (along**2 + across**2) ** (x * 0 + 1 / 2)
        return gamma * e_star + flight * self.p_star * x, p, along / p, across / p

    def squared(self, x, theta, cos_psi, sin_psi, trig):
        """Full squared amplitude, dark current included, at an azimuth of A' around 1."""
        energy, p, cos_a, sin_a = self.excited(x)
        cos_t, sin_t = trig(theta)
        k1, k2 = self.beams(cos_t, sin_t)
        photon = polar(-self.omega, self.omega, cos_a, sin_a, cos_psi, sin_psi)
        mediator = polar(self.omega, self.energy_a, cos_a, sin_a, cos_psi, sin_psi)
        zero = energy * 0
        p1 = np.array([energy, zero, zero, p])
        lepton = spinors.radiative_tensor(k1, k2, photon, self.m_e)
        dark = spinors.dark_tensor(self.kind, p1, mediator - p1, self.m1, self.m2)
        return spinors.contract(lepton, dark)

    def dark_norm(self):
        """Trace over space of the dark current at rest, over three."""
        rest = spinors.dark_tensor(
            self.kind,
            np.array([(self.p_star**2 + self.m1**2) ** (1 / 2 + self.m1 * 0), *self._axis()]),
            np.array([(self.p_star**2 + self.m2**2) ** (1 / 2 + self.m1 * 0), *-self._axis()]),
            self.m1,
            self.m2,
        )
        return (rest[1, 1] + rest[2, 2] + rest[3, 3]).real / 3

    def _axis(self):
        return np.array([self.p_star * 0, self.p_star * 0, self.p_star])

    def trace_integral(self):
        """Integral of `trace` over the cosine, by the polynomial (mpmath only)."""
        poly = fit(lambda u: self.trace(u) * (1 - (self.beta * u) ** 2) ** 2)
        ends = [1 - mp.mpf(10) ** -k for k in range(14)] + [mp.mpf(1)]
        both = mp.mpf(0)
        for left, right in itertools.pairwise(ends):
            both += mp.quad(
                lambda u: (
                    (mp.polyval(poly, u) + mp.polyval(poly, -u)) / (1 - (self.beta * u) ** 2) ** 2
                ),
                [left, right],
            )
        return both

    def averaged(self, x, theta):
        """Mean of `squared` over psi (mpmath only)."""
        _, _, cos_a, sin_a = self.excited(x)
        cos_t, sin_t = mp.cos(theta), mp.sin(theta)

        def poles(u):
            c = cos_a * cos_t + sin_a * sin_t * u
            return (1 - (self.beta * c) ** 2) ** 2

        def trig(angle):
            return mp.cos(angle), mp.sin(angle)

        poly = fit(lambda u: self.squared(x, theta, u, mp.sqrt((1 - u) * (1 + u)), trig) * poles(u))
        cuts = [mp.mpf(0)] + [mp.mpf(10) ** -k for k in range(7, 0, -1)] + [mp.pi / 2]
        total = mp.mpf(0)
        for left, right in itertools.pairwise(cuts):
            for start in (0, mp.pi):
                sign = 1 if start == 0 else -1
                total += mp.quad(
                    lambda psi, start=start, sign=sign: (
                        mp.polyval(poly, mp.cos(start + sign * psi))
                        / poles(mp.cos(start + sign * psi))
                    ),
                    [left, right],
                )
        return total / mp.pi

    def density(self, x, theta):
        """Probability per steradian of 1 and unit cosine x (mpmath only)."""
        norm = 4 * mp.pi * self.dark_norm() * self.trace_integral()
        return self.averaged(x, theta) / norm


def fit(function):
    """Coefficients (highest first) of the polynomial that a function is, with a check of that."""
    nodes = [mp.cos((2 * j + 1) * mp.pi / (2 * DEGREE + 2)) for j in range(DEGREE + 1)]
    values = [function(u) for u in nodes]
    matrix = mp.matrix([[u**k for k in range(DEGREE, -1, -1)] for u in nodes])
    solution = list(mp.lu_solve(matrix, mp.matrix(values)))
    largest = max(abs(c) for c in solution)
    assert abs(solution[0]) < largest * mp.mpf(10) ** (-mp.mp.dps * 0.6)
    return solution
