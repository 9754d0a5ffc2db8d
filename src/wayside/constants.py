"""Physical constants in natural units (GeV), and the factors that lead out of them.

Masses and lifetimes: Particle Data Group, Review of Particle Physics 2024. Couplings and
conversion factors: CODATA 2022. ``tests/test_constants.py`` compares them with the packages
``particle`` and ``scipy.constants``, which are too slow to import for a few numbers.
"""

import math
from typing import Final

ALPHA: Final = 7.2973525643e-3
"""Fine-structure constant at zero momentum transfer."""

FERMI: Final = 1.1663788e-5
"""Fermi constant in GeV^-2 (PDG 2024)."""

HIGGS_VACUUM: Final = 1.0 / math.sqrt(math.sqrt(2.0) * FERMI)
"""Vacuum expectation value of the Higgs field in GeV."""

SINE_SQUARED: Final = 0.23121
"""Squared sine of the weak mixing angle at the Z, MS-bar."""

HBAR_C: Final = 1.973269804593025e-16
"""hbar c in GeV m: a width of ``G`` GeV is a proper decay length of ``HBAR_C / G`` metres."""

GEV2_TO_FB: Final = 3.893793721718594e11
"""(hbar c)^2 in GeV^2 fb: a cross-section of 1 GeV^-2 in femtobarn."""

SPEED_OF_LIGHT: Final = 0.299792458
"""Speed of light in metres per nanosecond."""

FB_PER_NB: Final = 1e6
"""Femtobarn in a nanobarn."""

DAYS_PER_YEAR: Final = 365.25
"""Days in a Julian year, which is what a year means throughout."""

SECONDS_PER_DAY: Final = 86400.0

SECONDS_PER_YEAR: Final = DAYS_PER_YEAR * SECONDS_PER_DAY

M_ELECTRON: Final = 0.51099895e-3
M_MUON: Final = 0.1056583755
M_TAU: Final = 1.77693
M_PION: Final = 0.13957039
"""Charged pion mass."""
M_PION_NEUTRAL: Final = 0.1349768
M_ETA: Final = 0.547862
M_KAON: Final = 0.493677
"""Charged kaon mass."""
M_KAON_NEUTRAL: Final = 0.497611
"""Mass of the K0; those of K_L0 and K_S0 differ from it by 2e-15 GeV."""
M_RHO: Final = 0.77526
M_OMEGA: Final = 0.78266
"""Mass of the omega(782)."""
M_PHI: Final = 1.019461
"""Mass of the phi(1020)."""
M_KSTAR: Final = 0.89167
"""Mass of the charged K*(892)."""
M_KSTAR_NEUTRAL: Final = 0.89555
M_B: Final = 5.27941
"""Mass of the charged B."""
M_B_NEUTRAL: Final = 5.27972
M_D: Final = 1.86484
"""Lightest meson with charm."""
M_W: Final = 80.3692
M_Z: Final = 91.188
WIDTH_Z: Final = 2.4955
M_NEUTRON: Final = 0.93956542194

CTAU_KLONG: Final = 15.34
"""Proper decay length of the K_L0 in m."""

LEPTON_MASSES: Final = {"e": M_ELECTRON, "mu": M_MUON, "tau": M_TAU}
"""Charged leptons by the channel names used throughout, masses in GeV."""

CONFIDENCE_LEVEL: Final = 0.9
"""Of exclusions, unless another is asked for."""

NEAREST_POLE: Final = 1e-8
"""Least relative distance of an A' mass from sqrt(s): closer, the photon's energy is rounding."""
