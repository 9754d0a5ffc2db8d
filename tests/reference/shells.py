"""Rays through cylinder shells by marching and bisection on the conditions that define them."""

import numpy as np


def inside_shell(points, *, position, axis, radii, ends, angles=(0.0, np.pi)):
    """Whether points (n, 3) fulfil every condition: radius, height, polar angle at the origin."""
    axis = np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    offset = points - np.asarray(position, dtype=float)
    height = offset @ axis
    radius = np.linalg.norm(np.cross(offset, axis), axis=1)
    angle = np.arccos(np.clip(points @ axis / np.linalg.norm(points, axis=1), -1.0, 1.0))
    return (
        (radii[0] <= radius) & (radius <= radii[1])
        & (ends[0] <= height) & (height <= ends[1])
        & (angles[0] <= angle) & (angle <= angles[1])
    )  # fmt: skip


def march(inside, ray, reach, steps=4000):
    """Pieces of a ray from the origin inside a body: ends found by bisection between steps.

    Parameters
    ----------
    inside
        Function of points (n, 3).
    ray
        Unit vector.
    reach
        Length beyond which there is nothing.
    steps
        Pieces shorter than ``reach / steps`` may be missed.

    Returns
    -------
    list of tuple
        Entry and exit of each piece, to rounding.
    """
    places = (np.arange(steps) + 0.5) * reach / steps
    places = np.concatenate([[1e-12 * reach], places])
    states = inside(places[:, None] * ray)
    changes = []
    for k in np.flatnonzero(states[1:] != states[:-1]):
        low, high = places[k], places[k + 1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            if inside(np.array([middle * ray]))[0] == states[k]:
                low = middle
            else:
                high = middle
        changes.append(0.5 * (low + high))
    if states[0]:
        changes.insert(0, 0.0)
    return list(zip(changes[::2], changes[1::2], strict=True))
