"""Checks of robustness by name; each makes many odd cases and says which went wrong.

A check is one module with a function of a seed and a number of cases, and one line in `CHECKS`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from robustness import bad_inputs, damaged_files, kills, valid_points
from robustness.check import Check

__all__ = ["CHECKS", "Check"]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "valid-points": valid_points.CHECK,
        "bad-inputs": bad_inputs.CHECK,
        "damaged-files": damaged_files.CHECK,
        "kills": kills.CHECK,
    }
)
"""Checks in the order in which they run."""
