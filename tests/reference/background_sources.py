"""Sources of background that cost nothing, for tests of what is made of them."""

from wayside.backgrounds.fakes import STAGES, Stage
from wayside.backgrounds.source import Count, Source
from wayside.scenario import Scenario


def few_sources(scenario: Scenario, detector: str) -> list[Source]:
    """Four sources whose numbers grow with luminosity and time; 3.4 +- 1.42 timed in A at 50/ab."""
    scale = scenario.run.luminosity_fb / 50_000.0 * (1.3 if detector == "B" else 1.0)

    def count(value: float, statistical: float, systematic: float) -> Count:
        return Count(scale * value, scale * statistical, scale * systematic)

    return [
        Source(
            "cosmic-muons",
            "cosmic muons",
            "time",
            count(1e9, 0.0, 1e8),
            {"vertex": count(3e4, 300.0, 6e3), "timed": count(0.4, 0.1, 0.1)},
            ("a note that is long enough to go over the end of a line of the page it is on",),
        ),
        Source(
            "klong-ip",
            "K_L0 from the collision point",
            "luminosity",
            count(1e3, 0.0, 1e2),
            {"vertex": count(3.0, 1.0, 1.0), "timed": count(3.0, 1.0, 1.0)},
        ),
        Source(
            "neutron-rock",
            "fast neutrons from the rock above",
            "time",
            count(120.0, 5.0, 60.0),
            {"vertex": count(3.0, 1.0, 1.0), "timed": count(0.0, 0.1, 0.0)},
        ),
        Source("beam-photons-of-a-long-name", "photons", "time", count(1e12, 0.0, 1e12), None),
    ]


def no_vertices(scenario: Scenario, detector: str) -> list[Source]:
    """Sources of which nobody knows what they fake."""
    return few_sources(scenario, detector)[3:]


def few_vetoes(_: Scenario, __: str, source: Source) -> dict[Stage, Count] | None:
    """Ten times fewer at each stage, of what is known."""
    if source.vertices is None:
        return None
    most = source.vertices["vertex"]
    return {stage: most.times(0.1**k) for k, stage in enumerate(STAGES)}
