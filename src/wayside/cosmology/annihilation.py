r"""Coannihilation 1 2 -> A'* -> Standard Model: cross-section and visible strength.

With the visible strength K(s) (per lepton sqrt(1 - 4m^2/s) (1 + 2m^2/s), and R or free quarks), the
dark current (a, b) of the model at s, p* the momentum of the pair, Gamma(s) the full width of A'
and R its real part at threshold (`wayside.cosmology.pairs`),

    g1 g2 sigma = alpha eps^2 gD^2 (a + b/3) sqrt(s) K / (2 p* [(s - M^2 + R)^2 + s Gamma(s)^2]),

summed over the spins of the pair: the Breit-Wigner formula with the partial widths of an A' of mass
sqrt(s). For scalars (8 pi/3) eps^2 alpha alphaD sqrt(s) p* K / [...]; derived in docs/theory.
"""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA, LEPTON_MASSES
from wayside.cosmology.choices import HADRONS, Hadrons
from wayside.cosmology.pairs import Widths, cusp, dark_term, pair_numbers
from wayside.errors import RangeError, check_choice
from wayside.models.mediator import dark_width_hats
from wayside.models.protocol import Model
from wayside.models.r_ratio import knots, narrow_states
from wayside.models.z_boson import HIGHEST
from wayside.typing import BoolArray, FloatArray

__all__ = [
    "Strength",
    "cross_section",
    "mediator_width",
    "strength",
    "visible_width_hat",
    "widths_of",
]

QUARK_MASSES = {"u": 0.003, "d": 0.005, "s": 0.1, "c": 1.27, "b": 4.18}
"""Current masses of the quarks in GeV, as codes for heavy dark matter use."""

_QUARK_CHARGES = {"u": 2, "d": -1, "s": -1, "c": 2, "b": -1}
"""Charges of the quarks in thirds of that of the positron."""

_QUARKS_MAXIMUM = 1e6


@dataclass(frozen=True, eq=False)
class Strength:
    """K(s) in pieces: straight lines and fermion thresholds, and narrow states beside them.

    Arrays are not to be written to.
    """

    breaks: FloatArray
    """sqrt(s) in GeV where K bends or a threshold opens, increasing."""
    values: FloatArray
    """Straight part at the breaks."""
    opens: BoolArray
    """Whether a fermion threshold opens at a break, shape of ``breaks``."""
    masses: FloatArray
    """Masses of the fermions in GeV."""
    weights: FloatArray
    """Colours times squared charge of each fermion."""
    narrow: FloatArray
    """Rows of mass, width (GeV), and area (integral over s of K, GeV^2)."""
    maximum: float
    """Largest sqrt(s) in GeV up to which K is all; beyond, the Z would add to it."""

    def smooth(self, sqrt_s: npt.ArrayLike) -> FloatArray:
        """Return K without the narrow states."""
        q = np.asarray(sqrt_s, dtype=np.float64)
        total = np.interp(q, self.breaks, self.values)
        for mass, weight in zip(self.masses, self.weights, strict=True):
            ratio = np.minimum((2 * mass / q) ** 2, 1.0)
            total = total + weight * np.sqrt(1 - ratio) * (1 + ratio / 2)
        return np.asarray(total)

    def __call__(self, sqrt_s: npt.ArrayLike) -> FloatArray:
        """Return K at sqrt(s) in GeV."""
        s = np.asarray(sqrt_s, dtype=np.float64) ** 2
        total = self.smooth(sqrt_s)
        for mass, width, area in self.narrow:
            half = mass * width
            total = total + area * s / mass**2 * half / np.pi / ((s - mass**2) ** 2 + half**2)
        return np.asarray(total)


class _Pieces(NamedTuple):
    """Arguments of `Strength`."""

    masses: list[float]
    weights: list[float]
    breaks: FloatArray
    values: FloatArray
    narrow: FloatArray


def _by_measured_r(shift: float) -> _Pieces:
    masses = list(LEPTON_MASSES.values())
    table = knots()
    moved = table.r + shift * np.hypot(table.independent, table.correlated)
    breaks = np.union1d(table.sqrt_s, [2 * mass for mass in masses])
    values = np.interp(breaks, table.sqrt_s, np.maximum(moved, 0.0), left=0.0)
    narrow = np.array(
        [
            (state.mass, state.width, state.area * (1 + shift * state.relative_error))
            for state in narrow_states()
        ]
    )
    return _Pieces(masses, [1.0] * len(masses), breaks, values, narrow)


def _by_free_quarks(_: float) -> _Pieces:
    masses = [*LEPTON_MASSES.values(), *QUARK_MASSES.values()]
    weights = [1.0] * len(LEPTON_MASSES)
    weights += [charge**2 / 3 for charge in _QUARK_CHARGES.values()]
    breaks = np.sort([*(2 * mass for mass in masses), _QUARKS_MAXIMUM])
    return _Pieces(masses, weights, breaks, np.zeros_like(breaks), np.zeros((0, 3)))


_TREATMENTS: Final[Mapping[Hadrons, Callable[[float], _Pieces]]] = {
    "r-ratio": _by_measured_r,
    "quarks": _by_free_quarks,
}


@functools.cache
def strength(hadrons: Hadrons = HADRONS[0], shift: float = 0.0) -> Strength:
    """Return the visible strength for one treatment of hadrons.

    Parameters
    ----------
    hadrons : {"r-ratio", "quarks"}
        Measured R with the psi and Upsilon states, or free quarks of `QUARK_MASSES`.
    shift : float
        Number of standard errors by which the whole of R is moved.

    Raises
    ------
    InputError
        If there is no treatment of that name.
    """
    check_choice("hadrons", hadrons, HADRONS)
    masses, weights, breaks, values, narrow = _TREATMENTS[hadrons](shift)
    opens = np.isin(breaks, [2 * mass for mass in masses])
    result = Strength(breaks, values, opens, np.array(masses), np.array(weights), narrow, HIGHEST)
    for array in (breaks, values, opens, result.masses, result.weights, narrow):
        array.flags.writeable = False
    return result


def visible_width_hat(m_aprime: npt.ArrayLike, visible: Strength) -> FloatArray:
    """Return the visible width of A' over epsilon^2 in GeV, alpha M K(M^2)/3.

    Raises
    ------
    RangeError
        Where K is not known.
    """
    mass = np.asarray(m_aprime, dtype=np.float64)
    bad = ~((mass > 0) & (mass <= visible.maximum))
    if bad.any():
        raise RangeError(
            f"m_aprime = {mass[bad].flat[0]:g} GeV: its width is known above 0 and up to"
            f" {visible.maximum:g} GeV only"
        )
    return np.asarray(ALPHA * mass / 3 * visible(mass))


def mediator_width(model: Model, epsilon: float, g_d: float, visible: Strength) -> float:
    """Return the full width of A' in GeV at given couplings."""
    couplings = {"epsilon": epsilon, "g_d": g_d}
    width = model.visible_powers.value(**couplings) * visible_width_hat(model.m_aprime, visible)
    return float(width + model.dark_powers.value(**couplings) * model.dark_width_hat())


def widths_of(model: Model, epsilon: float, g_d: float, visible: Strength) -> Widths:
    """Return the width of A' as the solver takes it: what depends on s, and what does not."""
    masses = (model.m_aprime, model.m1, model.m2)
    dark = model.dark_powers.value(epsilon=epsilon, g_d=g_d)
    paired = dark * float(dark_width_hats(model.current, *masses))
    return Widths(max(mediator_width(model, epsilon, g_d, visible) - paired, 0.0), dark)


def cross_section(
    model: Model, sqrt_s: float, epsilon: float, g_d: float, visible: Strength
) -> float:
    """Return the cross-section of 1 2 -> A'* -> Standard Model, averaged over spins.

    Parameters
    ----------
    model
        Masses, widths and current.
    sqrt_s
        Centre-of-mass energy in GeV, above m1 + m2.
    epsilon, g_d
        Couplings.
    visible
        Visible strength, from `strength`.

    Returns
    -------
    float
        Cross-section in GeV^-2.
    """
    s = sqrt_s**2
    a, b = model.pair_tensor(s)
    sigma, delta = model.m1 + model.m2, model.m1 - model.m2
    momentum = np.sqrt((s - sigma**2) * (s - delta**2) / s) / 2
    masses = (model.m_aprime, model.m1, model.m2)
    widths = widths_of(model, epsilon, g_d, visible)
    pair = pair_numbers(model.current, model.m1, model.m2)
    term = model.m_aprime * widths.constant
    term += widths.dark * dark_term(sqrt_s - sigma, model.m1, model.m2, pair)
    pole = (s - model.m_aprime**2 + cusp(*masses, pair, widths)) ** 2 + term**2
    spins = math.prod(model.current.spin_states)
    couplings = ALPHA * model.excited_powers.value(epsilon=epsilon, g_d=g_d)
    top = couplings * (a + b / 3) * sqrt_s * float(visible(sqrt_s))
    return float(top / (2 * momentum * pole) / spins)
