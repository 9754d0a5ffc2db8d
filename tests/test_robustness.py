"""A few cases of `scripts/check_robustness.py`, which does many."""

import pytest
from robustness import CHECKS, bad_inputs, valid_points

FEW = {"valid-points": 4, "bad-inputs": 30}


@pytest.mark.parametrize("name", FEW)
def test_none_fails(name):
    outcome = CHECKS[name].batch(7, 0, FEW[name])
    assert not outcome.failures
    assert outcome.counts["failed"] == 0
    if name == "valid-points":
        assert outcome.counts["fine"] > 0
    assert sum(outcome.counts[what] for what in ("fine", "refused in one line")) == FEW[name]


@pytest.mark.nightly
def test_damaged_files():
    """Every kind of file once, which takes a minute: most are made by the simulation."""
    outcome = CHECKS["damaged-files"].batch(7, 0, 32)
    assert not outcome.failures
    assert sum(outcome.counts.values()) == 32


def test_a_number_that_is_not_finite_is_found():
    assert valid_points._wrong("yield", [0.0, float("nan")]) == ["yield: nan"]
    assert valid_points._wrong("yield", [-1e-300])
    assert not valid_points._wrong("yield", [0.0, 1.0])


def test_a_command_that_is_no_error_is_found():
    status, out, err = bad_inputs.run_command(["scenarios"])
    assert status == 0
    assert out
    assert not err
