"""Background and smallest epsilon against luminosity, with a selection and without."""

from typing import NamedTuple

import numpy as np

from wayside.scenario import Scenario
from wayside.selections.names import SELECTED
from wayside.selections.selection import SearchSelection
from wayside.sensitivity.background import Background
from wayside.sensitivity.luminosity import smallest_epsilon, yields
from wayside.typing import FloatArray


class Curve(NamedTuple):
    """One selection against luminosity.

    Attributes
    ----------
    background
        Expected background events, shape (n,).
    epsilon
        Smallest epsilon excluded at the scenario's masses and g_D, nan where there is none; shape
        (n,).
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
        Curves by name: ``"selected"``, ``"timed"`` and ``"no background"``.
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
        events = yields(scenario, selection if name == SELECTED else None)
        signal = np.sum([events[detector] for detector in scenario.signal], axis=0)
        limits = np.array([background.limit_at(float(value)) for value in luminosity])
        expected = background.value * luminosity / background.luminosity_fb
        drawn[name] = Curve(expected, smallest_epsilon(signal, luminosity, limits))
    return Curves(luminosity, drawn)
