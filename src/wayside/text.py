"""Results as text: JSON, and CSV tables with a header of ``# key: value`` lines."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

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
    # As `json.dumps` with an indent, which would take several times as long for tables of numbers.
    return _json(value, "\n")


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
    templates: dict[tuple[type, ...], str] = {}
    for row in rows:
        kinds = tuple(map(type, row))
        if kinds not in templates:
            cells = ("%s" if issubclass(kind, str) else "%.10g" for kind in kinds)
            templates[kinds] = ",".join(cells)
        lines.append(templates[kinds] % tuple(row))
    return "\n".join(lines) + "\n"


def _json(value: object, line: str) -> str:
    """JSON of a value whose own lines begin with ``line``, the break before them included."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    inner = f"{line}  "
    if isinstance(value, Mapping):
        items = [f"{_scalar(str(key))}: {_json(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{line}}}" if items else "{}"
    if isinstance(value, list | tuple):
        numbers = all(type(item) is float for item in value)
        items = list(map(_number, value)) if numbers else [_json(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]" if items else "[]"
    if isinstance(value, float):
        return _number(value)
    return _scalar(str(value) if isinstance(value, Path) else value)


def _number(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else "null"


_scalar: Final = json.JSONEncoder(ensure_ascii=False).encode


def duration(seconds: float) -> str:
    """Time in two units at most.

    Parameters
    ----------
    seconds
        The time.

    Examples
    --------
    >>> [duration(seconds) for seconds in (42.3, 125.0, 7500.0, 200_000.0)]
    ['42 s', '2 min 5 s', '2 h 5 min', '2 d 7 h']
    """
    whole = round(seconds)
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {smaller}"
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
