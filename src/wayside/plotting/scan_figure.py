"""Figures of scans over one or two keys: curves, and maps of colour."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from wayside.errors import InputError
from wayside.plotting.style import APPROXIMATE, OURS, canvas
from wayside.plotting.titles import collected, verbatim
from wayside.scanning.partitions import Description
from wayside.scanning.record import Record
from wayside.scenario import Scenario
from wayside.typing import FloatArray

EVENTS: Final = "events_signal"
"""Expected events in the signal detectors together, drawn in place of those of each."""

MOST: Final = 2_000_000
"""Points of a scan of which figures are drawn at most."""

_CURVES: Final = (OURS, APPROXIMATE, "#3a7d44", "#b8860b", "#7b4ea3", "#444444")
_STYLES: Final = ("-", "--", "-.", ":")
_WIDE: Final = 30.0
"""Ratio of the largest to the least value from which on a scale is logarithmic."""

_LABELS: Final = {
    "model.epsilon": r"$\varepsilon$",
    "model.g_d": "$g_D$",
    "model.m1": "$m_1$",
    "model.m2": "$m_2$",
    "model.m_aprime": r"$m_{A'}$",
    "model.mass": "$m$",
    "run.luminosity_fb": "luminosity",
}
"""Labels of keys in mathtext; others are named as they are."""


class Scanned(Protocol):
    """What is drawn: columns by name, and the record of what they are."""

    record: Record

    @property
    def scenario(self) -> Scenario:
        """The scenario whose keys vary."""

    def __getitem__(self, name: str) -> Any:
        """Values of a column."""


class Key(NamedTuple):
    """A key along an axis."""

    label: str
    values: FloatArray
    logarithmic: bool


def scan_figures(scan: Scanned) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Names and functions that draw a scan: one for each quantity, if one or two keys vary.

    Parameters
    ----------
    scan
        Result of `wayside.results.scan.scan_keys`. Partitions that are not there leave gaps.
    """
    for name, columns in _drawings(scan):
        if len(scan.record.keys) == 1:
            yield name, partial(_curves, scan, columns)
        else:
            yield name, partial(_map, scan, columns[0])


def draw_scan(axes: Axes, scan: Scanned, name: str | None = None) -> None:
    """Draw one quantity into axes that are there.

    Parameters
    ----------
    axes
        The axes.
    scan
        As for `scan_figures`.
    name
        Quantity, or column where two keys vary; the first unless given.

    Raises
    ------
    InputError
        If there is nothing to draw, or nothing of that name.
    """
    listed = {key.removeprefix(_PREFIX): columns for key, columns in _drawings(scan)}
    if not listed:
        raise InputError("nothing to draw: one or two keys must vary, and some quantity with them")
    if name is None:
        name = next(iter(listed))
    if name not in listed:
        raise InputError(f'no drawing of "{name}"; there are {", ".join(listed)}')
    if len(scan.record.keys) == 1:
        draw_curves(axes, scan, listed[name])
    else:
        draw_map(axes, scan, listed[name][0])


_PREFIX: Final = "scan-"


def _drawings(scan: Scanned) -> Iterator[tuple[str, list[Description]]]:
    """Name of each figure, and the columns in it."""
    keys = scan.record.keys
    if len(keys) > 2 or not 2 <= scan.record.done <= MOST:
        return
    quantities: dict[str, list[Description]] = {}
    for column, quantity in zip(
        scan.record.quantity_columns, scan.record.inputs["quantities"], strict=True
    ):
        if column.unit:
            quantities.setdefault(quantity, []).append(column)
    for quantity, columns in quantities.items():
        varying = [column for column in columns if _varies(scan[column.name])]
        if len(keys) == 1 and varying:
            yield f"{_PREFIX}{quantity}", columns
        elif len(keys) == 2:
            totals = [column for column in varying if column.name == EVENTS]
            for column in totals or varying:
                yield f"{_PREFIX}{column.name}", [column]


def _curves(scan: Scanned, columns: list[Description]) -> Figure:
    """Columns of one quantity against the key."""
    with canvas(5.6, 4.2) as figure:
        draw_curves(figure.add_subplot(), scan, columns)
        return figure


def draw_curves(axes: Axes, scan: Scanned, columns: list[Description]) -> None:
    """Columns of one quantity against the key, in axes that are there."""
    (key,) = _keys(scan)
    order = np.argsort(key.values, kind="stable")
    drawn = {column: np.asarray(scan[column.name], dtype=np.float64) for column in columns}
    few = len(order) <= 40
    for number, (column, values) in enumerate(drawn.items()):
        axes.plot(
            key.values[order],
            np.where(np.isfinite(values), values, np.nan)[order],
            color=_CURVES[number % len(_CURVES)],
            linestyle=_STYLES[number % len(_STYLES)],
            marker="." if few else "",
            linewidth=1.4,
            label=verbatim(column.name.replace("_", " ")),
        )
    limit = _limit(scan, columns)
    if limit is not None:
        axes.plot(
            key.values[order],
            limit[order],
            color="black",
            linewidth=0.9,
            label="excluded events",
        )
    _scale(axes, key, "x")
    together = np.concatenate(list(drawn.values()))
    if _is_wide(together):
        axes.set_yscale("log")
        finite = together[np.isfinite(together) & (together > 0.0)]
        # Yields fall without end; what is far below the rest tells nothing.
        axes.set_ylim(max(0.7 * finite.min(), 1e-9 * finite.max()), 3.0 * finite.max())
    axes.set_ylabel(_axis_label(columns))
    if len(columns) > 1 or limit is not None:
        axes.legend(loc="best")
    _title(axes, scan)


def _varies(values: Any) -> bool:
    """Whether a column has two values that differ; one value is a number, and no figure."""
    numbers = np.asarray(values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    return bool(finite.size and finite.min() < finite.max())


def _map(scan: Scanned, column: Description) -> Figure:
    """One column over two keys."""
    with canvas(5.9, 4.6) as figure:
        draw_map(figure.add_subplot(), scan, column)
        return figure


def draw_map(axes: Axes, scan: Scanned, column: Description) -> None:
    """One column over two keys, in axes that are there."""
    first, second = _keys(scan)
    values = np.asarray(scan[column.name], dtype=np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    norm = _norm(values)
    grid = _grid(first.values, second.values)
    drawn: Any
    words = ""
    if grid is None:
        drawn = axes.scatter(
            first.values, second.values, c=values, norm=norm, s=9.0, rasterized=True
        )
    else:
        x, y, place = grid
        table = np.full((len(y), len(x)), np.nan)
        table[place] = values
        drawn = axes.pcolormesh(x, y, table, norm=norm, shading="nearest", rasterized=True)
        if _limit_line(axes, scan, column, grid):
            words = "; white line: as many as are excluded"
    _scale(axes, first, "x")
    _scale(axes, second, "y")
    axes.figure.colorbar(drawn, ax=axes, label=_axis_label([column]))
    _title(axes, scan, words)


def _limit_line(axes: Axes, scan: Scanned, column: Description, grid: "Mesh") -> bool:
    """Draw where events take the number that is excluded; False if there is no such line."""
    limit = _limit(scan, [column])
    if limit is None:
        return False
    ratio = np.full((len(grid.y), len(grid.x)), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio[grid.place] = np.log(np.asarray(scan[column.name], dtype=np.float64) / limit)
    finite = ratio[~np.isnan(ratio)]
    if not finite.size or not finite.min() < 0.0 < finite.max():
        return False
    depth = np.clip(ratio, -50.0, 50.0)
    axes.contour(grid.x, grid.y, depth, [0.0], colors="white", linewidths=1.4)
    return True


class Mesh(NamedTuple):
    """A grid of points."""

    x: FloatArray
    y: FloatArray
    place: tuple[Any, Any]
    """Row and column of each point."""


def _grid(first: FloatArray, second: FloatArray) -> Mesh | None:
    """The grid that points are on; None if they are on none."""
    x, column = np.unique(first, return_inverse=True)
    y, row = np.unique(second, return_inverse=True)
    if len(x) * len(y) > 2 * len(first) or min(len(x), len(y)) < 2:
        return None
    return Mesh(x, y, (row, column))


def _keys(scan: Scanned) -> list[Key]:
    units = {column.name: column.unit for column in scan.record.columns}
    keys = []
    for key in scan.record.keys:
        values = np.asarray(scan[key], dtype=np.float64)
        unit = "" if units[key] == "1" else f" [{_unit(units[key])}]"
        logarithmic = bool(values.min() > 0.0 and values.max() > _WIDE * values.min())
        logarithmic = scan.record.logarithmic.get(key, logarithmic)
        keys.append(Key(_LABELS.get(key, verbatim(key)) + unit, values, logarithmic))
    return keys


def _unit(text: str) -> str:
    base, power, exponent = text.partition("^")
    return rf"{base}$^{{{exponent}}}$" if power else text


def _axis_label(columns: list[Description]) -> str:
    unit = "" if columns[0].unit == "1" else f" [{_unit(columns[0].unit)}]"
    words = columns[0].words.partition(":")[0] if len(columns) > 1 else columns[0].words
    return verbatim(words) + unit


def _limit(scan: Scanned, columns: list[Description]) -> FloatArray | None:
    """Excluded events, where the signal detectors' own are drawn and both are known."""
    names = {column.name for column in scan.record.columns}
    if "n_limit" not in names or EVENTS not in {column.name for column in columns}:
        return None
    return np.asarray(scan["n_limit"], dtype=np.float64)


def _scale(axes: Axes, key: Key, which: str) -> None:
    getattr(axes, f"set_{which}label")(key.label)
    if key.logarithmic:
        getattr(axes, f"set_{which}scale")("log")


def _is_wide(values: FloatArray) -> bool:
    finite = values[np.isfinite(values)]
    positive = finite[finite > 0.0]
    if not positive.size or finite.min() < 0.0:
        return False
    return bool(positive.max() > _WIDE * positive.min())


def _norm(values: FloatArray) -> Normalize:
    finite = values[np.isfinite(values)]
    if _is_wide(values):
        positive = finite[finite > 0.0]
        return LogNorm(max(positive.min(), positive.max() * 1e-9), positive.max(), clip=True)
    return Normalize(finite.min(), finite.max())


def _title(axes: Axes, scan: Scanned, words: str = "") -> None:
    scenario, keys = scan.scenario, scan.record.keys
    luminosity = "" if "run.luminosity_fb" in keys else f", {collected(scenario.run.luminosity_fb)}"
    failed = f", {scan.record.failed} points without values" if scan.record.failed else ""
    axes.set_title(
        f"{verbatim(scenario.name)} ({'+'.join(scenario.signal)}){luminosity}{failed}{words}",
        fontsize=9.5,
        loc="left",
    )
