"""Freeze-out of the ground state: its yield and its annihilation rate against m2/T."""

import numpy as np
from matplotlib.figure import Figure

from wayside.cosmology.relic import GEV2_TO_CM3_PER_S, RelicResult
from wayside.plotting.style import canvas


def freeze_out_figure(result: RelicResult) -> Figure:
    """Draw Y, its equilibrium, and the effective thermal average.

    Parameters
    ----------
    result
        Result of `wayside.cosmology.relic.relic_density`.
    """
    with canvas(5.6, 5.6) as figure:
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        upper.loglog(result.x, result.yield_, color="#1f3f94", label="$Y$")
        upper.loglog(
            result.x,
            result.yield_equilibrium,
            color="0.4",
            linestyle="--",
            label=r"$Y_\mathrm{eq}$",
        )
        upper.set_ylim(result.yield_[-1] / 30, 3 * result.yield_[0])
        upper.set_ylabel("$Y$")
        if np.isfinite(result.x_freeze_out):
            upper.axvline(result.x_freeze_out, color="0.7", linewidth=0.8)
            lower.axvline(result.x_freeze_out, color="0.7", linewidth=0.8)
        upper.set_title(
            rf"$\Omega h^2={result.omega_h2:.4g}$, {result.hadrons}, {result.dof}",
            fontsize=9.5,
            loc="left",
        )
        upper.legend()
        lower.loglog(result.x, result.sigma_v * GEV2_TO_CM3_PER_S, color="#c8102e")
        lower.set_ylabel(r"$\langle\sigma v\rangle_\mathrm{eff}$ [cm$^3$/s]")
        lower.set_xlabel("$x=m_2/T$")
        # What annihilates to no effect is of no interest.
        shown = result.yield_ > 1.0005 * result.yield_[-1]
        end = float(result.x[shown][-1]) if shown.any() else float(result.x[-1])
        lower.set_xlim(result.x[0], max(3 * end, 100.0))
        return figure
