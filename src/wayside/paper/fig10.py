"""Fig. 10: polar against azimuthal angle of phi1, and the acceptance of the boxes A and B."""

from itertools import pairwise
from typing import Final

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from wayside.detector.box import FRONT_EDGES, Box
from wayside.paper.conventions import at_masses, in_study_frame
from wayside.paper.printed import TABLE_1, TABLE_1_MASSES
from wayside.paper.rows import Ours, Printed, Row, within
from wayside.paper.section import Context, Drawing, Outcome
from wayside.plotting.style import canvas

NODES: Final = 48


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows and drawing of Fig. 10."""
    rows = []
    for line, masses in enumerate(TABLE_1_MASSES):
        point = at_masses(in_study_frame("belle2-forward"), masses)
        for name in ("A", "B"):
            plain = _plain(point.box(name), point.angular_density)
            ours = point.face(name).value
            rows.append(
                Row(
                    key=f"fig10.{masses[1]:g}.{name}",
                    quantity=f"density of fig. 10 summed over the white box {name},"
                    f" m1 = {masses[1]:g} GeV",
                    study=Printed(
                        100.0 * plain,
                        "%",
                        "density per steradian on a plain grid over the face",
                        "fig. 10",
                        "the picture's own integral, by our density",
                    ),
                    same=Ours(100.0 * ours, "acceptance of Table 1, adaptive arcs and cuts", 2e-4),
                    tolerance=within(0.03, "a plain grid over the caustic's cusp"),
                    note=f"printed in Table 1: {TABLE_1[line, name].value:g} %",
                    command="wayside paper fig10",
                )
            )
    caption = (
        "Density of phi1 per steradian, equal beams at 10.58 GeV, Eq. 4 as printed, and the front"
        " faces of A and B. Masses: the two lines of Table 1; the figure's are lost."
    )
    return Outcome(tuple(rows), (Drawing("fig10", caption, _draw),))


def _plain(box: Box, density: object) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    u, v = np.meshgrid(0.5 * nodes, 0.5 * nodes, indexing="ij")
    area = 0.25 * np.outer(weights, weights) * box.size[0] * box.size[1]
    places = (
        box.position
        + u[..., None] * box.size[0] * box.axes[0]
        + v[..., None] * box.size[1] * box.axes[1]
    )
    distance = np.linalg.norm(places, axis=-1)
    facing = np.abs(places @ box.axes[2]) / distance
    values = density(places.reshape(-1, 3)).reshape(distance.shape)  # type: ignore[operator]
    return float(np.sum(values * area * facing / distance**2))


def _draw() -> Figure:
    with canvas(9.2, 3.8) as figure:
        theta = np.radians(np.linspace(0.05, 20.0, 400))
        phi = np.linspace(-180.0, 180.0, 3)
        panels = figure.subplots(1, 2, sharey=True)
        for axes, masses in zip(panels, TABLE_1_MASSES, strict=True):
            point = at_masses(in_study_frame("belle2-forward"), masses)
            rays = np.column_stack([np.sin(theta), 0 * theta, np.cos(theta)])
            values = point.angular_density(rays)
            image = axes.pcolormesh(
                phi,
                np.degrees(theta),
                np.repeat(values[:, None], 3, axis=1),
                norm=LogNorm(values.max() * 1e-3, values.max()),
                cmap="viridis",
                shading="nearest",
                rasterized=True,
            )
            for name in point.volumes:
                edge = _edge(point.box(name))
                axes.add_patch(Polygon(edge, fill=False, edgecolor="white", linewidth=1.2))
                axes.text(edge[:, 0].max() + 6, edge[:, 1].mean(), name, color="white", va="center")
            axes.set_xlim(-180.0, 180.0)
            axes.set_xlabel(r"$\varphi_1$ [degrees]")
            axes.set_title(
                rf"$m_{{A\prime}}={masses[0]:g}$, $m_1={masses[1]:g}$, $m_2={masses[2]:.3f}$ GeV",
                loc="left",
                fontsize=9.5,
            )
        panels[0].set_ylabel(r"$\theta_1$ [degrees]")
        figure.colorbar(image, ax=panels, label=r"$dP/d\Omega$ [sr$^{-1}$]")
        return figure


def _edge(box: Box) -> np.ndarray:
    """Outline of the front face in azimuth and polar angle, degrees."""
    corners = box.corners
    chain = [FRONT_EDGES[0][0], FRONT_EDGES[0][1]]
    left = list(FRONT_EDGES[1:])
    while left:
        for edge in left:
            if chain[-1] in edge:
                chain.append(edge[0] if edge[1] == chain[-1] else edge[1])
                left.remove(edge)
                break
    points = [
        (1 - t) * corners[a] + t * corners[b]
        for a, b in pairwise(chain)
        for t in np.linspace(0.0, 1.0, 24)
    ]
    places = np.array(points)
    polar = np.degrees(np.arctan2(np.hypot(places[:, 0], places[:, 1]), places[:, 2]))
    return np.column_stack([np.degrees(np.arctan2(places[:, 1], places[:, 0])), polar])
