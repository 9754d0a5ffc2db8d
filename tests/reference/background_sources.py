"""Contributions of background that cost nothing, for tests of what is made of them."""

from dataclasses import replace
from typing import Any

from wayside.backgrounds.counts import STAGES, Count, Stage
from wayside.backgrounds.fake_counts import Contribution
from wayside.backgrounds.source import Scaling
from wayside.scenario import Scenario


def few_sources(scenario: Scenario, detector: str) -> list[Contribution]:
    """Four sources whose numbers grow with luminosity and time; 3.4 +- 1.42 timed in A at 50/ab."""
    scale = scenario.run.luminosity_fb / 50_000.0 * (1.3 if detector == "B" else 1.0)

    def count(value: float, statistical: float, systematic: float) -> Count:
        return Count(scale * value, scale * statistical, scale * systematic)

    return [
        _part(
            "cosmic-muons",
            "cosmic muons",
            "time",
            count(1e9, 0.0, 1e8),
            {"vertex": count(3e4, 300.0, 6e3), "timed": count(0.4, 0.1, 0.1)},
            ("a note that is long enough to go over the end of a line of the page it is on",),
        ),
        _part(
            "klong-ip",
            "K_L0 from the collision point",
            "luminosity",
            count(1e3, 0.0, 1e2),
            {"vertex": count(3.0, 1.0, 1.0), "timed": count(3.0, 1.0, 1.0)},
        ),
        _part(
            "neutron-rock",
            "fast neutrons from the rock above",
            "time",
            count(120.0, 5.0, 60.0),
            {"vertex": count(3.0, 1.0, 1.0), "timed": count(0.0, 0.1, 0.0)},
        ),
        _part("beam-photons-of-a-long-name", "photons", "time", count(1e12, 0.0, 1e12), None),
    ]


def no_vertices(scenario: Scenario, detector: str) -> list[Contribution]:
    """Sources of which nobody knows what they fake."""
    return few_sources(scenario, detector)[3:]


def _part(key: str, title: str, scaling: Scaling, entering: Count, *others: Any) -> Contribution:
    """With ten times fewer fakes at each stage, of what is known."""
    part = Contribution(key, title, scaling, entering, *others)
    if part.vertices is None:
        return part
    most = part.vertices["vertex"]
    after: dict[Stage, Count] = {stage: most.times(0.1**k) for k, stage in enumerate(STAGES)}
    return replace(part, after_veto=after)
