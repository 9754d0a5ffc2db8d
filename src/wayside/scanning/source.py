"""Columns of a scan from its partitions, wherever these are."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wayside.reading import reading
from wayside.scanning.record import Record
from wayside.tables import require_pyarrow


@dataclass(frozen=True)
class Source:
    """Where the partitions of a scan are.

    Parameters
    ----------
    record
        Which partitions there are.
    content
        Bytes of the file of a partition, by its number.
    place
        Name of that file, for messages.
    """

    record: Record
    content: Callable[[int], bytes]
    place: Callable[[int], Path]

    def column(self, name: str) -> Any:
        """Values of a column over all partitions, in the order of the points."""
        require_pyarrow()
        import pyarrow.parquet as pq

        parts = []
        for partition in self.record.partitions:
            with reading(self.place(partition.number), "Parquet"):
                content = io.BytesIO(self.content(partition.number))
                parts.append(pq.read_table(content, columns=[name])[name].to_numpy())
        return np.concatenate(parts) if parts else np.empty(0)


def folder_source(folder: Path, record: Record) -> Source:
    """Partitions in the folder of a scan."""
    files = {partition.number: folder / partition.file for partition in record.partitions}
    return Source(record, lambda number: files[number].read_bytes(), files.__getitem__)


def bytes_source(record: Record, contents: Mapping[int, bytes]) -> Source:
    """Partitions in memory."""
    files = {partition.number: Path(partition.file) for partition in record.partitions}
    return Source(record, contents.__getitem__, files.__getitem__)
