"""How a figure of a result is wanted: which layers, which words, how large."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from wayside.errors import InputError
from wayside.limits.published import PublishedLimit, read_limit
from wayside.plotting.style import STANDARD_WIDTH, canvas
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.result import Reach

WIDTHS: Final[Mapping[int, float]] = {1: 3.4, 2: 7.0}
"""Widths in inches of one and of two columns of a journal."""


ASPECT: Final = 4.7 / 5.6
"""Height over width of a figure of a plane."""


class Look(NamedTuple):
    """How a figure is wanted.

    Attributes
    ----------
    hide
        Names of `LAYERS` that are left out.
    title
        Replaces the title; none if empty, the usual one if None.
    x_label, y_label
        Replace the labels of the axes; the usual ones if None.
    width
        Width in inches; the height follows.
    style
        A style file of Matplotlib that is applied on top of ours.
    limits
        Published limits of one's own that are drawn: ``LABEL=FILE`` of each, see
        `wayside.limits.published.read_limit`.
    """

    hide: tuple[str, ...] = ()
    title: str | None = None
    x_label: str | None = None
    y_label: str | None = None
    width: float = STANDARD_WIDTH
    style: Path | None = None
    limits: tuple[str, ...] = ()

    def published(self) -> list[PublishedLimit]:
        """The limits of one's own, read anew."""
        return [read_limit(limit) for limit in self.limits]

    def check(self) -> None:
        """Refuse what no figure can be drawn with, before anything is computed.

        Raises
        ------
        InputError
            If there is no layer of a name, or the style file or a limit cannot be read.
        """
        for name in self.hide:
            if name not in LAYERS:
                raise InputError(f"no layer {name!r} of the figure; there are: {', '.join(LAYERS)}")
        self.published()
        with canvas(self.width, style=self.style):
            pass


def _without_search(key: str) -> Callable[[Reach], Reach]:
    def without(result: Reach) -> Reach:
        nowhere = {**result.margins, key: np.full_like(result.margins[key], -1.0)}
        return replace(result, existing={**result.existing, key: []}, margins=nowhere)

    return without


def _without_all_searches(result: Reach) -> Reach:
    for search in SEARCHES:
        result = _without_search(search.key)(result)
    return result


def _without_relic(result: Reach) -> Reach:
    return replace(result, relic=replace(result.relic, columns=[], branches=[]))


LAYERS: Final[Mapping[str, Callable[[Reach], Reach]]] = {
    "relic": _without_relic,
    "approximation": lambda result: replace(result, approximate=[]),
    "discovery": lambda result: replace(result, discovery=[]),
    "every-decay": lambda result: replace(result, unity=[]),
    "band": lambda result: replace(result, band={}),
    "limits": _without_all_searches,
    **{search.key: _without_search(search.key) for search in SEARCHES},
}
"""Layers of the reach figure that can be left out, by name: a result without each."""


def without(result: Reach, layers: tuple[str, ...]) -> Reach:
    """Return a result without some layers.

    Parameters
    ----------
    result
        A result, of which nothing is changed.
    layers
        Names of `LAYERS`.
    """
    for name in layers:
        result = LAYERS[name](result)
    return result
