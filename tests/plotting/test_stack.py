"""The cross-section of the detector is drawn to scale."""

import pytest

from wayside.detector.stack import Stack
from wayside.plotting.stack import stack_figure


def test_cross_section_is_to_scale() -> None:
    whole = stack_figure(Stack(blocks=3, layers=10)).axes[-1]
    widths = [patch.get_width() for patch in whole.patches]
    # Fibres, lead, cavity, then block and gas in turn.
    assert widths[:3] == pytest.approx([48 + 222.0, 48 + 202.0, 48 + 2.0])
    assert widths[3:] == pytest.approx([8.0, 8.0] * 3)
    assert whole.get_aspect() == 1.0
    bare = stack_figure(Stack(mpgd=0.0, shield=0.0, fibres=0.0))
    assert "no gas detector" in bare.axes[1].get_title("left")
