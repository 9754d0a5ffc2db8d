"""All figures that go with the backgrounds of a scenario, one after the other."""

from collections.abc import Callable, Iterator
from functools import partial

from matplotlib.figure import Figure

from wayside.backgrounds import klong_production, rock_neutrals
from wayside.backgrounds.cosmic_muons import site_of
from wayside.backgrounds.place import box_of
from wayside.plotting import backgrounds, klong
from wayside.plotting.budget import budget_figure, luminosity_figure
from wayside.sensitivity.background_report import BackgroundReport


def background_figures(
    report: BackgroundReport,
) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Names of figures and functions that draw them: the budget, the limits, the sources.

    Parameters
    ----------
    report
        Report from `wayside.sensitivity.background_report.background_report`. A figure of one
        detector is of the first signal detector; figures of sources that a scenario does not have
        are left out.
    """
    scenario = report.scenario
    detector = scenario.signal[0]
    beams, box, site = scenario.collider.build(), box_of(scenario, detector), site_of(scenario)
    yield "background", partial(budget_figure, report)
    yield "luminosity", partial(luminosity_figure, report)
    yield "collider-muons", partial(backgrounds.collider_muons_figure, scenario)
    yield "cosmic-muon-spectra", partial(backgrounds.muon_spectra_figure, site)
    yield "cosmic-muon-slopes", partial(backgrounds.slopes_figure, scenario, detector)
    yield "occupancy", partial(backgrounds.occupancy_figure, scenario, detector)
    yield "lead", backgrounds.lead_figure
    if klong_production.production_for(beams) is not None:
        entering = {f"detector {detector}": klong_production.entering(beams, box)}
        yield (
            "klong-spectra",
            partial(klong.spectra_figure, entering, scenario.run.luminosity_fb, scenario.name),
        )
        yield "klong-transmission", klong.transmission_figure
    if rock_neutrals.covers(site):
        edge = rock_neutrals.edge_of(scenario)
        yield (
            "rock-neutrals",
            partial(klong.rock_figure, site, box, edge, f"{scenario.name} ({detector})"),
        )
