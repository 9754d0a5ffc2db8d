"""Published limits of a user's own in a figure of a plane."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any, Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from wayside.limits.published import PublishedLimit
from wayside.plotting.titles import verbatim

_LINES: Final = ((0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)), "-")
_FILLS: Final = ("#b9c7a3", "#d5b8cf", "#c7b79a", "#a9bccb")


def draw_limits(axes: Axes, limits: Sequence[PublishedLimit]) -> list[Artist]:
    """Draw limits: regions as areas, others as lines.

    Parameters
    ----------
    axes
        Axes whose values are those of the files.
    limits
        From `wayside.limits.published.read_limit`.

    Returns
    -------
    list of Artist
        Entries of a legend.
    """
    handles: list[Artist] = []
    for limit, dashes, fill in zip(limits, cycle(_LINES), cycle(_FILLS), strict=False):
        label = verbatim(limit.label)
        if limit.closed:
            look: dict[str, Any] = {"facecolor": fill, "edgecolor": "0.3", "linewidth": 0.6}
            axes.fill(*limit.points.T, zorder=1.7, **look)
            handles.append(Patch(label=label, **look))
        else:
            look = {"color": "0.25", "linewidth": 1.0, "linestyle": dashes}
            axes.plot(*limit.points.T, zorder=2.5, **look)
            handles.append(Line2D([], [], label=label, **look))
    return handles
