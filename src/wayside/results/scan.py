"""Scans over keys of a scenario: in memory or in a folder, with figures and as a data frame."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from wayside.errors import InputError
from wayside.executors import Executor, Outcome, local_executor
from wayside.files import claimed_folder, write_files
from wayside.results.conversions import data_set, optional
from wayside.results.saving import NONE, Drawing, Plotted, Progress, Saved
from wayside.scanning.designs import Design, Grid, Table, design_of
from wayside.scanning.partitions import file_name, task, writer
from wayside.scanning.plan import Plan, plan
from wayside.scanning.record import NAME, Record, new_record, read_record
from wayside.scanning.run import ScanError, run_scan
from wayside.scanning.source import Source, bytes_source, folder_source
from wayside.scenario import Scenario
from wayside.text import json_text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["KeyScan", "load_scan", "scan_keys"]


class KeyScan(Plotted, Saved):
    """Points of a scan, with what was computed for them.

    Made by `scan_keys` and `load_scan`.

    Parameters
    ----------
    record
        What was computed from which inputs.
    source
        Where the columns are: in memory or in a folder.
    """

    kind: ClassVar = "scan"

    def __init__(self, record: Record, source: Source) -> None:
        self.record = record
        self.source = source
        self._columns: dict[str, Any] = {}

    def __len__(self) -> int:
        """Number of points that are there."""
        return self.record.done

    def __getitem__(self, name: str) -> Any:
        """Values of a column, in the order of the points: NaN, or None, where there is none."""
        if name not in self._columns:
            if name not in self.names:
                raise InputError(f'no column "{name}"; there are {", ".join(self.names)}')
            self._columns[name] = self.source.column(name)
        return self._columns[name]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.record.columns)

    @property
    def units(self) -> dict[str, str]:
        """Units by column, empty for text."""
        return {column.name: column.unit for column in self.record.columns}

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario whose keys vary."""
        return Scenario.from_dict(self.record.inputs["scenario"])

    def summary(self) -> dict[str, Any]:
        """Inputs, columns and partitions, as in ``scan.json``."""
        return self.record.summary()

    def texts(self) -> dict[str, bytes | str]:
        """Contents of ``scan.json``, which is beside the partitions."""
        return {NAME: json_text(self.summary()) + "\n"}

    def inputs(self) -> dict[str, Any]:
        """The scenario, points, columns, and points of a partition."""
        inputs = self.record.inputs
        design = dict(inputs["design"])
        if design["kind"] == Table.kind:
            design["values"] = np.stack([self[key] for key in self.record.keys], axis=1).tolist()
        return {
            "scenario": inputs["scenario"],
            "design": design,
            "columns": inputs["columns"],
            "rows": inputs["rows"],
        }

    @classmethod
    def compute(
        cls,
        scenario: Scenario,
        options: Mapping[str, Any] = NONE,
        progress: Progress | None = None,
    ) -> Self:
        """Compute a scan in memory, as `wayside.results.saving.Saved.compute`."""
        say = progress or (lambda _: None)
        planned = plan(scenario, design_of(options["design"]), options["columns"], options["rows"])
        return cls(*_in_memory(planned, local_executor(), lambda done, of: say(f"{done} of {of}")))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open the folder of a scan, as `load_scan`."""
        record = read_record(folder)
        return cls(record, folder_source(folder, record))

    def to_pandas(self, table: str | None = None) -> "pd.DataFrame":
        """All columns as a data frame; there is no other ``table``.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        pandas = optional("pandas")
        if table is not None:
            raise InputError(f"no table {table}: a scan is one table")
        frame: pd.DataFrame = pandas.DataFrame({name: self[name] for name in self.names})
        return frame

    def to_xarray(self) -> Any:
        """All columns of numbers as a data set of xarray, along the keys of a grid.

        Raises
        ------
        InputError
            If xarray is not installed, or the scan is no complete grid.
        """
        design = design_of(self.inputs()["design"])
        if not (isinstance(design, Grid) and self.record.complete):
            raise InputError("only a complete scan over a grid has axes; take to_pandas()")
        keys = dict(zip(design.keys, design.shape, strict=True))
        columns = [name for name in self.names if self.units[name] and name not in keys]
        variables = {name: np.reshape(self[name], design.shape) for name in columns}
        axes = {key: np.unique(self[key]) for key in keys}
        about = {"scenario": self.scenario.name}
        return data_set(axes, variables, self.units, about)

    def draw(self, axes: "Axes", *, name: str | None = None) -> None:
        """Draw one quantity into axes that are there.

        Parameters
        ----------
        axes
            The axes.
        name
            Quantity, or column where two keys vary; the first unless given.
        """
        from wayside.plotting.scan_figure import draw_scan

        draw_scan(axes, self, name)

    def drawings(self) -> Iterator[Drawing]:
        """Figures: one for each quantity, if one or two keys vary."""
        from wayside.plotting.scan_figure import scan_figures

        yield from (Drawing(name, draw) for name, draw in scan_figures(self))

    def write_tables(self, folder: Path) -> list[Path]:
        """Write partitions and ``scan.json``."""
        parts = {
            partition.file: self.source.content(partition.number)
            for partition in self.record.partitions
        }
        written = [
            path
            for name, content in parts.items()
            for path in write_files((folder / name).parent, {Path(name).name: content})
        ]
        return written + write_files(folder, self.texts())

    def __repr__(self) -> str:
        """One line."""
        name, keys = self.record.inputs["scenario"]["name"], ", ".join(self.record.keys)
        return f"<scan of {name} over {keys}: {len(self)} points, {self.record.failed} failed>"


def scan_keys(
    scenario: Scenario,
    points: Design | Mapping[str, ArrayLike],
    quantities: Sequence[str] = ("events",),
    *,
    folder: Path | str | None = None,
    workers: int = 1,
    by: Executor | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> KeyScan:
    """Compute quantities over any numeric keys of a scenario.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; what does not vary is taken from it.
    points
        Arrays of values by dotted key, in base units, that broadcast together; or a design of
        `wayside.scanning.designs`.
    quantities
        Keys of `wayside.scanning.quantities.QUANTITIES`, or names of single columns.
    folder
        Where partitions go as they are done, so that a run that was killed goes on; in memory
        unless given.
    workers
        Number of processes; one is this process itself.
    by
        Executor that computes, in place of processes.
    progress
        Called with the number of points that are done, and of all.

    Returns
    -------
    KeyScan
        Columns by name.

    Raises
    ------
    InputError
        If a key or quantity is not known, or the folder holds a scan of other inputs.

    Examples
    --------
    >>> import wayside
    >>> scenario = wayside.load_scenario("belle2-forward")
    >>> points = {"model.m2": [3.62, 3.65], "model.epsilon": 2e-4}
    >>> found = wayside.scan_keys(scenario, points, ["events", "ctau"])
    >>> len(found), found.units["ctau"], bool(found["events_A"][1] > found["events_A"][0])
    (2, 'm', True)
    """
    planned = plan(scenario, table(points) if isinstance(points, Mapping) else points, quantities)
    by = local_executor(workers) if by is None else by
    if folder is not None:
        with claimed_folder(Path(folder)):
            record = run_scan(planned, Path(folder), by, progress=progress)
        return KeyScan(record, folder_source(Path(folder), record))
    return KeyScan(*_in_memory(planned, by, progress or (lambda *_: None)))


def load_scan(folder: Path | str) -> KeyScan:
    """Open the folder of a scan; columns are read as they are asked for.

    Raises
    ------
    InputError
        If there is no scan in it.
    """
    return KeyScan.load(Path(folder))


def table(points: Mapping[str, ArrayLike]) -> Table:
    """Points of arrays by key that broadcast together.

    Raises
    ------
    InputError
        If they do not, or are no numbers.
    """
    if not points:
        raise InputError("a scan needs at least one key that varies")
    try:
        arrays = [np.asarray(values, dtype=np.float64) for values in points.values()]
        wide = np.broadcast_arrays(*arrays)
    except (TypeError, ValueError) as error:
        raise InputError(f"points: {error}") from None
    return Table(tuple(points), np.stack([values.ravel() for values in wide], axis=1))


def _in_memory(
    planned: Plan, by: Executor, progress: Callable[[int, int], object]
) -> tuple[Record, Source]:
    contents_by_partition = {}
    done, total = 0, planned.design.size

    def receive(outcome: Outcome) -> None:
        nonlocal done
        if outcome.error is not None:
            raise ScanError(f"{outcome.name}: {outcome.error}")
        partition, content = outcome.value
        contents_by_partition[partition] = content
        done += partition.points
        progress(done, total)

    tasks = ((file_name(number), task(planned, number)) for number in range(planned.partitions))
    progress(0, total)
    by.run(writer(planned), tasks, receive, lambda _: None)
    record = new_record(planned).with_partitions(contents_by_partition)
    contents = {partition.number: content for partition, content in contents_by_partition.items()}
    return record, bytes_source(record, contents)
