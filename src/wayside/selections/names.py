"""Names of selections in a scenario, beside those of `wayside.efficiency.selection`."""

from typing import Final

from wayside.efficiency.selection import SELECTIONS

SEARCH: Final = "search"
"""The selection that comes with Wayside for the splitting nearest to that of the scenario."""

TIMED: Final = "timed"

SUFFIX: Final = ".json"
"""Ending of the path of a selection file."""

SELECTED: Final = "selected"
"""Under this name numbers after the selection of a search stand, whichever it is."""


def counted_as(selection: str) -> str:
    """Name under which numbers after a selection stand.

    Parameters
    ----------
    selection
        Value of ``run.selection``.

    Examples
    --------
    >>> counted_as("timed"), counted_as("search"), counted_as("results/selection.json")
    ('timed', 'selected', 'selected')
    """
    return selection if selection in SELECTIONS else SELECTED


def columns(selection: str) -> tuple[str, ...]:
    """Names of all selections after which a scenario counts, its own last.

    Parameters
    ----------
    selection
        Value of ``run.selection``.

    Examples
    --------
    >>> columns("timed"), columns("search")
    (('vertex', 'timed'), ('vertex', 'timed', 'selected'))
    """
    counted = counted_as(selection)
    return SELECTIONS if counted in SELECTIONS else (*SELECTIONS, counted)
