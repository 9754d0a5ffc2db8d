"""Neutrons, protons, electrons and photons of cosmic rays at the surface and under thin rock.

Intensities from the table ``cosmic_secondaries`` (JESD89A for neutrons, the Review of Particle
Physics for the others); derived in docs/theory/backgrounds.md. Below some metres of rock nothing is
left of them; what muons make there is in `wayside.backgrounds.rock_neutrals`.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds import fakes
from wayside.backgrounds.cosmic_muons import UP, integration_weights, site_of, sky
from wayside.backgrounds.counts import Count
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.data import read_table
from wayside.detector.box import Box
from wayside.typing import FloatArray

PROTON, ELECTRON, PHOTON = 0, 1, 2
"""Numbers of the particles in the table."""

FIBRE_EFFICIENCY: Final = 1.0 - fakes.FIBRES_MISS
"""Probability that the fibres detect a proton that enters."""

DEEPEST: Final = 10.0
"""Attenuation lengths of rock below which a component is left out: 5e-5 of it at most."""

_HADRONS: Final = np.geomspace(fakes.LEAST["neutron"], 50.0, 60)
_SHOWERS: Final = np.geomspace(0.05, 30.0, 50)


class Attenuation(NamedTuple):
    """Attenuation in rock."""

    length: float
    """Attenuation length in g/cm^2."""
    error: float
    """Its relative error."""
    source: str
    """Where it is from."""

    @property
    def words(self) -> str:
        """One note."""
        return f"attenuated in rock with {self.length:g} g/cm^2 ({self.source})"


NUCLEONS: Final = Attenuation(
    160.0, 0.25, "J.C. Gosse, F.M. Phillips, Quat. Sci. Rev. 20 (2001) 1475"
)
SHOWERS: Final = Attenuation(50.0, 0.3, "the least attenuation of photons in rock, XCOM")


@dataclass(frozen=True, kw_only=True)
class Component:
    """A component of the cosmic radiation besides muons.

    Attributes
    ----------
    key, title
        Names of the source.
    kind
        Kind of the table of fakes whose numbers are used.
    spectrum
        Function of kinetic energies in GeV and vertical intensities at the surface, of the bins
        around them, in m^-2 s^-1 sr^-1.
    rock
        Attenuation in rock.
    flux_error
        Relative error of the intensity at the surface.
    kind_error
        Relative error of taking the fakes of that kind.
    along
        Largest tangent to the axis of the detector of directions that count; inf for all.
    tagged
        Fraction that the fibres detect, which vetoes.
    notes
        What is approximated.
    """

    key: str
    title: str
    kind: fakes.Kind
    spectrum: Callable[[], tuple[FloatArray, FloatArray]]
    rock: Attenuation
    flux_error: float
    kind_error: float
    along: float = math.inf
    tagged: float = 0.0
    notes: tuple[str, ...]


def neutron_flux(kinetic: ArrayLike) -> FloatArray:
    """Neutrons at sea level from all directions, in m^-2 s^-1 GeV^-1.

    Parameters
    ----------
    kinetic
        Kinetic energies in GeV, 1e-3 to 10 (the fit goes on beyond).

    Examples
    --------
    >>> round(float(neutron_flux(0.1)), 1)
    117.3
    """
    a1, b1, c1, a2, b2, c2 = _fit()
    log = np.log(1e3 * np.asarray(kinetic, dtype=np.float64))
    per_mev = a1 * np.exp(-b1 * log**2 + c1 * log) + a2 * np.exp(-b2 * log**2 + c2 * log)
    return np.asarray(1e7 * per_mev)


def vertical_above(particle: int, kinetic: ArrayLike) -> FloatArray:
    """Vertical intensity above a kinetic energy, in m^-2 s^-1 sr^-1.

    Parameters
    ----------
    particle
        `ELECTRON` (and positrons) or `PHOTON`.
    kinetic
        Kinetic energies in GeV, from 0.01; a power law between the points of the table, and the
        last one beyond.

    Examples
    --------
    >>> [round(float(v), 3) for v in vertical_above(ELECTRON, [0.01, 0.1, 1.0])]
    [30.0, 6.0, 0.2]
    """
    table = read_table("cosmic_secondaries")
    mine = table["particle"] == particle
    logs, values = np.log(table["energy"][mine]), np.log(table["vertical"][mine])
    at = np.log(np.asarray(kinetic, dtype=np.float64))
    slope = (values[-1] - values[-2]) / (logs[-1] - logs[-2])
    beyond = values[-1] + slope * (at - logs[-1])
    return np.asarray(np.exp(np.where(at > logs[-1], beyond, np.interp(at, logs, values))))


@functools.cache
def _fit() -> tuple[float, ...]:
    words = read_table("cosmic_secondaries").header["fit"].split()
    return tuple(float(word) for word in words)


POWER: Final = 3.0
"""Power of the cosine of the zenith angle that all intensities go with."""


def _neutrons() -> tuple[FloatArray, FloatArray]:
    # From all directions: 2 pi / (n + 1) of the vertical intensity for cos^n.
    vertical = neutron_flux(_HADRONS) * (POWER + 1.0) / (2.0 * math.pi)
    return _HADRONS, vertical * integration_weights(_HADRONS)


def _protons() -> tuple[FloatArray, FloatArray]:
    """The spectrum of neutrons, with as many above 1 GeV/c as there are protons."""
    energies, weights = _neutrons()
    table = read_table("cosmic_secondaries")
    (row,) = np.flatnonzero(table["particle"] == PROTON)
    edge, vertical = float(table["energy"][row]), float(table["vertical"][row])
    fine = np.geomspace(edge, float(_HADRONS[-1]), 400)
    above = float(np.trapezoid(neutron_flux(fine) * fine, np.log(fine)))
    above *= (POWER + 1.0) / (2.0 * math.pi)
    return energies, weights * vertical / above


def _showers(particle: int) -> tuple[FloatArray, FloatArray]:
    edges = np.append(_SHOWERS, _SHOWERS[-1] ** 2 / _SHOWERS[-2])
    above = vertical_above(particle, edges)
    return np.sqrt(edges[1:] * edges[:-1]), -np.diff(above)


NEUTRON_ERROR: Final = 1.0
"""Relative error of the flux of neutrons that make fakes. The fit is known to 30 per cent where
spectrometers measure well. Above 0.4 GeV it has 2.3 times as many neutrons as the Review of
Particle Physics has protons, which has half as many: a third of the nucleons."""

COMPONENTS: Final = (
    Component(
        key="cosmic-neutrons",
        title="cosmic neutrons",
        kind="neutron-above",
        spectrum=_neutrons,
        rock=NUCLEONS,
        flux_error=NEUTRON_ERROR,
        kind_error=0.0,
        notes=(
            "JESD89A at sea level (New York), from 0.1 GeV, cos^3 of the zenith angle; above 0.4"
            " GeV several times what a third of the nucleons would be (Review of Particle Physics)",
        ),
    ),
    Component(
        key="cosmic-protons",
        title="cosmic protons",
        kind="neutron-above",
        spectrum=_protons,
        rock=NUCLEONS,
        flux_error=0.5,
        kind_error=1.0,
        tagged=FIBRE_EFFICIENCY,
        notes=(
            "0.9 m^-2 s^-1 sr^-1 above 1 GeV/c (Review of Particle Physics), with the spectrum of"
            " neutrons and their fakes, where the fibres miss them",
        ),
    ),
    Component(
        key="cosmic-electrons",
        title="cosmic electrons",
        kind="electron-front",
        spectrum=functools.partial(_showers, ELECTRON),
        rock=SHOWERS,
        flux_error=0.5,
        kind_error=1.0,
        along=1.0,
        notes=(
            "Review of Particle Physics; those within 45 degrees of the axis make the fakes of"
            " electrons from the front, others none",
        ),
    ),
    Component(
        key="cosmic-photons",
        title="cosmic photons",
        kind="photon-front",
        spectrum=functools.partial(_showers, PHOTON),
        rock=SHOWERS,
        flux_error=0.5,
        kind_error=1.0,
        along=1.0,
        notes=(
            "Review of Particle Physics, by the ratio to electrons; those within 45 degrees of the"
            " axis make the fakes of photons from the front, others none",
        ),
    ),
)
"""What is counted. Charged pions are few against protons at the ground; nuclei and particles that
come with an air shower are not counted."""


def directional_area(
    box: Box, power: float, depth: float, along: float = math.inf, order: int = 48
) -> float:
    """Rate into a box over the vertical intensity at the surface, in m^2 sr.

    Parameters
    ----------
    box
        The blocks.
    power
        Power of the cosine of the zenith angle of the intensity.
    depth
        Vertical depth of flat rock in attenuation lengths.
    along
        Largest tangent of a direction to the axis of the detector that counts.
    order
        Gauss-Legendre points in the zenith angle.

    Notes
    -----
    The slant depth is the vertical one over the cosine.
    """
    directions, solid = sky(order)
    cosine = -(directions @ UP)
    shown = np.asarray(
        sum(face.area * np.maximum(0.0, -(directions @ face.normal)) for face in box.faces)
    )
    axial = np.abs(directions @ box.axes[2])
    counts = np.sqrt(np.maximum(1.0 - axial**2, 0.0)) <= along * axial if along < math.inf else True
    intensity = cosine**power * np.exp(-depth / cosine) * counts
    return float((solid * intensity) @ shown)


def sources(setup: DetectorSetup) -> list[Source]:
    """Components of the cosmic radiation besides muons; none where rock has absorbed them."""
    depth = site_of(setup.scenario).depth
    left = [part for part in COMPONENTS if depth / part.rock.length <= DEEPEST]
    return [_source(part, setup, depth) for part in left]


def _source(part: Component, setup: DetectorSetup, depth: float) -> Source:
    lengths = depth / part.rock.length
    energies, vertical = part.spectrum()
    area = directional_area(setup.box, POWER, lengths)
    value = float(vertical.sum()) * area * setup.seconds
    # Directions of long paths gain most from a longer attenuation length.
    longer = directional_area(setup.box, POWER, lengths / (1.0 + part.rock.error))
    relative = math.hypot(part.flux_error, longer / area - 1.0)
    counting = directional_area(setup.box, POWER, lengths, part.along) / area
    return Source(
        part.key,
        part.title,
        "time",
        Count(value, systematic=relative * value),
        Spectrum(
            part.kind,
            energies,
            vertical,
            per_entering=counting,
            tagged=part.tagged,
            target=setup.target,
            relative_error=part.kind_error,
        ),
        notes=(
            f"from {energies[0]:.2g} GeV: {value / setup.seconds:.3g} Hz head for the blocks,"
            " counted outside of the lead",
            *part.notes,
            part.rock.words,
        ),
    )
