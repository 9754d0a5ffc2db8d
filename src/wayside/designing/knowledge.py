"""How well a design is known: which of its keys were simulated, which follow laws, and which none.

The laws are those of docs/theory/backgrounds_fakes.md, "Other detectors", and of
docs/theory/efficiency.md; this module says where they end.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from wayside.backgrounds.occupancy import scanned_tracks
from wayside.backgrounds.setup import DetectorSetup
from wayside.backgrounds.target import BLOCKS_RANGE, LEAD_RANGE, SIMULATED
from wayside.efficiency.shipped import differences, shipped
from wayside.scenario import Scenario
from wayside.selections.names import SEARCH

Status = Literal["computed", "law", "extrapolated"]

TRACKS: Final = (1e3, 3e4)
"""Muons per cm^2 of film that were simulated for vertices of unrelated tracks."""

_MADE_WITH: Final = ("stack", "emulsion", "reconstruction")
"""Sections of which efficiencies and fakes were simulated with one choice of values."""


class Known(NamedTuple):
    """How well the effect of one key is known.

    Attributes
    ----------
    status
        ``"computed"`` where it follows from geometry, rates or simulated candidates; ``"law"``
        where a law carries simulated numbers over, within its range; ``"extrapolated"`` beyond.
    words
        Why, in one line.
    """

    status: Status
    words: str

    @property
    def is_extrapolated(self) -> bool:
        """Whether it is beyond what was simulated, and beyond every law."""
        return self.status == "extrapolated"


Rule = Callable[[Scenario, re.Match[str]], Known]


def _position(_: Scenario, __: re.Match[str]) -> Known:
    return Known("computed", "path through the volume, directions and rates at this place")


def _across(scenario: Scenario, match: re.Match[str]) -> Known:
    target = DetectorSetup(scenario, match[1]).target
    made = f"{SIMULATED.width:g} x {SIMULATED.height:g} m"
    smaller = target.width < SIMULATED.width - 1e-9 or target.height < SIMULATED.height - 1e-9
    if smaller:
        words = f"smaller than the simulated {made}: more tracks leave sideways than it says"
        return Known("extrapolated", words)
    return Known("law", f"fakes by area; efficiency of {made}, whose edges lose more")


def _depth(scenario: Scenario, match: re.Match[str]) -> Known:
    names = [match[1]] if match.re.groups else list(scenario.signal)
    blocks = [DetectorSetup(scenario, name).blocks for name in names]
    least, most = BLOCKS_RANGE
    if min(blocks) >= least and max(blocks) <= most:
        return Known("law", f"fakes by the path in {least} to {most} blocks; last block by table")
    return Known("extrapolated", f"{max(blocks)} blocks: the law holds from {least} to {most}")


def _lead(scenario: Scenario, _: re.Match[str]) -> Known:
    low, high = LEAD_RANGE
    if low - 1e-9 <= scenario.stack.shield <= high + 1e-9:
        return Known("law", f"fakes by attenuation in {low:g} to {high:g} m of lead")
    return Known("extrapolated", f"the law of lead holds from {low:g} to {high:g} m")


def _layers(scenario: Scenario, _: re.Match[str]) -> Known:
    if scenario.selection == SEARCH:
        return Known("computed", "weights of simulated candidates; one simulation, same cuts")
    return Known("extrapolated", f"not followed by the selection {scenario.selection!r}")


def _made_with(scenario: Scenario, match: re.Match[str]) -> Known:
    if match[0] in differences(shipped(), scenario.to_dict()):
        return Known("extrapolated", "no law: efficiency and fakes are those of the default value")
    return Known("computed", "as simulated")


def _films(scenario: Scenario, _: re.Match[str]) -> Known:
    tracks = 1e-4 * scanned_tracks(scenario)
    low, high = TRACKS
    words = f"{tracks:.2g} muons per cm^2 of film; simulated from {low:g} to {high:g}"
    return Known("law" if tracks <= high else "extrapolated", words)


def _rates(_: Scenario, __: re.Match[str]) -> Known:
    return Known("computed", "rates and yields follow")


RULES: Final[Sequence[tuple[str, Rule]]] = (
    (r"detectors\.([^.]+)\.position\.\d", _position),
    (r"detectors\.([^.]+)\.size\.[01]", _across),
    (r"detectors\.([^.]+)\.size\.2", _depth),
    (r"stack\.blocks", _depth),
    (r"stack\.shield", _lead),
    (r"stack\.fibre_planes|emulsion\.(?:fibre|gas)_efficiency", _layers),
    (rf"(?:{'|'.join(_MADE_WITH)})\..+", _made_with),
    (r"site\.(?:exposure|film_replacement|overburden)", _films),
    (r".*", _rates),
)
"""Rules by the key that they are for; the first that fits counts."""


def known(scenario: Scenario, keys: Sequence[str]) -> Mapping[str, Known]:
    """How well the effects of keys are known in a scenario.

    Parameters
    ----------
    scenario
        That of a design.
    keys
        Keys that were chosen.

    Examples
    --------
    >>> import wayside
    >>> thick = wayside.load_scenario("belle2-forward", {"stack.plate": "1 mm", "stack.blocks": 27})
    >>> [one.status for one in known(thick, ["stack.plate", "stack.blocks"]).values()]
    ['extrapolated', 'law']
    """
    by_key = {}
    for key in keys:
        for pattern, rule in RULES:
            match = re.fullmatch(pattern, key)
            if match is not None:
                by_key[key] = rule(scenario, match)
                break
    return by_key
