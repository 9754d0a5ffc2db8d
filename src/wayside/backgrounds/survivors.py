"""How many vertices the sources of a scenario fake: their spectra folded with `fakes`.

What enters is counted behind the lead, what fakes vertices is simulated from outside of it; so
numbers here are those of particles whose straight line meets the blocks, at their energy there.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from wayside.backgrounds import (
    collider_muons,
    cosmic_muons,
    fakes,
    klong,
    registry,
    rock_neutrals,
    shield_neutrons,
)
from wayside.backgrounds.cosmic_muons import relative_error, site_of
from wayside.backgrounds.klong_production import Hadron
from wayside.backgrounds.occupancy import occupancy
from wayside.backgrounds.place import beams_of, box_of
from wayside.backgrounds.source import SELECTIONS, Count, Selection, Source
from wayside.constants import SECONDS_PER_DAY
from wayside.data import read_table
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from wayside.scenario import Scenario


_ENERGIES: Final = np.geomspace(0.1, 3e3, 64)
"""GeV; muons below stop in the lead."""

TABLE_SHIELD: Final = 0.1
"""m of lead that the tables of fakes have."""

_ROCK: Final[dict[str, tuple[rock_neutrals.Kind, fakes.Kind]]] = {
    "klong-rock": ("klong", "klong-above"),
    "neutron-rock": ("neutron", "neutron-above"),
}

_FROM_COLLISION: Final[dict[str, Hadron]] = {
    "neutron-shield": "klong",
    "neutron-ip": "neutron",
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


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Particles of a source as the tables of fakes know them.

    Attributes
    ----------
    kind
        Which particles.
    energies, weights
        Kinetic energies outside of the lead in GeV, and weights, shape (n,).
    per_entering
        Particles that head for the blocks over those that the source counts as entering.
    tagged
        Share of them that comes with a muon through the fibres.
    """

    kind: fakes.Kind
    energies: ArrayLike
    weights: ArrayLike
    per_entering: float = 1.0
    tagged: float = 0.0

    def fakes(self, stage: fakes.Stage) -> Count:
        """Fakes of one entering particle."""
        each = fakes.per_particle(self.kind, self.energies, self.weights, stage)
        veto = 0.0 if stage in ("vertex", "gas") else self.tagged
        return each.times(self.per_entering * (1.0 - veto))


def vertices(
    scenario: "Scenario", detector: str, source: Source
) -> Mapping[Selection, Count] | None:
    """Vertices that one particle entering from a source fakes on average; None where not known."""
    found = spectrum_of(scenario, detector, source)
    if found is None:
        return None
    return {"vertex": found.fakes("vertex"), "timed": found.fakes(timed_stage(scenario))}


def after_each_veto(
    scenario: "Scenario", detector: str, source: Source
) -> dict[fakes.Stage, Count] | None:
    """Fakes of a source over the exposure, stage by stage; None where not known."""
    found = spectrum_of(scenario, detector, source)
    if found is None:
        return None
    return {stage: source.entering.product(found.fakes(stage)) for stage in fakes.STAGES}


def spectrum_of(scenario: "Scenario", detector: str, source: Source) -> Spectrum | None:
    """What of a source the tables take; None where it has no spectrum or nobody simulated it."""
    found = _spectrum(scenario, detector, source)
    return found if found is not None and simulated(found.kind) else None


def _spectrum(scenario: "Scenario", detector: str, source: Source) -> Spectrum | None:
    box = box_of(scenario, detector)
    if source.key.startswith("collider-muons"):
        return Spectrum("muon-front", *collider_muons.energies(beams_of(scenario), box))
    if source.key == "cosmic-muons":
        energies, rates = cosmic_energies(scenario, detector)
        outside = float(rates.sum()) * scenario.site.exposure * SECONDS_PER_DAY
        return Spectrum("muon-above", energies, rates, _share(outside, source))
    if source.key == "klong-ip":
        kaons = klong.behind(scenario, detector)
        return Spectrum("klong-front", kaons.kinetic, kaons.number)
    if source.key in _FROM_COLLISION:
        behind = shield_neutrons.neutrons(scenario, detector, _FROM_COLLISION[source.key])
        return Spectrum("neutron-front", behind.kinetic, behind.number)
    if source.key in _ROCK:
        particle, kind = _ROCK[source.key]
        out = rock_neutrals.neutrals(particle, site_of(scenario))
        found = rock_neutrals.arriving(out, box, rock_neutrals.edge_of(scenario))
        return Spectrum(kind, out.kinetic, found.rates, tagged=found.tagged)
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


ROCK: Final = 27.5
"""Depth in m of water equivalent whose muons the tiles of the spectrum "rock" have."""


def cosmic_energies(scenario: "Scenario", detector: str) -> tuple[FloatArray, FloatArray]:
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
    # There are two spectra: the surface's and that below the rock of Belle II.
    water = site.overburden * site.rock_density
    where: fakes.Spectrum = "rock" if water > 0.5 * ROCK else "surface"
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
            f"films replaced every {site.film_replacement:g} days; law of tiles for muons"
            f" {'below ' + format(ROCK, 'g') if where == 'rock' else 'of 0'} m of water"
            f" equivalent, here {water:.3g}",
        ),
    )


def _beam(scenario: "Scenario", detector: str, source: Source) -> Spectrum | None:
    section = scenario.beam_backgrounds[source.key.removeprefix("beam-")]
    kind = _BEAM[section.particle]
    if scenario.stack.shield == 0.0 and section.particle == "photon":
        kind = "photon-bare"
    elif not math.isclose(scenario.stack.shield, TABLE_SHIELD):
        return None
    size = box_of(scenario, detector).size
    rate = section.rate
    if rate is None:
        rate = (section.flux or 0.0) * float(size[0] * size[1])
    outside = rate * section.duty * scenario.site.exposure * SECONDS_PER_DAY
    weights = section.weights or (1.0,) * len(section.energy)
    return Spectrum(kind, section.energy, weights, _share(outside, source))


def _share(outside: float, source: Source) -> float:
    return outside / source.entering.value if source.entering.value else 0.0
