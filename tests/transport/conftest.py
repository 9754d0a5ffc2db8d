from collections.abc import Callable
from pathlib import Path

import pytest

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.transport import datasets
from wayside.transport.gun import gun
from wayside.transport.plan import Plan, Recorded, read_run
from wayside.transport.run import simulate

BARE = Stack(mpgd=0.0, shield=0.0, fibres=0.0)
"""Emulsion layers alone, as in the study's figures."""

MIDDLE = (0.0, 0.0, 0.25)
"""The middle of the first plate."""

Beam = Callable[[int, float, int], Recorded]


def plan_of(pdg: int, energy: float, events: int, stack: Stack = BARE, chunk: int = 200) -> Plan:
    rows = gun(pdg, energy, events, MIDDLE)
    return Plan(rows, stack, Physics(), datasets.find(), 2026, chunk)


@pytest.fixture(scope="session")
def beam(tmp_path_factory: pytest.TempPathFactory) -> Beam:
    """Simulate beams along z once a session, in workers as users do."""
    done: dict[tuple[int, float, int], Recorded] = {}

    def simulated(pdg: int, energy: float, events: int) -> Recorded:
        key = (pdg, energy, events)
        if key not in done:
            folder: Path = tmp_path_factory.mktemp("beam")
            simulate(plan_of(*key), folder, workers=1)
            done[key] = read_run(folder)
        return done[key]

    return simulated
