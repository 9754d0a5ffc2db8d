"""Freeze-out of the ground state: its yield and its annihilation rate against m2/T."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from scipy.interpolate import PchipInterpolator

from wayside.cosmology.relic import GEV2_TO_CM3_PER_S, RelicResult
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import verbatim
from wayside.scenario import Scenario
from wayside.typing import FloatArray

_DECADES: Final = 8.0
"""Decades of the thermal average that are shown below its largest value."""


def freeze_out_figure(scenario: Scenario, result: RelicResult) -> Figure:
    """Draw Y, its equilibrium, and the effective thermal average.

    Parameters
    ----------
    scenario
        The scenario, for the title.
    result
        Result of `wayside.cosmology.relic.relic_density`.
    """
    x = _drawn(result)
    with canvas(5.6, 5.6) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        draw_yield(upper, scenario, result)
        if np.isfinite(result.x_freeze_out):
            lower.axvline(result.x_freeze_out, color="0.7", linewidth=0.8)
        average = _smooth(result.x, result.sigma_v * GEV2_TO_CM3_PER_S, x)
        lower.loglog(x, average, color=APPROXIMATE)
        top = float(np.max(average))
        lower.set_ylim(max(0.3 * float(np.min(average)), top * 10.0**-_DECADES), 3.0 * top)
        lower.set_ylabel(r"$\langle\sigma v\rangle_\mathrm{eff}$ [cm$^3$/s]")
        lower.set_xlabel("$x=m_2/T$")
        lower.set_xlim(x[0], x[-1])
        lower.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        lower.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        lower.xaxis.set_minor_formatter(NullFormatter())
        return figure


def draw_yield(axes: Axes, scenario: Scenario, result: RelicResult) -> None:
    """Draw Y and its equilibrium into axes that are there; parameters as `freeze_out_figure`."""
    x = _drawn(result)
    axes.loglog(x, _smooth(result.x, result.yield_, x), color=OURS, label="$Y$")
    axes.loglog(
        x,
        _smooth(result.x, result.yield_equilibrium, x),
        color="0.4",
        linestyle="--",
        label=r"$Y_\mathrm{eq}$",
    )
    axes.set_ylim(result.yield_[-1] / 30, 3 * result.yield_[0])
    axes.set_ylabel("yield $Y$: density over entropy density")
    if np.isfinite(result.x_freeze_out):
        axes.axvline(result.x_freeze_out, color="0.7", linewidth=0.8)
    model = scenario.pair
    axes.set_title(
        rf"{verbatim(scenario.name)}: $\varepsilon={model.epsilon:g}$, $g_D={model.g_d:g}$;"
        rf" $\Omega h^2={result.omega_h2:.4g}$, {result.hadrons}, {result.dof}",
        fontsize=9.5,
        loc="left",
    )
    axes.legend()


def _drawn(result: RelicResult) -> FloatArray:
    """Values of m2/T that are drawn: what annihilates to no effect is of no interest."""
    shown = result.yield_ > 1.0005 * result.yield_[-1]
    end = float(result.x[shown][-1]) if shown.any() else float(result.x[-1])
    end = min(max(1.5 * end, 60.0), float(result.x[-1]))
    return np.geomspace(result.x[0], end, 400)


def _smooth(x: FloatArray, values: FloatArray, at: FloatArray) -> FloatArray:
    """Values between the steps of the solver, of which there are few at late times."""
    positive = values > 0.0
    if np.count_nonzero(positive) < 2:
        return np.interp(at, x, values)
    logs = PchipInterpolator(np.log(x[positive]), np.log(values[positive]), extrapolate=False)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.exp(logs(np.log(at))))
