"""K_L0 from the collision point and from the rock: spectra, shields, tags by muons."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wayside.backgrounds.cosmic_muons import Site
from wayside.backgrounds.klong_production import CONTINUUM, Entering
from wayside.backgrounds.klong_shield import Metal, curves
from wayside.backgrounds.rock_neutrals import Kind, arriving, neutrals
from wayside.constants import SECONDS_PER_YEAR
from wayside.detector.box import Box
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import collected, verbatim

BIN: Final = 0.25
"""Width of the bins of Fig. 13 of the study in GeV."""


def spectra_figure(panels: Mapping[str, Entering], luminosity_fb: float, about: str = "") -> Figure:
    """Draw Fig. 13 of the study: K_L0 that reach the detector if nothing is in the way.

    Parameters
    ----------
    panels
        Entering particles by title of the panel.
    luminosity_fb
        Integrated luminosity in fb^-1.
    about
        Name of the scenario, for the title.
    """
    edges = np.arange(0.5, 6.0 + BIN, BIN)
    with canvas(3.6 * len(panels) + 0.4, 3.7) as figure:
        all_axes = np.atleast_1d(figure.subplots(1, len(panels)))
        for axes, (title, points) in zip(all_axes, panels.items(), strict=True):
            for name, classes, colour in (
                (r"$\Upsilon(4S)\to B\bar{B}$", ("bb",), OURS),
                (r"$q\bar{q}+\tau\tau$", CONTINUUM, APPROXIMATE),
            ):
                for decays, style in ((True, "-"), (False, ":")):
                    number = luminosity_fb * points.spectrum(edges, classes, decays) / 1e3
                    axes.stairs(
                        number,
                        edges,
                        color=colour,
                        linestyle=style,
                        linewidth=1.3,
                        label=name if decays else None,
                    )
            axes.plot([], [], color="0.3", linestyle=":", label="if none decayed")
            axes.set_xlim(edges[0], edges[-1])
            axes.set_ylim(bottom=0.0)
            axes.set_xlabel(r"total energy of the $K_L^0$ [GeV]")
            axes.set_title(title, fontsize=9.5, loc="left")
        all_axes[0].set_ylabel(rf"$K_L^0$ that reach the detector [$10^3$ per {BIN:g} GeV]")
        all_axes[-1].legend(loc="upper right")
        name = f"{verbatim(about)}, " if about else ""
        figure.suptitle(
            f"{name}{collected(luminosity_fb)}, no shield, no other background", fontsize=9.5
        )
        return figure


def transmission_figure() -> Figure:
    """Draw the fraction of K_L0 that iron and tungsten let through, against the thickness."""
    with canvas(7.6, 4.1) as figure:
        left, right = figure.subplots(1, 2)
        _transmission(left, "iron")
        _transmission(right, "tungsten")
        figure.suptitle(
            r"$K_L^0$ behind a wide slab (Geant4 FTFP_BERT); bands: statistical error", fontsize=9.5
        )
        return figure


def _transmission(axes: Axes, metal: Metal) -> None:
    table = curves(metal)
    # One colour after the other with energy, so that lines that nearly agree can be distinguished.
    shades = colormaps["viridis"](np.linspace(0.0, 0.9, len(table.energies)))
    for energy, logs, errors, colour in zip(
        table.energies, table.logs, table.log_errors, shades, strict=True
    ):
        axes.plot(table.thickness, np.exp(logs), color=colour, label=f"{energy:g} GeV")
        axes.fill_between(
            table.thickness, np.exp(logs - errors), np.exp(logs + errors), color=colour, alpha=0.2
        )
    axes.set_yscale("log")
    axes.set_xlim(0.0, float(table.thickness[-1]))
    axes.set_xlabel(f"thickness of {metal} [m]")
    axes.set_ylabel(r"fraction of $K_L^0$ that leave forward")
    axes.set_title(f"{metal}", loc="left", fontsize=9.5)
    axes.legend(loc="lower left", title="kinetic energy", title_fontsize=9.5)


def rock_figure(site: Site, box: Box, edge: float, about: str = "") -> Figure:
    """Draw spectra of what comes out of the rock above, and how often its muon crosses the fibres.

    Parameters
    ----------
    site
        Depth and flux of the site.
    box
        Blocks of the detector.
    edge
        Distance from the blocks to the outside of the fibres in m.
    about
        Names of scenario and detector, for the title.
    """
    heights = np.array([0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])
    bins = np.geomspace(0.1, 30.0, 16)
    with canvas(7.6, 3.7) as figure:
        left, right = figure.subplots(1, 2)
        kinds: tuple[tuple[Kind, str, str], ...] = (
            ("neutron", "neutrons from 0.1 GeV", APPROXIMATE),
            ("klong", r"$K_L^0$", OURS),
        )
        for kind, name, colour in kinds:
            produced = neutrals(kind, site)
            reaching = arriving(produced, box, edge)
            yearly, _ = np.histogram(
                produced.kinetic, bins=bins, weights=reaching.rates * SECONDS_PER_YEAR
            )
            left.stairs(yearly / np.diff(np.log10(bins)), bins, color=colour, label=name)
            below = [arriving(produced, box, edge, ceiling=float(h)) for h in heights]
            right.plot(heights, [rock.tagged for rock in below], "o-", color=colour, label=name)
            right.plot(
                heights, [rock.companions for rock in below], "s:", color=colour, mfc="white"
            )
        left.set_xscale("log")
        left.set_yscale("log")
        left.set_xlabel("kinetic energy of the neutral particle [GeV]")
        left.set_ylabel("particles that head for the blocks\nper year and decade of energy")
        left.legend(loc="upper right")
        right.plot([], [], "o-", color="0.3", label="its muon crosses the fibres")
        right.plot([], [], "s:", color="0.3", mfc="white", label="its muon crosses the blocks")
        right.set_xlabel("rock above the detector's centre [m]")
        right.set_ylabel("fraction of the particles")
        right.set_ylim(bottom=0.0)
        right.legend(loc="upper right", fontsize=8.5)
        name = f"{verbatim(about)}: " if about else ""
        figure.suptitle(
            f"{name}neutral particles out of the rock, made by cosmic muons under"
            f" {site.depth / 100.0:g} m w.e.",
            fontsize=9.5,
        )
        return figure
