"""Events as columns: what Parquet and ROOT files hold, and how primaries follow from them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayside.generator.events import Events

Columns = dict[str, NDArray[Any]]

M_TO_MM = 1e3


def event_columns(events: Events) -> Columns:
    """One value per event: mm, ns, GeV, laboratory."""
    columns: Columns = {
        "event": events.event,
        "process": events.process,
        "detector": events.detector,
        "weight": np.ones(len(events.event)),
        "channel": events.channel,
        "hadron_channel": events.hadron_channel,
        "q": events.q,
        "t": events.time,
    }
    for k, axis in enumerate("xyz"):
        columns[axis] = events.vertex[:, k] * M_TO_MM
    for name, momentum in events.momenta.items():
        for k, axis in enumerate("xyz"):
            columns[f"{name}_p{axis}"] = np.ascontiguousarray(momentum[:, k])
    return columns


def particle_columns(events: Events) -> Columns:
    """One value per product of the decay, to be cut by ``events.offsets``: GeV, laboratory."""
    energy = np.sqrt(events.mass**2 + np.sum(events.momentum**2, axis=1))
    columns: Columns = {"pdg": events.pdg}
    for k, axis in enumerate("xyz"):
        columns[f"p{axis}"] = np.ascontiguousarray(events.momentum[:, k])
    columns["energy"] = energy
    return columns
