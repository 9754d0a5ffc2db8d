"""All sources of background: one line here for each of Wayside's own.

A package of one's own joins by an entry point of the group ``wayside.backgrounds``, whose value is
a function as below::

    [project.entry-points."wayside.backgrounds"]
    my-source = "my_package.my_module:sources"

Modules of sources are loaded when backgrounds are asked for, and not before.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint
from typing import Final

from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.source import BackgroundSource
from wayside.errors import InputError
from wayside.plugins import entry_points

GROUP: Final = "wayside.backgrounds"
"""Group of entry points that name sources."""

BUILT_IN: Final = (
    "wayside.backgrounds.collider_muons:sources",
    "wayside.backgrounds.cosmic_muons:sources",
    "wayside.backgrounds.cosmic_secondaries:sources",
    "wayside.backgrounds.beam_backgrounds:sources",
    "wayside.backgrounds.klong:sources",
    "wayside.backgrounds.shield_neutrons:sources",
    "wayside.backgrounds.rock_neutrals:sources",
    "wayside.backgrounds.unrelated_tracks:sources",
)
"""Module and function of each of Wayside's own sources, in the order of tables and figures."""

Maker = Callable[[DetectorSetup], Iterable[BackgroundSource]]
"""Sources of one kind at one detector: none, one, or several of different keys."""


def sources(setup: DetectorSetup) -> list[BackgroundSource]:
    """All sources of background at one detector, those of other packages last.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.

    Raises
    ------
    InputError
        If two sources have one key, or a package brings one that is broken.
    """
    listed: dict[str, BackgroundSource] = {}
    for entry, make in _makers():
        for source in make(setup):
            if not isinstance(source, BackgroundSource):
                raise InputError(
                    f"background source {entry.name!r}: {entry.value} gives a"
                    f" {type(source).__name__}, which is no BackgroundSource"
                )
            if source.key in listed:
                raise InputError(f"background source {entry.name!r}: a second {source.key!r}")
            listed[source.key] = source
    return list(listed.values())


def _makers() -> Iterator[tuple[EntryPoint, Maker]]:
    built_in = [EntryPoint(place, place, GROUP) for place in BUILT_IN]
    # A path may hold the same package twice.
    others = {(entry.name, entry.value): entry for entry in entry_points(GROUP)}
    for entry in (*built_in, *(others[key] for key in sorted(others))):
        try:
            yield entry, entry.load()
        except Exception as error:  # code of others: whatever it raises is one line here
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise InputError(
                f"background source {entry.name!r}: {entry.value} cannot be loaded ({reason})"
            ) from error
