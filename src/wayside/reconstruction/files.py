"""Reading what simulation left in a folder, and writing tables: the one place that knows names.

A run holds ``run.json`` (with the layers under ``stack``, in mm), ``primaries.parquet`` and the
crossings ``film.parquet``, ``gas.parquet`` and ``fibre.parquet``, events in increasing order.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.files import whole_file
from wayside.generator.records import PRIMARY
from wayside.reconstruction.material import Layer
from wayside.transport.records import CROSSING
from wayside.typing import IntArray, StructuredArray

KINDS: Final = ("film", "gas", "fibre")
"""Kinds of crossings, each with a file."""


class Run:
    """A complete run of the simulation.

    Parameters
    ----------
    folder
        Where it is.

    Raises
    ------
    InputError
        If there is none.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder")
        needed = ["primaries.parquet", *(f"{kind}.parquet" for kind in KINDS)]
        missing = [name for name in needed if not (folder / name).is_file()]
        if missing:
            raise InputError(
                f"{folder}: holds no complete run of the simulation ({missing[0]} is missing)"
            )
        self.primaries = read_table(folder / "primaries.parquet", PRIMARY)
        self.about = self._about()

    def _about(self) -> dict[str, Any]:
        path = self.folder / "run.json"
        if not path.is_file():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise InputError(f"{path}: cannot be read as JSON") from None
        return found if isinstance(found, dict) else {}

    @property
    def sheets(self) -> Sheets:
        """Depths of the layers that were simulated; the study's if the run does not tell."""
        stack = self.about.get("stack", {})
        try:
            width, height = stack.get("size", (200.0, 300.0))
            names = {"plate": "plate", "film": "film", "base": "base", "gap": "mpgd"}
            lengths = {own: float(stack[name]) for own, name in names.items() if name in stack}
            counts = {name: int(stack[name]) for name in ("layers", "blocks") if name in stack}
            return Sheets(**lengths, **counts, width=float(width), height=float(height))  # type: ignore[arg-type]
        except (TypeError, ValueError, AttributeError):
            raise InputError(f"{self.folder / 'run.json'}: stack: cannot be used") from None

    @property
    def layer(self) -> Layer:
        """What particles went through in a layer; the study's if the run does not tell."""
        stack = self.about.get("stack")
        if stack is None:
            return Layer()
        try:
            known = {key: stack[key] for key in Stack.__dataclass_fields__ if key in stack}
            return Layer.from_stack(
                Stack(**{**known, "size": (self.sheets.width, self.sheets.height)})
            )
        except (TypeError, ValueError, AttributeError):
            raise InputError(f"{self.folder / 'run.json'}: stack: cannot be used") from None

    def events(self) -> IntArray:
        """Numbers of the events, in increasing order."""
        return np.unique(self.primaries["event"])

    def crossings(self, kind: str, first: int, last: int) -> StructuredArray:
        """Crossings of the events from ``first`` to ``last``, read without the others."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        file = pq.ParquetFile(self.folder / f"{kind}.parquet")
        column = file.schema_arrow.get_field_index("event")
        parts = []
        for group in range(file.num_row_groups):
            about = file.metadata.row_group(group).column(column).statistics
            if about is not None and about.has_min_max and (about.min > last or about.max < first):
                continue
            table = file.read_row_group(group)
            events = table["event"]
            chosen = pc.and_(pc.greater_equal(events, first), pc.less_equal(events, last))
            parts.append(_rows(table.filter(chosen), CROSSING, self.folder / f"{kind}.parquet"))
        return np.concatenate(parts) if parts else np.zeros(0, dtype=CROSSING)


def _rows(table: Any, dtype: np.dtype[Any], path: Path) -> StructuredArray:
    assert dtype.names is not None
    rows = np.zeros(len(table), dtype=dtype)
    for name in dtype.names:
        if name not in table.column_names:
            raise InputError(f'{path}: no column "{name}"; needed: {", ".join(dtype.names)}')
        rows[name] = table[name].to_numpy()
    return rows


def read_table(path: Path, dtype: np.dtype[Any]) -> StructuredArray:
    """Read a Parquet file into a structured array.

    Raises
    ------
    InputError
        If it cannot be read, or a column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as error:
        reason = getattr(error, "strerror", None) or "not a Parquet file"
        raise InputError(f"{path}: cannot be read: {reason}") from None
    return _rows(table, flat(dtype), path)


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


def write_table(path: Path, rows: StructuredArray, about: Mapping[str, Any]) -> None:
    """Write a structured array as Parquet with what it is about, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = flatten(rows)
    assert rows.dtype.names is not None
    table = pa.table({name: np.ascontiguousarray(rows[name]) for name in rows.dtype.names})
    table = table.replace_schema_metadata({"wayside": json.dumps(dict(about), sort_keys=True)})
    with whole_file(path) as part:
        pq.write_table(table, part, compression="zstd")


def collect(parts: list[Path], path: Path) -> None:
    """Make one file of many, one of them in memory at a time."""
    import pyarrow.parquet as pq

    with whole_file(path) as whole:
        writer = None
        try:
            for part in parts:
                table = pq.ParquetFile(part).read()
                writer = writer or pq.ParquetWriter(whole, table.schema, compression="zstd")
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()


def spans(events: IntArray, together: int) -> Iterator[tuple[int, int]]:
    """First and last event of groups of so many; all in one group if 0."""
    step = together or max(len(events), 1)
    for begin in range(0, len(events), step):
        group = events[begin : begin + step]
        yield int(group[0]), int(group[-1])
