"""The line under a title: scenario, luminosity, and which background is assumed."""

from wayside.scenario import Scenario
from wayside.sensitivity.background import Background


def collected(luminosity_fb: float) -> str:
    """Integrated luminosity as mathtext.

    Examples
    --------
    >>> collected(50e3)
    '50 ab$^{-1}$'
    """
    if luminosity_fb >= 1e3:
        return rf"{luminosity_fb / 1e3:g} ab$^{{-1}}$"
    return rf"{luminosity_fb:g} fb$^{{-1}}$"


def verbatim(text: str) -> str:
    """Text without mathtext in it."""
    return text.replace("$", r"\$")


def assumed(background: Background) -> str:
    """Background that a limit assumes, in words."""
    if not (background.value or background.error):
        return "no background"
    return "background " + background.words(r"$\pm$")


def line(scenario: Scenario, background: Background | str, detectors: tuple[str, ...] = ()) -> str:
    """Scenario, detectors, luminosity and background in one line.

    Parameters
    ----------
    scenario
        The scenario.
    background
        What is assumed without signal, or words for what takes its place.
    detectors
        Names of detectors, those for the signal unless given.
    """
    names = "+".join(detectors or scenario.signal)
    words = background if isinstance(background, str) else assumed(background)
    return f"{verbatim(scenario.name)} ({names}), {collected(scenario.run.luminosity_fb)}, {words}"
