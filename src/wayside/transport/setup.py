"""From a scenario to a run of the simulation."""

from wayside.detector.box import require_box
from wayside.detector.stack import Stack
from wayside.scenario import Scenario
from wayside.scenario.choice import detector_of
from wayside.transport.datasets import find
from wayside.transport.plan import EVENTS_PER_CHUNK, Plan
from wayside.typing import StructuredArray


def stack_of(scenario: Scenario, detector: str | None = None) -> Stack:
    """Layers of one detector.

    Parameters
    ----------
    scenario
        Scenario with the layers, from `wayside.load_scenario`.
    detector
        Name of the detector, the first one for the signal unless given.

    Raises
    ------
    InputError
        If there is no such detector, or the layers do not fit into it.
    """
    name = detector_of(scenario, detector)
    box = require_box(scenario.detectors[name].build(), name, "layers to simulate")
    first, second, depth = box.size.tolist()
    stack = scenario.stack.build((first, second))
    stack.check_fits(1e3 * depth)
    return stack


def plan_of(
    scenario: Scenario,
    primaries: StructuredArray,
    *,
    detector: str | None = None,
    seed: int = 1,
    events_per_chunk: int = EVENTS_PER_CHUNK,
) -> Plan:
    """Run of the simulation in one detector of a scenario.

    Parameters
    ----------
    scenario
        Layers, physics list and data sets.
    primaries
        Rows of `wayside.generator.records.PRIMARY`, events in increasing order.
    detector
        Name of the detector, the first one for the signal unless given.
    seed
        Seed of the run, which fixes the result whatever the number of workers.
    events_per_chunk
        Number of events that are simulated together and kept in one file until the run is complete.

    Raises
    ------
    InputError
        If there is no such detector, its layers do not fit, or there is nothing to simulate.
    """
    section = scenario.geant4
    stack = stack_of(scenario, detector)
    data = find(section.data)
    return Plan(primaries, stack, section.build(), data, seed, events_per_chunk)
