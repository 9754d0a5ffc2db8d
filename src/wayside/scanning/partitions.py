"""Partitions of a scan as Parquet: the same bytes for the same points, whoever computes them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.scanning.evaluation import Block, Study, evaluate
from wayside.scanning.plan import Plan, Span, package_versions
from wayside.scenario import Scenario
from wayside.scenario.units import unit_of
from wayside.tables import METADATA, about_table, open_table, require_pyarrow
from wayside.typing import FloatArray
from wayside.version import __version__

FOLDER: Final = "points"
"""Folder of the partitions in that of the scan, with nothing else in it: readers take it whole."""

POINT: Final = "point"
ERROR: Final = "error"
"""Columns beside keys and quantities: number of the point, and why it lacks a value."""

UNIT: Final = "unit"
ABOUT: Final = "about"
"""Keys of the metadata of a column."""


Computed = tuple["Partition", bytes]
"""A partition, and its file."""


class Partition(NamedTuple):
    """A partition that is there."""

    number: int
    points: int
    failed: int
    """Points with an error."""
    first_error: str
    sha256: str

    @property
    def file(self) -> str:
        """Path of the file from the folder of the scan."""
        return f"{FOLDER}/{file_name(self.number)}"


class Description(NamedTuple):
    """Name, unit and words of a column."""

    name: str
    unit: str
    """Empty for text."""
    words: str


@dataclass(frozen=True)
class Writer:
    """Computes partitions and writes them as bytes; can be pickled.

    Parameters
    ----------
    study
        What all points have in common.
    inputs
        Everything that the scan depends on.
    digest
        Hash of the inputs.
    columns
        All columns, in order.
    """

    study: Study
    inputs: dict[str, Any]
    digest: str
    columns: tuple[Description, ...]

    def __call__(self, task: tuple[Span, FloatArray]) -> Computed:
        """Compute a partition.

        Parameters
        ----------
        task
            Which points, and the values of their keys, shape (n, keys).

        Raises
        ------
        InputError
            If this process has other versions of packages than the one that planned the scan.
        """
        span, values = task
        require_pyarrow()
        _check_versions(self.inputs)
        block = evaluate(self.study, values)
        content = self._parquet(span, values, block)
        errors = [error for error in block.errors if error]
        return (
            Partition(
                span.number,
                len(values),
                len(errors),
                errors[0] if errors else "",
                hashlib.sha256(content).hexdigest(),
            ),
            content,
        )

    def _parquet(self, span: Span, values: FloatArray, block: Block) -> bytes:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns: dict[str, Any] = {POINT: np.arange(span.start, span.stop)}
        columns |= {key: values[:, number] for number, key in enumerate(self.study.keys)}
        columns |= block.columns
        columns[ERROR] = [error or None for error in block.errors]
        arrays, fields = [], []
        for described in self.columns:
            kind = _type(pa, described)
            # A value that is not there is null, which databases leave out of sums; NaN they do not.
            arrays.append(pa.array(columns[described.name], type=kind, from_pandas=True))
            fields.append(
                pa.field(
                    described.name,
                    kind,
                    metadata={UNIT: described.unit, ABOUT: described.words},
                )
            )
        about = {
            "inputs": self.inputs,
            "inputs_sha256": self.digest,
            "units": {column.name: column.unit for column in self.columns if column.unit},
            "partition": span.number,
        }
        schema = pa.schema(fields, metadata={METADATA: json.dumps(about, sort_keys=True)})
        sink = pa.BufferOutputStream()
        pq.write_table(
            pa.Table.from_arrays(arrays, schema=schema),
            sink,
            compression="zstd",
            write_page_checksum=True,
        )
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def writer(plan: Plan) -> Writer:
    """What computes the partitions of a scan."""
    columns = descriptions(plan.scenario, plan.study)
    return Writer(plan.study, plan.inputs, plan.digest, columns)


def task(plan: Plan, number: int) -> tuple[Span, FloatArray]:
    """Argument of a `Writer` for one partition."""
    span = plan.span(number)
    return span, plan.design.points(span.start, span.stop)


def descriptions(scenario: Scenario, study: Study) -> tuple[Description, ...]:
    """All columns of a scan, in order.

    Parameters
    ----------
    scenario
        That of the study, which has its plain values alone.
    study
        Keys and columns.
    """
    keys = (Description(key, unit_of(scenario, key), "key of the scenario") for key in study.keys)
    return (
        Description(POINT, "1", "number of the point"),
        *keys,
        *(Description(column.name, column.unit, column.words) for column in study.columns),
        Description(ERROR, "", "why a value is missing"),
    )


def file_name(number: int) -> str:
    """Name of the file of a partition."""
    return f"part-{number:06d}.parquet"


def read_partition(folder: Path, number: int, digest: str) -> Partition | None:
    """Read what is there of a partition, all of it, so that damage is found.

    Parameters
    ----------
    folder
        Folder of the scan.
    number
        Number of the partition.
    digest
        Hash of the inputs.

    Returns
    -------
    Partition or None
        None if it is not there, damaged, or of other inputs.
    """
    path = folder / FOLDER / file_name(number)
    try:
        content = path.read_bytes()
        about = about_table(path) or {}
        if about.get("inputs_sha256") != digest or about.get("partition") != number:
            return None
        with open_table(path) as file:
            errors = file.read()[ERROR]
    except (OSError, InputError):
        return None
    reasons = errors.drop_null()
    return Partition(
        number,
        len(errors),
        len(reasons),
        reasons[0].as_py() if len(reasons) else "",
        hashlib.sha256(content).hexdigest(),
    )


def _type(pa: Any, described: Description) -> Any:
    if described.name == POINT:
        return pa.int64()
    return pa.float64() if described.unit else pa.string()


def _check_versions(inputs: dict[str, Any]) -> None:
    """Refuse to compute with other versions than those of the process that planned the scan."""
    here = {"wayside": __version__, **package_versions()}
    for name, wanted in {"wayside": inputs["wayside"], **inputs["packages"]}.items():
        if here.get(name) != wanted:
            raise InputError(
                f"{name} {here.get(name)} in a worker, {wanted} where the scan was planned: bits"
                " would differ"
            )
