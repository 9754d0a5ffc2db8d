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
from wayside.cosmology.bessel import coefficients
from wayside.cosmology.dof import DOF_NAMES, dof
from wayside.cosmology.flags import flags_of
from wayside.cosmology.solve import MAX_STEPS, solve
from wayside.cosmology.universe import CRITICAL_DENSITY, ENTROPY_TODAY
from wayside.errors import InputError
from wayside.models.inelastic import MODELS
from wayside.models.protocol import Model

__all__ = ["GEV2_TO_CM3_PER_S", "RelicResult", "density_of", "omega_h2", "relic_density"]

FloatArray = npt.NDArray[np.float64]

_solve: Final[Callable[..., tuple[float, float, int]]] = solve
_Fields = tuple[FloatArray, FloatArray, npt.NDArray[np.bool_], FloatArray, FloatArray, FloatArray]

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
    """Relative changes: ``dof`` with the other degrees of freedom, ``r`` with R an error higher."""
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
        Omega h^2; infinite where a coupling is 0.

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
    """
    masses = (model.m_aprime, model.m1, model.m2)

    def value(visible: Strength, name: str) -> float:
        return float(_omega_h2(model.kind, *masses, epsilon, g_d, visible, name))

    visible = strength(hadrons)
    omega = value(visible, dof_name)
    plasma = dof(dof_name)
    if not np.isfinite(omega):
        nothing = np.empty(0)
        return RelicResult(
            omega, np.nan, 0.0, MappingProxyType({}), ("nothing-annihilates", "never-thermal"),
            hadrons, dof_name, model.m2, nothing, nothing, nothing, nothing,
        )  # fmt: skip
    others = [name for name in DOF_NAMES if name != dof_name]
    parts = {"dof": max(abs(value(visible, name) / omega - 1) for name in others)}
    if hadrons == "r-ratio":
        parts["r"] = abs(value(strength(hadrons, 1.0), dof_name) / omega - 1)

    rows = np.empty((MAX_STEPS, 4))
    width = epsilon**2 * float(visible_width_hat(model.m_aprime, visible))
    width += g_d**2 * model.dark_width_hat()
    series = coefficients(1), coefficients(2)
    _, frozen, steps = _solve(
        *masses, width, (epsilon * g_d) ** 2, model.kind != "scalar", *_fields(visible),
        plasma.ln_t, plasma.sqrt_gstar, plasma.heff, *series, rows,
    )  # fmt: skip
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


def density_of(
    model: Model, g_d: float, *, hadrons: str = "r-ratio", dof_name: str = DOF_NAMES[0]
) -> Callable[[float], float]:
    """Return Omega h^2 as a function of epsilon, for fixed masses and dark coupling.

    Parameters
    ----------
    model, g_d, hadrons, dof_name
        As for `relic_density`.

    Raises
    ------
    InputError
        If the width of A' is not known at its mass.
    """
    visible, plasma = strength(hadrons), dof(dof_name)
    masses = (model.m_aprime, model.m1, model.m2)
    hat = float(visible_width_hat(model.m_aprime, visible))
    dark = g_d**2 * model.dark_width_hat()
    nothing = np.empty((0, 4))
    rest = (
        model.kind != "scalar", *_fields(visible), plasma.ln_t, plasma.sqrt_gstar, plasma.heff,
        coefficients(1), coefficients(2), nothing,
    )  # fmt: skip
    scale = model.m2 * ENTROPY_TODAY / CRITICAL_DENSITY

    def density(epsilon: float) -> float:
        if epsilon * g_d == 0.0:
            return float("inf")
        return float(
            scale * _solve(*masses, epsilon**2 * hat + dark, (epsilon * g_d) ** 2, *rest)[0]
        )

    return density


def _fields(visible: Strength) -> _Fields:
    return (
        visible.breaks, visible.values, visible.opens,
        visible.masses, visible.weights, visible.narrow,
    )  # fmt: skip


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
    yields = _solve_many(
        mass, heavy, light, widths, (eps * dark) ** 2, kind != "scalar", *_fields(visible),
        plasma.ln_t, plasma.sqrt_gstar, plasma.heff, coefficients(1), coefficients(2),
    )  # fmt: skip
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
    breaks: FloatArray,
    values: FloatArray,
    opens: npt.NDArray[np.bool_],
    masses: FloatArray,
    weights: FloatArray,
    narrow: FloatArray,
    ln_t: FloatArray,
    sqrt_gstar: FloatArray,
    heff: FloatArray,
    k1: FloatArray,
    k2: FloatArray,
) -> FloatArray:
    """Yields of many points; infinite without couplings."""
    result = np.full(len(mass), np.inf)
    nothing = np.empty((0, 4))
    for i in range(len(mass)):
        if couplings2[i] > 0.0:
            result[i] = solve(
                mass[i], heavy[i], light[i], widths[i], couplings2[i], fermions,
                breaks, values, opens, masses, weights, narrow, ln_t, sqrt_gstar, heff, k1, k2,
                nothing,
            )[0]  # fmt: skip
    return result
