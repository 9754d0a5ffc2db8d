"""Backgrounds in figures: muons under rock, their slopes in a film, lead, occupancy."""

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from wayside.backgrounds import collider_muons, cosmic_muons, occupancy, photons
from wayside.backgrounds.cosmic_muons import Site
from wayside.backgrounds.place import box_of
from wayside.backgrounds.setup import DetectorSetup
from wayside.data import read_table
from wayside.plotting.style import APPROXIMATE, OURS, canvas

if TYPE_CHECKING:
    from wayside.scenario import Scenario

_COLOURS: Final = (OURS, "#2a7f62", "#b8860b", "#7a4f9a")


def muon_spectra_figure(site: Site) -> Figure:
    """Cosmic muons at the surface and under a site's rock, at several zenith angles.

    Parameters
    ----------
    site
        Rock and flux of the site; its lead is left out.
    """
    energy = np.geomspace(0.1, 1e4, 200)
    with canvas(5.6, 4.2) as figure:
        axes = figure.subplots()
        surface = Site(0.0, site.flux)
        for colour, degrees in zip(_COLOURS, (0, 45, 75), strict=False):
            cosine = float(np.cos(np.radians(degrees)))
            curve = energy * cosmic_muons.spectrum(surface, energy, cosine)
            axes.loglog(energy, curve, color=colour, linestyle="--", linewidth=1.1)
            if site.depth > 0.0:
                curve = energy * cosmic_muons.spectrum(site, energy, cosine)
                axes.loglog(energy, curve, color=colour, label=rf"$\theta = {degrees}°$")
        axes.plot([], [], color="0.3", linestyle="--", label="at the surface")
        if site.depth > 0.0:
            axes.plot([], [], color="0.3", label=f"under {site.depth / 100.0:g} m w.e. of rock")
        axes.set_xlim(0.1, 1e4)
        axes.set_ylim(1e-5, 1e2)
        axes.set_xlabel("kinetic energy $E$ of the muon there [GeV]")
        axes.set_ylabel(r"$E\,I(E)$ [m$^{-2}$ s$^{-1}$ sr$^{-1}$]")
        axes.set_title("cosmic muons, without lead", fontsize=9.5, loc="left")
        axes.legend(loc="lower left")
        return figure


def slopes_figure(scenario: "Scenario", detector: str) -> Figure:
    """Cosmic muons through a film against their slopes in the detector's frame.

    Parameters
    ----------
    scenario, detector
        A scenario and the name of one of its detectors.
    """
    box, site = box_of(scenario, detector), cosmic_muons.site_of(scenario)
    limit = scenario.emulsion.largest_slope
    rain = cosmic_muons.shower(box, site)
    scanned = rain.through_film(limit) / rain.through_film()
    edge = 3.0 * max(1.0, limit)
    # An even number: none of the slopes is exactly level.
    slope = np.linspace(-edge, edge, 240)
    x, y = np.meshgrid(slope, slope)
    density = cosmic_muons.slope_density(box, site, x, y)
    with canvas(5.2, 4.4) as figure:
        axes = figure.subplots()
        shades = axes.pcolormesh(slope, slope, density, cmap="cividis", rasterized=True)
        axes.add_patch(Circle((0, 0), limit, fill=False, color="white", linewidth=1.4))
        axes.text(
            0.0,
            -1.1 * limit,
            f"scanned: {100.0 * scanned:.0f}% of those that cross a film",
            color="white",
            ha="center",
            va="top",
            fontsize=9.5,
        )
        axes.set_aspect("equal")
        axes.set_xlabel(r"$\tan\theta_x$, first dimension")
        axes.set_ylabel(r"$\tan\theta_y$, second dimension")
        axes.set_title(f"{scenario.name}, {detector}", fontsize=9.5, loc="left")
        figure.colorbar(shades, label=r"muons [m$^{-2}$ s$^{-1}$ per unit of both slopes]")
        return figure


def lead_figure(thickness: float = 0.10) -> Figure:
    """Photons through lead against their energy: without interaction, and leakage of showers.

    Parameters
    ----------
    thickness
        Thickness in m, one of those in the table ``lead_leakage``.
    """
    energy = np.geomspace(3e-4, 10.0, 300)
    table = read_table("lead_leakage")
    rows = (table["pdg"] == 22) & np.isclose(table["thickness"], thickness)
    with canvas(5.6, 4.2) as figure:
        axes = figure.subplots()
        axes.loglog(
            energy,
            photons.transmission(energy, thickness),
            color=APPROXIMATE,
            label="photons without any interaction (XCOM)",
        )
        kinds: tuple[tuple[photons.Leaked, str, str], ...] = (
            ("photons", "o", "photons above 1 MeV (Geant4)"),
            ("hard_photons", "s", "photons above 20 MeV"),
            ("electrons", "^", "electrons, positrons above 10 MeV"),
            ("energy", "D", "fraction of the energy"),
        )
        for (column, marker, label), colour in zip(kinds, _COLOURS, strict=True):
            values = table[column][rows]
            positive = values > 0.0
            axes.loglog(
                table["kinetic"][rows][positive],
                values[positive],
                marker=marker,
                markersize=4,
                linestyle=":",
                color=colour,
                label=label,
            )
        axes.set_ylim(1e-6, 1e3)
        axes.set_xlim(energy[0], energy[-1])
        axes.set_xlabel("energy of the photon that enters [GeV]")
        axes.set_ylabel(f"behind {100.0 * thickness:g} cm of lead, per photon that enters")
        axes.set_title(
            f"photons on {100.0 * thickness:g} cm of lead, at right angles",
            fontsize=9.5,
            loc="left",
        )
        axes.legend(loc="upper left", fontsize=8.5)
        return figure


def occupancy_figure(scenario: "Scenario", detector: str) -> Figure:
    """Tracks in a film against the time it is in place, in films as they stand and by Eq. 19.

    Parameters
    ----------
    scenario, detector
        A scenario and the name of one of its detectors.
    """
    box = box_of(scenario, detector)
    tracks = occupancy.occupancy(DetectorSetup(scenario, detector))
    sphere = cosmic_muons.shower(box, Site(flux="cosine-squared"))
    days = np.geomspace(1.0, 1e4, 50)
    with canvas(5.6, 4.2) as figure:
        axes = figure.subplots()
        omnidirectional = occupancy.study_occupancy(sphere, 1.0)[0]
        lines = (
            (omnidirectional, APPROXIMATE, "--", "omnidirectional flux (Eq. 19), no rock"),
            (tracks.total, OURS, "-", "films as they stand: all muons"),
            (tracks.scanned + tracks.collider, _COLOURS[1], "-", "within the slopes scanned"),
            (tracks.collider, _COLOURS[2], "-.", "collider muons alone"),
        )
        for per_day, colour, style, label in lines:
            axes.loglog(days, per_day * days, color=colour, linestyle=style, label=label)
        axes.axhline(occupancy.LIMIT, color="0.3", linewidth=0.8)
        axes.axvline(scenario.site.film_replacement, color="0.3", linewidth=0.8, linestyle=":")
        axes.annotate(
            "films replaced",
            (scenario.site.film_replacement, 0.68),
            xycoords=("data", "axes fraction"),
            xytext=(4, 0),
            textcoords="offset points",
            rotation=90,
            color="0.3",
            fontsize=9.5,
        )
        axes.annotate(
            "readable",
            (1.3, occupancy.LIMIT),
            xytext=(0, -2),
            textcoords="offset points",
            va="top",
            color="0.3",
            fontsize=9.5,
        )
        axes.set_xlim(days[0], days[-1])
        # Room above the lines for the words.
        axes.set_ylim(top=1e3 * omnidirectional * days[-1])
        axes.set_xlabel("time in place [d]")
        axes.set_ylabel(r"tracks per cm$^2$ of film")
        axes.set_title(f"{scenario.name}, {detector}", fontsize=9.5, loc="left")
        axes.legend(loc="upper left")
        return figure


def collider_muons_figure(scenario: "Scenario") -> Figure:
    """Muons from the collision against the angle to the beam axis, in the plane of the beams.

    Parameters
    ----------
    scenario
        Its detectors are shown where their front faces are.
    """
    beams = scenario.collider.build()
    degrees = np.linspace(0.5, 179.5, 400)
    angle = np.radians(degrees)
    rays = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], axis=1)
    with canvas(5.6, 4.2) as figure:
        axes = figure.subplots()
        for radiation, colour, style, label in (
            (True, OURS, "-", "with photons off the beams"),
            (False, APPROXIMATE, "--", "lowest order (Eq. 17), both charges"),
        ):
            density = collider_muons.per_solid_angle(beams, rays, radiation=radiation)
            axes.semilogy(degrees, density / 1e6, color=colour, linestyle=style, label=label)
        for number, name in enumerate(scenario.detectors):
            x, y, z = box_of(scenario, name).position
            place = float(np.degrees(np.arctan2(np.hypot(x, y), z)))
            axes.axvline(place, color="0.4", linewidth=0.8)
            axes.annotate(
                name,
                (place, 0.02),
                xycoords=("data", "axes fraction"),
                xytext=(2, 0) if number % 2 else (-2, 0),
                textcoords="offset points",
                ha="left" if number % 2 else "right",
                color="0.3",
                fontsize=9,
            )
        axes.set_xlim(0.0, 180.0)
        axes.set_xlabel("angle to the electrons' side of the beam axis [°]")
        axes.set_ylabel("muons [nb/sr]")
        axes.set_title(scenario.name, fontsize=9.5, loc="left")
        axes.legend(loc="upper center")
        return figure
