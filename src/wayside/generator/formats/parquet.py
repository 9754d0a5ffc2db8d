"""Parquet: one row per event, lists of visible particles, the header as JSON in the metadata."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from wayside.errors import InputError
from wayside.generator.events import Events
from wayside.generator.formats.columns import Columns, event_columns, particle_columns

KEY = "wayside"
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
    try:
        for events in blocks:
            arrays = {name: pa.array(value) for name, value in event_columns(events).items()}
            offsets = pa.array(events.offsets.astype(np.int32))
            for name, value in particle_columns(events).items():
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
            writer.add_key_value_metadata({KEY: json.dumps({**header, **closing()})})
    finally:
        if writer is not None:
            writer.close()


def read_parquet(path: Path) -> tuple[dict[str, Any], Columns, Columns, np.ndarray]:
    """Return header, columns of events and of particles, and offsets."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        text = (file.metadata.metadata or {}).get(KEY.encode())
        table = file.read().combine_chunks()
    if text is None:
        raise InputError(f"{path}: not a file of events of wayside")
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
    return json.loads(text), events, particles, offsets - offsets[0]
