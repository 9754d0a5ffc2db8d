"""Tracks that a film gathers, and how long it may stay."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from wayside.backgrounds.collider_muons import continuum_at
from wayside.backgrounds.cosmic_muons import (
    Shower,
    Site,
    shower_at,
    site_of,
    within_slope,
)
from wayside.backgrounds.setup import DetectorSetup
from wayside.constants import SECONDS_PER_DAY
from wayside.detector.box import Box

if TYPE_CHECKING:
    from wayside.scenario import Scenario

LIMIT: Final = 1e6
"""Tracks per cm^2 up to which films are read out well (the study, section 9.2)."""


@dataclass(frozen=True)
class Occupancy:
    """Tracks per cm^2 and day in one film.

    Attributes
    ----------
    cosmic
        Cosmic muons at any angle.
    scanned
        Cosmic muons within the slopes that the scanning looks for.
    collider
        Collider muons at the scenario's mean luminosity.
    """

    cosmic: float
    scanned: float
    collider: float

    @property
    def total(self) -> float:
        """Cosmic and collider muons at any angle."""
        return self.cosmic + self.collider

    def after(self, days: float) -> float:
        """Tracks per cm^2 after a time in days."""
        return self.total * days

    def interval(self, limit: float = LIMIT) -> float:
        """Days until a film has a number of tracks per cm^2; inf if it never does."""
        return limit / self.total if self.total > 0.0 else math.inf


def occupancy(setup: DetectorSetup) -> Occupancy:
    """Tracks in the films of one detector.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.

    Notes
    -----
    Films are perpendicular to the depth axis. Collider muons are those that enter anywhere, over
    the front face.
    """
    scenario, box = setup.scenario, setup.box
    rain = setup.once(shower_at)
    per_day = SECONDS_PER_DAY / 1e4
    front = 1e4 * float(box.size[0] * box.size[1])
    pairs = setup.once(continuum_at) * setup.luminosity_fb
    return Occupancy(
        cosmic=rain.through_film() * per_day,
        scanned=rain.through_film(scenario.emulsion.largest_slope) * per_day,
        collider=pairs / front / scenario.site.exposure,
    )


def scanned_tracks(scenario: "Scenario") -> float:
    """Tracks that are scanned in a film when it is replaced, per m^2.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; of several signal detectors the one with most counts.
    """
    days = min(scenario.site.film_replacement, scenario.site.exposure)
    boxes = [DetectorSetup(scenario, name).box for name in scenario.signal]
    site, slope = site_of(scenario), scenario.emulsion.largest_slope
    rates = [
        _through_film(tuple(box.size.tolist()), tuple(box.axes.ravel().tolist()), site, slope)
        for box in boxes
    ]
    return max(rates) * days * SECONDS_PER_DAY


@lru_cache(maxsize=32)
def _through_film(
    size: tuple[float, ...], axes: tuple[float, ...], site: Site, slope: float
) -> float:
    """Cosmic muons in Hz/m^2 through a film of a box, up to a slope: the same at any place."""
    box = Box(np.zeros(3), np.array(size), np.reshape(axes, (3, 3)))
    return within_slope(box, site, slope)


def study_occupancy(rain: Shower, days: float) -> tuple[float, float, float]:
    """Tracks per cm^2 counted three ways: omnidirectional (the study), horizontal, in a film."""
    scale = days * SECONDS_PER_DAY / 1e4
    return rain.omnidirectional * scale, rain.horizontal * scale, rain.through_film() * scale
