"""The plain way: sample production and decay, boost, and ask an exact ray-box test.

The sampler is the one the tests hold the closed form against. Its cost at a wanted statistical
error is extrapolated from batches: time and variance are both linear in the number of events.
"""

import time
from typing import NamedTuple

import numpy as np
from reference.sampling import laboratory, on_shell

from wayside.collider.beams import Beams
from wayside.constants import M_ELECTRON
from wayside.detector.box import Box
from wayside.detector.rays import cross_many
from wayside.models.protocol import Model


class Batch(NamedTuple):
    """One batch of sampled excited states."""

    seconds: float
    hits: float
    """Mean weight of those that cross the box."""
    relative_error: float
    near: np.ndarray
    far: np.ndarray
    gamma_beta: np.ndarray
    weight: np.ndarray


def batch(model: Model, beams: Beams, box: Box, n: int, seed: int) -> Batch:
    """Sample ``n`` excited states of the scalar model and follow them to a box."""
    rng = np.random.default_rng(seed)
    start = time.process_time()
    energy, momentum, weight = on_shell(
        n, rng, beams.sqrt_s, M_ELECTRON, model.m_aprime, model.m1, model.m2
    )
    energy, momentum = laboratory(
        energy, momentum, beams.electron_energy, beams.positron_energy, beams.crossing_angle
    )
    p = np.linalg.norm(momentum, axis=1)
    near, far = cross_many(momentum / p[:, None], box.position, box.size, box.axes)
    crossed = far > near
    values = np.where(crossed, weight, 0.0)
    hits = float(np.mean(values))
    error = float(np.std(values) / np.sqrt(n)) / hits
    seconds = time.process_time() - start
    return Batch(
        seconds, hits, error, near[crossed], far[crossed], p[crossed] / model.m1, weight[crossed]
    )


def seconds_for(sampled: Batch, relative_error: float) -> float:
    """Time the sampler needs for a statistical error."""
    return sampled.seconds * (sampled.relative_error / relative_error) ** 2
