"""Reading what simulation left in a folder: the one place that knows names.

A run holds ``run.json`` (with the layers under ``stack``, in mm), ``primaries.parquet`` and the
crossings ``film.parquet``, ``gas.parquet`` and ``fibre.parquet``, events in increasing order.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from wayside.detector.stack import Stack
from wayside.emulsion.sheets import Sheets
from wayside.errors import InputError
from wayside.files import printable
from wayside.generator.records import PRIMARY
from wayside.reading import read_json
from wayside.reconstruction.material import Layer
from wayside.tables import open_table, read_table, rows_of
from wayside.transport.plan import DESCRIPTION, PRIMARIES, TABLE_FILES, check_tables
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
    check
        Whether the tables are compared with the checksums of the run, which reads them as a whole.

    Raises
    ------
    InputError
        If there is none, or a table is damaged or of another run.
    """

    def __init__(self, folder: Path, *, check: bool = True) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise InputError(f"{printable(folder)}: no such folder")
        missing = [name for name in TABLE_FILES if not (folder / name).is_file()]
        if missing:
            raise InputError(
                f"{printable(folder)}: holds no complete run of the simulation"
                f" ({missing[0]} is missing)"
            )
        description = folder / DESCRIPTION
        self.about: dict[str, Any] = read_json(description) if description.is_file() else {}
        if check:
            check_tables(folder, self.about)
        self.primaries = read_table(folder / PRIMARIES, PRIMARY)

    @property
    def sheets(self) -> Sheets:
        """Depths of the layers that were simulated; the study's if the run does not tell."""
        stack = self.about.get("stack", {})
        with self._using_stack():
            width, height = stack.get("size", (200.0, 300.0))
            names = {"plate": "plate", "film": "film", "base": "base", "gap": "mpgd"}
            lengths = {field: float(stack[name]) for field, name in names.items() if name in stack}
            counts = {name: int(stack[name]) for name in ("layers", "blocks") if name in stack}
            return Sheets(**lengths, **counts, width=float(width), height=float(height))  # type: ignore[arg-type]

    @property
    def stack(self) -> Stack:
        """Layers that were simulated; the study's if the run does not tell."""
        stack = self.about.get("stack", {})
        with self._using_stack():
            known = {key: stack[key] for key in Stack.__dataclass_fields__ if key in stack}
            return Stack(**{**known, "size": (self.sheets.width, self.sheets.height)})

    @property
    def layer(self) -> Layer:
        """What particles went through in a layer; the study's if the run does not tell."""
        with self._using_stack():
            return Layer.from_stack(self.stack) if "stack" in self.about else Layer()

    @contextmanager
    def _using_stack(self) -> Iterator[None]:
        """Name the file where its layers cannot be used."""
        try:
            yield
        except (TypeError, ValueError, AttributeError):
            raise InputError(f"{self.folder / 'run.json'}: stack: cannot be used") from None

    def events(self) -> IntArray:
        """Numbers of the events, in increasing order."""
        return np.unique(self.primaries["event"])

    def crossings(self, kind: str, first: int, last: int) -> StructuredArray:
        """Crossings of the events from ``first`` to ``last``, read without the others."""
        import pyarrow.compute as pc

        path = self.folder / f"{kind}.parquet"
        parts = []
        with open_table(path) as file:
            column = file.schema_arrow.get_field_index("event")
            for group in range(file.num_row_groups):
                known = file.metadata.row_group(group).column(column).statistics
                bounded = known is not None and known.has_min_max
                if bounded and (known.min > last or known.max < first):
                    continue
                table = file.read_row_group(group)
                events = table["event"]
                chosen = pc.and_(pc.greater_equal(events, first), pc.less_equal(events, last))
                parts.append(rows_of(table.filter(chosen), CROSSING, path))
        return np.concatenate(parts) if parts else np.zeros(0, dtype=CROSSING)


def spans(events: IntArray, together: int) -> Iterator[tuple[int, int]]:
    """First and last event of groups of so many; all in one group if 0."""
    step = together or max(len(events), 1)
    for begin in range(0, len(events), step):
        group = events[begin : begin + step]
        yield int(group[0]), int(group[-1])
