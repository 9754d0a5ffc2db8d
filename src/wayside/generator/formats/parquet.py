"""Parquet: one row per event, lists of visible particles, the header as JSON in the metadata."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from wayside.errors import InputError
from wayside.generator.events import Events
from wayside.generator.formats.checks import Content, check_content, header_of, header_text
from wayside.generator.formats.columns import Columns, event_columns, particle_columns
from wayside.tables import METADATA as KEY
from wayside.tables import open_table

_LIST = "particle_"


def write_parquet(
    path: Path,
    header: dict[str, Any],
    blocks: Iterable[Events],
    closing: Callable[[], dict[str, Any]],
) -> None:
    """Write one row group per block."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    content = Content()
    try:
        for events in blocks:
            of_events, of_particles = event_columns(events), particle_columns(events)
            content.add(of_events, of_particles, events.offsets)
            arrays = {name: pa.array(value) for name, value in of_events.items()}
            offsets = pa.array(events.offsets.astype(np.int32))
            for name, value in of_particles.items():
                arrays[_LIST + name] = pa.ListArray.from_arrays(offsets, pa.array(value))
            table = pa.table(arrays)
            if writer is None:
                # Momenta are random to the last bit: a dictionary of them would only cost time.
                writer = pq.ParquetWriter(
                    path, table.schema, compression="zstd", compression_level=1,
                    use_dictionary=["detector", "channel", "hadron_channel", "weight"],
                    write_statistics=False,
                )  # fmt: skip
            writer.write_table(table, row_group_size=len(table))
        if writer is not None:
            text = header_text({**header, **closing()}, content)
            writer.add_key_value_metadata({KEY: text})
    finally:
        if writer is not None:
            writer.close()


def read_parquet(path: Path) -> tuple[dict[str, Any], Columns, Columns, np.ndarray]:
    """Return header, columns of events and of particles, and offsets."""
    with open_table(path) as file:
        text = (file.metadata.metadata or {}).get(KEY.encode())
        table = file.read().combine_chunks()
    if text is None:
        raise InputError(f"{path}: not a file of events of wayside")
    header = header_of(path, text)
    events: Columns = {}
    particles: Columns = {}
    offsets = np.zeros(1, dtype=np.int64)
    for name in table.column_names:
        column = table.column(name)
        if name.startswith(_LIST):
            whole = column.combine_chunks()
            whole = whole.chunk(0) if hasattr(whole, "chunk") else whole
            offsets = np.asarray(whole.offsets, dtype=np.int64)
            particles[name.removeprefix(_LIST)] = whole.flatten().to_numpy(zero_copy_only=False)
        else:
            events[name] = column.to_numpy()
    offsets = offsets - offsets[0]
    check_content(path, header, events, particles, offsets)
    return header, events, particles, offsets
