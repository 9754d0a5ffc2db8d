"""Results as text: JSON, and CSV tables with a header of ``# key: value`` lines."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Rows = Iterable[Sequence[float | str]]


def json_text(value: object) -> str:
    """Write nested dictionaries, lists, numbers and NumPy arrays as JSON.

    Parameters
    ----------
    value
        Infinite and undefined numbers in it, which JSON does not have, become null.

    Examples
    --------
    >>> print(json_text({"ctau_m": float("inf")}))
    {
      "ctau_m": null
    }
    """
    return json.dumps(_plain(value), indent=2, allow_nan=False, ensure_ascii=False)


def csv_text(header: Mapping[str, str], columns: Sequence[str], rows: Rows) -> str:
    """Write a CSV table with ``# key: value`` lines above the names of the columns.

    Parameters
    ----------
    header
        What the table holds, its units and where it comes from: text by key, each in one line.
    columns
        Names of the columns.
    rows
        One sequence of cells a row; numbers are written with ten digits, text as it is.

    Examples
    --------
    >>> print(csv_text({"units": "x in m"}, ["x", "kind"], [(0.1, "a")]), end="")
    # units: x in m
    x,kind
    0.1,a
    """
    lines = [f"# {key}: {value}" for key, value in header.items()]
    lines.append(",".join(columns))
    lines += [
        ",".join(cell if isinstance(cell, str) else f"{cell:.10g}" for cell in row) for row in rows
    ]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> object:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
