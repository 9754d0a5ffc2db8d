"""What a check of robustness is, and what its cases report."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

SHOWN: Final = 50
"""Failures of a batch that are kept in words; the others are counted."""


@dataclass
class Outcome:
    """What a batch of cases came to."""

    counts: Counter[str] = field(default_factory=Counter)
    """Number of cases by what became of them; ``"failed"`` has to stay at 0."""
    failures: list[str] = field(default_factory=list)
    """How to make the failed ones again, and what went wrong."""

    def fail(self, text: str) -> None:
        """Count a failed case, and keep how to make it again."""
        self.counts["failed"] += 1
        if len(self.failures) < SHOWN:
            self.failures.append(text)

    def plain(self) -> dict[str, Any]:
        """As values that JSON knows."""
        return {"counts": dict(self.counts), "failures": self.failures}


class Check(NamedTuple):
    """A kind of odd cases, and what has to hold for each."""

    about: str
    """What it does, in one line."""
    batch: Callable[[int, int, int], Outcome]
    """Does ``number`` cases of a batch: ``batch(seed, index, number)``, see `cases`."""
    number: int
    """Cases of a full run."""
    size: int
    """Cases of a batch: some seconds to a minute."""


def cases(seed: int, index: int, number: int) -> Iterator[tuple[int, np.random.Generator]]:
    """Random generators of the cases of a batch, so that each can be made again alone.

    Parameters
    ----------
    seed
        Seed of the run.
    index
        Number of the batch.
    number
        How many cases it has.
    """
    for case in range(number):
        yield case, np.random.default_rng([seed, index, case])
