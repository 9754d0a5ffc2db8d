"""On-shell and off-shell production added in one scenario."""

import numpy as np
import pytest

from wayside import load_scenario, mass_point
from wayside.sensitivity.efficiency import detection_report

COUPLINGS = (1e-4, 1.0)


@pytest.mark.parametrize("radiation", ["one-photon", "all"])
def test_yields_and_efficiencies_add_up(radiation: str) -> None:
    """Yields are the sum of those of either process, detected ones too."""
    values = {"model.kind": "pseudo-dirac", "run.radiation": radiation}
    values |= {"run.efficiency": "simulated"}
    yields, detected = [], []
    for production in ("on-shell", "off-shell", ["on-shell", "off-shell"]):
        point = mass_point(load_scenario("belle2-forward", values | {"run.production": production}))
        decays = point.produced_fb(*COUPLINGS) * point.decay_probability("A", *COUPLINGS)
        report = detection_report(point, "A", *COUPLINGS)
        assert 0.0 < report["efficiency_error"] < report["efficiency"] < 1.0
        yields.append(float(decays))
        detected.append(float(decays) * report["efficiency"])
    for values_of in (yields, detected):
        assert np.all(np.array(values_of) > 0.0)
        assert values_of[2] == pytest.approx(values_of[0] + values_of[1], rel=1e-9)
