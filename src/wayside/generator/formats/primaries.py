"""Particles for the detector simulation, from files of events of any format."""

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wayside.decays.particle_decays import visible
from wayside.detector.box import Box, require_box
from wayside.errors import InputError
from wayside.generator.formats import FORMATS, format_of, require
from wayside.generator.formats.columns import M_TO_MM, Columns
from wayside.generator.records import PRIMARY
from wayside.reading import reading
from wayside.scenario import Scenario
from wayside.scenario.choice import detector_of
from wayside.typing import IntArray

_GEV_TO_MEV = 1e3


def read_events(path: Path) -> tuple[dict[str, Any], Columns, Columns, IntArray]:
    """Read a file of events.

    Parameters
    ----------
    path
        File of events in any of the formats.

    Returns
    -------
    header, events, particles, offsets
        What the header says, columns of one value an event, columns of one value a visible
        particle, and where each event's particles begin, shape (n + 1,).

    Raises
    ------
    InputError
        If it is not a file of events, or cannot be read.
    """
    kind = format_of(path)
    require(kind)
    file_format = FORMATS[kind]
    assert file_format.read is not None
    read: Callable[[Path], tuple[dict[str, Any], Columns, Columns, IntArray]]
    read = resolve_name(file_format.read)
    with reading(path, f"{file_format.name} with events"):
        return read(path)


def read_primaries(path: Path, detector: str | None = None) -> NDArray[np.void]:
    """Visible decay products as particles for the detector simulation.

    Parameters
    ----------
    path
        File of events, in any of the formats.
    detector
        Name of the detector; may be left out if the file has only one.

    Returns
    -------
    ndarray
        `wayside.generator.records.PRIMARY`, in the detector's frame: mm, MeV, ns; origin at the
        centre of the front face. Events keep their numbers.

    Raises
    ------
    InputError
        If the file cannot be read, or the detector is not in it.
    """
    header, events, particles, offsets = read_events(path)
    names = [place["name"] for place in header["detectors"]]
    if detector is None and len(names) > 1:
        raise InputError(f"{path}: has several detectors, {', '.join(names)}; name one")
    name = names[0] if detector is None else detector
    if name not in names:
        raise InputError(f"{path}: detector {name}: not one of {', '.join(names)}")
    box = box_of(Scenario.from_dict(header["scenario"]), name)
    return primaries(box, events, particles, offsets, names.index(name))


def box_of(scenario: Scenario, name: str) -> Box:
    """Box of a detector, into whose frame particles are turned.

    Raises
    ------
    InputError
        If there is no such detector, or it has another shape.
    """
    volume = scenario.detectors[detector_of(scenario, name)].build()
    return require_box(volume, name, "primaries of layers")


def primaries(
    box: Box, events: Columns, particles: Columns, offsets: IntArray, index: int
) -> NDArray[np.void]:
    """Turn the visible particles of one detector's events to its frame; see `read_primaries`."""
    owner = np.repeat(np.arange(len(events["event"])), np.diff(offsets))
    chosen = (events["detector"][owner] == index) & visible(particles["pdg"])
    owner = owner[chosen]
    out = np.zeros(len(owner), dtype=PRIMARY)
    place = np.stack([events[axis] for axis in "xyz"], axis=1)
    local = (place - box.position * M_TO_MM) @ box.axes.T
    momentum = np.stack([particles[f"p{axis}"][chosen] for axis in "xyz"], axis=1) @ box.axes.T
    out["event"] = events["event"][owner]
    out["pdg"] = particles["pdg"][chosen]
    out["time"] = events["t"][owner]
    out["weight"] = events["weight"][owner]
    for k, axis in enumerate("xyz"):
        out[axis] = local[owner, k]
        out[f"p{axis}"] = momentum[:, k] * _GEV_TO_MEV
    return out
