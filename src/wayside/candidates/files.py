"""Files of candidates: Parquet, with the samples and the version in the metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from wayside.candidates.schema import (
    COLUMNS,
    DECAY_ROW,
    DECAYS,
    GAPS,
    HITS,
    ROW,
    VERSION,
    Column,
)
from wayside.errors import InputError
from wayside.files import whole_file
from wayside.typing import IntArray, StructuredArray

if TYPE_CHECKING:
    import pyarrow as pa

_KEY: Final = b"wayside-candidates"


class Lists(NamedTuple):
    """Lists of the rows: of row i, ``values[name][offsets[i]:offsets[i + 1]]``."""

    offsets: IntArray
    """Where the list of each row begins, and the number of all values; shape (rows + 1,)."""
    values: Mapping[str, npt.NDArray[Any]]
    """Values by column."""


def no_lists(columns: tuple[Column, ...], rows: int) -> Lists:
    """Empty lists for a number of rows."""
    values: dict[str, npt.NDArray[Any]] = {
        column.name: np.zeros(0, column.dtype) for column in columns
    }
    return Lists(np.zeros(rows + 1, dtype=np.int64), values)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates, and what they were made of.

    Attributes
    ----------
    rows
        Rows of `wayside.candidates.schema.ROW`.
    fibres, gaps
        Lists of `wayside.candidates.schema.HITS` and `wayside.candidates.schema.GAPS`.
    samples
        Of each sample its ``name``, ``beam`` (``"diffuse"``, ``"point"``, ``"decays"`` or
        ``"spread"``), ``particles`` (PDG numbers), ``simulated`` (number of particles or decays),
        ``shield`` (thickness of the lead in m).
    about
        Versions and settings.
    """

    rows: StructuredArray
    fibres: Lists
    gaps: Lists
    samples: tuple[Mapping[str, Any], ...]
    about: Mapping[str, Any] = field(default_factory=dict)

    def of(self, name: str) -> StructuredArray:
        """Rows of one sample.

        Raises
        ------
        InputError
            If there is no such sample.
        """
        names = [sample["name"] for sample in self.samples]
        if name not in names:
            raise InputError(f"no sample {name!r} of candidates; there are: {', '.join(names)}")
        return np.asarray(self.rows[self.rows["sample"] == names.index(name)])


def write_candidates(path: Path, candidates: Candidates) -> None:
    """Write candidates, whole or not at all.

    Parameters
    ----------
    path
        Name of the Parquet file.
    candidates
        Rows, lists and samples.
    """
    import pyarrow as pa

    arrays: dict[str, Any] = {
        column.name: np.ascontiguousarray(candidates.rows[column.name]) for column in COLUMNS
    }
    for lists, columns in ((candidates.fibres, HITS), (candidates.gaps, GAPS)):
        offsets = pa.array(lists.offsets.astype(np.int32))
        for column in columns:
            values = pa.array(lists.values[column.name].astype(column.dtype))
            arrays[column.name] = pa.ListArray.from_arrays(offsets, values)
    about = {"samples": list(candidates.samples), "about": dict(candidates.about)}
    _write(path, pa.table(arrays), (*COLUMNS, *HITS, *GAPS), about)


def write_decays(path: Path, decays: StructuredArray, about: Mapping[str, Any]) -> None:
    """Write the table of simulated decays, whole or not at all.

    Parameters
    ----------
    path
        Name of the Parquet file.
    decays
        Rows of `wayside.candidates.schema.DECAY_ROW`.
    about
        ``samples`` and ``about`` of the candidates.
    """
    import pyarrow as pa

    assert decays.dtype == DECAY_ROW
    arrays = {column.name: np.ascontiguousarray(decays[column.name]) for column in DECAYS}
    _write(path, pa.table(arrays), DECAYS, about)


def _write(
    path: Path, table: "pa.Table", columns: tuple[Column, ...], about: Mapping[str, Any]
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [
        table.schema.field(column.name).with_metadata(
            {"unit": column.unit, "description": column.text}
        )
        for column in columns
    ]
    head = json.dumps({"version": VERSION, **about})
    table = table.cast(pa.schema(fields, metadata={_KEY: head.encode()}))
    with whole_file(path) as part:
        pq.write_table(table, part, compression="zstd", compression_level=9)


def read_candidates(path: Path) -> Candidates:
    """Read candidates.

    Parameters
    ----------
    path
        A file of `write_candidates`.

    Raises
    ------
    InputError
        If it cannot be read, is of another version, or a column is missing.
    """
    table, about = _read(path, (*COLUMNS, *HITS, *GAPS))
    rows = _rows(table, COLUMNS, ROW)
    lists = [_lists(table, columns) for columns in (HITS, GAPS)]
    return Candidates(rows, lists[0], lists[1], tuple(about["samples"]), about["about"])


def read_decays(path: Path) -> StructuredArray:
    """Read simulated decays; errors as in `read_candidates`."""
    table, _ = _read(path, DECAYS)
    return _rows(table, DECAYS, DECAY_ROW)


def _read(path: Path, columns: tuple[Column, ...]) -> tuple["pa.Table", dict[str, Any]]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise InputError('pyarrow is not installed: pip install "wayside[simulation]"') from None
    try:
        table = pq.ParquetFile(path).read()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except pa.ArrowInvalid:
        raise InputError(f"{path}: not a Parquet file") from None
    head = (table.schema.metadata or {}).get(_KEY)
    if head is None:
        raise InputError(f"{path}: holds no candidates")
    about: dict[str, Any] = json.loads(head)
    if about["version"] != VERSION:
        raise InputError(f"{path}: candidates of version {about['version']}, not {VERSION}")
    missing = [column.name for column in columns if column.name not in table.column_names]
    if missing:
        raise InputError(f'{path}: no column "{missing[0]}"')
    return table, about


def _rows(
    table: "pa.Table", columns: tuple[Column, ...], dtype: np.dtype[np.void]
) -> StructuredArray:
    rows = np.zeros(len(table), dtype)
    for column in columns:
        rows[column.name] = table[column.name].to_numpy()
    return rows


def _lists(table: "pa.Table", columns: tuple[Column, ...]) -> Lists:
    values: dict[str, npt.NDArray[Any]] = {}
    offsets = np.zeros(len(table) + 1, dtype=np.int64)
    for column in columns:
        chunks = table[column.name].combine_chunks()
        lengths = chunks.value_lengths().to_numpy(zero_copy_only=False)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        flat = chunks.flatten().to_numpy(zero_copy_only=False)
        values[column.name] = np.asarray(flat, dtype=column.dtype)
    return Lists(offsets, values)
