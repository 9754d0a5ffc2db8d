"""Every exception and warning Wayside raises on purpose."""

from collections.abc import Iterable


class WaysideError(Exception):
    """Base of all errors a user can mend; the command line prints it in one line and exits 2."""


class InputError(WaysideError, ValueError):
    """A value that cannot be used: names what, what it was, and what is allowed."""


def check_choice(key: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is none of those that are known.

    Parameters
    ----------
    key
        What it is the value of.
    value
        The value.
    allowed
        Those that are known, such as the keys of a registry.

    Raises
    ------
    InputError
        If it is none of them.
    """
    known = tuple(allowed)
    if value not in known:
        raise InputError(f"{key} = {value!r}: must be one of {', '.join(known)}")


class RangeError(InputError):
    """A value beyond the range in which a quantity is known: names it, and the range."""


class NumericalError(WaysideError, ArithmeticError):
    """A number that could not be computed: names the point."""


class OutputError(WaysideError, OSError):
    """A result that cannot be written where it was asked for."""


class CacheWarning(UserWarning):
    """Compiled code that cannot be kept, or was damaged; results are the same without it."""


class IncompleteWarning(UserWarning):
    """A file with fewer or more events than its header says."""


class FigureWarning(UserWarning):
    """A figure that cannot be drawn; the tables are written."""


class AccuracyWarning(UserWarning):
    """A number whose error estimate exceeds the accuracy that was asked for."""
