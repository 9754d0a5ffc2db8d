"""Pairs of particles for which there are efficiencies, by their PDG codes."""

from types import MappingProxyType
from typing import Final

PAIRS: Final = MappingProxyType({"ee": (11, 11), "mumu": (13, 13), "pipi": (211, 211)})
"""Channels of the table of decays of an excited state; codes without signs."""

OTHER_PAIRS: Final = MappingProxyType(
    {
        "emu": (11, 13),
        "epi": (11, 211),
        "mupi": (13, 211),
        "eK": (11, 321),
        "muK": (13, 321),
        "KK": (321, 321),
    }
)
"""Channels of the table of further pairs, which decays of single particles have."""

INDIRECT_PAIRS: Final = MappingProxyType({"gammagamma": (22, 22), "tautau": (15, 15)})
"""Channels of the table of pairs that leave no tracks themselves: photons that convert, taus that
decay. A vertex of tracks from them counts wherever it lies; no search has measured these."""

ALONE: Final = MappingProxyType({"gamma": 22, "tau": 15})
"""Channels of the table of single particles that leave no tracks themselves."""

ALONE_OF: Final = MappingProxyType({"gammagamma": "gamma", "tautau": "tau"})
"""Channel by which a pair is judged where one of the two alone goes forward, with an energy that
the table has."""

NEAREST: Final = MappingProxyType(
    {name: name for name in PAIRS}
    | {"emu": "ee", "epi": "ee", "mupi": "pipi", "eK": "ee", "muK": "pipi", "KK": "pipi"}
)
"""Channel of `PAIRS` by which a pair is judged where further ones were not measured: that of its
prong that is lost more easily."""

_BY_CODES: Final = {codes: name for name, codes in (PAIRS | OTHER_PAIRS | INDIRECT_PAIRS).items()}


def pair_name(first: int, second: int) -> str | None:
    """Channel of two particles; None where there are no efficiencies.

    Parameters
    ----------
    first, second
        PDG codes, of either sign and in any order.

    Examples
    --------
    >>> pair_name(-13, 211), pair_name(211, -11), pair_name(321, -211)
    ('mupi', 'epi', None)
    """
    low, high = sorted((abs(first), abs(second)))
    return _BY_CODES.get((low, high))
