"""What the universe adds: Planck mass, entropy and critical density of today.

Particle Data Group, Review of Particle Physics 2024, tables of physical and of astrophysical
constants.
"""

from typing import Final

PLANCK_MASS: Final = 1.220890e19
"""Planck mass in GeV, not reduced: the Hubble rate is sqrt(8 pi rho / 3) over it."""

ENTROPY_TODAY: Final = 2891.2
"""Entropy density over Boltzmann's constant, per cm^3, at 2.7255 K."""

CRITICAL_DENSITY: Final = 1.053672e-5
"""Critical density over h^2, in GeV per cm^3."""

OMEGA_H2: Final = 0.12
"""Density of dark matter over the critical one, times h^2 (Planck 2018, arXiv:1807.06209)."""

SECOND: Final = 1.0 / 6.582119569e-25
"""One second in 1/GeV."""

RECOMBINATION_AGE: Final = 1.2e13
"""Age of the universe at recombination, in seconds."""

AGE: Final = 4.35e17
"""Age of the universe in seconds (Planck 2018, arXiv:1807.06209: 13.79 Gyr)."""
