"""ROOT: a tree ``events`` with arrays of visible particles, the header as JSON in ``header``."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from wayside.errors import InputError
from wayside.generator.events import Events
from wayside.generator.formats.checks import Content, check_content, header_of, header_text
from wayside.generator.formats.columns import Columns, event_columns, particle_columns
from wayside.root_files import new_root_file

_LIST = "particle"


def write_root(
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    closing: Callable[[], dict[str, Any]],
) -> None:
    """Write a tree, one basket per block and branch."""
    import awkward as ak

    with new_root_file(path) as file:
        tree = None
        content = Content()
        for events in blocks:
            of_events, of_particles = event_columns(events), particle_columns(events)
            content.add(of_events, of_particles, events.offsets)
            layout = {
                name: ak.contents.NumpyArray(np.ascontiguousarray(value))
                for name, value in of_particles.items()
            }
            records = ak.contents.RecordArray(list(layout.values()), list(layout))
            offsets = ak.index.Index64(events.offsets.astype(np.int64))
            lists = ak.Array(ak.contents.ListOffsetArray(offsets, records))
            columns: dict[str, Any] = {**of_events, _LIST: lists}
            if tree is None:
                types = {name: value.dtype for name, value in of_events.items()}
                tree = file.mktree("events", {**types, _LIST: lists.type.content})
            tree.extend(columns)
        file["header"] = header_text({**header, **closing()}, content)


def read_root(path: Path) -> tuple[dict[str, Any], Columns, Columns, np.ndarray]:
    """Return header, columns of events and of particles, and offsets."""
    import awkward as ak
    import uproot

    with uproot.open(path) as file:
        if "header" not in file or "events" not in file:
            raise InputError(f"{path}: not a file of events of wayside")
        header = header_of(path, str(file["header"]))
        arrays = file["events"].arrays()
    events: Columns = {}
    particles: Columns = {}
    offsets = np.zeros(1, dtype=np.int64)
    for name in arrays.fields:
        if name.startswith(_LIST + "_"):
            counts = ak.to_numpy(ak.num(arrays[name]))
            offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            particles[name.removeprefix(_LIST + "_")] = ak.to_numpy(ak.flatten(arrays[name]))
        elif name != "n" + _LIST:
            events[name] = ak.to_numpy(arrays[name])
    check_content(path, header, events, particles, offsets)
    return header, events, particles, offsets
