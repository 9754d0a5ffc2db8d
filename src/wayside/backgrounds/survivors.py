"""How many vertices the sources of a scenario fake: their spectra folded with `fakes`.

What enters is counted behind the lead, what fakes vertices is simulated from outside of it; so
numbers here are those of particles whose straight line meets the blocks, at their energy there.
"""

import math
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wayside.backgrounds import (
    collider_muons,
    cosmic_muons,
    fakes,
    klong,
    registry,
    rock_neutrals,
    shield_neutrons,
)
from wayside.backgrounds.cosmic_muons import SECONDS_PER_DAY, relative_error, site_of
from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.place import beams_of, box_of
from wayside.backgrounds.source import SELECTIONS, Count, Selection, Source
from wayside.data import read_table

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
    fold = partial(_fold, scenario)
    if source.key.startswith("collider-muons"):
        box = box_of(scenario, detector)
        return fold("muon-front", *collider_muons.energies(beams_of(scenario), box))
    if source.key == "cosmic-muons":
        energies, rates = cosmic_energies(scenario, detector)
        number = float(rates.sum()) * scenario.site.exposure * SECONDS_PER_DAY
        return _per_entering(fold("muon-above", energies, rates), number, source)
    if source.key == "klong-ip":
        kaons = klong.behind(scenario, detector)
        return fold("klong-front", kaons.kinetic, kaons.number)
    if source.key == "neutron-shield":
        return fold("neutron-front", *shield_neutrons.spectrum(klong.shield_of(scenario)))
    if source.key in _ROCK:
        return _from_rock(scenario, detector, _ROCK[source.key])
    if source.key.startswith("beam-"):
        return _beam(scenario, detector, source)
    return None


def simulated(kind: fakes.Kind) -> bool:
    """Whether particles of a kind are in the table."""
    return fakes.KINDS.index(kind) in read_table("fake_vertices")["kind"]


def timed_stage(scenario: "Scenario") -> fakes.Stage:
    """What of the tables a timed vertex is, by the vetoes of the scenario."""
    section = scenario.reconstruction
    if section.gas_veto:
        return "quiet"
    return "closed" if section.fibre_veto == "all" else "timed"


def other_settings(scenario: "Scenario") -> list[str]:
    """Sections that are not those that the tables were made with; vetoes and lead aside."""
    same = {"fibre_veto", "gas_veto", "shield"}
    sections = (scenario.stack, scenario.emulsion, scenario.reconstruction)
    names = ("stack", "emulsion", "reconstruction")
    return [
        name
        for name, section in zip(names, sections, strict=True)
        if section.model_dump(exclude=same) != type(section)().model_dump(exclude=same)
    ]


def cosmic_energies(scenario: "Scenario", detector: str) -> tuple[Array, Array]:
    """Kinetic energies of cosmic muons outside of the lead in GeV, and rates.

    Returns
    -------
    energies, rates
        Hz whose line meets the blocks, at energies that integrate over the spectrum.
    """
    density = cosmic_muons.energies(box_of(scenario, detector), site_of(scenario), _ENERGIES)
    return _ENERGIES, density * _ENERGIES * np.gradient(np.log(_ENERGIES))


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


def _fold(
    scenario: "Scenario", kind: fakes.Kind, energies: ArrayLike, weights: ArrayLike
) -> dict[Selection, Count] | None:
    """Fakes of one entering particle of a spectrum, None of a kind nobody has simulated."""
    if not simulated(kind):
        return None
    return {
        "vertex": fakes.per_particle(kind, energies, weights, "vertex"),
        "timed": fakes.per_particle(kind, energies, weights, timed_stage(scenario)),
    }


def _from_rock(
    scenario: "Scenario", detector: str, kind: rock_neutrals.Kind
) -> Mapping[Selection, Count] | None:
    """The muon that comes along vetoes what is timed, where it crosses the fibres."""
    found = rock_neutrals.arriving(
        rock_neutrals.neutrals(kind, site_of(scenario)),
        box_of(scenario, detector),
        rock_neutrals.edge_of(scenario),
    )
    above: fakes.Kind = "klong-above" if kind == "klong" else "neutron-above"
    counts = _fold(scenario, above, found.neutrals.kinetic, found.rates)
    if counts is None:
        return None
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
    return _per_entering(_fold(scenario, kind, section.energy, weights), number, source)


def _per_entering(
    each: Mapping[Selection, Count] | None, number: float, source: Source
) -> Mapping[Selection, Count] | None:
    """Fakes by particle that enters, of those by particle that heads for the blocks."""
    if each is None:
        return None
    entering = source.entering.value
    return {key: count.times(number / entering if entering else 0.0) for key, count in each.items()}
