"""A plane of the study with the selections of a search and the background that these leave."""

from dataclasses import replace
from functools import cache, partial
from typing import Final

import numpy as np

from wayside.backgrounds.budget import budget
from wayside.backgrounds.fake_counts import contributions
from wayside.collider.beams import Beams
from wayside.paper.conventions import scenario
from wayside.paper.planes import Panel, each_once
from wayside.selections.hardware import with_layers
from wayside.selections.names import SELECTED
from wayside.selections.selection import SearchSelection, nearest_selection
from wayside.sensitivity.background import Background, simulated_background
from wayside.sensitivity.mass_point import MassPoint
from wayside.sensitivity.selected import selected_map

LAYERS: Final = (1, 2, 3)
"""Planes of fibres on each side."""


def selection_for(point: MassPoint, layers: int) -> SearchSelection:
    """Shipped selection for the splitting of a mass point, with a number of planes of fibres."""
    chosen = nearest_selection(point.model.m1 - point.model.m2)
    vetoes = chosen.cuts.vetoes
    return with_layers(chosen, layers, vetoes.fibre_efficiency, vetoes.gas_efficiency)


@cache
def background(site: str, chosen: SearchSelection, detectors: int = 1) -> Background:
    """Background of detectors that are alike after a selection.

    Parameters
    ----------
    site
        Built-in scenario that says what is above and in front of the detector, and how long.
    chosen
        The selection.
    detectors
        Number of detectors. What each source is wrong by is the same in all, so errors add.
    """
    plan = scenario(site, "run.signal=A")
    counted = budget(plan, partial(contributions, selection=chosen))
    single = simulated_background(plan, counted, SELECTED)
    return replace(single, value=detectors * single.value, error=detectors * single.error)


def searched(panel: Panel, site: str, layers: int, beams: Beams | None = None) -> Panel:
    """A plane with, for each column, the selection for its splitting.

    Parameters
    ----------
    here
        The plane with full efficiency and without background.
    site
        Built-in scenario of the same place.
    layers
        Number of planes of fibres on each side.
    beams
        Beams in place of the study's; None keeps these.
    """
    plan, detectors = scenario(site, "run.signal=A"), len(panel.scenario.signal)

    def seen(point: MassPoint) -> MassPoint:
        chosen = selected_map(plan, selection_for(point, layers))
        changed = replace(point, efficiency="simulated", selected=chosen)
        # Next to nothing enters a backward box with the actual beams: per cents of it will do.
        return changed if beams is None else replace(changed, beams=beams, rtol=1e-2)

    levels = [
        background(site, selection_for(point, layers), detectors).limit_at(panel.luminosity)
        for point in panel.points
    ]
    return replace(panel, points=each_once(panel.points, seen), level=np.array(levels))
