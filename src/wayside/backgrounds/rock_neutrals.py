"""K_L0 and fast neutrons that cosmic muons knock out of the rock above, and which are tagged.

From a table of particles that Geant4 let out of the last 2 m of rock (``rock_neutrals``), weighed
anew for other depths and fluxes. Section 9.3 of the study; docs/theory/backgrounds_klong.md.
"""

import functools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from wayside.backgrounds import fakes
from wayside.backgrounds.cosmic_muons import UP, Site, site_of, spectrum
from wayside.backgrounds.counts import Count
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import Source, Spectrum
from wayside.constants import (
    M_KAON_NEUTRAL,
    M_NEUTRON,
    SECONDS_PER_YEAR,
    SPEED_OF_LIGHT,
)
from wayside.data import read_table
from wayside.detector.box import Box
from wayside.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Kind = Literal["klong", "neutron"]

MASSES: Final[dict[Kind, float]] = {"klong": M_KAON_NEUTRAL, "neutron": M_NEUTRON}
NUMBERS: Final[dict[Kind, int]] = {"klong": 130, "neutron": 2112}

LEAST: Final[dict[Kind, str]] = {"klong": "", "neutron": " from 0.1 GeV"}
"""Least kinetic energy that counts, in words."""

MODEL_ERROR: Final[dict[Kind, float]] = {"klong": 0.4, "neutron": 0.4}
"""Relative: muon-nuclear cross-section and what it makes, which hadronic models give to some tens
of per cent; what the rock is made of; for neutrons the stand-in cross-sections."""

FLATTEST: Final = 0.1
"""Cosine of the zenith angle below which nothing comes: no ceiling is wider than ten times its
height."""

CEILING: Final = 2.0
"""m from the detector's centre up to the rock, where a muon's distance from its neutral counts."""

_AZIMUTHS: Final = 12


@dataclass(frozen=True, eq=False)
class Neutrals:
    """Particles of one kind that leave the rock above, each standing for a rate.

    Attributes
    ----------
    kind
        Particle: ``"klong"`` or ``"neutron"``.
    kinetic
        Energy in GeV, shape (n,).
    direction
        Unit vectors, the third component downward, the first along the muon's azimuth, shape
        (n, 3).
    rate
        Rates in m^-2 s^-1 of horizontal rock face, shape (n,).
    muon_at
        Position of the muon on the face relative to the particle, in m, shape (n, 2).
    muon_direction
        Unit vectors of the muons, in the axes of ``direction``; 0 where no muon leaves.
    """

    kind: Kind
    kinetic: FloatArray
    direction: FloatArray
    rate: FloatArray
    muon_at: FloatArray
    muon_direction: FloatArray

    @property
    def beta(self) -> FloatArray:
        """Velocity over that of light."""
        total = self.kinetic + MASSES[self.kind]
        return np.asarray(np.sqrt(self.kinetic * (total + MASSES[self.kind])) / total)


@functools.cache
def _rows(kind: Kind) -> dict[str, FloatArray]:
    table = read_table("rock_neutrals")
    mine = np.abs(table["pdg"]) == NUMBERS[kind]
    return {name: table[name][mine] for name in table}


def covers(site: Site) -> bool:
    """Whether there is as much rock as the table's particles need to be in balance with muons."""
    return site.depth >= _slab()


def _slab() -> float:
    """Rock that was simulated in g/cm^2."""
    header = read_table("rock_neutrals").header
    return 100.0 * float(header["last_m"]) * float(header["density"])


def neutrals(kind: Kind, site: Site) -> Neutrals:
    """Particles from the rock above, for any depth from 5 m w.e.

    Parameters
    ----------
    kind
        ``"klong"`` or ``"neutron"`` (and antineutrons, from 0.1 GeV).
    site
        Depth and flux.

    Notes
    -----
    What comes out of the last 2 m is the same for a muon that enters them with the same energy and
    direction: for another depth only the number of such muons changes.
    """
    rows = _rows(kind)
    header = read_table("rock_neutrals").header
    simulated = Site(100.0 * float(header["depth_m"]) * float(header["density"]) - _slab())
    above_slab = Site(site.depth - _slab(), site.flux)
    at = (rows["muon_kinetic"], rows["muon_cosine"])
    scale = spectrum(above_slab, *at) / spectrum(simulated, *at)
    direction = np.stack([rows["x"], rows["y"], rows["z"]], axis=1)
    return Neutrals(
        kind,
        rows["kinetic"],
        direction,
        rows["weight"] * scale,
        np.stack([rows["muon_x"], rows["muon_y"]], axis=1),
        np.stack([rows["muon_dx"], rows["muon_dy"], rows["muon_dz"]], axis=1),
    )


@dataclass(frozen=True, eq=False)
class Arriving:
    """Rates of particles that head for a detector, by row of the table.

    Attributes
    ----------
    neutrals
        The particles.
    rates
        Rates in Hz, averaged over azimuths, shape (n,).
    tagged, companions
        Fractions of them, by rate, whose muon crosses the fibres, and the blocks.
    delay
        Mean time in ns by which they come after light, from the rock to the detector.
    chord
        Mean path through the blocks in m, shape (n,).
    """

    neutrals: Neutrals
    rates: FloatArray
    tagged: float
    companions: float
    delay: float
    chord: FloatArray

    @property
    def count(self) -> Count:
        """Rate in Hz with its errors."""
        value = float(self.rates.sum())
        statistical = math.sqrt(float(self.rates @ self.rates))
        return Count(value, statistical, MODEL_ERROR[self.neutrals.kind] * value)


def arriving(
    particles: Neutrals, box: Box, edge: float = 0.0, ceiling: float = CEILING, seed: int = 1
) -> Arriving:
    """Particles from wide rock above that head for a box.

    Parameters
    ----------
    particles
        Particles that leave the rock, from `neutrals`.
    box
        The detector's blocks.
    edge
        Distance from the blocks to the outside of the fibres in m.
    ceiling
        Height of the rock above the box's centre in m.
    seed
        Of the points on the box through which they go, for the fractions of muons alone.
    """
    rng = np.random.default_rng(seed)
    down = np.maximum(particles.direction[:, 2], FLATTEST)
    steep = particles.direction[:, 2] >= FLATTEST
    rates = np.zeros(len(down))
    path = np.zeros(len(down))
    marks = np.zeros(2)
    late = 0.0
    sides = box.faces
    for step in range(_AZIMUTHS):
        turn = 2.0 * math.pi * (step + 0.5) / _AZIMUTHS
        direction = _turned(particles.direction, turn)
        shown = np.stack(
            [face.area * np.maximum(0.0, -(direction @ face.normal)) for face in sides], axis=1
        )
        area = shown.sum(axis=1)
        rate = np.where(steep, particles.rate / down * area, 0.0) / _AZIMUTHS
        rates += rate
        # A convex body's mean chord along a direction is its volume over its shadow.
        path += rate * box.volume / area
        target = _points(box, shown, rng)
        rise = ceiling + (target - box.centre) @ UP
        start = target - direction * (np.maximum(rise, 0.0) / down)[:, None]
        muon = start + _turned(np.pad(particles.muon_at, ((0, 0), (0, 1))), turn)
        heading = _turned(particles.muon_direction, turn)
        for k, margin in enumerate((edge, 0.0)):
            marks[k] += float(rate @ _crosses(box, margin, muon, heading))
        flight = np.linalg.norm(target - start, axis=1)
        late += float(rate @ (flight / SPEED_OF_LIGHT * (1.0 / particles.beta - 1.0)))
    total = float(rates.sum())
    return Arriving(
        particles,
        rates,
        float(marks[0]) / total,
        float(marks[1]) / total,
        late / total,
        np.divide(path, rates, out=np.zeros_like(path), where=rates > 0.0),
    )


def _turned(vectors: FloatArray, angle: float) -> FloatArray:
    """From the table's frame (z down) to the laboratory's (y up), turned about the vertical."""
    cosine, sine = math.cos(angle), math.sin(angle)
    x = cosine * vectors[:, 0] - sine * vectors[:, 1]
    z = sine * vectors[:, 0] + cosine * vectors[:, 1]
    return np.stack([x, -vectors[:, 2], z], axis=1)


def _points(box: Box, shown: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A point for each direction, uniform over the part of the surface that looks at it."""
    edges = np.cumsum(shown, axis=1)
    which = (rng.random(len(shown))[:, None] * edges[:, -1:] > edges).sum(axis=1)
    sides = box.faces
    centre = np.stack([face.centre for face in sides])[which]
    spans = np.stack([face.sides for face in sides])[which]
    offset = rng.random((len(shown), 2)) - 0.5
    return np.asarray(centre + np.einsum("ni,nij->nj", offset, spans))


def _crosses(box: Box, margin: float, start: FloatArray, direction: FloatArray) -> BoolArray:
    """Whether lines go through a box that is larger by a margin on all sides."""
    half = 0.5 * box.size + margin
    origin = (start - box.centre) @ box.axes.T
    along = direction @ box.axes.T
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (-half - origin) / along, (half - origin) / along
    near = np.minimum(low, high).max(axis=1)
    far = np.maximum(low, high).min(axis=1)
    return np.asarray((far > near) & np.any(direction != 0.0, axis=1))


def edge_of(scenario: "Scenario") -> float:
    """From the blocks to the outside of the fibres, in m."""
    stack = scenario.stack
    return stack.clearance + stack.shield + stack.fibres


def arriving_at(setup: DetectorSetup, kind: Kind) -> Arriving:
    """Particles of one kind from the rock above that head for a detector; from 5 m w.e. at least.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.
    kind
        ``"klong"`` or ``"neutron"``.
    """
    scenario = setup.scenario
    site = site_of(scenario)
    enough = replace(site, depth=max(site.depth, _slab()))
    return arriving(neutrals(kind, enough), setup.box, edge_of(scenario))


ESCAPE: Final = 100.0
"""Interaction length of hadrons in rock in g/cm^2: what is made deeper does not come out."""

THIN_ERROR: Final = 0.5
"""Relative error of the number under less rock than was simulated."""


def thin_factor(site: Site) -> float:
    """Neutrals from rock that is too thin, over those from 5 m w.e.: the part that comes out."""
    return 1.0 if covers(site) else -math.expm1(-site.depth / ESCAPE)


TITLES: Final[dict[Kind, tuple[str, str]]] = {
    "klong": ("klong-rock", "K_L0 from the rock above"),
    "neutron": ("neutron-rock", "fast neutrons from the rock above"),
}
"""Key and title of the source of each kind."""

_SIMULATED: Final[dict[Kind, fakes.Kind]] = {"klong": "klong-above", "neutron": "neutron-above"}


def sources(setup: DetectorSetup) -> list[Source]:
    """K_L0 and neutrons from the rock above one detector; none at the surface."""
    if site_of(setup.scenario).depth <= 0.0:
        return []
    return [_source(kind, setup.once(arriving_at, kind), setup) for kind in TITLES]


def _source(kind: Kind, arriving: Arriving, setup: DetectorSetup) -> Source:
    key, title = TITLES[kind]
    site = site_of(setup.scenario)
    thin = not covers(site)
    rate = arriving.count.times(thin_factor(site), THIN_ERROR if thin else 0.0)
    less = f"{site.depth:.3g} g/cm^2 of rock: {thin_factor(site):.2g} of those of {_slab():g}"
    return Source(
        key,
        title,
        "time",
        rate.times(setup.seconds),
        Spectrum(
            _SIMULATED[kind],
            arriving.neutrals.kinetic,
            arriving.rates,
            tagged=arriving.tagged,
            target=setup.target,
        ),
        notes=(
            f"{rate.value * SECONDS_PER_YEAR:.3g} a year head for the blocks{LEAST[kind]}, counted"
            " outside of the detector's lead",
            f"the muon crosses the fibres with {100 * arriving.tagged:.0f} per cent of them,"
            f" rock {CEILING:g} m above; the neutral comes {arriving.delay:.1f} ns after light",
            f"Geant4 muon-nuclear, {100 * MODEL_ERROR[kind]:.0f} per cent",
            *((less,) if thin else ()),
        ),
    )
