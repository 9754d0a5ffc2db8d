"""What a run consists of, and its files: chunks that are there whole or not at all.

A folder holds ``run.json`` (what is simulated, and how), ``primaries.parquet``, ``chunks/`` while
the run goes on and, when it is complete, ``film.parquet``, ``gas.parquet`` and ``fibre.parquet``.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.errors import InputError
from wayside.files import whole_files, write_text
from wayside.generator.records import PRIMARY
from wayside.reading import file_checksum, read_json, require_checksums, sealed_json
from wayside.tables import METADATA, about_table, open_table, read_table, write_table
from wayside.transport.datasets import DataSets
from wayside.transport.engine import KINDS, engine_record
from wayside.transport.records import CROSSING
from wayside.typing import IntArray, StructuredArray

EVENTS_PER_CHUNK: Final = 200
"""Largest number of events that a worker follows in one piece."""

DESCRIPTION: Final = "run.json"
PRIMARIES: Final = "primaries.parquet"
TABLES: Final = "tables"
"""Key of the description of a complete run: checksums of its tables by file name."""

TABLE_FILES: Final = (PRIMARIES, *(f"{kind}.parquet" for kind in KINDS))
"""Files of a complete run beside its description."""


@dataclass(frozen=True)
class Plan:
    """A run: what happens in chunk ``k`` depends on nothing else than this and ``k``.

    Parameters
    ----------
    primaries
        Rows of `PRIMARY`, events in increasing order.
    stack, physics
        Layers of the detector, and how particles are followed in it.
    data
        Data sets of Geant4.
    seed
        Seed of the run, from which those of the chunks follow.
    events_per_chunk
        Largest number of events in a chunk.
    """

    primaries: StructuredArray
    stack: Stack
    physics: Physics
    data: DataSets
    seed: int
    events_per_chunk: int = EVENTS_PER_CHUNK

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            If there is nothing to simulate, or events are not in increasing order.
        """
        if not len(self.primaries):
            raise InputError("no particles to simulate")
        if np.any(np.diff(self.primaries["event"]) < 0):
            raise InputError("events must come in increasing order")

    @property
    def starts(self) -> IntArray:
        """First primary of each chunk, and the number of primaries."""
        first = np.flatnonzero(np.diff(self.primaries["event"], prepend=-1) != 0)
        starts = first[:: self.events_per_chunk]
        return np.append(starts, len(self.primaries)).astype(np.int64)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return len(self.starts) - 1

    @property
    def events(self) -> int:
        """Number of events."""
        return len(np.unique(self.primaries["event"]))

    def primaries_of(self, chunk: int) -> StructuredArray:
        """Primaries of one chunk."""
        start, stop = self.starts[chunk : chunk + 2]
        return self.primaries[start:stop]

    def seed_of(self, chunk: int) -> int:
        """Odd seed of 128 bits, from the run's seed and the chunk's number alone."""
        return chunk_seed(self.seed, chunk)

    def description(self) -> dict[str, Any]:
        """Everything the result depends on."""
        stack = {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in vars(self.stack).items()
            if key in Stack.__dataclass_fields__
        }
        described = {
            "seed": self.seed,
            "events": self.events,
            "events_per_chunk": self.events_per_chunk,
            "primaries": len(self.primaries),
            "primaries_sha256": hashlib.sha256(self.primaries.tobytes()).hexdigest(),
            "stack": stack,
            "physics": asdict(self.physics),
            **engine_record(self.data),
        }
        plain: dict[str, Any] = json.loads(json.dumps(described))
        return plain

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the description."""
        return digest_of(self.description())


def digest_of(about: Mapping[str, Any]) -> str:
    """SHA-256 of a description, without the checksums of the tables."""
    plain = {key: value for key, value in about.items() if key != TABLES}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def chunk_seed(seed: int, chunk: int) -> int:
    """Odd seed of 128 bits for one chunk of a run.

    Examples
    --------
    >>> chunk_seed(1, 0) % 2, chunk_seed(1, 0) == chunk_seed(1, 1)
    (1, False)
    """
    high, low = np.random.SeedSequence(seed, spawn_key=(chunk,)).generate_state(2, np.uint64)
    return (int(high) << 64) | int(low) | 1


def chunk_file(folder: Path, chunk: int) -> Path:
    """Where a chunk is kept until the run is complete."""
    return folder / "chunks" / f"{chunk:06}.parquet"


def write_chunk(
    plan: Plan, folder: Path, chunk: int, crossings: Mapping[str, StructuredArray]
) -> None:
    """Write the crossings of one chunk; ``kind`` numbers ``KINDS``."""
    kinds = np.dtype([("kind", np.int8), *CROSSING.descr])
    parts = []
    for number, kind in enumerate(KINDS):
        rows = np.empty(len(crossings[kind]), kinds)
        rows["kind"] = number
        assert CROSSING.names is not None
        for name in CROSSING.names:
            rows[name] = crossings[kind][name]
        parts.append(rows)
    write_table(chunk_file(folder, chunk), np.concatenate(parts), _chunk_of(plan, chunk))


def missing_chunks(plan: Plan, folder: Path) -> list[int]:
    """Chunks of a run that have no file, or one that is damaged or of another run."""
    missing = []
    for chunk in range(plan.chunks):
        path = chunk_file(folder, chunk)
        try:
            done = path.is_file() and about_table(path) == _chunk_of(plan, chunk)
        except InputError:
            done = False
        if not done:
            missing.append(chunk)
    return missing


def _chunk_of(plan: Plan, chunk: int) -> dict[str, Any]:
    return {"chunk": chunk, "run": plan.digest}


def collect(folder: Path, chunks: int, about: Mapping[str, Any]) -> None:
    """Make the final tables of all chunks, one chunk in memory at a time, and remove the chunks."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    metadata = {METADATA: json.dumps(about)}
    writers: dict[str, pq.ParquetWriter] = {}
    with whole_files([folder / f"{kind}.parquet" for kind in KINDS]) as parts:
        try:
            for chunk in range(chunks):
                with open_table(chunk_file(folder, chunk)) as file:
                    table = file.read()
                for number, (kind, part) in enumerate(zip(KINDS, parts, strict=True)):
                    rows = table.filter(pc.equal(table["kind"], number)).drop_columns(["kind"])
                    rows = rows.replace_schema_metadata(metadata)
                    if kind not in writers:
                        writers[kind] = pq.ParquetWriter(
                            part, rows.schema, compression="zstd", write_page_checksum=True
                        )
                    writers[kind].write_table(rows)
        finally:
            for writer in writers.values():
                writer.close()
    checksums = {name: file_checksum(folder / name) for name in TABLE_FILES}
    write_text(folder / DESCRIPTION, sealed_json({**about, TABLES: checksums}, indent=1))
    shutil.rmtree(folder / "chunks", ignore_errors=True)


def is_complete(folder: Path) -> bool:
    """Whether the final tables are there and nothing waits to be collected.

    Once their checksums are in the description, what is left of the chunks is of no use.
    """
    if not all((folder / f"{kind}.parquet").is_file() for kind in KINDS):
        return False
    if not (folder / "chunks").is_dir():
        return True
    try:
        return TABLES in read_json(folder / DESCRIPTION)
    except InputError:
        return False


@dataclass(frozen=True)
class Recorded:
    """What a run left behind.

    Attributes
    ----------
    primaries
        Rows of `PRIMARY`: the truth.
    film, gas, fibre
        Rows of `CROSSING`.
    about
        What was simulated, with which data and approximations.
    """

    primaries: StructuredArray
    film: StructuredArray
    gas: StructuredArray
    fibre: StructuredArray
    about: Mapping[str, Any]


def read_run(folder: Path) -> Recorded:
    """Read a complete run.

    Raises
    ------
    InputError
        If there is none in the folder.
    """
    if not (folder / DESCRIPTION).is_file() or not is_complete(folder):
        raise InputError(f"{folder}: holds no complete run of `wayside simulate`")
    about = read_json(folder / DESCRIPTION)
    check_tables(folder, about)
    film, gas, fibre = (read_table(folder / f"{kind}.parquet", CROSSING) for kind in KINDS)
    return Recorded(read_table(folder / PRIMARIES, PRIMARY), film, gas, fibre, about)


def check_tables(folder: Path, about: Mapping[str, Any]) -> None:
    """Refuse tables that are damaged, or of another run.

    Parameters
    ----------
    folder
        Folder of a complete run.
    about
        Its description; one without checksums, of a run that was made by other means, is compared
        with what the tables say themselves.

    Raises
    ------
    InputError
        One line that names the file.
    """
    checksums = about.get(TABLES)
    if not isinstance(checksums, Mapping):
        checksums = {}
    described = about if "primaries_sha256" in about else None
    for name in TABLE_FILES:
        path = folder / name
        there = about_table(path)
        if there is not None:
            described = described or there
            if digest_of(there) != digest_of(described):
                differing = sorted(
                    key
                    for key in {*there, *described} - {TABLES}
                    if there.get(key) != described.get(key)
                )
                raise InputError(f"{path}: of another run (different {', '.join(differing)})")
    require_checksums(folder, checksums, "run")
