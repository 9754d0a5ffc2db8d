"""Depths of films, plates and gaps."""

import pytest

from wayside.emulsion.sheets import Sheets


def test_depths_of_the_stack():
    # Films of sheet s at 0.5-0.55 and 0.75-0.80 of its layer; 40 mm from block to block.
    sheets = Sheets()
    assert sheets.pitch == pytest.approx(0.8)
    assert sheets.count == 1320
    assert sheets.face([0, 1]) == pytest.approx([0.55, 0.75])
    assert sheets.middle(41) - sheets.middle(1) == pytest.approx(40.0)
    assert sheets.gas_middle(0) == pytest.approx(36.0)
