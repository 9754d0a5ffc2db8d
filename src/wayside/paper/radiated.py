"""Beyond the study: all photons off the beams, where it has the one of the process."""

from dataclasses import replace
from typing import Final

import numpy as np

from wayside.paper import fig14, fig15, fig16, planes, printed
from wayside.paper.conventions import at_masses, setup
from wayside.paper.planes import Panel
from wayside.paper.rows import Ours, Row, own_row
from wayside.paper.section import Context, Outcome
from wayside.sensitivity.mass_point import MassPoint

PHOTONS: Final = "run.radiation=all"

ACCURACY: Final = 5e-3
"""Of a yield or an acceptance with all photons; of a least epsilon it is less."""

AROUND: Final = 3
"""Columns to either side of the best one of Fig. 15 that are looked at again."""


def run(context: Context) -> Outcome:  # noqa: ARG001
    """Rows with all photons beside those with one."""
    rows = [_acceptance(line, name) for line in (0, 1) for name in ("A", "B")]
    rows.append(_central())
    rows += [_couplings("fig14", fig14.panel(name), name) for name in fig14.NAMES]
    rows += [_masses(name) for name in fig15.NAMES]
    rows += [_off_shell(name) for name in fig16.NAMES]
    return Outcome(tuple(rows))


def with_photons(point: MassPoint) -> MassPoint:
    """The same mass point with all photons, all of m_e and exact decays."""
    return replace(point, radiation="all", regulator="exact", decays="exact")


def _row(
    key: str, quantity: str, all_photons: float, one_photon: float, command: str, unit: str = ""
) -> Row:
    return own_row(
        f"radiated.{key}",
        quantity,
        Ours(all_photons, "all photons off the beams, spread of their energies", ACCURACY),
        unit=unit,
        where="not in the study",
        reason="the study has the photon of the process alone",
        note=f"{all_photons / one_photon:.3f} times that with one photon, {one_photon:.4g}",
        command=command,
    )


def _crossing(point: MassPoint, name: str) -> float:
    """Acceptance in per cent of produced excited states."""
    return 100.0 * point.face(name).value * point.acceptances(name).hits_ratio


def _acceptance(line: int, name: str) -> Row:
    masses = printed.TABLE_1_MASSES[line]
    one_photon = at_masses(setup("belle2-forward"), masses)
    return _row(
        f"table1.{masses[1]:g}.{name}",
        f"acceptance of {name} in Table 1 and Fig. 10, m1 = {masses[1]:g} GeV",
        _crossing(with_photons(one_photon), name),
        _crossing(one_photon, name),
        f"wayside point belle2-forward --set {PHOTONS} --set model.m1={masses[1]:g}",
        "%",
    )


def _central() -> Row:
    one_photon = setup("belle2-central")
    return _row(
        "table1.central",
        "acceptance of the central detector off shell",
        _crossing(with_photons(one_photon), "A"),
        _crossing(one_photon, "A"),
        f"wayside point belle2-central --set {PHOTONS}",
        "%",
    )


def _radiating(panel: Panel, columns: slice = slice(None)) -> Panel:
    """Columns of a panel with all photons."""
    points = {id(point): with_photons(point) for point in panel.points[columns]}
    return replace(
        panel,
        x=panel.x[columns],
        points=tuple(points[id(point)] for point in panel.points[columns]),
        g_d=panel.g_d[columns],
    )


def _couplings(figure: str, panel: Panel, name: str) -> Row:
    return _row(
        f"{figure}.{name}",
        f"least epsilon of fig. {figure[3:]} ({name}), exact yield",
        planes.least_epsilon(_radiating(panel), "exact"),
        planes.least_epsilon(panel, "exact"),
        f"wayside reach study-{figure}{name} --set run.decays=exact --set {PHOTONS}",
    )


def _masses(name: str) -> Row:
    """Of the column where one photon reaches farthest, and of its neighbours."""
    subfigure = fig15.panel(name)
    edges = [subfigure.edges(i, "exact") for i in range(len(subfigure.x))]
    lows = np.array([np.inf if edge is None else edge[0] for edge in edges])
    best = int(np.argmin(lows))
    near = _radiating(subfigure, slice(max(best - AROUND, 0), best + AROUND + 1))
    with_all = [near.edges(i, "exact") for i in range(len(near.x))]
    return _row(
        f"fig15.{name}",
        f"least epsilon of fig. 15 ({name}) at 500 fb^-1, exact yield",
        min(edge[0] for edge in with_all if edge is not None),
        float(lows[best]),
        "wayside paper radiated",
    )


def _off_shell(name: str) -> Row:
    subfigure = fig16.panel(name)
    grid = np.geomspace(1e-5, 1.0, 800)
    events = planes.events_of(subfigure, with_photons(subfigure.points[0]), fig16.G_D, "exact")
    excluded = planes.edges(events, grid, events(grid))
    assert excluded is not None
    return _row(
        f"fig16.{name}",
        f"least epsilon of fig. 16 ({name}), g_D = sqrt(4 pi), exact yield",
        excluded[0],
        fig16.band(name, "exact")[0],
        f"wayside reach study-fig16{name} --set run.decays=exact --set {PHOTONS}",
    )
