"""Reach: yields over coupling planes and their contours."""

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    # The function `wayside.reach` has the name of this room. Python binds the room to that name
    # as soon as anything in it is imported, so the room answers to calls as the function does.
    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call `wayside.reach.result.reach`."""
        from wayside.reach.result import reach

        return reach(*args, **options)


sys.modules[__name__].__class__ = _Room
