"""What stands between the collision point and the detectors: iron, then tungsten."""

from typing import Annotated

from pydantic import BeforeValidator

from wayside.scenario.quantities import Quantity
from wayside.scenario.sections import Section

Thickness = Annotated[float, BeforeValidator(Quantity("length", 0.0, 10.0))]


class ShieldingSection(Section):
    """Metal across the way from the collision point to each detector: K_L0, neutrons and muons.

    The lead around the detector is ``stack.shield``. Where along the way the metal stands makes no
    difference to what is computed.

    Attributes
    ----------
    iron
        Thickness in m: magnets, cryostat, return yoke.
    tungsten
        Thickness in m of the slab in front of the detector.
    """

    iron: Thickness = 0.0
    tungsten: Thickness = 0.0
