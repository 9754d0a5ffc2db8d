"""Volumes that stand elsewhere, seen from a collision that is not at the origin."""

from dataclasses import replace
from functools import singledispatch

from wayside.detector.box import Box
from wayside.detector.cylinder import CylinderShell
from wayside.detector.polyhedron import Polyhedron
from wayside.detector.volume import Volume
from wayside.typing import FloatArray


@singledispatch
def moved(volume: Volume, by: FloatArray) -> Volume | None:
    """A volume shifted in space; None for a shape of which it is not known how.

    Parameters
    ----------
    volume
        The volume.
    by
        Shift in m, shape (3,).

    Examples
    --------
    >>> import numpy as np
    >>> moved(Box.place((1.0, 0.0, 7.0), (0.2, 0.3, 1.32)), np.array([0.0, 0.0, 0.1])).position
    array([1. , 0. , 7.1])
    """
    del volume, by  # for those that are registered
    return None


@moved.register
def _(volume: Box, by: FloatArray) -> Volume:
    return replace(volume, position=volume.position + by)


@moved.register
def _(volume: CylinderShell, by: FloatArray) -> Volume:
    return replace(volume, position=volume.position + by)


@moved.register
def _(volume: Polyhedron, by: FloatArray) -> Volume:
    return replace(volume, corners=volume.corners + by)
