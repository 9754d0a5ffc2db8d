"""Detector volumes in a projection."""

from typing import TYPE_CHECKING

import numpy as np

from wayside.detector.volume import Volume
from wayside.typing import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_volume", "silhouette"]


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
