"""``scan.json``: what a folder of a scan holds."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from wayside.errors import InputError
from wayside.files import printable, write_text
from wayside.reading import reading
from wayside.scanning.partitions import Description, Partition, descriptions
from wayside.scanning.plan import Plan
from wayside.text import json_text

NAME: Final = "scan.json"


@dataclass(frozen=True)
class Record:
    """What a folder of a scan holds.

    Parameters
    ----------
    inputs
        Everything that the scan depends on.
    digest
        Hash of the inputs.
    points
        Number of points of the whole scan.
    total
        Number of partitions of the whole scan.
    columns
        Columns of every partition.
    partitions
        Those that are there, by number.
    """

    inputs: Mapping[str, Any]
    digest: str
    points: int
    total: int
    columns: tuple[Description, ...]
    partitions: tuple[Partition, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that vary."""
        return tuple(self.inputs["keys"])

    @property
    def quantity_columns(self) -> tuple[Description, ...]:
        """Columns of quantities, without those of points, keys and errors."""
        names = set(self.inputs["columns"])
        return tuple(column for column in self.columns if column.name in names)

    @property
    def logarithmic(self) -> dict[str, bool]:
        """Whether a key varies in equal steps of its logarithm, where the design says so."""
        design = self.inputs["design"]
        ranges = design.get("axes") or design.get("ranges") or ()
        return {span["key"]: span["logarithmic"] for span in ranges}

    @property
    def complete(self) -> bool:
        """Whether all partitions are there."""
        return len(self.partitions) == self.total

    @property
    def done(self) -> int:
        """Points that are there."""
        return sum(partition.points for partition in self.partitions)

    @property
    def failed(self) -> int:
        """Points of these with an error."""
        return sum(partition.failed for partition in self.partitions)

    @property
    def first_error(self) -> str:
        """Why the first of them failed, empty if none did."""
        return next(
            (partition.first_error for partition in self.partitions if partition.failed), ""
        )

    def with_partitions(self, partitions: Iterable[Partition]) -> "Record":
        """The same scan with other partitions."""
        ordered = tuple(sorted(partitions))
        return Record(self.inputs, self.digest, self.points, self.total, self.columns, ordered)

    def summary(self) -> dict[str, Any]:
        """Plain values, as in the file."""
        return {
            "wayside": self.inputs["wayside"],
            "scenario": self.inputs["scenario"],
            "inputs_sha256": self.digest,
            "inputs": dict(self.inputs),
            "points": self.points,
            "points_done": self.done,
            "points_failed": self.failed,
            "first_error": self.first_error or None,
            "complete": self.complete,
            "columns": [column._asdict() for column in self.columns],
            "partitions_total": self.total,
            "partitions": [
                {"file": partition.file, **partition._asdict()} for partition in self.partitions
            ],
        }

    def write(self, folder: Path) -> Path:
        """Write the file into the folder of the scan."""
        write_text(folder / NAME, json_text(self.summary()) + "\n")
        return folder / NAME


def new_record(plan: Plan) -> Record:
    """Record of a scan of which nothing is there yet."""
    columns = descriptions(plan.scenario, plan.study)
    return Record(plan.inputs, plan.digest, plan.design.size, plan.partitions, columns)


def read_record(folder: Path) -> Record:
    """Read ``scan.json``.

    Raises
    ------
    InputError
        If it is not there, damaged, or something else.
    """
    path = folder / NAME
    if not folder.is_dir():
        raise InputError(f"{printable(folder)}: no such folder")
    if not path.is_file():
        raise InputError(f"{printable(folder)}: no {NAME} in it; must be the folder of a scan")
    with reading(path, "the record of a scan"):
        plain = json.loads(path.read_bytes())
        keys = Partition._fields
        return Record(
            plain["inputs"],
            plain["inputs_sha256"],
            int(plain["points"]),
            int(plain["partitions_total"]),
            tuple(Description(**row) for row in plain["columns"]),
            tuple(Partition(*(row[key] for key in keys)) for row in plain["partitions"]),
        )


def differences(
    first_inputs: Mapping[str, Any], second_inputs: Mapping[str, Any], path: str = ""
) -> list[str]:
    """Dotted names of inputs that differ."""
    differing = []
    for key in dict.fromkeys((*first_inputs, *second_inputs)):
        name = f"{path}.{key}" if path else key
        first, second = first_inputs.get(key), second_inputs.get(key)
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            differing += differences(first, second, name)
        elif first != second:
            differing.append(name)
    return differing


def require_same(folder: Path, there: Record, inputs: Mapping[str, Any], digest: str) -> None:
    """Refuse a record of other inputs.

    Raises
    ------
    InputError
        One line that names what differs.
    """
    if there.digest == digest:
        return
    names = differences(there.inputs, inputs)
    words = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "") or "their hash"
    raise InputError(f"{printable(folder)}: a scan of other inputs ({words})")
