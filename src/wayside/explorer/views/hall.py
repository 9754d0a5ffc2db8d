"""The hall: bodies and detectors in plan and elevation, about the interaction point."""

import base64
import io
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.colors import to_rgba_array
from matplotlib.image import imsave

from wayside.detector.shapes import shape_of
from wayside.detector.volume import Volume
from wayside.plotting.hall import COLOURS, View, materials_cut, view_of
from wayside.plotting.volumes import silhouette
from wayside.scenario import Scenario
from wayside.scenario.hall import HallSection

PROJECTIONS: Final = {"plan": "zx", "elevation": "zy"}
"""Axes to the right and up, by name of the view."""

_CELLS: Final = 300
"""Cells of a cut through the bodies along its longer side."""


def hall_view(scenario: Scenario) -> dict[str, Any]:
    """What stands in the hall, by projection.

    Parameters
    ----------
    scenario
        Its hall, if it has one, and its detectors.

    Returns
    -------
    dict
        By name of the view: ``detectors`` with their silhouettes and edges and, as ``handle``, the
        ``position`` of one that has one; and ``bodies``, a picture of the cut through the
        interaction point, None without a hall.
    """
    volumes = {name: section.build() for name, section in scenario.detectors.items()}
    return {
        view: {
            "detectors": _detectors(scenario, volumes, axes),
            "bodies": None if scenario.hall is None else _bodies(scenario.hall, volumes, axes),
        }
        for view, axes in PROJECTIONS.items()
    }


def _detectors(
    scenario: Scenario, volumes: Mapping[str, Volume], axes: str
) -> list[dict[str, Any]]:
    columns = ["xyz".index(axis) for axis in axes]
    result = []
    for name, section in scenario.detectors.items():
        has_place = any(key.name == "position" for key in shape_of(section.shape).keys)
        place = getattr(section, "position", None) if has_place else None
        result.append(
            {
                "name": name,
                "signal": name in scenario.signal,
                "outline": silhouette(volumes[name], axes).round(5).tolist(),
                "edges": [line[:, columns].round(5).tolist() for line in volumes[name].drawing()],
                "handle": None if place is None else [place[column] for column in columns],
                "keys": [f"detectors.{name}.position[{column}]" for column in columns],
            }
        )
    return result


def _bodies(section: HallSection, volumes: Mapping[str, Volume], axes: str) -> dict[str, Any]:
    """Picture of the bodies, to whole metres: it stays the same while a detector moves a little."""
    view = view_of(axes, volumes, "")
    low, high = np.floor(view.low), np.ceil(view.high)
    text = json.dumps(section.model_dump(mode="json", exclude_none=True))
    return _picture(text, axes, *low.tolist(), *high.tolist())


@lru_cache(maxsize=16)
def _picture(
    text: str, axes: str, left: float, bottom: float, right: float, top: float
) -> dict[str, Any]:
    hall = HallSection.model_validate(json.loads(text)).build()
    sides = np.array([right - left, top - bottom])
    columns, rows = np.maximum(2, (_CELLS * sides / sides.max()).round().astype(int)).tolist()
    cells = materials_cut(
        hall,
        View(axes, (left, bottom), (right, top), ""),
        left + sides[0] * (np.arange(columns) + 0.5) / columns,
        bottom + sides[1] * (np.arange(rows) + 0.5) / rows,
    )
    colours = np.concatenate([np.zeros((1, 4)), to_rgba_array(list(COLOURS.values()))])
    written = io.BytesIO()
    imsave(written, colours[cells], format="png", origin="lower")
    names = list(COLOURS)
    return {
        "url": "data:image/png;base64," + base64.b64encode(written.getvalue()).decode(),
        "x": left,
        "y": bottom,
        "width": float(sides[0]),
        "height": float(sides[1]),
        "materials": {
            names[number - 1]: COLOURS[names[number - 1]]
            for number in np.unique(cells).tolist()
            if number > 0
        },
    }
