"""From one design to another, one change at a time."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wayside.designing.space import Dimension


class Change(NamedTuple):
    """Keys that change together.

    Attributes
    ----------
    name
        The key, or that of the list whose items change.
    before, after
        Values by key.
    """

    name: str
    before: dict[str, float]
    after: dict[str, float]


def changes(
    space: Sequence[Dimension], start: Mapping[str, float], best: Mapping[str, float]
) -> list[Change]:
    """Changes from one design to another: the items of a position together, all else one by one.

    Parameters
    ----------
    space
        Keys that were chosen.
    start, best
        Their values.
    """
    groups: dict[str, list[str]] = {}
    for dimension in space:
        head, _, last = dimension.key.rpartition(".")
        name = head if last.isdigit() and head.endswith(".position") else dimension.key
        groups.setdefault(name, []).append(dimension.key)
    return [
        Change(name, {key: start[key] for key in keys}, {key: best[key] for key in keys})
        for name, keys in groups.items()
        if any(start[key] != best[key] for key in keys)
    ]


def alone(
    start: Mapping[str, float], best: Mapping[str, float], change: Change
) -> dict[str, float]:
    """The first design with one change."""
    return {key: change.after.get(key, value) for key, value in start.items() if key in best}


def undone(
    start: Mapping[str, float], best: Mapping[str, float], change: Change
) -> dict[str, float]:
    """The second design without one change."""
    return {key: change.before.get(key, value) for key, value in best.items() if key in start}
