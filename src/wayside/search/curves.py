"""Background and smallest epsilon against luminosity, with a selection and without."""

from typing import Final, NamedTuple

import numpy as np

from wayside.scenario import Scenario
from wayside.selections.names import SELECTED
from wayside.selections.selection import SearchSelection
from wayside.sensitivity.background import Background
from wayside.sensitivity.luminosity import EPSILON, smallest_coupling
from wayside.sensitivity.plane_axes import G_D
from wayside.sensitivity.planes import mass_point
from wayside.typing import FloatArray

STEPS: Final = 81
"""Values of g_D."""

NO_BACKGROUND: Final = "no background"
"""Timed decays if nothing faked them."""

UPPER: Final = "selected, background at its 90% upper limit"
"""The selection if the background is as large as its errors allow."""


class Curve(NamedTuple):
    """One selection against luminosity.

    Attributes
    ----------
    background
        Expected background events, shape (n,).
    epsilon
        Smallest epsilon excluded at the scenario's masses at any g_D of the plane of couplings, nan
        where there is none; shape (n,).
    """

    background: FloatArray
    epsilon: FloatArray


class Curves(NamedTuple):
    """Selections against luminosity; exposure grows with it.

    Attributes
    ----------
    luminosity
        Integrated luminosities in fb^-1, shape (n,).
    by_selection
        Curves by name: ``"selected"``, the same with the background at its upper limit, ``"timed"``
        and ``"no background"``.
    """

    luminosity: FloatArray
    by_selection: dict[str, Curve]


def curves(
    scenario: Scenario,
    selection: SearchSelection,
    backgrounds: dict[str, Background],
    points: int = 41,
) -> Curves:
    """Selections against luminosity, from a thousandth of the scenario's to ten times it.

    Parameters
    ----------
    scenario
        A scenario with simulated efficiency and without a selection of its own.
    selection
        The selection of a search.
    backgrounds
        Expected background by name of the selection.
    points
        Number of luminosities, in equal steps of the logarithm.
    """
    luminosity = scenario.run.luminosity_fb * np.geomspace(1e-3, 10.0, points)
    drawn = {}
    for name, background in backgrounds.items():
        signal = coupling_yields(scenario, selection if name in (SELECTED, UPPER) else None)
        limits = np.array([background.limit_at(float(value)) for value in luminosity])
        expected = background.value * luminosity / background.luminosity_fb
        smallest = [smallest_coupling(EPSILON, events, luminosity, limits) for events in signal]
        # Infinite where nothing is excluded: nan would be the smallest.
        epsilon = np.min(np.nan_to_num(smallest, nan=np.inf), axis=0)
        drawn[name] = Curve(expected, np.where(np.isfinite(epsilon), epsilon, np.nan))
    return Curves(luminosity, drawn)


def coupling_yields(scenario: Scenario, selection: SearchSelection | None) -> FloatArray:
    """Expected events per fb^-1 in the signal detectors over g_D and epsilon.

    Parameters
    ----------
    scenario
        Masses, beams and detectors; ``plane.g_d`` if it is given.
    selection
        Selection of a search, instead of the scenario's.

    Returns
    -------
    array
        Shape (g_D, epsilon), the latter over `wayside.sensitivity.luminosity.EPSILON`.
    """
    point = mass_point(scenario, selection)
    g_d = np.geomspace(*(scenario.plane.g_d or G_D), STEPS)[:, None]
    events = [point.expected_events(name, EPSILON, g_d, 1.0) for name in scenario.signal]
    return np.asarray(np.sum(events, axis=0))
