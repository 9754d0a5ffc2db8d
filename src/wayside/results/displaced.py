"""A search for displaced vertices in the drift chamber of the main detector, recast.

The chamber is a volume: decays between two radii, within its angles, count with an efficiency by
radius, if two charged tracks have momentum enough. No published search is taken over: efficiency,
momentum and background are options, and their defaults are guesses (docs/design_study.md).
"""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from wayside.designing.measures import Reached, Signal, area, smallest
from wayside.detector.cylinder import CylinderShell
from wayside.detector.shapes import shape_of
from wayside.errors import InputError
from wayside.generator.events import EventGenerator, Events
from wayside.scenario import Scenario
from wayside.sensitivity.background import expected_limit
from wayside.sensitivity.key_plane import expected_events
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

CHARGED: Final = (11, 13, 15, 211, 321, 2212)
"""Codes of products that leave a track."""

LIFETIMES: Final = (0.003, 0.03, 0.3, 3.0, 30.0)
"""Proper decay lengths in m at which momenta are drawn. Fractions are interpolated in between, in
the logarithm, and constant beyond: the spectrum of long lifetimes no longer changes."""


class DisplacedSearch(NamedTuple):
    """What a search in a chamber asks for.

    Attributes
    ----------
    chamber
        Name of the shape of the chamber.
    least_radius
        Radius in m from which decays count; that of the chamber's inner wall if it is larger.
    zones
        Outer radii in m, increasing, and the efficiency of two tracks that begin within each.
    least_momentum
        Transverse momentum in GeV that two charged products must have.
    background, background_error
        Expected events and their standard error.
    """

    chamber: str = "belle2-cdc"
    least_radius: float = 0.16
    zones: tuple[tuple[float, float], ...] = ((0.6, 0.3), (0.9, 0.1))
    least_momentum: float = 0.3
    background: float = 0.0
    background_error: float = 0.0


DEFAULT: Final = DisplacedSearch()


@dataclass(frozen=True, eq=False)
class ChamberSignal(Signal):
    """Expected events of a search in a chamber; made by `chamber_signal`.

    Parameters
    ----------
    scenario, point
        As of `wayside.designing.measures.Signal`, its zones as detectors.
    efficiencies
        By zone.
    passing
        Fraction of the decays with two tracks of momentum enough, by zone, at `LIFETIMES`.
    level
        Signal events that are excluded.
    """

    efficiencies: Mapping[str, float]
    passing: Mapping[str, FloatArray]
    level: float

    def events(self, couplings: Mapping[str, FloatArray]) -> FloatArray:
        """Expected events at couplings by name, shape of these."""
        assert isinstance(self.point, MassPoint)
        ctau = self.point.ctau(couplings["epsilon"], couplings["g_d"])
        luminosity = self.scenario.run.luminosity_fb
        total = np.zeros(np.shape(ctau))
        for name, efficiency in self.efficiencies.items():
            passed = np.interp(np.log(ctau), np.log(LIFETIMES), self.passing[name])
            events = expected_events(self.point, name, couplings, luminosity)
            total = total + efficiency * passed * events
        return total

    @property
    def smallest(self) -> Reached:
        """Smallest epsilon that is excluded at any g_D."""
        return smallest(self, self.level)

    @property
    def area(self) -> float:
        """Excluded area in decades squared; nan for none."""
        return area(self, self.level).value


def chamber_signal(
    scenario: Scenario, search: DisplacedSearch = DEFAULT, *, events: int = 1000, seed: int = 1
) -> ChamberSignal:
    """Expected events of a search for displaced vertices in the drift chamber.

    Parameters
    ----------
    scenario
        Masses, beams and luminosity; its detectors play no role. A pair of states.
    search
        What the search asks for.
    events
        Simulated decays for each zone and lifetime, for the fraction with momentum enough.
    seed
        Seed of the simulated decays.

    Raises
    ------
    InputError
        If the chamber is no cylinder, or the zones are not in order within it.
    """
    zones = _zones(search)
    values = {
        "detectors": {name: keys for name, (keys, _) in zones.items()},
        "run.signal": list(zones),
        "run.efficiency": "unity",
        "run.background": 0.0,
        "run.background_error": 0.0,
        "shielding.iron": 0.0,
        "hall": None,
        "beam_backgrounds": None,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changed = scenario.with_values(values)
        passing = {
            name: np.array(
                [_passing(changed, name, ctau, search, events, seed) for ctau in LIFETIMES]
            )
            for name in zones
        }
    level = expected_limit(
        search.background, search.background_error, scenario.run.confidence_level
    )
    efficiencies = {name: efficiency for name, (_, efficiency) in zones.items()}
    return ChamberSignal(changed, mass_point(changed), efficiencies, passing, level)


def _zones(search: DisplacedSearch) -> dict[str, tuple[dict[str, object], float]]:
    """Keys of the zones as detectors, and their efficiencies."""
    shell = shape_of(search.chamber).place()
    if not isinstance(shell, CylinderShell):
        raise InputError(f'chamber = "{search.chamber}": must be a cylinder about the beam')
    inner = max(search.least_radius, shell.radii[0])
    zones: dict[str, tuple[dict[str, object], float]] = {}
    for number, (radius, efficiency) in enumerate(search.zones, 1):
        if not inner < radius <= shell.radii[1]:
            raise InputError(
                f"zones: radius {radius:g} m must be above {inner:g} and at most"
                f" {shell.radii[1]:g} m"
            )
        if not 0.0 <= efficiency <= 1.0:
            raise InputError(f"zones: efficiency {efficiency:g} must be from 0 to 1")
        keys: dict[str, object] = {
            "shape": "cylinder",
            "inner_radius": inner,
            "outer_radius": radius,
            "z_min": shell.ends[0],
            "z_max": shell.ends[1],
            "theta_min": shell.angles[0],
            "theta_max": shell.angles[1],
        }
        zones[f"zone-{number}"] = keys, efficiency
        inner = radius
    return zones


def _passing(
    scenario: Scenario, zone: str, ctau: float, search: DisplacedSearch, number: int, seed: int
) -> float:
    """Fraction of the decays in a zone with two tracks of momentum enough, at a lifetime."""
    generator = EventGenerator(scenario.with_values({"model.ctau_m": ctau}), [zone])
    counts = [with_tracks(block, search.least_momentum) for block in generator.blocks(number, seed)]
    return float(np.concatenate(counts).mean())


def with_tracks(events: Events, least: float) -> FloatArray:
    """1 for decays with two charged products of a transverse momentum, 0 for others; shape (n,).

    Parameters
    ----------
    events
        Decays in the laboratory.
    least
        Transverse momentum in GeV, about the z axis.
    """
    transverse = np.hypot(events.momentum[:, 0], events.momentum[:, 1])
    track = np.isin(np.abs(events.pdg), CHARGED) & (transverse >= least)
    counts = np.diff(np.concatenate([[0], np.cumsum(track)])[events.offsets])
    return np.asarray(counts >= 2, dtype=np.float64)


def covered(box: Signal, level: float, chamber: ChamberSignal) -> float:
    """Fraction of the plane that a box excludes which a search in the chamber excludes as well.

    Parameters
    ----------
    box, level
        Signal of the box, and signal events that are excluded.
    chamber
        The search, for the same masses and plane.

    Returns
    -------
    float
        nan where the box excludes nothing.
    """
    excluded = box.plane >= level
    return (
        float((excluded & (chamber.plane >= chamber.level)).sum() / excluded.sum())
        if excluded.any()
        else math.nan
    )
