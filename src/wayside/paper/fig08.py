"""Figs. 8 and 9: the detector, and where it stands, drawn from what is simulated."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from wayside.detector.box import Box
from wayside.detector.stack import Stack
from wayside.paper.conventions import in_study_frame
from wayside.paper.drawing import COLOURS
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.stack import stack_figure
from wayside.plotting.style import canvas

PLACES = {
    "besiii-forward": ((6.0, 0.84), "section 8, fig. 9 (a)"),
    "belle2-forward": ((7.0, 1.0), "section 8"),
    "belle2-central": ((0.0, 4.0), "section 8, fig. 9 (b)"),
}
"""Along the beam and off it, in m."""


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawings of Figs. 8 and 9."""
    rows = []
    for name, ((along, off), where) in PLACES.items():
        box = in_study_frame(name).box("A")
        for what, value, ours in (
            ("along the beam", along, float(box.position[2])),
            ("off the beam", off, float(np.hypot(*box.position[:2]))),
        ):
            if value == 0.0:
                continue
            study = Printed(value, "m", f"middle of the front face {what}", where)
            rows.append(
                Row(
                    key=f"section8.{name}.{what.split()[0]}",
                    quantity=f"place of the detector of {name}, {what}",
                    study=study,
                    same=Ours(ours, "in the geometry that everything is computed with", 1e-12),
                    tolerance=within(1e-9, "the same place"),
                    command=f"wayside scenarios {name}",
                )
            )
    return Outcome(
        tuple(rows),
        (
            Drawing(
                "fig08",
                "The detector as simulated; all dimensions of the study's section 8, the layers of"
                " the gas detector ours.",
                lambda: stack_figure(Stack()),
            ),
            Drawing(
                "fig09",
                "Where the detectors stand: forward at BESIII (a), central (b). The barrel is a"
                " sketch of the main detector's outer radius and length, to scale.",
                _draw_places,
            ),
        ),
    )


def _outline(box: Box) -> np.ndarray:
    """Corners in the plane of the beam (z) and the radial direction (x), as a convex polygon."""
    corners = box.corners[:, [2, 0]]
    middle = corners.mean(axis=0)
    angle = np.arctan2(*(corners - middle).T[::-1])
    return np.asarray(corners[np.argsort(angle)])


def _scene(axes: Axes, boxes: Sequence[Box], length: float, radius: float, name: str) -> None:
    axes.add_patch(
        Rectangle((-0.5 * length, -radius), length, 2 * radius, facecolor="0.93", edgecolor="0.6")
    )
    axes.text(-0.45 * length, 0.86 * radius, name, ha="left", color="0.4", fontsize=9)
    for box in boxes:
        axes.add_patch(Polygon(_outline(box), facecolor="#f2d264", edgecolor=COLOURS[0], zorder=3))
        axes.plot(
            [0.0, box.position[2]],
            [0.0, box.position[0]],
            color=COLOURS[0],
            linewidth=0.6,
            zorder=2,
        )
        axes.annotate(
            f"{np.linalg.norm(box.position):.2f} m",
            (0.55 * float(box.position[2]), 0.55 * float(box.position[0])),
            xytext=(4, -10),
            textcoords="offset points",
            fontsize=8.5,
            color=COLOURS[0],
        )
    axes.axhline(0.0, color="0.3", linewidth=0.6, linestyle="-.", zorder=1)
    axes.plot(0.0, 0.0, "x", color="black", markersize=5)
    axes.set_aspect("equal")
    axes.set_xlabel("$z$ [m]")
    axes.set_ylabel("$x$ [m]")


def _draw_places() -> Figure:
    with canvas(8.6, 3.6) as figure:
        left, right = figure.subplots(1, 2, width_ratios=(1.6, 1.0))
        forward = in_study_frame("besiii-forward").box("A")
        _scene(left, [forward], 5.6, 2.8, "BESIII")
        left.set_xlim(-3.2, 7.8)
        left.set_ylim(-3.1, 3.1)
        left.set_title("(a) forward, BESIII", loc="left", fontsize=10)
        central = in_study_frame("belle2-central").box("A")
        _scene(right, [central], 5.0, 3.3, "barrel")
        right.set_xlim(-3.4, 3.4)
        right.set_ylim(-3.6, 5.8)
        right.set_title("(b) central", loc="left", fontsize=10)
        return figure
