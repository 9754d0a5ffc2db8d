"""The points of a block: what is computed once for each choice of masses, and for each coupling."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wayside.errors import WaysideError
from wayside.executors.workers import one_line
from wayside.scanning.groups import Group, Shared
from wayside.scanning.keys import Cost, cost, coupling, whole_keys
from wayside.scanning.quantities import Column
from wayside.scenario import Scenario
from wayside.scenario.variation import Variation
from wayside.sensitivity.background import Background
from wayside.sensitivity.key_plane import Point, point_of
from wayside.typing import FloatArray, IndexArray


@dataclass(frozen=True)
class Study:
    """What all points of a scan have in common; can be pickled.

    Parameters
    ----------
    scenario
        As `wayside.scenario.Scenario.to_dict` has it.
    keys
        Dotted keys that vary.
    columns
        What is computed.
    background
        Background of every point; None where it depends on the point, or nothing asks for it.
    """

    scenario: Mapping[str, Any]
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    background: Background | None = None


@dataclass(frozen=True)
class Block:
    """What was computed for some points of a scan."""

    columns: dict[str, FloatArray | list[str | None]]
    """By name; NaN, or None, where a point has no value."""
    errors: list[str]
    """Why a point has no value of something, one line for each point, empty where it has all."""


def evaluate(study: Study, values: FloatArray) -> Block:
    """Compute the points of a block.

    Parameters
    ----------
    study
        What all points have in common.
    values
        Values of the keys, shape (n, keys).

    Returns
    -------
    Block
        A point whose scenario is refused, or at which a quantity cannot be computed, has the
        reason in place of the value.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of single points; the accuracy is among the columns
        return _Evaluation(study, values).block()


class _Evaluation:
    """A block in the making."""

    def __init__(self, study: Study, values: FloatArray) -> None:
        self.study = study
        self.values = values
        self.base = Scenario.from_dict(study.scenario)
        self.varied = Variation(self.base)
        self.shared = Shared(study.background)
        self.costs = np.array([cost(self.base, key) for key in study.keys])
        self.whole = whole_keys(self.base, study.keys)
        self.out: dict[str, Any] = {
            column.name: np.full(len(values), np.nan) if column.unit else [None] * len(values)
            for column in study.columns
        }
        self.errors: list[dict[str, list[str]]] = [{} for _ in values]

    def block(self) -> Block:
        """Compute all points."""
        allowed = self._allowed()
        kept: dict[tuple[float, ...], Point] = {}
        for members in groups(self.values[:, self.costs != Cost.NOTHING], allowed):
            try:
                group = self._group(members, kept)
            except Exception as error:  # whatever it is, the other points are not to be lost
                self._refuse(members, one_line(error))
                continue
            for column in self.study.columns:
                self._fill(column, group, members)
        names = [column.name for column in self.study.columns]
        return Block(self.out, [_words(errors, names) for errors in self.errors])

    def _allowed(self) -> IndexArray:
        """Numbers of the points whose couplings are allowed; the others are refused.

        Limits of couplings are those of a scenario key, with one lower and one upper end, so that
        the least and the largest value of a block tell of all.
        """
        allowed = np.ones(len(self.values), dtype=bool)
        for number, key in enumerate(self.study.keys):
            if self.costs[number] != Cost.NOTHING:
                continue
            column = self.values[:, number]
            if not any(self._why_not(key, end) for end in (column.min(), column.max())):
                continue
            for value in np.unique(column):
                reason = self._why_not(key, value)
                if reason is not None:
                    here = np.flatnonzero(column == value)
                    self._refuse(here, reason)
                    allowed[here] = False
        return np.flatnonzero(allowed)

    def _why_not(self, key: str, value: float) -> str | None:
        try:
            self.varied.at({key: float(value)})
        except WaysideError as error:
            return str(error)
        return None

    def _group(self, members: IndexArray, kept: dict[tuple[float, ...], Point]) -> Group:
        """Scenario, mass point and couplings of points."""
        here = self.values[members]
        changes: dict[str, float] = {}
        for number, key in enumerate(self.study.keys):
            value = float(here[0, number])
            whole = self.whole[number] and value.is_integer()
            changes[key] = int(value) if whole else value
        scenario = self.varied.at(changes)
        costly = tuple(here[0, self.costs == Cost.MASS_POINT].tolist())
        if costly not in kept:
            kept.clear()  # neighbours share a mass point, points far apart seldom do
            kept[costly] = point_of(scenario)
        couplings = {
            name: np.full(len(here), value) for name, value in scenario.model.couplings.items()
        }
        for number, key in enumerate(self.study.keys):
            name = coupling(self.base, key)
            if name is not None:
                couplings[name] = here[:, number]
        return Group(scenario, kept[costly], couplings, self.shared)

    def _fill(self, column: Column, group: Group, members: IndexArray) -> None:
        """Compute one column at points, or note why there is none."""
        group.refused.clear()
        try:
            values = column.value(group)
        except Exception as error:  # as above
            self._refuse(members, one_line(error), column.name)
            return
        if isinstance(values, list):
            for member, text in zip(members.tolist(), values, strict=True):
                self.out[column.name][member] = text
        else:
            self.out[column.name][members] = values
        for number, reason in group.refused.items():
            self._refuse(members[[number]], reason, column.name)

    def _refuse(self, members: IndexArray, reason: str, column: str = "") -> None:
        """Note why points have no value in a column, or in any."""
        for member in members.tolist():
            self.errors[member].setdefault(" ".join(reason.split()), []).append(column)


def groups(values: FloatArray, members: IndexArray) -> Iterator[IndexArray]:
    """Points with the same values, in the order in which they come first.

    Parameters
    ----------
    values
        Shape (n, keys).
    members
        Numbers of the points to group.

    Yields
    ------
    array
        Numbers of points with the same values, increasing.
    """
    by_row: dict[tuple[float, ...], list[int]] = {}
    for member, row in zip(members.tolist(), values[members].tolist(), strict=True):
        by_row.setdefault(tuple(row), []).append(member)
    for numbers in by_row.values():
        yield np.array(numbers, dtype=np.intp)


def _words(errors: Mapping[str, list[str]], names: Sequence[str]) -> str:
    """Reasons in one line, each with the columns it is of unless it is of all."""
    parts = [
        reason if "" in columns or len(columns) == len(names) else f"{', '.join(columns)}: {reason}"
        for reason, columns in errors.items()
    ]
    return "; ".join(parts)
