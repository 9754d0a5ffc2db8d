"""Names of the treatments among which a relic density is computed, the usual one first."""

from typing import Final, Literal, get_args

Hadrons = Literal["r-ratio", "quarks"]
"""Final states of annihilation: by the measured R, or free quarks."""

MEASURED: Final[Hadrons] = "r-ratio"
"""The treatment whose error is that of R."""

DofName = Literal["drees2015", "saikawa2018"]
"""Sources of the degrees of freedom of the plasma."""

HADRONS: Final[tuple[Hadrons, ...]] = get_args(Hadrons)
DOF_NAMES: Final[tuple[DofName, ...]] = get_args(DofName)
