"""Mass points of recent scenarios, kept for scenarios that differ in nothing they depend on."""

import json
from collections import OrderedDict
from dataclasses import replace
from typing import Final

from wayside.efficiency.selection import SELECTIONS
from wayside.scenario import Scenario
from wayside.sensitivity.planes import Plane, plane_of

WITHOUT_EFFECT: Final = (
    *(("model", "epsilon"), ("model", "g_d")),
    *(("run", "luminosity_fb"), ("run", "confidence_level"), ("run", "recast")),
    *(("run", "background"), ("run", "background_error"), ("run", "signal")),
)
"""Keys on which no mass point depends, apart from the efficiency of the selection of a search."""

_DESCRIPTIVE: Final = ("name", "description", "cosmology")


class KeptPlanes:
    """Planes with their mass points, of which couplings and luminosities cost nothing.

    Parameters
    ----------
    most
        Number of planes that are kept; the one not used for longest goes first.
    """

    def __init__(self, most: int = 8) -> None:
        self.most = most
        self._planes: OrderedDict[str, Plane] = OrderedDict()

    def plane_of(self, scenario: Scenario) -> Plane:
        """As `wayside.sensitivity.planes.plane_of`, with the mass points made so far.

        Parameters
        ----------
        scenario
            A pair of states.
        """
        key = dependence(scenario)
        if key not in self._planes:
            self._planes[key] = self._made(scenario)
        self._planes.move_to_end(key)
        while len(self._planes) > self.most:
            self._planes.popitem(last=False)
        return replace(self._planes[key], scenario=scenario)

    def _made(self, scenario: Scenario) -> Plane:
        """A new plane, with what was computed for one of the same masses and beams."""
        plane, ours = plane_of(scenario), _dependences(scenario)
        theirs = [
            (other, _dependences(other.scenario)) for other in reversed(self._planes.values())
        ]
        for level in (1, 0):
            for other, dependences in theirs:
                if dependences[level] == ours[level]:
                    plane.take_columns(other, acceptances=level == 1)
                    return plane
        return plane

    def kept(self, scenario: Scenario) -> Plane | None:
        """The same if it is kept, else None."""
        plane = self._planes.get(dependence(scenario))
        return None if plane is None else replace(plane, scenario=scenario)


def dependence(scenario: Scenario) -> str:
    """All that the mass points of a scenario's plane depend on, as one string.

    Efficiencies that are simulated go by the selection, which the background may choose. That of a
    search goes by unrelated tracks too, which luminosity and site may change: nothing of the run is
    left out then.
    """
    data = scenario.to_dict()
    for name in _DESCRIPTIVE:
        data.pop(name, None)
    data["run"]["selection"] = scenario.selection
    searches = scenario.run.simulates_efficiency and scenario.selection not in SELECTIONS
    for section, key in WITHOUT_EFFECT:
        if section == "model" or not searches:
            data[section].pop(key, None)
    return json.dumps(data, sort_keys=True)


def _dependences(scenario: Scenario) -> tuple[str, str]:
    """All that the production, and the acceptances, of a scenario's plane depend on, and more."""
    data = scenario.to_dict()
    for name in _DESCRIPTIVE:
        data.pop(name, None)
    for section, key in (*WITHOUT_EFFECT, ("run", "efficiency"), ("run", "selection")):
        data[section].pop(key, None)
    detectors = json.dumps(data.pop("detectors"), sort_keys=True)
    production = json.dumps(data, sort_keys=True)
    return production, production + detectors
