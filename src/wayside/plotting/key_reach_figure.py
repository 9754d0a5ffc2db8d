"""The figure of a plane of two scenario keys: what detectors exclude."""

from typing import Literal

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wayside.errors import InputError
from wayside.models.parameters import Parameter
from wayside.models.registry import particle_class
from wayside.plotting.look import ASPECT, Look
from wayside.plotting.published import draw_limits
from wayside.plotting.style import OURS, canvas
from wayside.plotting.titles import assumed, collected, verbatim
from wayside.scenario.model import is_pair
from wayside.scenario.quantities import UNITS
from wayside.sensitivity.key_reach import KeyReach


def key_reach_figure(result: KeyReach, look: Look | None = None) -> Figure:
    """Draw a result: the excluded region, its border, and that of a discovery.

    Parameters
    ----------
    result
        Result of `wayside.sensitivity.key_reach.key_reach`.
    look
        Titles and size, as usual if None; ``"discovery"`` is the only layer to hide.

    Raises
    ------
    InputError
        If the look names another layer, or a style file that cannot be read.
    """
    look = look or Look()
    other = [name for name in look.hide if name != "discovery"]
    if other:
        raise InputError(f"no layer {other[0]!r} of a figure of keys; there is: discovery")
    look._replace(hide=()).check()
    with canvas(look.width, ASPECT * look.width, look.style) as figure:
        draw_key_reach(figure.add_subplot(), result, look)
        return figure


def draw_key_reach(axes: Axes, result: KeyReach, look: Look) -> None:
    """Draw a result into axes that are there; parameters as for `key_reach_figure`."""
    discovery = [] if look.hide else result.discovery
    plane, scenario = result.plane, result.scenario
    for axis, scale in ((plane.x, axes.set_xscale), (plane.y, axes.set_yscale)):
        if axis.logarithmic:
            scale("log")
    axes.set_xlim(plane.x.values[0], plane.x.values[-1])
    axes.set_ylim(plane.y.values[0], plane.y.values[-1])
    axes.set_xlabel(plane.x.label if look.x_label is None else look.x_label)
    axes.set_ylabel(plane.y.label if look.y_label is None else look.y_label)
    title = (
        f"{verbatim(scenario.name)} ({'+'.join(scenario.signal)}),"
        rf" $\sqrt{{s}}={scenario.sqrt_s:.4g}$ GeV, {collected(scenario.run.luminosity_fb)},"
        f" {assumed(result.background)}\n{_model(result)}"
    )
    axes.set_title(
        title if look.title is None else look.title,
        fontsize=rcParams["legend.fontsize"],
        loc="left",
    )
    if np.any(result.total > result.n_limit):
        with np.errstate(divide="ignore"):
            depth = np.clip(np.log(result.total / result.n_limit), -0.2, 0.2)
        axes.contourf(
            plane.x.values, plane.y.values, depth, levels=[0.0, 1.0], colors=[OURS], alpha=0.16
        )
    handles: list[Artist] = []
    confidence = 100.0 * scenario.run.confidence_level
    dashes: Literal["-", "--"]
    for lines, width, dashes, text in (
        (result.contour, 1.8, "-", f"{confidence:g}% CL, $N={result.n_limit:.3g}$"),
        (discovery, 0.9, "--", rf"5$\sigma$ discovery, $N={result.n_discovery:.3g}$"),
    ):
        for line in lines:
            axes.plot(*line.points.T, color=OURS, linewidth=width, linestyle=dashes)
        if lines:
            handles.append(
                Line2D([], [], color=OURS, linewidth=width, linestyle=dashes, label=text)
            )
    handles += draw_limits(axes, look.published())
    if handles:
        axes.legend(handles=handles, loc="best")
    else:
        most, least = float(result.total.max()), float(result.total.min())
        words = (
            f"no sensitivity: at most {most:.2g} events"
            if least < result.n_limit
            else f"all excluded: at least {least:.2g} events"
        )
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", color=OURS)


def _model(result: KeyReach) -> str:
    """The kind of model, and what is the same all over the plane."""
    model = result.scenario.model
    if is_pair(model):
        return model.kind
    cls, axes = particle_class(model.kind), (result.plane.x.name, result.plane.y.name)
    particle = result.scenario.particle
    mass = () if "model.mass" in axes else (("$m$", particle.mass, " GeV"),)
    numbers = [
        (verbatim(parameter.name), getattr(model, parameter.name), _unit(parameter.dimension))
        for parameter in cls.parameters
        if isinstance(parameter, Parameter) and f"model.{parameter.name}" not in axes
    ]
    couplings = [
        (f"${coupling.symbol}$", getattr(model, coupling.name), "")
        for coupling in cls.couplings
        if f"model.{coupling.name}" not in axes and getattr(model, coupling.name) > 0.0
    ]
    fixed = [f"{name} = {value:.4g}{unit}" for name, value, unit in (*mass, *numbers, *couplings)]
    return f"{model.kind}: {', '.join(fixed)}" if fixed else model.kind


def _unit(dimension: str) -> str:
    """Base unit of a dimension, with a space before it; nothing for pure numbers."""
    return next((f" {unit}" for unit in UNITS[dimension]), "")
