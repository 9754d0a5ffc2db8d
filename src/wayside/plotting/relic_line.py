"""Where over a plane the ground state makes up all of dark matter."""

from matplotlib.axes import Axes

from wayside.plotting.style import RELIC
from wayside.plotting.titles import verbatim
from wayside.sensitivity.planes import Plane
from wayside.sensitivity.relic import RelicLine


def draw_relic_line(axes: Axes, plane: Plane, line: RelicLine) -> None:
    """Draw every line of the observed density.

    Parameters
    ----------
    axes
        The axes.
    plane
        Plane of the line.
    line
        From `wayside.sensitivity.relic.relic_line`.
    """
    if plane.x.logarithmic:
        axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(plane.x.values[0], plane.x.values[-1])
    axes.set_ylim(plane.epsilon.values[0], plane.epsilon.values[-1])
    for branch in line.branches:
        axes.plot(*branch.line.points.T, color=RELIC, linewidth=1.2)
    axes.set_xlabel(plane.x.label)
    axes.set_ylabel(plane.epsilon.label)
    axes.set_title(rf"{verbatim(plane.scenario.name)}: $\Omega h^2=0.12$", loc="left")
