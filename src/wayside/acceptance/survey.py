"""Quadrature over the directions of a volume, by the way that suits its shape."""

import math
from functools import singledispatch
from typing import Final, NamedTuple

import numpy as np

from wayside.acceptance.contours import HalfSky, survey_contours
from wayside.acceptance.directions import Sky, polar_frame
from wayside.acceptance.polar import ALL
from wayside.acceptance.sky import box_panels, survey_box
from wayside.detector.box import Box
from wayside.detector.volume import Volume
from wayside.production.flight import Caustic, Flight
from wayside.typing import BoolArray, FloatArray, IndexArray


@singledispatch
def survey(
    volume: Volume,
    axis: FloatArray,
    caustic: Caustic,
    cones: FloatArray,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
) -> Sky:
    """Directions and weights whose sum integrates over the solid angle of a volume.

    Parameters
    ----------
    volume
        The detector.
    axis
        Polar axis, a unit vector of shape (3,).
    caustic
        Polar angle at which the integrand is nearly singular.
    cones
        Further cones where it is not smooth, rows of `wayside.production.flight.Flight.edges`,
        shape (n, 5).
    face
        Count rays, each once: those through the front face of a box, or through any other volume.
        Otherwise every piece of a ray inside the volume is a row.
    nodes_polar, nodes_azimuth
        Gauss-Legendre nodes per cut of the polar angle and per arc.
    """
    return survey_contours(
        volume, axis, caustic, cones,
        face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth,
    )  # fmt: skip


survey.register(Box, survey_box)


_FEWEST: Final = (4, 2)
"""Nodes in polar angle and azimuth with which directions are counted."""

_CROWD: Final = 300
"""So many directions of these are a crowd; 150 are usual, 1,400 the most of any mass point."""


def is_crowded(flight: Flight, volume: Volume, known: "Outlook | None" = None) -> bool:
    """Whether cones of a flight cut a box into so many panels and arcs that each needs fewer nodes.

    So it is next to kinematic edges.

    Parameters
    ----------
    flight, volume
        The density, and the detector.
    known
        From `outlook`, where it is known.
    """
    if not isinstance(volume, Box) or flight.symmetric:
        return False
    seen = known or outlook(flight, volume)
    if seen is None or not len(seen.cones):
        return False
    polar, azimuth = _FEWEST
    sky = survey_flight(flight, volume, face=False, nodes_polar=polar, nodes_azimuth=azimuth)
    return len(sky.weights) >= _CROWD


_MIRROR: Final = 1e-12
"""Products of unit vectors with the normal of a mirror plane, up to which they count as 0 or 1."""


def is_mirrored(flight: Flight, box: Box, axis: FloatArray) -> bool:
    """Whether the plane through polar axis and centre of a box is one of symmetry.

    Parameters
    ----------
    flight, box
        The density, and the box.
    axis
        Polar axis, a unit vector of shape (3,).
    """
    normal = polar_frame(axis, box.centre)[1]
    frames = flight.frames
    in_plane = np.abs([frames.boost @ normal, frames.axes[2] @ normal])
    across = np.abs(box.axes @ normal)
    # A front face is its own image, not that of the back.
    upright = np.append(np.minimum(across, np.abs(1.0 - across))[:2], across[2])
    on_it = abs(box.centre @ normal) / math.sqrt(box.centre @ box.centre)
    return bool(max(in_plane.max(), upright.max(), on_it) < _MIRROR)


class Outlook(NamedTuple):
    """How a flight looks over a box: the same for every order of a quadrature."""

    axis: FloatArray
    """Polar axis, a unit vector of shape (3,)."""
    caustic: Caustic
    cones: FloatArray
    """Rows of `wayside.production.flight.Flight.edges`, shape (n, 5)."""
    halved: bool
    """From `is_mirrored`."""


def outlook(flight: Flight, volume: Volume) -> Outlook | None:
    """Return the outlook of a flight over a box, None for other volumes.

    Parameters
    ----------
    flight, volume
        The density, and the detector.
    """
    if not isinstance(volume, Box):
        return None
    axis = flight.polar_axis(volume.centre)
    mirrored = is_mirrored(flight, volume, axis)
    return Outlook(axis, flight.caustic(axis), flight.edges(axis), mirrored)


def survey_panels(
    flight: Flight,
    volume: Volume,
    *,
    face: bool,
    nodes_polar: int,
    nodes_azimuth: int,
    crowded: bool = False,
    chosen: BoolArray = ALL,
    known: Outlook | None = None,
) -> tuple[Sky, IndexArray]:
    """`survey_flight`, and of a box the panels of the polar angle that its directions belong to.

    Where there is a mirror plane, directions count for their mirror images as well.

    Parameters
    ----------
    flight, volume, face, nodes_polar, nodes_azimuth
        As of `survey_flight`.
    crowded
        From `is_crowded`.
    chosen
        Which panels of a box, shape (n,); of length 0 for all.
    known
        From `outlook`, where it is known.

    Returns
    -------
    sky
        Directions.
    panels
        Numbers of their panels, 0 for other volumes.
    """
    seen = known or outlook(flight, volume)
    if seen is not None and isinstance(volume, Box):
        return box_panels(
            volume, seen.axis, seen.caustic, seen.cones,
            face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth,
            crowded=crowded, chosen=chosen, halved=seen.halved,
        )  # fmt: skip
    sky = survey_flight(
        flight, volume, face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth
    )
    return sky, np.zeros(len(sky.weights), dtype=np.intp)


def survey_flight(
    flight: Flight, volume: Volume, *, face: bool, nodes_polar: int, nodes_azimuth: int
) -> Sky:
    """`survey` about the caustic of a flight that is nearest to a volume.

    A volume around the interaction point sees the caustics of both beams: each is at its best about
    its own axis, so the sky is divided between the two, half to the nearer one.
    """
    axis = flight.polar_axis(volume.centre)
    other = axis if isinstance(volume, Box) else flight.polar_axis(-axis)
    if float(axis @ other) > 0.0 or not _is_around(volume, axis - other):
        return survey(
            volume, axis, flight.caustic(axis), flight.edges(axis),
            face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth,
        )  # fmt: skip
    normal = (axis - other) / np.linalg.norm(axis - other)
    halves = [
        survey_contours(
            HalfSky(volume, into), pole, flight.caustic(pole), flight.edges(pole),
            face=face, nodes_polar=nodes_polar, nodes_azimuth=nodes_azimuth,
        )
        for pole, into in ((axis, normal), (other, -normal))
    ]  # fmt: skip
    return joined(*halves)


def _is_around(volume: Volume, normal: FloatArray) -> bool:
    """Whether a volume has directions on both sides of a plane through the interaction point."""
    sides = volume.outline.directions @ normal
    return volume.nearest == 0.0 or bool(np.any(sides > 0.0) and np.any(sides < 0.0))


def joined(first: Sky, second: Sky) -> Sky:
    """Two skies as one, numbers of rings and rays going on."""
    if not len(first.rays):
        return second
    moved = second._replace(
        rings=second.rings + first.rings[-1] + 1, rays=second.rays + first.rays[-1] + 1
    )
    return Sky(*(np.concatenate(pair) for pair in zip(first, moved, strict=True)))
