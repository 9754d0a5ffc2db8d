"""Beams of colliders by name, for the key ``collider.preset`` of a scenario."""

from typing import Final, NamedTuple


class Preset(NamedTuple):
    """Beams of a collider."""

    electron_energy: float
    positron_energy: float
    """Energies in GeV."""
    crossing_angle: float
    """Full angle in rad."""
    text: str
    """What it is, with its source."""
    beam_spot: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Standard deviations in m of where collisions are; 0 where we have no source."""


SUPERKEKB_SPOT: Final = (7e-6, 4e-8, 3.5e-4)
BEPCII_SPOT: Final = (2.7e-4, 4e-6, 1.1e-2)
"""From the sizes of the bunches, which overlap in 1/sqrt(2) of them: 10 and 0.06 um across at
SuperKEKB (1011.0352), whose crossing angle leaves 0.35 mm of the length; 380 and 5.7 um and 15 mm
at BEPCII (0911.4960)."""

PRESETS: Final[dict[str, Preset]] = {
    "belle2": Preset(
        *(7.007, 4.000, 0.083, "SuperKEKB at the Y(4S), Belle II TDR (1011.0352)"), SUPERKEKB_SPOT
    ),
    "belle": Preset(8.0, 3.5, 0.022, "KEKB at the Y(4S), Belle (NIM A 479 (2002) 117)"),
    "babar": Preset(8.973, 3.119, 0.0, "PEP-II at the Y(4S), head-on, BaBar (hep-ex/0105044)"),
    "besiii": Preset(
        *(1.89, 1.89, 0.022, "BEPCII at the psi(3770), BESIII (0911.4960)"), BEPCII_SPOT
    ),
    "stcf": Preset(2.0, 2.0, 0.060, "Super Tau-Charm Facility near 4 GeV, CDR (2303.15790)"),
    "kloe2": Preset(0.510, 0.510, 0.050, "DAFNE at the phi, KLOE-2 (1003.3868)"),
    "cepc-z": Preset(45.5, 45.5, 0.033, "CEPC at the Z, CDR (1809.00285)"),
    "fcc-ee-z": Preset(45.6, 45.6, 0.030, "FCC-ee at the Z, CDR (EPJ ST 228 (2019) 261)"),
}
"""Nominal beams; processes that leave the Z out refuse the colliders there."""

BEAM_KEYS: Final = ("electron_energy", "positron_energy", "crossing_angle", "beam_spot")
"""Keys of a scenario that a preset stands for."""
