"""Keys that a design may choose, with their ranges; what follows from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wayside.errors import InputError
from wayside.scanning.axes import Range
from wayside.scanning.keys import check_keys
from wayside.scenario import Scenario

NO_HARDWARE: Final = ("model", "plane", "cost", "cosmology", "geant4", "collider")
"""Sections that no design can choose."""

EXPOSURE: Final = "site.exposure"
LUMINOSITY: Final = "run.luminosity_fb"
DEPTH: Final = "size.2"
BLOCKS: Final = "stack.blocks"
_PERIOD: Final = ("layers", "plate", "film", "base", "mpgd")
"""Keys of the stack that change the depth of a block."""

_MOST_BLOCKS: Final = 1000


@dataclass(frozen=True)
class Dimension:
    """One key that is chosen.

    Parameters
    ----------
    range
        Key and ends.
    whole
        Whether its values are whole numbers.
    """

    range: Range
    whole: bool

    @property
    def key(self) -> str:
        """The key."""
        return self.range.key

    def value(self, number: float) -> float:
        """A number as the scenario takes it."""
        return round(number) if self.whole else number


def dimensions(scenario: Scenario, ranges: Sequence[Range]) -> tuple[Dimension, ...]:
    """Keys that are chosen.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    ranges
        Keys with their ranges.

    Raises
    ------
    InputError
        If there is no such key, its value is no number, or it is not for a design to choose.
    """
    if not ranges:
        raise InputError("a design needs a key to choose: --vary KEY=LOW:HIGH")
    keys = [span.key for span in ranges]
    for key in keys:
        if key.partition(".")[0] in NO_HARDWARE:
            raise InputError(f"{key}: not for a design to choose")
        if keys.count(key) > 1:
            raise InputError(f"{key}: is to vary twice")
    check_keys(scenario, keys, [span.low for span in ranges])
    made = []
    for span in ranges:
        whole = isinstance(value_of(scenario, span.key), int)
        if whole and not (span.low.is_integer() and span.high.is_integer()):
            raise InputError(f"{span.key} from {span.low:g} to {span.high:g}: whole numbers only")
        made.append(Dimension(span, whole))
    return tuple(made)


def value_of(scenario: Scenario, key: str) -> float | int | None:
    """Value of a key in a scenario; None where it has none."""
    node: object = scenario.to_dict()
    for part in key.split("."):
        if isinstance(node, list):
            node = node[int(part)]
        else:
            node = node.get(part) if isinstance(node, Mapping) else None
    return node if isinstance(node, int | float) else None


def recorded(scenario: Scenario, start: Scenario, keys: Sequence[str]) -> Scenario:
    """A scenario with the luminosity of its exposure, where that was chosen and the former not.

    Films that record for half of the time see half of the collisions.

    Parameters
    ----------
    scenario
        With the values that were chosen.
    start
        The scenario that is improved, whose luminosity is that of its exposure.
    keys
        Keys that were chosen.
    """
    if EXPOSURE not in keys or LUMINOSITY in keys:
        return scenario
    part = scenario.site.exposure / start.site.exposure
    return scenario.with_values({LUMINOSITY: part * start.run.luminosity_fb})


def follow(scenario: Scenario, keys: Sequence[str]) -> Scenario:
    """A scenario in which blocks fill the signal detectors, where keys of their depth were chosen.

    A depth that is chosen holds as many blocks as fit, and ends with the last one; where the blocks
    are chosen, the depth is theirs.

    Parameters
    ----------
    scenario
        With the values that were chosen.
    keys
        Keys that were chosen.

    Raises
    ------
    InputError
        If no block fits into a detector.
    """
    deep = any(key.startswith("detectors.") and key.endswith(DEPTH) for key in keys)
    period = any(key.removeprefix("stack.") in _PERIOD for key in keys if key.startswith("stack."))
    if not (deep or period or BLOCKS in keys):
        return scenario
    length = 1e-3 * scenario.stack.build().period
    values: dict[str, object] = {}
    counts = []
    for name in scenario.signal:
        size = value_of(scenario, f"detectors.{name}.{DEPTH}")
        if size is None:
            raise InputError(f"detectors.{name}: has no depth that blocks could fill")
        blocks = math.floor(size / length * (1.0 + 1e-9))
        if BLOCKS in keys and not deep:
            blocks = scenario.stack.blocks
        elif BLOCKS in keys:
            blocks = min(blocks, scenario.stack.blocks)
        if blocks < 1:
            raise InputError(f"detectors.{name}: {size:g} m hold no block of {length:g} m")
        counts.append(min(blocks, _MOST_BLOCKS))
        values[f"detectors.{name}.{DEPTH}"] = round(counts[-1] * length, 9)
    return scenario.with_values({**values, BLOCKS: max(counts)})
