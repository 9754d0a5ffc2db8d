"""Tables of efficiencies as text: comments with provenance and edges, then one row a cell."""

import io
from types import MappingProxyType

import numpy as np

from wayside.efficiency.axes import AXES
from wayside.efficiency.table import EfficiencyMap
from wayside.errors import InputError
from wayside.typing import FloatArray


def csv_of(table: EfficiencyMap) -> str:
    """Text of a table: provenance, edges, one row a cell in which something was tried.

    Parameters
    ----------
    table
        Counts with their provenance.
    """
    lines = [f"# {key}: {value}" for key, value in table.header.items()]
    lines.append(f"# channels: {' '.join(table.channels)}")
    lines.append(f"# selections: {' '.join(table.selections)}")
    for name, axis in AXES.items():
        values = " ".join(repr(float(v)) for v in table.edges[name])
        lines.append(f"# edges {name} ({axis.unit}): {values}")
    lines.append(",".join(["channel", *AXES, "tried", *table.selections]))
    columns = [table.tried, *table.passed.values()]
    for cell in np.argwhere(table.tried > 0):
        place = tuple(cell)
        numbers = [*place, *(counts[place] for counts in columns)]
        lines.append(",".join(str(int(number)) for number in numbers))
    return "\n".join(lines) + "\n"


def read_csv(text: str) -> EfficiencyMap:
    """Read what `csv_of` wrote.

    Parameters
    ----------
    text
        Contents of the file.

    Raises
    ------
    InputError
        If it is something else.
    """
    header: dict[str, str] = {}
    edges: dict[str, FloatArray] = {}
    channels: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()
    try:
        stream = io.StringIO(text)
        for line in stream:
            if not line.startswith("#"):
                break
            key, _, value = line[1:].strip().partition(": ")
            if key == "channels":
                channels = tuple(value.split())
            elif key == "selections":
                selections = tuple(value.split())
            elif key.startswith("edges "):
                edges[key.split()[1]] = np.array([float(v) for v in value.split()])
            else:
                header[key] = value
        shape = (len(channels), *(len(edges[name]) - 1 for name in AXES))
        counts = np.zeros((1 + len(selections), *shape), np.int64)
        rows = np.loadtxt(stream, dtype=np.int64, delimiter=",", ndmin=2)
        if rows.size:
            counts[(slice(None), *rows[:, : len(shape)].T)] = rows[:, len(shape) :].T
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"not a table of efficiencies: {error}") from None
    passed = dict(zip(selections, counts[1:], strict=True))
    return EfficiencyMap(
        channels,
        MappingProxyType(edges),
        counts[0],
        MappingProxyType(passed),
        MappingProxyType(header),
    )
