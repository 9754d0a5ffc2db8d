"""Hits of gas detectors and fibres."""

import numpy as np
import pytest

from wayside.detector.emulsion import Emulsion
from wayside.emulsion.readout import hits
from wayside.emulsion.sheets import Sheets
from wayside.transport.records import CROSSING

EMULSION, SHEETS = Emulsion(), Sheets()


def test_hits_are_smeared_and_lost():
    rows = np.zeros(20000, CROSSING)
    rows["z_in"], rows["z_out"], rows["deposit"], rows["time"] = 32.0, 38.0, 1e-3, 25.0
    got = hits(rows, 0.05, 5.0, 0.97, np.random.default_rng(12))
    assert len(got) == pytest.approx(19400, abs=4 * np.sqrt(20000 * 0.97 * 0.03))
    assert np.all(got["z"] == 35.0)
    # Standard deviations to 4 / sqrt(2 n).
    assert got["x"].std() == pytest.approx(0.05, rel=0.02)
    assert (got["time"] - 25.0).std() == pytest.approx(5.0, rel=0.02)
    rows["deposit"] = 0.0
    assert len(hits(rows, 0.05, 5.0, 0.97, np.random.default_rng(12))) == 0
