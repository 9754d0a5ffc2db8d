"""All figures that go with the backgrounds of a scenario, one after the other."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from wayside.backgrounds import klong_production, rock_neutrals
from wayside.backgrounds.cosmic_muons import site_of
from wayside.backgrounds.place import box_of
from wayside.plotting import backgrounds, klong
from wayside.plotting.budget import budget_figure, luminosity_figure
from wayside.sensitivity.background_report import BackgroundReport


def background_figures(report: BackgroundReport) -> Iterator[tuple[str, Figure]]:
    """Names and figures: the budget, limits against luminosity, and the sources themselves.

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
    yield "background", budget_figure(report)
    yield "luminosity", luminosity_figure(report)
    yield "collider-muons", backgrounds.collider_muons_figure(scenario)
    yield "cosmic-muon-spectra", backgrounds.muon_spectra_figure(site)
    yield "cosmic-muon-slopes", backgrounds.slopes_figure(scenario, detector)
    yield "occupancy", backgrounds.occupancy_figure(scenario, detector)
    yield "lead", backgrounds.lead_figure()
    if klong_production.production_for(beams) is not None:
        entering = {f"detector {detector}": klong_production.entering(beams, box)}
        yield "klong-spectra", klong.spectra_figure(entering, scenario.run.luminosity_fb)
        yield "klong-transmission", klong.transmission_figure()
    if rock_neutrals.covers(site):
        yield "rock-neutrals", klong.rock_figure(site, box, rock_neutrals.edge_of(scenario))
