"""How the hadrons of a virtual photon divide among final states.

The rate is always that of R(s). Below 1 GeV what R does not owe to the peaks of omega and phi is
pi+ pi-, whose form factor R therefore is; from there to 2 GeV exclusive channels by a rough table;
above, and for J/psi and so on, it is not known which.
"""

from functools import cache
from typing import Final

import numpy as np

from wayside.constants import ALPHA, GEV2_TO_FB, M_OMEGA, M_PHI, M_PION
from wayside.data import read_table
from wayside.models.final_states import FinalState, Hadrons, Products, mass_of
from wayside.models.kinematics import pair_momentum
from wayside.models.r_ratio import continuum
from wayside.typing import FloatArray

__all__ = [
    "CONTENTS",
    "NAMES",
    "OMEGA",
    "PEAKS",
    "Content",
    "channel_fractions",
    "channel_r",
    "threshold",
    "vector_states",
]

OMEGA: Final = (M_OMEGA, 8.68e-3, 7.38e-5)
PHI: Final = (M_PHI, 4.249e-3, 2.98e-4)
"""Mass, width in GeV, branching fraction to e+ e-; PDG 2024."""

PEAKS: Final = {
    "3pi": ((OMEGA, 0.892), (PHI, 0.154)),
    "pi0gamma": ((OMEGA, 0.0835), (PHI, 1.3e-3)),
    "etagamma": ((PHI, 1.30e-2),),
    "kpkm": ((PHI, 0.491),),
    "kskl": ((PHI, 0.339),),
}
"""Branching fractions of omega and phi; PDG 2024."""

Content = tuple[int, ...]

CONTENTS: Final[dict[str, tuple[tuple[float, Content], ...]]] = {
    "pipi": ((1.0, (211, -211)),),
    "pi0gamma": ((1.0, (111, 22)),),
    "etagamma": ((1.0, (221, 22)),),
    "3pi": ((1.0, (211, -211, 111)),),
    "kpkm": ((1.0, (321, -321)),),
    "kskl": ((1.0, (310, 130)),),
    "4pi": ((1.0, (211, -211, 211, -211)),),
    "2pi2pi0": ((1.0, (211, -211, 111, 111)),),
    "etapipi": ((1.0, (221, 211, -211)),),
    "kkpi": (
        (1.0, (310, 321, -211)),
        (1.0, (310, -321, 211)),
        (1.0, (130, 321, -211)),
        (1.0, (130, -321, 211)),
        (1.0, (321, -321, 111)),
        (1.0, (310, 130, 111)),
    ),
    "5pi": ((2.0, (211, -211, 111, 211, -211)), (1.0, (211, -211, 111, 111, 111))),
    "6pi": ((1.0, (211, -211) * 3), (5.0, (211, -211, 211, -211, 111, 111))),
    "kkpipi": (
        (1.0, (321, -321, 211, -211)),
        (1.0, (310, 321, -211, 111)),
        (1.0, (310, -321, 211, 111)),
        (1.0, (310, 130, 211, -211)),
    ),
}
"""Final states of a channel with their relative weights."""

NAMES: Final = (*CONTENTS, "multi-pion")

_PEAKS_FROM = 0.6
"""GeV; the far tails of omega are not known, and below half a per cent here."""

_PION_PAIRS_BELOW = 1.0
_TABLE_ENDS = 2.0


def threshold(channel: str) -> float:
    """Mass in GeV from which on all final states of a channel are open."""
    return max(sum(mass_of(pdg) for pdg in content) for _, content in CONTENTS[channel])


def _peak(
    state: tuple[float, float, float], branching: float, q: FloatArray, channel: str
) -> FloatArray:
    """R of one peak, 9 s B_ee B_f Gamma^2 / alpha^2 [(s - M^2)^2 + M^2 Gamma^2] times momenta."""
    mass, width, electrons = state
    s = q * q
    shape = width**2 / ((s - mass**2) ** 2 + (mass * width) ** 2)
    result = 9.0 * s * electrons * branching / ALPHA**2 * shape
    first, *rest = (mass_of(pdg) for pdg in CONTENTS[channel][0][1])
    opened = pair_momentum(q, first, sum(rest))
    at_peak = pair_momentum(mass, first, sum(rest))
    # P-wave barrier; bounded far above, where a peak says nothing.
    result = result * np.minimum(opened / at_peak, 3.0) ** 3
    return np.where(q > _PEAKS_FROM, result, 0.0)


@cache
def _table() -> tuple[FloatArray, dict[str, FloatArray]]:
    table = read_table("hadron_channels")
    energy = table["sqrt_s"]
    point_like = 4.0 * np.pi * ALPHA**2 / (3.0 * energy**2) * GEV2_TO_FB / 1e6  # nb
    return energy, {name: table[name] / point_like for name in table if name != "sqrt_s"}


def channel_r(q: FloatArray) -> dict[str, FloatArray]:
    """R of every channel at hadronic masses q in GeV, before they are scaled to the measured sum.

    Valid to 2 GeV; below 1 GeV pi+ pi- is what is left of the measured R.
    """
    energy, columns = _table()
    result = {}
    for name in CONTENTS:
        value = np.zeros_like(q)
        if name in columns:
            value = np.interp(q, energy, columns[name], left=0.0)
        for state, branching in PEAKS.get(name, ()):
            value = value + _peak(state, branching, q, name)
        result[name] = np.where(q > threshold(name), value, 0.0)
    others = sum(value for name, value in result.items() if name != "pipi")
    low = q < _PION_PAIRS_BELOW
    left = np.maximum(continuum(q) - others, 0.0)
    result["pipi"] = np.where(low, np.where(q > 2.0 * M_PION, left, 0.0), result["pipi"])
    return result


def channel_fractions(q: FloatArray) -> FloatArray:
    """Fractions of the channels in ``NAMES`` at hadronic masses q in GeV, shape (n, channels)."""
    values = np.stack(list(channel_r(q).values()), axis=1)
    # A mass between two thresholds with nothing in the table: pions.
    nothing = np.sum(values, axis=1) <= 0.0
    values[nothing, 0] = 1.0
    values = np.concatenate([values, np.zeros((len(q), 1))], axis=1)
    high = q > _TABLE_ENDS
    values[high] = 0.0
    values[high, -1] = 1.0
    return np.asarray(values / np.sum(values, axis=1, keepdims=True))


def vector_states(mass: float) -> tuple[FinalState, ...]:
    """Final states of the hadrons of a virtual photon of a mass in GeV, as far as they are named.

    Parameters
    ----------
    mass
        Mass of the hadrons together in GeV, above that of two pions.

    Returns
    -------
    tuple
        Weights that add up to 1. Three pions have the amplitude of a vector, other states of three
        and more even phase space; what is not named has ``hadrons`` in place of products.

    Examples
    --------
    >>> [round(state.weight, 3) for state in vector_states(0.5)]
    [1.0]
    """
    (fractions,) = channel_fractions(np.array([mass]))
    states = []
    for name, fraction in zip(NAMES, fractions.tolist(), strict=True):
        if not fraction > 0.0:
            continue
        if name not in CONTENTS:
            states.append(FinalState(fraction, hadrons=Hadrons.VECTOR))
            continue
        total = sum(weight for weight, _ in CONTENTS[name])
        amplitude = across_squared if name == "3pi" else None
        states += [
            FinalState(fraction * weight / total, products, amplitude)
            for weight, products in CONTENTS[name]
        ]
    return tuple(states)


def across_squared(products: Products) -> FloatArray:
    """Squared amplitude of a vector to three pseudoscalars: that of p1 x p2 in its rest frame."""
    first, second, _ = products.masses
    m2 = sum(mass**2 for mass in products.masses) + 2.0 * (
        products.p12 + products.p13 + products.p23
    )
    e1_squared, e2_squared = products.with_parent(1) ** 2 / m2, products.with_parent(2) ** 2 / m2
    p1, p2 = e1_squared - first**2, e2_squared - second**2
    dot = np.sqrt(e1_squared * e2_squared) - products.p12
    return np.asarray(p1 * p2 - dot**2)
