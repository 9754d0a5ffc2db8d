"""Structured arrays as Parquet files that appear whole and are checked when they are read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.errors import InputError
from wayside.files import printable, whole_file
from wayside.reading import reading, unsealed_json
from wayside.typing import StructuredArray

METADATA: Final = "wayside"
"""Key of the file's metadata under which JSON says what a table is about."""


def flat(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The same columns with every short vector taken apart: ``along`` to ``along_0`` and so on."""
    columns: list[tuple[str, Any]] = []
    assert dtype.names is not None
    for name in dtype.names:
        field = dtype[name]
        if field.subdtype is None:
            columns.append((name, field))
        else:
            columns += [(f"{name}_{k}", field.subdtype[0]) for k in range(field.shape[0])]
    return np.dtype(columns)


def flatten(rows: StructuredArray) -> StructuredArray:
    """Rows with every short vector taken apart."""
    out = np.zeros(len(rows), dtype=flat(rows.dtype))
    assert rows.dtype.names is not None
    for name in rows.dtype.names:
        if rows.dtype[name].subdtype is None:
            out[name] = rows[name]
        else:
            for k in range(rows.dtype[name].shape[0]):
                out[f"{name}_{k}"] = rows[name][:, k]
    return out


def write_table(path: Path, rows: StructuredArray, about: Mapping[str, Any] | None = None) -> None:
    """Write a structured array as Parquet, whole or not at all.

    Parameters
    ----------
    path
        File to write; replaced if it is there.
    rows
        Rows; short vectors are written as columns ``name_0``, ``name_1`` and so on.
    about
        What the table is about, kept as JSON in the metadata of the file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = flatten(rows)
    assert rows.dtype.names is not None
    table = pa.table({name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names})
    if about is not None:
        table = table.replace_schema_metadata({METADATA: json.dumps(dict(about), sort_keys=True)})
    with whole_file(path) as part:
        pq.write_table(table, part, compression="zstd", write_page_checksum=True)


def require_pyarrow() -> None:
    """Refuse to go on without pyarrow.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise InputError('pyarrow is not installed: pip install "wayside[scan]"') from None
    del pyarrow


@contextmanager
def open_table(path: Path) -> Iterator[Any]:
    """Open a Parquet file; every error while it is open is one line about it.

    Parameters
    ----------
    path
        The file.

    Yields
    ------
    pyarrow.parquet.ParquetFile
        With the checksums of its pages verified.

    Raises
    ------
    InputError
        If it cannot be read, or pyarrow is not installed.
    """
    require_pyarrow()
    import pyarrow.parquet as pq

    with reading(path, "Parquet"), pq.ParquetFile(path, page_checksum_verification=True) as file:
        yield file


def read_table(path: Path, dtype: np.dtype[Any]) -> StructuredArray:
    """Read rows written by `write_table`, or any Parquet file with such columns.

    Parameters
    ----------
    path
        The file.
    dtype
        Columns to read; short vectors as `flat` names them.

    Raises
    ------
    InputError
        If it cannot be read, or a column is missing.
    """
    with open_table(path) as file:
        return rows_of(file.read(), flat(dtype), path)


def rows_of(table: Any, dtype: np.dtype[Any], path: Path) -> StructuredArray:
    """Rows of a table in memory.

    Parameters
    ----------
    table
        A `pyarrow.Table`.
    dtype
        Columns to take.
    path
        File that the table is from, for a message.

    Raises
    ------
    InputError
        If a column is missing, or has no value in some row.
    """
    assert dtype.names is not None
    rows = np.zeros(len(table), dtype=dtype)
    for name in dtype.names:
        if name not in table.column_names:
            raise InputError(
                f'{printable(path)}: no column "{name}"; needed: {", ".join(dtype.names)}'
            )
        if table[name].null_count:
            raise InputError(f'{printable(path)}: column "{name}": empty cells')
        rows[name] = table[name].to_numpy()
    return rows


def about_table(path: Path) -> dict[str, Any] | None:
    """What a file says that its table is about; None if it says nothing.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with open_table(path) as file:
        text = (file.metadata.metadata or {}).get(METADATA.encode())
    return None if text is None else unsealed_json(path, text)


def join_tables(parts: Iterable[Path], path: Path, about: Mapping[str, Any] | None = None) -> None:
    """Make one file of many with the same columns, one of them in memory at a time.

    Parameters
    ----------
    parts
        Files to join, in order.
    path
        File to write; replaced if it is there.
    about
        What the whole is about; what the first part says unless given.
    """
    import pyarrow.parquet as pq

    with whole_file(path) as whole:
        writer = None
        try:
            for part in parts:
                with open_table(part) as file:
                    table = file.read()
                if about is not None:
                    words = json.dumps(dict(about), sort_keys=True)
                    table = table.replace_schema_metadata({METADATA: words})
                writer = writer or pq.ParquetWriter(
                    whole, table.schema, compression="zstd", write_page_checksum=True
                )
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
