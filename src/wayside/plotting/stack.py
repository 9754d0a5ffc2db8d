"""The detector in cross-section, to scale: Fig. 8 of the study."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from wayside.detector.stack import Stack
from wayside.plotting.style import canvas

COLOURS: Final = {
    "plate": "#8f99a3",
    "film": "#e8b13a",
    "base": "#f6ecd2",
    "block": "#f2d264",
    "gas": "#6fd0da",
    "lead": "#6f6f78",
    "fibres": "#8cc68c",
    "passive": "#b98a5a",
}


def stack_figure(stack: Stack) -> Figure:
    """An emulsion layer (a), a gas detector (b), and the whole detector (c), each to its own scale.

    Parameters
    ----------
    stack
        Layers of the detector.
    """
    with canvas(7.4, 5.2) as figure:
        places = figure.subplot_mosaic([["a", "b"], ["c", "c"]], height_ratios=(1.0, 1.25))
        _layer(places["a"], stack)
        _gas_detector(places["b"], stack)
        _whole(places["c"], stack)
        return figure


def _layer(axes: Axes, stack: Stack) -> None:
    names = ("plate", "emulsion film", "base", "emulsion film")
    z = 0.0
    for layer, name in zip(stack.emulsion_layer, names, strict=True):
        axes.add_patch(
            Rectangle((0, -z - layer.thickness), 1, layer.thickness, facecolor=COLOURS[layer.kind])
        )
        axes.annotate(
            f"{name}, {_length(layer.thickness)}",
            (1.0, -z - 0.5 * layer.thickness),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
            fontsize=9,
        )
        z += layer.thickness
    _bare(axes, (0.0, 2.1), (-z, 0.0), "(a) emulsion layer")


def _gas_detector(axes: Axes, stack: Stack) -> None:
    if not stack.gas_detector:
        _bare(axes, (0.0, 1.0), (-1.0, 0.0), "(b) no gas detector")
        return
    z = 0.0
    for layer in stack.gas_detector:
        colour = COLOURS[layer.kind] if layer.is_sensitive else _of_material(layer.material.name)
        axes.add_patch(Rectangle((0, -z - layer.thickness), 1, layer.thickness, facecolor=colour))
        z += layer.thickness
    y = 0.0
    spread = 0.1 * z
    total, last = 0.0, 0.0
    for layer in stack.gas_detector:
        middle = -total - 0.5 * layer.thickness
        last = min(middle, last - spread) if y else middle
        # Words keep their distance; thin lines lead to what they name.
        axes.annotate(
            f"{_words(layer.material.name)}, {_length(layer.thickness)}",
            (1.0, middle),
            xytext=(1.12, last),
            va="center",
            annotation_clip=False,
            fontsize=8,
            arrowprops={
                "arrowstyle": "-",
                "linewidth": 0.5,
                "color": "0.4",
                "shrinkB": 0,
                "relpos": (0.0, 0.5),
            },
        )
        y = 1.0
        total += layer.thickness
    _bare(axes, (0.0, 2.3), (min(-z, last), 0.0), "(b) gas detector")


def _whole(axes: Axes, stack: Stack) -> None:
    (x_low, _, z_low), (x_high, _, z_high) = stack.outer()
    inner = stack.fibres
    axes.add_patch(
        Rectangle((z_low, x_low), z_high - z_low, x_high - x_low, facecolor=COLOURS["fibres"])
    )
    axes.add_patch(
        Rectangle(
            (z_low + inner, x_low + inner),
            z_high - z_low - 2 * inner,
            x_high - x_low - 2 * inner,
            facecolor=COLOURS["lead"],
        )
    )
    edge = inner + stack.shield
    axes.add_patch(
        Rectangle(
            (z_low + edge, x_low + edge),
            z_high - z_low - 2 * edge,
            x_high - x_low - 2 * edge,
            facecolor="white",
        )
    )
    half = 0.5 * stack.size[0]
    for block in range(stack.blocks):
        z = block * stack.period
        axes.add_patch(
            Rectangle((z, -half), stack.block_depth, 2 * half, facecolor=COLOURS["block"])
        )
        axes.add_patch(
            Rectangle(
                (z + stack.block_depth, -half), stack.mpgd, 2 * half, facecolor=COLOURS["gas"]
            )
        )
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=COLOURS[key], label=label)
        for key, label, there in (
            ("block", f"{stack.blocks} blocks of {stack.layers} layers", True),
            ("gas", f"gas detectors, {_length(stack.mpgd)}", stack.mpgd > 0),
            ("lead", f"lead, {_length(stack.shield)}", stack.shield > 0),
            ("fibres", f"scintillating fibres, {_length(stack.fibres)}", stack.fibres > 0),
        )
        if there
    ]
    axes.set_xlim(z_low - 10, z_high + 10)
    axes.set_ylim(x_low - 10, x_high + 10)
    axes.set_aspect("equal")
    axes.set_xlabel("$z$ [mm]")
    axes.set_ylabel("$x$ [mm]")
    axes.set_title("(c) whole detector, cut at $y=0$", loc="left", fontsize=10)
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.28), ncols=4)


def _bare(axes: Axes, x: tuple[float, float], y: tuple[float, float], title: str) -> None:
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=10)


def _of_material(name: str) -> str:
    return {"Copper": "#b5651d", "Kapton": "#d98c2b", "Fr4": "#7fa06a"}.get(name, "#cccccc")


def _words(name: str) -> str:
    return {"Fr4": "circuit board", "ChamberGas": "gas", "Copper": "copper"}.get(name, name)


def _length(value: float) -> str:
    return f"{1e3 * value:.4g} µm" if value < 0.5 - 1e-9 else f"{value:.4g} mm"
