"""Shifts of sheets."""

import numpy as np
from scipy import stats

from wayside.detector.emulsion import UM, Emulsion
from wayside.emulsion.alignment import misalign
from wayside.emulsion.sheets import Sheets
from wayside.emulsion.signals import MICROTRACK

EMULSION, SHEETS = Emulsion(), Sheets()


def test_misalignment_is_a_function_of_place():
    micro = np.zeros(40000, MICROTRACK)
    micro["film"] = np.arange(40000) // 10
    micro["x"] = 20.0 * (np.arange(40000) % 10)
    moved = misalign(micro, 0.3, 1)
    shift = np.stack([moved[c] - micro[c] for c in "xy"])
    np.testing.assert_array_equal(misalign(micro[::-1], 0.3, 1)[::-1], moved)
    assert not np.array_equal(misalign(micro, 0.3, 2), moved)
    # Both films of a sheet move together.
    both = shift.reshape(2, 2000, 2, 10)
    np.testing.assert_allclose(both[:, :, 0], both[:, :, 1], atol=1e-12)
    own = both[:, :, 0].reshape(2, -1) / (0.3 * UM)
    for values in own:
        assert stats.kstest(values, "norm").pvalue > 1e-4
    assert abs(np.corrcoef(own)[0, 1]) < 4 / np.sqrt(20000)
