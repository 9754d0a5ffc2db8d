"""Physical constants in natural units (GeV), and the factors that lead out of them.

Masses and lifetimes: Particle Data Group, Review of Particle Physics 2024. Couplings and
conversion factors: CODATA 2022. ``tests/test_constants.py`` compares them with the packages
``particle`` and ``scipy.constants``, which are too slow to import for a few numbers.
"""

from typing import Final

ALPHA: Final = 7.2973525643e-3
"""Fine-structure constant at zero momentum transfer."""

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
M_NEUTRON: Final = 0.93956542194

CTAU_KLONG: Final = 15.34
"""Proper decay length of the K_L0 in m."""

LEPTON_MASSES: Final = {"e": M_ELECTRON, "mu": M_MUON, "tau": M_TAU}
"""Charged leptons by the channel names used throughout, masses in GeV."""

NEAREST_POLE: Final = 1e-8
"""Least relative distance of an A' mass from sqrt(s): closer, the photon's energy is rounding."""
