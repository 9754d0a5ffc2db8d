"""Figures to order: what is left out, titles, size and style."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from wayside.errors import InputError
from wayside.plotting.key_reach_figure import key_reach_figure
from wayside.plotting.look import LAYERS, WIDTHS, Look, without
from wayside.plotting.reach_figure import reach_figure
from wayside.results.key_reach import KeyReach
from wayside.results.reach import Reach, reach
from wayside.scenario import load_scenario
from wayside.sensitivity.existing import SEARCHES


@pytest.fixture(scope="module")
def result() -> Reach:
    """A result with every layer that can be hidden."""
    values = {
        "plane.points": 24,
        "plane.band": True,
        "run.background": 5.0,
        "run.efficiency": "simulated",
        "run.selection": "timed",
    }
    made = reach(load_scenario("belle2-forward", values))
    assert isinstance(made, Reach)
    return made


def drawn(figure: Figure) -> int:
    """Number of lines and areas."""
    return len(figure.axes[0].lines) + len(figure.axes[0].collections)


@pytest.mark.parametrize("layer", LAYERS)
def test_each_layer_can_be_left_out(result: Reach, layer: str) -> None:
    contour = [line.points.tolist() for line in result.contour]
    before = drawn(reach_figure(result))
    hidden = without(result, (layer,))
    assert [line.points.tolist() for line in hidden.contour] == contour
    after = drawn(reach_figure(result, Look(hide=(layer,))))
    inside = {search.key for search in SEARCHES if (result.margins[search.key] > 0.0).any()}
    names = inside if layer == "limits" else {layer}
    assert (after < before) == bool(names - ({s.key for s in SEARCHES} - inside))


def test_all_layers_leave_the_contour(result: Reach) -> None:
    axes = reach_figure(result, Look(hide=tuple(LAYERS))).axes[0]
    assert len(axes.lines) == len(result.contour)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text()[:6] for text in legend.get_texts()] == ["90% CL"]


def test_titles_labels_and_sizes(result: Reach) -> None:
    usual = reach_figure(result)
    look = Look(title="A box", x_label="coupling", y_label="mixing", width=WIDTHS[1])
    figure = reach_figure(result, look)
    axes = figure.axes[0]
    assert axes.get_title(loc="left") == "A box"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("coupling", "mixing")
    width, height = figure.get_size_inches()
    assert width == WIDTHS[1]
    assert height / width == pytest.approx(4.7 / 5.6)
    # Texts of the narrow figure are smaller, in proportion down to seven tenths.
    sizes = [f.axes[0].xaxis.label.get_fontsize() for f in (figure, usual)]
    assert sizes[0] == pytest.approx(0.7 * sizes[1])
    wide = reach_figure(result, Look(width=WIDTHS[2]))
    assert wide.axes[0].xaxis.label.get_fontsize() == sizes[1]


def test_a_style_file_has_the_last_word(result: Reach, tmp_path: Path) -> None:
    style = tmp_path / "own.mplstyle"
    style.write_text("axes.facecolor: 123456\n")
    axes = reach_figure(result, Look(style=style)).axes[0]
    assert axes.get_facecolor() == pytest.approx((0x12 / 255, 0x34 / 255, 0x56 / 255, 1.0))
    assert reach_figure(result).axes[0].get_facecolor() == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("axes.facecolr: red\n", "Bad key axes.facecolr"),
        ("lines.linewidth: thick\n", "Could not convert"),
        ("\x00\x01", "own.mplstyle: "),
    ],
)
def test_a_style_file_that_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    style = tmp_path / "own.mplstyle"
    style.write_text(text)
    with pytest.raises(InputError) as caught:
        Look(style=style).check()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_there_is_not() -> None:
    with pytest.raises(InputError, match=r"no layer 'relc' .*there are: relic, approximation"):
        Look(hide=("relc",)).check()
    with pytest.raises(InputError, match="no such file"):
        Look(style=Path("/nowhere")).check()


def test_planes_of_keys(tmp_path: Path) -> None:
    values = {
        "model.kind": "dark-photon",
        "model.mass": 0.05,
        "model.epsilon": 1e-5,
        "plane.points": 20,
        "run.background": 5.0,
    }
    result = reach(load_scenario("gazelle", values))
    assert isinstance(result, KeyReach)
    look = Look(title="keys", x_label="a", y_label="b", width=WIDTHS[2])
    axes = key_reach_figure(result, look).axes[0]
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("keys", "a", "b")
    with pytest.raises(InputError, match="there is: discovery"):
        key_reach_figure(result, Look(hide=("relic",)))
    files = result.save(tmp_path, formats=("svg",), look=Look(hide=("discovery",)))
    assert [path.name for path in files][-2:] == ["reach.svg", "provenance.json"]


def test_a_figure_of_keys_says_what_is_the_same_all_over() -> None:
    """Parameters and couplings that are no axis, with their units; the mass where it is none."""
    values = {
        "model.kind": "dark-higgs-aprime", "model.mass": 0.5, "model.m_aprime": 1.5,
        "model.sin_theta": 1e-6, "model.epsilon": 1e-3, "model.g_d": 1.0, "plane.points": 20,
        "run.signal": ["baby"],
    }  # fmt: skip
    result = reach(load_scenario("gazelle", values))
    title = key_reach_figure(result).axes[0].get_title("left")
    line = "dark-higgs-aprime: m_aprime = 1.5 GeV, $\\varepsilon$ = 0.001, $g_D$ = 1"
    assert title.splitlines()[1].replace("\\_", "_") == line
    other = {"plane.x": "model.epsilon", "plane.x_range": [1e-4, 1e-2]}
    moved = reach(load_scenario("gazelle", values | other))
    assert "$m$ = 0.5 GeV" in key_reach_figure(moved).axes[0].get_title("left")
