"""What the background may be taken to be instead of what is expected."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from wayside.errors import check_choice
from wayside.limits.uncertain import Statistic
from wayside.sensitivity.background import Background, expected_limit


class Assumption(NamedTuple):
    """One way to take the background.

    Attributes
    ----------
    label
        Name in words.
    counts
        Expected events and their standard error, of those that are expected.
    """

    label: str
    counts: Callable[[float, float], tuple[float, float]]


NOMINAL: Final = "nominal"

ASSUMPTIONS: Final[Mapping[str, Assumption]] = MappingProxyType(
    {
        NOMINAL: Assumption("background as expected", lambda value, error: (value, error)),
        "more": Assumption(
            "one standard error more of it", lambda value, error: (value + error, error)
        ),
        "error-halved": Assumption("its error halved", lambda value, error: (value, 0.5 * error)),
        "error-doubled": Assumption("its error doubled", lambda value, error: (value, 2.0 * error)),
        "exact": Assumption("known exactly", lambda value, _: (value, 0.0)),
        "none": Assumption("no background", lambda *_: (0.0, 0.0)),
    }
)
"""Assumptions by name."""


def levels(background: Background, statistic: Statistic = "median") -> dict[str, float]:
    """Signal events that are excluded, by assumption.

    Parameters
    ----------
    background
        What is expected.
    statistic
        Which limit, as for `wayside.limits.uncertain.expected_upper_limit`.
    """
    return {name: level(background, name, statistic) for name in ASSUMPTIONS}


def level(background: Background, name: str, statistic: Statistic = "median") -> float:
    """Signal events that are excluded with one assumption; parameters as for `levels`."""
    value, error = assumption(name).counts(background.value, background.error)
    return expected_limit(value, error, background.confidence_level, statistic)


def assumption(name: str) -> Assumption:
    """An assumption by name.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    check_choice("background", name, ASSUMPTIONS)
    return ASSUMPTIONS[name]
