"""A scan before it is run: points, columns, partitions, and a hash of all that they depend on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any, Final, NamedTuple

from wayside.errors import InputError
from wayside.scanning.designs import Design, Grid
from wayside.scanning.evaluation import Study
from wayside.scanning.keys import Cost, check_keys, cost
from wayside.scanning.quantities import QUANTITIES, columns_of
from wayside.scenario import Scenario
from wayside.scenario.input_files import file_hashes
from wayside.sensitivity.background import Background, expected_background
from wayside.tables import require_pyarrow
from wayside.version import __version__

PACKAGES: Final = ("numba", "numpy", "pyarrow", "scipy")
"""Packages whose versions may change bits of a result."""

MASS_POINTS: Final = 256
"""Mass points of a partition at most, unless it is said how many rows one has."""

ROWS: Final = 65536
"""Rows of a partition at most."""

_AT_LEAST: Final = 64
"""Partitions of a scan at least, as long as each has a mass point of its own."""


class Span(NamedTuple):
    """Points of a partition."""

    number: int
    """Number of the partition, from 0."""
    start: int
    stop: int


@dataclass(frozen=True)
class Plan:
    """A scan before it is run; made by `plan`."""

    scenario: Scenario
    design: Design
    study: Study
    rows: int
    """Points of a partition; the last one may have fewer."""

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return -(-self.design.size // self.rows)

    def span(self, number: int) -> Span:
        """Points of a partition."""
        start = number * self.rows
        return Span(number, start, min(start + self.rows, self.design.size))

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Everything that the files of the scan depend on, as plain values."""
        return {
            "wayside": __version__,
            "packages": package_versions(),
            "scenario": self.scenario.to_dict(),
            "files": file_hashes(self.scenario.to_dict()),
            "keys": list(self.design.keys),
            "design": self.design.about(),
            "columns": [column.name for column in self.study.columns],
            "quantities": [column.quantity for column in self.study.columns],
            "rows": self.rows,
        }

    @cached_property
    def digest(self) -> str:
        """Hash of the inputs."""
        text = json.dumps(self.inputs, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(
    scenario: Scenario, design: Design, quantities: Sequence[str], rows: int | None = None
) -> Plan:
    """Plan a scan.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    design
        Points. Keys of a grid are put in order: what costs most varies slowest.
    quantities
        Keys of `wayside.scanning.quantities.QUANTITIES`, or names of single columns.
    rows
        Points of a partition, None to choose.

    Raises
    ------
    InputError
        If there is no such key or quantity, or no point can be computed for the scenario.
    """
    if rows is not None and not 1 <= rows <= 16 * ROWS:
        raise InputError(f"rows of a partition = {rows}: must be from 1 to {16 * ROWS}")
    if isinstance(design, Grid):
        design = design.ordered(lambda key: cost(scenario, key))
    check_keys(scenario, design.keys, design.points(0, 1)[0].tolist())
    columns = columns_of(scenario, quantities)
    require_pyarrow()
    background = None
    if any(QUANTITIES[column.quantity].counts for column in columns):
        background = _background(scenario, design.keys)
    study = Study(scenario.to_dict(), design.keys, columns, background)
    made = Plan(scenario, design, study, rows or 1)
    return made if rows else replace(made, rows=_rows(scenario, design))


@lru_cache(maxsize=4)
def package_versions(names: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Versions of packages that are installed here."""
    return {name: version(name) for name in names}


def _rows(scenario: Scenario, design: Design) -> int:
    """Rows of a partition: all couplings of a mass point, and as many of these as are due."""
    cheap = [key for key in design.keys if cost(scenario, key) != Cost.MASS_POINT]
    length = min(design.run_length(cheap), design.size)
    mass_points = max(1, min(MASS_POINTS, design.size // length // _AT_LEAST))
    return min(ROWS, length * min(mass_points, max(1, ROWS // length)))


def _background(scenario: Scenario, keys: Sequence[str]) -> Background | None:
    """Background of all points, None if it depends on them.

    The model changes none of it; everything else may.
    """
    if all(key.startswith("model.") for key in keys):
        return expected_background(scenario)
    return None
