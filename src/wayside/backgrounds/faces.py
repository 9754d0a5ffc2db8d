"""Directions into a detector, to integrate what comes from the interaction point over."""

import numpy as np

from wayside.acceptance.survey import survey
from wayside.detector.volume import Volume
from wayside.production.flight import NO_CAUSTIC
from wayside.typing import FloatArray

_BEAM = np.array([0.0, 0.0, 1.0])


def directions_into(volume: Volume, order: int = 12) -> tuple[FloatArray, FloatArray]:
    """Directions from the interaction point into a volume, with solid angles.

    Parameters
    ----------
    volume
        The detector.
    order
        Points along each side of a face; of a volume with curved or hidden faces, nodes per panel
        of the polar angle and per arc of the azimuth.

    Returns
    -------
    directions, solid
        Unit vectors, shape (n, 3), and solid angles in steradian, shape (n,).
    """
    if not (volume.convex and volume.nearest > 0.0 and all(face.flat for face in volume.faces)):
        sky = survey(
            volume, _BEAM, NO_CAUSTIC, np.empty((0, 5)),
            face=True, nodes_polar=order, nodes_azimuth=order,
        )  # fmt: skip
        return sky.directions, sky.weights
    directions, solid = [], []
    for face in volume.faces:
        points, normals, areas = face.patches(order)
        distance = np.linalg.norm(points, axis=1)
        rays = points / distance[:, None]
        cosine = -np.sum(rays * normals, axis=1)
        if cosine[0] <= 0.0:  # its outside does not look at the interaction point
            continue
        directions.append(rays)
        solid.append(cosine * areas / distance**2)
    return np.concatenate(directions), np.concatenate(solid)
