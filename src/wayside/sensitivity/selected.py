"""Efficiency of the selection of a search at the detectors of a scenario."""

from wayside.backgrounds.occupancy import scanned_tracks
from wayside.efficiency.table import EfficiencyMap
from wayside.scenario import Scenario
from wayside.selections.cuts import uncrowded
from wayside.selections.film_density import kept_in_films
from wayside.selections.names import SELECTED
from wayside.selections.selection import SearchSelection
from wayside.selections.signal import SelectedMap


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
    tracks = scanned_tracks(scenario)
    kept = kept_in_films(tracks, SELECTED)
    scale = kept.fraction * uncrowded(selection.cuts.cuts, tracks)
    return selection.efficiency_map(scale, kept.relative_error, timed)
