"""Efficiency of the selection of a search at the detectors of a scenario."""

from wayside.backgrounds.occupancy import scanned_tracks
from wayside.efficiency.table import EfficiencyMap
from wayside.scenario import Scenario
from wayside.selections.cuts import uncrowded
from wayside.selections.selection import SearchSelection
from wayside.selections.signal import SelectedMap
from wayside.selections.variables import variable


def selected_map(
    scenario: Scenario, selection: SearchSelection, timed: EfficiencyMap | None = None
) -> SelectedMap:
    """Efficiency of a selection in the films of a scenario, with its unrelated tracks.

    Parameters
    ----------
    scenario
        Site, exposure and detectors.
    selection
        The selection.
    timed
        Table of timed decays; the one that comes with Wayside if None.
    """
    cuts = selection.cuts.cuts
    crowded = any(variable(cut.variable).crowded for cut in cuts)
    tracks = scanned_tracks(scenario) if crowded else 0.0
    return selection.efficiency_map(uncrowded(cuts, tracks), timed)
