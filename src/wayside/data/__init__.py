"""Tables of facts, each with its origin in the header; see README.md beside them.

A table is a CSV file whose first lines are ``# key: value``, then one line of column names, then
rows of numbers (``nan`` where there is none).
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import numpy as np

from wayside.errors import InputError
from wayside.reading import reading
from wayside.typing import FloatArray

__all__ = ["Table", "read_table", "table_names"]


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of numbers and where they come from; nothing in it can be changed."""

    name: str
    header: Mapping[str, str]
    columns: Mapping[str, FloatArray]

    def __getitem__(self, column: str) -> FloatArray:
        """Return one column by name, as a read-only array."""
        try:
            return self.columns[column]
        except KeyError:
            known = ", ".join(self.columns)
            raise InputError(
                f"table {self.name} has no column {column!r}; it has {known}"
            ) from None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.columns.values())))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the columns."""
        return iter(self.columns)


def table_names() -> list[str]:
    """List the tables that :func:`read_table` knows.

    Returns
    -------
    list of str
        File names without ``.csv``, sorted.
    """
    files = resources.files(__package__).iterdir()
    return sorted(file.name.removesuffix(".csv") for file in files if file.name.endswith(".csv"))


@functools.cache
def read_table(name: str) -> Table:
    """Read one of the tables that come with Wayside.

    Parameters
    ----------
    name : str
        File name without ``.csv``, for example ``"r_ratio"``.

    Returns
    -------
    Table
        Columns by name and the header (``origin``, ``version``, ``units``, ``date``, ``licence``
        and what else the file says). The same object on every call.

    Raises
    ------
    InputError
        If there is no such table.
    """
    if name not in table_names():
        known = ", ".join(table_names())
        raise InputError(f"no table {name!r} among the data; there are {known}")
    return _parse(name, table_text(name))


def table_text(name: str) -> str:
    """Text of one of the tables that come with Wayside.

    Raises
    ------
    InputError
        If it cannot be read: the installation is damaged.
    """
    path = resources.files(__package__).joinpath(f"{name}.csv")
    with reading(Path(str(path)), "CSV"):
        return path.read_text(encoding="utf-8")


def _parse(name: str, text: str) -> Table:
    """Parse the text of a table.

    Raises
    ------
    InputError
        If it is no table: the installation is damaged.
    """
    with reading(Path(f"{name}.csv"), "CSV"):
        return _parsed(name, text)


def _parsed(name: str, text: str) -> Table:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    header = {}
    for line in lines:
        if not line.startswith("#"):
            break
        key, _, value = line.lstrip("# ").partition(":")
        header[key.strip()] = value.strip()
    columns = lines[len(header)].split(",")
    rows = [[float(cell) for cell in line.split(",")] for line in lines[len(header) + 1 :]]
    values = np.array(rows, dtype=np.float64).reshape(len(rows), len(columns)).T.copy()
    if not len(rows) or not header:
        raise ValueError("no rows, or no header")
    values.flags.writeable = False
    return Table(
        name=name,
        header=MappingProxyType(header),
        columns=MappingProxyType(dict(zip(columns, values, strict=True))),
    )
