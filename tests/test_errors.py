"""Errors: what is refused, in one line."""

import pytest

from wayside.errors import InputError, NumericalError, OutputError, WaysideError, check_choice


def test_choices() -> None:
    check_choice("dof", "a", ("a", "b"))
    with pytest.raises(InputError, match=r"dof.*'c'.*a, b") as caught:
        check_choice("dof", "c", ("a", "b"))
    assert "\n" not in str(caught.value)


def test_errors_are_those_of_python_as_well() -> None:
    for error, usual in (
        (InputError, ValueError),
        (NumericalError, ArithmeticError),
        (OutputError, OSError),
    ):
        assert issubclass(error, WaysideError)
        assert issubclass(error, usual)
