"""All sources of background at the detectors of a scenario, and their sum."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from wayside.backgrounds.counts import Count
from wayside.backgrounds.fake_counts import Contribution, contributions, total
from wayside.selections.names import counted_as

if TYPE_CHECKING:
    from wayside.scenario import Scenario

K = TypeVar("K")

Finder = Callable[["Scenario", str], list[Contribution]]
"""Contributions at one detector, such as `wayside.backgrounds.fake_counts.contributions`."""


@dataclass(frozen=True)
class Budget:
    """Contributions of all sources by detector, over the luminosity and the exposure of a scenario.

    Made by `budget`.
    """

    detectors: Mapping[str, tuple[Contribution, ...]]

    def together(self, names: Iterable[str]) -> list[Contribution]:
        """Contributions at some detectors as if they were one.

        Errors of one source add linearly: its flux and the vertices a particle fakes are the same
        numbers in every detector.
        """
        sums: dict[str, Contribution] = {}
        for part in (part for name in names for part in self.detectors[name]):
            known = sums.get(part.key)
            sums[part.key] = part if known is None else _sum(known, part)
        return list(sums.values())

    def total(self, names: Iterable[str], selection: str) -> Count:
        """Vertices in some detectors, of all sources whose number of fakes is known."""
        return total(self.together(names), selection)

    def not_counted(self, names: Iterable[str]) -> list[str]:
        """Titles of the sources whose number of fakes is not known."""
        return [part.title for part in self.together(names) if part.vertices is None]

    def outside(self, names: Iterable[str]) -> list[str]:
        """Ways in which fakes of some detectors are extrapolated, each with its sources."""
        by_words: dict[str, list[str]] = {}
        for part in self.together(names):
            for words in part.outside:
                by_words.setdefault(words, []).append(part.title)
        return [f"extrapolated: {words} ({', '.join(by)})" for words, by in by_words.items()]

    def ratio(self, detector: str, reference: str, selection: str) -> tuple[float, float] | None:
        """Background in one detector over that in another, and its relative standard error.

        What a source is wrong by is the same factor in both detectors, and in all sources of one
        kind of the table of fakes, and matters only as far as it is another fraction of one than of
        the other. None without background in either.
        """
        known = [
            [source for source in self.detectors[name] if source.vertices is not None]
            for name in (detector, reference)
        ]
        counts = [
            {source.key: source.vertices[selection] for source in sources if source.vertices}
            for sources in known
        ]
        kinds = {source.key: source.kind or source.key for sources in known for source in sources}
        above, below = (sum(count.value for count in by_key.values()) for by_key in counts)
        if not (above > 0.0 and below > 0.0):
            return None
        by_kind: dict[str, float] = dict.fromkeys(kinds.values(), 0.0)
        for key, kind in kinds.items():
            first, second = (by_key.get(key, Count(0.0)) for by_key in counts)
            values = [count for count in (first, second) if count.value]
            if values:
                relative = max(count.error / count.value for count in values)
                by_kind[kind] += relative * (first.value / above - second.value / below)
            else:
                by_kind[kind] += first.error / above - second.error / below
        return above / below, math.hypot(*by_kind.values())


def budget(scenario: "Scenario", find: Finder = contributions) -> Budget:
    """Contributions of all sources of background at every detector of a scenario.

    Parameters
    ----------
    scenario
        A scenario, from `wayside.load_scenario`.
    find
        Function that gives the contributions at one detector.
    """
    selected = counted_as(scenario.selection)
    return Budget(
        {
            name: tuple(_with_count(part, selected) for part in find(scenario, name))
            for name in scenario.detectors
        }
    )


def _with_count(part: Contribution, selection: str) -> Contribution:
    """A contribution with a number after a selection: of what it does not know all timed ones."""
    if part.vertices is None or selection in part.vertices:
        return part
    note = "cuts of the selection not applied, all timed vertices count"
    vertices = {**part.vertices, selection: part.vertices["timed"]}
    return replace(part, vertices=vertices, notes=(*part.notes, note))


def _sum(first: Contribution, second: Contribution) -> Contribution:
    return replace(
        first,
        entering=_linear(first.entering, second.entering),
        vertices=_linear_by_key(first.vertices, second.vertices),
        after_veto=_linear_by_key(first.after_veto, second.after_veto),
        notes=tuple(dict.fromkeys([*first.notes, *second.notes])),
        outside=tuple(dict.fromkeys([*first.outside, *second.outside])),
    )


def _linear_by_key(
    first: Mapping[K, Count] | None, second: Mapping[K, Count] | None
) -> dict[K, Count] | None:
    if first is None or second is None:
        return None
    return {key: _linear(count, second[key]) for key, count in first.items()}


def _linear(first: Count, second: Count) -> Count:
    return Count(
        first.value + second.value,
        first.statistical + second.statistical,
        first.systematic + second.systematic,
    )
