"""Points of a scan from a file: CSV or Parquet, one column a key."""

import warnings
from pathlib import Path

import numpy as np

from wayside.errors import InputError
from wayside.files import printable
from wayside.reading import reading
from wayside.scanning.designs import Table
from wayside.tables import open_table, rows_of
from wayside.typing import FloatArray

PARQUET = ".parquet"


def read_points(path: Path) -> Table:
    """Read the points of a scan.

    Parameters
    ----------
    path
        A Parquet file if its name ends so; else CSV, whose first line that does not begin with
        ``#`` has the keys. Numbers are in base units.

    Raises
    ------
    InputError
        If it cannot be read, has no points, or a cell is no number.
    """
    keys, values = _parquet(path) if path.suffix.lower() == PARQUET else _csv(path)
    if not values.size:
        raise InputError(f"{printable(path)}: no points")
    try:
        return Table(keys, values)
    except InputError as error:
        raise InputError(f"{printable(path)}: {error}") from None


def _csv(path: Path) -> tuple[tuple[str, ...], FloatArray]:
    with reading(path, "CSV"), path.open(encoding="utf-8") as file:
        head = ""
        while not head.strip() or head.startswith("#"):
            head = file.readline()
            if not head:
                raise InputError(f"{printable(path)}: empty; the first line has the keys")
        keys = tuple(word.strip().strip('"') for word in head.split(","))
        _require_names(path, keys)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a file without points
            values = np.loadtxt(file, delimiter=",", ndmin=2, dtype=np.float64)
    if values.size and values.shape[1] != len(keys):
        raise InputError(f"{printable(path)}: {values.shape[1]} columns, but {len(keys)} keys")
    return keys, values


def _parquet(path: Path) -> tuple[tuple[str, ...], FloatArray]:
    with open_table(path) as file:
        table = file.read()
        keys = tuple(table.column_names)
        _require_names(path, keys)
        rows = rows_of(table, np.dtype([(key, np.float64) for key in keys]), path)
    return keys, np.stack([rows[key] for key in keys], axis=1)


def _require_names(path: Path, keys: tuple[str, ...]) -> None:
    """Refuse a head of numbers or with empty names: it has no keys."""
    for key in keys:
        if "." not in key or key.replace(".", "").replace("-", "").isdigit():
            raise InputError(
                f'{printable(path)}: column "{key}": must be a key such as model.epsilon'
            )
