"""All sources of background at a detector: one line here for each."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from wayside.backgrounds import (
    beam_backgrounds,
    collider_muons,
    cosmic_muons,
    klong,
    rock_neutrals,
    shield_neutrons,
)
from wayside.backgrounds.source import Count, Selection, Source, with_fakes
from wayside.errors import InputError

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Maker = Callable[["Scenario", str], Iterable[Source]]
"""Sources of one kind, from a scenario and the name of one of its detectors."""

Fakes = Callable[[Source], Mapping[Selection, Count] | None]
"""Vertices a particle of a source fakes on average, by selection; None where nobody knows."""

MAKERS: Final[tuple[Maker, ...]] = (
    collider_muons.sources,
    cosmic_muons.sources,
    beam_backgrounds.sources,
    klong.sources,
    shield_neutrons.sources,
    rock_neutrals.sources,
)


def sources(scenario: "Scenario", detector: str, fakes: Fakes | None = None) -> list[Source]:
    """Sources of background at one detector, over the scenario's luminosity and exposure.

    Parameters
    ----------
    scenario
        Sections ``collider``, ``run``, ``detectors``, ``stack``, ``site``, ``shielding``,
        ``beam_backgrounds``.
    detector
        Name of one of its detectors.
    fakes
        Vertices that one entering particle of a source fakes; sources that have vertices already
        keep theirs.

    Raises
    ------
    InputError
        If there is no detector of that name.
    """
    if detector not in scenario.detectors:
        raise InputError(f"detector {detector!r}: known are {', '.join(scenario.detectors)}")
    found = [source for make in MAKERS for source in make(scenario, detector)]
    if fakes is None:
        return found
    return [
        source if source.vertices is not None else with_fakes(source, fakes(source))
        for source in found
    ]
