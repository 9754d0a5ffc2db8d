"""All sources of background at the detectors of a scenario, and their sum."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wayside.backgrounds.source import Count, Selection, Source, total
from wayside.backgrounds.survivors import sources

if TYPE_CHECKING:
    from wayside.scenario import Scenario

Finder = Callable[["Scenario", str], list[Source]]
"""Sources at one detector, such as `wayside.backgrounds.survivors.sources`."""


@dataclass(frozen=True)
class Budget:
    """Sources of background by detector, over the luminosity and the exposure of a scenario.

    Made by `budget`.
    """

    detectors: Mapping[str, tuple[Source, ...]]

    def together(self, names: Iterable[str]) -> list[Source]:
        """Sources of some detectors as if they were one.

        Errors of one source add linearly: its flux and the vertices a particle fakes are the same
        numbers in every detector.
        """
        found: dict[str, Source] = {}
        for source in (each for name in names for each in self.detectors[name]):
            known = found.get(source.key)
            found[source.key] = source if known is None else _sum(known, source)
        return list(found.values())

    def total(self, names: Iterable[str], selection: Selection) -> Count:
        """Vertices in some detectors, of all sources that say how many they fake."""
        return total(self.together(names), selection)

    def not_counted(self, names: Iterable[str]) -> list[str]:
        """Titles of the sources of which nobody knows how many vertices they fake."""
        return [each.title for each in self.together(names) if each.vertices is None]

    def ratio(self, one: str, other: str, selection: Selection) -> tuple[float, float] | None:
        """Background in one detector over that in another, and its relative standard error.

        What a source is wrong by is the same factor in both detectors, and matters only as far as
        it has another share of one than of the other. None without background in either.
        """
        shares = [
            {s.key: s.vertices[selection] for s in self.detectors[name] if s.vertices is not None}
            for name in (one, other)
        ]
        above, below = (sum(count.value for count in share.values()) for share in shares)
        if not (above > 0.0 and below > 0.0):
            return None
        variance = 0.0
        for key in shares[0].keys() | shares[1].keys():
            pair = [share.get(key, Count(0.0)) for share in shares]
            relative = max((each.error / each.value for each in pair if each.value), default=0.0)
            variance += (relative * (pair[0].value / above - pair[1].value / below)) ** 2
        return above / below, variance**0.5


def budget(scenario: "Scenario", find: Finder = sources) -> Budget:
    """Sources of background at every detector of a scenario.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    find
        Where they come from.
    """
    return Budget({name: tuple(find(scenario, name)) for name in scenario.detectors})


def _sum(one: Source, other: Source) -> Source:
    vertices: dict[Selection, Count] | None = None
    if one.vertices is not None and other.vertices is not None:
        vertices = {
            selection: _linear(count, other.vertices[selection])
            for selection, count in one.vertices.items()
        }
    notes = dict.fromkeys([*one.notes, *other.notes])
    return replace(
        one, entering=_linear(one.entering, other.entering), vertices=vertices, notes=tuple(notes)
    )


def _linear(one: Count, other: Count) -> Count:
    return Count(
        one.value + other.value,
        one.statistical + other.statistical,
        one.systematic + other.systematic,
    )
