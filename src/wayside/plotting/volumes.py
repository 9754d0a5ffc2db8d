"""Detector volumes in a projection."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wayside.detector.volume import Volume
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_volume", "draw_volumes", "silhouette"]


def silhouette(volume: Volume, plane: str = "zx") -> FloatArray:
    """Convex hull of a volume's drawing in a plane of the laboratory.

    Parameters
    ----------
    volume
        The detector.
    plane
        Two of ``"x"``, ``"y"`` and ``"z"``: the axes to the right and up.

    Returns
    -------
    ndarray
        Corners in order, shape (n, 2), in m.
    """
    from scipy.spatial import ConvexHull

    points = np.concatenate(volume.drawing())[:, ["xyz".index(axis) for axis in plane]]
    return np.asarray(points[ConvexHull(points).vertices])


def draw_volume(axes: "Axes", volume: Volume, plane: str = "zx", color: str = "C0") -> None:
    """Draw a volume into a figure: its silhouette filled, the lines of its drawing over it.

    Parameters
    ----------
    axes
        Where to.
    volume
        The detector.
    plane
        As for `silhouette`.
    color
        Of face and lines.
    """
    axes.fill(*silhouette(volume, plane).T, facecolor=color, alpha=0.15, edgecolor="none")
    columns = ["xyz".index(axis) for axis in plane]
    for line in volume.drawing():
        axes.plot(*line[:, columns].T, color=color, linewidth=0.8)


def draw_volumes(axes: "Axes", volumes: Mapping[str, Volume], plane: str = "zx") -> None:
    """Draw detectors by name with the interaction point, axes labelled and to scale."""
    for number, (name, volume) in enumerate(volumes.items()):
        draw_volume(axes, volume, plane, f"C{number}")
        corner = silhouette(volume, plane).max(axis=0)
        axes.annotate(name, (corner[0], corner[1]), color=f"C{number}")
    axes.plot(0.0, 0.0, "+", color="black")
    axes.set_xlabel(f"${plane[0]}$ [m]")
    axes.set_ylabel(f"${plane[1]}$ [m]")
    axes.set_aspect("equal")
