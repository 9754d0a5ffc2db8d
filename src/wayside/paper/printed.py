"""What the study prints: the one place where its numbers stand. Nothing here is ours."""

from typing import Final

from wayside.paper.rows import Printed

RELATION: Final = (0.228, 0.0223, 0.489)
"""a, b, c of the optimal acceptance, 1 - (m1 + m2)/m_A' = (a - b m_A') exp(-c m_A'), in GeV
(section 10)."""

RELATION_DIGITS: Final = (0.001, 0.0001, 0.001)
"""One unit of the last digit of each."""

OPTIMAL_ACCEPTANCE: Final = Printed(
    0.9, "%", "acceptance of one forward detector in figs. 14 and 15", "section 10"
)

TABLE_1_MASSES: Final = ((8.0, 4.341, 3.650), (8.0, 4.333, 3.650))
"""m_A', m1, m2 in GeV of the two lines on shell."""

TABLE_1_OFF_SHELL: Final = (14.0, 5.00, 4.85)

TABLE_1_MASS_DIGIT: Final = 0.001
"""One unit of the last digit of m1 and m2, GeV; m_A' = 8.0 is a choice: half a unit of its last
digit would put it below m1 + m2."""

TABLE_1_DIGIT: Final = 0.001
"""One unit of the last digit of an acceptance, per cent."""

_PER_APRIME = "per A' that decays to the pair"

TABLE_1: Final = {
    (0, "A"): Printed(0.976, "%", _PER_APRIME, "table 1"),
    (0, "B"): Printed(0.065, "%", _PER_APRIME, "table 1"),
    (1, "A"): Printed(0.194, "%", _PER_APRIME, "table 1"),
    (1, "B"): Printed(0.816, "%", _PER_APRIME, "table 1"),
}
"""By line and detector."""

TABLE_1_CENTRAL: Final = Printed(0.045, "%", "per pair", "table 1")

REACH_BESIII: Final = Printed(
    1e-4, "", "least epsilon excluded, 100 fb^-1", "section 11", "down to ~10^-4"
)
REACH_BELLE2: Final = Printed(
    1e-5, "", "least epsilon excluded, 50 ab^-1", "section 11", "down to ~10^-5"
)
REACH_RATIO: Final = Printed(
    10.0, "", "BESIII over Belle II", "section 10", "lower by an order of magnitude"
)
REACH_OFF_SHELL_LOW: Final = Printed(
    1e-3, "", "least epsilon excluded off shell", "section 11", "in the range between 10^-3 ..."
)
REACH_OFF_SHELL_HIGH: Final = Printed(
    1e-2, "", "largest epsilon excluded off shell", "section 11", "... and 10^-2"
)

SHEETS: Final = Printed(
    5.0, "sheets", "emulsion sheets that an electron of 10 MeV crosses", "section 8", "about 5"
)
THRESHOLD: Final = Printed(
    10.0, "MeV", "energy of an electron that crosses about 5 sheets", "section 8", "10 MeV"
)
LENGTH: Final = Printed(1.32, "m", "33 blocks and gas detectors", "section 8")
BLOCK: Final = Printed(3.2, "cm", "40 emulsion layers", "section 8")
EQUATION_5_DENOMINATOR: Final = Printed(
    32.0, "", "number in the denominator of eq. 5", "eq. 5", "32 (s - m_A'^2)^2"
)

MONO_PHOTON_END: Final = Printed(
    8.0, "GeV", "m_A' above which the mono-photon search is difficult", "section 10"
)

COSMIC_VERTICAL: Final = (85.6, 2.4)
"""I0 and its error in Hz m^-2 sr^-1 (section 9.2)."""
COSMIC_RATE: Final = Printed(179.3, "Hz/m^2", "integral of eq. 19", "eq. 19")
COSMIC_OCCUPANCY: Final = Printed(
    0.28e6, "/cm^2", "cosmic muons in 6 months at the rate of eq. 19", "section 9.2, table 2"
)
MUONS_CONTINUUM: Final = Printed(
    20.2, "/cm^2", "muons at BESIII, sqrt(s) = 3.78 GeV, 10 fb^-1", "table 2"
)
MUONS_PSI: Final = Printed(74.4, "/cm^2", "muons from psi(3686) at BESIII, 4.5 fb^-1", "table 2")
KLONG_BB: Final = Printed(69.4, "%", "Upsilon(4S) events with a K_L0", "section 9.3")
KLONG_CONTINUUM: Final = Printed(
    26.0, "%", "continuum and tau tau events with a K_L0", "section 9.3"
)
KLONG_SURVIVAL: Final = Printed(
    4e-8,
    "",
    "probability of a K_L0 to arrive through 30 cm of iron and 1.3 m of tungsten",
    "section 9.3",
)
KLONG_LEFT: Final = Printed(
    0.5, "", "K_L0 from the collisions in the detector, 50 ab^-1", "section 9.3"
)
KLONG_ROCK: Final = Printed(
    12.0, "per year", "K_L0 through the detector from muons in 11 m of rock", "section 9.3", "~12"
)
