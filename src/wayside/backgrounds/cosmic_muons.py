"""Cosmic muons through rock and lead into a detector, by direction in its own frame.

The laboratory's y axis points up and the ground above is flat. Derived in
docs/theory/backgrounds.md; Eqs. 18 and 19 of the study by name.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds import cosmic_flux
from wayside.backgrounds.counts import Count
from wayside.backgrounds.muon_loss import energy_before, loss
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.constants import SECONDS_PER_DAY
from wayside.detector.box import Box
from wayside.detector.materials import LEAD
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.scenario import Scenario


UP: Final = np.array([0.0, 1.0, 0.0])

STRAGGLING: Final = 0.02
"""Relative: fluctuations of the energy loss, left out, take 1 per cent under 11 m (mulder), and the
mean loss is known to 1."""


@dataclass(frozen=True)
class Site:
    """What muons cross before they come to a detector.

    Parameters
    ----------
    depth
        Vertical depth of standard rock above in g/cm^2.
    flux
        Name of the flux at the surface.
    lead
        Thickness of the shield around the detector in m.
    gap
        Between detector and shield in m.
    """

    depth: float = 0.0
    flux: cosmic_flux.Flux = "guan2015"
    lead: float = 0.0
    gap: float = 0.0

    def above(self, kinetic: ArrayLike, cos_theta: ArrayLike) -> FloatArray:
        """Intensity at the surface above a kinetic energy, in m^-2 s^-1 sr^-1."""
        if self.flux == "cosine-squared":
            return cosmic_flux.cosine_squared_above(kinetic, cos_theta)
        return cosmic_flux.above(kinetic, cos_theta)

    def surface_energy(
        self, kinetic: ArrayLike, cos_theta: ArrayLike, lead_path: ArrayLike = 0.0
    ) -> FloatArray:
        """Kinetic energy in GeV at the surface of a muon that comes out with some, on average.

        Parameters
        ----------
        kinetic
            Behind rock and lead, in GeV; 0 for one that stops there.
        cos_theta
            Cosine of the zenith angle, above 0: the slant depth under flat ground is depth/cos.
        lead_path
            Path in lead in m.
        """
        behind_rock = energy_before(kinetic, 100.0 * np.asarray(lead_path) * LEAD.density, "lead")
        slant = self.depth / np.asarray(cos_theta, dtype=np.float64)
        return energy_before(behind_rock, slant, "rock")


def site_of(scenario: "Scenario") -> Site:
    """Rock and lead of a scenario."""
    site, stack = scenario.site, scenario.stack
    depth = 100.0 * site.overburden * site.rock_density
    return Site(depth, site.muon_flux, stack.shield, stack.clearance)


@dataclass(frozen=True)
class Shower:
    """Cosmic muons at a detector: directions that integrate over the sky.

    Attributes
    ----------
    directions
        In which they fly, unit vectors in the laboratory, shape (n, 3).
    weights
        Intensity times solid angle in m^-2 s^-1, shape (n,).
    box, site
        The detector, and what is above and around it.
    """

    directions: FloatArray
    weights: FloatArray
    box: Box
    site: Site

    @property
    def omnidirectional(self) -> float:
        """Hz through a sphere of 1 m^2 cross-section: Eq. 19 of the study."""
        return float(self.weights.sum())

    @property
    def horizontal(self) -> float:
        """Hz through a horizontal square metre."""
        return float(self.weights @ -(self.directions @ UP))

    @property
    def by_face(self) -> FloatArray:
        """Hz that enter through each face, in the order of `wayside.detector.box.Box.faces`."""
        rates = [
            face.area * float(self.weights @ np.maximum(0.0, -(self.directions @ face.normal)))
            for face in self.box.faces
        ]
        return np.array(rates)

    @property
    def entering(self) -> float:
        """Hz that enter the box; each muon once, for the box is convex."""
        return float(self.by_face.sum())

    def through_film(self, slope: float = math.inf) -> float:
        """Hz/m^2 through a film, which is perpendicular to the depth axis.

        Parameters
        ----------
        slope
            Largest tangent to the depth axis that counts.
        """
        if math.isinf(slope):
            return float(self.weights @ np.abs(self.directions @ self.box.axes[2]))
        return within_slope(self.box, self.site, slope)


def intensity(box: Box, site: Site, directions: FloatArray) -> FloatArray:
    """Cosmic muons that reach the detector's centre, in m^-2 s^-1 sr^-1.

    Parameters
    ----------
    box, site
        The detector, and what is above and around it.
    directions
        In which they fly, unit vectors in the laboratory, shape (..., 3); none fly upward.
    """
    cosine = -(directions @ UP)
    down = cosine > 0.0
    rays, cosine = directions[down], cosine[down]
    lead = lead_path(box, rays, site) if site.lead > 0.0 else np.zeros(len(rays))
    values = np.zeros(down.shape)
    values[down] = site.above(site.surface_energy(0.0, cosine, lead), cosine)
    return values


def slope_density(box: Box, site: Site, slope_x: ArrayLike, slope_y: ArrayLike) -> FloatArray:
    """Cosmic muons through a film against their slopes in the detector's frame.

    Parameters
    ----------
    box, site
        The detector, and what is above and around it.
    slope_x, slope_y
        Tangents of the angle to the depth axis along the first and second dimension, shapes that
        broadcast. A track shows no sense: flights to the back and to the front are added.

    Returns
    -------
    FloatArray
        Flux in m^-2 s^-1 per unit of both slopes.

    Notes
    -----
    dOmega = cos^3 dt_x dt_y, and a film shows cos of its area.
    """
    x, y = np.broadcast_arrays(
        np.asarray(slope_x, dtype=np.float64), np.asarray(slope_y, dtype=np.float64)
    )
    cosine = 1.0 / np.sqrt(1.0 + x**2 + y**2)
    along = np.stack([x, y, np.ones_like(x)], axis=-1) * cosine[..., None] @ box.axes
    both = intensity(box, site, along) + intensity(box, site, -along)
    return np.asarray(both * cosine**4)


def within_slope(box: Box, site: Site, slope: float) -> float:
    """Cosmic muons in Hz/m^2 through a film, up to a tangent to the depth axis.

    Parameters
    ----------
    box, site
        The detector, and what is above and around it.
    slope
        Largest tangent that counts, finite.
    """
    nodes, weights = np.polynomial.legendre.leggauss(48)
    tangent = 0.5 * slope * (nodes + 1.0)
    azimuth = (np.arange(192) + 0.5) * (2.0 * math.pi / 192)
    t, phi = np.meshgrid(tangent, azimuth, indexing="ij")
    density = slope_density(box, site, t * np.cos(phi), t * np.sin(phi))
    rings = density.mean(axis=1) * 2.0 * math.pi * tangent
    return float(0.5 * slope * (weights @ rings))


def shower(box: Box, site: Site, order: int = 48) -> Shower:
    """Cosmic muons at a detector.

    Parameters
    ----------
    box
        The detector.
    site
        What is above and around it.
    order
        Gauss-Legendre points in the zenith angle; three times as many azimuths.

    Notes
    -----
    The path in the lead is that of the line through the detector's centre.
    """
    directions, solid = sky(order)
    return Shower(directions, solid * intensity(box, site, directions), box, site)


def sky(order: int) -> tuple[FloatArray, FloatArray]:
    """Directions downward, shape (n, 3), and solid angles.

    Parameters
    ----------
    order
        Gauss-Legendre points in the zenith angle; three times as many azimuths.
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    cosine, weights = 0.5 * (nodes + 1.0), 0.5 * weights
    count = 3 * order
    azimuth = (np.arange(count) + 0.5) * (2.0 * math.pi / count)
    c, phi = np.meshgrid(cosine, azimuth, indexing="ij")
    sine = np.sqrt((1.0 - c) * (1.0 + c))
    directions = np.stack([sine * np.cos(phi), -c, sine * np.sin(phi)], axis=-1)
    return directions.reshape(-1, 3), np.repeat(weights * (2.0 * math.pi / count), count)


def lead_path(box: Box, directions: FloatArray, site: Site) -> FloatArray:
    """Lead in m on a line from outside to the centre of a box, shape (n,)."""
    along = np.abs(directions @ box.axes.T)
    inner = 0.5 * box.size + site.gap
    with np.errstate(divide="ignore"):
        leave = np.min((inner + site.lead) / along, axis=1)
        enter = np.min(inner / along, axis=1)
    return np.asarray(leave - enter)


def spectrum(site: Site, kinetic: ArrayLike, cos_theta: ArrayLike) -> FloatArray:
    """Intensity behind the rock in m^-2 s^-1 sr^-1 GeV^-1, against the kinetic energy there.

    Parameters
    ----------
    site
        What is above the detector; its lead does not count.
    kinetic
        Kinetic energies in GeV.
    cos_theta
        Cosine of the zenith angle, above 0; shapes that broadcast.

    Notes
    -----
    I(E) = I0(E0) dE0/dE, where dE0/dE is the ratio of the mean losses at E0 and at E.
    """
    at = np.asarray(kinetic, dtype=np.float64)
    surface = energy_before(at, site.depth / np.asarray(cos_theta, dtype=np.float64))
    flux = cosmic_flux.intensity(surface, cos_theta)
    if site.flux == "cosine-squared":
        scale = cosmic_flux.cosine_squared_above(0.0, cos_theta) / cosmic_flux.above(0.0, 1.0)
        flux = scale * cosmic_flux.intensity(surface, np.ones_like(surface))
    return np.asarray(flux * loss(surface) / loss(at))


def energies(box: Box, site: Site, kinetic: ArrayLike, order: int = 24) -> FloatArray:
    """Cosmic muons whose line meets a box, outside of its lead, in Hz/GeV.

    Parameters
    ----------
    box, site
        The detector, and what is above it; the lead does not count.
    kinetic
        Kinetic energies in GeV under the rock, shape (n,).
    order
        Gauss-Legendre points in the zenith angle.
    """
    directions, solid = sky(order)
    shown = solid * sum(
        face.area * np.maximum(0.0, -(directions @ face.normal)) for face in box.faces
    )
    # Directions of one zenith angle follow each other.
    rings = shown.reshape(order, -1).sum(axis=1)
    cosine = -(directions @ UP).reshape(order, -1)[:, 0]
    at = np.asarray(kinetic, dtype=np.float64)
    return np.asarray(spectrum(site, at[:, None], cosine) @ rings)


def relative_error(site: Site) -> float:
    """Systematic error of a rate: the flux, and under rock the fluctuations of the loss."""
    return math.hypot(cosmic_flux.RELATIVE_ERROR, STRAGGLING if site.depth > 0.0 else 0.0)


def integration_weights(kinetic: FloatArray) -> FloatArray:
    """Weights in GeV whose sum with a spectrum is its integral, by trapezoids in log(E).

    Parameters
    ----------
    kinetic
        Rising kinetic energies in GeV, shape (n,): the ends of the integral are the first and last.

    Examples
    --------
    >>> float(integration_weights(np.geomspace(1.0, 100.0, 400)).sum().round(2))
    99.0
    """
    steps = np.diff(np.log(kinetic))
    return np.asarray(0.5 * kinetic * (np.append(steps, 0.0) + np.append(0.0, steps)))


_ENERGIES: Final = np.geomspace(0.1, 3e3, 64)
"""GeV; muons below stop in the lead."""


def energies_at(setup: DetectorSetup) -> tuple[FloatArray, FloatArray]:
    """Spectrum of cosmic muons outside of the lead of a detector.

    Returns
    -------
    energies, rates
        Kinetic energies in GeV and rates in Hz of muons whose line meets the blocks, each of shape
        (n,); the rates add up to the integral of the spectrum.
    """
    density = energies(setup.box, site_of(setup.scenario), _ENERGIES)
    return _ENERGIES, density * integration_weights(_ENERGIES)


def shower_at(setup: DetectorSetup) -> Shower:
    """Cosmic muons at a detector."""
    return shower(setup.box, site_of(setup.scenario))


def sources(setup: DetectorSetup) -> list[Source]:
    """Cosmic muons into one detector over the exposure."""
    site = site_of(setup.scenario)
    rain = setup.once(shower_at)
    count = rain.entering * setup.seconds
    in_place = setup.scenario.site
    replaced = min(in_place.film_replacement, in_place.exposure)
    films = rain.through_film() * replaced * SECONDS_PER_DAY / 1e4
    kinetic, rates = setup.once(energies_at)
    outside = float(rates.sum()) * setup.seconds
    return [
        Source(
            "cosmic-muons",
            "cosmic muons",
            "time",
            Count(count, systematic=relative_error(site) * count),
            Spectrum(
                "muon-above", kinetic, rates, outside / count if count else 0.0, target=setup.target
            ),
            notes=(
                f"flux {site.flux} at sea level, from {cosmic_flux.LEAST_KINETIC:g} GeV",
                f"{site.depth:g} g/cm^2 of standard rock under flat ground, mean energy loss",
                f"{100.0 * site.lead:g} cm of lead on the line to the detector's centre",
                f"{rain.entering:.3g} Hz through all faces,"
                f" {100.0 * cosmic_flux.POSITIVE_FRACTION:.0f} per cent positive",
                f"{films:.2g} per cm^2 of film when it is replaced",
            ),
        )
    ]
