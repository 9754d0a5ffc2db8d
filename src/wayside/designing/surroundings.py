"""What surrounds the blocks of a detector, against the bodies of a hall."""

from wayside.backgrounds.setup import DetectorSetup
from wayside.detector.box import Box
from wayside.scenario import Scenario


def with_lead(setup: DetectorSetup) -> Box:
    """The blocks of a detector with clearance, lead and fibres on all sides.

    Parameters
    ----------
    setup
        The detector and the scenario that it is in.

    Examples
    --------
    >>> import wayside
    >>> setup = DetectorSetup(wayside.load_scenario("belle2-forward"), "A")
    >>> (with_lead(setup).size - setup.box.size).round(3).tolist()
    [0.222, 0.222, 0.222]
    """
    box = setup.box
    stack = setup.scenario.stack.build((float(box.size[0]), float(box.size[1])))
    edge = -1e-3 * stack.outer()[0][2]
    return Box(box.position - edge * box.axes[2], box.size + 2.0 * edge, box.axes)


def in_the_way(scenario: Scenario) -> dict[str, list[str]]:
    """Bodies of the hall which lead or fibres of the signal detectors would stand in.

    That the blocks themselves stand in none is a condition on every scenario; the lead could be
    left out on a side.

    Parameters
    ----------
    scenario
        From `wayside.load_scenario`; without a hall nothing is in the way.

    Returns
    -------
    dict
        Names of bodies by detector, of those that have any.
    """
    if scenario.hall is None:
        return {}
    hall = scenario.hall.build()
    bodies_by_detector = {
        name: hall.blocking(with_lead(DetectorSetup(scenario, name))) for name in scenario.signal
    }
    return {name: bodies for name, bodies in bodies_by_detector.items() if bodies}
