"""The density of the ground state today: thin faces over the compiled solver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.compiled import njit
from wayside.constants import HBAR_C, SPEED_OF_LIGHT
from wayside.cosmology.annihilation import (
    Strength,
    strength,
    visible_width_hat,
    widths_of,
)
from wayside.cosmology.choices import DOF_NAMES, HADRONS, MEASURED, DofName, Hadrons
from wayside.cosmology.dof import dof
from wayside.cosmology.excited_abundance import ExcitedAbundance, cannot_decay
from wayside.cosmology.flags import excited_outlives, flags_of
from wayside.cosmology.pairs import PairNumbers, Widths, has_s_wave, pair_numbers
from wayside.cosmology.solve import FULL, MAX_STEPS, Settings, solve
from wayside.cosmology.tables import Tables, tables
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.errors import InputError, NumericalError
from wayside.models.couplings import Powers
from wayside.models.currents import Current, PairLike, current_of
from wayside.models.mediator import (
    DARK_POWERS,
    EXCHANGE_POWERS,
    VISIBLE_POWERS,
    dark_width_hats,
)
from wayside.models.protocol import Model
from wayside.typing import FloatArray

__all__ = ["GEV2_TO_CM3_PER_S", "RelicResult", "omega_h2", "relic_density"]


_solve: Final[Callable[..., tuple[float, float, int]]] = solve

NUMERICAL_ERROR: Final = 1e-3
"""Relative error of quadrature and solver: what independent calculations differ by at most."""

REAL_PART_ERROR: Final = 0.1
"""Relative error of the real part at threshold, of which only what is next to it is known."""

GEV2_TO_CM3_PER_S: Final = (HBAR_C * 100) ** 2 * SPEED_OF_LIGHT * 1e11
"""<sigma v> of 1 GeV^-2 in cm^3/s."""


class _PairAt(NamedTuple):
    """A current at given masses."""

    m_aprime: float
    m1: float
    m2: float
    current: Current


@dataclass(frozen=True, eq=False)
class RelicResult:
    """Density of the ground state, and how it froze out.

    Arrays have one entry per step of the solver, in the order of time; they are empty where nothing
    annihilates.
    """

    omega_h2: float
    """Density over the critical one, times h^2; infinite without couplings."""
    x_freeze_out: float
    """m2/T at which the yield is 2.5 times its equilibrium; NaN if that never happens."""
    uncertainty: float
    """Relative uncertainty, `contributions` in quadrature."""
    contributions: Mapping[str, float]
    """Relative changes: ``numerical`` for the accuracy of the calculation; ``dof`` with the other
    degrees of freedom, ``r`` with R an error higher,
    ``threshold`` with the real part at threshold a tenth larger, where M is below it; ``excited``
    with what is left of the excited state, where it outlives the universe, all in the ground state.
    """
    flags: tuple[str, ...]
    """Keys of `wayside.cosmology.flags.FLAGS` that apply."""
    hadrons: str
    dof: str
    m2: float
    """Mass of the ground state in GeV."""
    x: FloatArray
    """m2/T at every step."""
    yield_: FloatArray
    """Number density of both states over the entropy density."""
    yield_equilibrium: FloatArray
    sigma_v: FloatArray
    """Effective thermal average in GeV^-2; `GEV2_TO_CM3_PER_S` converts."""

    @property
    def temperature(self) -> FloatArray:
        """Temperatures of the steps in GeV."""
        return self.m2 / self.x


def omega_h2(
    pair: PairLike,
    m_aprime: npt.ArrayLike,
    m1: npt.ArrayLike,
    m2: npt.ArrayLike,
    epsilon: npt.ArrayLike,
    g_d: npt.ArrayLike,
    *,
    hadrons: Hadrons = HADRONS[0],
    dof_name: DofName = DOF_NAMES[0],
) -> FloatArray:
    """Return the relic density at many points, without diagnostics.

    Parameters
    ----------
    pair : model class, model or Current
        The dark pair; masses that it has itself are not used.
    m_aprime, m1, m2 : array_like
        Masses in GeV, m1 > m2 and m_aprime > m1 - m2; m_aprime < m1 + m2 is allowed.
    epsilon, g_d : array_like
        Couplings; all arrays are broadcast together.
    hadrons : {"r-ratio", "quarks"}
        Treatment of hadrons, as for `annihilation.strength`.
    dof_name : str
        Source of the degrees of freedom, one of ``wayside.cosmology.choices.DOF_NAMES``.

    Returns
    -------
    ndarray
        Omega h^2; infinite where a coupling is 0, NaN where it could not be computed.

    Raises
    ------
    InputError
        For masses or couplings that are not allowed, or an unknown name.

    Examples
    --------
    >>> from wayside import ScalarInelastic
    >>> density = omega_h2(ScalarInelastic, 8.0, 4.341, 3.65, [1e-4, 1e-3], 0.3)
    >>> bool(density[0] > density[1] > 0)
    True
    """
    masses = (m_aprime, m1, m2)
    return _omega_h2(pair, masses, (epsilon, g_d), strength(hadrons), dof_name)


def relic_density(
    model: Model,
    epsilon: float,
    g_d: float,
    *,
    hadrons: Hadrons = HADRONS[0],
    dof_name: DofName = DOF_NAMES[0],
) -> RelicResult:
    """Return the relic density of one point, its uncertainty, and how it came about.

    Parameters
    ----------
    model
        Masses, widths and current; m_aprime < m1 + m2 is allowed.
    epsilon, g_d
        Couplings.
    hadrons, dof_name
        As for `wayside.cosmology.relic.omega_h2`.

    Returns
    -------
    RelicResult
        Density, its uncertainty and how it froze out; flags say which assumptions are doubtful.

    Raises
    ------
    InputError
        As for `wayside.cosmology.relic.omega_h2`.
    NumericalError
        If the density could not be computed.

    Examples
    --------
    >>> from wayside import ScalarInelastic
    >>> result = relic_density(ScalarInelastic(8.0, 4.341, 3.65), 1e-3, 0.3)
    >>> bool(15.0 < result.x_freeze_out < 40.0), bool(0.0 < result.uncertainty < 0.2)
    (True, True)
    """
    masses = (model.m_aprime, model.m1, model.m2)

    def value(visible: Strength, name: str, real: float = 1.0) -> float:
        dark_hat = model.dark_width_hat()
        return float(
            _omega_h2(model, masses, (epsilon, g_d), visible, name, dark_hat=dark_hat, real=real)
        )

    visible = strength(hadrons)
    omega = value(visible, dof_name)
    plasma = dof(dof_name)
    if epsilon * g_d == 0.0:
        nothing = np.empty(0)
        return RelicResult(
            omega, np.nan, 0.0, MappingProxyType({}), ("nothing-annihilates", "never-thermal"),
            hadrons, dof_name, model.m2, nothing, nothing, nothing, nothing,
        )  # fmt: skip
    failure = NumericalError(
        f"m_aprime = {model.m_aprime:g}, m1 = {model.m1:g}, m2 = {model.m2:g} GeV,"
        f" epsilon = {epsilon:g}, g_d = {g_d:g}: the relic density could not be computed"
    )
    if not np.isfinite(omega):
        raise failure
    others = [name for name in DOF_NAMES if name != dof_name]
    parts = {"numerical": NUMERICAL_ERROR}
    parts |= {"dof": max(abs(value(visible, name) / omega - 1) for name in others)}
    if hadrons == MEASURED:
        parts["r"] = abs(value(strength(hadrons, 1.0), dof_name) / omega - 1)
    pair = pair_numbers(model.current, model.m1, model.m2)
    if model.m_aprime < model.m1 + model.m2 and has_s_wave(model.m1, model.m2, pair):
        parts["threshold"] = abs(value(visible, dof_name, 1.0 + REAL_PART_ERROR) / omega - 1)
    couplings2 = model.excited_powers.value(epsilon=epsilon, g_d=g_d)
    if excited_outlives(model, couplings2):
        # All of it in the ground state, or as much as scattering leaves in the excited one.
        parts["excited"] = ExcitedAbundance(model, plasma).mass_factor(couplings2) - 1
    if not np.all(np.isfinite(list(parts.values()))):
        raise failure

    rows = np.empty((MAX_STEPS, 4))
    widths = widths_of(model, epsilon, g_d, visible)
    _, frozen, steps = _solve(
        *masses, widths, couplings2, pair, tables(visible, plasma), rows, FULL
    )
    x, y, equilibrium, sigma_v = (np.exp(column) for column in rows[:steps].T)
    flags = flags_of(
        model, epsilon, g_d, plasma, visible.maximum, frozen, (x, y, equilibrium, sigma_v)
    )
    return RelicResult(
        omega,
        float(frozen),
        float(np.sqrt(sum(part**2 for part in parts.values()))),
        MappingProxyType(parts),
        flags,
        hadrons,
        dof_name,
        model.m2,
        x,
        y,
        equilibrium,
        sigma_v,
    )


class _ManyWidths(NamedTuple):
    """Fields of `Widths` for many points."""

    constant: FloatArray
    dark: FloatArray
    real: float


class _Scaling(NamedTuple):
    """How widths and annihilation scale with the couplings; a model may say otherwise."""

    visible: Powers
    dark: Powers
    excited: Powers


def _scaling_of(pair: PairLike) -> _Scaling:
    return _Scaling(
        getattr(pair, "visible_powers", VISIBLE_POWERS),
        getattr(pair, "dark_powers", DARK_POWERS),
        getattr(pair, "excited_powers", EXCHANGE_POWERS),
    )


def _omega_h2(
    pair_like: PairLike,
    masses: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    couplings: tuple[npt.ArrayLike, npt.ArrayLike],
    visible: Strength,
    dof_name: str,
    *,
    dark_hat: npt.ArrayLike | None = None,
    real: float = 1.0,
) -> FloatArray:
    """Omega h^2 at masses and couplings; ``dark_hat`` is the model's own dark width over g_D^2."""
    current, scaling = current_of(pair_like), _scaling_of(pair_like)
    plasma = dof(dof_name)
    arrays = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (*masses, *couplings))
    )
    shape = arrays[0].shape
    mass, heavy, light, eps, dark = (np.ascontiguousarray(values).ravel() for values in arrays)
    for name, values, bad in (
        ("m_aprime", mass, ~((mass > 0) & np.isfinite(mass))),
        ("m2", light, ~((light > 0) & np.isfinite(light))),
        ("m1", heavy, ~((heavy > light) & np.isfinite(heavy))),
        ("m_aprime", mass, ~(mass - heavy + light > 0)),
        ("epsilon", eps, ~((eps >= 0) & np.isfinite(eps))),
        ("g_d", dark, ~((dark >= 0) & np.isfinite(dark))),
    ):
        if bad.any():
            raise InputError(f"{name} = {values[bad][0]:g}: {_RULES[name]}")
    values_of = {"epsilon": eps, "g_d": dark}
    dark2 = np.broadcast_to(scaling.dark.of(**values_of), mass.shape)
    constant = scaling.visible.of(**values_of) * visible_width_hat(mass, visible)
    if dark_hat is not None:
        beside = np.ravel(dark_hat) - dark_width_hats(current, mass, heavy, light)
        constant = constant + dark2 * np.maximum(beside, 0.0)
    couplings2 = np.broadcast_to(scaling.excited.of(**values_of), mass.shape)
    widths = _ManyWidths(np.broadcast_to(constant, mass.shape), dark2, real)
    isotropic, along = current.coefficients(heavy, light)
    spins_1, spins_2 = current.spin_states
    stacked = PairNumbers(isotropic, along, float(spins_1), float(spins_2))
    yields = _solve_many(
        mass, heavy, light, widths, couplings2, stacked, tables(visible, plasma), FULL
    )
    for i in np.flatnonzero(cannot_decay(heavy, light) & (couplings2 > 0.0)):
        pair = _PairAt(float(mass[i]), float(heavy[i]), float(light[i]), current)
        yields[i] *= ExcitedAbundance(pair, plasma).mass_factor(float(couplings2[i]))
    return np.asarray((yields * light * ENTROPY_TODAY / CRITICAL_DENSITY).reshape(shape))


_RULES: Final = {
    "m_aprime": "must be positive, finite and above m1 - m2 (GeV)",
    "m1": "must be finite and above m2 (GeV)",
    "m2": "must be positive and finite (GeV)",
    "epsilon": "must be finite and not negative",
    "g_d": "must be finite and not negative",
}


@njit(error_model="numpy")
def _solve_many(
    mass: FloatArray,
    heavy: FloatArray,
    light: FloatArray,
    widths: _ManyWidths,
    couplings2: FloatArray,
    stacked: PairNumbers,
    shared: Tables,
    settings: Settings,
) -> FloatArray:
    """Yields of many points; infinite without couplings.

    Coefficients of ``stacked`` have an axis of points in front, of length 1 where they are the
    same for all.
    """
    result = np.empty(len(mass))
    nothing = np.empty((0, 4))
    for i in range(len(mass)):
        result[i] = np.inf
        if couplings2[i] > 0.0:
            pair = PairNumbers(
                stacked.isotropic[i % len(stacked.isotropic)],
                stacked.along[i % len(stacked.along)],
                stacked.spins_1,
                stacked.spins_2,
            )
            width = Widths(widths.constant[i], widths.dark[i], widths.real)
            result[i] = solve(
                mass[i], heavy[i], light[i], width, couplings2[i], pair, shared, nothing, settings
            )[0]
    return result
