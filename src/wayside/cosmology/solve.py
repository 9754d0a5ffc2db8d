"""The yield from thermal averages and the Boltzmann equation, compiled, one point at a time.

The thermal average is tabulated evenly in u = ln x, x = m2/T, and interpolated by a spline of its
logarithm. The yield equation, in W = ln Y,

    dW/du = -A(u) (exp(W) - exp(2 W_eq - W)),
    A = sqrt(pi/45) M_Planck m2 g*^(1/2) <sigma v>_eff / x,

is stiff as long as Y follows equilibrium. There W - W_eq is asinh(-W_eq' / (2 A Y_eq)) up to its
square, which serves until it reaches 1e-3. From there on `wayside.cosmology.rodas` solves it with
adaptive steps.
"""

from typing import Final, NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.cosmology.nodes import MAX_NODES, Nodes, build
from wayside.cosmology.pairs import (
    PairNumbers,
    Widths,
    cusp,
    has_s_wave,
    term_at_mass,
    threshold_scale,
)
from wayside.cosmology.rodas import Equation, evaluate, one_step
from wayside.cosmology.splines import hermite, lookup, spline_slopes
from wayside.cosmology.tables import Tables
from wayside.cosmology.thermal import Logarithms, thermal
from wayside.cosmology.universe import PLANCK_MASS
from wayside.typing import FloatArray


class Settings(NamedTuple):
    """How finely a point is solved."""

    start: float
    """m2/T at the start, where Y has to be in equilibrium."""
    coarse: float
    """Step in ln x of the thermal average,"""
    fine: int
    """and how many of the table that the solver reads go into each."""
    tolerance: float
    """Of ln Y per step."""
    leaves: float
    """ln(Y/Y_eq) from which on the equation is solved."""


FULL: Final = Settings(2.0, 0.12, 4, 5e-6, 1e-3)
"""To `wayside.cosmology.relic.NUMERICAL_ERROR`."""

QUICK: Final = Settings(8.0, 0.24, 3, 1e-4, 3e-3)
"""In half the time: to 6e-4 of `FULL` within a factor of 7 of the observed density, the largest of
1,100 points. Of what leaves equilibrium before x = 8, which is 15 times that or more, it knows only
that it is too much."""

MAX_STEPS = 4000
_LN_FROZEN = np.log(2.5)  # ln(Y/Y_eq) at freeze-out
_FAST, _SLOW = 60.0, 2e6


@njit(error_model="numpy")
def x_range(m_aprime: float, m1: float, m2: float, widths: Widths, pair: PairNumbers) -> float:
    """Return the x from which on annihilation goes on as a power of x, or has ended."""
    above = abs((m_aprime - m1) - m2)
    off_pole = max(above, 0.5 * term_at_mass(m_aprime, m1, m2, pair, widths) / m_aprime)
    # An s wave whose dark width rules at threshold goes on to grow below the distance to the pole.
    floor = above * (m1 + m2 + m_aprime) + cusp(m_aprime, m1, m2, pair, widths)
    floor = np.hypot(floor, m_aprime * widths.constant)
    off_pole = threshold_scale(off_pole, floor, m1, m2, pair, widths)
    # After freeze-out at x = 30 the rest is 30/x of all in an s wave, (30/x)^2 in a p wave, times
    # what the extrapolation makes of the change of the degrees of freedom.
    late = max(3e4 if has_s_wave(m1, m2, pair) else 1.5e3, 50 * m2 / off_pole)
    frozen = 40 * m2 / (m1 - m2)
    return float(min(max(min(late, frozen), _FAST), _SLOW))


@njit(error_model="numpy")
def averages(
    m_aprime: float,
    m1: float,
    m2: float,
    widths: Widths,
    pair: PairNumbers,
    tables: Tables,
    settings: Settings,
) -> tuple[float, float, FloatArray, FloatArray]:
    """Tabulate the thermal average and the density of equilibrium.

    Parameters
    ----------
    m_aprime, m1, m2, widths, pair, tables, settings
        As for `solve`.

    Returns
    -------
    start, step, ln_sigma_v, ln_density
        Grid in ln x; logarithms of <sigma v>_eff over eps^2 gD^2 in GeV^-2 and of the density of
        both states in T^3.
    """
    x_end = x_range(m_aprime, m1, m2, widths, pair)
    room = Nodes(np.empty(MAX_NODES), np.empty(MAX_NODES))
    temperatures = (m2 / x_end, m2 / settings.start)
    count = build(m_aprime, m1, m2, widths, pair, temperatures, tables, room)
    nodes = Nodes(room.y[:count], room.c[:count])
    u0 = np.log(settings.start)
    n = int(np.ceil((np.log(x_end) - u0) / settings.coarse)) + 1
    coarse = (np.log(x_end) - u0) / (n - 1)
    x = np.empty(n)
    above = (m_aprime - m1) - m2
    ln_rest, ln_pole, ln_pair = np.empty(n), np.empty(n), np.empty(n)
    for k in range(n):
        x[k] = np.exp(u0 + coarse * k)
        ln_pole[k] = -1e300
    thermal(x, m1, m2, pair, above, nodes, tables, Logarithms(ln_rest, ln_pole, ln_pair))
    has_pole = ln_pole[0] > -1e299
    slope_r, slope_p, slope_d, work = np.empty(n), np.zeros(n), np.empty(n), np.empty(n)
    spline_slopes(ln_rest, slope_r, work)
    if has_pole:
        spline_slopes(ln_pole, slope_p, work)
    spline_slopes(ln_pair, slope_d, work)

    # Either part is smooth, their sum is not: it is taken on the finer grid.
    fine_n = (n - 1) * settings.fine + 1
    step = coarse / settings.fine
    ln_sigma_v, ln_density = np.empty(fine_n), np.empty(fine_n)
    for k in range(fine_n):
        i = min(k // settings.fine, n - 2)
        t = (k - i * settings.fine) / settings.fine
        inverse = np.exp(u0 + step * k) / m2
        part = hermite(t, ln_rest[i], ln_rest[i + 1], slope_r[i], slope_r[i + 1])[0]
        if has_pole:
            pole = hermite(t, ln_pole[i], ln_pole[i + 1], slope_p[i], slope_p[i + 1])[0]
            pole -= above * inverse
            high = max(part, pole)
            part = high + np.log1p(np.exp(min(part, pole) - high))
        ln_sigma_v[k] = part - (m1 - m2) * inverse
        density = hermite(t, ln_pair[i], ln_pair[i + 1], slope_d[i], slope_d[i + 1])[0]
        ln_density[k] = density - m2 * inverse
    return u0, step, ln_sigma_v, ln_density


@njit(error_model="numpy")
def yield_equation(
    m2: float,
    couplings2: float,
    start: float,
    step: float,
    ln_sigma_v: FloatArray,
    ln_density: FloatArray,
    tables: Tables,
) -> Equation:
    """Return the equation of the yield on the grid of `averages`, whose results it takes."""
    n = len(ln_sigma_v)
    ln_a, w_eq = np.empty(n), np.empty(n)
    t_start, t_step = tables.ln_t[0], tables.ln_t[1] - tables.ln_t[0]
    prefactor = np.log(np.sqrt(np.pi / 45) * PLANCK_MASS * m2) + np.log(couplings2)
    for k in range(n):
        u = start + step * k
        at = np.log(m2) - u
        root = lookup(at, t_start, t_step, tables.sqrt_gstar)
        entropy = 2 * np.pi**2 / 45 * lookup(at, t_start, t_step, tables.heff)
        ln_a[k] = prefactor + ln_sigma_v[k] - u + np.log(root)
        w_eq[k] = ln_density[k] - np.log(entropy)
    slope_a, slope_w, work = np.empty(n), np.empty(n), np.empty(n)
    spline_slopes(ln_a, slope_a, work)
    spline_slopes(w_eq, slope_w, work)
    return Equation(start, step, ln_a, slope_a, w_eq, slope_w)


@njit(error_model="numpy")
def follow(
    equation: Equation, steps_u: FloatArray, steps_w: FloatArray, settings: Settings
) -> tuple[float, int]:
    """Solve to the end of the grid.

    Parameters
    ----------
    equation
        Coefficients of the equation of the yield.
    steps_u, steps_w
        Arrays of shape (``MAX_STEPS``,), to which ln x and ln Y of every step are written.
    settings
        As for `solve`.

    Returns
    -------
    frozen, steps
        ln x where Y = 2.5 Y_eq (NaN if never), and how many steps there were; 0 steps if there
        were too many of them, or something is not a number.
    """
    h, n = equation.step, len(equation.ln_a)
    u, w = equation.start, equation.w_eq[0]
    steps = 0
    for k in range(n - 2):
        rate = np.exp(-equation.ln_a[k] - equation.w_eq[k])
        lag = np.arcsinh(-0.5 * equation.slope_w[k] / h * rate)
        if abs(lag) > settings.leaves:
            break
        u, w = equation.start + h * k, equation.w_eq[k] + lag
        steps_u[steps], steps_w[steps] = u, w
        steps += 1
    if steps == 0:
        steps_u[0], steps_w[0] = u, w
        steps = 1
    u_end = equation.start + h * (n - 1)
    frozen = np.nan
    gap = w - evaluate(u, equation)[2]
    stages = np.empty(6)
    step = h
    while u < u_end - 1e-12 * u_end:
        while True:
            step = min(step, u_end - u)
            w_new, error = one_step(u, w, step, equation, stages)
            error /= settings.tolerance
            factor = min(max(0.9 * error**-0.25, 0.2), 5.0) if error > 1e-12 else 5.0
            if error <= 1.0:
                break
            if not step > 1e-12:  # not a number, or no progress
                return frozen, 0
            step = step * factor if np.isfinite(error) else 0.1 * step
        if steps >= MAX_STEPS or not np.isfinite(w_new):
            return frozen, 0
        gap_new = w_new - evaluate(u + step, equation)[2]
        if gap_new > _LN_FROZEN and np.isnan(frozen):
            frozen = u + step * (_LN_FROZEN - gap) / (gap_new - gap)
        gap = gap_new
        u += step
        w = w_new
        step *= factor
        steps_u[steps], steps_w[steps] = u, w
        steps += 1
    return frozen, steps


@njit(error_model="numpy")
def solve(
    m_aprime: float,
    m1: float,
    m2: float,
    widths: Widths,
    couplings2: float,
    pair: PairNumbers,
    tables: Tables,
    out: FloatArray,
    settings: Settings,
) -> tuple[float, float, int]:
    """Solve for one point.

    Parameters
    ----------
    m_aprime, m1, m2
        Masses in GeV.
    widths
        Width of A' and how it depends on s.
    couplings2
        epsilon^2 gD^2.
    pair
        Current and spins, from `pairs.pair_numbers`.
    tables
        Visible strength and degrees of freedom, from `tables.tables`.
    out
        Array of four columns, written to if it has ``MAX_STEPS`` rows: ln x, ln Y, ln Y_eq and ln
        <sigma v> (GeV^-2) of every step.
    settings
        `FULL` or `QUICK`.

    Returns
    -------
    yield, x_freeze_out, steps
        Y today; x where Y = 2.5 Y_eq (NaN if never); rows of ``out`` in use. Y is NaN if the solver
        needs too many steps or meets what is not a number.
    """
    start, h, ln_sigma_v, ln_density = averages(m_aprime, m1, m2, widths, pair, tables, settings)
    equation = yield_equation(m2, couplings2, start, h, ln_sigma_v, ln_density, tables)
    ln_a = equation.ln_a
    total = 0.0
    for k in range(len(ln_a)):
        total += ln_a[k] + equation.w_eq[k]
    if not np.isfinite(total):
        return np.nan, np.nan, 0
    steps_u, steps_w = np.empty(MAX_STEPS), np.empty(MAX_STEPS)
    frozen, steps = follow(equation, steps_u, steps_w, settings)
    if steps == 0:
        return np.nan, np.exp(frozen), 0
    n = len(ln_a)
    # Beyond the end, <sigma v>/x goes on as a power of x.
    power = max((ln_a[n - 1 - settings.fine] - ln_a[n - 1]) / (settings.fine * h), 0.5)
    final = 1 / (np.exp(-steps_w[steps - 1]) + np.exp(ln_a[n - 1]) / power)
    if len(out) > 0:
        for i in range(steps):
            u = steps_u[i]
            k = min(int((u - start) / h), n - 2)
            t = (u - start) / h - k
            la, _, we, _ = evaluate(u, equation)
            # A spline of ln A, less the smooth rest of it.
            rest = (1 - t) * (ln_a[k] - ln_sigma_v[k]) + t * (ln_a[k + 1] - ln_sigma_v[k + 1])
            out[i, 0], out[i, 1], out[i, 2] = u, steps_w[i], we
            out[i, 3] = la - rest + np.log(couplings2)
    return final, np.exp(frozen), steps
