"""One step of a stiff solver for ln Y, compiled.

The Rosenbrock method RODAS of Hairer and Wanner (Solving Ordinary Differential Equations II,
section IV.10: order 4, L-stable, with an error estimate of order 3), for

    dW/du = -A(u) (exp(W) - exp(2 W_eq(u) - W)),

ln A and W_eq from cubic splines on an even grid of u.
"""

from typing import NamedTuple

import numpy as np

from wayside.compiled import njit
from wayside.cosmology.splines import hermite
from wayside.typing import FloatArray

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


class Equation(NamedTuple):
    """Splines of ln A and W_eq: values and slopes per step on the grid start, start + step, ..."""

    start: float
    step: float
    ln_a: FloatArray
    slope_a: FloatArray
    w_eq: FloatArray
    slope_w: FloatArray


@njit(error_model="numpy")
def evaluate(u: float, equation: Equation) -> tuple[float, float, float, float]:
    """Return ln A, its slope in u, W_eq and its slope in u."""
    h = equation.step
    k = max(min(int((u - equation.start) / h), len(equation.ln_a) - 2), 0)
    t = (u - equation.start) / h - k
    a, slope_a = equation.ln_a, equation.slope_a
    w, slope_w = equation.w_eq, equation.slope_w
    la, dla = hermite(t, a[k], a[k + 1], slope_a[k], slope_a[k + 1])
    we, dwe = hermite(t, w[k], w[k + 1], slope_w[k], slope_w[k + 1])
    return la, dla / h, we, dwe / h


@njit(error_model="numpy")
def one_step(
    u: float, w: float, step: float, equation: Equation, stages: FloatArray
) -> tuple[float, float]:
    """Return W at u + step and the estimate of its error.

    Parameters
    ----------
    u, w
        Values of u and W at the start of the step.
    step
        Length of the step in u.
    equation
        Coefficients of the equation.
    stages
        Work space, shape (6,).
    """
    la, dla, we, dwe = evaluate(u, equation)
    a = np.exp(la)
    y_now, back = np.exp(w), np.exp(max(2 * we - w, -700.0))
    slope = -a * (y_now - back)
    jacobian = -a * (y_now + back)
    in_u = dla * slope + 2 * a * back * dwe
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
            la_s, _, we_s, _ = evaluate(u + _ALPHA[s] * step, equation)
            w_s = min(max(w_s, w - 20.0), w + 20.0)
            f = -np.exp(la_s) * (np.exp(w_s) - np.exp(max(2 * we_s - w_s, -700.0)))
        stages[s] = (f + extra / step + step * _D[s] * in_u) / diagonal
    for p in range(4):
        w += _A[5, p] * stages[p]
    return w + stages[4] + stages[5], abs(stages[5])
