"""Entry points of other packages, read once as long as nothing is installed.

Reading the metadata of all installed packages takes some milliseconds, and a scenario asks for
models, processes and volumes several times.
"""

import os
import sys
from functools import lru_cache
from importlib import metadata
from importlib.metadata import EntryPoint


def entry_points(group: str) -> tuple[EntryPoint, ...]:
    """Entry points of a group in the packages on the search path of modules.

    Parameters
    ----------
    group
        Name of the group, such as ``"wayside.models"``.

    Examples
    --------
    >>> [entry.name for entry in entry_points("wayside.no-such-group")]
    []
    """
    return _read(group, tuple((place, _changed(place)) for place in sys.path))


def _changed(place: str) -> int:
    """Time in ns at which something was added to or removed from a folder, 0 if there is none."""
    try:
        # A path object would take several times as long.
        return os.stat(place or ".").st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


@lru_cache(maxsize=16)
def _read(group: str, places: tuple[tuple[str, int], ...]) -> tuple[EntryPoint, ...]:
    del places  # What is installed depends on them.
    return tuple(metadata.entry_points(group=group))
