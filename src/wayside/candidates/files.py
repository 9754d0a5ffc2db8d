"""Files of candidates: Parquet, with the samples and the version in the metadata."""

from collections.abc import Mapping, Sequence
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
from wayside.files import printable, whole_file
from wayside.reading import sealed_json, unsealed_json
from wayside.tables import open_table, rows_of
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

    def of(self, rows: IntArray) -> "Lists":
        """Lists of some rows.

        Parameters
        ----------
        rows
            Which, shape (n,).
        """
        low, size = self.offsets[rows], np.diff(self.offsets)[rows]
        offsets = np.concatenate([[0], np.cumsum(size)])
        places = np.repeat(low - offsets[:-1], size) + np.arange(offsets[-1])
        return Lists(offsets, {name: values[places] for name, values in self.values.items()})

    @classmethod
    def joined(cls, parts: Sequence["Lists"]) -> "Lists":
        """Lists of the rows of several tables, one after the other.

        Parameters
        ----------
        parts
            At least one.
        """
        sizes = np.concatenate([np.diff(part.offsets) for part in parts])
        names = parts[0].values
        values = {name: np.concatenate([part.values[name] for part in parts]) for name in names}
        return cls(np.concatenate([[0], np.cumsum(sizes)]), values)


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
        ``"spread"``), ``particles`` (PDG numbers), ``energies`` (fraction and ends in GeV of each
        range that is uniform in the logarithm), ``simulated`` (number of particles or decays),
        ``shield`` (thickness of the lead in m). Samples with the same name ``joined`` have in each
        row the sampling density of all of them together: they are one sample.
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
    head = sealed_json({"version": VERSION, **about})
    table = table.cast(pa.schema(fields, metadata={_KEY: head.encode()}))
    with whole_file(path) as part:
        pq.write_table(
            table, part, compression="zstd", compression_level=9, write_page_checksum=True
        )


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
    rows = rows_of(table, ROW, path)
    lists = [_lists(table, columns) for columns in (HITS, GAPS)]
    return Candidates(rows, lists[0], lists[1], tuple(about["samples"]), about["about"])


def read_decays(path: Path) -> StructuredArray:
    """Read simulated decays; errors as in `read_candidates`."""
    table, _ = _read(path, DECAYS)
    return rows_of(table, DECAY_ROW, path)


def _read(path: Path, columns: tuple[Column, ...]) -> tuple["pa.Table", dict[str, Any]]:
    with open_table(path) as file:
        table = file.read()
    head = (table.schema.metadata or {}).get(_KEY)
    if head is None:
        raise InputError(f"{printable(path)}: holds no candidates")
    about = unsealed_json(path, head)
    if about.get("version") != VERSION:
        version = about.get("version")
        raise InputError(f"{printable(path)}: candidates of version {version}, not {VERSION}")
    missing = [column.name for column in columns if column.name not in table.column_names]
    if missing:
        raise InputError(f'{printable(path)}: no column "{missing[0]}"')
    return table, about


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
