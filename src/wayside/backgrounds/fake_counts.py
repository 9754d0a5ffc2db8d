"""Fake vertices of all sources of background at a detector, by the selection of a scenario.

What enters is counted behind the lead, what fakes vertices is simulated from outside of it. Numbers
of fakes are therefore those of particles whose straight line meets the blocks, at their energy
outside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING, Any, Final

from wayside.backgrounds import fakes
from wayside.backgrounds.counts import STAGES, Count, Stage
from wayside.backgrounds.registry import sources
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import BackgroundSource, Scaling, SelectableSource, Source
from wayside.detector.cuts import FibreVeto
from wayside.selections.names import SEARCH, SELECTED
from wayside.selections.selection import SearchSelection

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
        Mean numbers of vertices it fakes, by selection: those of
        ``wayside.efficiency.selection.SELECTIONS``, and ``"selected"`` after the selection of a
        search; None where it was not simulated.
    after_veto
        Mean numbers of fakes stage by stage; None unless all stages are known.
    outside
        Ways in which the numbers of fakes are extrapolated beyond the simulation: one line each.
    kind
        Kind of the table of fakes that the numbers come from; None where they come from elsewhere.
    """

    key: str
    title: str
    scaling: Scaling
    entering: Count
    vertices: Mapping[str, Count] | None = None
    notes: tuple[str, ...] = ()
    after_veto: Mapping[Stage, Count] | None = None
    outside: tuple[str, ...] = ()
    kind: fakes.Kind | None = None


def contributions(
    scenario: "Scenario", detector: str, selection: SearchSelection | None = None
) -> list[Contribution]:
    """Contributions of all registered sources at one detector.

    Parameters
    ----------
    scenario
        A scenario, from `wayside.load_scenario`.
    detector
        Name of one of its detectors.
    selection
        Selection of a search after which fakes are counted; that of the scenario if None.

    Raises
    ------
    InputError
        If there is no detector of that name, or a source of another package is broken.

    Examples
    --------
    >>> from wayside import load_scenario
    >>> found = contributions(load_scenario("besiii-forward"), "A")
    >>> [part.key for part in found][:3]
    ['collider-muons', 'cosmic-muons', 'cosmic-neutrons']
    """
    from wayside.scenario.choice import selection_of

    setup, selection = DetectorSetup(scenario, detector), selection or selection_of(scenario)
    return [contribution(source, scenario, selection) for source in sources(setup)]


def contribution(
    source: BackgroundSource, scenario: "Scenario", selection: SearchSelection | None = None
) -> Contribution:
    """Count the fakes of one source with the vetoes and the selection that a scenario asks for.

    Parameters
    ----------
    source
        The source.
    scenario
        The scenario.
    selection
        Selection of a search that it asks for. A source whose fakes are not known after it counts
        with all that are timed, and a note says so.
    """
    after_veto = {stage: count for stage in STAGES if (count := source.fakes(stage)) is not None}
    timed = timed_stage(scenario)
    vertices: dict[str, Count] | None = None
    notes = tuple(source.notes)
    if "vertex" in after_veto and timed in after_veto:
        vertices = {"vertex": after_veto["vertex"], "timed": after_veto[timed]}
        if selection is not None:
            selected = _selected(source, selection)
            if selected is None:
                notes = (*notes, f"{selection.name}: cuts not applied, all timed vertices count")
            vertices[SELECTED] = vertices["timed"] if selected is None else selected
    return Contribution(
        source.key,
        source.title,
        source.scaling,
        source.entering,
        vertices,
        notes,
        after_veto if len(after_veto) == len(STAGES) else None,
        tuple(source.outside),
        source.spectrum.kind if isinstance(source, Source) and source.spectrum else None,
    )


def _selected(source: BackgroundSource, selection: SearchSelection) -> Count | None:
    if not isinstance(source, SelectableSource):
        return None
    return source.selected(selection.fakes)


def timed_stage(scenario: "Scenario") -> Stage:
    """Stage that makes a vertex ``"timed"`` with the vetoes of a scenario."""
    section = scenario.reconstruction
    return _STAGES[section.fibre_veto, section.gas_veto]


_STAGES: Final[dict[tuple[FibreVeto, bool], Stage]] = {
    ("upstream", False): "timed",
    ("all", False): "closed",
    ("upstream", True): "quiet",
    ("all", True): "closed_quiet",
}
"""Stages by fibre veto and gas veto."""


def signal_vetoes(scenario: "Scenario") -> dict[str, Any] | None:
    """What the efficiency of a scenario leaves out of its vetoes; None where it has them all.

    Parameters
    ----------
    scenario
        A scenario, from `wayside.load_scenario`.

    Returns
    -------
    dict or None
        ``"stage"`` of the fakes, the ``"efficiency"`` of the signal (that of ``"timed"``, or
        ``"unity"``), the fraction that the other vetoes keep of simulated electron pairs
        (``"kept"``, ``"kept_error"``), and
        ``"applied"``, false: of other pairs it is not known.
    """
    stage = timed_stage(scenario)
    if stage == "timed" or scenario.selection != "timed":
        return None
    kept = fakes.signal_kept(stage)
    return {
        "stage": stage,
        "efficiency": "timed" if scenario.run.simulates_efficiency else "unity",
        "kept": kept.value,
        "kept_error": kept.error,
        "applied": False,
    }


def signal_words(scenario: "Scenario") -> list[str]:
    """`signal_vetoes` in a line; none where the efficiency has all vetoes."""
    vetoes = signal_vetoes(scenario)
    if vetoes is None:
        return []
    return [
        f"fakes count after the vetoes ({vetoes['stage']}), signal without them"
        f" ({vetoes['efficiency']}): of"
        f" simulated electron pairs they keep {vetoes['kept']:.2f} +- {vetoes['kept_error']:.2f},"
        " of muon and pion pairs it is not known"
    ]


def total(parts: Iterable[Contribution], selection: str) -> Count:
    """Vertices of all contributions whose number is known.

    Errors of sources of one kind add linearly: the fakes of one particle are the same few simulated
    ones. Those of different kinds add in quadrature: what they have in common, such as the flux of
    cosmic muons, is a small part of them.
    """
    groups: dict[str, list[Count]] = {}
    for part in parts:
        if part.vertices is not None:
            # A source without a kind stands alone.
            group = part.key if part.kind is None else f"kind {part.kind}"
            groups.setdefault(group, []).append(part.vertices[selection])
    return Count(
        sum(count.value for group in groups.values() for count in group),
        hypot(*(sum(count.statistical for count in group) for group in groups.values())),
        hypot(*(sum(count.systematic for count in group) for group in groups.values())),
    )


def other_settings(scenario: "Scenario") -> list[str]:
    """Sections that are not those that the tables were made with; vetoes, lead and blocks aside."""
    same = {"fibre_veto", "gas_veto", "shield", "blocks"}
    if scenario.selection == SEARCH:  # its layers are those of the scenario
        same |= {"fibre_planes", "fibre_efficiency", "gas_efficiency"}
    sections = (scenario.stack, scenario.emulsion, scenario.reconstruction)
    names = ("stack", "emulsion", "reconstruction")
    return [
        name
        for name, section in zip(names, sections, strict=True)
        if section.model_dump(exclude=same) != type(section)().model_dump(exclude=same)
    ]
