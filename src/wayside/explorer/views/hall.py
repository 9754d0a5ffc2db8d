"""The hall: detectors in plan and elevation, about the interaction point."""

from typing import Any, Final

from wayside.detector.shapes import shape_of
from wayside.plotting.volumes import silhouette
from wayside.scenario import Scenario

PROJECTIONS: Final = {"plan": "zx", "elevation": "zy"}
"""Axes to the right and up, by name of the view."""


def hall_view(scenario: Scenario) -> dict[str, Any]:
    """Silhouettes and edges of all detectors, and where each is held, by projection.

    Parameters
    ----------
    scenario
        Its detectors.

    Returns
    -------
    dict
        By name of the view; ``handle`` is the ``position`` of a detector that has one.
    """
    return {view: _projected(scenario, axes) for view, axes in PROJECTIONS.items()}


def _projected(scenario: Scenario, axes: str) -> list[dict[str, Any]]:
    columns = ["xyz".index(axis) for axis in axes]
    result = []
    for name, section in scenario.detectors.items():
        volume = section.build()
        has_place = any(key.name == "position" for key in shape_of(section.shape).keys)
        place = getattr(section, "position", None) if has_place else None
        result.append(
            {
                "name": name,
                "signal": name in scenario.signal,
                "outline": silhouette(volume, axes).round(5).tolist(),
                "edges": [line[:, columns].round(5).tolist() for line in volume.drawing()],
                "handle": None if place is None else [place[column] for column in columns],
                "keys": [f"detectors.{name}.position[{column}]" for column in columns],
            }
        )
    return result
