"""What stands between the collision point and the detectors: iron, then tungsten."""

from typing import Annotated, Final, Literal

from pydantic import BeforeValidator

from wayside.scenario.quantities import Quantity, refuse
from wayside.scenario.sections import Section

HALL: Final = "hall"
"""Word for a thickness that follows from the section ``[hall]``."""

_THICKNESS: Final = Quantity("length", 0.0, 10.0)


def _iron(value: object) -> object:
    if value == HALL:
        return value
    if isinstance(value, str) and value.isalpha():
        refuse(f'must be a length of 0 to 10 m, or "{HALL}" for what the hall has')
    return _THICKNESS(value)


Thickness = Annotated[float, BeforeValidator(_THICKNESS)]


class ShieldingSection(Section):
    """Metal across the way from the collision point to each detector: K_L0, neutrons and muons.

    The lead around the detector is ``stack.shield``. Where along the way the metal stands makes no
    difference to what is computed.

    Attributes
    ----------
    iron
        Thickness in m: magnets, cryostat, return yoke; or ``"hall"`` for the iron that stops as
        much as what stands in the hall between the collision point and each detector.
    tungsten
        Thickness in m of the slab in front of the detector.
    """

    iron: Annotated[float | Literal["hall"], BeforeValidator(_iron)] = 0.0
    tungsten: Thickness = 0.0
