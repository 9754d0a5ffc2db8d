"""How many vertices the sources of a scenario fake: their spectra folded with `fakes`.

What enters is counted behind the lead, what fakes vertices is simulated from outside of it; so
numbers here are those of particles whose straight line meets the blocks, at their energy there.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from wayside.backgrounds import fakes, klong, registry, rock_neutrals
from wayside.backgrounds.collider_muons import direction_density
from wayside.backgrounds.cosmic_muons import (
    SECONDS_PER_DAY,
    UP,
    relative_error,
    shower,
    site_of,
    spectrum,
)
from wayside.backgrounds.faces import faces, seen
from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.place import beams_of, box_of
from wayside.backgrounds.source import SELECTIONS, Count, Selection, Source

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Array = NDArray[np.float64]

_ENERGIES: Final = np.geomspace(0.1, 3e3, 64)
"""GeV; muons below stop in the lead."""

_TABLE_SHIELD: Final = 0.1
"""m of lead that the tables of fakes have."""

_ROCK: Final[dict[str, rock_neutrals.Kind]] = {
    "klong-rock": "klong",
    "neutron-rock": "neutron",
}

_BEAM: Final[dict[str, fakes.Kind]] = {
    "photon": "photon-front",
    "electron": "electron-front",
    "neutron": "neutron-front",
}


def sources(scenario: "Scenario", detector: str) -> list[Source]:
    """All sources at one detector with the vertices they fake, and vertices of unrelated tracks.

    Parameters
    ----------
    scenario, detector
        As `wayside.backgrounds.registry.sources`.
    """
    known = registry.sources(scenario, detector, partial(vertices, scenario, detector))
    return [*known, unrelated_tracks(scenario, detector)]


def vertices(
    scenario: "Scenario", detector: str, source: Source
) -> Mapping[Selection, Count] | None:
    """Vertices that one particle entering from a source fakes on average; None where not known."""
    if source.key.startswith("collider-muons"):
        return fakes.of_spectrum("muon-front", *collider_energies(scenario, detector))
    if source.key == "cosmic-muons":
        energies, weights = cosmic_energies(scenario, detector)
        number = float(weights.sum()) * scenario.site.exposure * SECONDS_PER_DAY
        return _per_entering(fakes.of_spectrum("muon-above", energies, weights), number, source)
    if source.key == "klong-ip":
        kaons = klong.behind(scenario, detector)
        return fakes.of_spectrum("klong-front", kaons.kinetic, kaons.number)
    if source.key in _ROCK:
        return _from_rock(scenario, detector, _ROCK[source.key])
    if source.key.startswith("beam-"):
        return _beam(scenario, detector, source)
    return None


def collider_energies(scenario: "Scenario", detector: str) -> tuple[Array, Array]:
    """Energies of muons from the collision in GeV, and weights; without photons, massless."""
    beams = beams_of(scenario)
    directions, solid = seen(box_of(scenario, detector))
    gamma = 1.0 / math.sqrt(1.0 - float(beams.boost @ beams.boost))
    energy = 0.5 * beams.sqrt_s / (gamma * (1.0 - directions @ beams.boost))
    return energy, solid * direction_density(beams, directions)


def cosmic_energies(scenario: "Scenario", detector: str) -> tuple[Array, Array]:
    """Kinetic energies of cosmic muons outside of the lead in GeV, and rates.

    Returns
    -------
    energies, rates
        Hz whose line meets the blocks, at energies that integrate over the spectrum.
    """
    site, box = site_of(scenario), box_of(scenario, detector)
    rain = shower(box, site, order=16)
    shown = sum(
        face.area * np.maximum(0.0, -(rain.directions @ face.normal)) for face in faces(box)
    )
    cosine = -(rain.directions @ UP)
    # Nodes of the zenith angle come in rings, of one solid angle per direction each.
    zenith, ring = np.unique(np.round(cosine, 12), return_inverse=True)
    solid = _solid_angles(cosine)
    area = np.bincount(ring, weights=np.asarray(shown) * solid)
    intensity = spectrum(site, _ENERGIES[:, None], zenith)
    step = np.gradient(np.log(_ENERGIES))
    return _ENERGIES, (intensity @ area) * _ENERGIES * step


def unrelated_tracks(scenario: "Scenario", detector: str) -> Source:
    """Vertices of cosmic muons that have nothing to do with each other, as a source of its own."""
    site, box = scenario.site, box_of(scenario, detector)
    films = occupancy(scenario, detector)
    area = 1e4 * float(box.size[0] * box.size[1])
    where: fakes.Spectrum = "rock" if site.overburden > 0.0 else "surface"
    scanned = films.scanned * site.exposure
    found = fakes.accidentals(
        scanned,
        area,
        scenario.stack.blocks,
        site.exposure,
        where,
        fakes.gas_silent("muon-above", *cosmic_energies(scenario, detector)),
        site.exposure / min(site.film_replacement, site.exposure),
    )
    error = relative_error(site_of(scenario))
    # Twice as many tracks make four times as many vertices.
    counted = {each: found[each].times(1.0, 2.0 * error) for each in SELECTIONS}
    tracks = scanned * area
    return Source(
        "unrelated-tracks",
        "unrelated tracks",
        "time",
        Count(tracks, systematic=error * tracks),
        counted,
        (
            "entering: cosmic muons through a film at slopes that are scanned",
            f"films replaced every {site.film_replacement:g} days; law of tiles, spectrum {where}",
        ),
    )


def _from_rock(
    scenario: "Scenario", detector: str, kind: rock_neutrals.Kind
) -> Mapping[Selection, Count]:
    """The muon that comes along vetoes what is timed, where it crosses the fibres."""
    found = rock_neutrals.arriving(
        rock_neutrals.neutrals(kind, site_of(scenario)),
        box_of(scenario, detector),
        rock_neutrals.edge_of(scenario),
    )
    above: fakes.Kind = "klong-above" if kind == "klong" else "neutron-above"
    counts = fakes.of_spectrum(above, found.neutrals.kinetic, found.rates)
    return {**counts, "timed": counts["timed"].times(1.0 - found.tagged)}


def _beam(scenario: "Scenario", detector: str, source: Source) -> Mapping[Selection, Count] | None:
    section = scenario.beam_backgrounds[source.key.removeprefix("beam-")]
    kind = _BEAM[section.particle]
    if scenario.stack.shield == 0.0 and section.particle == "photon":
        kind = "photon-bare"
    elif not math.isclose(scenario.stack.shield, _TABLE_SHIELD):
        return None
    size = box_of(scenario, detector).size
    rate = section.rate
    if rate is None:
        rate = (section.flux or 0.0) * float(size[0] * size[1])
    number = rate * section.duty * scenario.site.exposure * SECONDS_PER_DAY
    weights = section.weights or (1.0,) * len(section.energy)
    return _per_entering(fakes.of_spectrum(kind, section.energy, weights), number, source)


def _per_entering(
    each: Mapping[Selection, Count], number: float, source: Source
) -> Mapping[Selection, Count]:
    """Fakes by particle that enters, of those by particle that heads for the blocks."""
    entering = source.entering.value
    return {key: count.times(number / entering if entering else 0.0) for key, count in each.items()}


def _solid_angles(cosine: Array) -> Array:
    """Solid angle of each direction of a `shower`: its ring's, in even parts."""
    order = round(math.sqrt(len(cosine) / 3.0))
    _, weights = np.polynomial.legendre.leggauss(order)
    return np.repeat(0.5 * weights * 2.0 * math.pi / (3 * order), 3 * order)
