"""Assertions that say what was expected, for checks that run outside of a test runner too."""

import math


def require(condition: object, text: str) -> None:
    """Raise `AssertionError` with a text unless a condition holds."""
    if not condition:
        raise AssertionError(text)


def close(what: str, value: float, expected: float, rel: float) -> None:
    """Raise `AssertionError` unless two numbers agree within a relative tolerance."""
    require(
        math.isclose(value, expected, rel_tol=rel),
        f"{what} = {value!r}, but must be {expected!r} within {rel:g}",
    )
