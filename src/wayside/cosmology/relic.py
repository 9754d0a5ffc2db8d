"""The density of the ground state today: thin faces over the compiled solver."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numba
import numpy as np
import numpy.typing as npt

from wayside.constants import HBAR_C, SPEED_OF_LIGHT
from wayside.cosmology.annihilation import Strength, strength, visible_width_hat
from wayside.cosmology.dof import DOF_NAMES, dof
from wayside.cosmology.flags import excited_outlives, flags_of
from wayside.cosmology.solve import MAX_STEPS, solve
from wayside.cosmology.survivors import Survivors, cannot_decay
from wayside.cosmology.tables import Tables, tables
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.errors import InputError, NumericalError
from wayside.models.inelastic import MODELS
from wayside.models.protocol import Model
from wayside.typing import FloatArray

__all__ = ["GEV2_TO_CM3_PER_S", "RelicResult", "omega_h2", "relic_density"]


_solve: Final[Callable[..., tuple[float, float, int]]] = solve

GEV2_TO_CM3_PER_S: Final = (HBAR_C * 100) ** 2 * SPEED_OF_LIGHT * 1e11
"""<sigma v> of 1 GeV^-2 in cm^3/s."""


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
    """Relative, `contributions` in quadrature; numerical errors are below 1e-3."""
    contributions: Mapping[str, float]
    """Relative changes: ``dof`` with the other degrees of freedom, ``r`` with R an error higher,
    ``excited`` with what is left of the excited state, where it outlives the universe, all in the
    ground state."""
    flags: tuple[str, ...]
    """Keys of `wayside.cosmology.flags.FLAGS` that apply."""
    hadrons: str
    dof: str
    m2: float
    """GeV."""
    x: FloatArray
    """m2/T."""
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
    kind: str,
    m_aprime: npt.ArrayLike,
    m1: npt.ArrayLike,
    m2: npt.ArrayLike,
    epsilon: npt.ArrayLike,
    g_d: npt.ArrayLike,
    *,
    hadrons: str = "r-ratio",
    dof_name: str = DOF_NAMES[0],
) -> FloatArray:
    """Return the relic density at many points, without diagnostics.

    Parameters
    ----------
    kind : {"scalar", "pseudo-dirac"}
        The dark pair.
    m_aprime, m1, m2 : array_like
        Masses in GeV, m1 > m2 and m_aprime > m1 - m2; m_aprime < m1 + m2 is allowed.
    epsilon, g_d : array_like
        Couplings; all arrays are broadcast together.
    hadrons : {"r-ratio", "quarks"}
        See `annihilation.strength`.
    dof_name : str
        One of `dof.DOF_NAMES`.

    Returns
    -------
    ndarray
        Omega h^2; infinite where a coupling is 0, NaN where it could not be computed.

    Raises
    ------
    InputError
        For masses or couplings that are not allowed, or an unknown name.
    """
    return _omega_h2(kind, m_aprime, m1, m2, epsilon, g_d, strength(hadrons), dof_name)


def relic_density(
    model: Model,
    epsilon: float,
    g_d: float,
    *,
    hadrons: str = "r-ratio",
    dof_name: str = DOF_NAMES[0],
) -> RelicResult:
    """Return the relic density of one point, its uncertainty, and how it came about.

    Parameters
    ----------
    model
        Masses and current; m_aprime < m1 + m2 is allowed.
    epsilon, g_d
        Couplings.
    hadrons, dof_name
        As for `omega_h2`.

    Returns
    -------
    RelicResult
        With flags where an assumption is doubtful.

    Raises
    ------
    InputError
        As for `omega_h2`.
    NumericalError
        If the density could not be computed.
    """
    masses = (model.m_aprime, model.m1, model.m2)

    def value(visible: Strength, name: str) -> float:
        return float(_omega_h2(model.kind, *masses, epsilon, g_d, visible, name))

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
    parts = {"dof": max(abs(value(visible, name) / omega - 1) for name in others)}
    if hadrons == "r-ratio":
        parts["r"] = abs(value(strength(hadrons, 1.0), dof_name) / omega - 1)
    couplings2 = (epsilon * g_d) ** 2
    if excited_outlives(model, couplings2):
        # All of it in the ground state, or as much as scattering leaves in the excited one.
        parts["excited"] = Survivors(model, plasma).mass_factor(couplings2) - 1
    if not np.all(np.isfinite(list(parts.values()))):
        raise failure

    rows = np.empty((MAX_STEPS, 4))
    width = epsilon**2 * float(visible_width_hat(model.m_aprime, visible))
    width += g_d**2 * model.dark_width_hat()
    _, frozen, steps = _solve(
        *masses, width, couplings2, model.kind != "scalar", tables(visible, plasma), rows
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


def _omega_h2(
    kind: str,
    m_aprime: npt.ArrayLike,
    m1: npt.ArrayLike,
    m2: npt.ArrayLike,
    epsilon: npt.ArrayLike,
    g_d: npt.ArrayLike,
    visible: Strength,
    dof_name: str,
) -> FloatArray:
    if kind not in MODELS:
        raise InputError(f"kind = {kind!r}: must be one of {', '.join(MODELS)}")
    plasma = dof(dof_name)
    arrays = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (m_aprime, m1, m2, epsilon, g_d))
    )
    shape = arrays[0].shape
    mass, heavy, light, eps, dark = (np.ascontiguousarray(each).ravel() for each in arrays)
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
    widths = eps**2 * visible_width_hat(mass, visible) + dark**2 * _dark_hat(
        kind, mass, heavy, light
    )
    couplings2 = (eps * dark) ** 2
    yields = _solve_many(
        mass, heavy, light, widths, couplings2, kind != "scalar", tables(visible, plasma)
    )
    for i in np.flatnonzero(cannot_decay(heavy, light) & (couplings2 > 0.0)):
        model = MODELS[kind](mass[i], heavy[i], light[i])
        yields[i] *= Survivors(model, plasma).mass_factor(float(couplings2[i]))
    return np.asarray((yields * light * ENTROPY_TODAY / CRITICAL_DENSITY).reshape(shape))


_RULES: Final = {
    "m_aprime": "must be positive, finite and above m1 - m2 (GeV)",
    "m1": "must be finite and above m2 (GeV)",
    "m2": "must be positive and finite (GeV)",
    "epsilon": "must be finite and not negative",
    "g_d": "must be finite and not negative",
}


def _dark_hat(kind: str, mass: FloatArray, heavy: FloatArray, light: FloatArray) -> FloatArray:
    """Width of A' into the pair over g_D^2, of arrays; `InelasticModel.dark_width_hat` has one."""
    sigma2 = np.minimum(((heavy + light) / mass) ** 2, 1.0)
    room = np.maximum((mass - heavy) - light, 0.0) * (mass + heavy + light) / mass**2
    lift = 1 - ((heavy - light) / mass) ** 2
    if kind == "scalar":
        return np.asarray(mass / (48 * np.pi) * (room * lift) ** 1.5)
    return np.asarray(mass / (12 * np.pi) * np.sqrt(room) * lift**1.5 * (1 + sigma2 / 2))


@numba.njit(cache=True)
def _solve_many(
    mass: FloatArray,
    heavy: FloatArray,
    light: FloatArray,
    widths: FloatArray,
    couplings2: FloatArray,
    fermions: bool,
    shared: Tables,
) -> FloatArray:
    """Yields of many points; infinite without couplings."""
    result = np.full(len(mass), np.inf)
    nothing = np.empty((0, 4))
    for i in range(len(mass)):
        if couplings2[i] > 0.0:
            result[i] = solve(
                mass[i], heavy[i], light[i], widths[i], couplings2[i], fermions, shared, nothing
            )[0]
    return result
