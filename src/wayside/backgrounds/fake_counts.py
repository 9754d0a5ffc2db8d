"""Fake vertices of all sources of background at a detector, by the selection of a scenario.

What enters is counted behind the lead, what fakes vertices is simulated from outside of it. Numbers
of fakes are therefore those of particles whose straight line meets the blocks, at their energy
outside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

from wayside.backgrounds.counts import STAGES, Count, Stage
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import BackgroundSource, Scaling
from wayside.efficiency.selection import Selection

if TYPE_CHECKING:
    from wayside.scenario import Scenario


@dataclass(frozen=True)
class Contribution:
    """What one source of background adds at one detector, over the exposure of a scenario.

    Attributes
    ----------
    key, title, scaling, entering, notes
        Those of the source; see `wayside.backgrounds.source.BackgroundSource`.
    vertices
        Mean numbers of vertices it fakes, by selection; None where nobody has simulated it.
    after_veto
        Mean numbers of fakes stage by stage; None unless all stages are known.
    outside
        Ways in which the numbers of fakes are extrapolated beyond the simulation: one line each.
    """

    key: str
    title: str
    scaling: Scaling
    entering: Count
    vertices: Mapping[Selection, Count] | None = None
    notes: tuple[str, ...] = ()
    after_veto: Mapping[Stage, Count] | None = None
    outside: tuple[str, ...] = ()


def contributions(scenario: "Scenario", detector: str) -> list[Contribution]:
    """Contributions of all registered sources at one detector.

    Parameters
    ----------
    scenario
        A scenario, from `wayside.load_scenario`.
    detector
        Name of one of its detectors.

    Raises
    ------
    InputError
        If there is no detector of that name, or a source of another package is broken.

    Examples
    --------
    >>> from wayside import load_scenario
    >>> found = contributions(load_scenario("besiii-forward"), "A")
    >>> [one.key for one in found]
    ['collider-muons', 'cosmic-muons', 'klong-ip', 'unrelated-tracks']
    """
    setup = DetectorSetup(scenario, detector)
    return [contribution(source, scenario) for source in sources(setup)]


def contribution(source: BackgroundSource, scenario: "Scenario") -> Contribution:
    """Count the fakes of one source with the vetoes that a scenario asks for."""
    after_veto = {stage: count for stage in STAGES if (count := source.fakes(stage)) is not None}
    timed = timed_stage(scenario)
    vertices: dict[Selection, Count] | None = None
    if "vertex" in after_veto and timed in after_veto:
        vertices = {"vertex": after_veto["vertex"], "timed": after_veto[timed]}
    return Contribution(
        source.key,
        source.title,
        source.scaling,
        source.entering,
        vertices,
        tuple(source.notes),
        after_veto if len(after_veto) == len(STAGES) else None,
        tuple(source.outside),
    )


def timed_stage(scenario: "Scenario") -> Stage:
    """Stage that makes a vertex ``"timed"`` with the vetoes of a scenario."""
    section = scenario.reconstruction
    if section.gas_veto:
        return "quiet"
    return "closed" if section.fibre_veto == "all" else "timed"


def total(parts: Iterable[Contribution], selection: Selection) -> Count:
    """Vertices of all contributions whose number is known.

    Statistical errors are independent of each other and add in quadrature. So do systematic ones:
    what sources have in common, such as the flux of cosmic muons, is a small part of them.
    """
    counts = [part.vertices[selection] for part in parts if part.vertices is not None]
    return Count(
        sum(count.value for count in counts),
        hypot(*(count.statistical for count in counts)),
        hypot(*(count.systematic for count in counts)),
    )


def other_settings(scenario: "Scenario") -> list[str]:
    """Sections that are not those that the tables were made with; vetoes, lead and blocks aside."""
    same = {"fibre_veto", "gas_veto", "shield", "blocks"}
    sections = (scenario.stack, scenario.emulsion, scenario.reconstruction)
    names = ("stack", "emulsion", "reconstruction")
    return [
        name
        for name, section in zip(names, sections, strict=True)
        if section.model_dump(exclude=same) != type(section)().model_dump(exclude=same)
    ]
