"""What a figure shows, and that its words stay where they can be read."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from wayside.plotting.files import figure_files
from wayside.plotting.reach_figure import reach_figure
from wayside.scenario import builtin_names, load_scenario
from wayside.sensitivity.existing import SEARCHES
from wayside.sensitivity.result import Reach, reach

PLANES = [
    ("epsilon-g_d", "sum", 60),
    ("epsilon-m2", "sum", 24),
    ("epsilon-delta", "sum", 24),
]
COUPLINGS = ("epsilon-g_d", "sum", 40)
LONG_NAME = "a scenario with a name of $80$ characters, which is as long as a name can be"
MASSES_ALWAYS = ("belle2-forward", "besiii-forward", "belle2-central", "study-fig15b")
"""Scenarios whose planes of masses are drawn at every run; the others wait for the night."""

CASES = [
    pytest.param(
        (name, *plane, {}),
        marks=[] if name in MASSES_ALWAYS or plane[0] == "epsilon-g_d" else [pytest.mark.nightly],
    )
    for name in builtin_names()
    for plane in PLANES
] + [
    ("belle2-forward", "epsilon-m2", "ratios", 24, {}),
    ("belle2-forward", "epsilon-m2", "m1", 24, {}),
    ("belle2-forward", "epsilon-delta", "m2", 24, {"run.background": 5.0}),
    ("belle2-central", "epsilon-m2", "ratios", 24, {}),
    ("belle2-forward", *COUPLINGS, {"plane.g_d": [0.1, 0.4], "plane.epsilon": [2e-5, 9e-5]}),
    ("belle2-forward", *COUPLINGS, {"run.luminosity_fb": 1e-3}),
    ("belle2-forward", *COUPLINGS, {"name": LONG_NAME, "run.signal": ["A", "B"]}),
]


def result_of(name: str, kind: str, hold: str, points: int, more: dict[str, object]) -> Reach:
    # With one photon, which takes less time and draws the same kinds of lines.
    one = {"run.radiation": "one-photon"}
    values = {"plane.kind": kind, "plane.hold": hold, "plane.points": points, **one, **more}
    return reach(load_scenario(name, values))


@pytest.fixture(scope="module")
def result() -> Reach:
    return result_of("belle2-forward", "epsilon-g_d", "sum", 60, {})


def words(figure: Figure) -> list[Text]:
    return [text for text in figure.axes[0].texts if text.get_text()]


def inside(inner, outer, slack: float = 0.5) -> bool:
    return (
        inner.x0 >= outer.x0 - slack
        and inner.y0 >= outer.y0 - slack
        and inner.x1 <= outer.x1 + slack
        and inner.y1 <= outer.y1 + slack
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case[:3])))
def test_words_stay_in_place(case) -> None:
    result = result_of(*case)
    figure = reach_figure(result)
    figure.canvas.draw()  # what is measured is what is printed
    axes = figure.axes[0]
    for text in (axes.xaxis.label, axes.yaxis.label, *axes.get_children()):
        if isinstance(text, Text) and text.get_text():
            box = text.get_window_extent()
            assert inside(box, figure.bbox), f"{text.get_text()!r} leaves the figure"
    boxes = [(text.get_text(), text.get_window_extent()) for text in words(figure)]
    legend = axes.get_legend()
    if legend is not None:
        boxes.append(("legend", legend.get_window_extent()))
    frame = axes.get_window_extent()
    for name, box in boxes:
        assert inside(box, frame), f"{name!r} leaves the frame"
    for (one, box), (other, second) in itertools.combinations(boxes, 2):
        assert not box.overlaps(second), f"{one!r} covers {other!r}"
    # Numbers along an axis keep their distance.
    for axis, across in ((axes.xaxis, 0), (axes.yaxis, 1)):
        low, high = sorted(axis.get_view_interval())
        labels = [
            tick.label1.get_window_extent()
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            if tick.label1.get_text() and low <= tick.get_loc() <= high
        ]
        assert len(labels) >= 2
        ends = sorted((box.extents[across], box.extents[across + 2]) for box in labels)
        assert all(b[0] > a[1] + 1 for a, b in itertools.pairwise(ends))
    # Every search that reaches into the plane has its name, in the plane or in the legend.
    told = " ".join(text.get_text() for text in words(figure)).replace("\n", " ")
    if legend is not None:
        told += " ".join(text.get_text() for text in legend.get_texts())
    titles = {search.key: search.words[0] for search in SEARCHES}
    for key, margins in result.margins.items():
        seen = np.mean(np.nan_to_num(margins, nan=-1.0) > 0) > 0.0
        short = {"displaced": "d < 1 m"}.get(key, titles[key])
        assert (short in told) == seen, key


def test_axes(result: Reach) -> None:
    axes = reach_figure(result).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "$g_D$"
    assert axes.get_ylabel() == r"$\varepsilon$"
    assert axes.get_xlim() == pytest.approx((1e-3, np.sqrt(4 * np.pi)))
    assert axes.get_ylim() == pytest.approx((1e-6, 1e-1))
    title = axes.get_title(loc="left")
    for part in ("belle2-forward (A)", "10.58", "50 ab", "on-shell", "scalar", "4.341", "3.65"):
        assert part in title


@pytest.mark.parametrize(
    ("kind", "hold", "label", "scale", "part"),
    [
        ("epsilon-m2", "sum", "$m_2$ [GeV]", "linear", "$m_1+m_2=7.991$ GeV"),
        ("epsilon-m2", "m1", "$m_2$ [GeV]", "linear", "$m_1=4.341$ GeV"),
        ("epsilon-m2", "ratios", "$m_2$ [GeV]", "log", "$m_1/m_2=1.1893$"),
        ("epsilon-delta", "sum", r"$\Delta m/m_2$", "log", "$m_1+m_2=7.991$ GeV"),
        ("epsilon-delta", "m2", r"$\Delta m/m_2$", "log", "$m_2=3.65$ GeV"),
    ],
)
def test_axes_of_masses(kind: str, hold: str, label: str, scale: str, part: str) -> None:
    axes = reach_figure(result_of("belle2-forward", kind, hold, 20, {})).axes[0]
    assert axes.get_xlabel() == label
    assert axes.get_xscale() == scale
    title = axes.get_title(loc="left")
    assert part in title
    assert title.endswith("$g_D=1$")


def entries(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_legend(result: Reach) -> None:
    assert entries(reach_figure(result)) == [
        "90% CL, $N=2.3$, no background (assumed)",
        "mean flight length, face acceptance",
        r"$\Omega h^2=0.12$ (hatched: more)",
    ]
    every = result_of("belle2-forward", *COUPLINGS, {"run.radiation": "all"})
    assert entries(reach_figure(every))[1] == "mean flight length, face acceptance, one photon"
    counting = {"run.background": 20.0, "run.confidence_level": 0.95}
    noisy = result_of("belle2-forward", *COUPLINGS, counting)
    first, second, *_ = entries(reach_figure(noisy))
    assert first == f"95% CL, $N={noisy.n_limit:.3g}$, background 20"
    assert second == rf"5$\sigma$ discovery, $N={noisy.n_discovery:.3g}$"


def test_contour_is_drawn_as_it_is(result: Reach) -> None:
    lines = reach_figure(result).axes[0].get_lines()
    drawn = [line.get_xydata() for line in lines]
    for expected in (*result.contour, *result.approximate, *result.existing["lep"]):
        assert any(np.array_equal(each, expected.points) for each in drawn)


def test_no_contour_says_so() -> None:
    nothing = result_of("belle2-forward", "epsilon-g_d", "sum", 40, {"run.luminosity_fb": 1e-3})
    texts = [text.get_text() for text in words(reach_figure(nothing))]
    assert f"no sensitivity: at most {nothing.total.max():.2g} events" in texts
    # The words cover no curve.
    figure = reach_figure(nothing)
    (message,) = (text for text in words(figure) if text.get_text().startswith("no sensitivity"))
    box = message.get_window_extent()
    lines = [*nothing.approximate, *nothing.unity, *nothing.existing["lep"]]
    lines += [branch.line for branch in nothing.relic.branches]
    assert lines
    for line in lines:
        points = figure.axes[0].transData.transform(line.points)
        assert not np.any([box.contains(*point) for point in points])
    inside_of_it = {"plane.g_d": [0.1, 0.2], "plane.epsilon": [2e-4, 3e-4]}
    everything = result_of("belle2-forward", "epsilon-g_d", "sum", 20, inside_of_it)
    assert everything.contour == []
    texts = [text.get_text() for text in words(reach_figure(everything))]
    assert f"all excluded: at least {everything.total.min():.2g} events" in texts


def test_files(result: Reach) -> None:
    files = figure_files(reach_figure(result), "reach")
    assert files.keys() == {"reach.png", "reach.pdf"}
    assert files["reach.png"].startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(files["reach.png"][16:20]) == 1680  # 5.6 inches at 300 dpi
    assert files["reach.pdf"].startswith(b"%PDF-")
    assert files["reach.pdf"].rstrip().endswith(b"%%EOF")
    # The same result gives the same bytes, whenever it is drawn.
    assert figure_files(reach_figure(result), "reach") == files


def test_nothing_leaks_into_matplotlib(result: Reach) -> None:
    settings = [key for key in mpl.rcParams if key != "backend"]  # that one is chosen lazily
    before = {key: mpl.rcParams[key] for key in settings}
    reach_figure(result)
    assert {key: mpl.rcParams[key] for key in settings} == before
    # And what is set there does not reach the figure once it is drawn.
    figure = reach_figure(result)
    with mpl.rc_context({"font.family": "monospace"}):
        figure.canvas.draw()
        figure.draw_without_rendering()
    title = figure.axes[0]._left_title  # type: ignore[attr-defined]
    assert title.get_fontname() == "STIXGeneral"


def test_levels_of_their_own_are_told() -> None:
    lighter = {"model.m_aprime": 7.0, "model.m1": 3.6, "model.m2": 3.3}
    for level, told in ((0.9, False), (0.95, True)):
        more = {**lighter, "run.confidence_level": level}
        figure = reach_figure(result_of("belle2-forward", *COUPLINGS, more))
        texts = [text.get_text().replace("\n", " ") for text in words(figure)] + entries(figure)
        visible = [text for text in texts if "A′→ℓℓ" in text]
        assert visible == ["BaBar A′→ℓℓ (90% CL)" if told else "BaBar A′→ℓℓ"]
        assert not any("invisible" in text and "CL" in text for text in texts)


def test_legend_keeps_off_the_contour() -> None:
    """Here the tip of the contour lies in the corner where a legend covers least else."""
    more = {"plane.epsilon": [6e-6, 0.1]}
    result = result_of("belle2-forward", "epsilon-m2", "sum", 24, more)
    figure = reach_figure(result)
    axes = figure.axes[0]
    box = axes.get_legend().get_window_extent()
    for line in result.contour:
        assert not np.any([box.contains(*point) for point in axes.transData.transform(line.points)])
