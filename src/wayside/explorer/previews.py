"""Planes of previews: coarse grids whose lines are there at once.

With one photon, which takes a fifth of the time of all.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from wayside.errors import InputError
from wayside.explorer.controls import SELECTION_NAMES
from wayside.explorer.superseded import InterruptiblePlane, Superseded, go_on
from wayside.scenario import Scenario
from wayside.sensitivity.drawn import events_on
from wayside.sensitivity.kept import KeptPlanes
from wayside.sensitivity.key_plane import named_plane
from wayside.sensitivity.planes import Plane

PREVIEW_POINTS: Final = 100
"""Grid points along each axis of a preview."""

PREVIEW_RTOL: Final = 3e-2
"""Relative accuracy of yields where every column of a preview is a mass point: on a line less than
1 per cent of epsilon, a tenth of a step of the grid."""

COSTLY_PREVIEW_POINTS: Final = 12
"""Grid points of a preview along an axis of which every value is a mass point."""


class PreviewPlanes:
    """Planes with the grid of previews, the last ones kept.

    Parameters
    ----------
    exact
        Planes whose exact lines have been computed.
    """

    def __init__(self, exact: KeptPlanes) -> None:
        self._exact = exact
        self._planes = KeptPlanes()

    def plane_of(self, named: Scenario) -> Plane:
        """The plane of a scenario; columns of masses, which cost most, are few.

        With one photon unless the plane is one of couplings whose exact lines have the yields of
        all photons already.

        Parameters
        ----------
        named
            Scenario whose plane has a name.
        """
        with_points = _with_points(_with_one_photon(named), PREVIEW_POINTS)
        plane = self._planes.plane_of(with_points)
        if not plane.varies_masses:
            exact = self._exact.kept(named)
            if exact is None:
                return plane
            return replace(plane, scenario=_with_points(named, PREVIEW_POINTS), centre=exact.centre)
        few = np.linspace(0, PREVIEW_POINTS - 1, COSTLY_PREVIEW_POINTS).round().astype(int)
        return replace(
            plane,
            centre=replace(plane.centre, rtol=PREVIEW_RTOL),
            x=replace(plane.x, values=plane.x.values[few]),
        )

    def prepare(self, scenario: Scenario, superseded: Superseded) -> None:
        """Compute what previews with other selections need: a change then finds it there.

        Parameters
        ----------
        scenario
            Of a state; without simulated efficiencies there is nothing to prepare.
        superseded
            Asked between steps of some tens of milliseconds.

        Raises
        ------
        NoLongerWanted
            If it is.
        """
        if not scenario.run.simulates_efficiency:
            return
        for name in SELECTION_NAMES:
            go_on(superseded)
            try:
                named = named_plane(scenario.with_values({"run.selection": name}))
            except InputError:
                continue
            if named is not None:
                plane = InterruptiblePlane.of(self.plane_of(named), superseded)
                go_on(superseded)
                events_on(plane, named.signal)


def with_few_points(scenario: Scenario) -> Scenario:
    """The scenario of a preview of a plane of which every value is a mass point.

    Parameters
    ----------
    scenario
        Of a state.
    """
    return _with_points(_with_one_photon(scenario), COSTLY_PREVIEW_POINTS)


def _with_points(scenario: Scenario, points: int) -> Scenario:
    section = scenario.plane.model_copy(update={"points": points})
    return scenario.model_copy(update={"plane": section})


def _with_one_photon(scenario: Scenario) -> Scenario:
    """The scenario with one photon where it asks for all."""
    if scenario.radiation != "all":
        return scenario
    # Not checked anew, as `with_values` does: no other key goes by how many photons there are.
    section = scenario.run.model_copy(update={"radiation": "one-photon"})
    return scenario.model_copy(update={"run": section})
