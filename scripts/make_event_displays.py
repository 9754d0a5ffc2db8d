"""Draw the study's Figs. 8, 11 and 12 with our own simulation.

Usage::

    python scripts/make_event_displays.py [--out docs/figures] [--seed 3]

Fig. 11: pairs of 100 MeV kinetic energy each in emulsion layers without gas detectors, and a cosmic
muon of 1 GeV from above; Fig. 12: a pion of 200 MeV that stops. No lead and no fibres.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wayside.detector.physics import Physics
from wayside.detector.stack import Stack
from wayside.plotting.event_display import deposit_figure, draw_event
from wayside.plotting.stack import stack_figure
from wayside.plotting.style import STYLE
from wayside.transport.datasets import find
from wayside.transport.gun import gun, together
from wayside.transport.plan import Plan, read_run
from wayside.transport.run import simulate, trace

STACK = Stack(mpgd=0.0, shield=0.0, fibres=0.0)
VERTEX = (0.0, 0.0, 20.0)
OPENING = 0.5


def pair(first: int, second: int):  # type: ignore[no-untyped-def]
    """Two particles of 100 MeV from one point inside."""
    return together(
        *(
            gun(pdg, 100.0, 1, VERTEX, (np.tan(0.5 * sign * OPENING), 0.0, 1.0))
            for pdg, sign in ((first, 1), (second, -1))
        )
    )


def main() -> None:
    """Write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/figures"))
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    panels = (
        (r"(a) $e^+e^-$", pair(11, -11)),
        (r"(b) $\mu^+\mu^-$", pair(13, -13)),
        (r"(c) $\pi^+\pi^-$", pair(211, -211)),
        ("(d) cosmic muon, 1 GeV", gun(13, 1000.0, 1, (99.99, 0.0, 60.0), (-1.0, 0.0, 0.4))),
    )
    with rc_context(STYLE | {"axes.titlesize": 10}):
        figure = Figure(figsize=(10.5, 6.4), layout="constrained")
        FigureCanvasAgg(figure)
        for axes, (title, primaries) in zip(figure.subplots(2, 2).flat, panels, strict=True):
            plan = Plan(primaries, STACK, Physics(), find(), options.seed)
            draw_event(axes, STACK, *trace(plan), title)
        figure.savefig(options.out / "event-displays.png", dpi=150)
    with rc_context(STYLE):
        stack_figure(Stack()).savefig(options.out / "stack.png", dpi=150)
    with tempfile.TemporaryDirectory() as folder:
        beam = gun(211, 200.0, 40)
        simulate(Plan(beam, STACK, Physics(), find(), options.seed), Path(folder))
        film = read_run(Path(folder)).film
        film = film[film["track"] == 1]
        last = {e: film["kinetic_energy"][film["event"] == e][-1] for e in set(film["event"])}
        # The first that stops: slower than 5 MeV in its last film.
        stopped = min(event for event, energy in last.items() if energy < 5.0)
        with rc_context(STYLE):
            deposit_figure(film[film["event"] == stopped]).savefig(
                options.out / "pion-deposits.png", dpi=150
            )


if __name__ == "__main__":
    main()
