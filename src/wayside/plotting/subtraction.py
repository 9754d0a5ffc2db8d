"""The gain of a control detector, against the background."""

import numpy as np
from matplotlib.figure import Figure

from wayside.constants import CONFIDENCE_LEVEL
from wayside.limits import control as two_detectors
from wayside.limits import uncertain
from wayside.limits.control import Control
from wayside.plotting.style import APPROXIMATE, OURS, canvas

_ERRORS = ((0.0, ":"), (0.3, "--"), (1.0, "-"))


def subtraction_figure(control: Control, cl: float = CONFIDENCE_LEVEL) -> Figure:
    """Draw the limit to expect against the background, with and without a control detector.

    Parameters
    ----------
    control
        The control detector, compared to the signal detector.
    cl
        Confidence level of the limits.
    """
    background = np.geomspace(0.03, 1e3, 91)
    with canvas(5.6, 4.2) as figure:
        axes = figure.add_subplot()
        for relative, style in _ERRORS:
            alone = uncertain.expected_upper_limit(background, relative * background, cl)
            both = [
                two_detectors.expected_upper_limit(b, relative * b, control, cl)
                for b in background.tolist()
            ]
            words = f"background known to {100.0 * relative:g}%" if relative else "exactly known"
            axes.plot(background, alone, style, color=OURS, linewidth=1.4, label=words)
            axes.plot(background, both, style, color=APPROXIMATE, linewidth=1.1)
        axes.plot([], [], color=APPROXIMATE, linewidth=1.1, label="the same with a control")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(background[0], background[-1])
        axes.set_ylim(1.5, None)
        axes.set_xlabel("expected background in the signal detector")
        axes.set_ylabel(f"signal events excluded ({100.0 * cl:g}% CL)")
        axes.legend(loc="upper left")
        return figure
