"""The yield from thermal averages and the Boltzmann equation, compiled, one point at a time.

The thermal average over the exact kernel of Gondolo and Gelmini, Nucl. Phys. B 360 (1991) 145, in
the form for coannihilation of Edsjo and Gondolo, Phys. Rev. D 56 (1997) 1879, comes from the nodes
of `wayside.cosmology.nodes`. It is tabulated evenly in u = ln x, x = m2/T, and interpolated by a
spline of its logarithm. The yield equation, in W = ln Y,

    dW/du = -A(u) (exp(W) - exp(2 W_eq - W)),
    A = sqrt(pi/45) M_Planck m2 g*^(1/2) <sigma v>_eff / x,

is stiff as long as Y follows equilibrium. There W - W_eq is asinh(-W_eq' / (2 A Y_eq)) up to its
square, which serves until it reaches 1e-3. From there on the equation is solved by the Rosenbrock
method RODAS of Hairer and Wanner (Solving Ordinary Differential Equations II, section IV.10: order
4, L-stable) with adaptive steps.
"""

import numba
import numpy as np
import numpy.typing as npt

from wayside.constants import ALPHA
from wayside.cosmology.bessel import horner, scaled_k
from wayside.cosmology.nodes import MAX_NODES, build
from wayside.cosmology.universe import PLANCK_MASS

FloatArray = npt.NDArray[np.float64]

X_START = 2.0
"""m2/T at the start; Y is in equilibrium there."""

_COARSE = 0.12  # steps in ln x of the thermal average,
_FINE = 4  # and how many of the table that the solver reads go into each
_NEXT_TO = 0.1  # of the distance from the pole to threshold: what counts as the pole's
MAX_STEPS = 4000
_TOLERANCE = 5e-6  # of ln Y per step
_LEAVES = 1e-3  # ln(Y/Y_eq) from which on the equation is solved
_COLD_END = 45.0  # exponents larger than this are nothing
_FAST, _SLOW = 60.0, 2e6

# Coefficients of RODAS in the form of Hairer and Wanner.
_GAMMA = 0.25
_A = np.array([
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [1.544, 0.0, 0.0, 0.0, 0.0],
    [0.9466785280815826, 0.2557011698983284, 0.0, 0.0, 0.0],
    [3.314825187068521, 2.896124015972201, 0.9986419139977817, 0.0, 0.0],
    [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 0.0],
    [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1.0],
])  # fmt: skip
_C = np.array([
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [-5.6688, 0.0, 0.0, 0.0, 0.0],
    [-2.430093356833875, -0.2063599157091915, 0.0, 0.0, 0.0],
    [-0.1073529058151375, -9.594562251023355, -20.47028614809616, 0.0, 0.0],
    [7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160, 0.0],
    [8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136,
     -6.058818238834054],
])  # fmt: skip
_ALPHA = np.array([0.0, 0.386, 0.21, 0.63, 1.0, 1.0])
_D = np.array([0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0])


@numba.njit(cache=True)
def x_range(m_aprime: float, m1: float, m2: float, width: float, fermions: bool) -> float:
    """Return the x from which on annihilation goes on as a power of x, or has ended."""
    off_pole = max(abs((m_aprime - m1) - m2), 0.5 * width)
    # After freeze-out at x = 30 the rest is 30/x of all in an s wave, (30/x)^2 in a p wave, times
    # what the extrapolation makes of the change of the degrees of freedom.
    late = max(3e4 if fermions else 1.5e3, 50 * m2 / off_pole)
    frozen = 40 * m2 / (m1 - m2)
    return min(max(min(late, frozen), _FAST), _SLOW)


@numba.njit(cache=True)
def thermal(
    x: FloatArray,
    m1: float,
    m2: float,
    spins: float,
    above: float,
    y: FloatArray,
    c: FloatArray,
    count: int,
    k1: FloatArray,
    k2: FloatArray,
    ln_rest: FloatArray,
    ln_pole: FloatArray,
    ln_density: FloatArray,
) -> None:
    """Fill logarithms of the thermal average and of the density of equilibrium.

    <sigma v>_eff over eps^2 gD^2, in GeV^-2, is exp(-(m1 - m2)/T) times the sum of two parts,
    either of them smooth in ln x: exp(-above/T) exp(ln_pole) from next to the pole, and
    exp(ln_rest).

    Parameters
    ----------
    x
        m2/T.
    m1, m2, spins
        Masses in GeV and spin states of each (1 or 2).
    above
        Mass of A' above threshold in GeV; without a pole there, ln_pole is not written.
    y, c, count
        Nodes of `nodes.build`.
    k1, k2
        Series of `bessel.coefficients`.
    ln_rest, ln_pole, ln_density
        Written to; the density is summed over both states, in T^3, and without its exp(-x).
    """
    total, delta = m1 + m2, m1 - m2
    inverse_q, weight = np.empty(count), np.empty(count)
    order = np.empty(count, dtype=np.int64)
    first, last = 0, count
    for i in range(count):  # those next to the pole to the end
        at_pole = above > 0 and abs(y[i] - above) < _NEXT_TO * above
        if at_pole:
            last -= 1
            place = last
        else:
            place = first
            first += 1
        order[place] = i
        inverse_q[place] = 1 / (total + y[i])
        weight[place] = c[i] * np.sqrt(0.5 * np.pi * inverse_q[place])
    for j in range(len(x)):
        t = m2 / x[j]
        inverse = x[j] / m2
        rest, pole = 0.0, 0.0
        for i in range(first):
            exponent = y[order[i]] * inverse
            if exponent < _COLD_END:
                rest += weight[i] * np.exp(-exponent) * horner(t * inverse_q[i], k1)
        for i in range(first, count):
            # Long after the pole has died out, below, this would overflow.
            exponent = max((y[order[i]] - above) * inverse, -500.0)
            if exponent < _COLD_END:
                pole += weight[i] * np.exp(-exponent) * horner(t * inverse_q[i], k1)
        heavy = np.exp(-delta * inverse) * m1 * m1 * scaled_k(m1 * inverse, k2)
        light = m2 * m2 * scaled_k(x[j], k2)
        pair = spins * (heavy + light)
        norm = 0.5 * ALPHA * np.sqrt(t) * inverse / (pair * pair)
        ln_rest[j] = np.log(norm * rest)
        if first < count:
            ln_pole[j] = np.log(norm * pole)
        ln_density[j] = np.log(pair * inverse * inverse / (2 * np.pi**2))


@numba.njit(cache=True)
def spline_slopes(values: FloatArray, slopes: FloatArray, work: FloatArray) -> None:
    """Fill the slopes (per step) of the cubic spline through evenly spaced values."""
    n = len(values)
    # Ends by one-sided differences of third order.
    slopes[0] = (-11 * values[0] + 18 * values[1] - 9 * values[2] + 2 * values[3]) / 6
    slopes[n - 1] = (
        11 * values[n - 1] - 18 * values[n - 2] + 9 * values[n - 3] - 2 * values[n - 4]
    ) / 6
    work[0] = 0.0
    for i in range(1, n - 1):
        right = 3 * (values[i + 1] - values[i - 1])
        divisor = 4 - work[i - 1]
        work[i] = 1 / divisor
        slopes[i] = (right - slopes[i - 1]) / divisor
    for i in range(n - 2, 0, -1):
        slopes[i] -= work[i] * slopes[i + 1]


@numba.njit(cache=True)
def hermite(t: float, y0: float, y1: float, d0: float, d1: float) -> tuple[float, float]:
    """Return value and slope (per step) of the cubic with given ends, 0 <= t <= 1."""
    rise = y1 - y0
    b = 3 * rise - 2 * d0 - d1
    a = d0 + d1 - 2 * rise
    return y0 + t * (d0 + t * (b + t * a)), d0 + t * (2 * b + 3 * t * a)


@numba.njit(cache=True)
def _lookup(at: float, start: float, step: float, table: FloatArray) -> float:
    position = (at - start) / step
    if position <= 0:
        return float(table[0])
    if position >= len(table) - 1:
        return float(table[-1])
    i = int(position)
    return float(table[i] + (position - i) * (table[i + 1] - table[i]))


@numba.njit(cache=True)
def solve(
    m_aprime: float,
    m1: float,
    m2: float,
    width: float,
    couplings2: float,
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
    out: FloatArray,
) -> tuple[float, float, int]:
    """Solve for one point.

    Parameters
    ----------
    m_aprime, m1, m2, width
        GeV.
    couplings2
        epsilon^2 gD^2.
    fermions
        Whether the pair are fermions.
    breaks, values, opens, masses, weights, narrow
        Fields of `annihilation.Strength`.
    ln_t, sqrt_gstar, heff
        Fields of `dof.Dof`.
    k1, k2
        Series of `bessel.coefficients`.
    out
        Written to if it has rows: ln x, ln Y, ln Y_eq and ln <sigma v> (GeV^-2) of every step.

    Returns
    -------
    yield, x_freeze_out, steps
        Y today; x where Y = 2.5 Y_eq (NaN if never); rows of ``out`` in use. Y is NaN if the solver
        needs too many steps.
    """
    y_nodes, c_nodes = np.empty(MAX_NODES), np.empty(MAX_NODES)
    x_end = x_range(m_aprime, m1, m2, width, fermions)
    count = build(
        m_aprime, m1, m2, width, fermions, m2 / X_START, m2 / x_end,
        breaks, values, opens, masses, weights, narrow, y_nodes, c_nodes,
    )  # fmt: skip
    u0 = np.log(X_START)
    n = int(np.ceil((np.log(x_end) - u0) / _COARSE)) + 1
    coarse = (np.log(x_end) - u0) / (n - 1)
    x = np.exp(u0 + coarse * np.arange(n))
    above = (m_aprime - m1) - m2
    ln_rest, ln_pole, ln_density = np.empty(n), np.full(n, -1e300), np.empty(n)
    spins = 2.0 if fermions else 1.0
    thermal(
        x, m1, m2, spins, above, y_nodes, c_nodes, count, k1, k2, ln_rest, ln_pole, ln_density
    )  # fmt: skip
    has_pole = ln_pole[0] > -1e299
    slope_r, slope_p, slope_d, work = np.empty(n), np.zeros(n), np.empty(n), np.empty(n)
    spline_slopes(ln_rest, slope_r, work)
    if has_pole:
        spline_slopes(ln_pole, slope_p, work)
    spline_slopes(ln_density, slope_d, work)

    fine_n = (n - 1) * _FINE + 1
    h = coarse / _FINE
    ln_a, w_eq, ln_sv = np.empty(fine_n), np.empty(fine_n), np.empty(fine_n)
    t_start, t_step = ln_t[0], ln_t[1] - ln_t[0]
    prefactor = np.log(np.sqrt(np.pi / 45) * PLANCK_MASS * m2)
    for k in range(fine_n):
        i = min(k // _FINE, n - 2)
        t = (k - i * _FINE) / _FINE
        u = u0 + h * k
        at = np.log(m2) - u
        inverse = np.exp(u) / m2
        part = hermite(t, ln_rest[i], ln_rest[i + 1], slope_r[i], slope_r[i + 1])[0]
        if has_pole:
            pole = hermite(t, ln_pole[i], ln_pole[i + 1], slope_p[i], slope_p[i + 1])[0]
            pole -= above * inverse
            high = max(part, pole)
            part = high + np.log1p(np.exp(min(part, pole) - high))
        ln_sv[k] = np.log(couplings2) + part - (m1 - m2) * inverse
        density = hermite(t, ln_density[i], ln_density[i + 1], slope_d[i], slope_d[i + 1])[0]
        ln_a[k] = prefactor + ln_sv[k] - u + np.log(_lookup(at, t_start, t_step, sqrt_gstar))
        entropy = 2 * np.pi**2 / 45 * _lookup(at, t_start, t_step, heff)
        w_eq[k] = density - m2 * inverse - np.log(entropy)
    slope_a, slope_w, work = np.empty(fine_n), np.empty(fine_n), np.empty(fine_n)
    spline_slopes(ln_a, slope_a, work)
    spline_slopes(w_eq, slope_w, work)

    if not np.isfinite(np.sum(ln_a) + np.sum(w_eq)):
        return np.nan, np.nan, 0
    u_end = u0 + h * (fine_n - 1)
    u, w = u0, w_eq[0]
    step = h
    steps = 0
    for k in range(fine_n - 2):
        lag = np.arcsinh(-0.5 * slope_w[k] / h * np.exp(-ln_a[k] - w_eq[k]))
        if abs(lag) > _LEAVES:
            break
        u, w = u0 + h * k, w_eq[k] + lag
        if steps < len(out) and k > 0:
            out[steps, 0], out[steps, 1], out[steps, 2], out[steps, 3] = u, w, w_eq[k], ln_sv[k]
            steps += 1
    if len(out) > 0 and steps > 0:
        steps -= 1  # the last one comes again below
    frozen = np.nan
    stages = np.empty(6)
    previous_u, previous_gap = u0, 0.0
    while True:
        k = min(int((u - u0) / h), fine_n - 2)
        t = (u - u0) / h - k
        la, dla = hermite(t, ln_a[k], ln_a[k + 1], slope_a[k], slope_a[k + 1])
        we, dwe = hermite(t, w_eq[k], w_eq[k + 1], slope_w[k], slope_w[k + 1])
        if steps < len(out):
            out[steps, 0] = u
            out[steps, 1] = w
            out[steps, 2] = we
            # A spline of ln A, less the smooth rest of it.
            rest = (1 - t) * (ln_a[k] - ln_sv[k]) + t * (ln_a[k + 1] - ln_sv[k + 1])
            out[steps, 3] = la - rest
        gap = w - we
        if gap > np.log(2.5) and np.isnan(frozen):
            part = (np.log(2.5) - previous_gap) / (gap - previous_gap)
            frozen = np.exp(previous_u + part * (u - previous_u))
        previous_u, previous_gap = u, gap
        if u >= u_end - 1e-12 * u_end:
            break
        a = np.exp(la)
        y_now, back = np.exp(w), np.exp(max(2 * we - w, -700.0))
        slope = -a * (y_now - back)
        jacobian = -a * (y_now + back)
        in_u = (dla * slope + 2 * a * back * dwe) / h
        while True:
            step = min(step, u_end - u)
            diagonal = 1 / (_GAMMA * step) - jacobian
            for s in range(6):
                w_s = w
                extra = 0.0
                for p in range(s):
                    w_s += _A[s, p] * stages[p]
                    extra += _C[s, p] * stages[p]
                if s == 0:
                    f = slope
                else:
                    u_s = u + _ALPHA[s] * step
                    k = min(int((u_s - u0) / h), fine_n - 2)
                    t = (u_s - u0) / h - k
                    la_s = hermite(t, ln_a[k], ln_a[k + 1], slope_a[k], slope_a[k + 1])[0]
                    we_s = hermite(t, w_eq[k], w_eq[k + 1], slope_w[k], slope_w[k + 1])[0]
                    w_s = min(max(w_s, w - 20.0), w + 20.0)
                    f = -np.exp(la_s) * (np.exp(w_s) - np.exp(max(2 * we_s - w_s, -700.0)))
                stages[s] = (f + extra / step + step * _D[s] * in_u) / diagonal
            error = abs(stages[5]) / _TOLERANCE
            factor = min(max(0.9 * error**-0.25, 0.2), 5.0) if error > 1e-12 else 5.0
            if error <= 1.0:
                break
            if not step > 1e-12:  # not a number, or no progress
                return np.nan, frozen, min(steps, len(out))
            step = step * factor if np.isfinite(error) else 0.1 * step
        for p in range(4):
            w += _A[5, p] * stages[p]
        w += stages[4] + stages[5]
        u += step
        step *= factor
        steps += 1
        if steps >= MAX_STEPS or not np.isfinite(w):
            return np.nan, frozen, min(steps, len(out))
    # Beyond the end, <sigma v>/x goes on as a power of x.
    last = fine_n - 1
    power = max((ln_a[last - _FINE] - ln_a[last]) / (_FINE * h), 0.5)
    final = 1 / (np.exp(-w) + np.exp(ln_a[last]) / power)
    return final, frozen, steps + 1
