"""Physical constants in natural units (GeV), and the factors that lead out of them.

Masses and lifetimes: Particle Data Group, Review of Particle Physics 2024. Couplings and
conversion factors: CODATA 2022. ``tests/test_constants.py`` compares them with the packages
``particle`` and ``scipy.constants``, which are too slow to import for six numbers.
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

M_ELECTRON: Final = 0.51099895e-3
M_MUON: Final = 0.1056583755
M_TAU: Final = 1.77693
M_PION: Final = 0.13957039
"""Charged pion mass."""

LEPTON_MASSES: Final = {"e": M_ELECTRON, "mu": M_MUON, "tau": M_TAU}
"""Charged leptons by the channel names used throughout, masses in GeV."""

NEAREST_POLE: Final = 1e-8
"""Least relative distance of an A' mass from sqrt(s): closer, the photon's energy is rounding."""
