"""What takes longer than a drawing: distributions at the scenario's own point, and files."""

import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from wayside.errors import InputError, check_choice
from wayside.explorer.state import State, labels
from wayside.explorer.superseded import Superseded, go_on
from wayside.generator.events import EventGenerator, Events
from wayside.plotting.files import figure_files
from wayside.results.comparison import Comparison, compare
from wayside.results.key_reach import KeyReach
from wayside.results.reach import Reach, reach
from wayside.scenario import Scenario
from wayside.typing import FloatArray

EVENTS: Final = 4000
"""Decays behind the distributions, or more; fewer where a few blocks of events have not as many."""

SEED: Final = 1

_BLOCKS: Final = 8
"""Blocks of events, of a second or two each, after which there are enough of them."""

_BINS: Final = 40

_NARROW: Final = 1e-3
"""Spread over value below which a histogram is widened to it."""


def distributions(scenario: Scenario, superseded: Superseded = lambda: False) -> dict[str, Any]:
    """Histograms of decays in the signal detectors at the scenario's own point.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`.
    superseded
        Asked before every block of events.

    Returns
    -------
    dict
        ``histograms``, each with a title, edges and expected events per bin, and ``channels``:
        fractions of decays.

    Raises
    ------
    InputError
        If hardly anything reaches a detector.
    NoLongerWanted
        If the answer is no longer wanted.
    """
    generator = EventGenerator(scenario, scenario.signal)
    blocks: list[Events] = []
    for number in range(_BLOCKS):
        go_on(superseded)
        blocks.append(generator.block(SEED, number))
        if sum(len(block.event) for block in blocks) >= EVENTS:
            break
    momentum = np.concatenate([next(iter(block.momenta.values())) for block in blocks])
    number = len(momentum)
    if not number:
        raise InputError(
            f"hardly any {generator.flying} decays in the signal detectors at this point"
        )
    header = generator.header(number, SEED)
    per_event = float(header["expected_events"]) / number
    size = np.linalg.norm(momentum, axis=1)
    columns = {
        f"energy of the {generator.flying} [GeV]": np.hypot(size, generator.flying_mass),
        "its polar angle [deg]": np.degrees(np.arccos(momentum[:, 2] / size)),
        "time of the decay [ns]": np.concatenate([block.time for block in blocks]),
        "mass of what is visible [GeV]": np.concatenate([block.q for block in blocks]),
    }
    channel = np.concatenate([block.channel for block in blocks])
    return {
        "histograms": [_histogram(title, values, per_event) for title, values in columns.items()],
        "channels": {
            name: float(np.mean(channel == index)) for index, name in enumerate(header["channels"])
        },
        "words": f"from {number} simulated decays in {' + '.join(scenario.signal)}",
    }


def _histogram(title: str, values: FloatArray, per_event: float) -> dict[str, Any]:
    low, high = float(np.min(values)), float(np.max(values))
    if high - low < _NARROW * abs(high):  # one value and rounding, such as a mass
        low, high = (1.0 - _NARROW) * low, (1.0 + _NARROW) * high
    counts, edges = np.histogram(values, bins=_BINS, range=(low, high))
    mean, spread = float(np.mean(values)), float(np.std(values))
    return {
        "title": title,
        "edges": edges.tolist(),
        "events": (counts * per_event).tolist(),
        "words": f"mean {mean:.4g}, standard deviation {spread:.3g}",
    }


class Download(NamedTuple):
    """A file for the user."""

    name: str
    media_type: str
    content: bytes


States = Sequence[State]
"""The state of a page, and those that it is compared with."""


@lru_cache(maxsize=2)
def _result(scenarios: tuple[str, ...], names: tuple[str, ...]) -> Reach | KeyReach | Comparison:
    """Result of scenarios by their TOML text: files of several kinds are of one computation."""
    made = [Scenario.from_dict(tomllib.loads(text)) for text in scenarios]
    return reach(made[0]) if len(made) == 1 else compare(made, names)


def _computed(states: States) -> Reach | KeyReach | Comparison:
    return _result(tuple(state.toml() for state in states), tuple(labels(states)))


def _figure(states: States, ending: str) -> bytes:
    return figure_files(_computed(states).figure(), "plane", formats=(ending,))[f"plane.{ending}"]


def _csv(states: States) -> bytes:
    text = _computed(states).texts()["contours.csv"]
    return text.encode() if isinstance(text, str) else text


_KINDS: Final[dict[str, tuple[str, str, Callable[[States], bytes]]]] = {
    "png": ("plane.png", "image/png", lambda states: _figure(states, "png")),
    "svg": ("plane.svg", "image/svg+xml", lambda states: _figure(states, "svg")),
    "pdf": ("plane.pdf", "application/pdf", lambda states: _figure(states, "pdf")),
    "csv": ("contours.csv", "text/csv", _csv),
    "toml": ("scenario.toml", "application/toml", lambda states: states[0].toml().encode()),
}
"""File name, media type and maker by kind."""


def download(states: States, kind: str) -> Download:
    """A file of a state: its figure, its contours or its scenario.

    Parameters
    ----------
    states
        The state, and those that it is compared with: their contours are in the figure and in the
        table as well, as `wayside.results.comparison.compare` makes them.
    kind
        ``"png"``, ``"svg"``, ``"pdf"``, ``"csv"`` or ``"toml"``.

    Raises
    ------
    InputError
        If there is no such kind, or the plane cannot be computed.
    """
    check_choice("download", kind, _KINDS)
    name, media_type, make = _KINDS[kind]
    return Download(name, media_type, make(states))
